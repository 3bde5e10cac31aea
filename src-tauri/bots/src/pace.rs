//! How often is too often.
//!
//! The limits are `governor`'s (GCRA); their time is the one that callers tell. The invariant: that time never runs
//! backwards and never leaps, whatever the wall clock does: a clock that is set back must not shut bots out until it has
//! caught up. What this is not: a protection of the secret half, which nobody can guess; it keeps loops and floods cheap.

use chrono::TimeDelta;
use daypass_domain::Moment;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A right key: 20 a second for as long as it likes, though a bot that waits for new tokens needs a few a day; and 60 at
/// once, for every strategy of one bot that starts in the same moment.
const RIGHT: Quota = Quota::per_second(requests(20)).allow_burst(requests(60));
/// Wrong keys of all callers together: 5 a second, and 20 at once for a few bots with an old key that start together.
const WRONG: Quota = Quota::per_second(requests(5)).allow_burst(requests(20));
/// Requests overtake each other on their way here; what is older by less than this is that, and no set clock.
const OVERTAKING: TimeDelta = TimeDelta::seconds(1);
/// After this time every limit is as good as new, so a longer leap need not be followed.
const LONGEST_LEAP: Duration = Duration::from_secs(60);

const fn requests(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// The time of the limits, told by callers.
pub(crate) struct Pace {
    elapsed: Elapsed,
    latest: Option<Moment>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { elapsed: Elapsed::default(), latest: None }
    }

    /// Goes on to this moment.
    pub(crate) fn tell(&mut self, now: Moment) {
        let since = self.latest.map_or(TimeDelta::zero(), |latest| now - latest);
        if since < TimeDelta::zero() && since > -OVERTAKING {
            return;
        }
        self.latest = Some(now);
        self.elapsed.go_on(since.to_std().unwrap_or_default().min(LONGEST_LEAP));
    }

    /// A limit for one right key.
    pub(crate) fn for_a_key(&self) -> Limit {
        self.limit(RIGHT)
    }

    /// The limit for all wrong keys.
    pub(crate) fn for_wrong_keys(&self) -> Limit {
        self.limit(WRONG)
    }

    fn limit(&self, quota: Quota) -> Limit {
        Limit(RateLimiter::direct_with_clock(quota, self.elapsed.clone()))
    }
}

/// One limit.
pub(crate) struct Limit(RateLimiter<NotKeyed, InMemoryState, Elapsed, NoOpMiddleware<Nanos>>);

impl Limit {
    /// Counts one request; `Err` is how long to wait if it was one too many.
    pub(crate) fn count(&self) -> Result<(), Duration> {
        self.0.check().map_err(|not_until| not_until.wait_time_from(self.0.clock().now()))
    }
}

/// Nanoseconds since the keys were opened; the same for all limits.
#[derive(Clone, Debug, Default)]
struct Elapsed(Arc<AtomicU64>);

impl Elapsed {
    fn go_on(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(0);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

impl Clock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.load(Ordering::Relaxed).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Moment {
        "2026-11-17T03:45:00Z".parse().expect("a moment")
    }

    /// How many of 1000 requests at the same moment are let through.
    fn burst(limit: &Limit) -> usize {
        (0..1000).filter(|_| limit.count().is_ok()).count()
    }

    #[test]
    fn limits_are_a_burst_and_then_a_rate() {
        let mut pace = Pace::new();
        pace.tell(start());
        for (sentence, limit, at_once, each_second) in
            [("a right key", pace.for_a_key(), 60, 20), ("wrong keys", pace.for_wrong_keys(), 20, 5)]
        {
            assert_eq!(burst(&limit), at_once, "{sentence}: at once");
            pace.tell(pace.latest.expect("told") + TimeDelta::seconds(1));
            assert_eq!(burst(&limit), each_second, "{sentence}: a second later");
            let wait = limit.count().expect_err("all are used up");
            pace.tell(pace.latest.expect("told") + TimeDelta::from_std(wait).expect("short"));
            assert_eq!(burst(&limit), 1, "{sentence}: after the wait that was asked for");
        }
    }

    #[test]
    fn a_set_clock_neither_shuts_out_nor_opens_a_limit() {
        for (sentence, jump, gained, each_second) in [
            ("set back a day", TimeDelta::days(-1), 0, 20),
            ("overtaken by a fifth of a second, which passes once", TimeDelta::milliseconds(-200), 0, 16),
            ("a leap over a year fills the limit once", TimeDelta::days(365), 60, 20),
            ("a leap over thousands of years as well", TimeDelta::days(365 * 5000), 60, 20),
        ] {
            let mut pace = Pace::new();
            pace.tell(start());
            let limit = pace.for_a_key();
            burst(&limit);
            pace.tell(start() + jump);
            assert_eq!(burst(&limit), gained, "{sentence}");
            pace.tell(start() + jump + TimeDelta::seconds(1));
            assert_eq!(burst(&limit), each_second, "{sentence}: a second later");
        }
    }

    #[test]
    fn requests_that_overtake_each_other_gain_no_time() {
        let mut pace = Pace::new();
        pace.tell(start());
        let limit = pace.for_a_key();
        burst(&limit);
        for _ in 0..1000 {
            pace.tell(start() + TimeDelta::milliseconds(100));
            pace.tell(start());
        }
        assert_eq!(burst(&limit), 2, "a tenth of a second has passed, once");
    }
}
