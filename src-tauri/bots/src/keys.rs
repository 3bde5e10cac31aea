//! The keys that count at this moment.
//!
//! The invariant: ids and names are unique, and a key that was taken out is known to nobody here, whether or not the disk
//! knows of it already. What this is not: it does not read or write, and it is not shared; `ring` sees to both.

use crate::BotName;
use crate::file::Stored;
use crate::key::{Fingerprint, KeyId};
use crate::pace::{Limit, Pace};
use daypass_domain::{Problem, Remedy, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A key, and what is only in memory of it.
pub(crate) struct Key {
    pub(crate) stored: Stored,
    limit: Limit,
    /// The whole text, once its bot has presented it: from then on it is taken out of log lines.
    known: Option<Secret>,
}

impl Key {
    /// Counts a request that presented this key's text.
    pub(crate) fn count(&mut self, presented: &str) -> Result<(), Duration> {
        self.known.get_or_insert_with(|| Secret::new(presented));
        self.limit.count()
    }
}

/// All of them.
#[derive(Default)]
pub(crate) struct Keys {
    alive: BTreeMap<KeyId, Key>,
    /// Taken out here and still in the file.
    only_on_disk: BTreeSet<KeyId>,
}

impl Keys {
    pub(crate) fn new(stored: Vec<Stored>, pace: &Pace) -> Self {
        let mut keys = Self::default();
        stored.into_iter().for_each(|stored| keys.add(stored, pace));
        keys
    }

    pub(crate) fn add(&mut self, stored: Stored, pace: &Pace) {
        let id = stored.id.clone();
        self.alive.insert(id, Key { stored, limit: pace.for_a_key(), known: None });
    }

    /// Whether this one may be added.
    pub(crate) fn check(&self, new: &Stored) -> Result<(), Problem> {
        if new.accounts.is_nothing() {
            return Err(NO_ACCOUNT);
        }
        if let Some(taken) = self.alive.values().find(|key| key.stored.name.reads_like(&new.name)) {
            return Err(name_taken(&taken.stored.name));
        }
        // One in a million million; or the caller's bytes were not fresh, and then the key would not be new.
        if self.alive.contains_key(&new.id) || self.only_on_disk.contains(&new.id) { Err(ID_TAKEN) } else { Ok(()) }
    }

    /// Takes one out. The second time is fine as long as the file still has it.
    pub(crate) fn remove(&mut self, id: &KeyId) -> Result<(), Problem> {
        if self.alive.remove(id).is_some() {
            self.only_on_disk.insert(id.clone());
        }
        if self.only_on_disk.contains(id) { Ok(()) } else { Err(NO_SUCH_KEY) }
    }

    /// The file has caught up.
    pub(crate) fn saved(&mut self) {
        self.only_on_disk.clear();
    }

    /// The key of this id whose secret half has this fingerprint. An id that nobody has takes the same comparison.
    pub(crate) fn find(&mut self, id: Option<&KeyId>, given: &Fingerprint) -> Option<&mut Key> {
        let key = id.and_then(|id| self.alive.get_mut(id));
        let kept = key.as_ref().map_or(&Fingerprint::NOBODYS, |key| &key.stored.sha256);
        let same = bool::from(given.same_as(kept));
        key.filter(|_| same)
    }

    pub(crate) fn stored(&self) -> impl Iterator<Item = &Stored> {
        self.alive.values().map(|key| &key.stored)
    }
}

fn name_taken(name: &BotName) -> Problem {
    let what = format!("The bot \"{name}\" has a key already.");
    Problem::new("bot_name_taken", "", "Choose another name, or revoke that key first.", Remedy::FixSetting)
        .saying(what)
}

const NO_ACCOUNT: Problem = Problem::new(
    "key_for_no_account",
    "A key for no account opens nothing.",
    "Choose at least one account, or all of them.",
    Remedy::FixSetting,
);

const ID_TAKEN: Problem =
    Problem::new("key_id_taken", "This key exists already.", "Make the key once more.", Remedy::TryAgain);

const NO_SUCH_KEY: Problem = Problem::new(
    "no_such_key",
    "There is no key with this id; it may have been revoked already.",
    "Look at the list of keys.",
    Remedy::FixSetting,
);
