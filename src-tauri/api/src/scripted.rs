//! A client that gives the answers it was handed and remembers what it was asked: for tests of the doors and of
//! everything that speaks to the trait.
//!
//! The invariant: it decides nothing. An answer is a fixed one, or the refusal that a test has put in its place. What
//! this is not: part of the program; only tests switch its feature on.

mod views;

pub use views::{account, snapshot, work};

use crate::client::{
    Answer, Browser, Client, DashboardLink, HistoryQuery, LogLine, LogQuery, NewAccount, Refreshing, SignIn,
};
use crate::contract::{About, Bot, Caller, HandedOut, KeyView, Keys, MadeKey, NewKey, Shut, Wanted, Watched};
use crate::watch::Watcher;
use async_trait::async_trait;
use chrono::Duration;
use daypass_domain::{AccountId, Moment, Problem, Remedy, Secret};
use daypass_manager::notice::Telling;
use daypass_manager::view::Snapshot;
use daypass_manager::{Code, Refused};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, watch};

/// Where the scripted sign-in sends people.
pub const SIGN_IN_URL: &str = "http://127.0.0.1:9/dialog?state=public";

/// Answers as it is told.
#[derive(Debug)]
pub struct ScriptedClient {
    /// `None` once the program has ended.
    shown: watch::Sender<Option<Snapshot>>,
    tellings: broadcast::Sender<Telling>,
    script: Mutex<Script>,
}

/// What it answers, and what it was asked.
#[derive(Debug, Default)]
pub struct Script {
    /// Refusals by the name of the method.
    pub refusals: BTreeMap<&'static str, Refused>,
    /// Each question in order: the method and its arguments, but no secret.
    pub asked: Vec<String>,
    /// Secrets that came in, in order.
    pub secrets: Vec<Secret>,
    /// The token to hand out.
    pub token: Option<Secret>,
    /// Who asked for a token, and for which.
    pub callers: Vec<(Caller, Wanted)>,
    /// The bot that any key is; none: every key is wrong.
    pub bot: Option<Bot>,
    /// Where a refresh sends people, if it needs them.
    pub refresh_url: Option<String>,
    /// Shown from the moment somebody waits for the end of a sign-in.
    pub after: Option<Snapshot>,
    /// Whether waiting for the end of a sign-in never ends.
    pub never_finished: bool,
}

impl ScriptedClient {
    /// Shows this until it is told otherwise.
    pub fn new(snapshot: Snapshot) -> Self {
        let shown = watch::Sender::new(Some(snapshot));
        Self { shown, tellings: broadcast::Sender::new(16), script: Mutex::default() }
    }

    /// Shows something else.
    pub fn show(&self, snapshot: Snapshot) {
        self.shown.send_replace(Some(snapshot));
    }

    /// Tells people.
    pub fn tell(&self, telling: Telling) {
        _ = self.tellings.send(telling);
    }

    /// How many listen for changes now.
    pub fn listeners(&self) -> usize {
        self.shown.receiver_count()
    }

    /// The program ends: its streams do, and nothing is answered any more.
    pub fn end(&self) {
        self.shown.send_replace(None);
    }

    /// From now on this method is refused.
    pub fn refuse(&self, method: &'static str, code: Code) -> Refused {
        let problem = Problem::new("scripted", "It is refused.", "Ask something else.", Remedy::TryAgain);
        let refused = Refused { code, problem: problem.quoting("the broker's words") };
        self.script().refusals.insert(method, refused.clone());
        refused
    }

    /// Looks at the script, or changes it.
    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self, method: &'static str, with: impl std::fmt::Display) -> Answer<()> {
        let mut script = self.script();
        script.asked.push(format!("{method} {with}").trim_end().to_owned());
        script.refusals.get(method).cloned().map_or(Ok(()), Err)
    }

    fn key(&self, name: &str, accounts: Option<Vec<AccountId>>) -> Answer<KeyView> {
        let made_at = self.now()?.now;
        Ok(KeyView { id: "k1234567".into(), name: name.to_owned(), accounts, made_at, last_used_at: None })
    }

    fn now(&self) -> Answer<Snapshot> {
        self.shown.borrow().clone().ok_or(Refused { code: Code::NotRunning, problem: ENDED })
    }

    fn held(&self, account: &AccountId, wanted: Wanted) -> Answer<HandedOut> {
        let token = self.script().token.clone().ok_or(Refused { code: Code::NoToken, problem: NO_TOKEN })?;
        let seen = self.now()?.accounts.into_iter().find(|view| view.id == account.as_str());
        let seen = seen.ok_or(Refused { code: Code::UnknownAccount, problem: NO_TOKEN })?;
        let about = About {
            account: account.clone(),
            broker: seen.broker.into(),
            generation: seen.generation,
            stale: wanted.is_other(seen.generation),
            expiry_time: seen.expiry_time,
            level: seen.level,
            readiness: seen.readiness,
            env: "UPSTOX_ACCESS_TOKEN".into(),
            header: "Authorization".into(),
            header_value: "Bearer {token}".into(),
        };
        Ok(HandedOut { token, about })
    }
}

impl Keys for ScriptedClient {
    fn enter(&self, key: &str) -> Result<Bot, Shut> {
        match key {
            "too-often" => Err(Shut::TooMany(std::time::Duration::from_millis(1_500))),
            _ => self.script().bot.clone().ok_or(Shut::WrongKey),
        }
    }
}

#[async_trait]
impl Client for ScriptedClient {
    async fn snapshot(&self) -> Answer<Snapshot> {
        self.asked("snapshot", "")?;
        self.now()
    }

    async fn changes(&self) -> Answer<BoxStream<'static, Snapshot>> {
        self.asked("changes", "")?;
        let mut shown = self.shown.subscribe();
        shown.mark_changed();
        Ok(stream::unfold(shown, |mut shown| async {
            shown.changed().await.ok()?;
            let snapshot = shown.borrow_and_update().clone()?;
            Some((snapshot, shown))
        })
        .boxed())
    }

    async fn tellings(&self) -> Answer<BoxStream<'static, Telling>> {
        self.asked("tellings", "")?;
        let tellings = self.tellings.subscribe();
        Ok(stream::unfold(tellings, |mut tellings| async { Some((tellings.recv().await.ok()?, tellings)) }).boxed())
    }

    async fn sign_in(&self, account: &AccountId, how: Browser) -> Answer<SignIn> {
        self.asked("sign_in", format!("{account} {how:?}"))?;
        Ok(SignIn { sign_in_url: SIGN_IN_URL.to_owned(), until: self.now()?.now + Duration::minutes(5), note: None })
    }

    async fn finished(&self, account: &AccountId, limit: Duration) -> Answer<()> {
        let outcome = self.asked("finished", format!("{account} {} ms", limit.num_milliseconds()));
        let (after, never) = {
            let mut script = self.script();
            (script.after.take(), script.never_finished)
        };
        if let Some(after) = after {
            self.show(after);
        }
        if never {
            std::future::pending::<()>().await;
        }
        outcome
    }

    async fn cancel(&self, account: &AccountId) -> Answer<()> {
        self.asked("cancel", account)
    }

    async fn paste(&self, account: &AccountId, address: Secret) -> Answer<()> {
        self.script().secrets.push(address);
        self.asked("paste", account)
    }

    async fn refresh(&self, account: &AccountId, how: Browser) -> Answer<Refreshing> {
        self.asked("refresh", format!("{account} {how:?}"))?;
        Ok(Refreshing { sign_in_url: self.script().refresh_url.clone() })
    }

    async fn probe(&self, account: &AccountId) -> Answer<()> {
        self.asked("probe", account)
    }

    async fn sign_out(&self, account: &AccountId) -> Answer<()> {
        self.asked("sign_out", account)
    }

    async fn pause(&self, account: &AccountId, until: Option<Moment>) -> Answer<()> {
        self.asked("pause", format!("{account} {until:?}"))
    }

    async fn snooze(&self, account: &AccountId) -> Answer<()> {
        self.asked("snooze", account)
    }

    async fn resume(&self, account: &AccountId) -> Answer<()> {
        self.asked("resume", account)
    }

    async fn look_around(&self, account: &AccountId) -> Answer<()> {
        self.asked("look_around", account)
    }

    async fn history(&self, wanted: &HistoryQuery) -> Answer<serde_json::Value> {
        self.asked("history", serde_json::json!(wanted))?;
        Ok(serde_json::json!({"entries": [], "days": [], "totals": {}}))
    }

    async fn log(&self, wanted: &LogQuery) -> Answer<Vec<LogLine>> {
        self.asked("log", serde_json::json!(wanted))?;
        let at = self.now()?.now;
        Ok(vec![LogLine { at, level: "info".to_owned(), text: "It began.".to_owned() }])
    }

    async fn report(&self) -> Answer<String> {
        self.asked("report", "")?;
        Ok("All is well.\n".to_owned())
    }

    async fn test_notification(&self) -> Answer<()> {
        self.asked("test_notification", "")
    }

    async fn token(&self, account: &AccountId, wanted: Wanted, caller: &Caller) -> Answer<HandedOut> {
        self.asked("token", format!("{account} {} ms", wanted.lasting.span.num_milliseconds()))?;
        self.script().callers.push((caller.clone(), wanted));
        self.held(account, wanted)
    }

    async fn wait_for_token(
        &self,
        account: &AccountId,
        wanted: Wanted,
        limit: Duration,
        caller: &Caller,
    ) -> Answer<HandedOut> {
        self.asked("wait_for_token", format!("{account} {} ms", limit.num_milliseconds()))?;
        if self.script().never_finished {
            std::future::pending::<()>().await;
        }
        self.token(account, wanted, caller).await
    }

    async fn wait(&self, account: &AccountId, wanted: Wanted, limit: Duration) -> Answer<About> {
        let Wanted { lasting, known } = wanted;
        let (limit, span) = (limit.num_milliseconds(), lasting.span.num_milliseconds());
        self.asked("wait", format!("{account} {limit} ms {span} ms {:?} {known:?}", lasting.until))?;
        if self.script().never_finished {
            std::future::pending::<()>().await;
        }
        self.held(account, wanted).map(|held| held.about)
    }

    async fn watch(&self, account: &AccountId, after: Option<u64>) -> Answer<BoxStream<'static, Watched>> {
        self.asked("watch", format!("{account} {after:?}"))?;
        let (mut watcher, id) = (Watcher::after(after), account.to_string());
        let watched = self.changes().await?.flat_map(move |seen| {
            let view = seen.accounts.iter().find(|view| view.id == id);
            stream::iter(view.map(|view| watcher.looks(view, seen.now)).unwrap_or_default())
        });
        Ok(watched.boxed())
    }

    async fn report_invalid(&self, account: &AccountId, generation: u64) -> Answer<()> {
        self.asked("report_invalid", format!("{account} {generation}"))
    }

    async fn metrics(&self) -> Answer<String> {
        self.asked("metrics", "")?;
        Ok("# HELP up Always 1.\n# TYPE up gauge\nup 1\n".to_owned())
    }

    async fn keys(&self) -> Answer<Vec<KeyView>> {
        self.asked("keys", "")?;
        Ok(vec![self.key("screener", None)?])
    }

    async fn make_key(&self, key: NewKey) -> Answer<MadeKey> {
        self.asked("make_key", format!("{} {:?}", key.name, key.accounts))?;
        Ok(MadeKey { key: Secret::new("marker-key"), view: self.key(&key.name, key.accounts)? })
    }

    async fn revoke_key(&self, id: &str) -> Answer<()> {
        self.asked("revoke_key", id)
    }

    async fn settings(&self) -> Answer<serde_json::Value> {
        self.asked("settings", "")?;
        Ok(serde_json::json!({"settings": [{"key": "check_every_minutes", "value": 30}]}))
    }

    async fn change_settings(&self, changes: BTreeMap<String, serde_json::Value>) -> Answer<()> {
        self.asked("change_settings", serde_json::json!(changes))
    }

    async fn put_account(&self, account: NewAccount) -> Answer<AccountId> {
        let NewAccount { id, label, broker, fields, secrets } = account;
        let keys: Vec<String> = secrets.keys().cloned().collect();
        self.script().secrets.extend(secrets.into_values());
        self.asked("put_account", format!("{id:?} {label} {broker} {fields:?} {keys:?}"))?;
        let unnamed = || Refused { code: Code::Internal, problem: ENDED };
        id.map_or_else(|| AccountId::new(broker).map_err(|_| unnamed()), Ok)
    }

    async fn remove_account(&self, account: &AccountId) -> Answer<()> {
        self.asked("remove_account", account)
    }

    async fn keep_secret(&self, account: &AccountId) -> Answer<()> {
        self.asked("keep_secret", account)
    }

    async fn unlock(&self) -> Answer<()> {
        self.asked("unlock", "")
    }

    async fn dashboard(&self) -> Answer<DashboardLink> {
        self.asked("dashboard", "")?;
        let address = Secret::new("http://127.0.0.1:9/dashboard/#session=marker-link");
        Ok(DashboardLink { address, until: self.now()?.now })
    }

    async fn add_practice(&self) -> Answer<AccountId> {
        self.asked("add_practice", "")?;
        AccountId::new("practice").map_err(|_| Refused { code: Code::Internal, problem: ENDED })
    }
}

const ENDED: Problem = Problem::new("ended", "The scripted program has ended.", "Start another one.", Remedy::TryAgain);

const NO_TOKEN: Problem = Problem::new("no_token", "There is no token.", "Sign in to get one.", Remedy::SignInAgain);
