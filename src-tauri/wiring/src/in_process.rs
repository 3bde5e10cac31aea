//! The client of whoever owns the manager: every method is a question to the handle.

use crate::books::Books;
use crate::bots::{Bots, parted};
use crate::desk::Desk;
use crate::ledger;
use crate::log_page;
use crate::looks::Looks;
use crate::report;
use crate::strongroom::Strongroom;
use async_trait::async_trait;
use chrono::Duration;
use daypass_api::TokenStatus;
use daypass_api::{
    About, Answer, Browser, Caller, Client, DashboardLink, HandedOut, HistoryQuery, KeyView, LogLine, LogQuery,
    MadeKey, NewAccount, NewKey, Refreshing, Sessions, SignIn, Wanted, Watched,
};
use daypass_config::Described;
use daypass_domain::{AccountId, Generation, Moment, Problem, Remedy, Secret};
use daypass_history::Filter;
use daypass_manager::notice::{Notice, Telling};
use daypass_manager::view::{AccountView, Snapshot};
use daypass_manager::{Ask, Code, Handle, Refused, Reply};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// A password needs some seconds; whoever needs longer than this in all finds the vault's own tries.
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_secs(1);
const LOOKS: u32 = 120;

/// In process.
pub(crate) struct InProcess {
    pub(crate) handle: Handle,
    pub(crate) books: Arc<Books>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) bots: Arc<Bots>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) looks: Looks,
    /// What the log's files are called, without the day.
    pub(crate) log_stem: String,
}

#[async_trait]
impl Client for InProcess {
    async fn snapshot(&self) -> Answer<Snapshot> {
        self.handle.look().await
    }

    async fn status(&self, account: Option<&str>) -> Answer<TokenStatus> {
        TokenStatus::asked(&*self.looks.now(&self.handle, self.books.now()).await?, account)
    }

    async fn changes(&self) -> Answer<BoxStream<'static, Snapshot>> {
        let mut version = self.handle.version();
        version.mark_changed();
        let start = (self.handle.clone(), version, None::<Snapshot>);
        Ok(stream::unfold(start, |(handle, mut version, last)| async move {
            loop {
                version.changed().await.ok()?;
                let snapshot = handle.look().await.ok()?;
                if !last.as_ref().is_some_and(|last| same(last, &snapshot)) {
                    return Some((snapshot.clone(), (handle, version, Some(snapshot))));
                }
            }
        })
        .boxed())
    }

    async fn tellings(&self) -> Answer<BoxStream<'static, Telling>> {
        let tellings = self.handle.tellings();
        Ok(stream::unfold(tellings, |mut tellings| async move {
            loop {
                match tellings.recv().await {
                    Ok(telling) => return Some((telling, tellings)),
                    // Older ones were replaced by newer ones anyway.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
        .boxed())
    }

    async fn sign_in(&self, account: &AccountId, how: Browser) -> Answer<SignIn> {
        match self.handle.ask(account, Ask::SignIn { open: self.may_open(how) }).await? {
            Reply::SignIn { url, until, note, .. } => Ok(SignIn { sign_in_url: url, until, note }),
            Reply::Done => Err(refused(Code::NothingToDo, ALMOST_DONE)),
        }
    }

    async fn finished(&self, account: &AccountId, limit: Duration) -> Answer<()> {
        let limit = limit.to_std().unwrap_or_default();
        match tokio::time::timeout(limit, self.handle.ask(account, Ask::Finished)).await {
            Ok(reply) => reply.map(drop),
            Err(_) => Err(refused(Code::TimeLimit, TIME_LIMIT)),
        }
    }

    async fn cancel(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::Cancel).await.map(drop)
    }

    async fn paste(&self, account: &AccountId, address: Secret) -> Answer<()> {
        let paster = self.books.paster(account).ok_or_else(|| refused(Code::NothingToDo, NOTHING_WAITS))?;
        paster.paste(&address).map_err(|problem| refused(Code::BadInput, problem))
    }

    async fn refresh(&self, account: &AccountId, how: Browser) -> Answer<Refreshing> {
        let reply = self.handle.ask(account, Ask::Refresh { open: self.may_open(how) }).await?;
        let sign_in_url = match reply {
            Reply::SignIn { url, browser: false, .. } => Some(url),
            Reply::SignIn { .. } | Reply::Done => None,
        };
        Ok(Refreshing { sign_in_url })
    }

    async fn probe(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::Probe).await.map(drop)
    }

    async fn sign_out(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::SignOut).await.map(drop)
    }

    async fn pause(&self, account: &AccountId, until: Option<Moment>) -> Answer<()> {
        self.handle.ask(account, Ask::Pause(until)).await.map(drop)
    }

    async fn snooze(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::Snooze).await.map(drop)
    }

    async fn resume(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::Resume).await.map(drop)
    }

    async fn look_around(&self, account: &AccountId) -> Answer<()> {
        self.handle.ask(account, Ask::LookAround).await.map(drop)
    }

    async fn history(&self, wanted: &HistoryQuery) -> Answer<serde_json::Value> {
        let kinds = wanted.kinds.as_deref().map_or(Ok(Vec::new()), ledger::kinds);
        let kinds = kinds.map_err(|problem| refused(Code::BadInput, problem))?;
        let HistoryQuery { account, since, until, limit, csv, .. } = wanted.clone();
        let seen = self.handle.look().await?;
        // Days are the exchange's; accounts in two countries are summed by the first one's.
        let of = |view: &&AccountView| account.as_ref().is_none_or(|account| view.id == account.as_str());
        let view = seen.accounts.iter().find(of);
        let zone = view.and_then(|view| view.day.zone.parse().ok()).unwrap_or(chrono_tz::UTC);
        // A gap that is still open lasts until now, which is later than what was seen, and than all that is written.
        let now = self.books.now() + Duration::milliseconds(1);
        let filter = Filter { account, since, until: until.or(Some(now)), kinds, limit };
        let page = self.books.ledger.read(filter, zone, csv).await;
        page.map_err(|problem| refused(Code::Failed, problem))
    }

    async fn log(&self, wanted: &LogQuery) -> Answer<Vec<LogLine>> {
        if let Some(unknown) = wanted.level.as_deref().filter(|level| !log_page::LEVELS.contains(level)) {
            let problem = NO_LEVEL.saying(format!("The log has no level \"{unknown}\"."));
            return Err(refused(Code::BadInput, problem));
        }
        let (folder, stem, wanted) = (self.desk.folders.state.clone(), self.log_stem.clone(), wanted.clone());
        let read = tokio::task::spawn_blocking(move || log_page::read(&folder, &stem, &wanted)).await;
        match read {
            Ok(Ok(lines)) => Ok(lines),
            Ok(Err(error)) => Err(refused(Code::Failed, NO_LOG.advising(format!("The system says: {error}.")))),
            Err(_) => Err(refused(Code::Failed, NO_LOG)),
        }
    }

    async fn report(&self) -> Answer<String> {
        let (seen, settings) = (self.handle.look().await?, as_json(&self.desk.describe().await)?);
        let log = self.log(&LogQuery { limit: Some(LINES_REPORTED), ..LogQuery::default() }).await?;
        Ok(report::write(&seen, &settings, &log))
    }

    async fn test_notification(&self) -> Answer<()> {
        self.handle.tell(Telling::Show(Notice::test()));
        Ok(())
    }

    async fn token(&self, account: &AccountId, wanted: Wanted, caller: &Caller) -> Answer<HandedOut> {
        let outlook = self.handle.hand_out(account, wanted.lasting).await?;
        Ok(self.bots.handed(account, outlook, wanted, caller))
    }

    async fn wait_for_token(
        &self,
        account: &AccountId,
        wanted: Wanted,
        limit: Duration,
        caller: &Caller,
    ) -> Answer<HandedOut> {
        let outlook = self.bots.wait(account, wanted, limit).await?;
        Ok(self.bots.handed(account, outlook, wanted, caller))
    }

    async fn wait(&self, account: &AccountId, wanted: Wanted, limit: Duration) -> Answer<About> {
        let (_, about) = parted(account, self.bots.wait(account, wanted, limit).await?, wanted);
        Ok(about)
    }

    async fn watch(&self, account: &AccountId, after: Option<u64>) -> Answer<BoxStream<'static, Watched>> {
        self.bots.watch(account, after).await
    }

    async fn report_invalid(&self, account: &AccountId, generation: u64) -> Answer<()> {
        let answer = self.handle.ask(account, Ask::ReportInvalid(Generation(generation))).await.map(drop);
        // A label is an account that exists.
        if !matches!(&answer, Err(refused) if refused.code == Code::UnknownAccount) {
            self.books.meters.reported(account);
        }
        answer
    }

    async fn metrics(&self) -> Answer<String> {
        let seen = self.handle.look().await?;
        self.books.meters.text(&seen).map_err(|error| {
            tracing::warn!("the metrics cannot be written: {error}");
            refused(Code::Internal, NO_METRICS)
        })
    }

    async fn keys(&self) -> Answer<Vec<KeyView>> {
        self.bots.keys().await
    }

    async fn make_key(&self, key: NewKey) -> Answer<MadeKey> {
        self.bots.make_key(key).await
    }

    async fn revoke_key(&self, id: &str) -> Answer<()> {
        self.bots.revoke_key(id).await
    }

    async fn settings(&self) -> Answer<serde_json::Value> {
        as_json(&self.desk.describe().await)
    }

    async fn change_settings(&self, changes: BTreeMap<String, serde_json::Value>) -> Answer<()> {
        self.desk.change(changes).await
    }

    async fn put_account(&self, account: NewAccount) -> Answer<AccountId> {
        self.desk.put_account(account).await
    }

    async fn remove_account(&self, account: &AccountId) -> Answer<()> {
        self.desk.remove_account(account).await
    }

    async fn keep_secret(&self, account: &AccountId) -> Answer<()> {
        self.desk.keep_secret(account).await
    }

    async fn unlock(&self) -> Answer<()> {
        let asked = self.desk.strongroom.unlock().await;
        asked.map_err(|problem| refused(Code::CannotStart, problem))?;
        tokio::spawn(follow_unlocking(self.desk.strongroom.clone(), self.handle.clone()));
        Ok(())
    }

    async fn dashboard(&self) -> Answer<DashboardLink> {
        let Some(door) = self.desk.address.get() else {
            // Who has the port is known already, if that is why.
            let notes = self.handle.look().await?.notes.into_iter().map(|note| note.problem);
            let port = notes.into_iter().find(|problem| problem.code.starts_with("api_port_"));
            return Err(refused(Code::CannotStart, port.unwrap_or(DOOR_CLOSED)));
        };
        Ok(self.sessions.link().to(door))
    }

    async fn add_practice(&self) -> Answer<AccountId> {
        self.desk.add_practice().await
    }
}

/// The dialog is the system's, and says nothing when it ends; the vault's own next try may be minutes away.
async fn follow_unlocking(strongroom: Strongroom, handle: Handle) {
    for _ in 0..LOOKS {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        if strongroom.opens().await {
            return strongroom.look(handle);
        }
    }
}

impl InProcess {
    fn may_open(&self, how: Browser) -> bool {
        how == Browser::Open && self.books.opener.is_some()
    }
}

/// Whether two snapshots show the same; the moment itself does not count.
fn same(one: &Snapshot, other: &Snapshot) -> bool {
    let at = |snapshot: &Snapshot| Snapshot { now: Moment::UNIX_EPOCH, ..snapshot.clone() };
    at(one) == at(other)
}

/// Enough to see what led to it, and short enough to be pasted.
const LINES_REPORTED: usize = 200;
const NO_LOG: Problem =
    Problem::new("log", "The log could not be read.", "Look into the state folder yourself.", Remedy::TryAgain);
const NO_LEVEL: Problem =
    Problem::new("log_level", "", "Allowed: error, warn, info, debug, trace.", Remedy::FixSetting);

/// What the trait carries without knowing it.
fn as_json(described: &Described) -> Answer<serde_json::Value> {
    serde_json::to_value(described).map_err(|error| {
        tracing::warn!("the settings cannot be described: {error}");
        refused(Code::Internal, NO_SETTINGS)
    })
}

pub(crate) fn refused(code: Code, problem: Problem) -> Refused {
    Refused { code, problem }
}

const ALMOST_DONE: Problem = Problem::new(
    "almost_done",
    "The sign-in is past the browser already.",
    "Wait a moment; it ends by itself.",
    Remedy::TryAgain,
);

const NOTHING_WAITS: Problem =
    Problem::new("nothing_waits", "No sign-in waits for an address.", "Start a sign-in first.", Remedy::SignInAgain);

const DOOR_CLOSED: Problem = Problem::new(
    "door_closed",
    "The local HTTP door is closed.",
    "Set api.enabled to true and restart Daypass.",
    Remedy::FixSetting,
);

const NO_SETTINGS: Problem =
    Problem::new("no_settings", "The settings cannot be described.", "The log has more.", Remedy::TryAgain);

const NO_METRICS: Problem =
    Problem::new("no_metrics", "The metrics cannot be written.", "The log has more.", Remedy::TryAgain);

const TIME_LIMIT: Problem =
    Problem::new("time_limit", "It took longer than the limit.", "It goes on; ask for its status.", Remedy::TryAgain);
