//! The keychain of macOS and the credential manager of Windows, through the `keyring` crate.
//!
//! Neither has a state "locked" that could be read beforehand: the login keychain is open while its user is logged in,
//! and refuses with an error otherwise. What this is not: tried on every system by the tests of this crate.

use super::{Keyring, KeyringError, SERVICE};
use keyring::{Entry, Error};
use zeroize::Zeroizing;

pub(super) struct NativeKeyring;

impl Keyring for NativeKeyring {
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        match Entry::new(SERVICE, vault).and_then(|entry| entry.get_password()) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError> {
        Entry::new(SERVICE, vault).and_then(|entry| entry.set_password(key)).map_err(|error| failed(&error))
    }

    /// The system asks by itself at the next access.
    fn ask_to_unlock(&self) -> Result<(), KeyringError> {
        Ok(())
    }
}

fn failed(error: &Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => KeyringError::Absent,
        // Its words never contain the secret: the variants that carry bytes print only that they are malformed.
        other => KeyringError::Failed(match other {
            Error::BadEncoding(_) | Error::BadDataFormat(..) => "the item is not what was written".into(),
            other => other.to_string(),
        }),
    }
}
