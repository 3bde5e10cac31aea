//! The broker's clock: the real one, moved as far as a test or a person wants it moved.
//!
//! The invariant: every "now" of this broker comes from here, so that moving it moves codes, tokens, the calendar and
//! the `Date` header together. What this is not: a timer; deadlines of sockets run in real time.

use chrono::{Duration, Utc};
use daypass_domain::Moment;
use std::sync::atomic::{AtomicI64, Ordering};

/// The real time plus some milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
}

impl Clock {
    /// What this broker believes the time to be.
    pub(crate) fn now(&self) -> Moment {
        let real = Utc::now();
        real.checked_add_signed(Duration::milliseconds(self.ahead.load(Ordering::Relaxed))).unwrap_or(real)
    }

    /// Moves it on, or back if the span is negative.
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_it_adds_up() {
        let clock = Clock::default();
        clock.advance(Duration::hours(30));
        clock.advance(Duration::hours(-6));
        let ahead = clock.now() - Utc::now();
        assert!((Duration::hours(23)..=Duration::hours(25)).contains(&ahead), "{ahead}");
    }
}
