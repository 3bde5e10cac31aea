//! What a person calls a bot.
//!
//! The invariant: a name is short, visible text without anything that could pass for another name in a list or break a
//! line of a log. What this is not: an identifier; keys are told apart by their id.

use daypass_domain::{Problem, Remedy};
use serde::{Deserialize, Serialize};
use std::fmt;

/// As long as a column of the window is wide (characters).
const LONGEST: usize = 40;

/// The name of a bot: 1 to 40 printable characters of any script, no space at either end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BotName(String);

impl BotName {
    /// Checks the text. It is not repeated in the problem: somebody may have pasted a key.
    pub fn new(text: impl Into<String>) -> Result<Self, Problem> {
        let text = text.into();
        let fits = (1..=LONGEST).contains(&text.chars().count()) && text.trim() == text && is_printable(&text);
        if fits { Ok(Self(text)) } else { Err(BAD_NAME) }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a person would take both for the same name.
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
    }
}

/// The standard library knows what it must escape to make a text visible; only quotes and backslashes it escapes for
/// another reason.
fn is_printable(text: &str) -> bool {
    let text = text.replace(['\'', '"', '\\'], "_");
    text.escape_debug().eq(text.chars())
}

impl TryFrom<String> for BotName {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        Self::new(text)
    }
}

impl From<BotName> for String {
    fn from(name: BotName) -> String {
        name.0
    }
}

impl fmt::Display for BotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const BAD_NAME: Problem = Problem::new(
    "bad_bot_name",
    "This cannot name a bot.",
    "Use 1 to 40 printable characters, without a space at the beginning or end.",
    Remedy::FixSetting,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_visible_text_of_any_script() {
        for good in ["a", "Grid bot 2", "मेरा बॉट", "caf\u{e9} \"x\" \\ 'y'", "🚀", &"ü".repeat(40)] {
            assert_eq!(BotName::new(good).expect(good).as_str(), good);
        }
        for (why, bad) in [
            ("empty", ""),
            ("only spaces", "  "),
            ("a space in front", " bot"),
            ("a space behind", "bot "),
            ("a line break", "bot\nINFO all is well"),
            ("a control character", "bot\u{7}"),
            ("a character without width", "b\u{200b}ot"),
            ("text that turns around", "bot\u{202e}tob"),
            ("a line separator", "bot\u{2028}x"),
            ("too long", &"x".repeat(41)),
        ] {
            let problem = BotName::new(bad).expect_err(why);
            assert_eq!(problem.code, "bad_bot_name", "{why}");
            assert!(serde_json::from_value::<BotName>(bad.into()).is_err(), "{why}: nor from a file");
        }
    }

    #[test]
    fn names_that_differ_in_capitals_only_read_alike() {
        let name = |text| BotName::new(text).expect("a name");
        assert!(name("Grid").reads_like(&name("gRID")));
        assert!(!name("Grid").reads_like(&name("Grid2")));
    }
}
