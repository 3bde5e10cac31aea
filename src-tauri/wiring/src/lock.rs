//! One owner: whoever holds the lock file in the data folder runs the manager.
//!
//! The lock is the kernel's (it ends with the process, however that ends), so a stale file means nothing. The file's
//! text is the owner's process id and, in the second line, where its socket is: a terminal may have another runtime folder
//! than the desktop session that the owner was started in. What this is not: proof of who answers at that socket; whoever
//! connects looks at the user of the other end.

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

/// Tries to take the lock of this data folder, which is there, for an owner with this socket.
pub(crate) fn take(data: &Path, socket: &Path) -> std::io::Result<Tried> {
    let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(path(data))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            // A path that is no text is left out; such a system has one runtime folder for all.
            let socket = socket.to_str().unwrap_or_default();
            write!(file, "{}\n{socket}\n", std::process::id())?;
            Ok(Tried::Ours(Lock(file)))
        }
        Err(TryLockError::WouldBlock) => Ok(Tried::Taken),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Where the socket of the last owner of this data folder is or was.
pub(crate) fn socket(data: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(path(data)).ok()?;
    text.lines().nth(1).map(PathBuf::from).filter(|path| path.is_absolute())
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
        let take = |socket: &str| take(folder.path(), Path::new(socket)).expect("an answer");
        let first = take("/run/first.sock");
        assert!(matches!(first, Tried::Ours(_)));
        assert!(matches!(take("/run/second.sock"), Tried::Taken));
        assert_eq!(socket(folder.path()), Some(PathBuf::from("/run/first.sock")), "the owner's, not the asker's");
        drop(first);
        assert!(matches!(take("/run/3.sock"), Tried::Ours(_)));
        assert_eq!(socket(folder.path()), Some(PathBuf::from("/run/3.sock")), "nothing of the longer one is left");
    }

    #[test]
    fn a_file_that_names_no_socket_is_no_mistake() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(socket(folder.path()), None);
        for text in ["", "123\n", "123\n\n", "123\nrelative.sock\n"] {
            std::fs::write(path(folder.path()), text).expect("a file");
            assert_eq!(socket(folder.path()), None, "{text:?}");
        }
    }
}
