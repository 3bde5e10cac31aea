//! Texts that must not be seen: tokens, client secrets, authorization codes.
//!
//! A [`Secret`] is wiped when dropped, has no `Display`, `Serialize`, `PartialEq` or `Deref`, and prints as `Secret(…)`.
//! Its value is also remembered for [`redact`] from the moment it is born, so that even a text that somebody else
//! built around it (an error of a library, a URL) loses it before it reaches a log line. What this is not: protection
//! from somebody who can read this process's memory.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Shorter values are not remembered for [`redact`]: replacing every "ab" would garble the log and protect nothing.
const SHORTEST_REMEMBERED: usize = 6;
/// Dropped values stay known for this many further births, so that a late log line about them is still cleaned.
const DROPPED_REMEMBERED: usize = 64;
/// What a reader of the log sees instead.
const MASK: &str = "[redacted]";

/// A text that is wiped on drop and never printed.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over and remembers it for [`redact`].
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        if text.len() >= SHORTEST_REMEMBERED {
            registry().born(&text);
        }
        Self(text)
    }

    /// The text itself. Only broker requests, the vault, outlets, the token route and the clipboard may call this.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// For a text that turns out to be no secret (the explanation beside an error, taken in with everything else):
    /// hands it out and forgets it, so that it is not masked wherever it is shown. Copies of it keep it remembered.
    pub fn declassify(mut self) -> String {
        let text = std::mem::take(&mut *self.0);
        if text.len() >= SHORTEST_REMEMBERED {
            registry().forget(&text);
        }
        text
    }

    /// How many bytes it has; for the window and for limits, which need no more.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares without telling by its duration where the two differ.
    pub fn same_as(&self, other: &Secret) -> bool {
        self.matches(other.0.as_bytes())
    }

    /// Compares with bytes that came from outside, in constant time.
    pub fn matches(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::new(self.0.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        if self.0.len() >= SHORTEST_REMEMBERED {
            registry().died(&self.0);
        }
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

/// The values in use, each with a count of its copies, and the last few that are not in use any more.
struct Registry {
    alive: Vec<(Zeroizing<String>, usize)>,
    dropped: VecDeque<Zeroizing<String>>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { alive: Vec::new(), dropped: VecDeque::new() });

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    fn born(&mut self, text: &str) {
        match self.alive.iter_mut().find(|(known, _)| known.as_str() == text) {
            Some((_, copies)) => *copies += 1,
            None => self.alive.push((Zeroizing::new(text.to_owned()), 1)),
        }
    }

    fn died(&mut self, text: &str) {
        if let Some(text) = self.forget(text) {
            self.dropped.push_back(text);
            if self.dropped.len() > DROPPED_REMEMBERED {
                self.dropped.pop_front();
            }
        }
    }

    /// Counts one copy less, and gives the text back when it was the last one.
    fn forget(&mut self, text: &str) -> Option<Zeroizing<String>> {
        let at = self.alive.iter().position(|(known, _)| known.as_str() == text)?;
        self.alive[at].1 -= 1;
        (self.alive[at].1 == 0).then(|| self.alive.swap_remove(at).0)
    }

    fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut cleaned = Cow::Borrowed(text);
        // Longest first: a secret that contains another one must not leave its tail behind.
        let mut known: Vec<&str> =
            self.alive.iter().map(|(k, _)| k.as_str()).chain(self.dropped.iter().map(|k| k.as_str())).collect();
        known.sort_unstable_by_key(|k| std::cmp::Reverse(k.len()));
        for value in known {
            if cleaned.contains(value) {
                cleaned = Cow::Owned(cleaned.replace(value, MASK));
            }
            let mut encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            if encoded != value && cleaned.contains(encoded.as_str()) {
                cleaned = Cow::Owned(cleaned.replace(encoded.as_str(), MASK));
            }
            encoded.zeroize();
        }
        cleaned
    }
}

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
