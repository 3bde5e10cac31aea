//! `keys.json`: what is kept of the keys.
//!
//! The invariant: at each moment the path holds the whole old content or the whole new one, readable by this user only,
//! and it holds no key, only fingerprints. A file that is not understood to the last field is not used at all: a part
//! that was left out could be the one that limits a key. What this is not: a cache; it is read when the keys are opened,
//! and again only while it could not be read.

use crate::key::{Fingerprint, KeyId};
use crate::{BotName, Scope};
use daypass_domain::{Moment, Problem, Remedy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Write};
use std::path::Path;

/// Goes up when an older program must not use the file.
const VERSION: u32 = 1;

/// One key, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    pub(crate) id: KeyId,
    pub(crate) name: BotName,
    pub(crate) accounts: Scope,
    /// Of the secret half.
    pub(crate) sha256: Fingerprint,
    pub(crate) made_at: Moment,
    pub(crate) last_used_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    keys: Vec<Stored>,
}

/// Read first: whatever else a newer file holds, its version is in this place.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// All keys of the file; a file that is not there holds none.
pub(crate) fn read(file: &Path) -> Result<Vec<Stored>, Problem> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(file, &error.to_string())),
    };
    understand(&text).map_err(|why| unreadable(file, &why))
}

fn understand(text: &[u8]) -> Result<Vec<Stored>, String> {
    let Version { version } = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if version != VERSION {
        return Err(format!("it has version {version}, and this Daypass knows version {VERSION}"));
    }
    let Content { keys, .. } = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let different: BTreeSet<_> = keys.iter().map(|key| &key.id).collect();
    if different.len() < keys.len() { Err("one key is in it twice".to_owned()) } else { Ok(keys) }
}

/// Puts these keys in the place of all others.
pub(crate) fn write(file: &Path, keys: Vec<Stored>) -> Result<(), Problem> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let steps = || {
        // Made for this user only (0600), and removed again if a later step fails.
        let mut fresh = tempfile::Builder::new().prefix("keys.").suffix(".tmp").tempfile_in(folder)?;
        let mut text = serde_json::to_vec_pretty(&Content { version: VERSION, keys })?;
        text.push(b'\n');
        fresh.write_all(&text)?;
        fresh.as_file().sync_all()?;
        fresh.persist(file)?;
        sync_names(folder)
    };
    steps().map_err(|error: Error| NOT_SAVED.saying(format!("The bots' keys could not be written: {error}.")))
}

#[cfg(unix)]
fn sync_names(folder: &Path) -> Result<(), Error> {
    std::fs::File::open(folder)?.sync_all()
}

/// Windows has no such call: NTFS keeps a journal of its names.
#[cfg(not(unix))]
fn sync_names(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

fn unreadable(file: &Path, why: &str) -> Problem {
    UNREADABLE
        .saying(format!("The bots' keys in {} cannot be read ({why}), so no bot is let in.", file.display()))
        .advising(
            "Mend the file or bring it back from a backup. Or move it away and make new keys; it is not written over.",
        )
}

const UNREADABLE: Problem = Problem::new("keys_unreadable", "", "", Remedy::FixSetting);

const NOT_SAVED: Problem = Problem::new(
    "keys_not_saved",
    "",
    "Check the disk and the data folder's permissions, then do it again.",
    Remedy::FixSetting,
);
