//! The real clock: deadlines in real time that survive sleep and clock changes, and a watch that notices both.
//!
//! On Linux a timerfd on the real-time clock fires at its moment even if the computer slept past it, and one that is
//! never due is cancelled by the kernel when the clock is set or the computer resumes. Elsewhere: naps of at most 30 s,
//! after which the wall clock is read again. This is the only file of the program, practice aside, that reads a clock.
#![allow(clippy::disallowed_methods, reason = "this is where the program's time comes from")]

use async_trait::async_trait;
use chrono::{FixedOffset, Local, Offset, Utc};
use daypass_domain::Moment;
use daypass_manager::{Clock, Event, Handle};

/// This computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RealClock;

#[async_trait]
impl Clock for RealClock {
    fn now(&self) -> Moment {
        Utc::now()
    }

    async fn until(&self, moment: Moment) {
        waiting::until(moment).await;
    }
}

/// This computer's offset from UTC now.
pub(crate) fn local_offset() -> FixedOffset {
    Local::now().offset().fix()
}

/// Tells the manager whenever the computer resumed or its clock was set. Never returns.
pub(crate) async fn watch_jumps(handle: Handle) {
    loop {
        waiting::jump().await;
        tracing::info!("the clock was set or the computer was asleep; looking at everything again");
        handle.event(Event::LocalOffset(local_offset()));
        handle.event(Event::Woke);
    }
}

#[cfg(target_os = "linux")]
mod waiting {
    use super::{Moment, Utc};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

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
    use super::{Moment, Utc};
    use chrono::Duration;

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
        RealClock.until(Utc::now() - chrono::Duration::hours(1)).await;
    }

    #[tokio::test]
    async fn a_moment_in_the_future_has_come_when_the_wait_is_over() {
        let moment = Utc::now() + chrono::Duration::milliseconds(30);
        RealClock.until(moment).await;
        assert!(Utc::now() >= moment);
    }
}
