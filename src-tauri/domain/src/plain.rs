//! A text of somebody else, made fit to be shown and kept.
//!
//! The invariant: whatever it was made from, a [`Plain`] holds no remembered secret and no control character, and is
//! short. It is therefore the only form in which a text gets into the ledger. What this is not: escaped for any format;
//! whoever writes HTML or CSV does that.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Texts are cut here (characters): enough to search for, too short to fill a window.
const LIMIT: usize = 200;

/// A short text without secrets and control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Plain(String);

impl Plain {
    /// Takes out what must not be kept, and cuts the rest.
    pub fn new(text: &str) -> Self {
        // Secrets go first: a cut through the middle of one would hide the rest of it from the search.
        Self::shortened(&crate::redact(text))
    }

    fn shortened(text: &str) -> Self {
        let short: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LIMIT).collect();
        Self(short.trim().to_owned())
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Plain {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Plain {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Plain> for String {
    fn from(plain: Plain) -> String {
        plain.0
    }
}

/// Reading one back does not search it for secrets again: it was a [`Plain`] when it was written, and a ledger is read
/// by the hundred thousand. So nothing that comes from outside may be read as one.
impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Ok(Self::shortened(&text))
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn what_must_not_be_kept_is_taken_out() {
        let _token = Secret::new("plain-canary-4711");
        for (sentence, given, kept) in [
            ("a plain text stays", "Upstox did not answer.", "Upstox did not answer."),
            ("a secret goes", "token plain-canary-4711 refused", "token [redacted] refused"),
            ("a line break becomes a space", "one\ntwo\u{7}", "one two"),
            ("markup stays text", "<b>no</b>", "<b>no</b>"),
            ("nothing is nothing", " \n ", ""),
        ] {
            assert_eq!(Plain::new(given).as_str(), kept, "{sentence}");
        }
    }

    #[test]
    fn a_secret_across_the_cut_leaves_no_part_of_itself() {
        let secret = Secret::new("cut-canary-0815-abcdefgh");
        let text = Plain::new(&format!("{}{}", "x".repeat(LIMIT - 12), secret.expose()));
        assert!(!text.as_str().contains("canary"), "{text}");
        assert!(text.as_str().chars().count() <= LIMIT);
    }

    #[test]
    fn a_text_that_is_read_back_is_as_it_was() {
        let kept = Plain::new(&"long and \u{7}odd ".repeat(50));
        let form = serde_json::to_string(&kept).expect("JSON");
        assert_eq!(serde_json::from_str::<Plain>(&form).expect("a text"), kept);
        assert_eq!(Plain::new(kept.as_str()), kept, "cleaning twice changes nothing");
        let odd: Plain = serde_json::from_str(r#"" two\nlines ""#).expect("a text");
        assert_eq!(odd.as_str(), "two lines", "still one line");
    }
}
