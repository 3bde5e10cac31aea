//! The client trait over the socket: for whoever does not hold the lock.
//!
//! Each question is one connection, so that a restart of the owner needs no mending here. A refusal comes back as the
//! very one that the owner gave. What this is not: an owner; nothing is kept or decided on this side.

#[cfg(unix)]
mod line;
#[cfg(not(unix))]
mod no_line;

#[cfg(unix)]
use line::Line;
#[cfg(not(unix))]
use no_line::Line;

use crate::client::{
    Answer, Browser, Client, DashboardLink, HistoryQuery, LogLine, LogQuery, NewAccount, Refreshing, SignIn,
};
use crate::contract::{About, Caller, HandedOut, KeyView, MadeKey, NewKey, Wanted, Watched};
use crate::wire::{Added, Changes, How, Link, Made, NewAccountOut, PastedOut, Report, ReportText, Token, Until};
use crate::{events, span, until};
use async_trait::async_trait;
use chrono::Duration;
use daypass_domain::{AccountId, Moment, Problem, Remedy, Secret};
use daypass_manager::notice::Telling;
use daypass_manager::view::Snapshot;
use daypass_manager::{Code, Refused};
use futures::stream::BoxStream;
use serde::Serialize;
use std::path::Path;

/// Speaks to whoever runs the manager in the same folders.
#[derive(Clone, Debug)]
pub struct SocketClient {
    line: Line,
}

impl SocketClient {
    /// Checks that an owner of the same user answers there. [`Code::NotRunning`] if not.
    pub async fn connect(path: impl AsRef<Path>) -> Answer<Self> {
        let line = Line::to(path.as_ref());
        line.try_out().await?;
        Ok(Self { line })
    }
}

#[async_trait]
impl Client for SocketClient {
    async fn snapshot(&self) -> Answer<Snapshot> {
        self.line.get("/api/snapshot").await
    }

    async fn changes(&self) -> Answer<BoxStream<'static, Snapshot>> {
        self.line.events("/api/events", Some(events::SNAPSHOT)).await
    }

    async fn tellings(&self) -> Answer<BoxStream<'static, Telling>> {
        self.line.events("/api/events", Some(events::TELLING)).await
    }

    async fn sign_in(&self, account: &AccountId, how: Browser) -> Answer<SignIn> {
        self.line.post(&format!("/api/accounts/{account}/sign-in"), &How { browser: how }).await
    }

    async fn finished(&self, account: &AccountId, limit: Duration) -> Answer<()> {
        let path = format!("/api/accounts/{account}/finished?limit={}", span::write(limit));
        self.line.wait_over(&path, limit).await
    }

    async fn cancel(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/cancel")).await
    }

    async fn paste(&self, account: &AccountId, address: Secret) -> Answer<()> {
        self.line.tell(&format!("/api/accounts/{account}/paste"), &PastedOut::from(&address)).await
    }

    async fn refresh(&self, account: &AccountId, how: Browser) -> Answer<Refreshing> {
        self.line.post(&format!("/api/accounts/{account}/refresh"), &How { browser: how }).await
    }

    async fn probe(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/probe")).await
    }

    async fn sign_out(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/sign-out")).await
    }

    async fn pause(&self, account: &AccountId, until: Option<Moment>) -> Answer<()> {
        self.line.tell(&format!("/api/accounts/{account}/pause"), &Until { until }).await
    }

    async fn snooze(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/snooze")).await
    }

    async fn resume(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/resume")).await
    }

    async fn look_around(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/check")).await
    }

    async fn history(&self, wanted: &HistoryQuery) -> Answer<serde_json::Value> {
        let query = serde_urlencoded::to_string(wanted).map_err(|_| unreadable_query())?;
        self.line.get(&format!("/api/history?{query}")).await
    }

    async fn log(&self, wanted: &LogQuery) -> Answer<Vec<LogLine>> {
        let query = serde_urlencoded::to_string(wanted).map_err(|_| unreadable_query())?;
        self.line.get(&format!("/api/log?{query}")).await
    }

    async fn report(&self) -> Answer<String> {
        Ok(self.line.get::<ReportText>("/api/report").await?.report)
    }

    async fn test_notification(&self) -> Answer<()> {
        self.line.act("/api/notifications/test").await
    }

    async fn token(&self, account: &AccountId, wanted: Wanted, caller: &Caller) -> Answer<HandedOut> {
        let path = format!("/api/token?{}", asked(account, wanted, caller.name.as_deref())?);
        self.line.get::<Token>(&path).await.map(HandedOut::from)
    }

    async fn wait_for_token(
        &self,
        account: &AccountId,
        wanted: Wanted,
        limit: Duration,
        caller: &Caller,
    ) -> Answer<HandedOut> {
        let query = asked(account, wanted, caller.name.as_deref())?;
        let path = format!("/api/token/wait?{query}&limit={}", span::write(limit));
        self.line.wait::<Token>(&path, limit).await.map(HandedOut::from)
    }

    async fn wait(&self, account: &AccountId, wanted: Wanted, limit: Duration) -> Answer<About> {
        let query = asked(account, wanted, None)?;
        self.line.wait(&format!("/api/token/wait?{query}&limit={}&token=no", span::write(limit)), limit).await
    }

    async fn watch(&self, account: &AccountId, after: Option<u64>) -> Answer<BoxStream<'static, Watched>> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        self.line.events(&format!("/api/token/watch?account={account}{after}"), None).await
    }

    async fn report_invalid(&self, account: &AccountId, generation: u64) -> Answer<()> {
        let report = Report { account: Some(account.to_string()), generation };
        self.line.tell("/api/token/report-invalid", &report).await
    }

    async fn metrics(&self) -> Answer<String> {
        self.line.text("/metrics").await
    }

    async fn keys(&self) -> Answer<Vec<KeyView>> {
        self.line.get("/api/keys").await
    }

    async fn make_key(&self, key: NewKey) -> Answer<MadeKey> {
        self.line.post::<Made>("/api/keys", &key).await.map(MadeKey::from)
    }

    async fn revoke_key(&self, id: &str) -> Answer<()> {
        // An id has no other letters, and a path must not get any.
        if id.is_empty() || !id.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            return Err(unreadable_query());
        }
        self.line.delete(&format!("/api/keys/{id}")).await
    }

    async fn settings(&self) -> Answer<serde_json::Value> {
        self.line.get("/api/settings").await
    }

    async fn change_settings(&self, changes: Changes) -> Answer<()> {
        self.line.tell("/api/settings", &changes).await
    }

    async fn put_account(&self, account: NewAccount) -> Answer<AccountId> {
        self.line.post("/api/accounts", &NewAccountOut::from(&account)).await.map(|Added { account }| account)
    }

    async fn remove_account(&self, account: &AccountId) -> Answer<()> {
        self.line.delete(&format!("/api/accounts/{account}")).await
    }

    async fn keep_secret(&self, account: &AccountId) -> Answer<()> {
        self.line.act(&format!("/api/accounts/{account}/keep-secret")).await
    }

    async fn unlock(&self) -> Answer<()> {
        self.line.tell("/api/vault/unlock", &serde_json::json!({})).await
    }

    async fn dashboard(&self) -> Answer<DashboardLink> {
        self.line.post::<Link>("/api/session/links", &serde_json::json!({})).await.map(DashboardLink::from)
    }

    async fn add_practice(&self) -> Answer<AccountId> {
        self.line.post("/api/practice", &serde_json::json!({})).await.map(|Added { account }| account)
    }
}

/// What is asked of a token, as a query.
fn asked(account: &AccountId, wanted: Wanted, bot: Option<&str>) -> Answer<String> {
    let Wanted { lasting, known } = wanted;
    let query = Query {
        account,
        min_validity: span::write(lasting.span),
        until: lasting.until.map(until::write),
        generation: known,
        bot,
    };
    serde_urlencoded::to_string(query).map_err(|_| unreadable_query())
}

#[derive(Serialize)]
struct Query<'a> {
    account: &'a AccountId,
    min_validity: String,
    until: Option<String>,
    generation: Option<u64>,
    bot: Option<&'a str>,
}

fn unreadable_query() -> Refused {
    let problem = Problem::new("bad_query", "That cannot be asked for.", "Ask for less.", Remedy::FixSetting);
    Refused { code: Code::BadInput, problem }
}

/// Nobody is there.
fn not_running() -> Refused {
    Refused { code: Code::NotRunning, problem: NOT_RUNNING }
}

const NOT_RUNNING: Problem = Problem::new(
    "not_running",
    "Daypass is not running.",
    "Start it with `daypass serve` or open the app.",
    Remedy::TryAgain,
);
