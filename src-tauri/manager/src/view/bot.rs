//! A program that was given the token.
//!
//! The invariant: nothing in here is the token's, and nothing was said by the broker. What this is not: the ledger, which
//! has every generation; here is only the last one of each program.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One program, and which token it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BotView {
    /// What it is called: the name of its key, what it calls itself, or the name of the program.
    pub name: String,
    /// The way it came.
    pub via: BotVia,
    /// The newest token that it was given.
    #[cfg_attr(test, ts(type = "number"))]
    pub generation: u64,
    /// When it first was.
    pub at: DateTime<Utc>,
    /// Whether that is the token that is held now.
    pub current: bool,
}

/// The way a program comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BotVia {
    /// The local socket.
    Socket,
    /// HTTP, with a key.
    Http,
    /// A command in the terminal.
    Terminal,
    /// A place where tokens are put.
    Outlet,
}
