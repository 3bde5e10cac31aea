//! What was brought where last, so that a restart brings only what is missing.
//!
//! The invariant: a file that cannot be read or written costs one delivery too many, never one too few. What this is not:
//! a secret; a token is known by its number and its time, settings by a hash.

use daypass_domain::{AccountId, Generation, Moment};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One file for each account, in a folder of their own.
pub(crate) struct Memory {
    folder: PathBuf,
    known: Mutex<HashMap<AccountId, Of>>,
    /// One write at a time, and each writes what is known then: the last one is never an older one.
    writing: tokio::sync::Mutex<()>,
}

/// By the kind of the outlet.
type Of = BTreeMap<String, Delivered>;

/// What is in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivered {
    /// Which token.
    pub(super) generation: Generation,
    /// When it was issued: a counter may begin anew.
    pub(super) issued_at: Moment,
    /// By which settings.
    pub(super) seal: String,
    /// When.
    pub(super) at: Moment,
}

impl Memory {
    pub(crate) fn new(state: &Path) -> Self {
        Self { folder: state.join("outlets"), known: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    /// What was brought to this outlet last.
    pub(super) fn last(&self, account: &AccountId, kind: &str) -> Option<Delivered> {
        self.of(&mut self.known(), account).get(kind).cloned()
    }

    /// This was brought there.
    pub(super) async fn remember(&self, account: &AccountId, kind: &str, delivered: Delivered) {
        self.of(&mut self.known(), account).insert(kind.to_owned(), delivered);
        let _turn = self.writing.lock().await;
        let (text, path) = (serde_json::to_vec(&*self.of(&mut self.known(), account)), self.file(account));
        let written = tokio::task::spawn_blocking(move || write(&path, &text?)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%account, "What was brought to its outlets could not be written down: {}", error.kind());
        }
    }

    /// The other outlets are switched off. On disk it may stay until the next delivery: at a start this is asked again.
    pub(super) fn keep_only(&self, account: &AccountId, kinds: &[&str]) {
        let mut known = self.known();
        self.of(&mut known, account).retain(|kind, _| kinds.contains(&kind.as_str()));
        if kinds.is_empty() {
            known.remove(account);
            match std::fs::remove_file(self.file(account)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    tracing::warn!(%account, "What was brought to its outlets could not be removed: {}", error.kind());
                }
                _ => {}
            }
        }
    }

    fn of<'k>(&self, known: &'k mut HashMap<AccountId, Of>, account: &AccountId) -> &'k mut Of {
        known.entry(account.clone()).or_insert_with(|| read(&self.file(account)))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<AccountId, Of>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, account: &AccountId) -> PathBuf {
        self.folder.join(format!("{account}.json"))
    }
}

fn read(path: &Path) -> Of {
    std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Replaced as a whole. A power cut may lose it: then a token is brought once more.
fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::File::create(&new)?.write_all(text)?;
    std::fs::rename(new, path)
}
