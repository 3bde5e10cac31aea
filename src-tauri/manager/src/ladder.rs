//! The market's ladder: when a person is reminded of a token that a fixed cut-off ended in the night.
//!
//! Loudness follows the open, not the token: 03:30 is red every night, and silent. Each step is told once a day, and
//! after a sleep only the newest one.

use crate::account::{Account, Cause, Ladder};
use crate::event::Presence;
use crate::useful::{day_clock, ends_by_cutoff};
use chrono::{Duration, NaiveTime};
use daypass_domain::Moment;

/// How long before the open the token must be proven.
pub const READY_BEFORE_OPEN: Duration = Duration::minutes(30);
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
pub fn next_rung(account: &Account, presence: Presence, now: Moment) -> Option<Rung> {
    if !climbs(account, now) {
        return None;
    }
    let clock = day_clock(account);
    let waits = account.facts.ladder.snoozed_until.filter(|until| *until > now);
    if clock.trades(now) && now < clock.at(now, account.setup.profile.market.close) {
        let rungs = rungs(account, now);
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
    tomorrow(account, now)
}

/// The rungs of the trading day of this moment, in order.
pub fn rungs(account: &Account, now: Moment) -> [Rung; 5] {
    let clock = day_clock(account);
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let open = clock.at(now, account.setup.profile.market.open);
    let before = |span| open - clock.span(span);
    [
        Rung { cause: Cause::Hint, at: clock.at(now, time(8, 0)) },
        Rung { cause: Cause::Reminder, at: clock.at(now, time(8, 30)) },
        Rung { cause: Cause::ReadyBy, at: before(READY_BEFORE_OPEN) },
        Rung { cause: Cause::Quarter, at: before(Duration::minutes(15)) },
        Rung { cause: Cause::Five, at: before(LAST_STEP_BEFORE_OPEN) },
    ]
}

/// Whether the ladder is this account's: its token was ended by the cut-off, and nobody chose to be without one.
pub fn climbs(account: &Account, now: Moment) -> bool {
    ends_by_cutoff(account)
        && account.grant.is_some()
        && account.valid_grant(now).is_none()
        && !account.facts.signed_out
        && account.facts.paused.is_none()
        && account.setup.missing.is_none()
}

/// Marks the rungs that have passed today as told: a token that the broker refuses in the middle of the day has news of
/// its own, and the ladder goes on from where the day is.
pub fn pass(account: &mut Account, now: Moment) {
    let today = day_clock(account).midnight(now);
    let passed: Vec<_> = rungs(account, now).iter().filter(|rung| rung.at <= now).map(|rung| rung.cause).collect();
    let ladder = &mut account.facts.ladder;
    if ladder.day != Some(today) {
        *ladder = Ladder { day: Some(today), ..Ladder::default() };
    }
    ladder.told = passed;
}

fn told_today(account: &Account, cause: Cause, now: Moment) -> bool {
    let ladder = &account.facts.ladder;
    ladder.day == Some(day_clock(account).midnight(now)) && ladder.told.contains(&cause)
}

fn tomorrow(account: &Account, now: Moment) -> Option<Rung> {
    let clock = day_clock(account);
    let mut day = clock.next_midnight(now);
    // A week holds a trading day; the bound only guards against a zone without one.
    for _ in 0..8 {
        if clock.trades(day) {
            return rungs(account, day).into_iter().next();
        }
        day = clock.next_midnight(day);
    }
    None
}
