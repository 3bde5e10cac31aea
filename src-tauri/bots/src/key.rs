//! How a key looks, and what is kept of it.
//!
//! `dpk_` + id (8 of `a-z2-7`) + `_` + 256 random bits as base64url (43 characters), so that secret scanners can know one:
//! `dpk_[a-z2-7]{8}_[A-Za-z0-9_-]{43}`. The id is no secret: it names the key in lists and in the file. The invariant: of
//! the secret half only its SHA-256 is kept. A slow hash would protect nothing here, since nobody can try 256 random
//! bits. What this is not: a decision who enters.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

const PREFIX: &str = "dpk_";
const ID_LENGTH: usize = 8;
const SECRET_LENGTH: usize = 43;
/// 32 symbols, so that five bits of a random byte choose each of them equally often.
const ID_SYMBOLS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Names a key; not secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// Checks the text; `None` if no key is named like this.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = text.len() == ID_LENGTH && text.bytes().all(|b| ID_SYMBOLS.contains(&b));
        fits.then_some(Self(text))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hashed under a name of its own, so that the id tells nothing that would help to find the secret half.
    fn of(random: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(b"daypass key id").chain_update(random).finalize();
        Self(hash.iter().take(ID_LENGTH).map(|byte| char::from(ID_SYMBOLS[usize::from(byte & 31)])).collect())
    }
}

impl TryFrom<String> for KeyId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::new(text).ok_or("a key's id is eight of a-z and 2-7")
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> String {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes a key of random bytes: its id, what is kept, and the text that is shown once.
pub(crate) fn mint(random: &[u8; 32]) -> (KeyId, Fingerprint, Secret) {
    let id = KeyId::of(random);
    // Made long enough at once: growing would leave a copy of the beginning behind.
    let mut text = String::with_capacity(PREFIX.len() + ID_LENGTH + 1 + SECRET_LENGTH);
    text.extend([PREFIX, id.as_str(), "_"]);
    let secret_half = text.len();
    URL_SAFE_NO_PAD.encode_string(random, &mut text);
    let kept = Fingerprint::of(&text[secret_half..]);
    (id, kept, Secret::new(text))
}

/// The id and the secret half, if the text has the form of a key at all.
pub(crate) fn take_apart(presented: &str) -> Option<(KeyId, &str)> {
    let rest = presented.strip_prefix(PREFIX)?;
    let (id, rest) = rest.split_at_checked(ID_LENGTH)?;
    let secret_half = rest.strip_prefix('_')?;
    (secret_half.len() == SECRET_LENGTH).then_some(())?;
    Some((KeyId::new(id)?, secret_half))
}

/// SHA-256 of a secret half.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// What a key that nobody knows is compared with.
    pub(crate) const NOBODYS: Self = Self([0; 32]);

    pub(crate) fn of(secret_half: &str) -> Self {
        Self(Sha256::digest(secret_half.as_bytes()).into())
    }

    /// Compares without telling by its duration where the two differ.
    pub(crate) fn same_as(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("a fingerprint is 32 bytes as base64url")
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        URL_SAFE_NO_PAD.encode(fingerprint.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_form_that_secret_scanners_look_for() {
        for byte in [0, 7, 0xfb, 0xff] {
            let (id, kept, key) = mint(&[byte; 32]);
            let text = key.expose();
            assert_eq!(text.len(), 56);
            let (found, secret_half) = take_apart(text).expect("it takes its own form apart");
            assert_eq!(found, id);
            assert!(secret_half.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            assert_eq!(secret_half, URL_SAFE_NO_PAD.encode([byte; 32]));
            assert!(bool::from(Fingerprint::of(secret_half).same_as(&kept)));
        }
    }

    #[test]
    fn what_has_another_form_is_no_key() {
        let half = "A".repeat(43);
        let good = format!("dpk_abcdefg2_{half}");
        assert!(take_apart(&good).is_some());
        for (why, text) in [
            ("empty", String::new()),
            ("the prefix alone", "dpk_".to_owned()),
            ("another prefix", good.replacen("dpk_", "ghp_", 1)),
            ("a space before it", format!(" {good}")),
            ("a scheme before it", format!("Bearer {good}")),
            ("one character more", format!("{good}A")),
            ("one character less", good[..55].to_owned()),
            ("an id in capitals", format!("dpk_ABCDEFG2_{half}")),
            ("no line between id and secret", format!("dpk_abcdefg2A{half}")),
            ("a wide character across the id's end", format!("dpk_abcdefgé_{half}")),
        ] {
            assert!(take_apart(&text).is_none(), "{why}");
        }
    }

    #[test]
    fn the_fingerprint_is_the_sha_256_that_everybody_else_computes() {
        // FIPS 180-2, appendix B.1.
        let kept = Fingerprint::of("abc");
        assert_eq!(String::from(kept), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
