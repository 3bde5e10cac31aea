//! Routes for this user's own programs, over the socket only: whatever takes a secret or changes settings.
//!
//! The invariant: this table is all of them; a route of this kind anywhere else would be open to every program. What
//! this is not: the token's routes; a bot with a key may use those over HTTP as well.

use crate::body::{Named, Params, Sent};
use crate::client::{HistoryQuery, NewAccount};
use crate::contract::{KeyView, NewKey};
use crate::door::Door;
use crate::problem::{Refusal, ending};
use crate::span;
use crate::wire::{Added, Changes, MadeOut, Pasted};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, delete, get, post};
use chrono::Duration;
use serde::Deserialize;

/// Path, method and route.
pub(crate) fn table() -> Vec<(&'static str, MethodFilter, MethodRouter<Door>)> {
    vec![
        ("/api/history", MethodFilter::GET, get(history)),
        ("/api/settings", MethodFilter::GET, get(settings)),
        ("/api/settings", MethodFilter::POST, post(change_settings)),
        ("/api/accounts", MethodFilter::POST, post(put_account)),
        ("/api/accounts/{id}", MethodFilter::DELETE, delete(remove_account)),
        ("/api/accounts/{id}/sign-out", MethodFilter::POST, post(sign_out)),
        ("/api/accounts/{id}/paste", MethodFilter::POST, post(paste)),
        ("/api/accounts/{id}/keep-secret", MethodFilter::POST, post(keep_secret)),
        ("/api/accounts/{id}/finished", MethodFilter::GET, get(finished)),
        ("/api/keys", MethodFilter::GET, get(keys)),
        ("/api/keys", MethodFilter::POST, post(make_key)),
        ("/api/keys/{id}", MethodFilter::DELETE, delete(revoke_key)),
        ("/api/practice", MethodFilter::POST, post(add_practice)),
        ("/api/vault/unlock", MethodFilter::POST, post(unlock)),
    ]
}

async fn history(
    State(door): State<Door>,
    Params(wanted): Params<HistoryQuery>,
) -> Result<Json<serde_json::Value>, Refusal> {
    Ok(Json(door.client.history(&wanted).await?))
}

async fn settings(State(door): State<Door>) -> Result<Json<serde_json::Value>, Refusal> {
    Ok(Json(door.client.settings().await?))
}

async fn change_settings(State(door): State<Door>, Sent(changes): Sent<Changes>) -> Result<StatusCode, Refusal> {
    door.client.change_settings(changes).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn put_account(State(door): State<Door>, Sent(account): Sent<NewAccount>) -> Result<StatusCode, Refusal> {
    door.client.put_account(account).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_account(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.remove_account(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.sign_out(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

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

async fn keep_secret(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.keep_secret(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unlock(State(door): State<Door>) -> Result<StatusCode, Refusal> {
    door.client.unlock().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add_practice(State(door): State<Door>) -> Result<Response, Refusal> {
    let account = door.client.add_practice().await?;
    let place = format!("/api/accounts/{account}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(Added { account })).into_response())
}

async fn keys(State(door): State<Door>) -> Result<Json<Vec<KeyView>>, Refusal> {
    Ok(Json(door.client.keys().await?))
}

async fn make_key(State(door): State<Door>, Sent(key): Sent<NewKey>) -> Result<Response, Refusal> {
    let made = door.client.make_key(key).await?;
    let place = format!("/api/keys/{}", made.view.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(MadeOut::from(&made))).into_response())
}

async fn revoke_key(State(door): State<Door>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    door.client.revoke_key(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
