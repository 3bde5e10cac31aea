//! The dashboard's session: opened by a link's key, looked at, ended; and the link itself, over the socket only.
//!
//! The invariant: a key is taken only from a program of this user. What this is not: the check of each request;
//! [`session`](crate::session) is.

use crate::body::Sent;
use crate::client::DashboardLink;
use crate::door::Door;
use crate::neighbour::is_same_user;
use crate::problem::{Document, Refusal};
use crate::routes::Row;
use crate::session::SessionGate;
use crate::who::Peer;
use crate::wire::{LinkOut, OpenSession, OpenedOut, SessionView};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Extension, Json};
use daypass_domain::{Problem, Remedy};

/// Only this user's own programs make links.
pub(crate) fn link_table() -> Vec<Row> {
    vec![("/api/session/links", Method::POST, post(link))]
}

/// Over TCP alone: on the socket nobody needs a session.
pub(crate) fn table() -> Vec<Row> {
    vec![
        ("/api/session", Method::POST, post(open)),
        ("/api/session", Method::GET, get(look)),
        ("/api/session", Method::DELETE, delete(end)),
    ]
}

#[utoipa::path(
    post,
    path = "/api/session/links",
    tag = "session",
    summary = "Make a link that opens a session of the dashboard once; over the socket only",
    responses(
        (status = 201, description = "The address, with its key behind the `#`.", body = LinkOut<'static>),
        (status = 409, description = "The local HTTP door is closed.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn link(State(door): State<Door>) -> Result<Response, Refusal> {
    let DashboardLink { address, until } = door.client.dashboard().await?;
    Ok((StatusCode::CREATED, Json(LinkOut { address: address.expose(), until })).into_response())
}

#[utoipa::path(
    post,
    path = "/api/session",
    tag = "session",
    summary = "Open a session with the key of a link",
    request_body = OpenSession,
    responses(
        (status = 201, description = "A cookie, and what the page sends with each request in the header `daypass-page`.", body = OpenedOut<'static>),
        (status = 404, description = "This is the socket, where nobody needs a session.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn open(
    Extension(gate): Extension<SessionGate>,
    Extension(peer): Extension<Peer>,
    Sent(OpenSession { key }): Sent<OpenSession>,
) -> Result<Response, Refusal> {
    let spent = || Refusal::new(StatusCode::FORBIDDEN, SPENT_LINK);
    // Whoever knows no key costs nothing.
    if !gate.sessions.awaits(key.expose()) {
        return Err(spent());
    }
    let here = gate.here;
    let ours = match peer.address {
        Some(there) => tokio::task::spawn_blocking(move || is_same_user(there, here)).await.unwrap_or_default(),
        None => false,
    };
    if !ours {
        tracing::warn!("a program of another user has tried to open a session of the dashboard");
        return Err(Refusal::new(StatusCode::FORBIDDEN, OTHER_USER));
    }
    let opened = gate.sessions.open(key.expose()).ok_or_else(spent)?;
    let cookie = [(header::SET_COOKIE, gate.cookie(opened.cookie.expose()))];
    Ok((StatusCode::CREATED, cookie, Json(OpenedOut { page: opened.page.expose() })).into_response())
}

#[utoipa::path(
    get,
    path = "/api/session",
    tag = "session",
    summary = "Whether the caller is in a session; this does not make it last longer",
    responses(
        (status = 200, description = "Until when it lasts unless it is used; null: there is none.", body = SessionView),
        (status = 404, description = "This is the socket, where nobody needs a session.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn look(Extension(gate): Extension<SessionGate>, headers: HeaderMap) -> Json<SessionView> {
    Json(SessionView { until: gate.look(&headers) })
}

#[utoipa::path(
    delete,
    path = "/api/session",
    tag = "session",
    summary = "End the session",
    responses(
        (status = 204, description = "There is none any more."),
        (status = 404, description = "This is the socket, where nobody needs a session.", body = Document, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn end(Extension(gate): Extension<SessionGate>, headers: HeaderMap) -> Response {
    gate.end(&headers);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gate.no_cookie())]).into_response()
}

const OTHER_USER: Problem = Problem::new(
    "other_user",
    "This browser does not run as the user whose Daypass this is.",
    "Open the dashboard in a browser of that user, with `daypass dashboard`.",
    Remedy::FixSetting,
);

const SPENT_LINK: Problem = Problem::new(
    "spent_link",
    "This link has been used, or is older than two minutes.",
    "Make another one with `daypass dashboard`.",
    Remedy::FixSetting,
);
