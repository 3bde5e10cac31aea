//! Where each file lies, and how the generations of one account follow each other.
//!
//! `upstox.token` is the current one, `upstox.00000017.backup` an older one (named by its sequence), `upstox.secret` the
//! client secret, `upstox.webhook.secret` what signs its webhook's messages, `upstox.damaged` what was found unreadable,
//! `vault.check` the proof of the key. The invariant: the current file is never moved away while it is good; a backup is
//! a copy of it that is complete before the current one is replaced. What this is not: it opens nothing without the key
//! it is given.

use crate::disk::{self, Disk, TEMPORARY};
use crate::sealed::{Header, Key, Role};
use crate::{VaultError, Which, record, record::Stored};
use daypass_domain::AccountId;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// How many earlier generations are kept beside the current one.
const BACKUPS: usize = 5;

/// The vault's folder, seen by name.
pub(crate) struct Shelf<'a> {
    pub(crate) disk: &'a dyn Disk,
    pub(crate) folder: &'a Path,
}

/// What was found in the place of a file.
pub(crate) enum Found<T> {
    /// It opened.
    Good(T),
    /// It is there and does not open.
    Bad(VaultError),
    /// It is not there.
    Nothing,
}

/// A token file that opened.
pub(crate) struct Opened {
    pub(crate) header: Header,
    pub(crate) stored: Stored,
    /// The file as it is, for a backup.
    pub(crate) bytes: Vec<u8>,
}

impl Shelf<'_> {
    pub(crate) fn token(&self, account: &AccountId) -> PathBuf {
        self.folder.join(format!("{account}.token"))
    }

    pub(crate) fn secret(&self, account: &AccountId, which: Which) -> PathBuf {
        self.folder.join(match which {
            Which::Client => format!("{account}.secret"),
            Which::Webhook => format!("{account}.webhook.secret"),
        })
    }

    pub(crate) fn check(&self) -> PathBuf {
        self.folder.join("vault.check")
    }

    fn damaged(&self, account: &AccountId) -> PathBuf {
        self.folder.join(format!("{account}.damaged"))
    }

    /// Makes the folder where it is missing, and clears what a crash left half-written.
    pub(crate) fn tidy(&self) -> Result<(), VaultError> {
        let steps = || {
            self.disk.make_folder(self.folder)?;
            for name in self.disk.list(self.folder)?.iter().filter(|name| name.ends_with(TEMPORARY)) {
                disk::remove_if_there(self.disk, &self.folder.join(name))?;
            }
            Ok(())
        };
        steps().map_err(|error: io::Error| VaultError::io(self.folder, &error))
    }

    /// Every file that may hold something sealed, and whether losing it would lose anything.
    pub(crate) fn sealed_files(&self) -> Result<Vec<(PathBuf, bool)>, VaultError> {
        let names = self.disk.list(self.folder).map_err(|error| VaultError::io(self.folder, &error))?;
        let precious = |name: &str| [".token", ".backup", ".secret"].iter().any(|end| name.ends_with(end));
        let sealed = names.iter().filter(|name| precious(name) || name.as_str() == "vault.check");
        Ok(sealed.map(|name| (self.folder.join(name), precious(name))).collect())
    }

    /// The account's backups with their sequence numbers, newest first.
    pub(crate) fn backups(&self, account: &AccountId) -> Result<Vec<(u64, PathBuf)>, VaultError> {
        let names = self.disk.list(self.folder).map_err(|error| VaultError::io(self.folder, &error))?;
        let sequence = |name: &str| {
            let middle = name.strip_prefix(account.as_str())?.strip_prefix('.')?.strip_suffix(".backup")?;
            middle.parse::<u64>().ok()
        };
        let mut found: Vec<_> =
            names.iter().filter_map(|name| Some((sequence(name)?, self.folder.join(name)))).collect();
        found.sort_unstable_by_key(|(sequence, _)| std::cmp::Reverse(*sequence));
        Ok(found)
    }

    /// The content of a file that must be this account's and have this role.
    pub(crate) fn open(
        &self,
        key: &Key,
        file: &Path,
        (role, account): (Role, &str),
    ) -> Found<(Header, Zeroizing<Vec<u8>>, Vec<u8>)> {
        let bytes = match self.disk.read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => return Found::Bad(VaultError::io(file, &error)),
        };
        let damaged = |why| Found::Bad(VaultError::Damaged { file: file.to_owned(), why });
        match key.open(&bytes) {
            Err(why) => damaged(why),
            Ok((header, _)) if header.role != role => damaged("it is of another kind"),
            Ok((header, _)) if header.account != account => damaged("it belongs to another account"),
            Ok((header, content)) => Found::Good((header, content, bytes)),
        }
    }

    /// A token file, current or backup.
    pub(crate) fn open_token(&self, key: &Key, file: &Path, account: &AccountId) -> Found<Opened> {
        match self.open(key, file, (Role::Token, account.as_str())) {
            Found::Nothing => Found::Nothing,
            Found::Bad(error) => Found::Bad(error),
            Found::Good((header, content, bytes)) => match record::read(&content) {
                Some(stored) => Found::Good(Opened { header, stored, bytes }),
                None => {
                    Found::Bad(VaultError::Damaged { file: file.to_owned(), why: "its content is of an unknown form" })
                }
            },
        }
    }

    /// Secures what is there before a file of `generation` takes its place; gives the sequence number of the new one.
    pub(crate) fn make_room(&self, key: &Key, account: &AccountId, generation: u64) -> Result<u64, VaultError> {
        let current = self.token(account);
        let newest_backup = self.backups(account)?.first().map_or(0, |(sequence, _)| *sequence);
        match self.open_token(key, &current, account) {
            Found::Good(old) => {
                if old.header.generation != generation {
                    let name = format!("{account}.{:08}.backup", old.header.sequence);
                    disk::replace(self.disk, &self.folder.join(name), &old.bytes)?;
                }
                Ok(old.header.sequence.max(newest_backup) + 1)
            }
            Found::Bad(_) => {
                let aside = self.damaged(account);
                self.disk.rename(&current, &aside).map_err(|error| VaultError::io(&current, &error))?;
                Ok(newest_backup + 1)
            }
            Found::Nothing => Ok(newest_backup + 1),
        }
    }

    /// Drops the oldest backups; how many are left. One that cannot be removed is tried again at the next save.
    pub(crate) fn prune(&self, account: &AccountId) -> u32 {
        let backups = self.backups(account).unwrap_or_default();
        for (_, file) in backups.iter().skip(BACKUPS) {
            if let Err(error) = disk::remove_if_there(self.disk, file) {
                tracing::warn!(file = %file.display(), %error, "An old backup could not be removed");
            }
        }
        u32::try_from(backups.len().min(BACKUPS)).unwrap_or(0)
    }

    /// Removes files in this order; those that are not there are fine.
    pub(crate) fn remove(&self, files: &[PathBuf]) -> Result<(), VaultError> {
        for file in files {
            disk::remove_if_there(self.disk, file).map_err(|error| VaultError::io(file, &error))?;
        }
        self.disk.sync_folder(self.folder).map_err(|error| VaultError::io(self.folder, &error))
    }

    /// Everything of one account. Backups come first: a crash in between must not bring an older token back.
    pub(crate) fn everything_of(&self, account: &AccountId) -> Result<Vec<PathBuf>, VaultError> {
        let mut files: Vec<_> = self.backups(account)?.into_iter().map(|(_, file)| file).collect();
        files.extend([self.damaged(account), self.token(account)]);
        files.extend(Which::ALL.map(|which| self.secret(account, which)));
        Ok(files)
    }
}
