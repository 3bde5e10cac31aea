//! Why an account is not ready for its session.
//!
//! The invariant: one sentence, with the time that counts in it. What this is not: the answer itself; `readiness` gives it.

use super::{no_token, time};
use crate::account::Account;
use daypass_domain::Moment;

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
