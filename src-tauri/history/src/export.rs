//! Entries as files for people and other programs: CSV for spreadsheets, JSON for everything else.
//!
//! The invariant: both hold everything that an entry holds, under the names that the entry has in JSON. What this is
//! not: a writer of files; the caller knows where they go.

use daypass_domain::Entry;
use serde_json::Value;

/// The columns of the CSV, in their order. A column keeps its name; new ones are added at the end.
const COLUMNS: [&str; 21] = [
    "at",
    "account",
    "happened",
    "sentence",
    "user",
    "generation",
    "ends",
    "proven",
    "took_ms",
    "code",
    "what",
    "attempt",
    "of",
    "outcome",
    "to",
    "via",
    "session_opens",
    "state",
    "why",
    "kind",
    "session_closes",
];

/// A spreadsheet takes a cell that begins so for a formula, and some texts come from a broker or a bot.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// One line per entry below a line of names (RFC 4180), with the sentence for people.
pub fn csv(entries: &[Entry]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = std::iter::once(COLUMNS.map(str::to_owned))
        .chain(entries.iter().map(row))
        .try_for_each(|row| writer.write_record(row));
    let bytes = written.ok().and_then(|()| writer.into_inner().ok()).expect("memory takes every row");
    String::from_utf8(bytes).expect("text in, text out")
}

/// An array of objects, as the API gives them.
pub fn json(entries: &[Entry]) -> String {
    serde_json::to_string_pretty(entries).expect("entries are plain data")
}

fn row(entry: &Entry) -> [String; COLUMNS.len()] {
    let fields = serde_json::to_value(entry).expect("entries are plain data");
    COLUMNS.map(|column| match (column, &fields[column]) {
        ("sentence", _) => entry.happening.sentence(),
        (_, Value::Null) => String::new(),
        (_, Value::String(text)) => cell(text),
        (_, other) => other.to_string(),
    })
}

fn cell(text: &str) -> String {
    // An apostrophe is the spreadsheets' own sign for "this is text".
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::ledger::Via;
    use daypass_domain::{AccountId, Generation, Happening};

    fn entry(happening: Happening) -> Entry {
        Entry {
            at: "2026-11-18T03:45:00.250Z".parse().expect("a test's moment"),
            account: AccountId::new("upstox").expect("an id"),
            happening,
        }
    }

    fn handed_to(to: &str) -> Entry {
        entry(Happening::HandedOut { generation: Generation(12), to: to.into(), via: Via::Http })
    }

    #[test]
    fn a_line_has_everything_in_its_column() {
        let text = csv(&[handed_to("bot, \"the\" first")]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().expect("a header"), COLUMNS.as_slice());
        let line = reader.records().next().expect("a line").expect("well-formed");
        let field = |name| &line[COLUMNS.iter().position(|column| *column == name).expect("a column")];
        assert_eq!(field("at"), "2026-11-18T03:45:00.250Z");
        assert_eq!(field("to"), "bot, \"the\" first");
        assert_eq!(field("generation"), "12");
        assert_eq!(field("sentence"), "Token 12 was given to bot, \"the\" first over HTTP.");
        assert_eq!(field("user"), "");
    }

    #[test]
    fn a_text_from_outside_is_no_formula() {
        for (given, written) in
            [("=1+1", ",'=1+1,"), ("+cmd", ",'+cmd,"), ("-2", ",'-2,"), ("@sum", ",'@sum,"), ("a=b", ",a=b,")]
        {
            let text = csv(&[handed_to(given)]);
            assert!(text.contains(written), "{given}: {text}");
        }
    }

    #[test]
    fn no_entries_are_a_line_of_names_and_an_empty_array() {
        assert_eq!(csv(&[]), format!("{}\n", COLUMNS.join(",")));
        assert_eq!(json(&[]), "[]");
    }

    #[test]
    fn json_reads_back_as_it_was() {
        let entries = [handed_to("bot.py"), entry(Happening::Ended)];
        assert_eq!(serde_json::from_str::<Vec<Entry>>(&json(&entries)).expect("entries"), entries);
    }
}
