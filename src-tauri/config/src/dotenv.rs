//! `.env` files: read without touching the process environment.

use crate::load::{Note, Origin};
use daypass_domain::{Problem, Remedy};
use std::collections::BTreeMap;
use std::path::Path;

/// A variable and where it stands.
pub(crate) type Variables = BTreeMap<String, (String, Origin)>;

/// Reads one file into the variables; what is there already stays.
pub(crate) fn read(path: &Path, into: &mut Variables, notes: &mut Vec<Note>) {
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let file = path.display().to_string();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        match item {
            Ok((_, value)) if value.trim().is_empty() => {}
            Ok((name, value)) => {
                let line = line_of(&text, &name);
                let origin = Origin::DotEnv { file: file.clone(), line };
                into.entry(name).or_insert((value, origin));
            }
            // The library's own error quotes the whole line, which may hold a secret.
            Err(_) => {
                notes.push(Note {
                    about: file.clone(),
                    problem: Problem::new(
                        "bad_dotenv",
                        "A line of the .env file cannot be read, and the lines after it are left out.",
                        "Write each line as NAME=value.",
                        Remedy::FixSetting,
                    ),
                });
                return;
            }
        }
    }
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
