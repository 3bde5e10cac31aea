//! Routes that only look.
//!
//! The invariant: none of them changes anything, so a browser may ask them in advance or twice.

use crate::body::Params;
use crate::door::Door;
use crate::problem::{Document, Refusal, unknown_account};
use crate::token_status::{TokenStatus, worst};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use daypass_manager::Refused;
use daypass_manager::view::{AccountView, Snapshot};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which account, if the caller says.
#[derive(Deserialize)]
pub(crate) struct Which {
    account: Option<String>,
}

impl Which {
    /// The account that is asked for; if none is, the only one or the worst. `None`: there is no account at all.
    pub(crate) fn of<'s>(&self, snapshot: &'s Snapshot) -> Result<Option<&'s AccountView>, Refused> {
        match self.account.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
            None => Ok(worst(snapshot)),
            Some(id) => {
                let found = snapshot.accounts.iter().find(|account| account.id == id);
                found.map(Some).ok_or_else(|| unknown_account(id))
            }
        }
    }
}

#[utoipa::path(
    get,
    path = "/api/token/status",
    tag = "status",
    summary = "How a token is",
    params(("account" = Option<String>, Query, description = "The account; without it the one that needs somebody most.")),
    responses(
        (status = 200, description = "How it is.", body = TokenStatus),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn status(
    State(door): State<Door>,
    Params(which): Params<Which>,
) -> Result<Json<TokenStatus>, Refusal> {
    Ok(Json(door.client.status(which.account.as_deref()).await?))
}

/// The list of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    accounts: Vec<TokenStatus>,
    worst: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/accounts",
    tag = "status",
    summary = "How all tokens are",
    responses(
        (status = 200, description = "How they are.", body = Accounts),
    ),
)]
pub(crate) async fn accounts(State(door): State<Door>) -> Result<Json<Accounts>, Refusal> {
    let snapshot = door.client.snapshot().await?;
    let accounts = snapshot.accounts.iter().map(|account| TokenStatus::of(account, snapshot.now)).collect();
    Ok(Json(Accounts { accounts, worst: snapshot.worst }))
}

#[utoipa::path(
    get,
    path = "/api/snapshot",
    tag = "status",
    summary = "Everything that can be seen",
    responses(
        (status = 200, description = "Everything.", body = Snapshot),
    ),
)]
pub(crate) async fn snapshot(State(door): State<Door>) -> Result<Json<Snapshot>, Refusal> {
    Ok(Json(door.client.snapshot().await?))
}

/// What Prometheus reads, in its text format 0.0.4.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "status",
    summary = "Figures for Prometheus",
    responses(
        (status = 200, description = "Text format 0.0.4.", body = String, content_type = "text/plain; version=0.0.4; charset=utf-8"),
    ),
)]
pub(crate) async fn metrics(State(door): State<Door>) -> Result<Response, Refusal> {
    let text = door.client.metrics().await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Alive: the manager answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
    version: String,
}

#[utoipa::path(
    get,
    path = "/healthz",
    tag = "status",
    summary = "Whether it runs",
    responses(
        (status = 200, description = "It runs.", body = Alive),
    ),
)]
pub(crate) async fn healthz(State(door): State<Door>) -> Result<Json<Alive>, Refusal> {
    let snapshot = door.client.snapshot().await?;
    Ok(Json(Alive { status: "ok", version: snapshot.version }))
}
