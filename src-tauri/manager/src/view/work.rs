//! What an account does, and what it does next.
//!
//! The invariant: work under way has an end. What this is not: a plan; `next` makes those.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the program will do next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextView {
    /// What.
    pub step: NextStep,
    /// When; None if it waits for a person.
    pub at: Option<DateTime<Utc>>,
}

/// The kinds of next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Nothing until a person does something.
    Nothing,
    /// Settings are missing.
    EnterCredentials,
    /// Ask the broker about the token.
    Probe,
    /// Replace the token without a person.
    Renew,
    /// Ask a person to sign in.
    AskPerson,
    /// Ask the person again.
    Remind,
    /// Write the token to disk again.
    SaveAgain,
    /// The work that is under way ends.
    GiveUp,
    /// The pause ends.
    Resume,
}

/// Work under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkView {
    /// What it is.
    pub kind: WorkKind,
    /// When it began.
    pub since: DateTime<Utc>,
    /// When it gives up.
    pub until: Option<DateTime<Utc>>,
    /// The address to sign in at, for "copy link"; it carries no secret.
    pub sign_in_url: Option<String>,
    /// Which attempt of how many.
    pub attempt: u32,
    /// Of how many.
    pub of: u32,
}

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// The listener is being opened.
    Starting,
    /// A person is in the browser.
    WaitingForBrowser,
    /// The code is being exchanged.
    Exchanging,
    /// The broker is asked about the new token.
    Proving,
    /// The token is being renewed.
    Renewing,
    /// The token is being ended at the broker.
    SigningOut,
}

/// A pause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PauseView {
    /// When it ends; None: until somebody resumes.
    pub until: Option<DateTime<Utc>>,
}
