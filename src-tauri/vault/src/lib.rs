//! Secrets at rest: one key in the system's keyring, one sealed file per account.
//!
//! The keyring holds a single random key of 256 bits; everything else lies in small files that only this key opens
//! (XChaCha20-Poly1305). A token may therefore be of any length, is replaced by one atomic rename, and no save touches
//! the keyring. Where there is no keyring a passphrase takes the key's place (Argon2id), and without either the vault
//! keeps things in memory and writes nothing at all.
//!
//! The invariant: after a crash at any point, the last token that [`Vault::save`] acknowledged can be read again.
//! What this part is not: it does not decide when to save, what a token is worth, or whom to tell.
//!
//! Everything here blocks (disk, D-Bus, a slow key derivation) and may be called from any thread, but belongs on a
//! blocking one. The conversation with the Secret Service runs on a thread of its own, so that it works whatever
//! runtime `zbus` was built for and wherever the caller stands.

pub mod disk;
pub mod error;
pub mod keyring;

mod key;
mod passphrase;
mod reading;
mod record;
mod sealed;
mod shelf;
mod vault;
mod which;

pub use error::VaultError;
pub use key::Source;
pub use record::Stored;
pub use vault::{Backup, Kind, Loaded, Machine, Saved, Vault};
pub use which::Which;

/// Where keys and nonces come from. It must fill every byte with unpredictable randomness or not return.
pub trait Entropy: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]);
}

impl<F: Fn(&mut [u8]) + Send + Sync> Entropy for F {
    fn fill(&self, bytes: &mut [u8]) {
        self(bytes);
    }
}
