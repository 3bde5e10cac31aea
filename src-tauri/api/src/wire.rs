//! What goes over the door besides the views: the bodies of questions and answers, for both of its ends.
//!
//! Questions of the socket client are written with borrowed secrets and read into [`Secret`]; none of these types prints
//! one. What this is not: public; whoever is outside sees the trait, or JSON.

use crate::client::{Browser, HandedOut, NewAccount};
use daypass_domain::{AccountId, Moment, Secret};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A body that a route reads, and how it looks, for whoever sent something else.
pub(crate) trait Shape: DeserializeOwned {
    /// As the end of the sentence "Send …".
    const SHAPE: &'static str;
}

/// For a sign-in or a refresh.
#[derive(Debug, Serialize, Deserialize)]
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
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Until {
    #[serde(default)]
    pub(crate) until: Option<Moment>,
}

impl Shape for Until {
    const SHAPE: &'static str = r#"nothing, or {"until": "2026-11-24T08:00:00+05:30"}"#;
}

/// The address on which the browser ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pasted {
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

/// A token, as it is read from the door.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    access_token: Secret,
    generation: u64,
    expiry_time: Option<Moment>,
    env: String,
}

impl From<Token> for HandedOut {
    fn from(token: Token) -> Self {
        let Token { access_token, generation, expiry_time, env } = token;
        Self { token: access_token, generation, expiry_time, env: env.into() }
    }
}

/// A token, as it is written. Only the token route makes one.
#[derive(Serialize)]
pub(crate) struct TokenOut<'a> {
    access_token: &'a str,
    generation: u64,
    expiry_time: Option<Moment>,
    env: Cow<'a, str>,
}

impl<'a> From<&'a HandedOut> for TokenOut<'a> {
    fn from(out: &'a HandedOut) -> Self {
        Self {
            access_token: out.token.expose(),
            generation: out.generation,
            expiry_time: out.expiry_time,
            env: Cow::Borrowed(&out.env),
        }
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

/// The id of an account that was added.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Added {
    pub(crate) account: AccountId,
}
