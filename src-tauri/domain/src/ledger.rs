//! What the ledger keeps: one entry per thing that happened to an account.
//!
//! No secret can be in it, by type: a `Secret` cannot be serialised, and every other text is a [`Plain`], which has had
//! all remembered secrets taken out. Names and fields are stable, because entries are kept for years and read by other
//! programs; a new happening may be added, an old one never changes its meaning. What this is not: the state of
//! anything. Nothing is decided from the ledger.

use crate::{AccountId, Generation, Moment, Plain, span};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Entry {
    /// When. Kept to the millisecond.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub at: Moment,
    /// To whom.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub account: AccountId,
    /// What.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What can happen to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[serde(tag = "happened", rename_all = "snake_case")]
pub enum Happening {
    /// The program began to look after it.
    Started,
    /// A person signed in.
    SignedIn {
        /// Who, if the broker said so.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        user: Option<Plain>,
        /// The token that came of it.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        generation: Generation,
        /// Its end, if it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        ends: Option<Moment>,
        /// Whether the broker has confirmed it.
        proven: bool,
        /// From the opened browser to the token (milliseconds).
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        took_ms: u64,
    },
    /// A sign-in came to nothing.
    SignInFailed {
        /// The problem's name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        code: Plain,
        /// The problem's first sentence.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        what: Plain,
    },
    /// A new token came without a person.
    Renewed {
        /// Which one.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        generation: Generation,
        /// Its end, if it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        ends: Option<Moment>,
        /// How long the broker took (milliseconds).
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        took_ms: u64,
    },
    /// An attempt to renew came to nothing.
    RenewalFailed {
        /// Which attempt of the row, from 1.
        attempt: u32,
        /// How many there are.
        of: u32,
        /// The problem's name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        code: Plain,
        /// The problem's first sentence.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        what: Plain,
    },
    /// The broker was asked whether the token works.
    Probed {
        /// What was learned.
        outcome: Outcome,
        /// The problem's name, unless the broker said yes.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        code: Option<Plain>,
        /// How long the broker took (milliseconds), if it answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
        took_ms: Option<u64>,
    },
    /// The broker refused the token before its time, and confirmed it.
    Refused {
        /// The problem's name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        code: Plain,
        /// The problem's first sentence.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        what: Plain,
    },
    /// The token's time was over.
    Ended,
    /// A program was given the token.
    HandedOut {
        /// Which token.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        generation: Generation,
        /// Which program asked.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        to: Plain,
        /// Which way it went.
        via: Via,
    },
    /// How things stood for a session of the market.
    Readiness {
        /// The session's open.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        session_opens: Moment,
        /// Its close; lines of the first versions have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        session_closes: Option<Moment>,
        /// How they stood.
        state: ReadyState,
        /// Why, unless all was well.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "string"))]
        why: Option<Plain>,
    },
    /// A notification was shown.
    Told {
        /// Which one.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        kind: Plain,
    },
    /// All attempts are used up; a person was asked to act.
    Manual,
    /// A person ended the token.
    SignedOut,
    /// A person let it rest.
    Paused,
    /// The rest is over.
    Resumed,
}

/// Whom a token is given to when a person copies it: no program, so that none shows as having it.
pub const CLIPBOARD: &str = "the clipboard";

/// What a probe learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The broker accepted the token.
    Valid,
    /// The broker refused it.
    Invalid,
    /// No usable answer.
    Unknown,
}

/// The way a token left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The local socket.
    Socket,
    /// Local HTTP, with a bot's key.
    Http,
    /// A command in the terminal.
    Terminal,
    /// A place where tokens are put.
    Outlet,
}

/// How an account stands for a session. The order is from good to bad, so that the worst of several is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[serde(rename_all = "snake_case")]
pub enum ReadyState {
    /// A proven token lasts for the whole session.
    Ready,
    /// There is a token, but something about it is not certain.
    AtRisk,
    /// There is no usable token.
    NotReady,
}

impl Happening {
    /// Every name there is, in the order of the enum.
    pub const NAMES: [&'static str; 15] = [
        "started",
        "signed_in",
        "sign_in_failed",
        "renewed",
        "renewal_failed",
        "probed",
        "refused",
        "ended",
        "handed_out",
        "readiness",
        "told",
        "manual",
        "signed_out",
        "paused",
        "resumed",
    ];

    /// Its stable name; the same as `happened` in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::SignedIn { .. } => "signed_in",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::Renewed { .. } => "renewed",
            Self::RenewalFailed { .. } => "renewal_failed",
            Self::Probed { .. } => "probed",
            Self::Refused { .. } => "refused",
            Self::Ended => "ended",
            Self::HandedOut { .. } => "handed_out",
            Self::Readiness { .. } => "readiness",
            Self::Told { .. } => "told",
            Self::Manual => "manual",
            Self::SignedOut => "signed_out",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
        }
    }

    /// One sentence for people, on one line. It names no moment: whoever shows it knows the reader's zone.
    pub fn sentence(&self) -> String {
        match self {
            Self::Started => "Daypass started.".to_owned(),
            Self::SignedIn { user, generation, proven, took_ms, .. } => {
                let who = user.as_ref().map(|user| format!(" as {user}")).unwrap_or_default();
                let said = if *proven { "the broker confirmed" } else { "the broker has not yet confirmed" };
                format!("Signed in{who} after {}; {said} token {generation}.", took(*took_ms))
            }
            Self::SignInFailed { code, what } => format!("The sign-in failed ({code}). {what}"),
            Self::Renewed { generation, took_ms, .. } => {
                format!("Token {generation} came without a person after {}.", took(*took_ms))
            }
            Self::RenewalFailed { attempt, of, code, what } => {
                format!("Refresh attempt {attempt} of {of} failed ({code}). {what}")
            }
            Self::Probed { outcome, code, took_ms } => probed(*outcome, code.as_ref(), *took_ms),
            Self::Refused { code, what } => format!("The broker refused the token before its time ({code}). {what}"),
            Self::Ended => "The token ended.".to_owned(),
            Self::HandedOut { generation, to, via } => {
                format!("Token {generation} was given to {to} {}.", via.words())
            }
            Self::Readiness { state, why, .. } => match why {
                Some(why) => format!("{} {why}", state.words()),
                None => state.words().to_owned(),
            },
            Self::Told { kind } => format!("A notification was shown ({kind})."),
            Self::Manual => "Manual intervention required: no attempt is left.".to_owned(),
            Self::SignedOut => "Signed out.".to_owned(),
            Self::Paused => "Paused.".to_owned(),
            Self::Resumed => "Resumed.".to_owned(),
        }
    }
}

fn probed(outcome: Outcome, code: Option<&Plain>, took_ms: Option<u64>) -> String {
    let said = match outcome {
        Outcome::Valid => "The broker accepts the token",
        Outcome::Invalid => "The broker refuses the token",
        Outcome::Unknown => "The broker gave no usable answer",
    };
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    let after = took_ms.map(|ms| format!(" after {}", took(ms))).unwrap_or_default();
    format!("{said}{code}{after}.")
}

/// Answers of a machine are under a second, where [`span`] has no words.
fn took(ms: u64) -> String {
    if ms < 1_000 {
        return format!("{ms} ms");
    }
    span(Duration::seconds(i64::try_from(ms / 1_000).unwrap_or(0)))
}

impl Via {
    fn words(self) -> &'static str {
        match self {
            Self::Socket => "over the socket",
            Self::Http => "over HTTP",
            Self::Terminal => "in the terminal",
            Self::Outlet => "through an outlet",
        }
    }
}

impl ReadyState {
    fn words(self) -> &'static str {
        match self {
            Self::Ready => "Ready for the session.",
            Self::AtRisk => "At risk for the session.",
            Self::NotReady => "Not ready for the session.",
        }
    }
}

#[cfg(test)]
mod tests;
