//! `GET /api/events`: everything as it changes, as server-sent events.
//!
//! The first event is a `snapshot` of now; each change brings another; what people are to be told comes as `telling`.
//! The stream ends when the program does. What this is not: a history; whoever comes late sees what is true now.

use crate::body::Params;
use crate::door::Door;
use crate::problem::{Document, Refusal, no_account};
use crate::who::Who;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use daypass_domain::AccountId;
use daypass_manager::Code;
use daypass_manager::view::Snapshot;
use futures::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The name of an event with a snapshot.
pub(crate) const SNAPSHOT: &str = "snapshot";
/// The name of an event with a telling.
pub(crate) const TELLING: &str = "telling";
/// What a reader that comes back has read last.
const LAST_EVENT_ID: &str = "last-event-id";
/// Long enough to cost nothing, short enough to notice a reader that is gone. Only while somebody is connected.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[utoipa::path(
    get,
    path = "/api/events",
    tag = "status",
    summary = "Everything as it changes",
    responses(
        (status = 200, description = "Server-sent events: snapshot, telling.", body = String, content_type = "text/event-stream"),
    ),
)]
pub(crate) async fn events(State(door): State<Door>, who: Who) -> Result<Response, Refusal> {
    let place = door.place_for(&who)?;
    let tellings = door.client.tellings().await?;
    let mut changes = door.client.changes().await?;
    let Some(now) = changes.next().await else { return Ok(Sse::new(stream::empty::<Told>()).into_response()) };
    // When the snapshots end, so does everything: the tellings alone would keep a dead line open.
    let changes = changes.map(|snapshot| Some(event(SNAPSHOT, &snapshot))).chain(stream::once(async { None }));
    let tellings = tellings.map(|telling| Some(event(TELLING, &telling)));
    let later = stream::select(changes, tellings).take_while(|event| std::future::ready(event.is_some()));
    let all = stream::iter([event(SNAPSHOT, &now)])
        .chain(later.filter_map(std::future::ready))
        .take_until(door.closing.cancelled_owned())
        .inspect(move |_| _ = &place);
    Ok(Sse::new(all).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// Whose token, and what the caller knows already.
#[derive(Deserialize)]
pub(crate) struct Watching {
    account: Option<String>,
    after: Option<u64>,
}

/// `GET /api/token/watch`: each new token, refusal and change of readiness; no secret. Its ids are generations, so that
/// a browser or a library that comes back says by itself what it knows. A bot that shows its key has a place that nobody
/// without one can take.
#[utoipa::path(
    get,
    path = "/api/token/watch",
    tag = "token",
    summary = "Each new token, refusal and change of readiness",
    security((), ("bot key" = [])),
    params(("account" = Option<String>, Query, description = "The account; it may be left out where there is only one."), ("after" = Option<u64>, Query, description = "The generation that is known already."), ("Last-Event-ID" = Option<String>, Header, description = "The same, as readers that come back send it.")),
    responses(
        (status = 200, description = "Server-sent events whose data is a Watched and whose id is the generation.", body = String, content_type = "text/event-stream"),
        (status = 401, description = "A wrong key.", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The key is not good for this account.", body = Document, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account.", body = Document, content_type = "application/problem+json"),
        (status = 409, description = "Not now; `code` says why.", body = Document, content_type = "application/problem+json"),
        (status = 429, description = "Asked too often; again after Retry-After.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn watch(
    State(door): State<Door>,
    who: Who,
    headers: HeaderMap,
    Params(watching): Params<Watching>,
) -> Result<Response, Refusal> {
    let place = door.place_for(&who)?;
    let account = match who.account(watching.account.as_deref(), None)? {
        Some(account) => account,
        None => only(&who, &door.client.snapshot().await?)?,
    };
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    let watched = door.client.watch(&account, last.or(watching.after)).await?;
    let told = watched
        .map(|watched| {
            let event = Event::default().id(watched.status.generation.to_string()).event(watched.event.name());
            event.json_data(&watched)
        })
        .take_until(door.closing.cancelled_owned())
        .inspect(move |_| _ = &place);
    Ok(Sse::new(told).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn only(who: &Who, seen: &Snapshot) -> Result<AccountId, Refusal> {
    let account = who.account(None, Some(seen))?;
    account.ok_or_else(|| no_account(Code::NoToken).into())
}

type Told = Result<Event, axum::Error>;

fn event(name: &str, data: &impl Serialize) -> Told {
    Event::default().event(name).json_data(data)
}
