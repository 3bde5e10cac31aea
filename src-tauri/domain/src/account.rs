//! An account: one login at one broker, as the settings describe it.

use crate::{AccountId, RedirectUri, Secret, UserId};
use chrono::Duration;
use std::collections::BTreeMap;

/// The part of the settings that is not secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Names it everywhere.
    pub id: AccountId,
    /// What people call it.
    pub label: String,
    /// Which broker: the id of a profile.
    pub broker: String,
    /// The API key. Not a secret (it is in the sign-in URL); empty until it is entered.
    pub client_id: String,
    /// Where the browser comes back to.
    pub redirect_uri: RedirectUri,
    /// The only user that may sign in, if the owner named one; else the first one that does.
    pub user: Option<UserId>,
    /// Whether this is a built-in practice account: shown as such, never mistaken for real money.
    pub practice: bool,
    /// Length of the broker's day, if this is a practice account that lives faster than real time.
    pub day: Option<Duration>,
    /// Everything else that this broker's profile lists: `base_url`, `token_url`, `scopes` and so on.
    pub options: Options,
}

/// Broker-specific settings by key, all plain text; the broker reads and checks its own.
pub type Options = BTreeMap<String, String>;

/// What an account needs to talk to its broker.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account's settings.
    pub account: Account,
    /// The client secret; `None` for public OAuth2 clients or until it is entered.
    pub client_secret: Option<Secret>,
}

impl Account {
    /// One of the broker-specific settings, if it is there and not blank.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).map(String::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}
