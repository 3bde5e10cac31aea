//! Every sentence of the manager, in one place: for the log, the API, the tray and notifications.
//!
//! Say what happened, then what to do. Times in here are exchange time with its zone's word, because these sentences
//! travel to places that know no local zone. The window has words of its own.

use crate::account::{Account, Cause, Load};
use crate::health::held_until;
use crate::market;
use crate::notice::{Action, Notice, Urgency};
use crate::refused::{Code, Refused};
use crate::useful::{ends_by_cutoff, new_end};
use chrono::Duration;
use daypass_domain::{AccountId, Moment, Policy, Problem, Remedy, span};

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

pub(crate) fn unknown_account(id: &AccountId) -> Refused {
    let problem = Problem::new("unknown_account", "", "See the accounts with `daypass accounts`.", Remedy::FixSetting)
        .saying(format!("There is no account \"{id}\"."));
    Refused { code: Code::UnknownAccount, problem }
}

/// What is stored could not be read yet, so that nobody knows whether there is a token.
fn unread(account: &Account) -> Option<Problem> {
    if account.grant.is_some() {
        return None;
    }
    let problem = Problem::new("token_unread", "", "", Remedy::TryAgain);
    match &account.load {
        Load::Done => None,
        Load::Pending(..) => Some(problem.saying("The stored token is being read.").advising("Try again in a moment.")),
        Load::Failed(_, _, why) => Some(
            problem.saying(format!("The stored token cannot be read yet: {}", why.what)).advising(why.todo.clone()),
        ),
    }
}

pub(crate) fn no_token(account: &Account, now: Moment) -> Problem {
    if let Some(problem) = unread(account) {
        return problem;
    }
    let end = account.grant.as_ref().and_then(|grant| grant.access_ends).filter(|end| *end <= now);
    let problem = Problem::new("no_token", "There is no token.", "Sign in to get one.", Remedy::SignInAgain);
    match (&account.facts.refused, end) {
        (Some(refusal), _) => problem.saying(format!(
            "{} refused the token at {}.",
            account.setup.profile.name,
            time(account, refusal.at)
        )),
        (None, Some(end)) => problem.saying(format!("The token ended at {}.", time(account, end))),
        (None, None) => problem,
    }
}

pub(crate) fn too_short(account: &Account, end: Moment, now: Moment) -> Problem {
    Problem::new("too_short", "", "Ask for less, or sign in again when that gives more.", Remedy::TryAgain).saying(
        format!("The token ends at {}, in {}: that is less than was asked for.", time(account, end), span(end - now)),
    )
}

pub(crate) fn paused(account: &Account) -> Problem {
    Problem::new("paused", "", "Resume it first.", Remedy::FixSetting)
        .saying(format!("{} is paused.", account.setup.account.label))
}

pub(crate) fn not_useful(account: &Account, now: Moment) -> Problem {
    let new = new_end(account, now).map_or("no later".to_owned(), |end| format!("at {}", time(account, end)));
    let todo = match new_end(account, now) {
        Some(end) if ends_by_cutoff(account) => {
            format!("Sign in after {}, when {} ends every token.", time(account, end), account.setup.profile.name)
        }
        _ => "The token that is held is as good as a new one.".to_owned(),
    };
    Problem::new("not_useful", "", "", Remedy::TryAgain)
        .saying(format!("A new token would also end {new}; the broker is asked about the one that is held instead."))
        .advising(todo)
}

pub(crate) fn busy() -> Problem {
    Problem::new("busy", "Something else is under way for this account.", "Try again in a minute.", Remedy::TryAgain)
}

pub(crate) fn nothing_to_cancel() -> Problem {
    Problem::new(
        "nothing_to_cancel",
        "No sign-in waits that could be cancelled.",
        "There is nothing to do.",
        Remedy::TryAgain,
    )
}

pub(crate) fn cancelled() -> Problem {
    Problem::new(
        "cancelled",
        "The sign-in was cancelled.",
        "Start again when you like; nothing changed.",
        Remedy::SignInAgain,
    )
}

pub(crate) fn too_late(wait: Duration) -> Problem {
    Problem::new("sign_in_timed_out", "", "Start again; nothing changed.", Remedy::SignInAgain)
        .saying(format!("Nobody finished the sign-in within {}.", span(wait)))
}

pub(crate) fn no_answer(account: &Account) -> Problem {
    Problem::new("no_answer", "", "Start again in a moment.", Remedy::TryAgain)
        .saying(format!("{} did not answer in time.", account.setup.profile.name))
}

pub(crate) fn wrong_user(got: &str, wanted: &str) -> Problem {
    Problem::new(
        "wrong_user",
        "",
        "Sign out at the broker in the browser, then sign in with the right user.",
        Remedy::SignInAgain,
    )
    .saying(format!("You signed in as {got}. This account is {wanted}, and nothing changed here."))
}

pub(crate) fn vault_silent() -> Problem {
    Problem::new(
        "vault_silent",
        "The vault does not answer.",
        "See whether the system keyring waits for you; keep Daypass open.",
        Remedy::TryAgain,
    )
}

pub(crate) fn sign_out_unconfirmed(problem: &Problem) -> Problem {
    Problem::new("sign_out_unconfirmed", "", "Sign out on the broker's own page to be sure.", Remedy::TryAgain)
        .saying(format!("The token is gone here, but the broker did not confirm the sign-out. {}", problem.what))
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
            let title = match ended.filter(|_| account.facts.refused.is_none()) {
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
    let open = market::day_after(account, now).map(|day| time(account, day.opens)).unwrap_or_default();
    let title = format!("Tomorrow's open at {open} is at risk.");
    notice(account, "evening", title, risk.to_string(), Urgency::Normal).with(&[Action::Open])
}

/// Why an account without a usable token is not ready, and what to do.
pub(crate) fn not_ready(account: &Account, now: Moment) -> String {
    match &account.setup.missing {
        Some(problem) => problem.to_string(),
        None if account.facts.campaign.blocked && account.trouble.is_some() => {
            account.trouble.as_ref().map(ToString::to_string).unwrap_or_default()
        }
        None => no_token(account, now).to_string(),
    }
}

/// A token that does not last.
pub(crate) fn ends_before_close(account: &Account, end: Moment, (opens, closes): (Moment, Moment)) -> String {
    let (what, at) = if end <= opens { ("opens", opens) } else { ("closes", closes) };
    format!("The token ends at {}, before the market {what} at {}.", time(account, end), time(account, at))
}

pub(crate) fn unverified(account: &Account) -> String {
    let broker = account.setup.profile.name;
    match account.proof.silent_since {
        Some(since) => format!("{broker} does not answer since {}.", time(account, since)),
        None => format!("{broker} has not confirmed the token yet."),
    }
}

pub(crate) fn renewal_fails(account: &Account) -> String {
    let broker = account.setup.profile.name;
    format!("{broker} has not renewed the token yet; Daypass goes on trying.")
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
    let title = format!("{broker} refused the token at {}.", time(account, now));
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
