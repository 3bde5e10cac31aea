//! `.env` files: read without touching the process environment.

use crate::settings::{Note, Origin};
use daypass_domain::{Problem, Remedy};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// A variable and where it stands.
pub(crate) type Variables = BTreeMap<String, (String, Origin)>;

/// Something is there that could not be read.
pub(crate) struct Unreadable;

/// Reads one file into the variables; what is there already stays.
pub(crate) fn read(path: &Path, into: &mut Variables, notes: &mut Vec<Note>) -> Result<(), Unreadable> {
    let file = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => {
            let problem = Problem::new("bad_dotenv", "", "Make it a text file that you may read.", Remedy::FixSetting)
                .saying(format!("{file} cannot be read and is left out ({error})."));
            notes.push(Note { about: file, problem });
            return Err(Unreadable);
        }
    };
    // Where the last readable line was; the one that cannot be read comes after it.
    let mut line = 0;
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok((name, value)) if value.trim().is_empty() => line = line_of(&text, &name),
            Ok((name, value)) => {
                line = line_of(&text, &name);
                if changed_by_a_dollar(&text, line, &value) {
                    notes.push(Note { about: format!("{file} line {line}"), problem: dollar(&file, line, &name) });
                }
                let origin = Origin::DotEnv { file: file.clone(), line };
                into.entry(name).or_insert((value, origin));
            }
            // The library's own error quotes the whole line, which may hold a secret.
            Err(_) => {
                let problem = Problem::new("bad_dotenv", "", "Write each line as NAME=value.", Remedy::FixSetting)
                    .saying(format!("{file}: what follows line {line} cannot be read and is left out."));
                notes.push(Note { about: file.clone(), problem });
                return Err(Unreadable);
            }
        }
    }
    Ok(())
}

/// In these files `$NAME` stands for another variable unless the value is in single quotes: a secret with a dollar in it
/// would be changed without a word.
fn changed_by_a_dollar(text: &str, line: u64, value: &str) -> bool {
    let written =
        usize::try_from(line).ok().and_then(|line| text.lines().nth(line.saturating_sub(1))).unwrap_or_default();
    written.contains('$') && !written.contains('\'') && !value.contains('$')
}

fn dollar(file: &str, line: u64, name: &str) -> Problem {
    Problem::new("dollar_in_dotenv", "", "Put the value in single quotes.", Remedy::FixSetting)
        .saying(format!("{file} line {line}: the dollar in {name} was read as the name of another variable."))
}

fn line_of(text: &str, name: &str) -> u64 {
    let names = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("export ")
            .unwrap_or(line)
            .trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(names).map_or(1, |index| index as u64 + 1)
}
