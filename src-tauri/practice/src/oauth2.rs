//! Standard OAuth2: RFC 6749 with PKCE (7636), revocation (7009) and the issuer in the redirect (9207).
//!
//! The invariant: errors are RFC 6749's own, in its own shape, and nothing of Upstox's wire format is seen here. What
//! this is not: OpenID Connect; there is no id token and no discovery.

mod client;
mod families;
mod token;

pub(crate) use families::Families;

use crate::books::Shared;
use crate::codes::Wire;
use crate::dialog;
use crate::form::Form;
use crate::upstox::bearer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::Arc;

/// Nothing that carries a token is to be kept (RFC 6749, 5.1).
const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// The routes under `/oauth2`.
pub(crate) fn router() -> Router<Arc<Shared>> {
    let page = get(|shared, request| dialog::show(Wire::OAuth2, shared, request));
    Router::new()
        .route("/oauth2/authorize", page.post(|shared, request| dialog::decide(Wire::OAuth2, shared, request)))
        .route("/oauth2/token", post(token::answer))
        .route("/oauth2/revoke", post(revoke))
        .route("/oauth2/userinfo", get(userinfo))
}

/// The status that belongs to an error code.
pub(crate) fn status(code: &str) -> StatusCode {
    match code {
        "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
        "insufficient_scope" => StatusCode::FORBIDDEN,
        "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
        "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The body of an error.
pub(crate) fn body(code: &str) -> Value {
    let text = match code {
        "invalid_request" => "A parameter is missing, comes twice, or contradicts another",
        "invalid_client" => "The client is not known, or did not prove who it is",
        "invalid_grant" => "The code or the refresh token is spent, too old, ended, or not yours",
        "unsupported_grant_type" => "Only authorization_code and refresh_token are known here",
        "invalid_token" => "The token has ended",
        _ => "Practice fault",
    };
    json!({ "error": code, "error_description": text })
}

/// The answer to a request that cannot be granted.
fn refuse(code: &'static str) -> Response {
    (status(code), NO_STORE, Json(body(code))).into_response()
}

async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let now = shared.now();
    let owner = bearer(&headers).and_then(|token| shared.books().families.owner(token, now));
    let Some(user) = owner.as_deref().and_then(|id| shared.user(id)) else {
        let challenge = [(WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)];
        return (challenge, refuse("invalid_token")).into_response();
    };
    Json(json!({ "sub": user.id, "user_id": user.id, "name": user.name, "email": user.email })).into_response()
}

/// RFC 7009: an unknown token is as good as ended, so it is 200 as well.
async fn revoke(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::of_body(&headers, &body);
    let client = match client::proven(&shared, &headers, &form) {
        Ok(client) => client,
        Err(refusal) => return refusal.into_response(),
    };
    match form.value("token") {
        None => refuse("invalid_request"),
        Some(token) if shared.books().families.end(token, &client) => StatusCode::OK.into_response(),
        Some(_) => refuse("invalid_grant"),
    }
}
