//! The page on which a person says yes or no, and what the browser is sent back with.
//!
//! The invariant: the browser goes nowhere but to the redirect URI of a request that was right, and only after a person
//! has pressed one of two buttons. What this is not: a login; a practice user has no password.

mod page;

use crate::books::Shared;
use crate::codes::{Approval, Wire};
use crate::faults::Kind;
use crate::form::Form;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use url::Url;

/// The parameters that the page hands on to its own form.
const PARAMETERS: &[&str] =
    &["response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method"];

/// A request that was right.
pub(crate) struct Ask {
    pub(crate) wire: Wire,
    pub(crate) client: String,
    pub(crate) redirect: Url,
    /// As it was written; it is compared letter by letter later.
    redirect_text: String,
    state: Option<String>,
    scope: Option<String>,
    challenge: Option<String>,
    /// All that the page must hand on.
    pub(crate) hidden: Vec<(&'static str, String)>,
}

/// Why a request is not right.
enum Wrong {
    /// The browser may not be sent anywhere: the code and the status of the page.
    Page(StatusCode, &'static str),
    /// The client is told.
    Tell(Box<Ask>, &'static str),
}

/// The page.
pub(crate) async fn show(wire: Wire, State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    match read(&shared, wire, &[&query]) {
        Ok(ask) => page::question(&shared, &ask, &uri),
        Err(wrong) => refuse(&shared, wrong),
    }
}

/// Its form.
pub(crate) async fn decide(wire: Wire, State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let uri = request.uri().clone();
    let headers: HeaderMap = request.headers().clone();
    let fault = request.extensions().get::<Kind>().cloned();
    let Ok(body) = Bytes::from_request(request, &()).await else { return StatusCode::BAD_REQUEST.into_response() };
    let form = Form::of_body(&headers, &body);
    // Whoever posts to the address of the page need not repeat what is in it.
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    match read(&shared, wire, &[&query, &form]) {
        Ok(ask) => answer(&shared, &ask, &form, (fault, &uri)),
        Err(wrong) => refuse(&shared, wrong),
    }
}

fn answer(shared: &Shared, ask: &Ask, form: &Form, (fault, uri): (Option<Kind>, &Uri)) -> Response {
    if form.has("deny") {
        return go(shared, ask, ("error", "access_denied"));
    }
    if !form.has("approve") {
        return page::question(shared, ask, uri);
    }
    if let Some(Kind::Callback { callback_error }) = fault {
        return go(shared, ask, ("error", &callback_error));
    }
    let user = form.value("user").unwrap_or(&shared.users[0].id);
    if shared.user(user).is_none() {
        return page::refusal(StatusCode::BAD_REQUEST, "UDAPI100016");
    }
    let approval = Approval {
        wire: ask.wire,
        client: ask.client.clone(),
        redirect: ask.redirect_text.clone(),
        user: user.to_owned(),
        challenge: ask.challenge.clone(),
        scope: ask.scope.clone(),
    };
    let code = shared.books().codes.give(approval, shared.now(), shared.code_life);
    go(shared, ask, ("code", &code))
}

/// Sends the browser back.
fn go(shared: &Shared, ask: &Ask, (name, value): (&str, &str)) -> Response {
    let mut url = ask.redirect.clone();
    url.query_pairs_mut().append_pair(name, value);
    if let Some(state) = &ask.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    if ask.wire == Wire::OAuth2 {
        url.query_pairs_mut().append_pair("iss", &shared.issuer());
    }
    (StatusCode::FOUND, [(LOCATION, url.as_str()), (CACHE_CONTROL, "no-store")]).into_response()
}

fn refuse(shared: &Shared, wrong: Wrong) -> Response {
    match wrong {
        Wrong::Page(status, code) => page::refusal(status, code),
        Wrong::Tell(ask, error) => go(shared, &ask, ("error", error)),
    }
}

fn read(shared: &Shared, wire: Wire, sources: &[&Form]) -> Result<Ask, Wrong> {
    let value = |name: &str| sources.iter().find_map(|form| form.value(name));
    let no_client = || match wire {
        Wire::Upstox => Wrong::Page(StatusCode::BAD_REQUEST, "UDAPI100068"),
        Wire::OAuth2 => Wrong::Page(StatusCode::BAD_REQUEST, "invalid_request"),
    };
    let (client, redirect_text) = value("client_id").zip(value("redirect_uri")).ok_or_else(no_client)?;
    let rule = &shared.client;
    let known = rule.id.as_deref().is_none_or(|id| id == client)
        && rule.redirect.as_deref().is_none_or(|redirect| redirect == redirect_text);
    let redirect = Url::parse(redirect_text).ok().filter(|url| known && can_be_gone_to(url)).ok_or_else(no_client)?;
    let hidden = PARAMETERS.iter().filter_map(|name| Some((*name, value(name)?.to_owned()))).collect();
    let ask = Ask {
        wire,
        client: client.to_owned(),
        redirect,
        redirect_text: redirect_text.to_owned(),
        state: value("state").map(str::to_owned),
        scope: value("scope").map(str::to_owned),
        challenge: value("code_challenge").map(str::to_owned),
        hidden,
    };
    let (kind, method) = (value("response_type"), value("code_challenge_method"));
    match wire {
        Wire::Upstox if kind == Some("code") => Ok(ask),
        Wire::Upstox => Err(Wrong::Page(StatusCode::BAD_REQUEST, "UDAPI100036")),
        Wire::OAuth2 => standard(ask, sources, (kind, method)),
    }
}

/// What RFC 6749 and 7636 ask for beyond the client and its address.
fn standard(ask: Ask, sources: &[&Form], (kind, method): (Option<&str>, Option<&str>)) -> Result<Ask, Wrong> {
    // 43 characters of a SHA-256 in base64url; "plain" protects nothing and is refused.
    let pkce = match &ask.challenge {
        Some(challenge) => method == Some("S256") && challenge.len() == 43,
        None => method.is_none(),
    };
    let error = match kind {
        Some("code") if pkce && sources[0].doubled().is_none() => return Ok(ask),
        Some("code") | None => "invalid_request",
        Some(_) => "unsupported_response_type",
    };
    Err(Wrong::Tell(Box::new(ask), error))
}

/// Any absolute address with a host and without a fragment; a browser leaves this page only for such.
fn can_be_gone_to(url: &Url) -> bool {
    url.has_host() && url.fragment().is_none()
}
