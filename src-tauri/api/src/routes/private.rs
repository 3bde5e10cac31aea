//! Routes for this user's own programs, over the socket: the token, and whatever takes a secret or changes settings.
//!
//! The invariant: this table is all of them; a route of this kind anywhere else would be open to every program. The
//! token route is the only one that looks at a token.

use crate::body::{Named, Params, Sent};
use crate::client::{HistoryQuery, NewAccount};
use crate::door::Door;
use crate::problem::{Refusal, bad_input, no_account, unknown_account};
use crate::span;
use crate::wire::{Added, Changes, Pasted, TokenOut};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, delete, get, post};
use chrono::Duration;
use daypass_domain::{AccountId, Problem, Remedy};
use daypass_manager::view::Snapshot;
use daypass_manager::{Code, Refused};
use serde::Deserialize;

/// Path, method and route.
pub(crate) fn table() -> Vec<(&'static str, MethodFilter, MethodRouter<Door>)> {
    vec![
        ("/api/token", MethodFilter::GET, get(token)),
        ("/api/history", MethodFilter::GET, get(history)),
        ("/api/settings", MethodFilter::GET, get(settings)),
        ("/api/settings", MethodFilter::POST, post(change_settings)),
        ("/api/accounts", MethodFilter::POST, post(put_account)),
        ("/api/accounts/{id}", MethodFilter::DELETE, delete(remove_account)),
        ("/api/accounts/{id}/sign-out", MethodFilter::POST, post(sign_out)),
        ("/api/accounts/{id}/paste", MethodFilter::POST, post(paste)),
        ("/api/accounts/{id}/keep-secret", MethodFilter::POST, post(keep_secret)),
        ("/api/accounts/{id}/finished", MethodFilter::GET, get(finished)),
        ("/api/practice", MethodFilter::POST, post(add_practice)),
        ("/api/vault/unlock", MethodFilter::POST, post(unlock)),
    ]
}

/// Whose token, and how long it must last.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    account: Option<String>,
    min_validity: Option<String>,
}

async fn token(State(door): State<Door>, Params(wanted): Params<Wanted>) -> Result<Response, Refusal> {
    let min_validity = wanted.min_validity.as_deref().map_or(Ok(Duration::zero()), span_of)?;
    let account = match wanted.account.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => AccountId::new(id).map_err(|_| unknown_account(id))?,
        None => only(&door.client.snapshot().await?)?,
    };
    let out = door.client.token(&account, min_validity).await?;
    Ok(Json(TokenOut::from(&out)).into_response())
}

/// A token is never handed out by guess: without a name there must be one account only.
fn only(snapshot: &Snapshot) -> Result<AccountId, Refused> {
    match snapshot.accounts.as_slice() {
        [] => Err(no_account(Code::NoToken)),
        [account] => AccountId::new(account.id.as_str()).map_err(|_| unknown_account(&account.id)),
        _ => Err(bad_input("There are several accounts.", "Say which one: ?account=ID.")),
    }
}

fn span_of(text: &str) -> Result<Duration, Refused> {
    let todo = "Write seconds, or a span such as 2h or 90s.";
    span::parse(text).ok_or_else(|| bad_input("That is no span of time.", todo))
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
    let limit = patience.limit.as_deref().map_or(Ok(PATIENCE), span_of)?;
    let _place = door.place()?;
    tokio::select! {
        ended = door.client.finished(&account, limit) => ended?,
        () = door.closing.cancelled() => return Err(Refused { code: Code::NotRunning, problem: ENDING }.into()),
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

const ENDING: Problem = Problem::new("ending", "Daypass is ending.", "Start it again.", Remedy::TryAgain);
