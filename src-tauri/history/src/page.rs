//! What is shown of the ledger at once: lines, sums and strips, as the window and programs read them.
//!
//! What this is not: a query; whoever asks says which lines are wanted.

use crate::{BotSum, DaySum, Strip, Totals};
use daypass_domain::Entry;
use serde::Serialize;

/// A line, with a sentence for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HistoryLine {
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
    /// The same in English.
    pub sentence: String,
}

/// What happened, newest first, with its sums.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct History {
    /// Each thing that happened.
    pub entries: Vec<HistoryLine>,
    /// Each day's sums.
    pub days: Vec<DaySum>,
    /// All sums together.
    pub totals: Totals,
    /// Who was given tokens.
    pub bots: Vec<BotSum>,
    /// One account's days, where one was asked for, and not too many.
    pub strips: Vec<Strip>,
    /// The lines once more, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub csv: Option<String>,
}

impl From<Entry> for HistoryLine {
    fn from(entry: Entry) -> Self {
        Self { sentence: entry.happening.sentence(), entry }
    }
}
