//! What a bot asks for and what it gets: the same over socket, HTTP and terminal.
//!
//! The invariant: a token is in [`HandedOut`] and nowhere else, and that prints no secret and cannot be serialised. What
//! this is not: the wire; the routes write and read it.

use crate::token_status::TokenStatus;
use chrono::{DateTime, Utc};
use daypass_domain::ledger::Via;
use daypass_domain::{AccountId, Moment, Problem, Secret};
use daypass_manager::Lasting;
use daypass_manager::view::{Level, ReadinessView};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// Which token is of use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How long it must last.
    pub lasting: Lasting,
    /// The token that the caller has: the answer says whether it was replaced, and a wait is for another one.
    pub known: Option<u64>,
}

impl Wanted {
    /// Any token that lasts so long.
    pub fn lasting(lasting: impl Into<Lasting>) -> Self {
        Self { lasting: lasting.into(), known: None }
    }

    /// Whether the caller has another token than this one. Not always an older one: a service that cannot read its vault
    /// counts from one again, and so does an account that was removed and added.
    pub fn is_other(&self, generation: u64) -> bool {
        self.known.is_some_and(|known| known != generation)
    }
}

/// Who asks for a token: written into the ledger and shown in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What it is called; none: whoever answers finds out.
    pub name: Option<String>,
    /// The way it comes.
    pub via: Via,
}

impl Caller {
    /// A program that says of itself what it is called, or leaves it to the other side to find out.
    pub fn here(name: Option<String>) -> Self {
        Self { name, via: Via::Socket }
    }
}

/// A token on its way to a bot. Not serialisable: the token route and the terminal write it themselves.
#[derive(Clone, Debug)]
pub struct HandedOut {
    /// The token.
    pub token: Secret,
    /// Everything else.
    pub about: About,
}

/// Everything of a token but the token: which one it is, how long it lasts and how it is presented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct About {
    /// Whose.
    pub account: AccountId,
    /// The broker's id.
    #[schema(value_type = String)]
    pub broker: Cow<'static, str>,
    /// Which one it is.
    pub generation: u64,
    /// Whether the caller has another one: see [`Wanted::is_other`].
    pub stale: bool,
    /// Its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expiry_time: Option<Moment>,
    /// What the clock says.
    pub level: Level,
    /// How the account stands for the session at hand.
    pub readiness: Option<ReadinessView>,
    /// The environment variable that the broker's official client reads.
    #[schema(value_type = String)]
    pub env: Cow<'static, str>,
    /// The header in which a request to the broker carries it.
    #[schema(value_type = String)]
    pub header: Cow<'static, str>,
    /// That header's value, with `{token}` where the token goes.
    #[schema(value_type = String)]
    pub header_value: Cow<'static, str>,
}

/// A token as the routes write it, for the terminal's standard output.
pub fn json(out: &HandedOut) -> String {
    serde_json::to_string(&crate::wire::TokenOut::from(out)).unwrap_or_default()
}

/// Something that a watcher is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Watched {
    /// What has changed.
    pub event: Change,
    /// How it is now.
    #[serde(flatten)]
    pub status: TokenStatus,
}

/// What has changed for a watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// How it is; the first one of each watch.
    State,
    /// There is a new token, and it may be taken.
    Generation,
    /// The broker refused the token before its time.
    Refused,
    /// The token's time is over, or it was ended by choice.
    Ended,
    /// The account is ready for the session at hand, or no longer.
    Readiness,
}

impl Change {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Generation => "generation",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::Readiness => "readiness",
        }
    }
}

/// A key with which one bot may take tokens over HTTP, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct KeyView {
    /// Names it; the first part of the key itself.
    pub id: String,
    /// Which bot has it.
    pub name: String,
    /// The accounts that it is good for; none: all of them.
    #[cfg_attr(test, ts(type = "Array<string> | null"))]
    pub accounts: Option<Vec<AccountId>>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Which bot it is for.
    pub name: String,
    /// The accounts that it is good for; none: all of them.
    #[serde(default)]
    #[cfg_attr(test, ts(type = "Array<string> | null"))]
    pub accounts: Option<Vec<AccountId>>,
}

/// A new key; this is the only time that it can be seen.
#[derive(Clone, Debug)]
pub struct MadeKey {
    /// The key.
    pub key: Secret,
    /// What stays to be seen of it.
    pub view: KeyView,
}

/// Whose key somebody came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bot {
    /// Which bot.
    pub name: String,
    /// The accounts that its key is good for; none: all of them.
    pub accounts: Option<Vec<AccountId>>,
}

impl Bot {
    /// Whether its key is good for this account.
    pub fn may_use(&self, account: &AccountId) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
    }
}

/// Why somebody with a key does not get in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// There is no such key.
    WrongKey,
    /// Too often; again after so long.
    TooMany(std::time::Duration),
    /// Nobody can say whose key it is.
    Unknowable(Problem),
}

/// Knows all keys. The HTTP door asks it about each caller.
pub trait Keys: Send + Sync {
    /// Whose key this is.
    fn enter(&self, key: &str) -> Result<Bot, Shut>;
}
