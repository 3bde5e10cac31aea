//! Every sentence of the manager, in one place: for the log, the API, the tray and notifications.
//!
//! Say what happened, then what to do. Times in here are exchange time with its zone's word, because these sentences
//! travel to places that know no local zone. The window has words of its own.

mod notices;
mod problems;
mod standing;

pub(crate) use notices::*;
pub(crate) use problems::*;
pub(crate) use standing::*;

use crate::account::Account;
use crate::health::held_until;
use chrono::Duration;
use daypass_domain::{Moment, Problem, span};

/// `0:45:00`, for the log.
fn clock_span(span: Duration) -> String {
    let seconds = span.num_seconds().max(0);
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn hours(span: Duration) -> String {
    format!("{:.1}", span.num_seconds().max(0) as f64 / 3_600.0)
}

/// `03:30 IST`, with seconds on a practice day, whose times are only seconds apart.
pub(crate) fn time(account: &Account, at: Moment) -> String {
    let calendar = &account.almanac.calendar;
    let shape = if account.setup.account.day.is_some() { "%H:%M:%S" } else { "%H:%M" };
    format!("{} {}", at.with_timezone(&calendar.zone()).format(shape), calendar.zone_word())
}

/// The same, with the weekday where it is neither today's nor tomorrow's.
pub(crate) fn when(account: &Account, at: Moment, now: Moment) -> String {
    let zone = account.almanac.calendar.zone();
    let days = (at.with_timezone(&zone).date_naive() - now.with_timezone(&zone).date_naive()).num_days();
    let day =
        if (0..=1).contains(&days) { String::new() } else { at.with_timezone(&zone).format(" on %A").to_string() };
    format!("{}{day}", time(account, at))
}

/// `Token valid, expires in 18.3 hours`.
pub(crate) fn valid_line(account: &Account, now: Moment) -> String {
    match account.grant.as_ref().and_then(|grant| grant.access_ends) {
        Some(end) => format!("Token valid, expires in {} hours", hours(end - now)),
        None => "Token valid, no end known".to_owned(),
    }
}

/// `Token expires in 0:45:00, attempting refresh...`
pub(crate) fn attempting(account: &Account, now: Moment) -> String {
    match account.valid_grant(now).map(|grant| grant.access_ends) {
        Some(Some(end)) => format!("Token expires in {}, attempting refresh...", clock_span(end - now)),
        Some(None) => "Attempting refresh...".to_owned(),
        None => "Token has already expired!".to_owned(),
    }
}

/// What renews the token ends, and only a person can move that.
pub(crate) fn asking_ahead(account: &Account, now: Moment) -> String {
    let left = held_until(account, now).map(|end| clock_span(end - now)).unwrap_or_default();
    format!("The sign-in behind this token ends in {left}, asking for a new one")
}

/// The one sentence of the status answer.
pub(crate) fn message(account: &Account, verified: bool, now: Moment) -> String {
    let broker = account.setup.profile.name;
    if let Some(problem) = &account.setup.missing {
        return problem.to_string();
    }
    if let Some(problem) = unread(account) {
        return problem.to_string();
    }
    if account.grant.is_none() {
        return "Not signed in. Sign in to get a token.".to_owned();
    }
    if let Some(refusal) = &account.facts.refused {
        return format!("{broker} refused the token at {}. Sign in again.", time(account, refusal.at));
    }
    if account.valid_grant(now).is_none() {
        return no_token(account, now).to_string();
    }
    let line = match held_until(account, now) {
        None if account.can_renew(now) => "Token valid, renews by itself".to_owned(),
        Some(end) if account.can_renew(now) => {
            format!("Token valid, renews by itself; the next sign-in is due in {}", span(end - now))
        }
        _ => valid_line(account, now),
    };
    match account.proof.silent_since {
        _ if verified => line,
        Some(since) => format!("{line}; {broker} does not answer since {}", time(account, since)),
        None => format!("{line}; {broker} has not confirmed it yet"),
    }
}

pub(crate) fn not_saved_line(problem: &Problem) -> String {
    format!("The token is in memory only and will be written again later: {}", problem.what)
}
