//! Routes that do something with one account and need no key: the worst that a stranger's program can do with them is
//! to make the broker be asked or a sign-in be shown. The reminders are made to rest by this user alone: see
//! [`private`](super::private).

use crate::body::{Named, Params, Sent};
use crate::client::{Browser, Refreshing, SignIn};
use crate::door::Door;
use crate::problem::{Document, Refusal, no_account, unknown_account};
use crate::routes::looks::Which;
use crate::who::Who;
use crate::wire::{How, Until};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use daypass_domain::AccountId;
use daypass_manager::Code;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer of a forced refresh, word for word.
#[derive(Serialize, ToSchema)]
pub(crate) struct Forced {
    status: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in_url: Option<String>,
}

#[utoipa::path(
    post,
    path = "/api/token/force-refresh",
    tag = "account",
    summary = "Refresh now",
    params(("account" = Option<String>, Query, description = "The account; without it the one that needs somebody most.")),
    responses(
        (status = 200, description = "It has begun.", body = Forced),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn force_refresh(
    State(door): State<Door>,
    Params(which): Params<Which>,
) -> Result<Json<Forced>, Refusal> {
    let snapshot = door.client.snapshot().await?;
    let account = which.of(&snapshot)?.ok_or_else(|| no_account(Code::NoCredentials))?;
    let account = AccountId::new(account.id.as_str()).map_err(|_| unknown_account(&account.id))?;
    let Refreshing { sign_in_url } = door.client.refresh(&account, Browser::Open).await?;
    Ok(Json(Forced { status: "success", message: "Token refresh initiated successfully", sign_in_url }))
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/sign-in",
    tag = "account",
    summary = "Start a sign-in, or join it",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = Option<How>,
    responses(
        (status = 200, description = "Where to sign in.", body = SignIn),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn sign_in(
    State(door): State<Door>,
    Named(account): Named,
    Sent(how): Sent<How>,
) -> Result<Json<SignIn>, Refusal> {
    Ok(Json(door.client.sign_in(&account, how.browser).await?))
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/refresh",
    tag = "account",
    summary = "Refresh now",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = Option<How>,
    responses(
        (status = 200, description = "It has begun.", body = Refreshing),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 502, description = "It was tried and failed.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn refresh(
    State(door): State<Door>,
    Named(account): Named,
    Sent(how): Sent<How>,
) -> Result<Json<Refreshing>, Refusal> {
    Ok(Json(door.client.refresh(&account, how.browser).await?))
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/cancel",
    tag = "account",
    summary = "End what is under way",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn cancel(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.cancel(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/probe",
    tag = "account",
    summary = "Ask the broker about the token",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "It has answered, or is not asked now."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 410, description = "The token has ended or was refused.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn probe(State(door): State<Door>, who: Who, Named(account): Named) -> Result<StatusCode, Refusal> {
    let _place = door.place_for(&who)?;
    door.client.probe(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/check",
    tag = "account",
    summary = "Look at this computer",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn look_around(
    State(door): State<Door>,
    who: Who,
    Named(account): Named,
) -> Result<StatusCode, Refusal> {
    let _place = door.place_for(&who)?;
    door.client.look_around(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/snooze",
    tag = "settings",
    summary = "Let the reminders rest for ten minutes",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn snooze(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.snooze(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/pause",
    tag = "settings",
    summary = "Rest until then, or until resumed",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = Option<Until>,
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn pause(
    State(door): State<Door>,
    Named(account): Named,
    Sent(pause): Sent<Until>,
) -> Result<StatusCode, Refusal> {
    door.client.pause(&account, pause.until).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/accounts/{id}/resume",
    tag = "settings",
    summary = "End a pause",
    params(("id" = AccountId, Path, description = "The account.")),
    responses(
        (status = 204, description = "Done, or begun."),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn resume(State(door): State<Door>, Named(account): Named) -> Result<StatusCode, Refusal> {
    door.client.resume(&account).await?;
    Ok(StatusCode::NO_CONTENT)
}
