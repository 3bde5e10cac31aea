//! All keys, and who gets in.
//!
//! The invariant: a key opens from the moment at which it is on the disk until the moment at which its removal is. What
//! this is not: a reader of clocks or a source of randomness; both come in.

use crate::file::{self, Kept};
use crate::key::{self, BotName, Hash, KeyId, KeyView, Scope};
use crate::limits::Limits;
use chrono::Duration;
use daypass_domain::{Moment, Problem, Remedy, Secret};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq;

/// When a key was last used is written at most so often: asking for a token must not wear the disk.
const USE_WRITTEN: Duration = Duration::hours(1);

/// Compared with where there is no key of that id, so that the answer takes as long.
const NOBODY: Hash = [0; 32];

/// All keys.
pub struct KeyRing {
    file: PathBuf,
    kept: Mutex<Keys>,
    limits: Limits,
}

struct Keys {
    all: Vec<Kept>,
    /// The file cannot be read: nobody gets in, and it is not overwritten.
    trouble: Option<Problem>,
    /// When uses were last written.
    written: Option<Moment>,
}

/// Whose key somebody came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bot {
    /// The key.
    pub id: KeyId,
    /// What the bot is called.
    pub name: BotName,
    /// What its key is good for.
    pub scope: Scope,
}

/// Why somebody does not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such key.
    WrongKey,
    /// Too often.
    TooMany {
        /// After how long to try again.
        retry_after: std::time::Duration,
    },
}

impl KeyRing {
    /// The keys in that file, and what is wrong with it.
    pub fn open(file: PathBuf) -> (Self, Option<Problem>) {
        let (all, trouble) = match file::read(&file) {
            Ok(all) => (all, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let kept = Mutex::new(Keys { all, trouble: trouble.clone(), written: None });
        (Self { file, kept, limits: Limits::new() }, trouble)
    }

    /// Makes a key. What it returns first may be seen by everybody, the second by nobody but the bot, this once.
    pub fn make(
        &self,
        name: &str,
        accounts: Scope,
        random: [u8; 32],
        now: Moment,
    ) -> Result<(KeyView, Secret), Problem> {
        let name = BotName::new(name)?;
        let mut kept = self.kept();
        if kept.all.iter().any(|key| key.name == name) {
            return Err(TAKEN.saying(format!("There is a key for \"{name}\" already.")));
        }
        let (id, whole, sha256) = key::make(random);
        let new = Kept { id, name, accounts, sha256, made_at: now, last_used_at: None };
        let view = view(&new);
        let all = kept.all.iter().cloned().chain([new]).collect();
        self.replace(&mut kept, all)?;
        Ok((view, whole))
    }

    /// Every key, in the order in which they were made.
    pub fn list(&self) -> Vec<KeyView> {
        self.kept().all.iter().map(view).collect()
    }

    /// From now on this key opens nothing.
    pub fn revoke(&self, id: &str) -> Result<(), Problem> {
        let mut kept = self.kept();
        let all: Vec<_> = kept.all.iter().filter(|key| key.id != *id).cloned().collect();
        if all.len() == kept.all.len() {
            return Err(NO_SUCH_KEY);
        }
        self.replace(&mut kept, all)?;
        self.limits.forget();
        Ok(())
    }

    /// Whose key this is.
    pub fn enter(&self, presented: &str, now: Moment) -> Result<Bot, Refusal> {
        let (id, secret) = key::parts(presented).unwrap_or(("", ""));
        let given = key::hash(secret);
        let mut kept = self.kept();
        let found = kept.all.iter_mut().find(|key| key.id == *id);
        let opens = bool::from(found.as_ref().map_or(&NOBODY, |key| &key.sha256).ct_eq(&given));
        let too_many = |retry_after| Refusal::TooMany { retry_after };
        let Some(key) = found.filter(|_| opens) else {
            self.limits.wrong(now).map_err(too_many)?;
            return Err(Refusal::WrongKey);
        };
        self.limits.key(&key.id, now).map_err(too_many)?;
        key.last_used_at = Some(now);
        let bot = Bot { id: key.id.clone(), name: key.name.clone(), scope: key.accounts.clone() };
        self.write_uses(&mut kept, now);
        Ok(bot)
    }

    /// A use that could not be written is no reason to turn a bot away, and goes along with the next one.
    fn write_uses(&self, kept: &mut Keys, now: Moment) {
        if kept.written.is_none_or(|at| now - at >= USE_WRITTEN) {
            kept.written = Some(now);
            let _ = file::write(&self.file, &kept.all);
        }
    }

    fn replace(&self, kept: &mut Keys, all: Vec<Kept>) -> Result<(), Problem> {
        if let Some(problem) = &kept.trouble {
            return Err(problem.clone());
        }
        file::write(&self.file, &all)?;
        kept.all = all;
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Keys> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn view(key: &Kept) -> KeyView {
    KeyView {
        id: key.id.clone(),
        name: key.name.clone(),
        accounts: key.accounts.clone(),
        made_at: key.made_at,
        last_used_at: key.last_used_at,
    }
}

const TAKEN: Problem =
    Problem::new("bot_name_taken", "", "Revoke that one first, or choose another name.", Remedy::FixSetting);
const NO_SUCH_KEY: Problem =
    Problem::new("no_such_key", "There is no key with that id.", "See them with `daypass keys`.", Remedy::FixSetting);

#[cfg(test)]
mod tests;
