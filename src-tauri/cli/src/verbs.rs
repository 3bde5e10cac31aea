//! The verbs: each asks the owner one or two questions.

use crate::args::Verb;
#[cfg(unix)]
use crate::exec;
use crate::sign_in::{self, How};
use crate::{bots, doctor, history, out, serve};
use daypass_wiring::api::TokenStatus;
use daypass_wiring::domain::{AccountId, Problem, Remedy};
use daypass_wiring::view::Snapshot;
use daypass_wiring::{Browser, Client, Code, Opener, Refused, SystemOpener};
use futures::StreamExt;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

pub(crate) async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Serve { practice } => return serve::serve(practice).await,
        Verb::Practice(args) => return serve::practice(args).await,
        Verb::Completions { .. } => {}
        Verb::Status { account, json } => status(account, json).await?,
        Verb::SignIn { account, no_browser, paste, wait } => {
            let (client, id) = ask_owner(account).await?;
            sign_in::sign_in(&*client, &id, How::of(no_browser, paste), wait).await?;
        }
        Verb::Refresh { account, no_browser, wait } => refresh(account, no_browser, wait).await?,
        Verb::SignOut { account } => sign_out(account).await?,
        Verb::KeepSecret { account } => keep_secret(account).await?,
        Verb::Token(args) => bots::token(args).await?,
        #[cfg(unix)]
        Verb::Exec(args) => return exec::exec(args).await,
        Verb::Wait(args) => bots::wait(args).await?,
        Verb::Watch { account, after } => bots::watch(account, after).await?,
        Verb::ReportInvalid { account, generation } => bots::report_invalid(account, generation).await?,
        Verb::Keys { verb } => bots::keys(verb).await?,
        Verb::Accounts => {
            let snapshot = daypass_wiring::connect().await?.snapshot().await?;
            for account in &snapshot.accounts {
                println(&format!("{}\t{}\t{}", account.id, account.broker_name, account.label))?;
            }
        }
        Verb::Doctor { account, json } => doctor::doctor(account, json).await?,
        Verb::Report => println(daypass_wiring::connect().await?.report().await?.trim_end())?,
        Verb::History(args) => history::history(args).await?,
        Verb::Dashboard { no_browser } => dashboard(no_browser).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(account: Option<String>, json: bool) -> anyhow::Result<()> {
    let snapshot = daypass_wiring::connect().await?.snapshot().await?;
    if json {
        let status = match account {
            Some(account) => {
                let view = snapshot.accounts.iter().find(|view| view.id == account);
                TokenStatus::of(view.ok_or_else(|| unknown(&account))?, snapshot.now)
            }
            None => TokenStatus::of_worst(&snapshot),
        };
        return println(&serde_json::to_string_pretty(&status)?);
    }
    let mut shown: Vec<_> = snapshot.accounts.iter().collect();
    if let Some(account) = account {
        shown.retain(|view| view.id == account);
        if shown.is_empty() {
            return Err(unknown(&account).into());
        }
    }
    for note in &snapshot.notes {
        let _ = writeln!(std::io::stderr(), "{}", note.problem);
    }
    if shown.is_empty() {
        return println("There is no account yet. Add one in the window or in config.yaml.");
    }
    Ok(out::accounts(&shown, snapshot.now)?)
}

async fn refresh(account: Option<String>, no_browser: bool, wait: Duration) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    let how = if no_browser { Browser::No } else { Browser::Open };
    if let Some(url) = client.refresh(&id, how).await?.sign_in_url {
        println(&url)?;
    }
    sign_in::wait_for(&*client, &id, wait).await
}

/// A broker that does not answer is not waited for any longer than this; the token is gone here in any case.
const SIGN_OUT_LIMIT: Duration = Duration::from_secs(60);

async fn sign_out(account: Option<String>) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    client.sign_out(&id).await?;
    let mut changes = client.changes().await?;
    let over = async {
        while let Some(snapshot) = changes.next().await {
            let view = snapshot.accounts.into_iter().find(|view| view.id == id.as_str());
            match view {
                Some(view) if view.work.is_some() => {}
                view => return view.and_then(|view| view.trouble),
            }
        }
        None
    };
    let trouble = tokio::time::timeout(SIGN_OUT_LIMIT, over).await.map_err(|_| late())?;
    if let Some(problem) = trouble {
        let _ = writeln!(std::io::stderr(), "daypass: {problem} ({})", problem.code);
    }
    println(&format!("{id} is signed out."))
}

/// The secret itself never comes here: the owner copies it, and says where it lies.
async fn keep_secret(account: Option<String>) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    client.keep_secret(&id).await?;
    println(&format!("Daypass keeps the secrets of {id} sealed now."))?;
    let settings = client.settings().await?;
    let found = settings["secrets_in_files"].as_array().cloned().unwrap_or_default();
    for found in found.iter().filter(|found| found["account"] == id.as_str()) {
        println(&format!("Delete it from the file: {}.", found["where"].as_str().unwrap_or_default()))?;
    }
    Ok(())
}

async fn dashboard(no_browser: bool) -> anyhow::Result<()> {
    let link = daypass_wiring::connect().await?.dashboard().await?;
    let address = link.address.expose();
    if no_browser {
        return println(address);
    }
    SystemOpener.open(&address.parse()?).await.map_err(|problem| Refused { code: Code::CannotStart, problem })?;
    // What stands behind the `#` is for the browser alone.
    println(address.split('#').next().unwrap_or_default())
}

/// The owner, and the account that was meant: the only one if none was named.
pub(crate) async fn ask_owner(account: Option<String>) -> anyhow::Result<(Arc<dyn Client>, AccountId)> {
    let client = daypass_wiring::connect().await?;
    let id = match account {
        Some(account) => AccountId::new(account.clone()).map_err(|_| unknown(&account))?,
        None => only(&client.snapshot().await?)?,
    };
    Ok((client, id))
}

fn only(snapshot: &Snapshot) -> Result<AccountId, Refused> {
    let ids: Vec<&str> = snapshot.accounts.iter().map(|view| view.id.as_str()).collect();
    match ids.as_slice() {
        [id] => AccountId::new(*id).map_err(|_| unknown(id)),
        [] => Err(Refused { code: Code::NoCredentials, problem: NO_ACCOUNT }),
        _ => {
            let problem = WHICH_ACCOUNT.advising(format!("Name one of: {}.", ids.join(", ")));
            Err(Refused { code: Code::BadInput, problem })
        }
    }
}

pub(crate) fn unknown(account: &str) -> Refused {
    let problem = Problem::new("unknown_account", "", "See the accounts with `daypass accounts`.", Remedy::FixSetting)
        .saying(format!("There is no account \"{account}\"."));
    Refused { code: Code::UnknownAccount, problem }
}

fn late() -> Refused {
    let problem = Problem::new("time_limit", "The sign-out is not over yet.", "Ask for its status.", Remedy::TryAgain);
    Refused { code: Code::TimeLimit, problem }
}

const NO_ACCOUNT: Problem = Problem::new(
    "no_account",
    "There is no account yet.",
    "Add one in the window or in config.yaml.",
    Remedy::FixSetting,
);
const WHICH_ACCOUNT: Problem = Problem::new("which_account", "There are several accounts.", "", Remedy::FixSetting);

/// A line on standard output; a reader that went away is no error worth a word.
pub(crate) fn println(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
