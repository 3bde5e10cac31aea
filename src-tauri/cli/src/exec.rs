//! `daypass exec ACCOUNT -- COMMAND`: a program with the token in its environment, and with the new one after each
//! rotation.
//!
//! The invariant: the token is in the program's environment and in nobody's command line, and the program's own end is
//! ours. What this is not: a supervisor; a program that ends by itself is not started again.

mod child;
mod end;
mod terminal;

use crate::args::{Exec, OnRotate};
use crate::bots::{BETWEEN_TRIES, again, wanted};
use crate::signals::Signals;
use crate::verbs::ask_owner;
use child::Child;
use daypass_wiring::api::TokenStatus;
use daypass_wiring::domain::AccountId;
use daypass_wiring::{Caller, Client, Code, HandedOut, Refused, Wanted};
use futures::StreamExt;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;
use tokio::signal::unix::SignalKind;
use tokio::sync::watch;

pub(crate) async fn exec(args: Exec) -> anyhow::Result<ExitCode> {
    let Exec { account, lasts, wait, on_rotate, grace, bot, command } = args;
    let mut signals = Signals::listen(&PASSED_ON)?;
    let named = command.first().map(|program| base(&program.to_string_lossy()));
    let first = async {
        let (client, id) = ask_owner(account).await?;
        let take = Take { id, wanted: wanted(lasts, None)?, caller: Caller::here(bot.or(named)) };
        let out = match wait {
            Some(limit) => {
                let limit = chrono::Duration::from_std(limit)?;
                client.wait_for_token(&take.id, take.wanted, limit, &take.caller).await?
            }
            None => client.token(&take.id, take.wanted, &take.caller).await?,
        };
        anyhow::Ok((client, take, out))
    };
    let (client, take, out) = tokio::select! {
        first = first => first?,
        // Signals end the wait as they would end the program.
        signal = signals.any() => return Ok(end::like(ExitStatus::from_raw(signal))),
    };
    let (newest, mut rotated) = watch::channel(out.about.generation);
    let mut told = rotated.clone();
    let mut child = Child::start(&command, &out)?;
    let following = tokio::spawn(follow(client, take.id.clone(), newest));
    let mut has = out.about.generation;
    let mut is_to_end = false;
    // The program's own end comes first, whatever else has come at the same time: it is not started again.
    let status = loop {
        tokio::select! {
            biased;
            status = child.ended() => break status?,
            signal = signals.any() => {
                // However long it takes to end, it is not started again.
                is_to_end |= end::ends(signal);
                child.tell(signal);
            }
            out = take.newer(&mut rotated, has), if matches!(on_rotate, OnRotate::Restart) && !is_to_end => {
                if let Some(status) = child.stop(grace, &mut signals).await? {
                    break status;
                }
                has = out.about.generation;
                child = child.follow(&command, &out)?;
            }
            Ok(()) = told.changed(), if !matches!(on_rotate, OnRotate::Restart) => {
                let newest = *told.borrow_and_update();
                if let OnRotate::Signal(signal) = on_rotate && newest != has {
                    has = newest;
                    child.tell(signal);
                }
            }
        }
    };
    following.abort();
    Ok(end::like(status))
}

/// The signals that a program may expect.
const PASSED_ON: [SignalKind; 6] = [
    SignalKind::terminate(),
    SignalKind::interrupt(),
    SignalKind::quit(),
    SignalKind::hangup(),
    SignalKind::user_defined1(),
    SignalKind::user_defined2(),
];

/// How the token is taken each time.
struct Take {
    id: AccountId,
    wanted: Wanted,
    caller: Caller,
}

impl Take {
    /// Waits for another token than this one, and takes it; again and again where that does not work at once.
    async fn newer(&self, newest: &mut watch::Receiver<u64>, has: u64) -> HandedOut {
        let mut told = false;
        loop {
            if newest.wait_for(|newest| *newest != has).await.is_err() {
                // Nobody says so any more.
                std::future::pending::<()>().await;
            }
            match self.now().await {
                Ok(Some(out)) if out.about.generation != has => return out,
                Err(refused) if !told => {
                    tell(&format!("the new token was not taken yet: {}", refused.problem));
                    told = true;
                }
                _ => {}
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }

    async fn now(&self) -> Result<Option<HandedOut>, Refused> {
        match again().await? {
            Some(client) => client.token(&self.id, self.wanted, &self.caller).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Says which token is the newest, through restarts of Daypass and whatever else is in the way for a while.
async fn follow(client: Arc<dyn Client>, id: AccountId, newest: watch::Sender<u64>) {
    let mut client = Some(client);
    // What is in the way is said once.
    let mut said = None;
    loop {
        let in_the_way = match client.take() {
            Some(client) => match news(&*client, &id, &newest).await {
                Ok(()) => {
                    said = None;
                    None
                }
                // It is just being started or ended: that passes.
                Err(refused) if refused.code == Code::NotRunning => None,
                Err(refused) => {
                    // There is always room for a question.
                    if let Ok(status) = client.status(Some(id.as_str())).await {
                        note(&status, &newest);
                    }
                    Some((
                        refused.code,
                        format!("no news of the token for now; it is asked for instead. {}", refused.problem),
                    ))
                }
            },
            None => Some((Code::NotRunning, AWAY.to_owned())),
        };
        if let Some((code, line)) = in_the_way
            && said.replace(code) != Some(code)
        {
            tell(&line);
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
        client = again().await.unwrap_or_default();
    }
}

const AWAY: &str = "Daypass is not running; the program keeps its token, and gets the next one when it is back.";

async fn news(client: &dyn Client, id: &AccountId, newest: &watch::Sender<u64>) -> Result<(), Refused> {
    let known = *newest.borrow();
    let mut watched = client.watch(id, Some(known)).await?;
    while let Some(watched) = watched.next().await {
        note(&watched.status, newest);
    }
    Ok(())
}

/// Notes which token may be taken. Its number may also be a lower one: that of an account which was removed and added again
/// begins anew.
fn note(status: &TokenStatus, newest: &watch::Sender<u64>) {
    if status.valid {
        newest.send_if_modified(|newest| std::mem::replace(newest, status.generation) != status.generation);
    }
}

fn base(program: &str) -> String {
    program.rsplit('/').next().unwrap_or(program).to_owned()
}

/// A line for whoever looks on; standard output is the program's.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "daypass: {line}");
}
