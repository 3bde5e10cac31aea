//! What can go wrong with stored secrets, each with its sentence and its way out.
//!
//! None of these errors carries a secret, and none of them means that something was destroyed: whatever could not be
//! opened is still lying where it was. What this is not: a log; details of a library go into the quote only.

use daypass_domain::{Problem, Remedy};
use std::io;
use std::path::{Path, PathBuf};

/// Why the vault could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The keyring is there and locked. A state, not a fault: the next call tries again.
    #[error("the keyring is locked")]
    Locked,
    /// Nobody answers as a keyring; `sealed` says whether stored secrets wait for one.
    #[error("there is no keyring")]
    NoKeyring {
        /// Whether tokens or client secrets are stored that only a keyring's key opens.
        sealed: bool,
    },
    /// The keyring answered with something else than a key; its own words, without secrets.
    #[error("the keyring failed: {0}")]
    Keyring(String),
    /// Sealed files are there and their key is not in the keyring. No new key is made.
    #[error("the key of {} is missing", .folder.display())]
    KeyMissing {
        /// The vault's folder.
        folder: PathBuf,
    },
    /// The keyring's key opens nothing that is stored.
    #[error("the key does not open {}", .folder.display())]
    WrongKey {
        /// The vault's folder.
        folder: PathBuf,
    },
    /// The passphrase opens nothing that is stored.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The files are sealed in the other way: opened with a passphrase but sealed for a keyring, or the reverse.
    #[error("sealed another way")]
    SealedOtherwise {
        /// Whether the files wait for a passphrase; else they wait for a keyring.
        passphrase: bool,
        /// The vault's folder.
        folder: PathBuf,
    },
    /// A file is not what was written, and there is no good backup of it.
    #[error("{} is damaged: {why}", .file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No space left.
    #[error("no space left for {}", .file.display())]
    Full {
        /// What was to be written.
        file: PathBuf,
    },
    /// The disk refused something else.
    #[error("{}: {detail}", .file.display())]
    Io {
        /// Which file or folder.
        file: PathBuf,
        /// The system's own words.
        detail: String,
    },
}

impl VaultError {
    pub(crate) fn io(file: &Path, error: &io::Error) -> Self {
        let file = file.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { file },
            _ => Self::Io { file, detail: error.to_string() },
        }
    }

    /// Whether the same call may succeed later without anybody changing a setting: locked, full, a busy service.
    pub fn passes(&self) -> bool {
        self.problem().remedy == Remedy::TryAgain
    }

    /// The sentences for people, and the code for programs.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Locked => LOCKED,
            Self::NoKeyring { sealed: false } => NO_KEYRING,
            Self::NoKeyring { sealed: true } => NO_KEYRING
                .saying("No keyring answers here, and the stored sign-ins can only be opened with the key in it.")
                .advising("Start Daypass inside your desktop session, or start a keyring service first."),
            Self::Keyring(detail) => KEYRING.quoting(detail),
            Self::KeyMissing { folder } => KEY_MISSING.advising(restore_or_move(folder)),
            Self::WrongKey { folder } => WRONG_KEY.advising(restore_or_move(folder)),
            Self::WrongPassphrase => WRONG_PASSPHRASE,
            Self::SealedOtherwise { passphrase: true, folder } => OTHERWISE.advising(format!(
                "Set DAYPASS_PASSPHRASE to it, or move {} away and sign in again.",
                folder.display()
            )),
            Self::SealedOtherwise { passphrase: false, folder } => OTHERWISE
                .saying("The stored sign-ins are sealed with a key in the keyring, not with a passphrase.")
                .advising(format!(
                    "Start Daypass without DAYPASS_PASSPHRASE, or move {} away and sign in again.",
                    folder.display()
                )),
            Self::Damaged { file, why } => DAMAGED.saying(format!("{} is damaged: {why}.", file.display())),
            Self::Full { file } => FULL.saying(format!("The disk is full; {} could not be written.", file.display())),
            Self::Io { file, detail } => {
                IO.saying(format!("{} could not be read or written.", file.display())).quoting(detail)
            }
        }
    }
}

fn restore_or_move(folder: &Path) -> String {
    format!("Restore the keyring from a backup, or move {} away and sign in again.", folder.display())
}

const LOCKED: Problem = Problem::new(
    "VAULT_LOCKED",
    "The keyring is locked.",
    "Unlock it; until then a new sign-in is kept in memory only.",
    Remedy::TryAgain,
);
const NO_KEYRING: Problem = Problem::new(
    "VAULT_NO_KEYRING",
    "No keyring answers here.",
    "Start a keyring service, or set DAYPASS_PASSPHRASE; until then sign-ins are kept in memory only.",
    Remedy::FixSetting,
);
const KEYRING: Problem = Problem::new(
    "VAULT_KEYRING_FAILED",
    "The keyring gave no usable answer.",
    "Daypass tries again; if it stays so, restart the keyring service.",
    Remedy::TryAgain,
);
const KEY_MISSING: Problem = Problem::new(
    "VAULT_KEY_MISSING",
    "The key to the stored sign-ins is not in the keyring.",
    "Restore the keyring.",
    Remedy::FixSetting,
);
const WRONG_KEY: Problem = Problem::new(
    "VAULT_WRONG_KEY",
    "The key in the keyring does not open the stored sign-ins.",
    "Restore the keyring.",
    Remedy::FixSetting,
);
const WRONG_PASSPHRASE: Problem = Problem::new(
    "VAULT_WRONG_PASSPHRASE",
    "The passphrase does not open the stored sign-ins.",
    "Start Daypass with the right passphrase; nothing has been changed.",
    Remedy::FixSetting,
);
const OTHERWISE: Problem = Problem::new(
    "VAULT_SEALED_OTHERWISE",
    "The stored sign-ins are sealed with a passphrase, not with a key in the keyring.",
    "Give the passphrase.",
    Remedy::FixSetting,
);
const DAMAGED: Problem = Problem::new(
    "VAULT_DAMAGED",
    "A stored file is damaged.",
    "Sign in again; the damaged file is kept beside the new one.",
    Remedy::SignInAgain,
);
const FULL: Problem = Problem::new(
    "VAULT_DISK_FULL",
    "The disk is full.",
    "Free some space; until then the newest sign-in is kept in memory only, and Daypass tries again.",
    Remedy::TryAgain,
);
const IO: Problem = Problem::new(
    "VAULT_IO",
    "A file could not be read or written.",
    "Check the folder and its permissions; Daypass tries again.",
    Remedy::TryAgain,
);
