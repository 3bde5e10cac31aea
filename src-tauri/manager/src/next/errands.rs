//! Errands: what looks ahead and is in nobody's way. The calendar, the evening's look, the ledger's line at the open.
//!
//! The invariant: an errand never holds the account's own work back. What this is not: the doing; `step::looking` does it.

use super::{Plan, What, held_back, plan};
use crate::account::Account;
use crate::market::{self, day_clock};
use chrono::{Duration, NaiveTime};
use daypass_domain::{Backoff, Moment, Policy};

/// The hour, on the exchange's clock, at which the next session is looked ahead to: after the day's work, before bed.
const EVENING: u32 = 20;
/// How many evenings ahead one is looked for; holidays in a row are fewer.
const EVENINGS: u32 = 12;

/// Published days change rarely, and what is built in or kept serves meanwhile.
const CALENDAR_BACKOFF: Backoff = Backoff { first: Duration::minutes(10), longest: Duration::hours(2) };
/// Brokers do their own work in the first hours of a day; by then it is done, and long before any open.
const CALENDAR_AFTER_MIDNIGHT: Duration = Duration::hours(5);
/// Accounts ask within this many seconds after that.
const CALENDAR_SPREAD_SECONDS: u64 = 1_800;

/// What looks ahead and is in nobody's way: the calendar, the evening's look, the ledger's line at the open.
pub fn errand(account: &Account, general: &Policy, now: Moment) -> Option<Plan> {
    let policy = account.policy(general);
    let resting = account.facts.paused.is_some();
    let candidates = [
        mark(account, now),
        if resting { None } else { look_around(account, policy, now) },
        account.looking.as_ref().and_then(|looking| plan(What::LookLost, looking.flight.until)),
        calendar(account, now),
        account.almanac.asked.and_then(|flight| plan(What::CalendarLost, flight.until)),
    ];
    candidates.into_iter().flatten().min_by_key(|plan| (plan.at.max(now), plan.what))
}

/// Whether sessions concern this account: somebody is or was signed in, and its days are real ones.
fn has_sessions(account: &Account) -> bool {
    account.setup.account.day.is_none() && account.grant.is_some() && !account.facts.signed_out
}

/// The ledger is told at each open; once late if the computer slept through it.
fn mark(account: &Account, now: Moment) -> Option<Plan> {
    if !has_sessions(account) {
        return None;
    }
    let today = market::day_of(account, now).filter(|day| now < day.closes && account.facts.marked != Some(day.opens));
    plan(What::Mark, today.or_else(|| market::day_after(account, now))?.opens)
}

/// In the evening before a trading day, and while something is at risk every now and then until it is mended.
fn look_around(account: &Account, policy: &Policy, now: Moment) -> Option<Plan> {
    if !has_sessions(account) || account.looking.is_some() {
        return None;
    }
    let again =
        account.check.as_ref().filter(|check| check.worst().is_some()).map(|check| check.at + policy.check_every);
    let due = evening(account, policy, now);
    // Without a network the look would find just that.
    plan(What::LookAround, held_back(account, again.into_iter().chain(due).min()?))
}

/// The next evening whose morning is a trading day's, and on which nobody has looked yet.
pub(crate) fn evening(account: &Account, policy: &Policy, now: Moment) -> Option<Moment> {
    let clock = day_clock(account);
    let time = NaiveTime::from_hms_opt(EVENING, 0, 0)?;
    if let Some(missed) = missed_evening(account, policy, now) {
        return Some(clock.at(missed, time));
    }
    let mut day = now;
    for _ in 0..EVENINGS {
        let morning = clock.next_midnight(day);
        if account.facts.evening != Some(clock.midnight(day)) && market::trades(account, morning) {
            return Some(clock.at(day, time));
        }
        day = morning;
    }
    None
}

/// Yesterday, if its evening was slept through: while today's ready-by time is still to come the look is made up for.
/// Whoever has never been looked at has not missed anything.
fn missed_evening(account: &Account, policy: &Policy, now: Moment) -> Option<Moment> {
    let clock = day_clock(account);
    let yesterday = clock.midnight(clock.midnight(now) - Duration::milliseconds(1));
    let day = market::day_of(account, now)?;
    let in_time = now < market::ready_by(account, &day, policy.ready_before);
    (in_time && account.facts.evening.is_some_and(|last| last < yesterday)).then_some(yesterday)
}

/// Once a day, when the broker's night is over; after a failure sooner, but never in a hurry: the built-in days are there.
fn calendar(account: &Account, now: Moment) -> Option<Plan> {
    let almanac = &account.almanac;
    let real = account.setup.account.day.is_none() && account.setup.missing.is_none();
    if !real || !account.setup.profile.publishes_calendar || almanac.asked.is_some() {
        return None;
    }
    let at = match (almanac.tried, &almanac.failed) {
        (Some(tried), Some((times, _))) => tried + CALENDAR_BACKOFF.pause(*times, account.seed()),
        (tried, _) => match tried.max(almanac.calendar.fetched_at()).filter(|last| *last <= now) {
            // Spread, so that very many accounts do not ask in the same second.
            Some(last) => {
                let spread = i64::try_from(account.seed() % CALENDAR_SPREAD_SECONDS).unwrap_or_default();
                day_clock(account).next_midnight(last) + CALENDAR_AFTER_MIDNIGHT + Duration::seconds(spread)
            }
            None => now,
        },
    };
    plan(What::Calendar, held_back(account, at))
}
