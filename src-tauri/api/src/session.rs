//! What a request shows of its session: the browser's cookie and the page's own secret.
//!
//! Cookies know no ports: the name of ours has the port in it, so that two programs do not take each other's place.

use crate::problem::Refusal;
use crate::sessions::Sessions;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use daypass_domain::{Moment, Problem, Remedy};
use std::net::SocketAddr;
use std::sync::Arc;

/// Where the page puts its secret. No form and no page of another origin can send a header of that name.
const PAGE: HeaderName = HeaderName::from_static("daypass-page");

/// Where it says that nobody has asked: a page that follows by itself keeps no session open.
const IDLE: HeaderName = HeaderName::from_static("daypass-idle");

/// All sessions, as one door sees them.
#[derive(Clone)]
pub(crate) struct SessionGate {
    pub(crate) sessions: Arc<Sessions>,
    /// Where the door is.
    pub(crate) here: SocketAddr,
}

impl SessionGate {
    /// Uses the session, if there is one: until when it lasts.
    fn enter(&self, headers: &HeaderMap) -> Option<Moment> {
        let act = if headers.contains_key(&IDLE) { Sessions::look } else { Sessions::enter };
        self.shown(headers, act)
    }

    /// The same without using it.
    pub(crate) fn look(&self, headers: &HeaderMap) -> Option<Moment> {
        self.shown(headers, Sessions::look)
    }

    /// Ends the session, if there is one.
    pub(crate) fn end(&self, headers: &HeaderMap) {
        self.shown(headers, Sessions::end);
    }

    fn shown<T: Default>(&self, headers: &HeaderMap, act: impl FnOnce(&Sessions, &str, &str) -> T) -> T {
        let Some(page) = headers.get(&PAGE).and_then(|page| page.to_str().ok()) else { return T::default() };
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let name = self.name();
        // Pages behind other ports may set one of the same name for a longer path, which comes first: each is tried.
        let mut cookies = sent.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
        let ours = cookies.find(|cookie| self.sessions.look(cookie.value(), page).is_some());
        ours.map(|cookie| act(&self.sessions, cookie.value(), page)).unwrap_or_default()
    }

    /// For the browser; without an end, so that it goes when the browser does.
    pub(crate) fn cookie(&self, value: &str) -> String {
        self.build(value).to_string()
    }

    /// Takes the browser's away.
    pub(crate) fn no_cookie(&self) -> String {
        let mut cookie = self.build("");
        cookie.make_removal();
        cookie.to_string()
    }

    fn build<'a>(&self, value: &'a str) -> Cookie<'a> {
        Cookie::build((self.name(), value)).path("/api").http_only(true).same_site(SameSite::Strict).build()
    }

    fn name(&self) -> String {
        format!("daypass-session-{}", self.here.port())
    }
}

/// Lets in only who is in a session.
pub(crate) async fn guard(State(gate): State<SessionGate>, request: Request, next: Next) -> Response {
    if gate.enter(request.headers()).is_some() {
        return next.run(request).await;
    }
    let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Session realm=\"Daypass\""))];
    (challenge, Refusal::new(StatusCode::UNAUTHORIZED, NO_SESSION)).into_response()
}

const NO_SESSION: Problem = Problem::new(
    "no_session",
    "Settings, accounts, keys and sign-outs are open only to a session here, and there is none, or it has ended.",
    "Open one with `daypass dashboard`, or use the Daypass window, the terminal or the local socket.",
    Remedy::FixSetting,
);
