//! The real clock: the brokers' time, deadlines that survive sleep and clock changes, and a watch that notices both.
//!
//! Tokens end by the brokers' clock, so that is the one that counts. It begins as this computer's wall clock, goes on by a
//! clock that nobody sets and that goes on in sleep, and is corrected by what the brokers' own answers tell: setting the
//! wall clock moves nothing here by itself. A correction is taken over by the manager between two turns
//! ([`Clock::adopt`]), together with every deadline that is under way.
//!
//! On Linux a timerfd on the boot-time clock fires at its moment even if the computer slept past it, and one on the wall
//! clock that is never due is cancelled by the kernel when that is set or the computer resumes. Elsewhere: naps of at
//! most 30 s. This is the only file of the program, practice aside, that reads a clock.
#![allow(clippy::disallowed_methods, reason = "this is where the program's time comes from")]

use async_trait::async_trait;
use chrono::{DateTime, Duration, FixedOffset, Local, Offset, Utc};
use daypass_domain::Moment;
use daypass_manager::{Clock, Event, Handle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

/// A wall clock that is off by less is right: a `Date` header has whole seconds, and its way takes some.
const RIGHT: Duration = Duration::seconds(20);
/// What an answer has to differ by from what is known, to be news.
const NEWS: Duration = Duration::seconds(5);

/// The brokers' clock, as far as it is known. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct RealClock(Arc<Bases>);

/// Milliseconds from the steady clock's beginning to ours.
#[derive(Debug)]
struct Bases {
    /// The one in force.
    now: AtomicI64,
    /// The one that the manager takes over next.
    next: AtomicI64,
    /// A broker has agreed with it since the computer slept last.
    confirmed: AtomicBool,
    /// Answers in a row that contradict what a broker has agreed with.
    against: AtomicU32,
}

/// When something was asked, by this clock: what an answer says of the time holds only for that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking {
    base: i64,
    steady: i64,
}

impl Default for RealClock {
    fn default() -> Self {
        let base = wall() - steady();
        let (confirmed, against) = (AtomicBool::default(), AtomicU32::default());
        Self(Arc::new(Bases { now: base.into(), next: base.into(), confirmed, against }))
    }
}

fn wall() -> i64 {
    Utc::now().timestamp_millis()
}

fn steady() -> i64 {
    waiting::steady().num_milliseconds()
}

impl RealClock {
    /// How far this computer's clock will be behind ours once the manager has taken the last correction over; negative if
    /// it is ahead, zero if it is right.
    pub(crate) fn behind(&self) -> Duration {
        let behind = Duration::milliseconds(steady() + self.0.next.load(Ordering::Relaxed) - wall());
        if behind.abs() < RIGHT { Duration::zero() } else { behind }
    }

    /// Before a broker is asked.
    pub(crate) fn asking(&self) -> Asking {
        Asking { base: self.0.now.load(Ordering::Relaxed), steady: steady() }
    }

    /// A broker's answer was ahead of this clock by so much: true if that is news. An answer that was long on its way, or
    /// slept through, or that was asked for before a correction, says nothing.
    pub(crate) fn heard(&self, asking: Asking, ahead: Duration) -> bool {
        let (steady, wall) = (steady(), wall());
        let stale = asking.base != self.0.next.load(Ordering::Relaxed);
        if stale || steady - asking.steady > RIGHT.num_milliseconds() {
            return false;
        }
        if ahead.abs() < RIGHT {
            self.0.confirmed.store(true, Ordering::Relaxed);
            self.0.against.store(0, Ordering::Relaxed);
            return false;
        }
        let heard = steady + asking.base + ahead.num_milliseconds();
        let wall_agrees = (heard - wall).abs() < RIGHT.num_milliseconds();
        // One broker among several may be wrong: what another has agreed with is given up only for two in a row, or for
        // one that has the wall clock on its side.
        let contradicts = self.is_confirmed() && !wall_agrees;
        if contradicts && self.0.against.fetch_add(1, Ordering::Relaxed) == 0 {
            return false;
        }
        // A wall clock that agrees is the better one: it has more than whole seconds.
        let right = if wall_agrees { wall } else { heard };
        self.0.confirmed.store(true, Ordering::Relaxed);
        self.0.against.store(0, Ordering::Relaxed);
        self.will_be(right - steady)
    }

    /// Whether a broker has agreed with this clock since the computer slept last.
    fn is_confirmed(&self) -> bool {
        self.0.confirmed.load(Ordering::Relaxed)
    }

    /// After a sleep it has to be heard anew.
    fn doubt(&self) {
        self.0.confirmed.store(false, Ordering::Relaxed);
    }

    /// This computer's clock is believed: nothing depends on what was known, or the difference is not worth a word.
    pub(crate) fn believe_the_wall(&self) -> bool {
        self.will_be(wall() - steady())
    }

    fn will_be(&self, base: i64) -> bool {
        let news = (base - self.0.next.load(Ordering::Relaxed)).abs() >= NEWS.num_milliseconds();
        if news {
            self.0.next.store(base, Ordering::Relaxed);
        }
        news
    }

    /// How far the wall clock is from ours.
    fn wall_ahead(&self) -> Duration {
        Duration::milliseconds(wall() - steady() - self.0.next.load(Ordering::Relaxed))
    }

    /// Has the manager take the correction over.
    pub(crate) fn tell(&self, handle: &Handle) {
        let behind = self.behind();
        handle.clock_off((!behind.is_zero()).then_some(behind));
    }
}

#[async_trait]
impl Clock for RealClock {
    fn now(&self) -> Moment {
        DateTime::from_timestamp_millis(steady() + self.0.now.load(Ordering::Relaxed)).unwrap_or_default()
    }

    async fn until(&self, moment: Moment) {
        // A correction meanwhile comes with an event, and with it the wait begins anew.
        let base = self.0.now.load(Ordering::Relaxed);
        waiting::until(Duration::milliseconds(moment.timestamp_millis() - base)).await;
    }

    fn adopt(&self) -> Duration {
        let next = self.0.next.load(Ordering::Relaxed);
        Duration::milliseconds(next - self.0.now.swap(next, Ordering::Relaxed))
    }
}

/// This computer's offset from UTC now.
pub(crate) fn local_offset() -> FixedOffset {
    Local::now().offset().fix()
}

/// Tells the manager whenever the computer resumed or its clock was set. Never returns.
pub(crate) async fn watch_jumps(handle: Handle, clock: RealClock) {
    // Before the first wait as well: the clock may have been set while the program started.
    look_at_the_wall(&handle, &clock).await;
    loop {
        let before = wall() - steady();
        let slept = waiting::jump().await;
        if slept {
            tracing::info!("the computer was asleep; looking at everything again");
            handle.event(Event::Woke);
        }
        // A sleep alone sets nothing: what is known of the wall clock stays known.
        if (wall() - steady() - before).abs() >= NEWS.num_milliseconds() {
            look_at_the_wall(&handle, &clock).await;
        }
        if slept {
            clock.doubt();
        }
        handle.event(Event::LocalOffset(local_offset()));
    }
}

/// The wall clock was set, if it differs from what is known: it is believed unless a broker has said otherwise and there
/// is a token that the next answer can tell by.
async fn look_at_the_wall(handle: &Handle, clock: &RealClock) {
    let ahead = clock.wall_ahead();
    if ahead.abs() < NEWS {
        return;
    }
    tracing::warn!("this computer's clock is {} s ahead of what is known", ahead.num_seconds());
    let told = clock.is_confirmed() && ahead.abs() >= RIGHT;
    let asks = told && handle.look().await.is_ok_and(|seen| seen.accounts.iter().any(|view| view.valid));
    if !asks {
        clock.believe_the_wall();
    }
    clock.tell(handle);
    handle.event(Event::ClockSet);
}

#[cfg(target_os = "linux")]
mod waiting {
    use super::Duration;
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::time::{
        ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

    /// A clock that nobody sets, and that goes on in sleep.
    pub(super) fn steady() -> Duration {
        read(ClockId::Boottime)
    }

    fn read(clock: ClockId) -> Duration {
        let time = clock_gettime(clock);
        Duration::seconds(time.tv_sec) + Duration::nanoseconds(time.tv_nsec)
    }

    /// How long the computer has slept since it was started.
    fn asleep() -> Duration {
        read(ClockId::Boottime) - read(ClockId::Monotonic)
    }

    /// Far enough away never to come, near enough for every kernel's arithmetic (year 2200).
    const NEVER: i64 = 7_258_118_400;

    /// Waits until the steady clock stands there.
    pub(super) async fn until(moment: Duration) {
        while steady() < moment {
            let at = Timespec { tv_sec: moment.num_seconds(), tv_nsec: moment.subsec_nanos().into() };
            if fires(TimerfdClockId::Boottime, at, TimerfdTimerFlags::ABSTIME).await.is_err() {
                super::nap(moment).await;
            }
        }
    }

    /// Waits until the wall clock was set or the computer resumed; true if it slept.
    pub(super) async fn jump() -> bool {
        let before = asleep();
        loop {
            let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
            match fires(TimerfdClockId::Realtime, Timespec { tv_sec: NEVER, tv_nsec: 0 }, flags).await {
                Err(Errno::CANCELED) => return asleep() - before > Duration::seconds(1),
                Ok(()) => {}
                Err(_) => super::nap_for_ever().await,
            }
        }
    }

    /// Waits for one timer. `Err(CANCELED)`: the clock jumped meanwhile.
    async fn fires(clock: TimerfdClockId, at: Timespec, flags: TimerfdTimerFlags) -> Result<(), Errno> {
        let timer: OwnedFd = timerfd_create(clock, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
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
    use super::{Duration, Utc};
    use std::time::Instant;

    /// A jump of the wall clock against a nap of known length that is larger than this is no scheduling noise.
    const NOISE: Duration = Duration::seconds(20);

    /// These systems have no clock here that surely goes on in sleep and that nobody sets: the wall's stands in for it.
    pub(super) fn steady() -> Duration {
        Duration::milliseconds(Utc::now().timestamp_millis())
    }

    pub(super) async fn until(moment: Duration) {
        while steady() < moment {
            super::nap(moment).await;
        }
    }

    /// A sleep and a clock that was set forward look alike; the next answer of a broker tells them apart.
    pub(super) async fn jump() -> bool {
        loop {
            let (wall, awake) = (Utc::now(), Instant::now());
            tokio::time::sleep(super::LONGEST_NAP).await;
            let passed = Duration::from_std(awake.elapsed()).unwrap_or_default();
            let off = Utc::now() - wall - passed;
            if off.abs() > NOISE {
                return off > NOISE;
            }
        }
    }
}

/// No nap is longer, so that a sleep of the computer is noticed soon after it where nothing else tells.
const LONGEST_NAP: std::time::Duration = std::time::Duration::from_secs(30);

async fn nap(moment: Duration) {
    let left = (moment - waiting::steady()).to_std().unwrap_or_default();
    tokio::time::sleep(left.min(LONGEST_NAP)).await;
}

#[cfg(target_os = "linux")]
async fn nap_for_ever() {
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests;
