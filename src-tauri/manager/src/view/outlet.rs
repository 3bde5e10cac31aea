//! A place where the account's tokens are put, and how that goes.
//!
//! The invariant: nothing in here is the token's, and a web address has lost what may be secret in it. What this is not:
//! decided here; whoever carries the tokens says it.

use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// One outlet of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutletView {
    /// Its key in the settings.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// Where the token goes: a file, a command, an address.
    pub target: String,
    /// How it goes.
    pub state: OutletState,
    /// The token that was put there last; 0 if none was yet.
    #[cfg_attr(test, ts(type = "number"))]
    pub generation: u64,
    /// When it was.
    pub at: Option<DateTime<Utc>>,
    /// Why the last try came to nothing.
    pub problem: Option<Problem>,
    /// When it is tried again.
    pub next_try: Option<DateTime<Utc>>,
}

/// How it goes with an outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutletState {
    /// The token that is held now is there.
    Delivered,
    /// It is being put there.
    Delivering,
    /// There is no token to put there.
    Waiting,
    /// It could not be put there.
    Failed,
}
