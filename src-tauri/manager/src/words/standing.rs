//! Why an account is not ready for its session.
//!
//! The invariant: one sentence, with the time that counts in it. What this is not: the answer itself; `readiness` gives it.

use super::{no_token, time, when};
use crate::account::Account;
use crate::market;
use crate::useful::{ends_by_cutoff, new_end, sign_in_from, useful};
use daypass_domain::Moment;

/// Why an account without a usable token is not ready, and what to do.
pub(crate) fn not_ready(account: &Account, from: Option<Moment>, now: Moment) -> String {
    match &account.setup.missing {
        Some(problem) => problem.to_string(),
        None if account.facts.campaign.blocked && account.trouble.is_some() => {
            account.trouble.as_ref().map(ToString::to_string).unwrap_or_default()
        }
        // A sign-in at once would be over before the session: the sentence says when one is of use.
        None => match from {
            Some(from) => format!("{} Sign in after {}.", no_token(account, now).what, when(account, from, now)),
            None => no_token(account, now).to_string(),
        },
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

/// What a sign-in now would give, where that is less than a person may think: they hear it before it begins.
pub(crate) fn sign_in_note(account: &Account, now: Moment) -> Option<String> {
    let end = new_end(account, now).filter(|_| ends_by_cutoff(account))?;
    let at = time(account, end);
    let session = market::at_hand(account, now).filter(|day| end < day.closes);
    let (why, from) = match session {
        Some(day) => {
            let (what, moment) = if end <= day.opens { ("opens", day.opens) } else { ("closes", day.closes) };
            let from = sign_in_from(account, day.closes, now).unwrap_or(end);
            (format!("before the market {what} at {}", when(account, moment, now)), from)
        }
        None if !useful(account, now) => ("like the token that is held".to_owned(), end),
        None => return None,
    };
    Some(format!("This sign-in would end at {at}, {why}. Sign in after {}.", when(account, from, now)))
}
