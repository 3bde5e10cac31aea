//! The vault's own lane: one thread that does disk and keyring work, in the order in which it was asked.
//!
//! Order matters: a save that overtook a newer one would bring back an old token. What this is not: it decides nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::{AccountId, Attempt, Moment, Problem, Remedy, Secret};
use daypass_manager::event::{Found, Stored, Written};
use daypass_manager::view::{VaultKind, VaultView};
use daypass_manager::{Answer, Event, Handle};
use daypass_vault::{Kind, Source, Vault, VaultError, Which};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use tokio::sync::{Notify, oneshot};
use zeroize::Zeroizing;

/// The way to the vault; cheap to clone.
#[derive(Clone)]
pub(crate) struct Strongroom {
    jobs: mpsc::Sender<Job>,
    opened: Arc<Notify>,
}

type Job = Box<dyn FnOnce(&mut Room) + Send>;

/// What lives on the thread.
struct Room {
    vault: Result<Vault, VaultError>,
    open: Box<dyn Fn() -> Result<Vault, VaultError> + Send>,
    now: Arc<dyn daypass_manager::Clock>,
    /// A secret was asked for in vain.
    owes_secrets: bool,
}

impl Strongroom {
    /// Opens the vault on a thread of its own; jobs wait until it is open. The thread ends with the last handle.
    pub(crate) fn open(
        folder: PathBuf,
        passphrase: Option<Secret>,
        now: Arc<dyn daypass_manager::Clock>,
    ) -> std::io::Result<Self> {
        Self::on(move || open(&folder, passphrase.as_ref()), now)
    }

    /// The same with another way to open it.
    fn on(
        open: impl Fn() -> Result<Vault, VaultError> + Send + 'static,
        now: Arc<dyn daypass_manager::Clock>,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let opened = Arc::new(Notify::new());
        let news = opened.clone();
        std::thread::Builder::new().name("vault".into()).spawn(move || {
            let mut room = Room { vault: open(), open: Box::new(open), now, owes_secrets: false };
            if room.vault.as_ref().is_ok_and(|vault| vault.kind() == Kind::Memory) {
                tracing::warn!("{MEMORY_ONLY}");
            }
            for job in queue {
                job(&mut room);
                if room.owes_secrets && room.is_open() {
                    room.owes_secrets = false;
                    news.notify_one();
                }
            }
        })?;
        Ok(Self { jobs, opened })
    }

    /// Reads an account and answers the manager.
    pub(crate) fn load(&self, handle: Handle, account: AccountId, attempt: Attempt) {
        self.send(move |room| {
            let loaded = room.with(|vault| vault.load(&account));
            let answer = match loaded {
                Ok(None) => Ok(None),
                Ok(Some(loaded)) => {
                    if let Some(notice) = &loaded.notice {
                        tracing::warn!(%account, "{notice}");
                    }
                    let written = Written { at: loaded.saved_at, backups: loaded.backups };
                    Ok(Some(Found { stored: from_vault(loaded.stored), written, stands_in: loaded.notice }))
                }
                Err(error) => Err(error.problem()),
            };
            room.tell(&handle);
            handle.answer(account, attempt, Answer::Loaded(answer));
        });
    }

    /// Writes an account and answers the manager.
    pub(crate) fn save(&self, handle: Handle, account: AccountId, attempt: Attempt, stored: Stored) {
        self.send(move |room| {
            let now = room.now.now();
            let stored = for_vault(stored);
            let written = room.with(|vault| keep(vault, &account, &stored, now));
            let answer = written.map_err(|error| error.problem());
            room.tell(&handle);
            handle.answer(account, attempt, Answer::Saved(answer));
        });
    }

    /// Erases everything of an account.
    pub(crate) fn erase(&self, account: AccountId) {
        self.send(move |room| {
            if let Err(error) = room.with(|vault| vault.remove(&account)) {
                tracing::error!(%account, "The stored token could not be erased: {}", error.problem());
            }
        });
    }

    /// One of an account's secrets.
    pub(crate) async fn secret(&self, account: AccountId, which: Which) -> Result<Option<Secret>, Problem> {
        self.ask(move |room| {
            let secret = room.with(|vault| vault.secret(&account, which));
            room.owes_secrets |= secret.is_err() && !room.is_open();
            secret
        })
        .await
    }

    /// Returns when the vault has opened after a secret was asked for in vain.
    pub(crate) async fn opened(&self) {
        self.opened.notified().await;
    }

    /// Keeps one of an account's secrets.
    pub(crate) async fn set_secret(&self, account: AccountId, (which, secret): (Which, Secret)) -> Result<(), Problem> {
        self.ask(move |room| {
            let now = room.now.now();
            room.with(|vault| vault.set_secret(&account, (which, &secret), now))
        })
        .await
    }

    /// Whether this very secret is sealed on disk.
    pub(crate) async fn holds(&self, account: AccountId, (which, secret): (Which, Secret)) -> Result<bool, Problem> {
        self.ask(move |room| {
            room.with(|vault| {
                let held = vault.secret(&account, which)?.filter(|_| vault.kind() != Kind::Memory);
                Ok(held.is_some_and(|held| held.same_as(&secret)))
            })
        })
        .await
    }

    /// Lets the keyring ask the person to unlock it.
    pub(crate) async fn unlock(&self) -> Result<(), Problem> {
        self.ask(|room| room.with(Vault::ask_to_unlock)).await
    }

    /// Tries once more to open the vault, without any dialog: whether it is open.
    pub(crate) async fn opens(&self) -> bool {
        self.ask(|room| room.with(Vault::retry).map(|_| room.is_open())).await.unwrap_or(false)
    }

    /// The state as a whole, for everybody to see.
    pub(crate) fn look(&self, handle: Handle) {
        self.send(move |room| room.tell(&handle));
    }

    /// Everything asked so far is done when this returns.
    pub(crate) async fn flush(&self) {
        let _ = self.ask(|_| Ok(())).await;
    }

    fn send(&self, job: impl FnOnce(&mut Room) + Send + 'static) {
        // The thread lives as long as any sender; a panic in it is in the log already.
        let _ = self.jobs.send(Box::new(job));
    }

    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Room) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.send(move |room| {
            let _ = reply.send(job(room).map_err(|error| error.problem()));
        });
        answer.await.unwrap_or(Err(GONE))
    }
}

impl Room {
    /// A vault that could not be opened is tried again, and so is one in memory: a keyring may come up after us.
    fn with<T>(&mut self, act: impl FnOnce(&Vault) -> Result<T, VaultError>) -> Result<T, VaultError> {
        match &self.vault {
            Err(_) => self.vault = (self.open)(),
            Ok(vault) if vault.kind() == Kind::Memory => self.leave_memory(),
            Ok(_) => {}
        }
        self.vault.as_ref().map_err(Clone::clone).and_then(act)
    }

    /// What is in memory moves to disk as soon as there is a key for it. Until all of it has moved, memory counts.
    fn leave_memory(&mut self) {
        let (Ok(memory), Ok(better)) = (&self.vault, (self.open)()) else { return };
        if !matches!(better.kind(), Kind::Keyring | Kind::Passphrase) {
            return;
        }
        match memory.copy_memory_to(&better, self.now.now()) {
            Ok(()) => {
                tracing::info!("There is a keyring now: what was kept in memory only is sealed on disk");
                self.vault = Ok(better);
            }
            Err(error) => tracing::warn!("There is a keyring now, but it cannot be used yet: {}", error.problem()),
        }
    }

    fn is_open(&self) -> bool {
        self.vault.as_ref().is_ok_and(|vault| vault.kind() != Kind::Locked)
    }

    fn tell(&self, handle: &Handle) {
        let view = match &self.vault {
            Ok(vault) if vault.kind() == Kind::Memory => {
                VaultView { kind: VaultKind::Memory, problem: Some(memory_only()) }
            }
            Ok(vault) => VaultView { kind: kind(vault.kind()), problem: vault.problem() },
            Err(error) => VaultView { kind: VaultKind::Locked, problem: Some(error.problem()) },
        };
        handle.event(Event::Vault(view));
    }
}

/// After a sign-out no earlier grant may come back: a backup that cannot be removed is a save that has failed.
fn keep(
    vault: &Vault,
    account: &AccountId,
    stored: &daypass_vault::Stored,
    now: Moment,
) -> Result<Written, VaultError> {
    let saved = vault.save(account, stored, now)?;
    if stored.grant.is_some() || stored.candidate.is_some() {
        return Ok(Written { at: now, backups: saved.backups });
    }
    vault.remove_backups(account)?;
    Ok(Written { at: now, backups: 0 })
}

/// Opens the vault of this folder from this source.
fn open(folder: &Path, passphrase: Option<&Secret>) -> Result<Vault, VaultError> {
    choose(passphrase, |source| Vault::open(folder, source, Box::new(random)))
}

/// A keyring protects the vault; where there is none, or none that opens, a passphrase does; where there is none either,
/// and nothing sealed lies there, tokens are kept in memory only.
fn choose(
    passphrase: Option<&Secret>,
    with: impl Fn(Source) -> Result<Vault, VaultError>,
) -> Result<Vault, VaultError> {
    let by_keyring = with(Source::Keyring);
    match (by_keyring, passphrase) {
        (Ok(vault), _) if vault.kind() != Kind::Locked => Ok(vault),
        (by_keyring, Some(passphrase)) => match with(Source::Passphrase(passphrase.clone())) {
            // What lies there waits for the keyring, and so does its reason.
            Err(VaultError::SealedOtherwise { passphrase: false, .. }) => by_keyring,
            by_passphrase => by_passphrase,
        },
        (Err(VaultError::NoKeyring { sealed: false }), None) => with(Source::Memory),
        (by_keyring, None) => by_keyring,
    }
}

fn memory_only() -> Problem {
    Problem::new(
        "memory_only",
        "There is no keyring here: tokens are kept in memory only, and are gone when Daypass ends.",
        "Install a keyring, or start Daypass with DAYPASS_PASSPHRASE set.",
        Remedy::FixSetting,
    )
}

fn kind(kind: Kind) -> VaultKind {
    match kind {
        Kind::Keyring => VaultKind::Keyring,
        Kind::Passphrase => VaultKind::Passphrase,
        Kind::Memory => VaultKind::Memory,
        Kind::Locked => VaultKind::Locked,
    }
}

fn from_vault(stored: daypass_vault::Stored) -> Stored {
    let facts = serde_json::from_value(stored.facts).unwrap_or_else(|error| {
        tracing::warn!("What was remembered beside a token cannot be read ({error}); the token itself is fine.");
        daypass_manager::account::Facts::default()
    });
    Stored { grant: stored.grant, generation: stored.generation, facts, candidate: stored.candidate }
}

fn for_vault(stored: Stored) -> daypass_vault::Stored {
    let facts = serde_json::to_value(&stored.facts).unwrap_or_default();
    daypass_vault::Stored { grant: stored.grant, generation: stored.generation, facts, candidate: stored.candidate }
}

/// The operating system's randomness.
#[expect(clippy::disallowed_methods, reason = "this is where the program's randomness comes from")]
pub(crate) fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}

/// A text of 256 random bits, for whatever opens something while the program runs.
pub(crate) fn random_key() -> Secret {
    let mut bytes = Zeroizing::new([0; 32]);
    random(&mut *bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
}

/// Said in the log, and in every place that shows the vault.
const MEMORY_ONLY: &str = "There is no keyring here and no DAYPASS_PASSPHRASE: tokens are kept in memory only, and are \
                           gone when Daypass ends.";

const GONE: Problem =
    Problem::new("vault_gone", "The vault's thread has ended.", "Restart Daypass; the log has more.", Remedy::TryAgain);

#[cfg(test)]
mod tests;
