//! The small names that would otherwise all be strings and numbers, and could be swapped by mistake.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Names an account everywhere: files, routes, the terminal. Lower-case letters, digits, `-` and `_`; 1 to 32 long.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,31}$", example = "upstox"))]
pub struct AccountId(String);

/// Why a text cannot name an account.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "\"{0}\" cannot name an account: use 1 to 32 lower-case letters, digits, - or _, beginning with a letter or digit"
)]
pub struct BadAccountId(String);

impl AccountId {
    /// Checks the text. It also becomes a file name, so nothing else is let through.
    pub fn new(text: impl Into<String>) -> Result<Self, BadAccountId> {
        let text = text.into();
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text)) } else { Err(BadAccountId(text)) }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = BadAccountId;
    fn try_from(text: String) -> Result<Self, BadAccountId> {
        Self::new(text)
    }
}

impl std::str::FromStr for AccountId {
    type Err = BadAccountId;
    fn from_str(text: &str) -> Result<Self, BadAccountId> {
        Self::new(text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> String {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who the broker says is signed in. Not a secret, but personal: it is shown, never sent anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub String);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers one piece of work. An answer that carries an old number changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attempt(pub u64);

/// Counts an account's tokens: up by one with every new token, kept across restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation of the token after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::AccountId;

    #[test]
    fn an_account_id_is_safe_as_a_file_name() {
        for good in ["upstox", "a", "0", "my-test_2", &"a".repeat(32)] {
            assert!(AccountId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-x", "_x", "Upstox", "a/b", "..", "a b", "é", "a.b", &"a".repeat(33)] {
            assert!(AccountId::new(bad).is_err(), "{bad}");
        }
    }
}
