//! What the tests of the vault stand on: a disk that can be killed at any step, a keyring in memory, known randomness.
//!
//! The disk keeps apart what a process sees and what would survive a power cut. What this is not: a copy of the real
//! disk's errors; only "no space" and "killed" are played.

#![allow(dead_code, reason = "each test file uses a part of it")]

use daypass_domain::{AccountId, Generation, Grant, Moment, Secret, UserId};
use daypass_vault::disk::Disk;
use daypass_vault::keyring::{Keyring, KeyringError};
use daypass_vault::{Entropy, Machine, Source, Stored, Vault, VaultError};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

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

/// How the world ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crash {
    /// kill -9: everything that was done stays done.
    Kill,
    /// Power cut: only what was synced is left.
    Power,
    /// Power cut on a disk that wrote the names early and the contents late.
    PowerWithNames,
}

pub(crate) const CRASHES: [Crash; 3] = [Crash::Kill, Crash::Power, Crash::PowerWithNames];

#[derive(Clone, Default)]
struct Content {
    seen: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Clone, Default)]
struct World {
    contents: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    steps: usize,
    dies_at: Option<usize>,
    room: Option<usize>,
}

#[derive(Clone, Default)]
pub(crate) struct FakeDisk(Arc<Mutex<World>>);

impl FakeDisk {
    /// Another disk with the same content that dies before its n-th step from now.
    pub(crate) fn dying_at(&self, step: Option<usize>) -> Self {
        let mut world = self.0.lock().unwrap().clone();
        (world.steps, world.dies_at) = (0, step);
        Self(Arc::new(Mutex::new(world)))
    }

    /// What is found after the crash.
    pub(crate) fn after(&self, crash: Crash) -> Self {
        let mut world = self.0.lock().unwrap().clone();
        (world.steps, world.dies_at) = (0, None);
        if let Crash::Power = crash {
            world.names = world.synced_names.clone();
        }
        if !matches!(crash, Crash::Kill) {
            world.contents.iter_mut().for_each(|content| content.seen = content.synced.clone());
        }
        Self(Arc::new(Mutex::new(world)))
    }

    pub(crate) fn steps(&self) -> usize {
        self.0.lock().unwrap().steps
    }

    /// No more than so many further bytes fit; `None` is plenty.
    pub(crate) fn room(&self, bytes: Option<usize>) {
        self.0.lock().unwrap().room = bytes;
    }

    pub(crate) fn files(&self) -> Vec<String> {
        self.list(Path::new(FOLDER)).unwrap()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        self.read(&Path::new(FOLDER).join(name)).unwrap()
    }

    /// Puts bytes there as if somebody else had written them.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let mut world = self.0.lock().unwrap();
        world.contents.push(Content { seen: bytes.to_vec(), synced: bytes.to_vec() });
        let at = world.contents.len() - 1;
        let path = Path::new(FOLDER).join(name);
        world.names.insert(path.clone(), at);
        world.synced_names.insert(path, at);
    }

    pub(crate) fn delete(&self, name: &str) {
        self.remove(&Path::new(FOLDER).join(name)).unwrap();
    }

    fn step<T>(&self, act: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.0.lock().unwrap();
        if world.dies_at.is_some_and(|limit| world.steps >= limit) {
            return Err(io::Error::other("killed"));
        }
        world.steps += 1;
        act(&mut world)
    }
}

fn gone() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

impl Disk for FakeDisk {
    fn make_folder(&self, _folder: &Path) -> io::Result<()> {
        self.step(|_| Ok(()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let world = self.0.lock().unwrap();
        let here = world.names.keys().filter(|name| name.parent() == Some(folder));
        Ok(here.map(|name| name.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let world = self.0.lock().unwrap();
        world.names.get(file).map(|at| world.contents[*at].seen.clone()).ok_or_else(gone)
    }

    /// Three steps: the name, the content (half of it is there if the world ends in between), the sync.
    fn create(&self, file: &Path, content: &[u8]) -> io::Result<()> {
        let at = self.step(|world| {
            if world.names.contains_key(file) {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            world.contents.push(Content { seen: content[..content.len() / 2].to_vec(), synced: Vec::new() });
            let at = world.contents.len() - 1;
            world.names.insert(file.to_owned(), at);
            Ok(at)
        })?;
        self.step(|world| {
            if let Some(room) = &mut world.room {
                *room = room.checked_sub(content.len()).ok_or(io::Error::from(io::ErrorKind::StorageFull))?;
            }
            world.contents[at].seen = content.to_vec();
            Ok(())
        })?;
        self.step(|world| {
            world.contents[at].synced = content.to_vec();
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|world| {
            let at = world.names.remove(from).ok_or_else(gone)?;
            world.names.insert(to.to_owned(), at);
            Ok(())
        })
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.step(|world| {
            world.synced_names = world.names.clone();
            Ok(())
        })
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        if !self.0.lock().unwrap().names.contains_key(file) {
            return Err(gone());
        }
        self.step(|world| world.names.remove(file).map(|_| ()).ok_or_else(gone))
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
    Stored { grant: Some(grant), generation: Generation(generation), facts: serde_json::json!({ "failures": 0 }) }
}

/// The generation that is found, after a check that its token is whole.
pub(crate) fn generation_of(vault: &Vault, account: &AccountId) -> Option<u64> {
    let loaded = vault.load(account).expect("it can be read")?;
    let generation = loaded.stored.generation.0;
    assert_eq!(loaded.stored.grant.expect("a grant").access.expose(), token(generation));
    Some(generation)
}
