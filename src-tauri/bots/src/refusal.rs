//! Why a bot does not get in.
//!
//! The invariant: a refusal repeats nothing of what was presented. What this is not: an HTTP answer; the door chooses the
//! status.

use daypass_domain::{Problem, Remedy};
use std::time::Duration;

/// Why a bot does not get in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has this key: mistyped, made up or revoked; which of them is not told.
    WrongKey,
    /// The key is right and asks too often.
    TooMany {
        /// After this time it is let in again.
        retry_after: Duration,
    },
    /// The key is wrong, and too many wrong ones came from all callers together.
    TooManyWrong {
        /// After this time a wrong key is answered as one again. A right one is let in at any time.
        retry_after: Duration,
    },
    /// The keys themselves cannot be read, so that no key can be told from another.
    Unreadable(Problem),
}

impl Refusal {
    /// The same in sentences.
    pub fn problem(&self) -> Problem {
        match self {
            Self::WrongKey => WRONG_KEY,
            Self::TooMany { .. } => TOO_MANY,
            Self::TooManyWrong { .. } => TOO_MANY_WRONG,
            Self::Unreadable(problem) => problem.clone(),
        }
    }

    /// When it makes sense to ask again, where waiting alone helps.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { retry_after } | Self::TooManyWrong { retry_after } => Some(*retry_after),
            Self::WrongKey | Self::Unreadable(_) => None,
        }
    }
}

const WRONG_KEY: Problem = Problem::new(
    "wrong_key",
    "This key opens nothing here.",
    "Check that the whole key was copied; if it was revoked or lost, make a new one for this bot.",
    Remedy::FixSetting,
);

const TOO_MANY: Problem = Problem::new(
    "too_many_requests",
    "This key asks too often.",
    "Ask again a little later, and wait for a new token instead of asking in a loop.",
    Remedy::TryAgain,
);

const TOO_MANY_WRONG: Problem = Problem::new(
    "too_many_wrong_keys",
    "This key opens nothing here, and too many wrong keys came in a short time.",
    "Find the program that presents a wrong key, and give it a right one.",
    Remedy::FixSetting,
);
