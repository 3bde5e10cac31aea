//! What every route of a door has at hand.
//!
//! The invariant: whoever waits here (an event stream, the end of a sign-in) holds one of a fixed number of places and
//! leaves when the door closes, so that waiting callers can neither use up the door nor keep the program from ending.

use crate::client::Client;
use crate::problem::{Refusal, name};
use crate::who::Who;
use axum::http::StatusCode;
use daypass_domain::{Problem, Remedy};
use daypass_manager::Code;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// So many may wait at once: far more than windows and bots on one machine, fewer than there are connections.
const PLACES: usize = 192;
/// Whoever shows no key has others: they must not keep the bots from waiting.
const OPEN_PLACES: usize = 32;
/// A place is free as soon as somebody leaves.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// One door.
#[derive(Clone)]
pub(crate) struct Door {
    /// Answers everything.
    pub(crate) client: Arc<dyn Client>,
    /// The program ends, or this door does.
    pub(crate) closing: CancellationToken,
    /// All who come in here are this user's own programs.
    own: bool,
    places: Arc<Semaphore>,
    open_places: Arc<Semaphore>,
}

impl Door {
    /// A door with nobody in it, for everybody.
    pub(crate) fn new(client: Arc<dyn Client>, closing: CancellationToken) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { client, closing, own: false, places: places(PLACES), open_places: places(OPEN_PLACES) }
    }

    /// The same, for this user's own programs alone.
    pub(crate) fn of_the_user(client: Arc<dyn Client>, closing: CancellationToken) -> Self {
        Self { own: true, ..Self::new(client, closing) }
    }

    /// A place to wait for a bot with its key, or for this user's own program; held until it is dropped.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Self::of(&self.places)
    }

    /// A place to wait where anybody may.
    pub(crate) fn place_for(&self, who: &Who) -> Result<OwnedSemaphorePermit, Refusal> {
        match who {
            Who::Program(_) if !self.own => Self::of(&self.open_places),
            Who::Program(_) | Who::Bot(_) => self.place(),
        }
    }

    fn of(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Refusal> {
        let full = || Refusal::with_code(StatusCode::SERVICE_UNAVAILABLE, name(Code::TooMany), TOO_MANY);
        places.clone().try_acquire_owned().map_err(|_| full().again_after(AGAIN_AFTER))
    }
}

const TOO_MANY: Problem = Problem::new(
    "too_many_waiting",
    "Too many programs wait for events already.",
    "Close some of them, or try again later.",
    Remedy::TryAgain,
);
