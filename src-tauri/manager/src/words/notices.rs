//! Notifications: one sentence of what happened, then what follows or what to do.
//!
//! The invariant: made of account facts only, so that no secret can get in. What this is not: a decision to tell;
//! `step::warning` makes those.

use super::{no_token, time};
use crate::account::{Account, Cause};
use crate::health::held_until;
use crate::market::{self, day_clock};
use crate::notice::{Action, Notice, Urgency};
use crate::useful::{ends_by_cutoff, new_end};
use chrono::Duration;
use daypass_domain::{Moment, Policy, Problem, span};

/// A span in a notification: it is shown moments after its moment has come, and "29 min" would read as if it were late.
fn about(account: &Account, left: Duration) -> String {
    let unit = if account.setup.account.day.is_some() { Duration::seconds(1) } else { Duration::minutes(1) };
    let rounded = if left > unit { left + unit / 2 } else { left };
    span(if rounded > unit {
        Duration::seconds(rounded.num_seconds() / unit.num_seconds() * unit.num_seconds())
    } else {
        rounded
    })
}

/// Orange, red, ended.
pub(crate) fn threshold(account: &Account, cause: Cause, now: Moment) -> Notice {
    let label = &account.setup.account.label;
    let end = held_until(account, now);
    let left = end.map(|end| about(account, end - now)).unwrap_or_default();
    let (kind, title, body, urgency) = match cause {
        Cause::Orange => ("orange", format!("{label} ends in {left}."), signs_in_now(account, now), Urgency::Normal),
        Cause::Red => ("red", format!("{label} ends in {left}."), signs_in_now(account, now), Urgency::Normal),
        _ => {
            let end = account.grant.as_ref().and_then(|grant| grant.access_ends).unwrap_or(now);
            let title = format!("{label} ended at {}.", time(account, end));
            ("ended", title, "Bots have no token until you sign in.".to_owned(), Urgency::Critical)
        }
    };
    notice(account, kind, title, body, urgency).with(&[Action::SignIn, Action::Open])
}

/// An attempt of the row about something that was told before.
pub(crate) fn again(account: &Account, attempts: u32, now: Moment) -> Notice {
    let label = &account.setup.account.label;
    let title = match account.valid_grant(now).and_then(|grant| grant.access_ends) {
        Some(end) => format!("{label} ends in {}.", about(account, end - now)),
        None => format!("{label} has no valid token."),
    };
    let body = format!("Try {} of {attempts}. {}", account.facts.campaign.failures + 1, signs_in_now(account, now));
    notice(account, "again", title, body, Urgency::Normal).with(&[Action::SignIn, Action::Open])
}

fn signs_in_now(account: &Account, now: Moment) -> String {
    match new_end(account, now) {
        Some(end) if !account.can_renew(now) => format!("A sign-in now lasts until {}.", time(account, end)),
        _ => "A sign-in now gives it a new start.".to_owned(),
    }
}

/// A rung of the market's ladder.
pub(crate) fn rung(account: &Account, general: &Policy, cause: Cause, now: Moment) -> Notice {
    let label = &account.setup.account.label;
    let day = market::day_of(account, now);
    let open = day.as_ref().map_or(now, |day| day.opens);
    let ready_by = day.map_or(now, |day| market::ready_by(account, &day, account.policy(general).ready_before));
    let lost = no_token(account, now).what;
    let (title, body, urgency) = match cause {
        Cause::Hint => {
            let ended = account.grant.as_ref().and_then(|grant| grant.access_ends);
            let title = match ended.filter(|_| account.facts.refused.is_none() && ends_by_cutoff(account)) {
                Some(end) => format!("{label} ended at {}, as every night.", time(account, end)),
                None => lost.to_string(),
            };
            (title, format!("Sign in any time before {}.", time(account, ready_by)), Urgency::Low)
        }
        Cause::Reminder => {
            (format!("{label}: sign in before {}.", time(account, open)), lost.to_string(), Urgency::Normal)
        }
        _ => {
            let opens = match open - now {
                left if left > Duration::zero() => format!("{} to the open.", about(account, left)),
                _ => "The market is open.".to_owned(),
            };
            (format!("{label} is not ready. {opens}"), format!("{lost} Sign in now."), Urgency::Critical)
        }
    };
    // A setting stands in the way: that is what has to be done first.
    let body = match &account.trouble {
        Some(trouble) if account.facts.campaign.blocked => trouble.to_string(),
        _ => body,
    };
    let snooze: &[Action] = if cause == Cause::Five { &[] } else { &[Action::Snooze] };
    notice(account, cause.name(), title, body, urgency).with(&[&[Action::SignIn], snooze].concat())
}

/// A sign-in waits, and nobody sees it.
pub(crate) fn no_browser(account: &Account, problem: &Problem) -> Notice {
    let title = format!("{} waits for your sign-in.", account.setup.account.label);
    notice(account, "no_browser", title, problem.to_string(), Urgency::Normal).with(&[Action::Open])
}

/// The evening before: something on this computer can cost the next session.
pub(crate) fn evening(account: &Account, risk: &Problem, now: Moment) -> Notice {
    let clock = day_clock(account);
    let today = clock.midnight(now);
    // In the evening the day that is still open is not the one in question.
    let looked_today = account.facts.evening == Some(today);
    let day = if looked_today { market::day_after(account, now) } else { market::at_hand(account, now) };
    let title = day.map_or_else(
        || "The next session is at risk.".to_owned(),
        |day| {
            let whose = match clock.midnight(day.opens) {
                midnight if midnight == today => "Today".to_owned(),
                midnight if midnight == clock.next_midnight(now) => "Tomorrow".to_owned(),
                midnight => midnight.with_timezone(&clock.zone).format("%A").to_string(),
            };
            format!("{whose}'s open at {} is at risk.", time(account, day.opens))
        },
    );
    notice(account, "evening", title, risk.to_string(), Urgency::Normal).with(&[Action::Open])
}

/// All attempts failed.
pub(crate) fn manual(account: &Account, now: Moment) -> Notice {
    let label = &account.setup.account.label;
    let title = match account.valid_grant(now).and_then(|grant| grant.access_ends) {
        Some(end) => format!("{label} ends in {} and was not renewed.", about(account, end - now)),
        None => format!("{label} has no valid token."),
    };
    let why =
        account.trouble.as_ref().map_or_else(|| "Nobody signed in.".to_owned(), |trouble| trouble.what.to_string());
    let tries = match account.facts.campaign.failures {
        1 => "One try".to_owned(),
        tries => format!("{tries} tries"),
    };
    let body = format!("{tries} failed. {why}");
    notice(account, "manual", title, body, Urgency::Critical).with(&[Action::SignIn, Action::Refresh])
}

/// Refused before its time.
pub(crate) fn refused(account: &Account, now: Moment) -> Notice {
    let broker = account.setup.profile.name;
    let at = account.facts.refused.as_ref().map_or(now, |refusal| refusal.at);
    let title = format!("{broker} refused the token at {}.", time(account, at));
    let why = account.facts.refused.as_ref().map(|refusal| refusal.problem.what.to_string()).unwrap_or_default();
    let body = format!("{why} Often a sign-out on the web or a new IP address.");
    notice(account, "refused", title, body, Urgency::Critical).with(&[Action::SignIn, Action::Open])
}

/// A sign-in is done.
pub(crate) fn done(account: &Account, now: Moment) -> Notice {
    let label = &account.setup.account.label;
    let body = match held_until(account, now) {
        Some(end) => format!("Valid until {}.", time(account, end)),
        None => "Valid; it has no known end.".to_owned(),
    };
    let notice = notice(account, "done", format!("{label} is signed in."), body, Urgency::Low);
    Notice { seconds: Some(8), ..notice }
}

fn notice(account: &Account, kind: &str, title: String, body: String, urgency: Urgency) -> Notice {
    let account = account.setup.account.id.to_string();
    Notice { account, kind: kind.to_owned(), title, body, urgency, actions: Vec::new(), seconds: None }
}

impl Notice {
    fn with(self, actions: &[Action]) -> Self {
        Self { actions: actions.to_vec(), ..self }
    }
}
