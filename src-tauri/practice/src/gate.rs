//! One request from its arrival to its answer: read wholly, written down, met by a fault, answered.
//!
//! The invariant: the body is read to its end before anything answers, so that the next request on the connection
//! begins where it should (a client that sends a body with DELETE is in use). What this is not: a route.

use crate::books::Shared;
use crate::faults::{Kind, Met, Route, Word};
use crate::journal::JournalEntry;
use crate::{control, oauth2, upstox};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures::stream;
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// No request of any client comes near it.
const LARGEST_BODY: usize = 64 * 1024;
/// Real time, for a client that stops in the middle of its own body.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was dropped on purpose")]
pub(crate) struct Dropped;

/// The whole broker behind one call.
#[derive(Clone)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    router: Router,
}

impl Gate {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let router = upstox::router()
            .merge(oauth2::router())
            .merge(control::router())
            .fallback(upstox::not_found)
            .method_not_allowed_fallback(upstox::wrong_method)
            .with_state(Arc::clone(&shared));
        Self { shared, router }
    }

    /// Answers one request.
    pub(crate) async fn answer(self, request: hyper::Request<Incoming>) -> Result<Response, Dropped> {
        let (parts, body) = request.into_parts();
        let read = tokio::time::timeout(BODY_DEADLINE, Limited::new(body, LARGEST_BODY).collect()).await;
        let body = match read {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
            Err(_) => return Err(Dropped),
        };
        if control::is_own(parts.uri.path()) {
            return Ok(self.route(Request::from_parts(parts, Body::from(body))).await);
        }
        let route = Route::of(parts.uri.path());
        let met = self.shared.faults.meet(route, &parts.method);
        let mut entry = JournalEntry::of(&parts, &body, self.shared.now());
        entry.faults.clone_from(&met.told);
        tracing::debug!(method = entry.method, path = entry.path, faults = ?entry.faults, "practice broker was asked");
        let number = self.shared.journal.came(entry);
        let ahead = match met.kind {
            Some(Kind::Ahead { ahead_seconds }) => chrono::Duration::seconds(ahead_seconds.into()),
            _ => chrono::Duration::zero(),
        };
        let mut response = self.meet(Request::from_parts(parts, Body::from(body)), route, met).await?;
        let date = (self.shared.now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT");
        if let Ok(date) = HeaderValue::from_str(&date.to_string()) {
            response.headers_mut().insert(DATE, date);
        }
        self.shared.journal.answered(number, response.status().as_u16());
        Ok(response)
    }

    async fn meet(&self, mut request: Request, route: Route, met: Met) -> Result<Response, Dropped> {
        if met.delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(met.delay_ms)).await;
        }
        let oauth2 = route.is_oauth2();
        Ok(match met.kind {
            None | Some(Kind::Delay { .. } | Kind::Ahead { .. }) => self.route(request).await,
            Some(Kind::Error { error }) => says(&error.code, error.status.map(sendable)),
            Some(Kind::Status { status, retry_after }) => bare(status, retry_after, oauth2),
            Some(Kind::Patch { patch }) => patched(self.route(request).await, patch).await,
            Some(kind @ Kind::Callback { .. }) => {
                request.extensions_mut().insert(kind);
                self.route(request).await
            }
            Some(Kind::Word(Word::Drop)) => return Err(Dropped),
            Some(Kind::Word(Word::Lose)) => {
                self.route(request).await;
                return Err(Dropped);
            }
            Some(Kind::Word(Word::Truncate)) => truncated(self.route(request).await).await,
            Some(Kind::Word(Word::Html)) => page(),
            Some(Kind::Word(Word::Exception)) => (StatusCode::UNAUTHORIZED, Json(upstox::exception())).into_response(),
        })
    }

    async fn route(&self, request: Request) -> Response {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The broker's own words for a code, in the language that the code belongs to.
fn says(code: &str, status: Option<StatusCode>) -> Response {
    if code.starts_with("UDAPI") {
        (status.unwrap_or_else(|| upstox::status(code)), Json(upstox::body(&[code]))).into_response()
    } else {
        (status.unwrap_or_else(|| oauth2::status(code)), Json(oauth2::body(code))).into_response()
    }
}

fn bare(status: u16, retry_after: Option<u32>, oauth2: bool) -> Response {
    let code = match (status, oauth2) {
        (429, false) => Some("UDAPI10005"),
        (423, false) => Some("UDAPI100072"),
        (500.., false) => Some("UDAPI100500"),
        (429 | 503, true) => Some("temporarily_unavailable"),
        (500.., true) => Some("server_error"),
        _ => None,
    };
    let status = sendable(status);
    let mut response = code.map_or_else(|| status.into_response(), |code| says(code, Some(status)));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Statuses below 200 are no answers.
fn sendable(status: u16) -> StatusCode {
    let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational());
    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A page from somebody between client and broker.
fn page() -> Response {
    let text = "<!doctype html><html><head><title>Access denied</title></head><body><h1>Error 1010</h1>\
                <p>The owner of this website has banned your access.</p></body></html>";
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "text/html; charset=UTF-8")], text).into_response()
}

/// The right answer with its fields changed; an answer that is no JSON object stays as it is.
async fn patched(response: Response, patch: Map<String, Value>) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(&body) else {
        return Response::from_parts(parts, Body::from(body));
    };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(Value::Object(fields).to_string()))
}

/// Half of the answer under the length of the whole, then the end of the connection.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = whole(body).await;
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len().max(1)));
    let half = body.slice(..body.len() / 2);
    let pieces = stream::unfold(Some(half), |half| async move {
        match half {
            Some(half) => Some((Ok(half), None)),
            None => {
                // What was written so far has to leave first: an error throws away what still waits.
                tokio::task::yield_now().await;
                Some((Err(Dropped), None))
            }
        }
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn whole(body: Body) -> Bytes {
    body.collect().await.map(Collected::to_bytes).unwrap_or_default()
}
