//! Upstox's routes.
//!
//! The invariant: shapes, statuses and codes are those that Upstox has been seen or documented to send; where neither
//! is known, a comment says so. What this is not: its trading API.

mod calendar;
mod error;
mod market;
mod sessions;
mod token;

pub(crate) use error::{answer, body, message, status};
pub(crate) use sessions::Sessions;

use crate::books::Shared;
use crate::codes::Wire;
use crate::dialog;
use crate::options::User;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde_json::{Value, json};
use std::sync::Arc;

/// The routes, without those of the other languages.
pub(crate) fn router() -> Router<Arc<Shared>> {
    let page = get(|shared, request| dialog::show(Wire::Upstox, shared, request));
    Router::new()
        .route(
            "/v2/login/authorization/dialog",
            page.post(|shared, request| dialog::decide(Wire::Upstox, shared, request)),
        )
        .route("/v2/login/authorization/token", post(token::exchange))
        .route("/v2/user/profile", get(profile))
        .route("/v2/user/ip", get(ip))
        .route("/v2/logout", delete(logout))
        .route("/v2/market/holidays", get(market::holidays))
        .route("/v2/market/holidays/{date}", get(market::holiday))
        .route("/v2/market/timings/{date}", get(market::timings))
        .route("/v2/market/status/{exchange}", get(market::status))
}

/// The answer of the paths that nobody has.
pub(crate) async fn not_found() -> Response {
    answer("UDAPI100060")
}

/// The answer of a path that knows other methods.
pub(crate) async fn wrong_method() -> Response {
    (axum::http::StatusCode::METHOD_NOT_ALLOWED, Json(body(&["UDAPI10000"]))).into_response()
}

/// The 401 that a description of Upstox's sign-out allows: a Java exception, written out.
pub(crate) fn exception() -> Value {
    json!({
        "cause": null, "stackTrace": [], "message": "Invalid token", "suppressed": [],
        "localizedMessage": "Invalid token",
    })
}

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn profile(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match owner(&shared, &headers) {
        Some(user) => success(&Value::Object(about(user))),
        None => answer("UDAPI100050"),
    }
}

async fn ip(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let Some(user) = owner(&shared, &headers) else { return answer("UDAPI100050") };
    let moments = shared.now().format("%Y-%m-01 09:00:00").to_string();
    success(&json!({
        "user_id": user.id, "primary_ip": "203.0.113.7", "secondary_ip": null,
        "primary_ip_updated_at": moments, "secondary_ip_updated_at": null,
    }))
}

async fn logout(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let now = shared.now();
    let ended = bearer(&headers).is_some_and(|token| shared.books().sessions.end(token, now));
    if ended { success(&Value::Bool(true)) } else { answer("UDAPI100050") }
}

/// Whose token the request carries, if it works.
fn owner<'s>(shared: &'s Shared, headers: &HeaderMap) -> Option<&'s User> {
    let claims = shared.books().sessions.read(bearer(headers)?, shared.now())?;
    shared.user(&claims.sub)
}

/// What profile and exchange both say about a user.
fn about(user: &User) -> serde_json::Map<String, Value> {
    let fields = json!({
        "email": user.email, "exchanges": ["NSE", "NFO", "BSE", "CDS", "BFO", "BCD"], "products": ["D", "CO", "I"],
        "broker": "UPSTOX", "user_id": user.id, "user_name": user.name,
        "order_types": ["MARKET", "LIMIT", "SL", "SL-M"], "user_type": "individual", "poa": false, "ddpi": false,
        "is_active": true,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}

fn success(data: &Value) -> Response {
    Json(json!({ "status": "success", "data": data })).into_response()
}
