//! The text of a `.env` file with one variable set to another value.
//!
//! `adotenv` reads it without losing a byte, and the result is read back before it is believed. The invariant: every item
//! that is not the variable's own is, byte for byte, what it was. What this is not: an expansion of anything; a value is
//! letter by letter what a reader gets.

use adotenv::{Document, Edit, Entry, InsertPosition, Quote, Severity};
use zeroize::Zeroizing;

/// Why it cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// This line is broken in a way that hides what comes after it.
    Line(usize),
    /// No spelling of the value reads back the same everywhere.
    Value,
}

/// Stands where the value will, so that quotes and comments around it are settled first.
const PLACEHOLDER: &str = "x";

/// The text in which each line of this variable has this value; one is added at the end if there is none.
pub(super) fn with(text: &str, key: &str, value: &str) -> Result<Zeroizing<String>, Stuck> {
    if value.is_empty() || value.chars().any(char::is_control) {
        return Err(Stuck::Value);
    }
    let (before, mistakes) = adotenv::parse(text);
    let broken = || {
        let line = mistakes.iter().find(|mistake| mistake.severity() == Severity::Error).map(adotenv::Diagnostic::line);
        line.map_or(Stuck::Value, Stuck::Line)
    };
    if let Some(line) = own_and_broken(&before, key) {
        return Err(Stuck::Line(line));
    }
    let prepared = Zeroizing::new(prepared(&before, key).ok_or_else(broken)?);
    let empty: Vec<bool> = own(&before, key).map(|entry| entry.value().is_none_or(str::is_empty)).collect();
    let (document, _) = adotenv::parse(&prepared);
    let mut new = Zeroizing::new(String::with_capacity(prepared.len() + 4 * value.len() + 2));
    let mut copied = 0;
    for (number, entry) in own(&document, key).enumerate() {
        let span = entry.value_span().ok_or_else(broken)?;
        let until = &prepared[copied..span.start];
        // A shell reads `NAME= value` as a command.
        new.push_str(if empty.get(number) == Some(&true) { until.trim_end_matches([' ', '\t']) } else { until });
        new.push_str(&Zeroizing::new(spelled(entry.quote(), value).ok_or(Stuck::Value)?));
        copied = span.end;
    }
    new.push_str(&prepared[copied..]);
    if text.is_empty() {
        new.push('\n');
    }
    if is_right(&before, &new, (key, value)) { Ok(new) } else { Err(broken()) }
}

/// The first line of the variable that cannot be read: nobody knows where its value ends.
fn own_and_broken(document: &Document<'_>, key: &str) -> Option<usize> {
    let begins = |text: &str| {
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t']);
        let rest = text.strip_prefix("export ").map_or(text, str::trim_start).strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let broken = document.items().filter_map(|item| Some((item, item.diagnostic()?)));
    let mut broken = broken.filter(|(_, mistake)| mistake.severity() == Severity::Error);
    broken.find(|(item, _)| begins(item.raw())).map(|(_, mistake)| mistake.line())
}

/// The text with the placeholder for a value, in each line of the variable or in a new one.
fn prepared(before: &Document<'_>, key: &str) -> Option<String> {
    let own: Vec<_> = own(before, key).map(|entry| Edit::Set { entry: entry.id(), value: PLACEHOLDER }).collect();
    let new = [Edit::Insert { key, value: Some(PLACEHOLDER), position: InsertPosition::End }];
    before.edit(if own.is_empty() { &new } else { &own }).ok().map(adotenv::VerifiedEdits::into_string)
}

fn own<'d>(document: &'d Document<'_>, key: &str) -> impl Iterator<Item = Entry<'d>> {
    document.entries().filter(move |entry| entry.key() == key)
}

/// Shells, Docker, Python and Node read this alike.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=:@%,".contains(&byte))
}

/// The value in the quotes that were there, if they do for it; else bare, in single quotes, or escaped in double ones.
fn spelled(quote: Quote, value: &str) -> Option<String> {
    match quote {
        Quote::Double if is_plain(value) => Some(format!("\"{value}\"")),
        Quote::Single if !value.contains('\'') => Some(format!("'{value}'")),
        _ if is_plain(value) => Some(value.to_owned()),
        _ if !value.contains(['\'', '\\']) => Some(format!("'{value}'")),
        _ => adotenv::encode_value(value),
    }
}

/// Reads the new text back: the variable has the value everywhere, and everything else is as it was.
fn is_right(before: &Document<'_>, new: &str, (key, value): (&str, &str)) -> bool {
    let (after, _) = adotenv::parse(new);
    let mut count = 0;
    let all_set = own(&after, key).all(|entry| {
        count += 1;
        entry.value() == Some(value)
    });
    all_set && count > 0 && others(before, key).eq(others(&after, key))
}

/// Everything that is not the variable's, without the line ending that a new last line needs before it.
fn others<'d>(document: &'d Document<'_>, key: &str) -> impl Iterator<Item = &'d str> {
    let items = document.items().filter(move |item| item.entry().is_none_or(|entry| entry.key() != key));
    items.map(|item| item.raw().trim_end_matches(['\r', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_variable_changes() {
        const LONG: &str = "A=1\nTOKEN=old\nB=2\n";
        for (sentence, before, after) in [
            ("an empty file", "", "TOKEN=new\n"),
            ("it is there", LONG, "A=1\nTOKEN=new\nB=2\n"),
            ("it is not there", "A=1\n", "A=1\nTOKEN=new\n"),
            ("no last line ending", "A=1", "A=1\nTOKEN=new"),
            ("no last line ending, and it is last", "A=1\nTOKEN=old", "A=1\nTOKEN=new"),
            ("Windows line endings", "A=1\r\nTOKEN=old\r\nB=2\r\n", "A=1\r\nTOKEN=new\r\nB=2\r\n"),
            ("a new line takes over their ending", "A=1\r\nB=2\r\n", "A=1\r\nB=2\r\nTOKEN=new\r\n"),
            ("mixed line endings", "A=1\r\nB=2\nTOKEN=old\r\nC=3\n", "A=1\r\nB=2\nTOKEN=new\r\nC=3\n"),
            ("a byte order mark", "\u{feff}TOKEN=old\n", "\u{feff}TOKEN=new\n"),
            ("a comment before it", "# mine\nTOKEN=old\n", "# mine\nTOKEN=new\n"),
            ("a comment behind it", "TOKEN=old # daily\n", "TOKEN=new # daily\n"),
            ("a comment behind nothing", "TOKEN= # daily\n", "TOKEN=new # daily\n"),
            ("a line that is switched off", "#TOKEN=old\n", "#TOKEN=old\nTOKEN=new\n"),
            ("an export", "export TOKEN=old\n", "export TOKEN=new\n"),
            ("double quotes stay", "TOKEN=\"old\"\n", "TOKEN=\"new\"\n"),
            ("single quotes stay", "TOKEN='old' # daily\n", "TOKEN='new' # daily\n"),
            ("nothing yet", "TOKEN=\n", "TOKEN=new\n"),
            ("not even a sign", "TOKEN\n", "TOKEN=new\n"),
            ("blanks around the sign", "TOKEN = old\n", "TOKEN = new\n"),
            ("twice: whoever reads the first or the last", "TOKEN=a\nB=1\nTOKEN=b\n", "TOKEN=new\nB=1\nTOKEN=new\n"),
            ("a name that only begins alike", "TOKEN_2=old\nMY_TOKEN=old\n", "TOKEN_2=old\nMY_TOKEN=old\nTOKEN=new\n"),
            ("a name in other letters", "token=old\n", "token=old\nTOKEN=new\n"),
            ("inside another value", "A=\"\nTOKEN=old\n\"\n", "A=\"\nTOKEN=old\n\"\nTOKEN=new\n"),
            ("a reference to it", "A=${TOKEN}\nTOKEN=old\n", "A=${TOKEN}\nTOKEN=new\n"),
            ("a value of many lines", "TOKEN=\"a\nb\"\nA=1\n", "TOKEN=\"new\"\nA=1\n"),
            ("empty lines", "\n\nA=1\n\n", "\n\nA=1\n\nTOKEN=new\n"),
            ("a line of another language", "if true; then\nTOKEN=old\n", "if true; then\nTOKEN=new\n"),
        ] {
            assert_eq!(with(before, "TOKEN", "new").as_deref().map(String::as_str), Ok(after), "{sentence}");
        }
    }

    #[test]
    fn a_value_is_quoted_as_it_needs() {
        for (sentence, value, line) in [
            ("a JWT", "eyJ0.eyJz.a-b_c", "TOKEN=eyJ0.eyJz.a-b_c\n"),
            ("base64", "ab+/cd==", "TOKEN=ab+/cd==\n"),
            ("blanks", "a b", "TOKEN='a b'\n"),
            ("a dollar", "a$b", "TOKEN='a$b'\n"),
            ("what looks like a comment", "a#b", "TOKEN='a#b'\n"),
            ("double quotes", "a\"b", "TOKEN='a\"b'\n"),
            ("single quotes", "a'b", "TOKEN=a'b\n"),
        ] {
            assert_eq!(with("", "TOKEN", value).as_deref().map(String::as_str), Ok(line), "{sentence}");
        }
        let quoted = with("TOKEN=\"old\"\n", "TOKEN", "a$b");
        assert_eq!(quoted.as_deref().map(String::as_str), Ok("TOKEN='a$b'\n"), "double quotes do not hold a dollar");
    }

    #[test]
    fn what_cannot_be_done_safely_is_not_done() {
        for (sentence, text, value, stuck) in [
            ("a quote that does not end", "A=1\nTOKEN=\"old\nB=2\n", "new", Stuck::Line(2)),
            ("a value of two lines", "A=1\n", "a\nb", Stuck::Value),
            ("an empty value", "A=1\n", "", Stuck::Value),
        ] {
            assert_eq!(with(text, "TOKEN", value), Err(stuck), "{sentence}");
        }
    }

    /// A line as people and machines write them, broken ones too.
    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[A-Z]{1,3}=[a-z0-9 #'\"$\\\\]{0,8}",
            2 => "#[ -~]{0,10}",
            2 => "(export )?TOKEN ?= ?[a-z0-9]{0,6}( # [a-z]{0,4})?",
            1 => "TOKEN='[a-z ]{0,6}'",
            1 => "TOKEN=\"[a-z ]{0,6}\"",
            1 => "[ -~é]{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn other_lines_never_change(
            lines in proptest::collection::vec((line(), prop_oneof!["\n", "\r\n"]), 0..12),
            value in "[!-~]{1,20}",
            ends in any::<bool>(),
        ) {
            let mut text: String = lines.iter().flat_map(|(line, end)| [line.as_str(), end.as_str()]).collect();
            if !ends {
                text.truncate(text.trim_end().len());
            }
            let new = with(&text, "TOKEN", &value);
            // Broken lines and values that fit no .env file are refused; too many of them would fail here.
            prop_assume!(new.is_ok());
            let new = new.unwrap_or_default();
            // Line by line, by eyes that know nothing of the grammar: whatever is not a line of the variable is there
            // in the same order, and nothing else is.
            let foreign = |text: &str| -> Vec<String> {
                let lines = text.split_inclusive('\n').map(|line| line.trim_end_matches(['\r', '\n']).to_owned());
                lines.filter(|line| !line.contains("TOKEN") && !line.is_empty()).collect()
            };
            prop_assert_eq!(foreign(&text), foreign(&new));
            let (document, _) = adotenv::parse(&new);
            prop_assert_eq!(document.get("TOKEN"), Some(value.as_str()));
            prop_assert_eq!(with(&new, "TOKEN", &value), Ok(new.clone()), "a second time changes nothing");
        }
    }
}
