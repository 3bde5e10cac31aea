//! What window, terminal and dashboard may ask for.
//!
//! There are two implementations: in process, for whoever holds the lock and runs the manager, and over the socket, for
//! everybody else. A front end never knows which one it has.

use crate::contract::{About, Caller, HandedOut, KeyView, MadeKey, NewKey, Wanted, Watched};
use crate::token_status::TokenStatus;
use async_trait::async_trait;
use chrono::Duration;
use daypass_domain::{AccountId, Moment, Secret};
use daypass_manager::Refused;
use daypass_manager::notice::Telling;
use daypass_manager::view::Snapshot;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What comes back.
pub type Answer<T> = Result<T, Refused>;

/// The seam between the program and everything that shows it.
#[async_trait]
pub trait Client: Send + Sync {
    /// Everything that can be seen now.
    async fn snapshot(&self) -> Answer<Snapshot>;

    /// How one account's token is; without a name, of the account that needs somebody most, or of none. The cheap way
    /// for whoever asks often.
    async fn status(&self, account: Option<&str>) -> Answer<TokenStatus> {
        TokenStatus::asked(&self.snapshot().await?, account)
    }

    /// The same again at each change, beginning with now. Ends when the program does.
    async fn changes(&self) -> Answer<BoxStream<'static, Snapshot>>;

    /// What people are to be told, from now on.
    async fn tellings(&self) -> Answer<BoxStream<'static, Telling>>;

    /// Starts a sign-in, or joins the one that is under way.
    async fn sign_in(&self, account: &AccountId, how: Browser) -> Answer<SignIn>;

    /// Waits until a sign-in or refresh under way is over, and says how it went.
    async fn finished(&self, account: &AccountId, limit: Duration) -> Answer<()>;

    /// Ends a waiting sign-in or renewal. Keys and the old token stay.
    async fn cancel(&self, account: &AccountId) -> Answer<()>;

    /// Takes the address on which the browser ended, where it could not reach the listener.
    async fn paste(&self, account: &AccountId, address: Secret) -> Answer<()>;

    /// Refreshes now: silently where the broker can, else through a sign-in.
    async fn refresh(&self, account: &AccountId, how: Browser) -> Answer<Refreshing>;

    /// Asks the broker about the held token now.
    async fn probe(&self, account: &AccountId) -> Answer<()>;

    /// Ends the token, at the broker too where it can.
    async fn sign_out(&self, account: &AccountId) -> Answer<()>;

    /// Rests reminders and refreshes until then, or until resumed.
    async fn pause(&self, account: &AccountId, until: Option<Moment>) -> Answer<()>;

    /// Lets the reminders rest for ten minutes, but never past five minutes before the open.
    async fn snooze(&self, account: &AccountId) -> Answer<()>;

    /// Ends a pause.
    async fn resume(&self, account: &AccountId) -> Answer<()>;

    /// Looks whether this computer is ready for the account's next session; the snapshot has it when this returns.
    async fn look_around(&self, account: &AccountId) -> Answer<()>;

    /// What happened, newest first, with sums by day and in all. No secret.
    async fn history(&self, wanted: &HistoryQuery) -> Answer<serde_json::Value>;

    /// The newest lines of the log, the newest first. No secret.
    async fn log(&self, wanted: &LogQuery) -> Answer<Vec<LogLine>>;

    /// A text for whoever helps: how everything stands, what is set, the end of the log. No secret, and no user's name.
    async fn report(&self) -> Answer<String>;

    /// Shows a notification on each desktop that is joined, to see that it can be seen.
    async fn test_notification(&self) -> Answer<()>;

    /// Hands out the token, if it is good for as long as it is wanted.
    async fn token(&self, account: &AccountId, wanted: Wanted, caller: &Caller) -> Answer<HandedOut>;

    /// The same, but waits until there is such a token; [`Code::TimeLimit`](daypass_manager::Code) after the limit.
    async fn wait_for_token(
        &self,
        account: &AccountId,
        wanted: Wanted,
        limit: Duration,
        caller: &Caller,
    ) -> Answer<HandedOut>;

    /// Waits in the same way and hands nothing out: whoever asks gets no token, so nobody is written down as having it.
    async fn wait(&self, account: &AccountId, wanted: Wanted, limit: Duration) -> Answer<About>;

    /// Tells each new token, refusal and change of readiness, beginning with how it is; `after`: the caller knows the
    /// tokens up to this one. Ends when the program does. No secret is in it.
    async fn watch(&self, account: &AccountId, after: Option<u64>) -> Answer<BoxStream<'static, Watched>>;

    /// A bot says that the broker refused this token. However many say so, the broker is asked once.
    async fn report_invalid(&self, account: &AccountId, generation: u64) -> Answer<()>;

    /// Figures for Prometheus, in its text format.
    async fn metrics(&self) -> Answer<String>;

    /// The keys of bots.
    async fn keys(&self) -> Answer<Vec<KeyView>>;

    /// Makes a key for a bot. It is never shown again.
    async fn make_key(&self, key: NewKey) -> Answer<MadeKey>;

    /// From now on this key opens nothing.
    async fn revoke_key(&self, id: &str) -> Answer<()>;

    /// Every setting with its value, where it comes from, and the form of each broker. No secret.
    async fn settings(&self) -> Answer<serde_json::Value>;

    /// Changes settings by key (`check_every_minutes`, `accounts.upstox.client_id`); all or nothing.
    async fn change_settings(&self, changes: BTreeMap<String, serde_json::Value>) -> Answer<()>;

    /// Adds an account, or changes the one with this id, which is the answer.
    async fn put_account(&self, account: NewAccount) -> Answer<AccountId>;

    /// Removes an account, its token and its backups.
    async fn remove_account(&self, account: &AccountId) -> Answer<()>;

    /// Copies a client secret that lies in a file into the vault. The file stays as it is: it is its owner's.
    async fn keep_secret(&self, account: &AccountId) -> Answer<()>;

    /// Lets the system ask the person to unlock the keyring, and returns at once.
    async fn unlock(&self) -> Answer<()>;

    /// A link that opens the dashboard with a session, once. [`Code::CannotStart`](daypass_manager::Code) where the local
    /// HTTP door is closed.
    async fn dashboard(&self) -> Answer<DashboardLink>;

    /// Adds an account at the built-in practice broker and starts that broker.
    async fn add_practice(&self) -> Answer<AccountId>;
}

/// A link to the dashboard that opens a session there.
#[derive(Clone, Debug)]
pub struct DashboardLink {
    /// The whole address. Whoever has it and is this user can change settings.
    pub address: Secret,
    /// Until when it can be used, once.
    pub until: Moment,
}

/// What of the ledger is wanted; everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only this account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub account: Option<AccountId>,
    /// From this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Moment>,
    /// Up to this moment, which is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Moment>,
    /// Only these happenings, with commas between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<String>,
    /// At most so many lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The lines once more, as CSV.
    #[serde(default)]
    pub csv: bool,
}

/// Which lines of the log are wanted; everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, optional_fields))]
pub struct LogQuery {
    /// Only lines that are at least so important: `error`, `warn`, `info`, `debug`, `trace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(type = "\"error\" | \"warn\" | \"info\" | \"debug\" | \"trace\""))]
    pub level: Option<String>,
    /// Only lines with this in them, in capitals or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most so many lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(type = "number"))]
    pub limit: Option<usize>,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LogLine {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// How important: `error`, `warn`, `info`, `debug`, `trace`.
    #[cfg_attr(test, ts(type = "\"error\" | \"warn\" | \"info\" | \"debug\" | \"trace\""))]
    pub level: String,
    /// What.
    pub text: String,
}

/// Whether the program may open a browser for this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Browser {
    /// Open it.
    Open,
    /// Only give the address.
    No,
}

/// A sign-in that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, optional_fields))]
pub struct SignIn {
    /// Where to sign in. Carries no secret.
    pub sign_in_url: String,
    /// When it stops waiting.
    #[schema(value_type = String, format = DateTime)]
    pub until: Moment,
    /// What to know before signing in: that it would not last, and when one would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A refresh that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, optional_fields))]
pub struct Refreshing {
    /// Set where a person is needed and no browser was opened here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_url: Option<String>,
}

/// An account as a form enters it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NewAccount {
    /// Its id; made from the broker's if it is missing.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub id: Option<AccountId>,
    /// What to call it.
    pub label: String,
    /// Which broker.
    pub broker: String,
    /// The plain fields of the broker's form, by key.
    pub fields: BTreeMap<String, String>,
    /// The secret fields, by key. Missing: what is stored stays.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    #[cfg_attr(test, ts(type = "{ [key in string]: string }"))]
    pub secrets: BTreeMap<String, Secret>,
}
