//! `daypass sign-in`: begins one, or joins it, and waits for its end.
//!
//! The invariant: what is pasted goes to the owner and nowhere else; it holds the authorization code. What this is not: a
//! listener; the owner has that, and the browser may reach it before anything is pasted.

use crate::verbs::println;
use daypass_wiring::domain::{AccountId, Problem};
use daypass_wiring::{Browser, Client, Code, Refused, Secret};
use std::io::Write;
use std::time::Duration;
use tokio::sync::mpsc;

/// Which browser the person signs in with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// One that the owner opens.
    Opened,
    /// One that the person opens at the printed address.
    Own,
    /// The same on another computer: where it ends is pasted here.
    Elsewhere,
}

impl How {
    pub(crate) fn of(no_browser: bool, paste: bool) -> Self {
        match (paste, no_browser) {
            (true, _) => Self::Elsewhere,
            (false, true) => Self::Own,
            (false, false) => Self::Opened,
        }
    }
}

pub(crate) async fn sign_in(client: &dyn Client, id: &AccountId, how: How, wait: Duration) -> anyhow::Result<()> {
    let browser = if how == How::Opened { Browser::Open } else { Browser::No };
    let address = match client.sign_in(id, browser).await {
        Ok(begun) => {
            // Said first: a sign-in before the cut-off is a sign-in twice.
            begun.note.iter().for_each(|note| tell(note));
            begun.sign_in_url
        }
        // Somebody else's is past the browser already: its end is what was asked for.
        Err(refused) if refused.problem.code == "almost_done" => return wait_for(client, id, wait).await,
        Err(refused) => return Err(refused.into()),
    };
    if how == How::Opened {
        // Whoever runs the manager may have no browser, or another screen than this one.
        tell(&format!("Sign in in your browser. If none has opened: {address}"));
        return wait_for(client, id, wait).await;
    }
    println(&address)?;
    if how == How::Own {
        return wait_for(client, id, wait).await;
    }
    tell("Sign in there. Then copy the whole address that the browser has ended on and paste it here:");
    tokio::select! {
        ended = wait_for(client, id, wait) => ended,
        never = paste_until_taken(client, id) => never,
    }
}

/// Hands lines in until one is taken; the end of the sign-in says the rest, so this has none of its own. Fails only where
/// the owner is gone.
async fn paste_until_taken(client: &dyn Client, id: &AccountId) -> anyhow::Result<()> {
    let mut lines = typed();
    while let Some(line) = lines.recv().await {
        match client.paste(id, line).await {
            Ok(()) => break,
            Err(refused) if refused.code == Code::NotRunning => return Err(refused.into()),
            Err(Refused { problem: Problem { what, todo, code, .. }, .. }) => tell(&format!("{what} {todo} ({code})")),
        }
    }
    std::future::pending().await
}

/// Lines of standard input that say something. A thread that nobody waits for reads them: the sign-in may end before the
/// person presses a key.
fn typed() -> mpsc::Receiver<Secret> {
    let (lines, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let line = line.trim();
            if !line.is_empty() && lines.blocking_send(Secret::new(line)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The end of whatever is under way, in one line.
pub(crate) async fn wait_for(client: &dyn Client, id: &AccountId, wait: Duration) -> anyhow::Result<()> {
    client.finished(id, chrono::Duration::from_std(wait)?).await?;
    let snapshot = client.snapshot().await?;
    let message = snapshot.accounts.iter().find(|view| view.id == id.as_str()).map(|view| view.message.clone());
    println(&format!("{id}: {}", message.unwrap_or_default()))
}

/// A line for the person; standard output is for programs.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
