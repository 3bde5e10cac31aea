//! The system's keyring: the one place where the key itself is kept.
//!
//! The invariant: nothing here ever shows a dialog, except [`Keyring::ask_to_unlock`]. What this is not: a store for
//! tokens; it holds one item of 43 characters, whose attributes are an opaque name and nothing else.

use zeroize::Zeroizing;

#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

/// A keyring that holds texts by the name of a vault.
pub trait Keyring: Send + Sync {
    /// The text under this name.
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError>;
    /// Puts a text under this name, replacing what is there.
    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError>;
    /// Has the system ask the person for the keyring's password, and does not wait for it.
    fn ask_to_unlock(&self) -> Result<(), KeyringError>;
}

/// Why the keyring could not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyringError {
    /// It is there and locked.
    Locked,
    /// There is none.
    Absent,
    /// Anything else, in its own words.
    Failed(String),
}

/// The item's service attribute; the other one is the vault's name.
const SERVICE: &str = "daypass";

/// This system's keyring.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn system() -> Box<dyn Keyring> {
    Box::new(secret_service::SecretServiceKeyring::default())
}

/// This system's keyring.
#[cfg(any(target_os = "macos", windows))]
pub fn system() -> Box<dyn Keyring> {
    Box::new(native::NativeKeyring)
}
