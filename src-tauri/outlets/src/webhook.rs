//! A web address that each new token is sent to, signed so that its owner can tell who sent it.
//!
//! The headers are those of the Standard Webhooks specification: `webhook-id` (the same for every try), `webhook-timestamp`
//! and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over id, timestamp and body). The body is JSON; times in
//! it are RFC 3339:
//!
//! ```json
//! {"account": "main", "broker": "upstox", "generation": 7, "issued_at": "…", "expires_at": "…", "access_token": "…"}
//! ```
//! The invariant: it is sent only where it stays secret on its way, and nowhere else, whatever the answer says. What this is
//! not: a reader of answers; only the status counts.

use crate::outlet::{Kind, Outlet, Parcel, Ports, missing, required};
use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use daypass_domain::outlet::WEBHOOK_SECRET;
use daypass_domain::{
    Field, OutletField, OutletProfile, OutletSettings, Problem, Remedy, Secret, Shape, keeps_secrets,
};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};
use serde_json::json;
use sha2::Sha256;
use zeroize::Zeroizing;

/// How the specification marks a secret that is written in base64.
const ENCODED: &str = "whsec_";
/// The specification's least; a shorter one could be guessed.
const SHORTEST_KEY: usize = 24;

pub(crate) struct Webhook;

static PROFILE: OutletProfile = OutletProfile {
    id: "webhook",
    name: "Webhook",
    help: "A web address that each new token is sent to, signed as the Standard Webhooks specification says.",
    fields: &[
        OutletField {
            field: Field {
                key: "url",
                label: "Address",
                help: "https only; plain http to this computer.",
                secret: false,
                required: true,
            },
            shape: Shape::Address,
            default: "",
        },
        OutletField {
            field: Field {
                key: WEBHOOK_SECRET,
                label: "Signing secret",
                help: "At least 24 letters that the receiver knows too; one that begins with whsec_ is read as base64.",
                secret: true,
                required: true,
            },
            shape: Shape::Secret,
            default: "",
        },
    ],
};

impl Kind for Webhook {
    fn profile(&self) -> &'static OutletProfile {
        &PROFILE
    }

    fn target(&self, settings: &OutletSettings) -> String {
        settings.text("url").and_then(|text| Url::parse(text).ok()).map(|url| shown(&url)).unwrap_or_default()
    }

    fn open(&self, settings: &OutletSettings, secret: Option<Secret>) -> Result<Box<dyn Outlet>, Problem> {
        let url = Url::parse(required(settings, "url")?).ok().filter(keeps_secrets).ok_or(NOT_SAFE)?;
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| missing(WEBHOOK_SECRET))?;
        Ok(Box::new(Opened { url, key: key(&secret)? }))
    }

    fn check_secret(&self, secret: &Secret) -> Result<(), Problem> {
        key(secret).map(drop)
    }
}

struct Opened {
    url: Url,
    key: Zeroizing<Vec<u8>>,
}

#[async_trait]
impl Outlet for Opened {
    async fn deliver(&self, parcel: &Parcel, ports: Ports<'_>) -> Result<(), Problem> {
        let body = body(parcel);
        // Not drawn at random: a receiver tells by it that a second try is the same message.
        let id = format!("{}-{}-{}", parcel.account, parcel.generation, parcel.issued_at.timestamp_millis());
        let timestamp = ports.now.timestamp();
        let signature = signature(&self.key, &id, timestamp, &body).ok_or(BAD_KEY)?;
        let request = ports.http.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        let request = request.header("webhook-id", id).header("webhook-timestamp", timestamp);
        let request = request.header("webhook-signature", signature).body(body.as_bytes().to_vec());
        match request.send().await {
            Ok(response) => judged(&shown(&self.url), response.status()),
            Err(error) => Err(lost(&shown(&self.url), &error)),
        }
    }
}

/// Without what may be secret in an address: of many receivers that is the path.
fn shown(url: &Url) -> String {
    let place = url.origin().ascii_serialization();
    if url.path() == "/" { place } else { format!("{place}/\u{2026}") }
}

fn body(parcel: &Parcel) -> Zeroizing<String> {
    let body = json!({
        "account": parcel.account,
        "broker": parcel.broker,
        "generation": parcel.generation,
        "issued_at": parcel.issued_at,
        "expires_at": parcel.ends,
        "access_token": parcel.token.expose(),
    });
    Zeroizing::new(body.to_string())
}

fn key(secret: &Secret) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let text = secret.expose();
    let key = match text.strip_prefix(ENCODED) {
        Some(encoded) => BASE64_STANDARD.decode(encoded).map_err(|_| BAD_KEY)?,
        None => text.as_bytes().to_vec(),
    };
    let key = Zeroizing::new(key);
    if key.len() < SHORTEST_KEY { Err(SHORT_KEY) } else { Ok(key) }
}

fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body.as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

fn judged(target: &str, status: StatusCode) -> Result<(), Problem> {
    let number = status.as_u16();
    let (code, what, todo, remedy) = match number {
        200..=299 => return Ok(()),
        300..=399 => (
            "webhook_moved",
            format!("{target} sent the token on to another address (status {number}); it was not followed."),
            "Enter the address that really takes it.",
            Remedy::FixSetting,
        ),
        408 | 425 | 429 | 500..=599 => (
            "webhook_busy",
            format!("{target} could not take the token (status {number})."),
            "Daypass tries again by itself.",
            Remedy::TryAgain,
        ),
        _ => (
            "webhook_refused",
            format!("{target} refused the token (status {number})."),
            "Check the address, and that the receiver knows the signing secret.",
            Remedy::FixSetting,
        ),
    };
    Err(Problem::new(code, "", todo, remedy).saying(what))
}

/// The error itself is not quoted: it has the whole address in it.
fn lost(target: &str, error: &reqwest::Error) -> Problem {
    let (code, what) = if error.is_timeout() {
        ("webhook_silent", format!("{target} did not answer in time."))
    } else if error.is_connect() {
        ("webhook_not_reached", format!("{target} cannot be reached."))
    } else {
        ("webhook_broke", format!("{target} broke the connection off without an answer."))
    };
    let todo = "See whether the receiver runs and its certificate is good; Daypass tries again by itself.";
    Problem::new(code, "", todo, Remedy::TryAgain).saying(what)
}

const NOT_SAFE: Problem = Problem::new(
    "webhook_not_safe",
    "The webhook's address would not keep the token secret on its way.",
    "Begin it with https://; plain http works only for localhost, 127.0.0.1 and [::1].",
    Remedy::FixSetting,
);
const BAD_KEY: Problem = Problem::new(
    "webhook_secret_unreadable",
    "The webhook's signing secret begins with whsec_ but is no base64.",
    "Copy it once more from the receiver.",
    Remedy::FixSetting,
);
const SHORT_KEY: Problem = Problem::new(
    "webhook_secret_short",
    "The webhook's signing secret is too short to be safe.",
    "Use at least 24 letters, such as: openssl rand -base64 32.",
    Remedy::FixSetting,
);

#[cfg(test)]
mod tests;
