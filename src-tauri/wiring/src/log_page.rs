//! The newest lines of the log, for a window that shows them.
//!
//! Invariant: what is read was written without a secret, and has every secret that is known now taken out once more; only
//! the log's own files are read, and of each only its end. What this is not: the writing; that is `logging.rs`.

use daypass_api::{LogLine, LogQuery};
use daypass_domain::redact;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// So many lines where nobody says how many.
const LINES: usize = 300;
/// The end of a file that is looked at: some days of a quiet program, some hours of a talkative one.
const END: u64 = 1 << 20;
/// From the most important to the least.
pub(crate) const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Newest first. Blocks.
pub(crate) fn read(folder: &Path, stem: &str, wanted: &LogQuery) -> io::Result<Vec<LogLine>> {
    let most = wanted.limit.unwrap_or(LINES);
    let mut found = Vec::new();
    for file in files(folder, stem)? {
        let text = end(&file)?;
        found.extend(lines(&redact(&text)).into_iter().rev().filter(|line| is_wanted(line, wanted)));
        if found.len() >= most {
            break;
        }
    }
    found.truncate(most);
    Ok(found)
}

/// The newest day first: they are named after their days.
fn files(folder: &Path, stem: &str) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // Nothing was ever written.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_log = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_log).collect();
    files.sort_unstable_by(|one, other| other.cmp(one));
    Ok(files)
}

fn end(file: &Path) -> io::Result<String> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    let begin = length.saturating_sub(END);
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(END).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The first line is not whole.
    Ok(if begin == 0 { text } else { text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default() })
}

/// `2026-11-19T03:10:00.123456Z  INFO What happened`; whatever does not begin so belongs to the line before it.
fn lines(text: &str) -> Vec<LogLine> {
    let mut found: Vec<LogLine> = Vec::new();
    for line in text.lines() {
        match whole(line) {
            Some(line) => found.push(line),
            None => {
                if let Some(last) = found.last_mut() {
                    last.text.push('\n');
                    last.text.push_str(line);
                }
            }
        }
    }
    found
}

fn whole(line: &str) -> Option<LogLine> {
    let (at, rest) = line.split_once(' ')?;
    let (level, text) = rest.trim_start().split_once(' ')?;
    let level = level.to_ascii_lowercase();
    Some(LogLine {
        at: at.parse().ok()?,
        level: LEVELS.contains(&level.as_str()).then_some(level)?,
        text: text.trim_start().to_owned(),
    })
}

fn is_wanted(line: &LogLine, wanted: &LogQuery) -> bool {
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level);
    let loud = wanted.level.as_deref().and_then(rank).is_none_or(|most| rank(&line.level) <= Some(most));
    let said = wanted.text.as_deref().is_none_or(|text| line.text.to_lowercase().contains(&text.to_lowercase()));
    loud && said
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_domain::Secret;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        write("daypass.2026-11-18.log", "2026-11-18T23:59:00.000001Z  WARN Late\n");
        write(
            "daypass.2026-11-19.log",
            "half a line\n2026-11-19T03:10:00.5Z  INFO Signed in account=upstox\n2026-11-19T03:11:00Z ERROR It broke\nin two \
             lines\n2026-11-19T03:12:00Z DEBUG Detail of log-marker-secret\n",
        );
        write("daypass-history.db", "2026-11-19T03:10:00Z  INFO No log\n");
        folder
    }

    fn texts(wanted: &LogQuery) -> Vec<String> {
        let lines = read(folder().path(), "daypass", wanted).expect("lines");
        lines.into_iter().map(|line| format!("{} {}", line.level, line.text)).collect()
    }

    #[test]
    fn the_newest_lines_come_first_whole_and_without_a_secret() {
        let secret = Secret::new("log-marker-secret");
        let all = [
            "debug Detail of [redacted]",
            "error It broke\nin two lines",
            "info Signed in account=upstox",
            "warn Late",
        ];
        assert_eq!(texts(&LogQuery::default()), all);
        drop(secret);
        assert_eq!(texts(&LogQuery { limit: Some(1), ..LogQuery::default() }).len(), 1);
    }

    #[test]
    fn lines_are_chosen_by_level_and_words() {
        let level = |level: &str| LogQuery { level: Some(level.to_owned()), ..LogQuery::default() };
        assert_eq!(texts(&level("warn")), ["error It broke\nin two lines", "warn Late"]);
        let text = LogQuery { text: Some("UPSTOX".to_owned()), ..LogQuery::default() };
        assert_eq!(texts(&text), ["info Signed in account=upstox"]);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_lines() {
        let nowhere = tempfile::tempdir().expect("a folder").path().join("none");
        assert_eq!(read(&nowhere, "daypass", &LogQuery::default()).expect("nothing").len(), 0);
    }
}
