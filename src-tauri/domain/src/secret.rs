//! Texts that must not be seen: tokens, client secrets, authorization codes.
//!
//! A [`Secret`] is wiped when dropped, has no `Display`, `Serialize`, `PartialEq` or `Deref`, and prints as `Secret(…)`.
//! Its value is also remembered for [`redact`] from the moment it is born, so that even a text that somebody else
//! built around it (an error of a library, a URL) loses it before it reaches a log line. What this is not: protection
//! from somebody who can read this process's memory.

mod registry;

use registry::{Registry, SHORTEST_REMEMBERED};
use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is wiped on drop and never printed. A clone is the same text, not another copy of it.
#[derive(Clone)]
pub struct Secret(Arc<Value>);

/// The one copy in memory.
struct Value(Zeroizing<String>);

impl Drop for Value {
    fn drop(&mut self) {
        if self.0.len() >= SHORTEST_REMEMBERED {
            registry().died(&self.0);
        }
    }
}

impl Secret {
    /// Takes the text over and remembers it for [`redact`].
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        if text.len() >= SHORTEST_REMEMBERED {
            registry().born(&text);
        }
        Self(Arc::new(Value(text)))
    }

    /// The text itself. Only broker requests, the vault, outlets, the token route and the clipboard may call this.
    pub fn expose(&self) -> &str {
        &self.0.0
    }

    /// For a text that turns out to be no secret (the explanation beside an error, taken in with everything else):
    /// hands it out and forgets it, so that it is not masked wherever it is shown. Clones of it keep it remembered.
    pub fn declassify(self) -> String {
        match Arc::try_unwrap(self.0) {
            Ok(mut value) => {
                let text = std::mem::take(&mut *value.0);
                if text.len() >= SHORTEST_REMEMBERED {
                    registry().forget(&text);
                }
                text
            }
            Err(shared) => shared.0.to_string(),
        }
    }

    /// How many bytes it has; for the window and for limits, which need no more.
    pub fn len(&self) -> usize {
        self.expose().len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// Compares without telling by its duration where the two differ.
    pub fn same_as(&self, other: &Secret) -> bool {
        self.matches(other.expose().as_bytes())
    }

    /// Compares with bytes that came from outside, in constant time.
    pub fn matches(&self, given: &[u8]) -> bool {
        self.expose().as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

/// Replaces every remembered secret in the text, as it is and as it looks inside a URL.
pub fn redact(text: &str) -> Cow<'_, str> {
    registry().clean(text)
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::new("marker-0815-value");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(format!("{:#?}", Some(&secret)).matches("marker").count(), 0);
    }

    #[test]
    fn a_text_around_a_secret_loses_it_in_every_spelling() {
        let secret = Secret::new("p@ss word/long=enough");
        let line = "GET /cb?code=p%40ss+word%2Flong%3Denough failed: p@ss word/long=enough";
        assert_eq!(redact(line), "GET /cb?code=[redacted] failed: [redacted]");
        drop(secret);
        assert_eq!(redact("late: p@ss word/long=enough"), "late: [redacted]", "still known just after the drop");
    }

    #[test]
    fn what_turns_out_to_be_no_secret_is_shown_again_unless_a_copy_is_kept() {
        let taken_in = Secret::new("plain-explanation");
        assert_eq!(redact("it said: plain-explanation"), "it said: [redacted]");
        assert_eq!(taken_in.declassify(), "plain-explanation");
        assert_eq!(redact("it said: plain-explanation"), "it said: plain-explanation");
        let kept = Secret::new("kept-explanation");
        assert_eq!(kept.clone().declassify(), "kept-explanation");
        assert_eq!(redact("kept-explanation"), "[redacted]");
    }

    #[test]
    fn the_longer_of_two_nested_secrets_goes_first() {
        let _short = Secret::new("nested-abcdef");
        let _long = Secret::new("nested-abcdef-ghijkl");
        assert_eq!(redact("x nested-abcdef-ghijkl y"), "x [redacted] y");
    }

    #[test]
    fn very_short_values_do_not_garble_the_log() {
        let _short = Secret::new("abc");
        assert_eq!(redact("abcdef"), "abcdef");
    }

    #[test]
    fn comparison_looks_at_the_whole_value() {
        let secret = Secret::new("0123456789");
        assert!(secret.same_as(&Secret::new("0123456789")));
        assert!(!secret.same_as(&Secret::new("0123456780")));
        assert!(!secret.matches(b"012345678"));
    }
}
