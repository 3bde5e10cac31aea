//! Where an account stands, and what the broker said last.
//!
//! The invariant: worst comes first in each list, so that the smallest value is the one to show. What this is not: a
//! decision; `health` makes those.

use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// Where an account stands: one word for icon, badge and card. Worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its time is over.
    Expired,
    /// The broker refused it before its time, twice.
    EndedEarly,
    /// Less than the red threshold is left.
    LastHour,
    /// A token is held, and the broker has not said yes or does not answer.
    NotVerified,
    /// Less than the green threshold is left.
    EndsSoon,
    /// A sign-in waits, or a renewal is under way.
    Working,
    /// No token, by choice or because nobody has signed in yet.
    SignedOut,
    /// Held for longer than the green threshold, and the broker said yes.
    Valid,
    /// Reminders and refreshes rest, by choice.
    Paused,
}

/// What the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Under 1 h, ended, refused, or no token.
    Red,
    /// 1 to 3 h.
    Orange,
    /// More than 3 h.
    Green,
}

/// One answer of the broker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProbeView {
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// What it said.
    pub outcome: ProbeOutcome,
    /// Why, unless it said yes.
    pub problem: Option<Problem>,
}

/// What a probe learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProbeOutcome {
    /// The broker accepted the token.
    Valid,
    /// The broker refused it.
    Invalid,
    /// No usable answer.
    Unknown,
}
