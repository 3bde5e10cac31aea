//! The keys from outside, on a real disk.

mod file;
mod laws;
mod ring;

use chrono::TimeDelta;
use daypass_bots::{Bot, BotName, KeyRing, KeyView, NewKey, Refusal, Scope};
use daypass_domain::{AccountId, Moment, Problem, Secret};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Seconds after the start of each test.
fn at(seconds: i64) -> Moment {
    let start: Moment = "2026-11-17T03:45:00Z".parse().expect("a moment");
    start + TimeDelta::seconds(seconds)
}

fn id(text: &str) -> AccountId {
    AccountId::new(text).expect("an account")
}

fn only(ids: &[&str]) -> Scope {
    Scope::Only(ids.iter().map(|text| id(text)).collect())
}

fn new(name: &str, accounts: Scope) -> NewKey {
    NewKey { name: BotName::new(name).expect("a name"), accounts }
}

/// A data folder with a ring in it.
struct Place {
    folder: TempDir,
    ring: KeyRing,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (ring, problem) = KeyRing::open(folder.path().join("keys.json"));
        assert_eq!(problem, None, "no file is no problem");
        Self { folder, ring }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("keys.json")
    }

    /// As after a restart.
    fn reopen(&mut self) -> Option<Problem> {
        let (ring, problem) = KeyRing::open(self.file());
        self.ring = ring;
        problem
    }

    /// A key for everything, of these bytes.
    fn make(&self, name: &str, byte: u8) -> (KeyView, Secret) {
        self.ring.make(new(name, Scope::All), [byte; 32], at(0)).expect("a key")
    }

    fn enter(&self, key: &Secret, now: Moment) -> Result<Bot, Refusal> {
        self.ring.enter(key.expose(), now)
    }

    fn names(&self) -> Vec<String> {
        self.ring.list().expect("a list").into_iter().map(|view| view.name.into()).collect()
    }
}

/// Every file of the folder, one behind the other.
fn everything_in(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.flat_map(|file| std::fs::read(file).expect("a file")).collect()
}
