//! What bots come to the terminal for: the token, a wait for it, news of it, a report about it, and their keys.
//!
//! The invariant: a token or a key is on standard output only after the verb that is for it. What this is not: running a
//! bot; `exec` does.

use crate::args::{KeysVerb, Lasts, Token, Wait};
use crate::verbs::{ask_owner, println, unknown};
use daypass_wiring::domain::AccountId;
use daypass_wiring::{Caller, Client, Code, Lasting, NewKey, Refused, Wanted, Watched};
use futures::StreamExt;
use futures::stream::BoxStream;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Prints the token, now or when it is there.
pub(crate) async fn token(args: Token) -> anyhow::Result<()> {
    let Token { account, lasts, wait, bot, json } = args;
    let (client, id) = ask_owner(account).await.map_err(without_token)?;
    let (wanted, caller) = (wanted(lasts, None)?, Caller::here(bot));
    let out = match wait {
        Some(limit) => client.wait_for_token(&id, wanted, chrono::Duration::from_std(limit)?, &caller).await?,
        None => client.token(&id, wanted, &caller).await?,
    };
    match json {
        true => println(&daypass_wiring::api::contract::json(&out)),
        false => println(out.token.expose()),
    }
}

/// Waits until there is such a token, and prints which one it is.
pub(crate) async fn wait(args: Wait) -> anyhow::Result<()> {
    let Wait { account, lasts, newer_than, limit } = args;
    let (client, id) = ask_owner(account).await?;
    let (wanted, limit) = (wanted(lasts, newer_than)?, chrono::Duration::from_std(limit)?);
    println(&client.wait(&id, wanted, limit).await?.generation.to_string())
}

/// How long to rest before Daypass is looked for again.
pub(crate) const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// The pauses grow up to this: long enough for a service without room, short enough for a new token.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Prints one JSON object for each change, until nobody reads them. A restart of Daypass in between costs nothing.
pub(crate) async fn watch(account: Option<String>, after: Option<u64>) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    let mut known = after;
    let mut watched = client.watch(&id, known).await?;
    loop {
        while let Some(watched) = watched.next().await {
            known = Some(watched.status.generation);
            println(&serde_json::to_string(&watched)?)?;
        }
        watched = watch_again(&id, known).await?;
    }
}

/// The same once more, as soon as Daypass is there again and has room.
async fn watch_again(id: &AccountId, known: Option<u64>) -> Result<BoxStream<'static, Watched>, Refused> {
    let mut pause = BETWEEN_TRIES;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let Some(client) = again().await? else { continue };
        match client.watch(id, known).await {
            // It is just being started or ended, or asked by too many: that passes.
            Err(refused) if matches!(refused.code, Code::NotRunning | Code::TooMany) => {}
            answer => return answer,
        }
    }
}

/// The owner, if it is there again.
pub(crate) async fn again() -> Result<Option<Arc<dyn Client>>, Refused> {
    match daypass_wiring::connect().await {
        Ok(client) => Ok(Some(client)),
        Err(refused) if refused.code == Code::NotRunning => Ok(None),
        Err(refused) => Err(refused),
    }
}

pub(crate) async fn report_invalid(account: Option<String>, generation: u64) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    client.report_invalid(&id, generation).await?;
    println("The broker is being asked.")
}

pub(crate) async fn keys(verb: Option<KeysVerb>) -> anyhow::Result<()> {
    let client = daypass_wiring::connect().await?;
    match verb {
        None | Some(KeysVerb::List) => list(&*client).await,
        Some(KeysVerb::Revoke { id }) => {
            client.revoke_key(&id).await?;
            println(&format!("{id} opens nothing any more."))
        }
        Some(KeysVerb::Make { name, account }) => {
            let ids: Result<Vec<_>, _> =
                account.into_iter().map(|id| AccountId::new(id.clone()).map_err(|_| unknown(&id))).collect();
            let accounts = Some(ids?).filter(|ids| !ids.is_empty());
            let made = client.make_key(NewKey { name, accounts }).await?;
            let _ = writeln!(std::io::stderr(), "This is the only time that it can be seen:");
            println(made.key.expose())
        }
    }
}

async fn list(client: &dyn Client) -> anyhow::Result<()> {
    for key in client.keys().await? {
        let accounts = key.accounts.map_or("all accounts".to_owned(), |accounts| {
            accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        });
        let local = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M");
        let used = key.last_used_at.map_or("never used".to_owned(), |at| format!("used {}", local(at)));
        println(&format!("{}\t{}\t{accounts}\tmade {}\t{used}", key.id, key.name, local(key.made_at)))?;
    }
    Ok(())
}

/// What the flags say.
pub(crate) fn wanted(lasts: Lasts, known: Option<u64>) -> anyhow::Result<Wanted> {
    let span = chrono::Duration::from_std(lasts.min_valid)?;
    Ok(Wanted { lasting: Lasting { span, until: lasts.until }, known })
}

/// Without an account there is no token either: to a script that wants one it is the same.
fn without_token(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Refused>() {
        Ok(refused) if refused.code == Code::NoCredentials => Refused { code: Code::NoToken, ..refused }.into(),
        Ok(refused) => refused.into(),
        Err(error) => error,
    }
}
