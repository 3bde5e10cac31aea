//! What the tests of the vault stand on: a disk that can be killed at any step, a keyring in memory, known randomness.
//!
//! Everything is the same in every run. What this is not: a test.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod disk;

use daypass_domain::{AccountId, Generation, Grant, Moment, Secret, UserId};
use daypass_vault::keyring::{Keyring, KeyringError};
use daypass_vault::{Entropy, Machine, Source, Stored, Vault, VaultError};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

pub(crate) use disk::{CRASHES, Crash, FakeDisk};

pub(crate) const FOLDER: &str = "/vault";

/// Different bytes for every call, the same in every run.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = x.to_be_bytes()[3];
        }
    }
}

/// How a keyring behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Open,
    Locked,
    Absent,
    Broken,
}

#[derive(Clone)]
pub(crate) struct FakeKeyring(Arc<Mutex<(Mood, BTreeMap<String, String>)>>);

impl Default for FakeKeyring {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((Mood::Open, BTreeMap::new()))))
    }
}

impl FakeKeyring {
    pub(crate) fn be(&self, mood: Mood) {
        self.0.lock().unwrap().0 = mood;
    }

    pub(crate) fn items(&self) -> BTreeMap<String, String> {
        self.0.lock().unwrap().1.clone()
    }

    pub(crate) fn set(&self, items: BTreeMap<String, String>) {
        self.0.lock().unwrap().1 = items;
    }

    fn ask(&self) -> Result<(), KeyringError> {
        match self.0.lock().unwrap().0 {
            Mood::Open => Ok(()),
            Mood::Locked => Err(KeyringError::Locked),
            Mood::Absent => Err(KeyringError::Absent),
            Mood::Broken => Err(KeyringError::Failed("no reply".into())),
        }
    }
}

impl Keyring for FakeKeyring {
    fn read(&self, vault: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        self.ask()?;
        Ok(self.0.lock().unwrap().1.get(vault).cloned().map(Zeroizing::new))
    }

    fn write(&self, vault: &str, key: &str) -> Result<(), KeyringError> {
        self.ask()?;
        self.0.lock().unwrap().1.insert(vault.to_owned(), key.to_owned());
        Ok(())
    }

    fn ask_to_unlock(&self) -> Result<(), KeyringError> {
        Ok(())
    }
}

/// A disk and a keyring that outlive the vaults opened on them.
#[derive(Clone, Default)]
pub(crate) struct Computer {
    pub(crate) disk: FakeDisk,
    pub(crate) keyring: FakeKeyring,
    pub(crate) entropy: Arc<Counting>,
}

impl Computer {
    pub(crate) fn with_disk(&self, disk: FakeDisk) -> Self {
        Self { disk, ..self.clone() }
    }

    pub(crate) fn open(&self, source: Source) -> Result<Vault, VaultError> {
        let entropy = self.entropy.clone();
        let machine = Machine {
            disk: Box::new(self.disk.clone()),
            keyring: Box::new(self.keyring.clone()),
            entropy: Box::new(move |bytes: &mut [u8]| entropy.fill(bytes)),
        };
        Vault::open_on(Path::new(FOLDER), source, machine)
    }

    pub(crate) fn vault(&self) -> Vault {
        self.open(Source::Keyring).expect("the vault opens")
    }
}

pub(crate) fn id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

pub(crate) fn at(seconds: i64) -> Moment {
    Moment::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// The token of this generation, recognisable in plain text.
pub(crate) fn token(generation: u64) -> String {
    format!("marker-token-of-generation-{generation}")
}

pub(crate) fn stored(generation: u64) -> Stored {
    let grant = Grant {
        access: Secret::new(token(generation)),
        refresh: Some(Secret::new(format!("marker-refresh-{generation}"))),
        issued_at: at(0),
        granted_at: at(0),
        access_ends: Some(at(3600)),
        refresh_ends: None,
        user: Some(UserId("AB1234".into())),
        refresh_sent: false,
    };
    let facts = serde_json::json!({ "failures": 0 });
    Stored { grant: Some(grant), generation: Generation(generation), facts, candidate: None }
}

/// The generation that is found, after a check that its token is whole.
pub(crate) fn generation_of(vault: &Vault, account: &AccountId) -> Option<u64> {
    let loaded = vault.load(account).expect("it can be read")?;
    let generation = loaded.stored.generation.0;
    assert_eq!(loaded.stored.grant.expect("a grant").access.expose(), token(generation));
    Some(generation)
}
