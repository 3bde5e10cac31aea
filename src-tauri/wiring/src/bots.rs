//! What bots come for: the token now or when it is there, news of it, and the keys that they come with.
//!
//! The invariant: every token that goes out here came through the manager's gate, and is written down. What this is not:
//! the door; it has let in whoever asks.

use crate::books::Books;
use crate::in_process::refused;
use crate::ledger;
use crate::strongroom::random;
use chrono::Duration;
use daypass_api::watch::Watcher;
use daypass_api::{About, Answer, Bot, Caller, HandedOut, KeyView, Keys, MadeKey, NewKey, Shut, Wanted, Watched};
use daypass_bots::{BotName, KeyId, KeyRing, Refusal, Scope};
use daypass_domain::{AccountId, Happening, Moment, Problem, Remedy, Secret};
use daypass_manager::{Code, Event, Handle, Outlook, Refused};
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;

/// For all bots.
pub(crate) struct Bots {
    pub(crate) handle: Handle,
    pub(crate) books: Arc<Books>,
    pub(crate) keys: Arc<KeyRing>,
}

impl Bots {
    /// A token is on its way out: who has it is written down and shown.
    pub(crate) fn handed(&self, account: &AccountId, outlook: Outlook, wanted: Wanted, caller: &Caller) -> HandedOut {
        let (token, about) = parted(account, outlook, wanted);
        let entry = ledger::handed_out(account, about.generation, caller, self.books.now());
        if let Happening::HandedOut { to, .. } = &entry.happening {
            self.books.meters.handed_out(account, to.as_str());
        }
        if self.books.ledger.handed_out(&entry) {
            self.handle.event(Event::HandedOut(entry));
        }
        HandedOut { token, about }
    }

    /// Tries at each change until there is such a token.
    pub(crate) async fn wait(&self, account: &AccountId, wanted: Wanted, limit: Duration) -> Answer<Outlook> {
        let mut version = self.handle.version();
        let mut last = None;
        let trying = async {
            loop {
                version.mark_unchanged();
                match self.handle.hand_out(account, wanted.lasting).await {
                    Ok(outlook) if wanted.known.is_none() || wanted.is_other(outlook.out.generation.0) => {
                        return Ok(outlook);
                    }
                    Ok(_) => last = None,
                    Err(refused) if may_come(refused.code) => last = Some(refused.problem),
                    Err(refused) => return Err(refused),
                }
                if version.changed().await.is_err() {
                    return Err(refused(Code::NotRunning, ENDED));
                }
            }
        };
        match tokio::time::timeout(limit.to_std().unwrap_or_default(), trying).await {
            Ok(answer) => answer,
            Err(_) => Err(in_vain(last)),
        }
    }

    /// Everything that is news, from how it is now.
    pub(crate) async fn watch(&self, account: &AccountId, after: Option<u64>) -> Answer<BoxStream<'static, Watched>> {
        let mut version = self.handle.version();
        version.mark_changed();
        if self.handle.look_at(account).await.is_none() {
            let answer = self.handle.hand_out(account, Duration::zero()).await;
            return Err(answer.err().unwrap_or_else(|| refused(Code::UnknownAccount, GONE)));
        }
        let start = (self.handle.clone(), self.books.clone(), account.clone(), version, Watcher::after(after));
        let news = stream::unfold((start, VecDeque::new()), |(mut watching, mut told)| async move {
            loop {
                if let Some(next) = told.pop_front() {
                    return Some((next, (watching, told)));
                }
                let (handle, books, account, version, watcher) = &mut watching;
                version.changed().await.ok()?;
                // The account was removed: that is the end of it.
                let (view, _) = handle.look_at(account).await?;
                told.extend(watcher.looks(&view, books.now()));
            }
        });
        Ok(news.boxed())
    }

    pub(crate) async fn keys(&self) -> Answer<Vec<KeyView>> {
        Ok(self.on_disk(|keys, _| keys.list()).await?.into_iter().map(view).collect())
    }

    pub(crate) async fn make_key(&self, wanted: NewKey) -> Answer<MadeKey> {
        let NewKey { name, accounts } = wanted;
        for account in accounts.iter().flatten() {
            if self.books.known(account).is_none() {
                let problem = UNKNOWN.saying(format!("There is no account \"{account}\"."));
                return Err(refused(Code::UnknownAccount, problem));
            }
        }
        let name = BotName::new(name).map_err(|problem| refused(Code::BadInput, problem))?;
        let accounts = accounts.map_or(Scope::All, |accounts| Scope::Only(accounts.into_iter().collect()));
        let mut bytes = [0; 32];
        random(&mut bytes);
        let new = daypass_bots::NewKey { name, accounts };
        let made = self.on_disk(move |keys, now| keys.make(new, bytes, now)).await?;
        Ok(MadeKey { view: view(made.0), key: made.1 })
    }

    pub(crate) async fn revoke_key(&self, id: &str) -> Answer<()> {
        let id = KeyId::new(id).ok_or_else(|| refused(Code::BadInput, NO_SUCH_KEY))?;
        self.on_disk(move |keys, now| keys.revoke(&id, now)).await
    }

    /// When keys were last used goes to the disk now and then, and at the end of the program.
    pub(crate) async fn save_uses(&self) {
        if let Err(refused) = self.on_disk(KeyRing::save).await {
            tracing::warn!("{}", refused.problem);
        }
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&KeyRing, Moment) -> Result<T, Problem> + Send + 'static,
    ) -> Answer<T> {
        let (keys, now) = (self.keys.clone(), self.books.now());
        let done = tokio::task::spawn_blocking(move || act(&keys, now)).await;
        done.map_err(|_| refused(Code::Internal, BROKE))?.map_err(|problem| {
            // What the disk says is nobody's mistake.
            let is_ours = ["keys_not_saved", "keys_unreadable", "revoked_until_restart"].contains(&&*problem.code);
            refused(if is_ours { Code::Failed } else { Code::BadInput }, problem)
        })
    }
}

/// What is written of earlier days is shown again; the ledger opens in its own time.
pub(crate) async fn remember(books: Arc<Books>, handle: Handle) {
    for entry in books.ledger.handed_before().await {
        handle.event(Event::HandedBefore(entry));
    }
}

impl Keys for Bots {
    fn enter(&self, key: &str) -> Result<Bot, Shut> {
        let now = self.books.now();
        let entered = self.keys.enter(key, now);
        if self.keys.save_is_due(now) {
            let keys = self.keys.clone();
            tokio::task::spawn_blocking(move || {
                if let Err(problem) = keys.save(now) {
                    tracing::warn!("When keys were last used could not be written: {problem}");
                }
            });
        }
        match entered {
            Ok(bot) => Ok(Bot { name: bot.name.to_string(), accounts: accounts(bot.scope) }),
            Err(Refusal::WrongKey) => Err(Shut::WrongKey),
            Err(Refusal::TooMany { retry_after } | Refusal::TooManyWrong { retry_after }) => {
                Err(Shut::TooMany(retry_after))
            }
            Err(Refusal::Unreadable(problem)) => Err(Shut::Unknowable(problem)),
        }
    }
}

/// The token, and everything else of it.
pub(crate) fn parted(account: &AccountId, outlook: Outlook, wanted: Wanted) -> (Secret, About) {
    let Outlook { out, level, readiness } = outlook;
    let generation = out.generation.0;
    let about = About {
        account: account.clone(),
        broker: out.broker.into(),
        generation,
        stale: wanted.is_other(generation),
        expiry_time: out.ends,
        level,
        readiness,
        env: out.env.into(),
        header: out.presents.header.into(),
        header_value: out.presents.value.into(),
    };
    (out.token, about)
}

fn accounts(scope: Scope) -> Option<Vec<AccountId>> {
    match scope {
        Scope::All => None,
        Scope::Only(accounts) => Some(accounts.into_iter().collect()),
    }
}

fn view(key: daypass_bots::KeyView) -> KeyView {
    KeyView {
        id: key.id.to_string(),
        name: key.name.to_string(),
        accounts: accounts(key.accounts),
        made_at: key.made_at,
        last_used_at: key.last_used_at,
    }
}

/// Whether waiting may help.
fn may_come(code: Code) -> bool {
    matches!(code, Code::NoToken | Code::Ended | Code::TooShort)
}

/// Why there was none is said with it.
fn in_vain(why: Option<Problem>) -> Refused {
    let problem = match why {
        Some(why) => LATE.saying(format!("No such token came in time. {}", why.what)).advising(why.todo),
        None => LATE,
    };
    refused(Code::TimeLimit, problem)
}

const LATE: Problem =
    Problem::new("no_token_in_time", "No other token came in time.", "Wait longer, or sign in.", Remedy::TryAgain);
const ENDED: Problem = Problem::new("ending", "Daypass is ending.", "Start it again.", Remedy::TryAgain);
const GONE: Problem =
    Problem::new("account_gone", "The account was removed.", "See `daypass accounts`.", Remedy::FixSetting);
const UNKNOWN: Problem =
    Problem::new("unknown_account", "", "See the accounts with `daypass accounts`.", Remedy::FixSetting);
const NO_SUCH_KEY: Problem =
    Problem::new("no_such_key", "There is no key with that id.", "See them with `daypass keys`.", Remedy::FixSetting);
const BROKE: Problem =
    Problem::new("keys_broke", "The keys could not be changed.", "The log has more.", Remedy::TryAgain);
