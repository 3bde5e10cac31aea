//! How an account stands for the session at hand, and what that is taken from.
//!
//! The invariant: every answer that is not "ready" says why. What this is not: the computing of it; `readiness` does that.

use crate::check::Finding;
use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// Whether it is ready for a session: proven before the open, and lasting through the close.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadinessView {
    /// The answer.
    pub state: Ready,
    /// Why, in one English sentence; none if it is ready.
    pub why: Option<String>,
    /// When the session opens.
    pub opens: DateTime<Utc>,
    /// When it closes.
    pub closes: DateTime<Utc>,
    /// When the token must be proven.
    pub ready_by: DateTime<Utc>,
    /// When the sign-in that is missing becomes of use; none if it is now, or if none is missing.
    pub sign_in_from: Option<DateTime<Utc>>,
}

/// Whether it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    /// A proven token lasts through the session.
    Ready,
    /// All is there, and something threatens it.
    AtRisk,
    /// Something is still to come.
    NotReady,
}

/// A look at this computer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckView {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What an account's trading days are taken from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarView {
    /// How much it is worth.
    pub state: CalendarState,
    /// When the broker last answered, or from when on its answer is old.
    pub since: Option<DateTime<Utc>>,
    /// The exchanges that the account trades at.
    pub exchanges: Vec<String>,
    /// Why the broker's calendar could not be fetched the last time.
    pub problem: Option<Problem>,
}

/// How much a calendar is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CalendarState {
    /// The broker has confirmed it lately.
    Fresh,
    /// The broker's, but old.
    Stale,
    /// What this program knows by itself.
    BuiltIn,
}
