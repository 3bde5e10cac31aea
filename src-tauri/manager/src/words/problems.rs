//! What is wrong, and what to do about it.
//!
//! The invariant: each problem has a stable code, and ends with what to do. What this is not: what brokers say; those words
//! are the brokers' own.

use super::{time, when};
use crate::account::{Account, Load};
use crate::refused::{Code, Refused};
use crate::useful::{ends_by_cutoff, new_end, sign_in_from, useful};
use chrono::Duration;
use daypass_domain::{AccountId, Generation, Moment, Problem, Remedy, span};

pub(crate) fn unknown_account(id: &AccountId) -> Refused {
    let problem = Problem::new("unknown_account", "", "See the accounts with `daypass accounts`.", Remedy::FixSetting)
        .saying(format!("There is no account \"{id}\"."));
    Refused { code: Code::UnknownAccount, problem }
}

/// What is stored could not be read yet, so that nobody knows whether there is a token.
pub(super) fn unread(account: &Account) -> Option<Problem> {
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

/// There is none, or its time is over: two answers, because only one of them means that there was a token.
pub(crate) fn nothing_to_hand_out(account: &Account, now: Moment) -> Refused {
    let code = if account.grant.is_some() { Code::Ended } else { Code::NoToken };
    Refused { code, problem: no_token(account, now) }
}

/// The token ends before what was asked for: a moment, and the span that was part of the question.
pub(crate) fn too_short(account: &Account, end: Moment, wanted: (Moment, Duration), now: Moment) -> Problem {
    let what = format!(
        "The token ends at {}, in {}: it is wanted until {}.",
        time(account, end),
        span(end - now),
        when(account, wanted.0, now)
    );
    Problem::new("too_short", "", "", Remedy::TryAgain).saying(what).advising(longer(account, wanted, now))
}

/// A daily cut-off leaves no token more than this.
const DAY: Duration = Duration::days(1);

/// When there is a token that lasts as long as that.
fn longer(account: &Account, (wanted, span): (Moment, Duration), now: Moment) -> String {
    let daily = ends_by_cutoff(account);
    let name = account.setup.profile.name;
    if daily && span >= account.setup.account.day.unwrap_or(DAY) {
        return format!("No token of {name} lasts that long: ask for less.");
    }
    if account.can_renew(now) {
        return "Wait for the next one: it comes without a sign-in before this one ends.".to_owned();
    }
    match sign_in_from(account, wanted, now) {
        Some(from) => format!("Sign in after {}: a token from then on lasts that long.", when(account, from, now)),
        None if useful(account, now) && new_end(account, now).is_none_or(|end| end >= wanted) => {
            "Sign in now: a new token lasts that long.".to_owned()
        }
        None => "Ask for less: a new token would not last that long either.".to_owned(),
    }
}

/// A bot speaks of a token that has been replaced.
pub(crate) fn stale(account: &Account, told: Generation) -> Refused {
    let current = account.generation;
    let problem = Problem::new("stale_generation", "", "Take the new one.", Remedy::TryAgain)
        .saying(format!("The current token is {current}, not {told} any more."));
    Refused { code: Code::Stale, problem }
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
