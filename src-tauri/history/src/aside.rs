//! The files on the disk: made for this user only, and put aside when they cannot be used.
//!
//! The invariant: no file is ever deleted or written over here. What this is not: it does not judge a file (`schema`
//! does).

use crate::LedgerError;
use crate::schema::Unfit;
use daypass_domain::{Moment, Problem, Remedy};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database. They hold what is not in the database yet, so they go where it goes.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes the file if it is missing, and closes it and its companions to others. SQLite gives new companions the same
/// mode.
pub(crate) fn make_private(file: &Path) -> Result<(), LedgerError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| LedgerError::io(file, &error))?;
    for file in [file.to_owned()].into_iter().chain(companions(file)) {
        for_me_only(&file).map_err(|error| LedgerError::io(&file, &error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn for_me_only(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(file) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            fs::set_permissions(file, fs::Permissions::from_mode(0o600))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Elsewhere the user's profile folder is private already.
#[cfg(not(unix))]
fn for_me_only(_file: &Path) -> io::Result<()> {
    Ok(())
}

/// Gives the file and its companions a new name, and says so.
pub(crate) fn put_aside(file: &Path, why: Unfit, now: Moment) -> Result<Problem, LedgerError> {
    let aside = free_name(file, now);
    // Companions first: SQLite throws away a log that lies beside a database it does not belong to.
    for (from, to) in companions(file).zip(companions(&aside)) {
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(LedgerError::io(&from, &error)),
            _ => {}
        }
    }
    fs::rename(file, &aside).map_err(|error| LedgerError::io(file, &error))?;
    Ok(notice(why, &aside))
}

fn companions(file: &Path) -> impl Iterator<Item = PathBuf> {
    COMPANIONS.into_iter().map(|ending| with_ending(file, ending))
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A name that nothing has: two files may go bad in one second. Without colons, which Windows forbids.
fn free_name(file: &Path, now: Moment) -> PathBuf {
    let first = with_ending(file, &format!(".damaged-{}", now.format("%Y%m%dT%H%M%SZ")));
    let others = (2..).map(|number: u32| with_ending(&first, &format!("-{number}")));
    let taken = |name: &PathBuf| fs::symlink_metadata(name).is_ok();
    std::iter::once(first.clone()).chain(others).find(|name| !taken(name)).unwrap_or(first)
}

fn notice(why: Unfit, aside: &Path) -> Problem {
    let (problem, was) = match why {
        Unfit::Damaged => (DAMAGED, "The history file was damaged"),
        Unfit::Foreign => (FOREIGN, "The history file was not one of Daypass"),
        Unfit::Newer => (NEWER, "The history file is from a newer Daypass"),
    };
    problem.saying(format!("{was}; it was put aside as {}, and a new one was begun.", aside.display()))
}

const DAMAGED: Problem = Problem::new(
    "LEDGER_WAS_DAMAGED",
    "The history file was damaged.",
    "Restore it from a backup if you need what is in it; tokens are not affected.",
    Remedy::FixSetting,
);
const FOREIGN: Problem = Problem::new(
    "LEDGER_WAS_FOREIGN",
    "The history file was not one of Daypass.",
    "Take it back if it is yours; tokens are not affected.",
    Remedy::FixSetting,
);
const NEWER: Problem = Problem::new(
    "LEDGER_WAS_NEWER",
    "The history file is from a newer Daypass.",
    "Install the newer version and give the file its old name again to see what is in it; tokens are not affected.",
    Remedy::FixSetting,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_even_within_one_second() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("history.db");
        let now = "2026-11-18T03:45:00Z".parse().expect("a test's moment");
        for content in ["first", "second", "third"] {
            fs::write(&file, content).expect("a file");
            fs::write(with_ending(&file, "-wal"), format!("log of the {content}")).expect("a log");
            put_aside(&file, Unfit::Damaged, now).expect("put aside");
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
        assert_eq!(read("history.db.damaged-20261118T034500Z"), "first");
        assert_eq!(read("history.db.damaged-20261118T034500Z-wal"), "log of the first");
        assert_eq!(read("history.db.damaged-20261118T034500Z-2"), "second");
        assert_eq!(read("history.db.damaged-20261118T034500Z-3-wal"), "log of the third");
        assert!(!file.exists());
    }

    #[test]
    fn a_file_that_cannot_be_moved_is_an_error_with_a_sentence() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-11-18T03:45:00Z".parse().expect("a test's moment");
        let error = put_aside(&folder.path().join("gone"), Unfit::Damaged, now).expect_err("no such file");
        assert_eq!(error.problem().code, "LEDGER_IO");
    }
}
