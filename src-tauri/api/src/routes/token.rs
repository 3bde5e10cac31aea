//! The token's routes: for this user's programs on the socket, and over HTTP for bots with a key.
//!
//! The invariant: only the first two look at a token, and whatever they hand out was let out by the manager's gate. What
//! this is not: keys; whoever comes here was let in.

use crate::body::{Params, Sent};
use crate::client::Answer;
use crate::contract::Wanted;
use crate::door::Door;
use crate::problem::{Document, Refusal, bad_input, ending, no_account};
use crate::routes::Row;
use crate::who::Who;
use crate::wire::{Report, TokenOut, WaitedOut};
use crate::{span, until};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::Duration;
use daypass_domain::AccountId;
use daypass_manager::{Code, Lasting};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Path, method and route.
pub(crate) fn table() -> Vec<Row> {
    vec![
        ("/api/token", Method::GET, get(token)),
        ("/api/token/wait", Method::GET, get(wait)),
        ("/api/token/report-invalid", Method::POST, post(report_invalid)),
    ]
}

/// Whose token, and which.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The account; it may be left out where there is only one.
    account: Option<String>,
    /// It must last at least so long: seconds, or a span such as 2h.
    min_validity: Option<String>,
    /// It must last until then: 15:30 on the exchange's clock, or a moment such as 2026-11-27T15:30:00+05:30.
    until: Option<String>,
    /// The token that the caller has.
    generation: Option<String>,
    /// What a program on the socket calls itself.
    bot: Option<String>,
}

/// How it is waited for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Patience {
    /// How long a wait may be: seconds, or a span; one minute.
    limit: Option<String>,
    /// `no`: the answer is without the token, and nobody is written down as having it. `yes` without a word.
    #[param(pattern = "^(yes|no)$")]
    token: Option<String>,
}

impl Patience {
    fn limit(&self) -> Answer<Duration> {
        self.limit.as_deref().map_or(Ok(LIMIT), span::asked)
    }

    /// Whether the token is wanted, too.
    fn token(&self) -> Answer<bool> {
        match self.token.as_deref().unwrap_or("yes") {
            "yes" => Ok(true),
            "no" => Ok(false),
            // Nobody gets a token who may have meant not to.
            _ => Err(bad_input("That is neither yes nor no.", "Send token=no, or leave it out.")),
        }
    }
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

#[utoipa::path(
    get,
    path = "/api/token",
    tag = "token",
    summary = "The token",
    params(Asked),
    security(("bot key" = [])),
    responses(
        (status = 200, description = "The token and how to present it.", body = TokenOut),
        (status = 401, description = "No key, or a wrong one.", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The key is not good for this account.", body = Document, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 410, description = "The token has ended or was refused.", body = Document, content_type = "application/problem+json"),
        (status = 412, description = "The token will not last that long; `detail` says when one does.", body = Document, content_type = "application/problem+json"),
        (status = 429, description = "Asked too often; again after Retry-After.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn token(State(door): State<Door>, who: Who, Params(asked): Params<Asked>) -> Result<Response, Refusal> {
    let wanted = asked.wanted()?;
    let account = account(&door, &who, asked.account.as_deref()).await?;
    let out = door.client.token(&account, wanted, &who.caller(asked.bot.as_deref())).await?;
    Ok(Json(TokenOut::from(&out)).into_response())
}

/// As long as a browser or a proxy waits; whoever wants more says so.
const LIMIT: Duration = Duration::seconds(60);

#[utoipa::path(
    get,
    path = "/api/token/wait",
    tag = "token",
    summary = "The token, when it is there",
    params(Asked, Patience),
    security(("bot key" = [])),
    responses(
        (status = 200, description = "The token and how to present it; with `token=no` everything but the token.", body = WaitedOut),
        (status = 401, description = "No key, or a wrong one.", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The key is not good for this account.", body = Document, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 429, description = "Asked too often; again after Retry-After.", body = Document, content_type = "application/problem+json"),
        (status = 504, description = "The time limit is over.", body = Document, content_type = "application/problem+json"),
    ),
)]
async fn wait(
    State(door): State<Door>,
    who: Who,
    Params(asked): Params<Asked>,
    Params(patience): Params<Patience>,
) -> Result<Response, Refusal> {
    let (wanted, limit, token) = (asked.wanted()?, patience.limit()?, patience.token()?);
    let account = account(&door, &who, asked.account.as_deref()).await?;
    let _place = door.place()?;
    let waiting = async {
        if token {
            let caller = who.caller(asked.bot.as_deref());
            let out = door.client.wait_for_token(&account, wanted, limit, &caller).await?;
            return Ok(Json(WaitedOut::from(&out)).into_response());
        }
        let about = door.client.wait(&account, wanted, limit).await?;
        Ok(Json(WaitedOut::from(&about)).into_response())
    };
    tokio::select! {
        answer = waiting => answer,
        () = door.closing.cancelled() => Err(ending()),
    }
}

/// The broker is being asked.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reported {
    status: &'static str,
    generation: u64,
}

#[utoipa::path(
    post,
    path = "/api/token/report-invalid",
    tag = "token",
    summary = "The broker refused a token",
    request_body = Report,
    security(("bot key" = [])),
    responses(
        (status = 202, description = "The broker is being asked; once, however many report.", body = Reported),
        (status = 401, description = "No key, or a wrong one.", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The key is not good for this account.", body = Document, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 410, description = "The token has ended or was refused.", body = Document, content_type = "application/problem+json"),
        (status = 429, description = "Asked too often; again after Retry-After.", body = Document, content_type = "application/problem+json"),
    ),
)]
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
