//! What can go wrong with the ledger, each with its sentence and its way out.
//!
//! None of these errors means that something was lost: an append that failed changed nothing, and what was there before
//! is there still. What this is not: the notice about a file that was put aside, which is no error, since a new one was
//! begun.

use crate::schema::damaged;
use daypass_domain::{Problem, Remedy};
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why the ledger could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// No space left.
    #[error("no space left for {}", .file.display())]
    Full {
        /// What was to be written.
        file: PathBuf,
    },
    /// The file or its folder may not be written.
    #[error("{} may not be written", .file.display())]
    ReadOnly {
        /// Which file.
        file: PathBuf,
    },
    /// The file went bad while it was open.
    #[error("{} is damaged", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
    },
    /// Another program holds the file.
    #[error("{} is in use", .file.display())]
    Busy {
        /// Which file.
        file: PathBuf,
    },
    /// Something else.
    #[error("{}: {detail}", .file.display())]
    Io {
        /// Which file or folder.
        file: PathBuf,
        /// The system's or the library's own words.
        detail: String,
    },
}

impl LedgerError {
    pub(crate) fn io(file: &Path, error: &io::Error) -> Self {
        let file = file.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { file },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { file },
            _ => Self::Io { file, detail: error.to_string() },
        }
    }

    pub(crate) fn sql(file: &Path, error: &rusqlite::Error) -> Self {
        let file = file.to_owned();
        if damaged(error) {
            return Self::Damaged { file };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { file },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { file },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file },
            _ => Self::Io { file, detail: error.to_string() },
        }
    }

    /// The sentences for people, and the code for programs.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Full { file } => FULL.saying(format!("The disk is full; {} could not be written.", file.display())),
            Self::ReadOnly { file } => READ_ONLY.saying(format!("The file {} may not be written.", file.display())),
            Self::Damaged { file } => DAMAGED.saying(format!("The history file {} is damaged.", file.display())),
            Self::Busy { file } => BUSY.saying(format!("Another program holds {}.", file.display())),
            Self::Io { file, detail } => {
                IO.saying(format!("The history file {} could not be read or written.", file.display())).quoting(detail)
            }
        }
    }
}

const FULL: Problem = Problem::new(
    "LEDGER_DISK_FULL",
    "The disk is full.",
    "Free some space; until then the history has a gap, and tokens are not affected.",
    Remedy::TryAgain,
);
const READ_ONLY: Problem = Problem::new(
    "LEDGER_READ_ONLY",
    "The history may not be written.",
    "Make the file and its folder writable for you; until then the history has a gap, and tokens are not affected.",
    Remedy::FixSetting,
);
const DAMAGED: Problem = Problem::new(
    "LEDGER_DAMAGED",
    "The history file is damaged.",
    "Restart Daypass: it puts the file aside, and begins a new one.",
    Remedy::FixSetting,
);
const BUSY: Problem = Problem::new(
    "LEDGER_BUSY",
    "Another program holds the history file.",
    "Close programs that look into it; Daypass tries again.",
    Remedy::TryAgain,
);
const IO: Problem = Problem::new(
    "LEDGER_IO",
    "The history file could not be read or written.",
    "Check the folder and its permissions; tokens are not affected.",
    Remedy::TryAgain,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_names_the_file_and_a_way_out() {
        let file = PathBuf::from("somewhere/history.db");
        for (sentence, error, code) in [
            ("no space", LedgerError::io(&file, &io::ErrorKind::StorageFull.into()), "LEDGER_DISK_FULL"),
            ("a read-only disk", LedgerError::io(&file, &io::ErrorKind::ReadOnlyFilesystem.into()), "LEDGER_READ_ONLY"),
            (
                "somebody else's file",
                LedgerError::io(&file, &io::ErrorKind::PermissionDenied.into()),
                "LEDGER_READ_ONLY",
            ),
            ("anything else", LedgerError::io(&file, &io::ErrorKind::NotADirectory.into()), "LEDGER_IO"),
            ("damaged while open", LedgerError::Damaged { file: file.clone() }, "LEDGER_DAMAGED"),
            ("held by another", LedgerError::Busy { file: file.clone() }, "LEDGER_BUSY"),
        ] {
            let problem = error.problem();
            assert_eq!(problem.code, code, "{sentence}");
            assert!(problem.what.contains("somewhere/history.db") && problem.what.ends_with('.'), "{problem}");
            assert!(!problem.todo.is_empty() && !problem.todo.contains('!'), "{problem}");
        }
    }
}
