//! What the ring knows in memory: the keys or why there are none, the limits, and what is still to be written.
//!
//! The invariant: keys that could not be read are never taken for no keys. What this is not: it waits for no disk, except
//! to read a file again that could not be read before.

use crate::file::{self, Stored};
use crate::keys::Keys;
use crate::pace::{Limit, Pace};
use chrono::TimeDelta;
use daypass_domain::{Moment, Problem};
use std::path::Path;
use std::time::Duration;

/// The last use is written no more often than this; a person looks at it to see which keys are dead.
const SAVE_USES_EVERY: TimeDelta = TimeDelta::hours(1);
/// After a failure the disk is left alone this long.
const SAVE_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// Callers do not make us read a broken file more often than this.
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

/// Behind the ring's lock.
pub(crate) struct Live {
    keys: Result<Keys, Problem>,
    pace: Pace,
    wrong: Limit,
    /// When what has changed in memory is to be written; none if nothing has.
    due: Option<Moment>,
    /// When a bot last made us read a broken file.
    read_again: Option<Moment>,
}

impl Live {
    pub(crate) fn open(file: &Path) -> Self {
        let pace = Pace::new();
        Self { keys: read(file, &pace), wrong: pace.for_wrong_keys(), pace, due: None, read_again: None }
    }

    /// Why there are no keys.
    pub(crate) fn problem(&self) -> Option<Problem> {
        self.keys.as_ref().err().cloned()
    }

    /// The keys; a file that could not be read is read again.
    pub(crate) fn keys(&mut self, file: &Path) -> Result<&mut Keys, Problem> {
        if self.keys.is_err() {
            self.keys = read(file, &self.pace);
        }
        self.keys.as_mut().map_err(|problem| problem.clone())
    }

    /// The same for a bot: limits go on to this moment, and a broken file is not read for each request.
    pub(crate) fn keys_for_a_bot(&mut self, file: &Path, now: Moment) -> Result<&mut Keys, Problem> {
        self.pace.tell(now);
        let lately = self.read_again.is_some_and(|then| then <= now && now - then < READ_AGAIN_AFTER);
        if let Err(problem) = &self.keys {
            if lately {
                return Err(problem.clone());
            }
            self.read_again = Some(now);
        }
        self.keys(file)
    }

    pub(crate) fn add(&mut self, stored: Stored) {
        if let Ok(keys) = &mut self.keys {
            keys.add(stored, &self.pace);
        }
    }

    /// Counts a wrong key; `Err` is how long to wait if it was one too many.
    pub(crate) fn count_wrong(&self) -> Result<(), Duration> {
        self.wrong.count()
    }

    /// A key was used: to be written, but not for each use.
    pub(crate) fn used(&mut self, now: Moment) {
        let at = now + SAVE_USES_EVERY;
        // The earlier one, so that a clock that was set back does not put it off.
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    pub(crate) fn due(&self) -> Option<Moment> {
        self.due
    }

    /// What belongs into the file now. What changes from here on is for the next time.
    pub(crate) fn begin_writing(&mut self) -> Vec<Stored> {
        self.due = None;
        self.keys.iter().flat_map(Keys::stored).cloned().collect()
    }

    /// How the writing went, and since when it counts as tried.
    pub(crate) fn end_writing(&mut self, written: bool, tried: Moment) {
        match &mut self.keys {
            Ok(keys) if written => keys.saved(),
            _ => self.due = Some(tried + SAVE_AGAIN_AFTER),
        }
    }
}

fn read(file: &Path, pace: &Pace) -> Result<Keys, Problem> {
    file::read(file).map(|stored| Keys::new(stored, pace))
}
