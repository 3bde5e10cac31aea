//! Who may come in, and what they may bring.
//!
//! A web page can make its visitor's browser send requests to 127.0.0.1, and by rebinding its own name even read the
//! answers. So the names in `Host` and in the address must be this computer's own, with the door's port; a page may only
//! be the door's own page; and what changes something is JSON, which no form can send. Checked before anything else.
//! Whoever wants a token needs a
//! key. What this is not: a check of who else the caller is; every program on this computer may use the TCP door.

use crate::contract::{Keys, Shut};
use crate::problem::{Refusal, name};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use daypass_domain::{Problem, Remedy};
use daypass_manager::Code;
use std::sync::Arc;
use std::time::Duration;

/// The largest body that is read (bytes). The largest real one is an account with its fields.
const LARGEST_BODY: usize = 64 * 1024;
/// Everything here is small and comes from this computer: whoever needs longer does not mean it.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);

/// The browser's own word for where a request comes from.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets in only who names this door itself.
pub(crate) async fn visitor(State(port): State<u16>, request: Request, next: Next) -> Response {
    let named = request.uri().authority().map(axum::http::uri::Authority::as_str);
    match check_visitor(named, request.uri().path(), request.headers(), port) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            tracing::debug!(path = request.uri().path(), "a request from elsewhere was refused");
            refusal.into_response()
        }
    }
}

fn check_visitor(named: Option<&str>, path: &str, headers: &HeaderMap, port: u16) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, NO_HOST));
    };
    let host = host.to_str().unwrap_or_default();
    if !is_own(host, port) || named.is_some_and(|named| !is_own(named, port)) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, FOREIGN_HOST));
    }
    let own_page = |origin: &HeaderValue| {
        let page = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        page.is_some_and(|page| page.eq_ignore_ascii_case(host))
    };
    // A link from elsewhere may open the page, but nothing from elsewhere may ask the API.
    let own_site = |site: &HeaderValue| site == "same-origin" || site == "none" || !path.starts_with("/api");
    if !headers.get_all(header::ORIGIN).iter().all(own_page) || !headers.get_all(SITE).iter().all(own_site) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, FOREIGN_ORIGIN));
    }
    Ok(())
}

/// Whether this is a name of this computer's loopback, with this port.
fn is_own(host: &str, port: u16) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        host.eq_ignore_ascii_case(&format!("{name}:{port}")) || (port == 80 && host.eq_ignore_ascii_case(name))
    })
}

/// Reads the body of whatever is no mere look, and lets through nothing or JSON.
pub(crate) async fn body(State(time): State<Duration>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match read(&parts.headers, body, time).await {
        Ok(body) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn read(headers: &HeaderMap, body: Body, time: Duration) -> Result<Body, Refusal> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter().peekable();
    let said = types.peek().is_some();
    if !types.all(is_json) {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ONLY_JSON));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY as u64) {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE));
    }
    let bytes = match tokio::time::timeout(time, to_bytes(body, LARGEST_BODY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)),
        Err(_) => return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, TOO_SLOW)),
    };
    if !said && !bytes.is_empty() {
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ONLY_JSON));
    }
    Ok(Body::from(bytes))
}

/// Lets in only bots with a key, and says to the route whose it is.
pub(crate) async fn key(State(keys): State<Arc<dyn Keys>>, mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = sent.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, key)) = key else { return unauthorized(NO_KEY) };
    match keys.enter(key.trim()) {
        Ok(bot) => {
            request.extensions_mut().insert(bot);
            next.run(request).await
        }
        Err(Shut::WrongKey) => unauthorized(WRONG_KEY),
        Err(Shut::Unknowable(problem)) => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, problem).into_response(),
        Err(Shut::TooMany(after)) => {
            let refusal = Refusal::with_code(StatusCode::TOO_MANY_REQUESTS, name(Code::TooMany), TOO_OFTEN);
            refusal.again_after(after).into_response()
        }
    }
}

/// Where nobody needs a key: whoever shows one all the same has it looked at, and is the bot that it says.
pub(crate) async fn key_if_shown(keys: State<Arc<dyn Keys>>, request: Request, next: Next) -> Response {
    match request.headers().contains_key(header::AUTHORIZATION) {
        true => key(keys, request, next).await,
        false => next.run(request).await,
    }
}

/// RFC 6750: which kind of key is wanted.
fn unauthorized(problem: Problem) -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Daypass\""))];
    (challenge, Refusal::new(StatusCode::UNAUTHORIZED, problem)).into_response()
}

fn is_json(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What goes with every answer: nothing may be kept, guessed, framed or told to others.
pub(crate) async fn dress(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // The page's files say by themselves how they are kept.
    if !headers.contains_key(header::ETAG) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

const POLICY: &str = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const NO_KEY: Problem = Problem::new(
    "no_key",
    "A token needs a key over HTTP.",
    "Make one with `daypass keys make NAME` and send it as `Authorization: Bearer KEY`, or use the local socket.",
    Remedy::FixSetting,
);

const WRONG_KEY: Problem = Problem::new(
    "wrong_key",
    "This key opens nothing here.",
    "See `daypass keys`; a lost or revoked key is replaced by a new one: `daypass keys make NAME`.",
    Remedy::FixSetting,
);

const TOO_OFTEN: Problem = Problem::new(
    "too_often",
    "That was asked too often.",
    "Ask again after the time that Retry-After says; to wait for a new token, use /api/token/wait or /api/token/watch.",
    Remedy::TryAgain,
);

const NO_HOST: Problem =
    Problem::new("no_host", "The request names no host, or several.", "Send one Host header.", Remedy::FixSetting);

const FOREIGN_HOST: Problem = Problem::new(
    "foreign_host",
    "This door answers only to localhost, 127.0.0.1 and [::1], with its own port.",
    "Use http://localhost and the port of Daypass.",
    Remedy::FixSetting,
);

const FOREIGN_ORIGIN: Problem = Problem::new(
    "foreign_origin",
    "A page of another origin may not use this door.",
    "Open the dashboard, or ask from a program.",
    Remedy::FixSetting,
);

const ONLY_JSON: Problem = Problem::new(
    "only_json",
    "Only JSON is read here.",
    "Send no body and no content type, or JSON as application/json.",
    Remedy::FixSetting,
);

const TOO_LARGE: Problem =
    Problem::new("too_large", "The body is too large or broke off.", "Send at most 64 KiB.", Remedy::FixSetting);

const TOO_SLOW: Problem =
    Problem::new("too_slow", "The body did not arrive in time.", "Send it at once.", Remedy::TryAgain);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_computer_need_the_doors_port() {
        for (host, port, own) in [
            ("localhost:8000", 8000, true),
            ("LOCALHOST:8000", 8000, true),
            ("127.0.0.1:8000", 8000, true),
            ("[::1]:8000", 8000, true),
            ("localhost", 80, true),
            ("localhost:80", 80, true),
            ("localhost", 8000, false),
            ("localhost:8001", 8000, false),
            ("evil.example:8000", 8000, false),
            ("localhost.evil.example:8000", 8000, false),
            ("127.0.0.1.nip.io:8000", 8000, false),
            ("localhost:8000@evil.example", 8000, false),
            ("evil@localhost:8000", 8000, false),
            ("0.0.0.0:8000", 8000, false),
            ("2130706433:8000", 8000, false),
            ("", 8000, false),
        ] {
            assert_eq!(is_own(host, port), own, "{host:?} at {port}");
        }
    }

    #[test]
    fn json_is_json_with_parameters_and_in_any_case() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
            ("text/plain; application/json", false),
            ("application/json-seq", false),
            ("", false),
        ] {
            assert_eq!(is_json(&HeaderValue::from_static(kind)), json, "{kind:?}");
        }
    }
}
