//! The exchange of a code for a token.
//!
//! The invariant: whatever else is wrong with it, a request that names a code has spent it. What this is not: standard;
//! the reply is flat and says neither how long the token lives nor of what kind it is.

use super::{about, error};
use crate::books::Shared;
use crate::codes::{Approval, Wire};
use crate::form::Form;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

/// What must be there, and the code for its absence.
const REQUIRED: &[(&str, &str)] = &[
    ("client_id", "UDAPI1017"),
    ("redirect_uri", "UDAPI1018"),
    ("code", "UDAPI1022"),
    ("grant_type", "UDAPI1023"),
    ("client_secret", "UDAPI1024"),
];

pub(super) async fn exchange(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::of_body(&headers, &body);
    let now = shared.now();
    let approval = form.value("code").and_then(|code| shared.books().codes.spend(code, Wire::Upstox, now));
    match check(&shared, &form, approval) {
        Ok(approval) => issue(&shared, &approval),
        Err(codes) => error::several(&codes),
    }
}

fn check(shared: &Shared, form: &Form, approval: Option<Approval>) -> Result<Approval, Vec<&'static str>> {
    let missing: Vec<_> =
        REQUIRED.iter().filter(|(name, _)| form.value(name).is_none()).map(|(_, code)| *code).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let said = |name| form.value(name).unwrap_or_default();
    if said("grant_type") != "authorization_code" {
        return Err(vec!["UDAPI100036"]);
    }
    let rule = &shared.client;
    let right_key = rule.id.as_ref().is_none_or(|id| id == said("client_id"));
    if !right_key || rule.secret.as_ref().is_some_and(|secret| !secret.matches(said("client_secret").as_bytes())) {
        return Err(vec!["UDAPI100069"]);
    }
    let approval = approval.ok_or_else(|| vec!["UDAPI100057"])?;
    if approval.client != said("client_id") {
        return Err(vec!["UDAPI100069"]);
    }
    if approval.redirect != said("redirect_uri") {
        return Err(vec!["UDAPI100070"]);
    }
    Ok(approval)
}

fn issue(shared: &Shared, approval: &Approval) -> Response {
    let Some(user) = shared.user(&approval.user) else { return error::answer("UDAPI100016") };
    let now = shared.now();
    let mut books = shared.books();
    let ends = shared.token_end(books.terms.life, now);
    let token = books.sessions.issue(&user.id, now, ends);
    let mut reply = about(user);
    reply.insert("access_token".into(), Value::String(token));
    reply.insert("extended_token".into(), Value::Null);
    ([(CACHE_CONTROL, "no-store")], Json(Value::Object(reply))).into_response()
}
