//! The market's ladder: when a person is reminded of a token that a fixed cut-off ended in the night.
//!
//! Loudness follows the open, not the token: 03:30 is red every night, and silent. Each step is told once a day, and
//! after a sleep only the newest one.

use crate::account::{Account, Cause, Ladder};
use crate::event::Presence;
use crate::market::{self, day_clock};
use crate::useful::ends_by_cutoff;
use chrono::{Duration, NaiveTime};
use daypass_domain::calendar::TradingDay;
use daypass_domain::{Moment, Policy};

/// The quiet hint comes no earlier than this, on the exchange's clock: whoever trades is up by then.
const HINT: (u32, u32) = (8, 0);
/// The reminder comes no earlier than this.
const REMINDER: (u32, u32) = (8, 30);
/// A session in the evening is not announced in the morning: the hint comes at most so long before it,
const HINT_BEFORE_OPEN: Duration = Duration::hours(6);
/// and the reminder at most so long.
const REMINDER_BEFORE_OPEN: Duration = Duration::hours(2);
/// A sign-in takes some minutes: the reminder comes at least so long before the ready-by time.
const REMINDER_BEFORE_READY_BY: Duration = Duration::minutes(15);
/// The first step after the ready-by time.
const QUARTER_BEFORE_OPEN: Duration = Duration::minutes(15);
/// The last step, and the end of every snooze.
pub const LAST_STEP_BEFORE_OPEN: Duration = Duration::minutes(5);
/// How long a snooze lasts.
pub const SNOOZE: Duration = Duration::minutes(10);

/// One rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Which one.
    pub cause: Cause,
    /// When.
    pub at: Moment,
}

/// The next rung to tell: in the past (now is the time) or in the future. `None`: this account has no ladder now.
pub fn next_rung(account: &Account, general: &Policy, presence: Presence, now: Moment) -> Option<Rung> {
    if !climbs(account, now) {
        return None;
    }
    let policy = account.policy(general);
    let waits = account.facts.ladder.snoozed_until.filter(|until| *until > now);
    if let Some(day) = market::day_of(account, now).filter(|day| now < day.closes) {
        let rungs = rungs(account, policy, &day);
        let newest = rungs.iter().rev().find(|rung| rung.at <= now);
        if let Some(rung) = newest.filter(|rung| !told_today(account, rung.cause, now)) {
            let hint_to_nobody = rung.cause == Cause::Hint && presence == Presence::Away;
            if !hint_to_nobody {
                return Some(Rung { at: waits.unwrap_or(rung.at), ..*rung });
            }
        }
        if let Some(rung) = rungs.into_iter().find(|rung| rung.at > now) {
            return Some(Rung { at: waits.map_or(rung.at, |until| until.max(rung.at)), ..rung });
        }
    }
    let tomorrow = market::day_after(account, now)?;
    rungs(account, policy, &tomorrow).into_iter().next()
}

/// The rungs of a trading day, in order.
pub fn rungs(account: &Account, policy: &Policy, day: &TradingDay) -> [Rung; 5] {
    let clock = day_clock(account);
    let before = |span| day.opens - clock.span(span);
    let ready_by = market::ready_by(account, day, policy.ready_before);
    // Where the ready-by time is early: of two steps at one moment only the newer would be told, and no browser open.
    let reminder = ready_by - clock.span(REMINDER_BEFORE_READY_BY);
    let time = |(hour, minute)| {
        clock.at(day.opens, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()).min(ready_by)
    };
    [
        Rung { cause: Cause::Hint, at: time(HINT).max(before(HINT_BEFORE_OPEN)) },
        Rung { cause: Cause::Reminder, at: time(REMINDER).min(reminder).max(before(REMINDER_BEFORE_OPEN)) },
        Rung { cause: Cause::ReadyBy, at: ready_by },
        Rung { cause: Cause::Quarter, at: before(QUARTER_BEFORE_OPEN).max(ready_by) },
        Rung { cause: Cause::Five, at: before(LAST_STEP_BEFORE_OPEN).max(ready_by) },
    ]
}

/// When a person may be asked who would be asked then: on a day on which nothing opens nobody is, and the next trading
/// day's reminder is the time.
pub fn asked_from(account: &Account, policy: &Policy, at: Moment) -> Moment {
    if market::trades(account, at) {
        return at;
    }
    market::day_after(account, at).map_or(at, |day| reminder(account, policy, &day))
}

/// When a person is reminded on a trading day.
pub fn reminder(account: &Account, policy: &Policy, day: &TradingDay) -> Moment {
    rungs(account, policy, day)[1].at
}

/// Whether the ladder is this account's: its token was ended by the cut-off, or lost on an earlier day whatever ended it,
/// and nobody chose to be without one.
pub fn climbs(account: &Account, now: Moment) -> bool {
    (ends_by_cutoff(account) || lost_before_today(account, now))
        && account.grant.is_some()
        && account.valid_grant(now).is_none()
        && !account.facts.signed_out
        && account.facts.paused.is_none()
        && account.setup.missing.is_none()
}

/// Marks the rungs that have passed today as told: a token that the broker refuses in the middle of the day has news of
/// its own, and the ladder goes on from where the day is.
pub fn pass(account: &mut Account, general: &Policy, now: Moment) {
    let today = day_clock(account).midnight(now);
    let policy = account.policy(general);
    let rungs = market::day_of(account, now).map(|day| rungs(account, policy, &day));
    let passed = rungs.into_iter().flatten().filter(|rung| rung.at <= now).map(|rung| rung.cause).collect();
    let ladder = &mut account.facts.ladder;
    if ladder.day != Some(today) {
        *ladder = Ladder { day: Some(today), ..Ladder::default() };
    }
    ladder.told = passed;
}

/// The row of attempts belongs to the day on which the token was lost; a new day is the ladder's.
fn lost_before_today(account: &Account, now: Moment) -> bool {
    !account.can_renew(now) && day_after_loss(account).is_some_and(|day| day <= now)
}

/// The midnight after the token was lost.
pub fn day_after_loss(account: &Account) -> Option<Moment> {
    account.lost_at().map(|lost| day_clock(account).next_midnight(lost))
}

fn told_today(account: &Account, cause: Cause, now: Moment) -> bool {
    let ladder = &account.facts.ladder;
    ladder.day == Some(day_clock(account).midnight(now)) && ladder.told.contains(&cause)
}
