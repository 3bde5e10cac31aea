//! The table of routes: what each door offers.
//!
//! The invariant: whatever takes a secret or changes something that lasts is in [`private::table`], and there the TCP door
//! asks for a session; whatever hands out a token is in [`token::table`], and there it asks for a key. A route is a few
//! lines over one client; sums and sentences are made elsewhere.

mod account;
mod looks;
mod openapi;
mod private;
mod session;
mod token;

use crate::door::Door;
use crate::events::{events, watch};
use crate::problem::Refusal;
use crate::session::SessionGate;
use crate::tcp::Gates;
use crate::{guard, ui};
use axum::Extension;
use axum::Router;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{MethodFilter, MethodRouter, get, on, post};
use daypass_domain::{Problem, Remedy};
use std::net::SocketAddr;
use std::time::Duration;

/// A route: path, method, and what it does.
type Row = (&'static str, Method, MethodRouter<Door>);

/// For browsers and everybody's programs: no key, no secret. A bot with a key gets its token, and a page in a session
/// everything else.
pub(crate) fn over_tcp(door: Door, gates: Gates, here: SocketAddr, body_time: Duration) -> Router {
    let Gates { keys, sessions } = gates;
    let gate = SessionGate { sessions, here };
    let all = session::link_table().into_iter().fold(with(open(), session::table()), |router, (path, method, _)| {
        router.route(path, on(filter(&method), async || Refusal::new(StatusCode::FORBIDDEN, SOCKET_ONLY)))
    });
    let in_session = with(Router::new(), private::table());
    let keyed = with(Router::new(), token::table());
    let keyed_if_shown = with(Router::new(), keyed_if_shown_table());
    let all = all
        .merge(in_session.route_layer(from_fn_with_state(gate.clone(), crate::session::guard)))
        .merge(keyed_if_shown.route_layer(from_fn_with_state(keys.clone(), guard::key_if_shown)))
        .merge(keyed.route_layer(from_fn_with_state(keys, guard::key)))
        .layer(Extension(gate));
    whole(all, door, body_time).layer(from_fn_with_state(here.port(), guard::visitor)).layer(map_response(guard::dress))
}

/// For this user's own programs: everything.
pub(crate) fn over_socket(door: Door, body_time: Duration) -> Router {
    let all = [keyed_if_shown_table(), private::table(), token::table(), session::link_table()]
        .into_iter()
        .fold(open(), with);
    whole(all, door, body_time).layer(map_response(guard::dress))
}

/// Looks, refreshes, and the start of a sign-in.
fn open_table() -> Vec<Row> {
    vec![
        ("/healthz", Method::GET, get(looks::healthz)),
        ("/metrics", Method::GET, get(looks::metrics)),
        ("/api/openapi.json", Method::GET, get(openapi::document)),
        ("/api/token/status", Method::GET, get(looks::status)),
        ("/api/token/force-refresh", Method::POST, post(account::force_refresh)),
        ("/api/accounts", Method::GET, get(looks::accounts)),
        ("/api/snapshot", Method::GET, get(looks::snapshot)),
        ("/api/events", Method::GET, get(events)),
        ("/api/accounts/{id}/sign-in", Method::POST, post(account::sign_in)),
        ("/api/accounts/{id}/cancel", Method::POST, post(account::cancel)),
        ("/api/accounts/{id}/refresh", Method::POST, post(account::refresh)),
        ("/api/accounts/{id}/probe", Method::POST, post(account::probe)),
        ("/api/accounts/{id}/check", Method::POST, post(account::look_around)),
    ]
}

/// A key is not needed here, but is of use.
fn keyed_if_shown_table() -> Vec<Row> {
    vec![("/api/token/watch", Method::GET, get(watch))]
}

/// The page is no part of the agreement with programs.
fn page() -> Router<Door> {
    Router::new()
        .route("/", get(ui::to_dashboard))
        .route("/dashboard", get(ui::to_dashboard))
        .route("/dashboard/", get(ui::index))
        .route("/dashboard/{*path}", get(ui::page))
}

fn open() -> Router<Door> {
    with(page(), open_table())
}

fn with(router: Router<Door>, table: Vec<Row>) -> Router<Door> {
    table.into_iter().fold(router, |router, (path, _, route)| router.route(path, route))
}

fn whole(router: Router<Door>, door: Door, body_time: Duration) -> Router {
    router
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || Refusal::new(StatusCode::METHOD_NOT_ALLOWED, WRONG_METHOD))
        .with_state(door)
        .layer(from_fn_with_state(body_time, guard::body))
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET)
}

/// Nothing is at this address.
pub(crate) fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, NOT_FOUND)
}

const NOT_FOUND: Problem = Problem::new(
    "not_found",
    "There is nothing at this address.",
    "See the dashboard at /dashboard, or the list of routes in the README.",
    Remedy::FixSetting,
);

const WRONG_METHOD: Problem = Problem::new(
    "wrong_method",
    "This address does not know that method.",
    "Use the method that the Allow header names.",
    Remedy::FixSetting,
);

const SOCKET_ONLY: Problem = Problem::new(
    "socket_only",
    "This address is open over the local socket only.",
    "Use `daypass dashboard`.",
    Remedy::FixSetting,
);
