//! The real keyring of the desktop: gnome-keyring behind a D-Bus session of its own, with nothing of this machine's.
//!
//! Each test starts this very file again inside such a session; the part that runs there is marked as ignored.

#![cfg(target_os = "linux")]

mod support;

use daypass_domain::Secret;
use daypass_vault::{Entropy, Kind, Source, Vault, VaultError};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use support::{Counting, at, generation_of, id, stored};
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

const PASSWORD: &str = "the password of the test keyring";
/// How the session gets its keyring daemon, unlocked. Without it the bus may start one, which has no keyring yet.
const UNLOCKED: &str = r#"printf %s "$KEYRING_PASSWORD" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
[ $? = 127 ] && exit 127
exec "$0" "$@""#;

/// Runs one ignored test inside a fresh session.
fn inside(session: &[&str], test: &str) {
    let home = tempfile::tempdir().unwrap();
    let run = home.path().join("run");
    std::fs::create_dir(&run).unwrap();
    std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let me = std::env::current_exe().unwrap();
    let words: Vec<_> = session.iter().map(Into::into).chain([me.into_os_string()]).collect();
    let output = Command::new(&words[0])
        .args(&words[1..])
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_clear()
        .envs(["PATH", "LLVM_PROFILE_FILE"].iter().filter_map(|name| Some((*name, std::env::var_os(name)?))))
        .envs([("HOME", home.path()), ("XDG_RUNTIME_DIR", &run), ("DAYPASS_TEST_FOLDER", home.path())])
        .env("KEYRING_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be started ({error}); run `make setup`", session[0]));
    assert_ne!(output.status.code(), Some(127), "gnome-keyring-daemon is missing; run `make setup`");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn the_key_is_kept_in_the_keyring_and_nothing_else() {
    inside(&["dbus-run-session", "--", "sh", "-c", UNLOCKED], "inside_an_unlocked_session");
}

#[test]
fn a_locked_keyring_shows_no_dialog_by_itself() {
    inside(&["dbus-run-session", "--", "sh", "-c", UNLOCKED], "inside_a_session_that_locks");
}

#[test]
fn a_session_whose_user_never_made_a_keyring_has_none() {
    inside(&["dbus-run-session", "--"], "inside_a_session_without_a_keyring");
}

#[test]
fn a_machine_without_a_bus_has_no_keyring() {
    inside(&["env"], "inside_a_session_without_a_keyring");
}

fn folder() -> PathBuf {
    let home = std::env::var_os("DAYPASS_TEST_FOLDER").expect("only to be run by another test");
    Path::new(&home).join("vault")
}

fn open() -> Result<Vault, VaultError> {
    let entropy = Counting::default();
    Vault::open(&folder(), Source::Keyring, Box::new(move |bytes: &mut [u8]| entropy.fill(bytes)))
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_an_unlocked_session() {
    let vault = open().expect("an open keyring");
    assert_eq!(vault.kind(), Kind::Keyring);
    let mut long = stored(1);
    long.grant.as_mut().unwrap().access = Secret::new("x".repeat(4096));
    vault.save(&id("upstox"), &long, at(0)).unwrap();
    vault.save(&id("upstox"), &stored(2), at(0)).unwrap();
    assert_eq!(generation_of(&open().unwrap(), &id("upstox")), Some(2), "another process finds the key");
    let service = SecretService::connect(EncryptionType::Dh).unwrap();
    let found = service.search_items(HashMap::from([("service", "daypass")])).unwrap();
    assert_eq!((found.unlocked.len(), found.locked.len()), (1, 0), "one item for everything");
    let item = &found.unlocked[0];
    assert!(item.get_secret().unwrap().len() <= 100);
    let attributes = item.get_attributes().unwrap();
    let told = format!("{attributes:?} {}", item.get_label().unwrap());
    assert!(!told.contains("upstox") && !told.contains("AB1234"), "{told}");
    item.delete().unwrap();
    let error = open().err().expect("the key is gone");
    assert_eq!(error, VaultError::KeyMissing { folder: folder() });
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_a_session_that_locks() {
    let dialogs = watch_for_dialogs();
    open().unwrap().save(&id("upstox"), &stored(1), at(0)).unwrap();
    let service = SecretService::connect(EncryptionType::Dh).unwrap();
    let collection = service.get_default_collection().unwrap();
    collection.lock().unwrap();
    assert!(collection.is_locked().unwrap(), "it is locked for this test");
    let vault = open().expect("a locked keyring is a state");
    assert_eq!((vault.kind(), vault.problem().unwrap().code.as_ref()), (Kind::Locked, "VAULT_LOCKED"));
    assert_eq!(vault.load(&id("upstox")).err(), Some(VaultError::Locked));
    assert_eq!(vault.save(&id("upstox"), &stored(2), at(0)).err(), Some(VaultError::Locked));
    // Dialogs are asked for over the same bus, and messages keep their order: had one been asked for, it would be first.
    vault.ask_to_unlock().expect("the dialog is asked for");
    assert_eq!(dialogs.recv_timeout(Duration::from_secs(20)).as_deref(), Ok("BeginPrompting"), "now a person asked");
    assert!(dialogs.try_recv().is_err(), "and only once");
    unlock();
    vault.save(&id("upstox"), &stored(2), at(0)).expect("each call tries again");
    assert_eq!((vault.kind(), generation_of(&vault, &id("upstox"))), (Kind::Keyring, Some(2)));
}

#[test]
#[ignore = "runs inside a session of its own"]
fn inside_a_session_without_a_keyring() {
    let opened = open();
    let problem = opened.as_ref().ok().and_then(Vault::problem);
    assert_eq!(opened.err(), Some(VaultError::NoKeyring { sealed: false }), "{problem:?}");
    assert_eq!(std::fs::read_dir(folder()).unwrap().count(), 0, "nothing was written");
}

/// Stands in for the desktop's password dialog, and tells which of its methods are called.
fn watch_for_dialogs() -> Receiver<String> {
    let connection = zbus::blocking::Connection::session().unwrap();
    connection.request_name("org.gnome.keyring.SystemPrompter").unwrap();
    let (told, hear) = channel();
    std::thread::spawn(move || {
        for message in zbus::blocking::MessageIterator::from(connection).map_while(Result::ok) {
            let header = message.header();
            if header.message_type() == zbus::message::Type::MethodCall
                && let Some(member) = header.member()
                && told.send(member.to_string()).is_err()
            {
                return;
            }
        }
    });
    hear
}

/// What the desktop's own dialog does once it has the password.
fn unlock() {
    let connection = zbus::blocking::Connection::session().unwrap();
    let speak = |interface| {
        let path = "/org/freedesktop/secrets";
        zbus::blocking::Proxy::new(&connection, "org.freedesktop.secrets", path, interface).unwrap()
    };
    let (_, session): (OwnedValue, OwnedObjectPath) =
        speak("org.freedesktop.Secret.Service").call("OpenSession", &("plain", Value::from(""))).unwrap();
    let password = std::env::var("KEYRING_PASSWORD").unwrap().into_bytes();
    let secret = (session, Vec::<u8>::new(), password, "text/plain");
    let login = ObjectPath::from_static_str_unchecked("/org/freedesktop/secrets/collection/login");
    let () = speak("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")
        .call("UnlockWithMasterPassword", &(login, secret))
        .expect("the keyring's password");
}
