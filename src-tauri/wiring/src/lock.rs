//! One owner: whoever holds the lock file in the data folder runs the manager.
//!
//! The lock is the kernel's (it ends with the process, however that ends), so a stale file means nothing. The file's
//! text names the owner, only for messages.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

/// Held as long as this lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read: closing it releases the lock")] File);

/// What came of trying.
#[derive(Debug)]
pub(crate) enum Tried {
    /// We own the data folder.
    Ours(Lock),
    /// Somebody else does.
    Taken,
}

/// Tries to take the lock of this data folder, which is there.
pub(crate) fn take(data: &Path) -> std::io::Result<Tried> {
    let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path(data))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())?;
            Ok(Tried::Ours(Lock(file)))
        }
        Err(TryLockError::WouldBlock) => Ok(Tried::Taken),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("daypass.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_and_the_third_gets_it_when_the_first_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = take(folder.path()).expect("a lock");
        assert!(matches!(first, Tried::Ours(_)));
        assert!(matches!(take(folder.path()).expect("an answer"), Tried::Taken));
        drop(first);
        assert!(matches!(take(folder.path()).expect("a lock"), Tried::Ours(_)));
    }
}
