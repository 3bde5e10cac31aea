//! The only gate through which a token leaves.
//!
//! It checks the end itself, against the time it is given, and asks nobody else: an ended or refused token cannot get
//! out, however stale everything around it is.

use crate::account::Account;
use crate::refused::{Code, Refused};
use crate::view::{Level, ReadinessView};
use crate::words;
use chrono::{Duration, NaiveTime};
use daypass_domain::{DailyCutoff, Generation, Moment, Presents, Problem, Remedy, Secret};

/// A token on its way out.
#[derive(Clone, Debug)]
pub struct HandOut {
    /// The token.
    pub token: Secret,
    /// Which one.
    pub generation: Generation,
    /// When it was issued.
    pub issued_at: Moment,
    /// Its end.
    pub ends: Option<Moment>,
    /// The environment variable that the broker's official client reads.
    pub env: &'static str,
    /// How a request carries it.
    pub presents: Presents,
    /// The broker's id.
    pub broker: &'static str,
}

/// A token on its way out, and what the rest of the day looks like for it.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The token.
    pub out: HandOut,
    /// What the clock says.
    pub level: Level,
    /// How the account stands for the session at hand.
    pub readiness: Option<ReadinessView>,
}

/// How long a token must last to be of use to whoever asks. All of it must be met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lasting {
    /// At least so long from now.
    pub span: Duration,
    /// At least until then.
    pub until: Option<Until>,
}

/// A point in time as bots name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// This moment.
    At(Moment),
    /// The next time that the exchange's clock shows this.
    Clock(NaiveTime),
}

impl From<Duration> for Lasting {
    fn from(span: Duration) -> Self {
        Self { span, until: None }
    }
}

impl Lasting {
    /// The moment until which the token must be good.
    pub(crate) fn moment(&self, account: &Account, now: Moment) -> Moment {
        let until = match self.until {
            Some(Until::At(at)) => at,
            Some(Until::Clock(at)) => {
                DailyCutoff { at, zone: account.almanac.calendar.zone(), day: account.setup.account.day }.after(now)
            }
            None => now,
        };
        until.max(now + self.span)
    }
}

/// The token, if it is good for as long as it must last.
pub fn hand_out(account: &Account, now: Moment, lasting: impl Into<Lasting>) -> Result<HandOut, Refused> {
    let Some(grant) = account.valid_grant(now) else {
        return Err(words::nothing_to_hand_out(account, now));
    };
    if account.saved.answered < account.generation {
        return Err(Refused { code: Code::NoToken, problem: BEING_SAVED });
    }
    let lasting = lasting.into();
    let wanted = lasting.moment(account, now);
    if let Some(end) = grant.access_ends
        && end < wanted
    {
        let problem = words::too_short(account, end, (wanted, lasting.span), now);
        return Err(Refused { code: Code::TooShort, problem });
    }
    let profile = account.setup.profile;
    Ok(HandOut {
        token: grant.access.clone(),
        generation: account.generation,
        issued_at: grant.issued_at,
        ends: grant.access_ends,
        env: profile.token_env,
        presents: profile.presents,
        broker: profile.id,
    })
}

/// A new token leaves only after the vault has answered for it: a crash must not leave bots with a token that nobody
/// can account for.
const BEING_SAVED: Problem =
    Problem::new("being_saved", "The new token is being written to disk.", "Ask again in a moment.", Remedy::TryAgain);
