//! What goes over the door besides the views: the bodies of questions and answers, for both of its ends.
//!
//! Questions of the socket client are written with borrowed secrets and read into [`Secret`]; none of these types prints
//! one. What this is not: public; whoever is outside sees the trait, or JSON.

use crate::client::{Browser, DashboardLink, NewAccount};
use crate::contract::{About, HandedOut, KeyView, MadeKey, NewKey};
use daypass_domain::{AccountId, Moment, Secret};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A body that a route reads, and how it looks, for whoever sent something else.
pub(crate) trait Shape: DeserializeOwned {
    /// As the end of the sentence "Send …".
    const SHAPE: &'static str;
}

/// For a sign-in or a refresh.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    #[serde(default = "open")]
    pub(crate) browser: Browser,
}

fn open() -> Browser {
    Browser::Open
}

impl Shape for How {
    const SHAPE: &'static str = r#"nothing, {"browser": "open"} or {"browser": "no"}"#;
}

/// For a pause.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Until {
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) until: Option<Moment>,
}

impl Shape for Until {
    const SHAPE: &'static str = r#"nothing, or {"until": "2026-11-24T08:00:00+05:30"}"#;
}

/// The address on which the browser ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pasted {
    #[schema(value_type = String)]
    pub(crate) address: Secret,
}

impl Shape for Pasted {
    const SHAPE: &'static str = r#"{"address": "the whole address from the browser"}"#;
}

/// Settings by key.
pub(crate) type Changes = BTreeMap<String, serde_json::Value>;

impl Shape for Changes {
    const SHAPE: &'static str = r#"an object of settings by key: {"check_every_minutes": 30}"#;
}

impl Shape for NewAccount {
    const SHAPE: &'static str =
        r#"{"id": null, "label": "Upstox", "broker": "upstox", "fields": {"client_id": "..."}, "secrets": {}}"#;
}

/// A bot's word that a token does not work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    #[serde(default)]
    pub(crate) account: Option<String>,
    pub(crate) generation: u64,
}

impl Shape for Report {
    const SHAPE: &'static str = r#"{"account": "upstox", "generation": 7}"#;
}

impl Shape for NewKey {
    const SHAPE: &'static str =
        r#"{"name": "screener", "accounts": null} or {"name": "screener", "accounts": ["upstox"]}"#;
}

/// A token, as it is read from the door.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    access_token: Secret,
    #[serde(flatten)]
    about: About,
}

impl From<Token> for HandedOut {
    fn from(Token { access_token, about }: Token) -> Self {
        Self { token: access_token, about }
    }
}

/// A token, as it is written. Only the token routes make one.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenOut<'a> {
    access_token: &'a str,
    #[serde(flatten)]
    about: &'a About,
}

impl<'a> From<&'a HandedOut> for TokenOut<'a> {
    fn from(HandedOut { token, about }: &'a HandedOut) -> Self {
        Self { access_token: token.expose(), about }
    }
}

/// What a wait has come to, as it is written.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitedOut<'a> {
    /// Missing where it was asked to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_token: Option<&'a str>,
    #[serde(flatten)]
    about: &'a About,
}

impl<'a> From<&'a HandedOut> for WaitedOut<'a> {
    fn from(HandedOut { token, about }: &'a HandedOut) -> Self {
        Self { access_token: Some(token.expose()), about }
    }
}

impl<'a> From<&'a About> for WaitedOut<'a> {
    fn from(about: &'a About) -> Self {
        Self { access_token: None, about }
    }
}

/// A new key, as it is read from the door.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    key: Secret,
    #[serde(flatten)]
    view: KeyView,
}

impl From<Made> for MadeKey {
    fn from(Made { key, view }: Made) -> Self {
        Self { key, view }
    }
}

/// A new key, as it is written. Only the route that makes keys makes one.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeOut<'a> {
    key: &'a str,
    #[serde(flatten)]
    view: &'a KeyView,
}

impl<'a> From<&'a MadeKey> for MadeOut<'a> {
    fn from(MadeKey { key, view }: &'a MadeKey) -> Self {
        Self { key: key.expose(), view }
    }
}

/// A pasted address, as the socket client writes it.
#[derive(Serialize)]
pub(crate) struct PastedOut<'a> {
    address: &'a str,
}

impl<'a> From<&'a Secret> for PastedOut<'a> {
    fn from(address: &'a Secret) -> Self {
        Self { address: address.expose() }
    }
}

/// An account, as the socket client writes it.
#[derive(Serialize)]
pub(crate) struct NewAccountOut<'a> {
    id: Option<&'a AccountId>,
    label: &'a str,
    broker: &'a str,
    fields: &'a BTreeMap<String, String>,
    secrets: BTreeMap<&'a str, &'a str>,
}

impl<'a> From<&'a NewAccount> for NewAccountOut<'a> {
    fn from(account: &'a NewAccount) -> Self {
        let NewAccount { id, label, broker, fields, secrets } = account;
        let secrets = secrets.iter().map(|(key, secret)| (key.as_str(), secret.expose())).collect();
        Self { id: id.as_ref(), label, broker, fields, secrets }
    }
}

/// A report for whoever helps, as one text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReportText {
    pub(crate) report: String,
}

/// A link to the dashboard, as it is written. Only the route that makes links makes one.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkOut<'a> {
    pub(crate) address: &'a str,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) until: Moment,
}

/// The same, as it is read from the door.
#[derive(Debug, Deserialize)]
pub(crate) struct Link {
    address: Secret,
    until: Moment,
}

impl From<Link> for DashboardLink {
    fn from(Link { address, until }: Link) -> Self {
        Self { address, until }
    }
}

/// The key of such a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenSession {
    #[schema(value_type = String)]
    pub(crate) key: Secret,
}

impl Shape for OpenSession {
    const SHAPE: &'static str = r#"{"key": "what stands behind #session= in the link"}"#;
}

/// A session that has been opened: what the page keeps of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedOut<'a> {
    pub(crate) page: &'a str,
}

/// Whether there is a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) until: Option<Moment>,
}

/// The id of an account that was added or changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Added {
    pub(crate) account: AccountId,
}
