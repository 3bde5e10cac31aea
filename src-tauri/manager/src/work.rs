//! The one thing that an account is doing. Everything in here has an end, so that nothing can hang.

use crate::event::{Answer, Ticket};
use daypass_domain::{Attempt, Grant, Moment};

/// A piece of work with the number that its answers must carry.
#[derive(Clone, Debug)]
pub struct Work {
    /// Answers with another number change nothing.
    pub attempt: Attempt,
    /// When it began.
    pub since: Moment,
    /// When it gives up.
    pub until: Moment,
    /// What it is.
    pub task: Task,
}

/// What is being done.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "an account has one of these")]
pub enum Task {
    /// A sign-in, with a person in it.
    SignIn(SignIn),
    /// A renewal, without one.
    Renew(Renew),
    /// The broker is asked about the held token.
    Probe,
    /// The token is being ended at the broker.
    SignOut,
}

/// A sign-in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// How far it is.
    pub phase: Phase,
    /// Whether a browser was opened for it; never a second time, unless it did not open.
    pub browser: bool,
    /// Nobody knows yet whether it did.
    pub opening: bool,
    /// Where to sign in, once the listener is open.
    pub url: Option<String>,
    /// Who waits for the address.
    pub asked: Vec<Ticket>,
    /// Somebody who asked wants a browser: somebody is there, whatever else says so.
    pub clicked: bool,
}

/// How far a sign-in is.
#[derive(Clone, Debug)]
pub enum Phase {
    /// The listener is being opened.
    Starting,
    /// A person is in the browser.
    Waiting,
    /// The code is being exchanged.
    Exchanging,
    /// The broker is asked about the new token; the old one is still the one that counts.
    Proving(Proving),
    /// The new token counts and is being written.
    Saving {
        /// Whether the broker said yes to it.
        proven: bool,
    },
}

/// A new token that is being proven.
#[derive(Clone, Debug)]
pub struct Proving {
    /// The token.
    pub grant: Grant,
    /// How often the broker was asked.
    pub asks: u32,
    /// How often it refused.
    pub refusals: u32,
    /// When it is asked again; None while it is being asked.
    pub again: Option<Moment>,
}

/// A renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renew {
    /// A one-time refresh token is marked as sent on disk, before it is sent.
    Marking,
    /// Sent.
    Sent,
}

impl Work {
    /// The sign-in, if that is what it is.
    pub fn sign_in(&self) -> Option<&SignIn> {
        match &self.task {
            Task::SignIn(sign_in) => Some(sign_in),
            _ => None,
        }
    }

    /// Whether only the broker is being asked: anything else may take its place.
    pub fn is_probe(&self) -> bool {
        matches!(self.task, Task::Probe)
    }

    /// Whether this is the answer that is waited for. An answer that comes twice, or after something else, is not.
    pub fn expects(&self, answer: &Answer) -> bool {
        let phase = match &self.task {
            // Somebody may be quicker at the broker than the launcher of the browser is here.
            Task::SignIn(sign_in) if matches!(answer, Answer::Opened(_)) => return sign_in.opening,
            Task::SignIn(sign_in) => &sign_in.phase,
            Task::Renew(Renew::Sent) => return matches!(answer, Answer::Renewed(_)),
            Task::Renew(Renew::Marking) => return false,
            Task::Probe => return matches!(answer, Answer::Probed(..)),
            Task::SignOut => return matches!(answer, Answer::Revoked(_)),
        };
        match phase {
            Phase::Starting => matches!(answer, Answer::Listening(_)),
            Phase::Waiting => matches!(answer, Answer::Returned(_)),
            Phase::Exchanging => matches!(answer, Answer::Exchanged(_)),
            Phase::Proving(proving) => proving.again.is_none() && matches!(answer, Answer::Probed(..)),
            Phase::Saving { .. } => false,
        }
    }

    /// Whether this is out of our hands: a request is on its way, and no person is waited for.
    pub fn in_flight(&self) -> bool {
        match &self.task {
            Task::SignIn(sign_in) => !matches!(sign_in.phase, Phase::Starting | Phase::Waiting),
            Task::Renew(_) | Task::Probe | Task::SignOut => true,
        }
    }

    /// Whether a new token is on its way.
    pub fn brings_token(&self) -> bool {
        matches!(self.task, Task::SignIn(_) | Task::Renew(_))
    }
}
