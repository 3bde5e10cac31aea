//! The real clock: the brokers' time, deadlines that survive sleep and clock changes, and a watch that notices both.
//!
//! Tokens end by the broker's clock, so that is the one that counts: this computer's, corrected by what the brokers' own
//! answers tell. When the computer's clock is set, ours goes on as it was until a broker has said what time it is.
//!
//! On Linux a timerfd on the real-time clock fires at its moment even if the computer slept past it, and one that is
//! never due is cancelled by the kernel when the clock is set or the computer resumes. Elsewhere: naps of at most 30 s,
//! after which the wall clock is read again. This is the only file of the program, practice aside, that reads a clock.
#![allow(clippy::disallowed_methods, reason = "this is where the program's time comes from")]

use async_trait::async_trait;
use chrono::{Duration, FixedOffset, Local, Offset, Utc};
use daypass_domain::Moment;
use daypass_manager::{Clock, Event, Handle};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that is off by less is right: a `Date` header has whole seconds, and its way takes some.
const RIGHT: Duration = Duration::seconds(20);
/// What an answer has to differ by from what is known, to be news.
const NEWS: Duration = Duration::seconds(5);

/// The brokers' clock, as far as it is known; this computer's own until then. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct RealClock {
    /// Milliseconds by which this computer's clock is behind.
    behind: Arc<AtomicI64>,
}

impl RealClock {
    /// How far this computer's clock is behind the brokers'; negative if it is ahead.
    pub(crate) fn behind(&self) -> Duration {
        Duration::milliseconds(self.behind.load(Ordering::Relaxed))
    }

    /// A broker's answer was ahead of this clock by so much: true if that is news.
    pub(crate) fn heard(&self, ahead: Duration) -> bool {
        let behind = self.behind() + ahead;
        self.set(if behind.abs() < RIGHT { Duration::zero() } else { behind })
    }

    /// This computer's clock was set forward by so much. Ours goes on as it was.
    pub(crate) fn was_set(&self, forward: Duration) -> bool {
        let behind = self.behind() - forward;
        self.set(if behind.abs() < RIGHT { Duration::zero() } else { behind })
    }

    /// Nothing depends on what was known: this computer's clock is believed.
    pub(crate) fn believe_the_system(&self) -> bool {
        self.set(Duration::zero())
    }

    fn set(&self, behind: Duration) -> bool {
        let old = Duration::milliseconds(self.behind.load(Ordering::Relaxed));
        let news = (old - behind).abs() >= NEWS || (behind.is_zero() && !old.is_zero());
        if news {
            self.behind.store(behind.num_milliseconds(), Ordering::Relaxed);
        }
        news
    }

    /// What the manager is told of it.
    pub(crate) fn event(&self) -> Event {
        let behind = self.behind();
        Event::ClockOff((!behind.is_zero()).then_some(behind))
    }
}

#[async_trait]
impl Clock for RealClock {
    fn now(&self) -> Moment {
        Utc::now() + self.behind()
    }

    async fn until(&self, moment: Moment) {
        // A correction meanwhile comes with an event, and with it the wait begins anew.
        waiting::until(moment - self.behind()).await;
    }
}

/// This computer's offset from UTC now.
pub(crate) fn local_offset() -> FixedOffset {
    Local::now().offset().fix()
}

/// Tells the manager whenever the computer resumed or its clock was set. Never returns.
pub(crate) async fn watch_jumps(handle: Handle, clock: RealClock) {
    loop {
        let before = waiting::Reading::now();
        waiting::jump().await;
        let after = waiting::Reading::now();
        handle.event(Event::LocalOffset(local_offset()));
        let forward = after.set_since(&before);
        if forward.abs() >= NEWS {
            tracing::warn!("the clock was set by {} s", forward.num_seconds());
            let holds =
                handle.look().await.is_ok_and(|seen| seen.accounts.iter().any(|account| account.generation > 0));
            let news = if holds { clock.was_set(forward) } else { clock.believe_the_system() };
            if news {
                handle.event(clock.event());
            }
            handle.event(Event::ClockSet);
        }
        if after.slept_since(&before) {
            tracing::info!("the computer was asleep; looking at everything again");
            handle.event(Event::Woke);
        }
    }
}

#[cfg(target_os = "linux")]
mod waiting {
    use super::{Duration, Moment, Utc};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::time::{
        ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

    /// Three clocks at one moment: the wall's, one that goes on in sleep, and one that does not.
    pub(super) struct Reading {
        wall: Moment,
        boot: Duration,
        awake: Duration,
    }

    impl Reading {
        pub(super) fn now() -> Self {
            let read = |clock| {
                let time = clock_gettime(clock);
                Duration::seconds(time.tv_sec) + Duration::nanoseconds(time.tv_nsec)
            };
            Self { wall: Utc::now(), boot: read(ClockId::Boottime), awake: read(ClockId::Monotonic) }
        }

        /// How far the wall's clock was set forward.
        pub(super) fn set_since(&self, before: &Self) -> Duration {
            (self.wall - before.wall) - (self.boot - before.boot)
        }

        pub(super) fn slept_since(&self, before: &Self) -> bool {
            (self.boot - before.boot) - (self.awake - before.awake) > Duration::seconds(1)
        }
    }

    /// Far enough away never to come, near enough for every kernel's arithmetic (year 2200).
    const NEVER: i64 = 7_258_118_400;

    pub(super) async fn until(moment: Moment) {
        while Utc::now() < moment {
            let nanos = i64::from(moment.timestamp_subsec_nanos());
            let at = Timespec { tv_sec: moment.timestamp(), tv_nsec: nanos };
            if fires(at, TimerfdTimerFlags::ABSTIME).await.is_err() {
                super::nap(moment).await;
            }
        }
    }

    pub(super) async fn jump() {
        loop {
            let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
            match fires(Timespec { tv_sec: NEVER, tv_nsec: 0 }, flags).await {
                Err(Errno::CANCELED) => return,
                Ok(()) => {}
                Err(_) => super::nap_for_ever().await,
            }
        }
    }

    /// Waits for one timer. `Err(CANCELED)`: the clock jumped meanwhile.
    async fn fires(at: Timespec, flags: TimerfdTimerFlags) -> Result<(), Errno> {
        let timer: OwnedFd = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        timerfd_settime(&timer, flags, &Itimerspec { it_interval: zero, it_value: at })?;
        #[expect(
            deprecated,
            reason = "its replacement is unsafe; an owned descriptor that nobody else closes is what both need"
        )]
        let timer = AsyncFd::new(timer).map_err(|_| Errno::IO)?;
        loop {
            let mut ready = timer.readable().await.map_err(|_| Errno::IO)?;
            match rustix::io::read(timer.get_ref(), &mut [0_u8; 8]) {
                Ok(_) => return Ok(()),
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod waiting {
    use super::{Duration, Moment, Utc};
    use std::time::Instant;

    /// The wall's clock and one that nobody sets, at one moment. Whether that one goes on in sleep differs between
    /// systems, so a sleep may look like a clock that was set forward: a broker's answer tells them apart.
    pub(super) struct Reading {
        wall: Moment,
        steady: Instant,
    }

    impl Reading {
        pub(super) fn now() -> Self {
            Self { wall: Utc::now(), steady: Instant::now() }
        }

        pub(super) fn set_since(&self, before: &Self) -> Duration {
            let jump = self.jump_since(before);
            if jump < Duration::zero() { jump } else { Duration::zero() }
        }

        pub(super) fn slept_since(&self, before: &Self) -> bool {
            self.jump_since(before) > NOISE
        }

        fn jump_since(&self, before: &Self) -> Duration {
            let passed = Duration::from_std(self.steady - before.steady).unwrap_or_default();
            (self.wall - before.wall) - passed
        }
    }

    /// A jump of the wall clock against a nap of known length that is larger than this is no scheduling noise.
    const NOISE: Duration = Duration::seconds(20);

    pub(super) async fn until(moment: Moment) {
        while Utc::now() < moment {
            super::nap(moment).await;
        }
    }

    pub(super) async fn jump() {
        loop {
            let before = Utc::now();
            tokio::time::sleep(super::LONGEST_NAP).await;
            let off = Utc::now() - before - Duration::from_std(super::LONGEST_NAP).unwrap_or_default();
            if off.abs() > NOISE {
                return;
            }
        }
    }
}

/// No nap is longer, so that a sleep of the computer is noticed soon after it where nothing else tells.
const LONGEST_NAP: std::time::Duration = std::time::Duration::from_secs(30);

async fn nap(moment: Moment) {
    let left = (moment - Utc::now()).to_std().unwrap_or_default();
    tokio::time::sleep(left.min(LONGEST_NAP)).await;
}

#[cfg(target_os = "linux")]
async fn nap_for_ever() {
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_moment_in_the_past_is_not_waited_for() {
        RealClock::default().until(Utc::now() - Duration::hours(1)).await;
    }

    #[tokio::test]
    async fn a_moment_in_the_future_has_come_when_the_wait_is_over() {
        let moment = Utc::now() + Duration::milliseconds(30);
        RealClock::default().until(moment).await;
        assert!(Utc::now() >= moment);
    }

    #[test]
    fn the_brokers_clock_counts() {
        let seconds = Duration::seconds;
        // What happens in order; after each step: is it news, and how far is the computer's clock behind?
        type Step = (&'static str, fn(&RealClock) -> bool, bool, i64);
        let steps: &[Step] = &[
            ("an answer's way takes a moment", |clock| clock.heard(Duration::seconds(2)), false, 0),
            ("a clock that is 94 s slow", |clock| clock.heard(Duration::seconds(94)), true, 94),
            ("the next answer agrees", |clock| clock.heard(Duration::seconds(1)), false, 94),
            ("it is set right", |clock| clock.was_set(Duration::seconds(94)), true, 0),
            (
                "it is set forward by eight hours: ours goes on",
                |clock| clock.was_set(Duration::hours(8)),
                true,
                -28_800,
            ),
            ("and the broker agrees", |clock| clock.heard(Duration::seconds(-1)), false, -28_800),
            ("it is set back", |clock| clock.was_set(Duration::hours(-8)), true, 0),
            ("set back by hours, and the broker says so too", |clock| clock.heard(Duration::hours(3)), true, 10_800),
            ("nobody holds a token", RealClock::believe_the_system, true, 0),
        ];
        let clock = RealClock::default();
        for (sentence, step, news, behind) in steps {
            assert_eq!(step(&clock), *news, "{sentence}");
            assert_eq!(clock.behind(), seconds(*behind), "{sentence}");
            assert!((clock.now() - Utc::now() - seconds(*behind)).abs() < seconds(5), "{sentence}");
        }
    }
}
