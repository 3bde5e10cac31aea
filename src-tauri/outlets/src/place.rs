//! A file that a token goes into: looked at before it is written, and replaced in one step.
//!
//! The invariant: at each moment the path holds the whole old content or the whole new one, and no byte of a token is
//! ever in a file that somebody else may read. What this is not: it knows nothing of what the bytes mean.

mod sentences;

use daypass_domain::Problem;
use sentences::trouble;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// For its owner's eyes only.
pub(crate) const OWNER_ONLY: u32 = 0o600;
/// A longer file is none that a person has written.
const LONGEST: u64 = 1024 * 1024;

/// Does this on a thread that may wait for a disk, one at a time for each file: two accounts may share a `.env` file.
pub(crate) async fn on_disk<T: Send + 'static>(
    path: &Path,
    act: impl FnOnce(&Path) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let path = path.to_owned();
    let done = tokio::task::spawn_blocking(move || {
        let turn = turn(&path);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        act(&path)
    });
    done.await.unwrap_or(Err(sentences::BROKE))
}

/// Whether the content of this file is right, and nobody else may see it. Not where it cannot be read: whoever writes it
/// then finds the words for why.
pub(crate) async fn holds(path: &Path, right: impl FnOnce(&Content) -> Result<bool, Problem> + Send + 'static) -> bool {
    let looked = on_disk(path, move |path| match Place::at(path)?.read()? {
        Some(found) if found.mode & !OWNER_ONLY == 0 => right(&found),
        _ => Ok(false),
    });
    looked.await.unwrap_or(false)
}

fn turn(path: &Path) -> Arc<Mutex<()>> {
    static TURNS: Mutex<Option<HashMap<PathBuf, Arc<Mutex<()>>>>> = Mutex::new(None);
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.get_or_insert_default().entry(path.to_owned()).or_default().clone()
}

/// A path that has been looked at.
#[derive(Debug)]
pub(crate) struct Place {
    file: PathBuf,
    folder: PathBuf,
    name: OsString,
}

/// What a file says now.
pub(crate) struct Content {
    pub(crate) text: Zeroizing<String>,
    /// Its permission bits.
    pub(crate) mode: u32,
}

impl Place {
    /// Looks whether a token may lie there: a plain file or none, in a folder where nobody else can put another in its
    /// stead.
    pub(crate) fn at(path: &Path) -> Result<Self, Problem> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(sentences::no_file(path));
        };
        let found = fs::metadata(folder).map_err(|error| sentences::folder(folder, &error))?;
        if !found.is_dir() {
            return Err(sentences::folder(folder, &ErrorKind::NotADirectory.into()));
        }
        if !is_safe(&found) {
            return Err(sentences::open_folder(folder));
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => return Err(sentences::link(path)),
            Ok(found) if !found.is_file() => return Err(sentences::no_file(path)),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(trouble(path, &error)),
            _ => {}
        }
        Ok(Self { file: path.to_owned(), folder: folder.to_owned(), name: name.to_owned() })
    }

    /// What is there; nothing if there is no file.
    pub(crate) fn read(&self) -> Result<Option<Content>, Problem> {
        let file = match open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(trouble(&self.file, &error)),
        };
        let found = file.metadata().map_err(|error| trouble(&self.file, &error))?;
        if found.len() > LONGEST {
            return Err(sentences::too_long(&self.file));
        }
        let mut text =
            Zeroizing::new(String::with_capacity(usize::try_from(LONGEST.min(found.len() + 1)).unwrap_or(0)));
        match file.take(LONGEST).read_to_string(&mut text) {
            Ok(_) => Ok(Some(Content { text, mode: mode(&found) })),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(sentences::no_text(&self.file)),
            Err(error) => Err(trouble(&self.file, &error)),
        }
    }

    /// Puts the content there, whole or not at all.
    pub(crate) fn replace(&self, content: &[u8], mode: u32) -> Result<(), Problem> {
        self.steps(content, mode, &|_| Ok(())).map_err(|error| trouble(&self.file, &error))
    }

    /// Each step is announced before it is taken, so that a test can end the world there.
    fn steps(&self, content: &[u8], mode: u32, before: &dyn Fn(Step) -> io::Result<()>) -> io::Result<()> {
        self.clear();
        before(Step::Create)?;
        // Made with mode 0600, whatever the umask is.
        let mut new = tempfile::Builder::new().prefix(&self.prefix()).tempfile_in(&self.folder)?;
        before(Step::Write)?;
        new.write_all(content)?;
        set_mode(new.as_file(), mode)?;
        before(Step::Sync)?;
        new.as_file().sync_all()?;
        before(Step::Rename)?;
        new.persist(&self.file).map_err(|error| error.error)?;
        before(Step::SyncFolder)?;
        sync_folder(&self.folder)
    }

    fn prefix(&self) -> OsString {
        let mut prefix = OsString::from(".");
        prefix.push(&self.name);
        prefix.push(".daypass-");
        prefix
    }

    /// What a crash has left half-written goes: there may be a token in it.
    fn clear(&self) {
        let prefix = self.prefix();
        let prefix = prefix.as_encoded_bytes();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let ours = entry.file_name().as_encoded_bytes().starts_with(prefix);
            if ours && let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(file = %entry.path().display(), reason = %error.kind(), "a half-written file stays");
            }
        }
    }
}

/// What is done in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Write,
    Sync,
    Rename,
    SyncFolder,
}

/// Nobody but its owner and root can put a file there, or nobody can take away another's.
#[cfg(unix)]
fn is_safe(folder: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    closed_to_others(folder.mode(), folder.uid(), rustix::process::geteuid().as_raw())
}

#[cfg(unix)]
fn closed_to_others(mode: u32, owner: u32, me: u32) -> bool {
    let (others_write, sticky) = (mode & 0o022 != 0, mode & 0o1000 != 0);
    (owner == me || owner == 0) && (!others_write || sticky)
}

/// The user's own profile is closed to others there.
#[cfg(not(unix))]
fn is_safe(_folder: &Metadata) -> bool {
    true
}

/// A link that somebody has put there since it was looked at is not followed.
#[cfg(unix)]
fn open(file: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(rustix::fs::open(file, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open(file: &Path) -> io::Result<File> {
    File::open(file)
}

#[cfg(unix)]
fn mode(found: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o777
}

#[cfg(not(unix))]
fn mode(_found: &Metadata) -> u32 {
    OWNER_ONLY
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// NTFS keeps a journal of its names.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
