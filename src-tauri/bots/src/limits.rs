//! How often somebody may try.
//!
//! The invariant: a flood of wrong keys shuts out no right one; the two have limits of their own. What this is not: a
//! clock; the time comes in.

use crate::key::KeyId;
use daypass_domain::Moment;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A bot that asks before each order stays below this; one in a loop does not.
const PER_KEY: (u32, u32) = (20, 60);
/// All wrong keys together: more than typing mistakes, far less than guessing.
const WRONG: (u32, u32) = (5, 20);

/// Both limits.
pub(crate) struct Limits {
    clock: Told,
    keys: RateLimiter<KeyId, HashMapStateStore<KeyId>, Told, NoOpMiddleware<Nanos>>,
    wrong: RateLimiter<NotKeyed, InMemoryState, Told, NoOpMiddleware<Nanos>>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        let clock = Told::default();
        Self {
            keys: RateLimiter::new(quota(PER_KEY), HashMapStateStore::default(), clock.clone()),
            wrong: RateLimiter::direct_with_clock(quota(WRONG), clock.clone()),
            clock,
        }
    }

    /// Whether this key may be used once more; else after how long it may.
    pub(crate) fn key(&self, id: &KeyId, now: Moment) -> Result<(), Duration> {
        self.clock.tell(now);
        self.keys.check_key(id).map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    /// Whether a wrong key may be tried once more.
    pub(crate) fn wrong(&self, now: Moment) -> Result<(), Duration> {
        self.clock.tell(now);
        self.wrong.check().map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    /// A key that is gone needs no limit.
    pub(crate) fn forget(&self) {
        self.keys.retain_recent();
    }
}

fn quota((per_second, burst): (u32, u32)) -> Quota {
    let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(number(per_second)).allow_burst(number(burst))
}

/// A clock that shows what it was told last. It never goes back: a clock that is set must not shut a bot out.
#[derive(Clone, Debug, Default)]
struct Told(Arc<AtomicU64>);

impl Told {
    fn tell(&self, now: Moment) {
        let nanos = now.timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or(0);
        self.0.fetch_max(nanos, Ordering::Relaxed);
    }
}

impl Clock for Told {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::Reference;

    #[test]
    fn the_clock_never_goes_back() {
        let clock = Told::default();
        let at = |seconds| Moment::UNIX_EPOCH + chrono::Duration::seconds(seconds);
        clock.tell(at(9));
        clock.tell(at(3));
        assert_eq!(clock.now().duration_since(Nanos::new(0)), Nanos::new(9_000_000_000));
    }
}
