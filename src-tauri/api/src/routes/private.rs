//! Routes for this user's own programs over the socket, and for a session of the dashboard: whatever takes a secret or
//! changes something that lasts.
//!
//! The invariant: this table is all of them; a route of this kind anywhere else would be open to every program. What
//! this is not: the token's routes; a bot with a key may use those over HTTP as well.

use crate::body::{Named, Params, Sent};
use crate::client::{HistoryQuery, LogLine, LogQuery, NewAccount};
use crate::contract::{KeyView, NewKey};
use crate::door::Door;
use crate::problem::{Document, Refusal, ending};
use crate::routes::{Row, account};
use crate::span;
use crate::wire::{Added, Changes, MadeOut, Pasted, ReportText};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use chrono::Duration;
use daypass_domain::AccountId;
use serde::Deserialize;

/// Path, method and route.
pub(crate) fn table() -> Vec<Row> {
    vec![
        ("/api/history", Method::GET, get(history)),
        ("/api/log", Method::GET, get(log)),
        ("/api/report", Method::GET, get(report)),
        ("/api/notifications/test", Method::POST, post(test_notification)),
        ("/api/settings", Method::GET, get(settings)),
        ("/api/settings", Method::POST, post(change_settings)),
        ("/api/accounts", Method::POST, post(put_account)),
        ("/api/accounts/{id}", Method::DELETE, delete(remove_account)),
        ("/api/accounts/{id}/sign-out", Method::POST, post(sign_out)),
        ("/api/accounts/{id}/paste", Method::POST, post(paste)),
        ("/api/accounts/{id}/keep-secret", Method::POST, post(keep_secret)),
        ("/api/accounts/{id}/finished", Method::GET, get(finished)),
        ("/api/keys", Method::GET, get(keys)),
        ("/api/keys", Method::POST, post(make_key)),
        ("/api/keys/{id}", Method::DELETE, delete(revoke_key)),
        ("/api/practice", Method::POST, post(add_practice)),
        ("/api/accounts/{id}/snooze", Method::POST, post(account::snooze)),
        ("/api/accounts/{id}/pause", Method::POST, post(account::pause)),
        ("/api/accounts/{id}/resume", Method::POST, post(account::resume)),
        ("/api/vault/unlock", Method::POST, post(unlock)),
    ]
}

#[utoipa::path(
    get,
    path = "/api/history",
    tag = "settings",
    summary = "What happened",
    params(HistoryQuery),
    responses(
        (status = 200, description = "Lines, sums by day, and sums.", body = Object),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn history(
    State(door): State<Door>,
    Params(wanted): Params<HistoryQuery>,
) -> Result<Json<serde_json::Value>, Refusal> {
    Ok(Json(door.client.history(&wanted).await?))
}

#[utoipa::path(
    get,
    path = "/api/log",
    tag = "settings",
    summary = "The newest lines of the log",
    params(LogQuery),
    responses(
        (status = 200, description = "The newest first, without any secret.", body = Vec<LogLine>),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn log(State(door): State<Door>, Params(wanted): Params<LogQuery>) -> Result<Json<Vec<LogLine>>, Refusal> {
    Ok(Json(door.client.log(&wanted).await?))
}

#[utoipa::path(
    get,
    path = "/api/report",
    tag = "settings",
    summary = "A report for whoever helps",
    responses(
        (status = 200, description = "Without any secret or user's name.", body = ReportText),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn report(State(door): State<Door>) -> Result<Json<ReportText>, Refusal> {
    Ok(Json(ReportText { report: door.client.report().await? }))
}

#[utoipa::path(
    post,
    path = "/api/notifications/test",
    tag = "settings",
    summary = "Show a notification on each desktop that is joined",
    responses(
        (status = 204, description = "Done, or begun."),
    ),
)]
async fn test_notification(State(door): State<Door>) -> Result<StatusCode, Refusal> {
    door.client.test_notification().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    get,
    path = "/api/settings",
    tag = "settings",
    summary = "Every setting",
    responses(
        (status = 200, description = "Value, source and form of each.", body = Object),
    ),
)]
async fn settings(State(door): State<Door>) -> Result<Json<serde_json::Value>, Refusal> {
    Ok(Json(door.client.settings().await?))
}

#[utoipa::path(
    post,
    path = "/api/settings",
    tag = "settings",
    summary = "Change settings",
    request_body = Object,
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn change_settings(State(door): State<Door>, Sent(changes): Sent<Changes>) -> Result<StatusCode, Refusal> {
    door.client.change_settings(changes).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts",
    tag = "settings",
    summary = "Add or change an account",
    request_body = NewAccount,
    responses(
        (status = 200, description = "It is there.", body = Added),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "The vault does not take its secret.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn put_account(State(door): State<Door>, Sent(account): Sent<NewAccount>) -> Result<Json<Added>, Refusal> {
    Ok(Json(Added { account: door.client.put_account(account).await? }))
}

#[utoipa::path(
    delete,
    path = "/api/accounts/{id}",
    tag = "settings",
    summary = "Remove an account",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn remove_account(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.remove_account(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/sign-out",
    tag = "settings",
    summary = "End the token",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 410, description = "The token has ended or was refused.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn sign_out(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.sign_out(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/paste",
    tag = "settings",
    summary = "Hand in the address on which the browser ended",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = Pasted,
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn paste(
    State(door): State<Door>,
    Named(account): Named,
    Sent(pasted): Sent<Pasted>,
) -> Result<StatusCode, Refusal> {
    door.client.paste(&account, pasted.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How long the caller waits.
#[derive(Deserialize)]
pub(crate) struct Patience {
    limit: Option<String>,
}

/// As long as a sign-in waits by default.
const PATIENCE: Duration = Duration::minutes(5);

#[utoipa::path(
    get,
    path = "/api/accounts/{id}/finished",
    tag = "settings",
    summary = "Wait for the end of a sign-in",
    params(("id" = AccountId, Path, description = "The account."), ("limit" = Option<String>, Query, description = "Seconds, or a span such as 90s; five minutes.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
        (status = 504, description = "The time limit is over.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn finished(
    State(door): State<Door>,
    Named(account): Named,
    Params(patience): Params<Patience>,
) -> Result<StatusCode, Refusal> {
    let limit = patience.limit.as_deref().map_or(Ok(PATIENCE), span::asked)?;
    let _place = door.place()?;
    tokio::select! {
        ended = door.client.finished(&account, limit) => ended?,
        () = door.closing.cancelled() => return Err(ending()),
    }
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/keep-secret",
    tag = "settings",
    summary = "Copy a client secret from a file into the vault",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn keep_secret(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.keep_secret(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/vault/unlock",
    tag = "settings",
    summary = "Let the system ask for the password of the keyring",
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn unlock(State(door): State<Door>) -> Result<StatusCode, Refusal> {
    door.client.unlock().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/practice",
    tag = "settings",
    summary = "Add a practice account",
    responses(
        (status = 201, description = "It is there.", body = Added),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn add_practice(State(door): State<Door>) -> Result<Response, Refusal> {
    let account = door.client.add_practice().await?;
    let place = format!("/api/accounts/{account}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(Added { account })).into_response())
}

#[utoipa::path(
    get,
    path = "/api/keys",
    tag = "settings",
    summary = "The keys of bots",
    responses(
        (status = 200, description = "Without the keys themselves.", body = Vec<KeyView>),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn keys(State(door): State<Door>) -> Result<Json<Vec<KeyView>>, Refusal> {
    Ok(Json(door.client.keys().await?))
}

#[utoipa::path(
    post,
    path = "/api/keys",
    tag = "settings",
    summary = "Make a key; it is shown this once",
    request_body = NewKey,
    responses(
        (status = 201, description = "The key.", body = MadeOut),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn make_key(State(door): State<Door>, Sent(key): Sent<NewKey>) -> Result<Response, Refusal> {
    let made = door.client.make_key(key).await?;
    let place = format!("/api/keys/{}", made.view.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(MadeOut::from(&made))).into_response())
}

#[utoipa::path(
    delete,
    path = "/api/keys/{id}",
    tag = "settings",
    summary = "Revoke a key",
    params(("id" = String, Path, description = "The key's id.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn revoke_key(State(door): State<Door>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    door.client.revoke_key(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
