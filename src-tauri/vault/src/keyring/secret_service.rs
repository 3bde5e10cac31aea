//! The Secret Service of Linux and the BSDs (gnome-keyring, KWallet, KeePassXC and others) over D-Bus.
//!
//! A fresh connection for each conversation: the service may have been restarted since the last one, and there are two
//! conversations in the life of a process. Each call has a time limit, and each conversation a thread of its own, so
//! that it does not matter whether the caller stands inside an async runtime. What this is not: patient; a service that
//! is silent counts as failed, and the vault tries again later.

use super::{Keyring, KeyringError, SERVICE};
use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zbus::blocking::Connection;
use zbus::zvariant::OwnedObjectPath;
use zeroize::Zeroizing;

/// One call may take so long. A service that is started by this very call needs one or two seconds on a slow disk.
const LIMIT: Duration = Duration::from_secs(10);
/// What the item is called in the keyring's own window.
const LABEL: &str = "Daypass vault key";
const BUS_NAME: &str = "org.freedesktop.secrets";
const BUS_PATH: &str = "/org/freedesktop/secrets";

#[derive(Default)]
pub(super) struct SecretServiceKeyring {
    /// The dialog belongs to the connection that asked for it, and goes away with it.
    asking: Mutex<Option<Connection>>,
}

impl Keyring for SecretServiceKeyring {
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        conversation(|| {
            let service = connect()?;
            let locked = is_locked(&service)?;
            let found = service.search_items(attributes(vault))?;
            let Some(item) = found.unlocked.first() else {
                // A locked wallet may not even say whether it has the item.
                return if locked || !found.locked.is_empty() { Err(Error::Locked.into()) } else { Ok(None) };
            };
            let bytes = Zeroizing::new(item.get_secret()?);
            let text = std::str::from_utf8(&bytes).map_err(|_| KeyringError::Failed("the item is no text".into()))?;
            Ok(Some(Zeroizing::new(text.to_owned())))
        })
    }

    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError> {
        conversation(|| {
            let service = connect()?;
            let collection = service.get_default_collection().map_err(no_collection)?;
            collection.ensure_unlocked()?;
            collection.create_item(LABEL, attributes(vault), key.as_bytes(), true, "text/plain")?;
            Ok(())
        })
    }

    fn ask_to_unlock(&self) -> Result<(), KeyringError> {
        let connection = conversation(|| {
            let connection = bus()?;
            let service = SecretService::connect_with_existing(EncryptionType::Dh, connection.clone())?;
            let path = service.get_default_collection().map_err(no_collection)?.collection_path.clone();
            let target = Some(BUS_NAME);
            let reply = connection
                .call_method(target, BUS_PATH, Some("org.freedesktop.Secret.Service"), "Unlock", &(vec![path],))
                .map_err(Error::from)?;
            let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
                reply.body().deserialize().map_err(Error::from)?;
            // "/" means that it is open already and nobody has to be asked.
            if prompt.as_str() != "/" {
                connection
                    .call_method(target, &prompt, Some("org.freedesktop.Secret.Prompt"), "Prompt", &("",))
                    .map_err(Error::from)?;
            }
            Ok(connection)
        })?;
        *self.asking.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        Ok(())
    }
}

fn bus() -> Result<Connection, KeyringError> {
    let connection = zbus::blocking::connection::Builder::session().and_then(|bus| bus.method_timeout(LIMIT).build());
    connection.map_err(|error| match error {
        // No address, no socket, or nobody behind it.
        zbus::Error::Address(_) | zbus::Error::InputOutput(_) | zbus::Error::Connection(..) => KeyringError::Absent,
        other => Error::from(other).into(),
    })
}

fn connect() -> Result<SecretService<'static>, KeyringError> {
    Ok(SecretService::connect_with_existing(EncryptionType::Dh, bus()?)?)
}

/// Read before anything else is asked, because anything else might make the service show its password dialog.
fn is_locked(service: &SecretService<'_>) -> Result<bool, KeyringError> {
    Ok(service.get_default_collection().map_err(no_collection)?.is_locked()?)
}

/// Without a default collection there is nowhere to put a key; making one would show a dialog.
fn no_collection(error: Error) -> KeyringError {
    match error {
        Error::NoResult => KeyringError::Absent,
        other => other.into(),
    }
}

fn attributes(vault: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", vault)])
}

/// Runs it on a thread of its own and waits: `zbus` may have been built for tokio by another part of the program, and
/// its blocking calls then must not be made from inside a runtime.
fn conversation<T: Send>(talk: impl FnOnce() -> Result<T, KeyringError> + Send) -> Result<T, KeyringError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("daypass-keyring".into()).spawn_scoped(scope, talk);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeyringError::Failed("the conversation with the keyring broke off".into())),
            Err(error) => Err(KeyringError::Failed(error.to_string())),
        }
    })
}

impl From<Error> for KeyringError {
    fn from(error: Error) -> Self {
        let name = match &error {
            Error::Locked | Error::Prompt => return Self::Locked,
            Error::Unavailable => return Self::Absent,
            Error::Zbus(zbus::Error::MethodError(name, ..)) => name.as_str().to_owned(),
            Error::Zbus(zbus::Error::FDO(inner)) => zbus::DBusError::name(&**inner).as_str().to_owned(),
            Error::ZbusFdo(inner) => zbus::DBusError::name(inner).as_str().to_owned(),
            _ => return Self::Failed(error.to_string()),
        };
        match name.as_str() {
            "org.freedesktop.Secret.Error.IsLocked" => Self::Locked,
            "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => Self::Absent,
            name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => Self::Absent,
            _ => Self::Failed(error.to_string()),
        }
    }
}
