//! The token's routes: for this user's programs on the socket, and over HTTP for bots with a key.
//!
//! The invariant: only the first two look at a token, and whatever they hand out was let out by the manager's gate. What
//! this is not: keys; whoever comes here was let in.

use crate::body::{Params, Sent};
use crate::client::Answer;
use crate::contract::{HandedOut, Wanted};
use crate::door::Door;
use crate::problem::{Refusal, bad_input, ending, no_account};
use crate::who::Who;
use crate::wire::{Report, TokenOut};
use crate::{span, until};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, get, post};
use chrono::Duration;
use daypass_domain::AccountId;
use daypass_manager::{Code, Lasting};
use serde::{Deserialize, Serialize};

/// Path, method and route.
pub(crate) fn table() -> Vec<(&'static str, MethodFilter, MethodRouter<Door>)> {
    vec![
        ("/api/token", MethodFilter::GET, get(token)),
        ("/api/token/wait", MethodFilter::GET, get(wait)),
        ("/api/token/report-invalid", MethodFilter::POST, post(report_invalid)),
    ]
}

/// Whose token, and which.
#[derive(Deserialize)]
pub(crate) struct Asked {
    account: Option<String>,
    min_validity: Option<String>,
    until: Option<String>,
    generation: Option<String>,
    limit: Option<String>,
    bot: Option<String>,
}

impl Asked {
    fn wanted(&self) -> Answer<Wanted> {
        let span = self.min_validity.as_deref().map_or(Ok(Duration::zero()), span::asked)?;
        let until = self.until.as_deref().map(until::asked).transpose()?;
        let known = self.generation.as_deref().map(generation).transpose()?;
        Ok(Wanted { lasting: Lasting { span, until }, known })
    }
}

fn generation(text: &str) -> Answer<u64> {
    text.trim().parse().map_err(|_| bad_input("That is no generation.", "Send the number that came with the token."))
}

async fn token(State(door): State<Door>, who: Who, Params(asked): Params<Asked>) -> Result<Response, Refusal> {
    let wanted = asked.wanted()?;
    let account = account(&door, &who, asked.account.as_deref()).await?;
    let out = door.client.token(&account, wanted, &who.caller(asked.bot.as_deref())).await?;
    Ok(written(&out))
}

/// As long as a browser or a proxy waits; whoever wants more says so.
const PATIENCE: Duration = Duration::seconds(60);

async fn wait(State(door): State<Door>, who: Who, Params(asked): Params<Asked>) -> Result<Response, Refusal> {
    let wanted = asked.wanted()?;
    let limit = asked.limit.as_deref().map_or(Ok(PATIENCE), span::asked)?;
    let account = account(&door, &who, asked.account.as_deref()).await?;
    let (caller, _place) = (who.caller(asked.bot.as_deref()), door.place()?);
    tokio::select! {
        out = door.client.wait_for_token(&account, wanted, limit, &caller) => Ok(written(&out?)),
        () = door.closing.cancelled() => Err(ending()),
    }
}

fn written(out: &HandedOut) -> Response {
    Json(TokenOut::from(out)).into_response()
}

/// The broker is being asked.
#[derive(Serialize)]
pub(crate) struct Reported {
    status: &'static str,
    generation: u64,
}

async fn report_invalid(
    State(door): State<Door>,
    who: Who,
    Sent(report): Sent<Report>,
) -> Result<(StatusCode, Json<Reported>), Refusal> {
    let account = account(&door, &who, report.account.as_deref()).await?;
    door.client.report_invalid(&account, report.generation).await?;
    Ok((StatusCode::ACCEPTED, Json(Reported { status: "checking", generation: report.generation })))
}

async fn account(door: &Door, who: &Who, named: Option<&str>) -> Result<AccountId, Refusal> {
    if let Some(account) = who.account(named, None)? {
        return Ok(account);
    }
    let seen = door.client.snapshot().await?;
    who.account(None, Some(&seen))?.ok_or_else(|| no_account(Code::NoToken).into())
}
