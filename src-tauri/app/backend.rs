//! The program behind the desktop: the one place here that names it.
//!
//! Invariant: everything else in this folder sees a [`Client`] and plain views, whether this process runs the manager or
//! has joined a service that does. What this is not: a second client; it only keeps the one that is current.

pub(crate) use daypass_wiring::domain::ledger::CLIPBOARD;
pub(crate) use daypass_wiring::domain::moment_of;
pub(crate) use daypass_wiring::{
    AccountId, Answer, Browser, Caller, Client, Code, HistoryQuery, LogLine, LogQuery, Moment, NewAccount, Opener,
    Problem, Refused, Remedy, Secret, SignIn, Wanted, inheritable, notice, view,
};

use daypass_wiring::Start;
pub(crate) use daypass_wiring::{KeyView, NewKey};
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The running program, however it came about.
pub(crate) struct Program {
    /// What every window, click and command speaks to.
    pub(crate) client: Arc<dyn Client>,
    /// This process runs the manager; else it has joined one that was there first.
    pub(crate) owns: bool,
    /// Leaves cleanly.
    pub(crate) stop: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>,
}

/// Takes the data folder and runs everything, or joins whoever has it.
pub(crate) async fn start(opener: Arc<dyn Opener>, practice: bool) -> anyhow::Result<Program> {
    let running = daypass_wiring::start(Start { opener: Some(opener), practice, ..Start::here() }).await?;
    let (client, owns) = (running.client(), running.owns());
    Ok(Program { client, owns, stop: Box::new(|| Box::pin(running.stop())) })
}

/// Speaks to whoever runs in these folders, as a process beside it.
#[cfg(target_os = "linux")]
pub(crate) async fn join() -> Answer<Arc<dyn Client>> {
    daypass_wiring::connect().await
}

/// The log of a process beside the program: to its own output, without a secret.
#[cfg(target_os = "linux")]
pub(crate) fn log() {
    daypass_wiring::log_to_terminal();
}

/// The client of the moment. It changes when a joined service ends and this process takes over.
pub(crate) struct Current {
    held: RwLock<Option<Held>>,
    opener: Arc<dyn Opener>,
    /// The address that was opened last: a second click joins the sign-in that waits, and needs no second tab.
    opened: Mutex<Option<String>>,
}

#[derive(Clone)]
struct Held {
    client: Arc<dyn Client>,
    owns: bool,
}

const STARTING: Problem =
    Problem::new("starting", "Daypass has not finished starting.", "Try again in a few seconds.", Remedy::TryAgain);

impl Current {
    /// Nothing to speak to yet.
    pub(crate) fn new(opener: Arc<dyn Opener>) -> Self {
        Self { held: RwLock::default(), opener, opened: Mutex::default() }
    }

    /// Takes the client of a program that has started, or none when it has ended.
    pub(crate) fn put(&self, program: Option<&Program>) {
        let held = program.map(|program| Held { client: program.client.clone(), owns: program.owns });
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }

    /// The client, or a plain "no" while there is none.
    pub(crate) fn client(&self) -> Answer<Arc<dyn Client>> {
        self.held().map(|held| held.client)
    }

    /// Starts a sign-in, or joins the one that waits, and opens the browser on this desktop.
    pub(crate) async fn sign_in(&self, account: &AccountId) -> Answer<SignIn> {
        let Held { client, owns } = self.held()?;
        if owns {
            return client.sign_in(account, Browser::Open).await;
        }
        // A service may have no display: whoever joined it, and was clicked on, has one.
        let sign_in = client.sign_in(account, Browser::No).await?;
        self.open(&sign_in.sign_in_url).await?;
        Ok(sign_in)
    }

    /// Refreshes, with the browser on this desktop where a person is needed.
    pub(crate) async fn refresh(&self, account: &AccountId) -> Answer<()> {
        let Held { client, owns } = self.held()?;
        if owns {
            return client.refresh(account, Browser::Open).await.map(drop);
        }
        match client.refresh(account, Browser::No).await?.sign_in_url {
            Some(url) => self.open(&url).await,
            None => Ok(()),
        }
    }

    fn held(&self) -> Answer<Held> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner).clone();
        held.ok_or(Refused { code: Code::NotRunning, problem: STARTING })
    }

    async fn open(&self, address: &str) -> Answer<()> {
        let failed = |problem| Refused { code: Code::CannotStart, problem };
        let url = address.parse().map_err(|_| failed(NO_ADDRESS))?;
        let before = self.opened().replace(address.to_owned());
        if before.as_deref() == Some(address) {
            return Ok(());
        }
        let result = self.opener.open(&url).await;
        if result.is_err() {
            // What nobody has seen may be tried again.
            self.opened().take();
        }
        result.map_err(failed)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const NO_ADDRESS: Problem = Problem::new(
    "no_sign_in_address",
    "The sign-in has no address that could be opened.",
    "Try again; the log has the cause.",
    Remedy::TryAgain,
);

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use daypass_api::scripted::{SIGN_IN_URL, ScriptedClient, snapshot};
    use url::Url;

    /// Writes down what it was to open, and fails as long as it is told to.
    #[derive(Default)]
    struct Browsers {
        opened: Mutex<Vec<String>>,
        fails: Mutex<bool>,
    }

    #[async_trait]
    impl Opener for Browsers {
        async fn open(&self, url: &Url) -> Result<(), Problem> {
            self.opened.lock().expect("a lock").push(url.to_string());
            if *self.fails.lock().expect("a lock") { Err(NO_ADDRESS) } else { Ok(()) }
        }
    }

    fn joined(browsers: &Arc<Browsers>) -> (Current, Arc<ScriptedClient>) {
        let client = Arc::new(ScriptedClient::new(snapshot(Moment::UNIX_EPOCH, vec![])));
        let current = Current::new(browsers.clone());
        let stop: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send> = Box::new(|| Box::pin(async {}));
        current.put(Some(&Program { client: client.clone(), owns: false, stop }));
        (current, client)
    }

    fn upstox() -> AccountId {
        AccountId::new("upstox").expect("an id")
    }

    #[tokio::test]
    async fn a_second_click_joins_the_sign_in_and_opens_no_second_tab() {
        let browsers = Arc::new(Browsers::default());
        let (current, client) = joined(&browsers);
        current.sign_in(&upstox()).await.expect("a sign-in");
        current.sign_in(&upstox()).await.expect("the same");
        client.script().refresh_url = Some(SIGN_IN_URL.into());
        current.refresh(&upstox()).await.expect("the same once more");
        assert_eq!(*browsers.opened.lock().expect("a lock"), [SIGN_IN_URL]);
        client.script().refresh_url = Some("http://127.0.0.1:9/dialog?state=next".into());
        current.refresh(&upstox()).await.expect("another one");
        assert_eq!(browsers.opened.lock().expect("a lock").len(), 2, "another sign-in has a tab of its own");
    }

    #[tokio::test]
    async fn an_address_that_did_not_open_is_tried_again() {
        let browsers = Arc::new(Browsers::default());
        let (current, _client) = joined(&browsers);
        *browsers.fails.lock().expect("a lock") = true;
        assert_eq!(current.sign_in(&upstox()).await.expect_err("no browser").code, Code::CannotStart);
        *browsers.fails.lock().expect("a lock") = false;
        current.sign_in(&upstox()).await.expect("a sign-in");
        assert_eq!(browsers.opened.lock().expect("a lock").len(), 2);
    }
}
