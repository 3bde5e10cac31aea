//! One look for all who ask in the same moment: bots and dashboards ask for the status many times a second.
//!
//! The invariant: a look is shared only while nothing has changed, and never for longer than the eye can tell. What this
//! is not: a store; nothing is decided from it.

use chrono::Duration;
use daypass_domain::Moment;
use daypass_manager::view::Snapshot;
use daypass_manager::{Handle, Refused};
use std::sync::{Arc, Mutex, PoisonError};

/// What goes by the clock alone (a level) may be late by so much.
const SHARED: Duration = Duration::milliseconds(250);

/// The last look.
#[derive(Default)]
pub(crate) struct Looks(Mutex<Option<Look>>);

struct Look {
    version: u64,
    seen: Arc<Snapshot>,
}

impl Looks {
    /// Everything as it is now.
    pub(crate) async fn now(&self, handle: &Handle, now: Moment) -> Result<Arc<Snapshot>, Refused> {
        // Read first: a change during the look makes the next one look again.
        let version = handle.seen();
        if let Some(seen) = self.shared(version, now) {
            return Ok(seen);
        }
        let seen = Arc::new(handle.look().await?);
        *self.last() = Some(Look { version, seen: seen.clone() });
        Ok(seen)
    }

    fn shared(&self, version: u64, now: Moment) -> Option<Arc<Snapshot>> {
        let mut last = self.last();
        let look = last.as_mut().filter(|look| look.version == version)?;
        let age = now - look.seen.now;
        (Duration::zero() <= age && age < SHARED).then(|| look.seen.clone())
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
