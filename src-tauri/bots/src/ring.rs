//! All keys of this computer's bots.
//!
//! The invariants: a key lets its bot in only after it is on disk, and a revoked one is refused at once, even if the disk
//! fails; nothing is written over a file that could not be read. `make`, `revoke` and `save` write to the disk and
//! belong on a blocking lane; `enter` does not wait for them. What this is not: something that draws random bytes or
//! reads a clock; both come in.

use crate::file::{self, Stored};
use crate::key::{self, Fingerprint, KeyId};
use crate::live::Live;
use crate::{BotName, Refusal, Scope};
use daypass_domain::{Moment, Problem, Remedy, Secret};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// What a person sees of a key: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Names the key, for revoking it; also the part of the key's text behind `dpk_`.
    pub id: KeyId,
    /// What the person calls the bot.
    pub name: BotName,
    /// Which accounts it opens.
    pub accounts: Scope,
    /// When it was made.
    pub made_at: Moment,
    /// When its bot was last let in; after a crash up to an hour too old.
    pub last_used_at: Option<Moment>,
}

/// Who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bot {
    /// Its key.
    pub id: KeyId,
    /// What a person calls it; for the ledger.
    pub name: BotName,
    /// Whose tokens it may have.
    pub scope: Scope,
}

/// What a person chooses for a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKey {
    /// The bot's name; no other key may have it.
    pub name: BotName,
    /// Which accounts it opens.
    pub accounts: Scope,
}

/// The keys, and the file that they are kept in.
pub struct KeyRing {
    file: PathBuf,
    /// Held through a whole change, the disk included, so that no change is written over by another one.
    changing: Mutex<()>,
    /// Held for moments only, never while the disk is written.
    live: Mutex<Live>,
}

impl KeyRing {
    /// Reads the keys. With a problem nobody gets in until the file can be read, or is moved away.
    pub fn open(file: PathBuf) -> (Self, Option<Problem>) {
        let live = Live::open(&file);
        let problem = live.problem();
        (Self { file, changing: Mutex::default(), live: Mutex::new(live) }, problem)
    }

    /// Makes a key of these random bytes, which must be fresh. Its text is given here and never again.
    pub fn make(&self, new: NewKey, random: [u8; 32], now: Moment) -> Result<(KeyView, Secret), Problem> {
        let random = Zeroizing::new(random);
        let (id, sha256, secret) = key::mint(&random);
        let NewKey { name, accounts } = new;
        let stored = Stored { id, name, accounts, sha256, made_at: now, last_used_at: None };
        let _change = hold(&self.changing);
        self.live().keys(&self.file)?.check(&stored)?;
        self.write(Some(&stored), now)?;
        let view = view(&stored);
        self.live().add(stored);
        Ok((view, secret))
    }

    /// The keys, oldest first.
    pub fn list(&self) -> Result<Vec<KeyView>, Problem> {
        let mut views: Vec<_> = self.live().keys(&self.file)?.stored().map(view).collect();
        views.sort_by(|one, other| (one.made_at, &one.id).cmp(&(other.made_at, &other.id)));
        Ok(views)
    }

    /// From now on this key opens nothing. With a problem from the disk that is true until the program ends; it is
    /// written with the next change or [`save`](Self::save), or by revoking the key again.
    pub fn revoke(&self, id: &KeyId, now: Moment) -> Result<(), Problem> {
        let _change = hold(&self.changing);
        self.live().keys(&self.file)?.remove(id)?;
        self.write(None, now).map_err(|problem| STILL_IN_FILE.quoting(&problem.what))
    }

    /// Lets a bot in that presents a key. A right key gets in however many wrong ones come.
    pub fn enter(&self, presented: &str, now: Moment) -> Result<Bot, Refusal> {
        let (id, secret_half) = key::take_apart(presented).unzip();
        let given = Fingerprint::of(secret_half.unwrap_or(presented));
        let mut live = self.live();
        let found = live.keys_for_a_bot(&self.file, now).map_err(Refusal::Unreadable)?.find(id.as_ref(), &given);
        let Some(key) = found else {
            live.count_wrong().map_err(|retry_after| Refusal::TooManyWrong { retry_after })?;
            return Err(Refusal::WrongKey);
        };
        key.count(presented).map_err(|retry_after| Refusal::TooMany { retry_after })?;
        key.stored.last_used_at = Some(now);
        let Stored { id, name, accounts, .. } = &key.stored;
        let bot = Bot { id: id.clone(), name: name.clone(), scope: accounts.clone() };
        live.used(now);
        Ok(bot)
    }

    /// Whether [`save`](Self::save) has something to do that should not wait: uses that are an hour old, or what the
    /// disk refused a minute ago. Costs nothing, so it may be asked at each request.
    pub fn save_is_due(&self, now: Moment) -> bool {
        self.live().due().is_some_and(|due| due <= now)
    }

    /// Writes what is only in memory, due or not; also when the program ends.
    pub fn save(&self, now: Moment) -> Result<(), Problem> {
        let _change = hold(&self.changing);
        if self.live().due().is_some() { self.write(None, now) } else { Ok(()) }
    }

    /// Writes all keys and this new one. The caller holds `changing`.
    fn write(&self, new: Option<&Stored>, now: Moment) -> Result<(), Problem> {
        let mut all = self.live().begin_writing();
        all.extend(new.cloned());
        let done = file::write(&self.file, all);
        self.live().end_writing(done.is_ok(), now);
        done
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        hold(&self.live)
    }
}

/// No lock here guards anything that a panic could leave half done.
fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn view(stored: &Stored) -> KeyView {
    let Stored { id, name, accounts, sha256: _, made_at, last_used_at } = stored.clone();
    KeyView { id, name, accounts, made_at, last_used_at }
}

const STILL_IN_FILE: Problem = Problem::new(
    "revoked_until_restart",
    "The key opens nothing any more, but the file of keys could not be written: after a restart it would open again.",
    "Check the disk and the data folder's permissions, then revoke it once more.",
    Remedy::FixSetting,
);
