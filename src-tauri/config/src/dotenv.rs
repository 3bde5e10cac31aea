//! `.env` files: read as they are written, without touching the process environment.
//!
//! The invariant: a value is taken letter by letter. A dollar stands for itself, so a secret with one in it comes through
//! whole. What this is not: the order of the layers (see `load`).

use crate::settings::{Note, Origin};
use adotenv::Severity;
use daypass_domain::{Problem, Remedy};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// A variable and where it stands.
pub(crate) type Variables = BTreeMap<String, (String, Origin)>;

/// Something is there that could not be read and may describe an account.
pub(crate) struct Unreadable;

/// Reads one file into the variables; what is there already stays.
pub(crate) fn read(path: &Path, into: &mut Variables, notes: &mut Vec<Note>) -> Result<(), Unreadable> {
    let file = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => {
            let problem = BAD.saying(format!("{file} cannot be read and is left out ({error})."));
            notes.push(Note { about: file, problem: problem.advising("Make it a text file that you may read.") });
            return Err(Unreadable);
        }
    };
    let (document, mistakes) = adotenv::parse(&text);
    let wrong = mistakes.iter().filter(|mistake| mistake.severity() == Severity::Error).map(adotenv::Diagnostic::line);
    let nameless = document.entries().filter(|entry| entry.value().is_none()).map(adotenv::Entry::line);
    let wrong: Vec<usize> = wrong.chain(nameless).collect();
    // The line itself is not shown: it may hold a secret.
    notes.extend(wrong.iter().map(|line| {
        let about = format!("{file} line {line}");
        Note { problem: BAD.saying(format!("{about} cannot be read and is left out.")), about }
    }));
    for entry in document.entries() {
        let Some(value) = entry.value().filter(|value| !value.trim().is_empty()) else { continue };
        let origin = Origin::DotEnv { file: file.clone(), line: entry.line() as u64 };
        into.entry(entry.key().to_owned()).or_insert_with(|| (value.to_owned(), origin));
    }
    // In the working directory this may be another program's file, whose lines hide no account of ours.
    let hides = |line: &usize| text.lines().nth(line - 1).is_some_and(|line| line.contains("UPSTOX_"));
    if wrong.iter().any(hides) { Err(Unreadable) } else { Ok(()) }
}

const BAD: Problem = Problem::new("bad_dotenv", "", "Write each line as NAME=value.", Remedy::FixSetting);
