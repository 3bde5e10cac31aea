//! A disk that can be killed at any step.
//!
//! It keeps apart what a process sees and what would survive a power cut. What this is not: a copy of the real disk's
//! errors; only "no space" and "killed" are played.

use super::FOLDER;
use daypass_vault::disk::Disk;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

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
    spoilt: BTreeSet<PathBuf>,
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

    /// From now on the disk does not give this file.
    pub(crate) fn spoil(&self, name: &str) {
        self.0.lock().unwrap().spoilt.insert(Path::new(FOLDER).join(name));
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
        if world.spoilt.contains(file) {
            return Err(io::Error::other("a bad spot"));
        }
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
