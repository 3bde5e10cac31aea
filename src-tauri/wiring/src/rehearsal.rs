//! The practice broker inside the program: started when the first practice account needs it, one per length of day.
//!
//! Its tokens outlive a restart of the program, and its memory of the ended ones does not: a practice token that was
//! signed out works again after a restart, until its end. Daypass has thrown it away by then; only a copy in a bot can tell.

use chrono::Duration;
use daypass_domain::{Problem, Remedy, Secret};
use daypass_practice::{Options, Practice, SigningKey};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tokio::sync::Mutex;
use url::Url;

/// Practice brokers by the length of their day, in milliseconds; 0 is real time.
#[derive(Default)]
pub(crate) struct Rehearsal(Mutex<BTreeMap<i64, Practice>>);

impl Rehearsal {
    /// The address of a practice broker with this day, and a secret that it accepts.
    pub(crate) async fn host(&self, day: Option<Duration>) -> Result<(Url, Secret), Problem> {
        let mut running = self.0.lock().await;
        let key = day.map_or(0, |day| day.num_milliseconds());
        let practice = match running.entry(key) {
            Entry::Occupied(here) => here.into_mut(),
            Entry::Vacant(free) => {
                let options = Options { day, signing_key: Some(SigningKey::new(*KEY)), ..Options::default() };
                let started = Practice::start(options).await;
                free.insert(started.map_err(|error| DID_NOT_START.saying(error.to_string()))?)
            }
        };
        Ok((practice.url(), Secret::new("practice-secret")))
    }

    /// Ends them all.
    pub(crate) async fn stop(&self) {
        for (_, practice) in std::mem::take(&mut *self.0.lock().await) {
            practice.stop().await;
        }
    }
}

/// Signs practice tokens, which are worth nothing; the same each time, so that they outlive a restart as real ones do. The
/// signed-out ones do as well, which real ones do not.
const KEY: &[u8; 32] = b"practice tokens outlive restarts";

const DID_NOT_START: Problem = Problem::new(
    "practice_did_not_start",
    "The practice broker did not start.",
    "Restart Daypass; the log has more.",
    Remedy::TryAgain,
);
