//! The only gate through which a token leaves.
//!
//! It checks the end itself, against the time it is given, and asks nobody else: an ended or refused token cannot get
//! out, however stale everything around it is.

use crate::account::Account;
use crate::refused::{Code, Refused};
use chrono::Duration;
use daypass_domain::{Generation, Moment, Problem, Remedy, Secret};

/// A token on its way out.
#[derive(Clone, Debug)]
pub struct HandOut {
    /// The token.
    pub token: Secret,
    /// Which one.
    pub generation: Generation,
    /// Its end.
    pub ends: Option<Moment>,
    /// The environment variable that the broker's official client reads.
    pub env: &'static str,
}

/// The token, if it is good for at least `min_validity` from now.
pub fn hand_out(account: &Account, now: Moment, min_validity: Duration) -> Result<HandOut, Refused> {
    let Some(grant) = account.valid_grant(now) else {
        return Err(Refused { code: Code::NoToken, problem: crate::words::no_token(account, now) });
    };
    if account.saved.answered < account.generation {
        return Err(Refused { code: Code::NoToken, problem: BEING_SAVED });
    }
    if let Some(end) = grant.access_ends
        && end - now < min_validity
    {
        let problem = crate::words::too_short(account, end, now);
        return Err(Refused { code: Code::TooShort, problem });
    }
    Ok(HandOut {
        token: grant.access.clone(),
        generation: account.generation,
        ends: grant.access_ends,
        env: account.setup.profile.token_env,
    })
}

/// A new token leaves only after the vault has answered for it: a crash must not leave bots with a token that nobody
/// can account for.
const BEING_SAVED: Problem =
    Problem::new("being_saved", "The new token is being written to disk.", "Ask again in a moment.", Remedy::TryAgain);
