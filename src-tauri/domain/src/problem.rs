//! What went wrong, in a form that people and programs can both act on.
//!
//! Programs branch on `code`; people read `what` and `todo`. Both sentences come from one table per part (a broker's
//! error codes, OAuth's, our own), so no place in the program invents words. The broker's own text is foreign: it is
//! kept apart, cut, and shown only as plain text.

use crate::Plain;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// It will pass, or may: the same again later. The program does it by itself.
    TryAgain,
    /// Only a new sign-in by a person helps.
    SignInAgain,
    /// A setting is wrong (key, secret, redirect URI, port); nothing is tried again before it is changed.
    FixSetting,
}

/// One trouble, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    /// Stable name for programs and for the search box: the broker's own code, OAuth's, or one of ours.
    pub code: Cow<'static, str>,
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    /// What happened. A whole sentence.
    pub what: Cow<'static, str>,
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    /// What to do. A whole sentence.
    pub todo: Cow<'static, str>,
    /// The same, for programs.
    pub remedy: Remedy,
    /// The broker's own text, if it sent one: foreign, plain, cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl Problem {
    /// A problem from a table; the sentences are constants.
    pub const fn new(code: &'static str, what: &'static str, todo: &'static str, remedy: Remedy) -> Self {
        Self { code: Cow::Borrowed(code), what: Cow::Borrowed(what), todo: Cow::Borrowed(todo), remedy, quote: None }
    }

    /// Replaces the first sentence by one with facts in it.
    #[must_use]
    pub fn saying(mut self, what: impl Into<String>) -> Self {
        self.what = Cow::Owned(what.into());
        self
    }

    /// Replaces the second sentence by one with facts in it.
    #[must_use]
    pub fn advising(mut self, todo: impl Into<String>) -> Self {
        self.todo = Cow::Owned(todo.into());
        self
    }

    /// Adds the broker's own text: secrets and control characters out, cut to a length.
    #[must_use]
    pub fn quoting(mut self, text: &str) -> Self {
        let plain = Plain::new(text);
        self.quote = (!plain.is_empty()).then(|| plain.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.what, self.todo)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_plain_and_short() {
        let problem = Problem::new("X", "It failed.", "Try again.", Remedy::TryAgain);
        let quoted = problem.clone().quoting(&format!("  <b>\u{7}{}", "x".repeat(500)));
        let text = quoted.quote.expect("a quote");
        assert!(text.starts_with("<b> x"), "kept as text, control characters out: {text}");
        assert!(text.chars().count() <= 200);
        assert_eq!(problem.quoting(" \n ").quote, None, "nothing said is nothing quoted");
    }
}
