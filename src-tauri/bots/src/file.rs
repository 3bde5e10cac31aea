//! The file of the keys: JSON, for this user only, replaced as a whole.
//!
//! The invariant: at each moment the path holds either all of the old keys or all of the new ones. What this is not: a
//! secret; there are only hashes in it. It is closed to others because names and accounts are nobody's business.

use crate::key::{BotName, Hash, KeyId, Scope};
use daypass_domain::{Moment, Problem, Remedy};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::path::Path;

/// What this version writes and reads.
const VERSION: u32 = 1;

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: KeyId,
    pub(crate) name: BotName,
    pub(crate) accounts: Scope,
    pub(crate) sha256: Hash,
    pub(crate) made_at: Moment,
    #[serde(default)]
    pub(crate) last_used_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    version: u32,
    keys: Vec<Kept>,
}

/// All keys; none if there is no file.
pub(crate) fn read(path: &Path) -> Result<Vec<Kept>, Problem> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(path, &error.kind().to_string())),
    };
    let whole: Whole = serde_json::from_slice(&text)
        .map_err(|error| unreadable(path, &format!("line {}, column {}", error.line(), error.column())))?;
    match whole.version {
        VERSION => Ok(whole.keys),
        newer => Err(unreadable(path, &format!("it was written by another version ({newer})"))),
    }
}

/// Replaces all keys.
pub(crate) fn write(path: &Path, keys: &[Kept]) -> Result<(), Problem> {
    let whole = Whole { version: VERSION, keys: keys.to_vec() };
    let replaced = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        // Made with mode 0600.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut new, &whole)?;
        new.flush()?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    replaced().map_err(|error| unwritable(path, &error))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened for that.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn unreadable(path: &Path, why: &str) -> Problem {
    Problem::new("keys_unreadable", "", "", Remedy::FixSetting)
        .saying(format!("The keys of bots in {} cannot be read ({why}), so that none of them opens.", path.display()))
        .advising("Mend the file, or move it away and make new keys; then restart Daypass.")
}

fn unwritable(path: &Path, error: &Error) -> Problem {
    Problem::new("keys_unwritable", "", "See whether the disk is full.", Remedy::TryAgain)
        .saying(format!("The keys of bots in {} cannot be written: {}.", path.display(), error.kind()))
}
