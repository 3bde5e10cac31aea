//! The strongroom with a keyring whose answers can be changed.

use super::*;
use daypass_domain::Generation;
use daypass_vault::Machine;
use daypass_vault::disk::RealDisk;
use daypass_vault::keyring::{Keyring, KeyringError};
use std::collections::BTreeMap;
use std::sync::Mutex;
use zeroize::Zeroizing;

/// A keyring whose answer can be changed.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Content>>);

/// What it answers instead, and what is in it.
type Content = (Option<KeyringError>, BTreeMap<String, String>);

impl Fake {
    fn be(&self, trouble: Option<KeyringError>) -> &Self {
        self.0.lock().expect("a lock").0 = trouble;
        self
    }
}

impl Keyring for Fake {
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        let state = self.0.lock().expect("a lock");
        state.0.clone().map_or_else(|| Ok(state.1.get(vault).cloned().map(Zeroizing::new)), Err)
    }
    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError> {
        let mut state = self.0.lock().expect("a lock");
        state.1.insert(vault.to_owned(), key.to_owned());
        state.0.clone().map_or(Ok(()), Err)
    }
    fn ask_to_unlock(&self) -> Result<(), KeyringError> {
        Ok(())
    }
}

fn opened(folder: &Path, keyring: &Fake, passphrase: Option<&str>) -> Result<Vault, VaultError> {
    let passphrase = passphrase.map(Secret::new);
    choose(passphrase.as_ref(), |source| {
        let keyring = Box::new(keyring.clone());
        Vault::open_on(folder, source, Machine { disk: Box::new(RealDisk), keyring, entropy: Box::new(random) })
    })
}

fn fill(vault: &Vault) {
    let facts = serde_json::Value::Null;
    let stored = daypass_vault::Stored { grant: None, generation: Generation(1), facts, candidate: None };
    let account = AccountId::new("upstox").expect("an id");
    vault.save(&account, &stored, daypass_domain::Moment::UNIX_EPOCH).expect("saved");
}

/// A made-up grant with this token.
fn grant(token: &str) -> daypass_domain::Grant {
    let begin = daypass_domain::Moment::UNIX_EPOCH;
    daypass_domain::Grant {
        access: Secret::new(token),
        refresh: None,
        issued_at: begin,
        granted_at: begin,
        access_ends: None,
        refresh_ends: None,
        user: None,
        refresh_sent: false,
    }
}

#[test]
fn after_a_sign_out_no_earlier_grant_can_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let account = AccountId::new("upstox").expect("an id");
    let vault = opened(folder.path(), &Fake::default(), None).expect("a vault");
    let save = |generation, grant, candidate| {
        let facts = serde_json::Value::Null;
        let stored = daypass_vault::Stored { grant, generation: Generation(generation), facts, candidate };
        keep(&vault, &account, &stored, daypass_domain::Moment::UNIX_EPOCH).expect("saved").backups
    };
    assert_eq!([1, 2, 3].map(|generation| save(generation, Some(grant("token")), None)), [0, 1, 2]);
    assert_eq!(save(4, None, Some(grant("not proven yet"))), 3, "a grant that is being proven is no sign-out");
    assert_eq!(save(5, None, None), 0);
    assert!(vault.backups(&account).expect("a look").is_empty());
    std::fs::remove_file(folder.path().join("upstox.token")).expect("the current file");
    assert!(vault.load(&account).expect("a look").is_none(), "nothing stands in for it");
}

const LOCKED: Option<KeyringError> = Some(KeyringError::Locked);
const ABSENT: Option<KeyringError> = Some(KeyringError::Absent);

#[test]
fn an_empty_folder_takes_the_best_that_is_there() {
    for (trouble, passphrase, kind) in [
        (None, None, Kind::Keyring),
        (None, Some("pass-phrase"), Kind::Keyring),
        (ABSENT, Some("pass-phrase"), Kind::Passphrase),
        (LOCKED, Some("pass-phrase"), Kind::Passphrase),
        (LOCKED, None, Kind::Locked),
        (ABSENT, None, Kind::Memory),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = Fake::default();
        keyring.be(trouble.clone());
        let vault = opened(folder.path(), &keyring, passphrase).expect("a vault");
        assert_eq!(vault.kind(), kind, "{trouble:?}, {passphrase:?}");
    }
}

#[test]
fn what_the_keyring_sealed_waits_for_it_whatever_else_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let keyring = Fake::default();
    fill(&opened(folder.path(), &keyring, None).expect("a vault"));
    for passphrase in [None, Some("pass-phrase")] {
        keyring.be(LOCKED);
        assert_eq!(opened(folder.path(), &keyring, passphrase).map(|vault| vault.kind()), Ok(Kind::Locked));
        keyring.be(ABSENT);
        let error = opened(folder.path(), &keyring, passphrase).map(|vault| vault.kind());
        assert_eq!(error, Err(VaultError::NoKeyring { sealed: true }), "never in memory");
        keyring.be(None);
        assert_eq!(opened(folder.path(), &keyring, passphrase).map(|vault| vault.kind()), Ok(Kind::Keyring));
    }
}

#[tokio::test]
async fn an_unlocked_keyring_is_found_by_trying_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let keyring = Fake::default();
    fill(&opened(folder.path(), &keyring, None).expect("a vault"));
    keyring.be(LOCKED);
    let (path, other) = (folder.path().to_owned(), keyring.clone());
    let open = move || opened(&path, &other, None);
    let strongroom = Strongroom::on(open, Arc::new(crate::clock::RealClock::default())).expect("a thread");
    assert!(!strongroom.opens().await, "still locked");
    keyring.be(None);
    assert!(strongroom.opens().await, "open now");
}

#[tokio::test]
async fn a_secret_that_was_asked_for_in_vain_is_announced_when_the_keyring_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keyring, account) = (Fake::default(), AccountId::new("upstox").expect("an id"));
    let vault = opened(folder.path(), &keyring, None).expect("a vault");
    let now = daypass_domain::Moment::UNIX_EPOCH;
    vault.set_secret(&account, (Which::Client, &Secret::new("sealed-secret")), now).expect("sealed");
    keyring.be(LOCKED);
    let (path, other) = (folder.path().to_owned(), keyring.clone());
    let open = move || opened(&path, &other, None);
    let strongroom = Strongroom::on(open, Arc::new(crate::clock::RealClock::default())).expect("a thread");
    assert_eq!(strongroom.secret(account.clone(), Which::Client).await.expect_err("locked").code, "VAULT_LOCKED");
    keyring.be(None);
    // Whatever is asked of the vault next opens it.
    let (_, announced) = tokio::join!(
        strongroom.holds(account.clone(), (Which::Client, Secret::new("something else"))),
        tokio::time::timeout(std::time::Duration::from_secs(30), strongroom.opened()),
    );
    announced.expect("announced");
    let secret = strongroom.secret(account, Which::Client).await.expect("open").expect("there");
    assert!(secret.same_as(&Secret::new("sealed-secret")));
}

#[test]
fn what_a_passphrase_sealed_needs_that_passphrase() {
    let folder = tempfile::tempdir().expect("a folder");
    let keyring = Fake::default();
    keyring.be(ABSENT);
    fill(&opened(folder.path(), &keyring, Some("pass-phrase")).expect("a vault"));
    for trouble in [None, ABSENT, LOCKED] {
        keyring.be(trouble);
        let kind = |passphrase| opened(folder.path(), &keyring, passphrase).map(|vault| vault.kind());
        assert_eq!(kind(Some("pass-phrase")), Ok(Kind::Passphrase));
        assert_eq!(kind(Some("another one")), Err(VaultError::WrongPassphrase));
        assert!(matches!(kind(None), Err(VaultError::SealedOtherwise { passphrase: true, .. })));
    }
}

#[tokio::test]
async fn what_began_in_memory_moves_to_disk_when_a_keyring_comes_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (keyring, account) = (Fake::default(), AccountId::new("upstox").expect("an id"));
    keyring.be(ABSENT);
    let (path, other) = (folder.path().to_owned(), keyring.clone());
    let open = move || opened(&path, &other, None);
    let strongroom = Strongroom::on(open, Arc::new(crate::clock::RealClock::default())).expect("a thread");
    let secret = Secret::new("kept-in-memory");
    strongroom.set_secret(account.clone(), (Which::Client, secret.clone())).await.expect("in memory");
    assert!(
        !strongroom.holds(account.clone(), (Which::Client, secret.clone())).await.expect("an answer"),
        "nothing is sealed"
    );
    keyring.be(LOCKED);
    assert!(strongroom.secret(account.clone(), Which::Client).await.expect("still in memory").is_some());
    keyring.be(None);
    assert!(
        strongroom.holds(account.clone(), (Which::Client, secret.clone())).await.expect("an answer"),
        "sealed by now"
    );
    let again = opened(folder.path(), &keyring, None).expect("a vault");
    assert_eq!(again.kind(), Kind::Keyring);
    assert!(again.secret(&account, Which::Client).expect("read").expect("there").same_as(&secret));
}
