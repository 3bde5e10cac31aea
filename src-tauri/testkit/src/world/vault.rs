//! A vault in memory that fails on demand, and survives what the program does not.

use daypass_domain::{AccountId, Moment, Problem, Remedy};
use daypass_manager::event::{Found, Stored, Written};
use std::collections::BTreeMap;

/// What is on the disk, so to speak.
#[derive(Debug, Default)]
pub struct SimVault {
    /// What was written last.
    pub disk: BTreeMap<AccountId, Stored>,
    /// How long a read or write takes.
    pub takes: chrono::Duration,
    /// When it fails, from and to.
    pub locked: Vec<(Moment, Moment)>,
    /// When it takes what it is asked and never answers, from and to.
    pub hangs: Vec<(Moment, Moment)>,
    /// How often it was written, with success.
    pub writes: u32,
    /// Why a backup stands in for what is on the disk.
    pub stands_in: Option<Problem>,
    /// What is on the disk cannot be read, and no backup can.
    pub lost: bool,
    /// When it was written last.
    written: Moment,
}

impl SimVault {
    pub(super) fn load(&self, id: &AccountId, now: Moment) -> Result<Option<Found>, Problem> {
        self.open(now)?;
        if self.lost {
            return Err(LOST);
        }
        let written = Written { at: self.written, backups: self.backups() };
        let found = |stored| Found { stored, written, stands_in: self.stands_in.clone() };
        Ok(self.disk.get(id).cloned().map(found))
    }

    pub(super) fn save(&mut self, id: &AccountId, stored: Stored, now: Moment) -> Result<Written, Problem> {
        self.open(now)?;
        self.disk.insert(id.clone(), stored);
        self.writes += 1;
        self.written = now;
        Ok(Written { at: now, backups: self.backups() })
    }

    fn backups(&self) -> u32 {
        self.writes.saturating_sub(1).min(5)
    }

    pub(super) fn hangs(&self, now: Moment) -> bool {
        self.hangs.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    fn open(&self, now: Moment) -> Result<(), Problem> {
        let locked = self.locked.iter().any(|(from, to)| (*from..*to).contains(&now));
        if locked { Err(LOCKED) } else { Ok(()) }
    }
}

const LOCKED: Problem =
    Problem::new("locked", "The keyring is locked.", "Unlock it; Daypass tries again by itself.", Remedy::TryAgain);
const LOST: Problem = Problem::new("lost", "The file is damaged.", "Sign in again.", Remedy::SignInAgain);
