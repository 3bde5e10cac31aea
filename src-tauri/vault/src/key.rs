//! Finding the key, or making the first one.
//!
//! The invariant: a new key is made only in a folder where nothing is sealed. Wherever something is, a key that cannot
//! be had is an error that says what to do, and nothing is written. What this is not: a cache; the vault keeps the key
//! once it has it, so that a keyring that locks later costs nothing.

use crate::keyring::{Keyring, KeyringError};
use crate::passphrase::{self, Cost};
use crate::sealed::{Header, Key, Lock, Role, VaultId};
use crate::shelf::{Found, Shelf};
use crate::{Entropy, VaultError, disk};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use daypass_domain::Secret;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What the check file holds; its only use is to open.
const CHECK: &[u8] = b"this key is the right one";

/// Where the key comes from.
#[derive(Debug)]
pub enum Source {
    /// The system's keyring.
    Keyring,
    /// A passphrase, from a credential file, the environment or a prompt.
    Passphrase(Secret),
    /// Nowhere: nothing is written, everything is gone with the process.
    Memory,
}

/// Everything that is needed to find a key.
pub(crate) struct Search<'a> {
    pub(crate) shelf: Shelf<'a>,
    pub(crate) keyring: &'a dyn Keyring,
    pub(crate) entropy: &'a dyn Entropy,
}

/// What the headers of the files that lie there say.
struct Survey {
    /// Which keys they ask for, the one that most files ask for first.
    locks: Vec<Lock>,
    /// The first file that holds more than a check, or may.
    precious: Option<PathBuf>,
    /// Why the first file that the disk did not give could not be read.
    unread: Option<VaultError>,
}

impl Survey {
    /// No header says which key is wanted: because the disk gave nothing, or because of what it gave.
    fn no_header(&self, precious: &Path) -> VaultError {
        let damaged = VaultError::Damaged { file: precious.to_owned(), why: "its header cannot be read" };
        self.unread.clone().unwrap_or(damaged)
    }
}

impl Search<'_> {
    /// The key of this folder.
    pub(crate) fn key(&self, source: &Source) -> Result<Key, VaultError> {
        self.shelf.tidy()?;
        let survey = self.survey()?;
        match source {
            Source::Keyring => self.key_in_keyring(&survey),
            Source::Passphrase(passphrase) => self.key_of_passphrase(&survey, passphrase),
            Source::Memory => unreachable!("a vault in memory has no key"),
        }
    }

    fn survey(&self) -> Result<Survey, VaultError> {
        let mut counts: Vec<(Lock, usize)> = Vec::new();
        let (mut first, mut unread) = (None, None);
        for (file, mut precious) in self.shelf.sealed_files()? {
            match self.shelf.disk.read(&file) {
                Ok(bytes) => count(&mut counts, &bytes),
                // One bad spot on the disk locks nobody else out. What is in there nobody knows.
                Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "A sealed file could not be read");
                    unread.get_or_insert(VaultError::io(&file, &error));
                    precious = true;
                }
            }
            if precious {
                first.get_or_insert(file);
            }
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(Survey { locks: counts.into_iter().map(|(lock, _)| lock).collect(), precious: first, unread })
    }

    fn key_in_keyring(&self, survey: &Survey) -> Result<Key, VaultError> {
        let failed = |error| match error {
            KeyringError::Locked => VaultError::Locked,
            KeyringError::Absent => VaultError::NoKeyring { sealed: survey.precious.is_some() },
            KeyringError::Failed(detail) => VaultError::Keyring(detail),
        };
        let mut wrong = false;
        for lock in survey.locks.iter().filter(|lock| lock.cost.is_none()) {
            let Some(text) = self.keyring.read(&name_of(&lock.id)).map_err(failed)? else { continue };
            if let Some(bytes) = decode(&text) {
                let key = Key { lock: *lock, bytes };
                if self.fits(&key)? {
                    return Ok(key);
                }
            }
            wrong = true;
        }
        let folder = || self.shelf.folder.to_owned();
        match &survey.precious {
            None => self.new_key_in_keyring().map_err(|error| match error {
                Failure::Vault(error) => error,
                Failure::Keyring(error) => failed(error),
            }),
            Some(file) if survey.locks.is_empty() => Err(survey.no_header(file)),
            Some(_) if survey.locks.iter().all(|lock| lock.cost.is_some()) => {
                Err(VaultError::SealedOtherwise { passphrase: true, folder: folder() })
            }
            Some(_) if wrong => Err(VaultError::WrongKey { folder: folder() }),
            Some(_) => Err(VaultError::KeyMissing { folder: folder() }),
        }
    }

    fn key_of_passphrase(&self, survey: &Survey, passphrase: &Secret) -> Result<Key, VaultError> {
        for lock in &survey.locks {
            let Some(cost) = lock.cost else { continue };
            let Some(bytes) = passphrase::derive(passphrase, &lock.id, cost) else { continue };
            let key = Key { lock: *lock, bytes };
            if self.fits(&key)? {
                return Ok(key);
            }
        }
        match &survey.precious {
            None => self.new_key_of(passphrase),
            Some(file) if survey.locks.is_empty() => Err(survey.no_header(file)),
            Some(_) if survey.locks.iter().all(|lock| lock.cost.is_none()) => {
                Err(VaultError::SealedOtherwise { passphrase: false, folder: self.shelf.folder.to_owned() })
            }
            Some(_) => Err(VaultError::WrongPassphrase),
        }
    }

    /// Whether this key opens anything here. The check file answers; if it is lost or damaged, any other file does, and
    /// the check is written anew.
    fn fits(&self, key: &Key) -> Result<bool, VaultError> {
        if let Found::Good(_) = self.shelf.open(key, &self.shelf.check(), (Role::Check, "")) {
            return Ok(true);
        }
        for (file, _) in self.shelf.sealed_files()? {
            let Ok(bytes) = self.shelf.disk.read(&file) else { continue };
            if key.open(&bytes).is_ok() {
                if let Err(error) = self.write_check(key) {
                    tracing::warn!(%error, "The vault's check file could not be written again");
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The check is written before the key is put into the keyring: alone it locks nobody out, whereas a key without
    /// any file would be left in the keyring for ever by a disk that stays full.
    fn new_key_in_keyring(&self) -> Result<Key, Failure> {
        let mut key = Key { lock: Lock { id: self.new_id(), cost: None }, bytes: Zeroizing::new([0; 32]) };
        self.entropy.fill(key.bytes.as_mut_slice());
        let (name, text) = (name_of(&key.lock.id), encode(&key.bytes));
        // Ask before anything is written: a locked keyring is found out here.
        self.keyring.read(&name).map_err(Failure::Keyring)?;
        self.write_check(&key).map_err(Failure::Vault)?;
        self.keyring.write(&name, &text).map_err(Failure::Keyring)?;
        match self.keyring.read(&name).map_err(Failure::Keyring)? {
            Some(back) if back == text => Ok(key),
            _ => Err(Failure::Keyring(KeyringError::Failed("a new key did not come back as it was written".into()))),
        }
    }

    fn new_key_of(&self, passphrase: &Secret) -> Result<Key, VaultError> {
        let lock = Lock { id: self.new_id(), cost: Some(Cost::DEFAULT) };
        let bytes = passphrase::derive(passphrase, &lock.id, Cost::DEFAULT).ok_or(VaultError::WrongPassphrase)?;
        let key = Key { lock, bytes };
        self.write_check(&key)?;
        Ok(key)
    }

    fn new_id(&self) -> VaultId {
        let mut id = [0; 16];
        self.entropy.fill(&mut id);
        id
    }

    fn write_check(&self, key: &Key) -> Result<(), VaultError> {
        let header = Header {
            lock: key.lock,
            role: Role::Check,
            account: String::new(),
            generation: 0,
            sequence: 0,
            saved_at: 0,
        };
        disk::replace(self.shelf.disk, &self.shelf.check(), &key.seal(&header, CHECK, self.entropy))
    }
}

enum Failure {
    Vault(VaultError),
    Keyring(KeyringError),
}

/// Counts the file for the key that its header asks for.
fn count(counts: &mut Vec<(Lock, usize)>, bytes: &[u8]) {
    let Ok((header, _)) = Header::decode(bytes) else { return };
    match counts.iter_mut().find(|(lock, _)| *lock == header.lock) {
        Some((_, count)) => *count += 1,
        None => counts.push((header.lock, 1)),
    }
}

/// The vault's name in the keyring: random, and so says nothing about accounts or brokers.
fn name_of(id: &VaultId) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text, because one wallet (KDE's) keeps nothing else; 43 characters, far under every keyring's limit.
fn encode(bytes: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD_NO_PAD.encode(bytes))
}

fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD_NO_PAD.decode(text.trim()).ok()?);
    Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
}
