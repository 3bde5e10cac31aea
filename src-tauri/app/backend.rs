//! The program behind the desktop: the one place here that names it.
//!
//! Invariant: everything else in this folder sees a [`Client`] and plain views, whether this process runs the manager or
//! has joined a service that does. What this is not: a second client; it only keeps the one that is current.

pub(crate) use daypass_wiring::{
    AccountId, Answer, Browser, Client, Code, Moment, NewAccount, Opener, Problem, Refused, Remedy, Secret, SignIn,
    inheritable, notice, view,
};

use daypass_wiring::Start;
use futures::future::BoxFuture;
use std::sync::{Arc, PoisonError, RwLock};

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

/// The client of the moment. It changes when a joined service ends and this process takes over.
pub(crate) struct Current {
    held: RwLock<Option<Held>>,
    opener: Arc<dyn Opener>,
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
        Self { held: RwLock::default(), opener }
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
        self.opener.open(&url).await.map_err(failed)
    }
}

const NO_ADDRESS: Problem = Problem::new(
    "no_sign_in_address",
    "The sign-in has no address that could be opened.",
    "Try again; the log has the cause.",
    Remedy::TryAgain,
);
