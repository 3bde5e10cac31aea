//! The vault itself: what wiring calls.
//!
//! The invariant: once [`Vault::save`] has returned, this token or a later one is what [`Vault::load`] gives, whatever
//! happens to the process. A key that cannot be had yet is a state: every call tries once more to get it, without any
//! dialog. What this is not: a cache of tokens (except in memory mode, where it is all there is).

use crate::disk::{self, Disk, RealDisk};
use crate::key::Search;
use crate::keyring::{self, Keyring, KeyringError};
use crate::sealed::{Header, Key, Role};
use crate::shelf::{Found, Opened, Shelf};
use crate::{Entropy, Source, Stored, VaultError, Which};
use crate::{reading, record};
use daypass_domain::{AccountId, Generation, Moment, Problem, Secret};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The vault of one folder. May be shared between threads; calls wait for each other.
pub struct Vault {
    folder: PathBuf,
    source: Source,
    machine: Machine,
    state: Mutex<State>,
}

/// What the vault needs from the machine.
pub struct Machine {
    /// Where files are kept.
    pub disk: Box<dyn Disk>,
    /// Where the key is kept.
    pub keyring: Box<dyn Keyring>,
    /// Where randomness comes from.
    pub entropy: Box<dyn Entropy>,
}

/// How secrets are kept at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sealed, the key is in the keyring.
    Keyring,
    /// Sealed, the key comes from a passphrase.
    Passphrase,
    /// In memory only; gone with the process.
    Memory,
    /// Sealed, and the key cannot be had now; [`Vault::problem`] says why.
    Locked,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The newest that could be read.
    pub stored: Stored,
    /// When it was saved.
    pub saved_at: Moment,
    /// How many earlier generations are kept.
    pub backups: u32,
    /// Set if that is a backup because the current file was damaged or missing: say so to the user.
    pub notice: Option<Problem>,
}

/// What a save left on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// How many earlier generations are kept.
    pub backups: u32,
}

/// An earlier generation that could still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Which token it is.
    pub generation: Generation,
    /// When it was saved.
    pub saved_at: Moment,
}

enum State {
    Open(Key),
    Closed(VaultError),
    Memory(BTreeMap<AccountId, Remembered>),
}

#[derive(Default)]
struct Remembered {
    stored: Option<(Stored, Moment)>,
    secrets: BTreeMap<Which, Secret>,
}

impl Vault {
    /// Opens the vault of a folder on this machine; the folder is made where it is missing. A locked keyring, a full
    /// disk and the like open a vault that is [`Kind::Locked`]; what only a person can put right is an error here, and
    /// nothing has been changed. [`Source::Memory`] touches neither disk nor keyring.
    pub fn open(folder: &Path, source: Source, entropy: Box<dyn Entropy>) -> Result<Self, VaultError> {
        Self::open_on(folder, source, Machine { disk: Box::new(RealDisk), keyring: keyring::system(), entropy })
    }

    /// The same on a machine of your choice.
    pub fn open_on(folder: &Path, source: Source, machine: Machine) -> Result<Self, VaultError> {
        let first = match source {
            Source::Memory => State::Memory(BTreeMap::new()),
            _ => State::Closed(VaultError::Locked),
        };
        let vault = Self { folder: folder.to_owned(), source, machine, state: Mutex::new(first) };
        match vault.retry() {
            Err(error) if !error.passes() => Err(error),
            _ => Ok(vault),
        }
    }

    /// How secrets are kept at the moment. Asks nobody.
    pub fn kind(&self) -> Kind {
        match (&*self.state(), &self.source) {
            (State::Memory(_), _) => Kind::Memory,
            (State::Closed(_), _) => Kind::Locked,
            (State::Open(_), Source::Passphrase(_)) => Kind::Passphrase,
            (State::Open(_), _) => Kind::Keyring,
        }
    }

    /// Why the vault is [`Kind::Locked`], as of the last try.
    pub fn problem(&self) -> Option<Problem> {
        match &*self.state() {
            State::Closed(error) => Some(error.problem()),
            _ => None,
        }
    }

    /// Tries once more to get the key, without any dialog. Loading and saving do the same by themselves.
    pub fn retry(&self) -> Result<Kind, VaultError> {
        self.unlocked(|_, _| Ok(()), |_| Ok(())).map(|()| self.kind())
    }

    /// Lets the system show its own dialog for unlocking the keyring, and returns at once; [`Vault::retry`] later
    /// tells whether the person did it. Only to be called when a person asked for it.
    pub fn ask_to_unlock(&self) -> Result<(), VaultError> {
        self.machine.keyring.ask_to_unlock().map_err(|error| match error {
            KeyringError::Locked => VaultError::Locked,
            KeyringError::Absent => VaultError::NoKeyring { sealed: false },
            KeyringError::Failed(detail) => VaultError::Keyring(detail),
        })
    }

    /// The newest readable state of this account; `None` if it never was saved.
    pub fn load(&self, account: &AccountId) -> Result<Option<Loaded>, VaultError> {
        self.unlocked(
            |shelf, key| reading::newest(shelf, key, account),
            |memory| {
                let found = memory.get(account).and_then(|remembered| remembered.stored.clone());
                Ok(found.map(|(stored, saved_at)| Loaded { stored, saved_at, backups: 0, notice: None }))
            },
        )
    }

    /// Saves the account's state; when this returns it is on the disk. With a new generation, the one before becomes a
    /// backup. `now` is only noted down.
    pub fn save(&self, account: &AccountId, stored: &Stored, now: Moment) -> Result<Saved, VaultError> {
        self.unlocked(
            |shelf, key| {
                let generation = stored.generation.0;
                let sequence = shelf.make_room(key, account, generation)?;
                let header = Header { generation, sequence, ..header(key, Role::Token, account, now) };
                let file = key.seal(&header, &record::write(stored), &*self.machine.entropy);
                disk::replace(shelf.disk, &shelf.token(account), &file)?;
                Ok(Saved { backups: shelf.prune(account) })
            },
            |memory| {
                memory.entry(account.clone()).or_default().stored = Some((stored.clone(), now));
                Ok(Saved { backups: 0 })
            },
        )
    }

    /// Removes everything of this account: token, backups and secrets.
    pub fn remove(&self, account: &AccountId) -> Result<(), VaultError> {
        self.unlocked(
            |shelf, _| shelf.remove(&shelf.everything_of(account)?),
            |memory| {
                memory.remove(account);
                Ok(())
            },
        )
    }

    /// Removes the account's backups; for a sign-out, after the current state was saved without a grant.
    pub fn remove_backups(&self, account: &AccountId) -> Result<(), VaultError> {
        self.unlocked(
            |shelf, _| {
                let files: Vec<_> = shelf.backups(account)?.into_iter().map(|(_, file)| file).collect();
                shelf.remove(&files)
            },
            |_| Ok(()),
        )
    }

    /// One of the account's secrets, if it was set.
    pub fn secret(&self, account: &AccountId, which: Which) -> Result<Option<Secret>, VaultError> {
        self.unlocked(
            |shelf, key| {
                let file = shelf.secret(account, which);
                match shelf.open(key, &file, (which.role(), account.as_str())) {
                    Found::Nothing => Ok(None),
                    Found::Bad(error) => Err(error),
                    Found::Good((_, content, _)) => match std::str::from_utf8(&content) {
                        Ok(text) => Ok(Some(Secret::new(text))),
                        Err(_) => Err(VaultError::Damaged { file, why: "its content is no text" }),
                    },
                }
            },
            |memory| Ok(memory.get(account).and_then(|remembered| remembered.secrets.get(&which).cloned())),
        )
    }

    /// Sets one of the account's secrets. `now` is only noted down.
    pub fn set_secret(
        &self,
        account: &AccountId,
        (which, secret): (Which, &Secret),
        now: Moment,
    ) -> Result<(), VaultError> {
        self.unlocked(
            |shelf, key| {
                let header = header(key, which.role(), account, now);
                let file = key.seal(&header, secret.expose().as_bytes(), &*self.machine.entropy);
                disk::replace(shelf.disk, &shelf.secret(account, which), &file)
            },
            |memory| {
                memory.entry(account.clone()).or_default().secrets.insert(which, secret.clone());
                Ok(())
            },
        )
    }

    /// The earlier generations that can still be read, newest first.
    pub fn backups(&self, account: &AccountId) -> Result<Vec<Backup>, VaultError> {
        self.unlocked(
            |shelf, key| {
                let files = shelf.backups(account)?;
                let opened = files.iter().filter_map(|(_, file)| match shelf.open_token(key, file, account) {
                    Found::Good(Opened { header, .. }) => Some(Backup {
                        generation: Generation(header.generation),
                        saved_at: Moment::from_timestamp_millis(header.saved_at)?,
                    }),
                    _ => None,
                });
                Ok(opened.collect())
            },
            |_| Ok(Vec::new()),
        )
    }

    /// Copies everything that is in memory only into another vault; nothing where this one is sealed.
    pub fn copy_memory_to(&self, other: &Vault, now: Moment) -> Result<(), VaultError> {
        let State::Memory(map) = &*self.state() else { return Ok(()) };
        for (account, Remembered { stored, secrets }) in map {
            for (which, secret) in secrets {
                other.set_secret(account, (*which, secret), now)?;
            }
            if let Some((stored, saved_at)) = stored {
                other.save(account, stored, *saved_at)?;
            }
        }
        Ok(())
    }

    /// Runs the first function with the key (getting it if need be), or the second one in memory mode.
    fn unlocked<T>(
        &self,
        sealed: impl FnOnce(&Shelf<'_>, &Key) -> Result<T, VaultError>,
        memory: impl FnOnce(&mut BTreeMap<AccountId, Remembered>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut state = self.state();
        if let State::Closed(_) = *state {
            let search =
                Search { shelf: self.shelf(), keyring: &*self.machine.keyring, entropy: &*self.machine.entropy };
            *state = match search.key(&self.source) {
                Ok(key) => State::Open(key),
                Err(error) => State::Closed(error),
            };
        }
        match &mut *state {
            State::Open(key) => sealed(&self.shelf(), key),
            State::Closed(error) => Err(error.clone()),
            State::Memory(map) => memory(map),
        }
    }

    fn shelf(&self) -> Shelf<'_> {
        Shelf { disk: &*self.machine.disk, folder: &self.folder }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header(key: &Key, role: Role, account: &AccountId, now: Moment) -> Header {
    Header {
        lock: key.lock,
        role,
        account: account.as_str().to_owned(),
        generation: 0,
        sequence: 0,
        saved_at: now.timestamp_millis(),
    }
}
