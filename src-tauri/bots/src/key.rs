//! What a key is made of.
//!
//! The invariant: the half that opens the door is a [`Secret`] from its birth and is never stored. What this is not: a
//! password; it has 256 random bits, so that a plain hash is enough.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::{AccountId, Moment, Problem, Remedy, Secret};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// How every key begins, so that whoever finds one in a repository knows what it is.
const PREFIX: &str = "dpk_";
/// Letters of an id.
const ID_LENGTH: usize = 8;
/// The longest name of a bot (characters).
const LONGEST_NAME: usize = 40;

/// Names a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for KeyId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

/// What a bot is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BotName(String);

impl BotName {
    /// One to 40 characters, none of which moves the cursor.
    pub fn new(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(BAD_NAME) }
    }
}

impl fmt::Display for BotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The accounts that a key is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of them, also those that are added later.
    All,
    /// Only these.
    Only(Vec<AccountId>),
}

/// A key, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// Names it.
    pub id: KeyId,
    /// Which bot has it.
    pub name: BotName,
    /// What it is good for.
    pub accounts: Scope,
    /// When it was made.
    pub made_at: Moment,
    /// When it was last used.
    pub last_used_at: Option<Moment>,
}

/// The SHA-256 of a key's secret half.
pub(crate) type Hash = [u8; 32];

/// A new key from 32 random bytes: its id, the whole of it, and what is kept.
pub(crate) fn make(random: [u8; 32]) -> (KeyId, Secret, Hash) {
    // The id tells nothing of the secret half: it comes from a hash of all of it.
    let digest = Sha256::new().chain_update(b"daypass key id").chain_update(random).finalize();
    let letters = URL_SAFE_NO_PAD.encode(digest);
    let id: String = letters.chars().filter(char::is_ascii_alphanumeric).take(ID_LENGTH).collect();
    let secret = Secret::new(URL_SAFE_NO_PAD.encode(random));
    let hash = hash(secret.expose());
    let whole = Secret::new(format!("{PREFIX}{id}_{}", secret.expose()));
    (KeyId(id), whole, hash)
}

/// The id and the secret half of what somebody has sent.
pub(crate) fn parts(presented: &str) -> Option<(&str, &str)> {
    let rest = presented.strip_prefix(PREFIX)?;
    rest.split_once('_')
}

pub(crate) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

const BAD_NAME: Problem = Problem::new(
    "bad_bot_name",
    "That cannot be a bot's name.",
    "Use 1 to 40 letters, digits, spaces or signs.",
    Remedy::FixSetting,
);
