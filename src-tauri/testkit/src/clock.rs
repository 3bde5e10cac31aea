//! A clock that stands still until a test moves it.
//!
//! Whoever waits on it wakes when it has been moved far enough, in the order of the runtime. It never looks at real time.

use async_trait::async_trait;
use chrono::Duration;
use daypass_domain::Moment;
use daypass_manager::Clock;
use tokio::sync::watch;

/// Time as the test says; clones share it.
#[derive(Clone, Debug)]
pub struct FakeClock(watch::Sender<Moment>);

impl FakeClock {
    /// It is that moment.
    pub fn new(now: Moment) -> Self {
        Self(watch::Sender::new(now))
    }

    /// It is that moment now; it may be earlier, as when somebody sets a clock back.
    pub fn set(&self, now: Moment) {
        self.0.send_replace(now);
    }

    /// So much later.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now += by);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Moment {
        *self.0.borrow()
    }

    async fn until(&self, moment: Moment) {
        // The sender lives in `self`, so that waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|now| *now >= moment).await;
    }
}
