//! A sign-in that waits for its callback.
//!
//! The listener is bound before [`open`] returns, so that no browser is ever sent to a closed port; it is closed when
//! the [`Waiting`] is finished or dropped. What this is not: it has no time limit of its own, whoever waits on
//! [`Waiting::callback`] sets one.

use crate::bind::bind;
use crate::desk::{Desk, TooLate};
use crate::gate::{Gate, Stray};
use crate::lease::{self, Stay};
use crate::page::Page;
use crate::room;
use daypass_domain::{Problem, RedirectUri, Remedy, Secret};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::DropGuard;
use url::Url;

/// The result is offered this long to a tab that has not come for it.
const RESULT_OFFERED: Duration = Duration::from_secs(30);
/// A pasted text may be this long (bytes): the same as a request head.
const PASTE_LIMIT: usize = 16 * 1024;

/// What is waited for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The account's redirect URI: where to listen.
    pub redirect: RedirectUri,
    /// The state of this sign-in; it was sent to the broker.
    pub state: Secret,
    /// The broker as people call it; for the pages and messages.
    pub broker_name: String,
}

/// An open listener. Dropping it closes it.
pub struct Waiting {
    desk: Arc<Desk>,
    answers: mpsc::Receiver<Vec<(String, Secret)>>,
    stay: Stay,
    server: JoinHandle<()>,
    _closes: DropGuard,
}

/// Hands in what a person pasted, while somebody else waits on [`Waiting::callback`].
#[derive(Clone)]
pub struct Paster(Arc<Desk>);

/// Binds every loopback address that the redirect URI's host names. Must run inside a tokio runtime.
///
/// Fails with a problem that names who holds the port. A page of an earlier sign-in that is still shown on the port
/// gives way; a sign-in that still waits there does not.
pub async fn open(request: Request) -> Result<Waiting, Problem> {
    let Request { redirect, state, broker_name } = request;
    let (lease, stay) = lease::acquire(redirect.port(), &broker_name).await?;
    let listeners = bind(&redirect, &broker_name).await?;
    for listener in &listeners {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, broker = broker_name, "waiting for the sign-in's callback");
        }
    }
    let (desk, answers) = Desk::new(Gate::new(redirect, state), broker_name);
    let desk = Arc::new(desk);
    let server = tokio::spawn(room::run(listeners, desk.clone(), stay.leave.clone(), lease));
    let closes = stay.leave.clone().drop_guard();
    Ok(Waiting { desk, answers, stay, server, _closes: closes })
}

impl Waiting {
    /// Resolves with the parameters of the first callback (or paste) whose state is right, without `state` itself;
    /// never for anything else. Safe to drop and call again; resolves once.
    pub async fn callback(&mut self) -> Vec<(String, Secret)> {
        match self.answers.recv().await {
            Some(params) => params,
            None => pending().await,
        }
    }

    /// Hands in an address that the person pasted; see [`Paster::paste`].
    pub fn paste(&self, address: &Secret) -> Result<(), Problem> {
        self.paster().paste(address)
    }

    /// A handle that pastes while [`Waiting::callback`] is waited on.
    pub fn paster(&self) -> Paster {
        Paster(self.desk.clone())
    }

    /// Tells the tab how it ended: serves the page until it was read, for 30 s, or until a new sign-in wants the port;
    /// then closes the listener. Dropping the future closes it at once.
    pub async fn finish(self, page: Page) {
        self.desk.end(page);
        self.stay.mark_ended();
        tokio::select! {
            () = self.stay.leave.cancelled() => {}
            _ = timeout(RESULT_OFFERED, self.desk.read().cancelled()) => {}
        }
        self.stay.leave.cancel();
        // It can only fail by being dropped together with the runtime, and then it is closed as well.
        let _ = self.server.await;
    }
}

impl Paster {
    /// Checks the address like a callback (exactly the redirect URI, the right state, once) and hands it to whoever
    /// waits. The problem says what is wrong with the paste; the sign-in goes on.
    pub fn paste(&self, address: &Secret) -> Result<(), Problem> {
        let gate = self.0.gate();
        let url = parse(address)?;
        if !leads_to(&url, gate.redirect()) {
            return Err(FOREIGN_PASTE.advising(format!("Paste the one that begins with {}.", gate.redirect())));
        }
        let params = gate.read(url.query().unwrap_or_default()).map_err(|stray| match stray {
            Stray::Unclear => UNCLEAR_PASTE,
            _ => WRONG_PASTE,
        })?;
        self.0.accept(params).map_err(|late| match late {
            TooLate::Used => USED_PASTE,
            TooLate::Over => LATE_PASTE,
        })
    }
}

/// Browsers like to hide the scheme, so that it may be missing.
fn parse(address: &Secret) -> Result<Url, Problem> {
    if address.len() > PASTE_LIMIT {
        return Err(NO_ADDRESS);
    }
    let text = address.expose().trim();
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.map_err(|_| NO_ADDRESS)
}

fn leads_to(url: &Url, redirect: &RedirectUri) -> bool {
    url.scheme() == "http"
        && url.host() == Some(redirect.host())
        && url.port_or_known_default() == Some(redirect.port())
        && url.path() == redirect.path()
        && url.username().is_empty()
        && url.password().is_none()
}

const NO_ADDRESS: Problem = Problem::new(
    "paste_no_address",
    "That is not a web address.",
    "Copy the whole address from the browser's address bar and paste it again.",
    Remedy::FixSetting,
);
const FOREIGN_PASTE: Problem = Problem::new(
    "paste_foreign",
    "That is not the address Daypass waits for.",
    "Paste the one that begins with the redirect URI.",
    Remedy::FixSetting,
);
const WRONG_PASTE: Problem = Problem::new(
    "paste_other_sign_in",
    "That address is not from the sign-in you started.",
    "Paste the address that the newest sign-in ended on, whole.",
    Remedy::FixSetting,
);
const UNCLEAR_PASTE: Problem = Problem::new(
    "paste_unclear",
    "That address says something twice.",
    "Copy it again from the browser's address bar, once.",
    Remedy::FixSetting,
);
const USED_PASTE: Problem = Problem::new(
    "paste_used",
    "That address was used already.",
    "If Daypass shows Valid, all is well; else start a new sign-in.",
    Remedy::SignInAgain,
);
const LATE_PASTE: Problem =
    Problem::new("paste_late", "This sign-in is over.", "Start a new one from Daypass.", Remedy::SignInAgain);
