//! Looks at one request and says what it is. Pure.
//!
//! The order is the invariant: host, path, method, then `state`, and only then anything else of the query. A forged
//! `?error=` is therefore never even read. What this is not: it does not know whether the state was used before, and
//! it answers nobody.

use daypass_domain::{RedirectUri, Secret};
use hyper::header::{HOST, HeaderName};
use hyper::{Method, Request, StatusCode};
use std::collections::HashSet;
use url::{Host, form_urlencoded};

/// Name and value of what the callback carried, in the order of arrival, without `state`.
pub(crate) type Params = Vec<(String, Secret)>;

/// Where the result is shown; without a query, so that nothing secret stays in the address.
const DONE: &str = "/done";
/// The same, for accounts whose redirect URI has that path already.
const DONE_ELSEWHERE: &str = "/daypass-done";
/// What a browser says it wants the answer for; absent from other programs.
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// What one sign-in lets in.
pub(crate) struct Gate {
    redirect: RedirectUri,
    state: Secret,
    hosts: Vec<String>,
}

/// What a request is.
pub(crate) enum Verdict {
    /// The callback, with the right state.
    Answer(Params),
    /// A tab that asks for the result.
    Done,
    /// Nothing that counts.
    Stray(Stray),
}

/// Why a request does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    /// Its `Host` is not this listener: DNS rebinding, or a proxy.
    ForeignHost,
    /// A picture, a frame or a script asks; the broker only ever sends a whole page here.
    NotAPage,
    /// No such path.
    NotFound,
    /// The path is right, the method is not GET.
    NotGet,
    /// No state, or not ours, or two of them.
    WrongState,
    /// The state is right, but something is said twice.
    Unclear,
}

impl Stray {
    /// What the log may say about it.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::ForeignHost => "foreign host",
            Self::NotAPage => "not a page load",
            Self::NotFound => "other path",
            Self::NotGet => "not GET",
            Self::WrongState => "wrong state",
            Self::Unclear => "a parameter twice",
        }
    }

    /// The HTTP status it is answered with.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::ForeignHost | Self::NotAPage => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotGet => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongState | Self::Unclear => StatusCode::BAD_REQUEST,
        }
    }
}

impl Gate {
    /// A gate for one sign-in.
    pub(crate) fn new(redirect: RedirectUri, state: Secret) -> Self {
        let hosts = allowed_hosts(&redirect);
        Self { redirect, state, hosts }
    }

    /// Where this sign-in's result is shown.
    pub(crate) fn done_path(&self) -> &'static str {
        if self.redirect.path() == DONE { DONE_ELSEWHERE } else { DONE }
    }

    /// The address that the broker sends the browser to.
    pub(crate) fn redirect(&self) -> &RedirectUri {
        &self.redirect
    }

    /// Judges a request by its head; the body is never read.
    pub(crate) fn judge<B>(&self, request: &Request<B>) -> Verdict {
        if !self.knows_host(request) {
            return Verdict::Stray(Stray::ForeignHost);
        }
        let is_done = request.uri().path() == self.done_path();
        if !is_done && request.uri().path() != self.redirect.path() {
            return Verdict::Stray(Stray::NotFound);
        }
        if request.method() != Method::GET {
            return Verdict::Stray(Stray::NotGet);
        }
        if request.headers().get(FETCH_DEST).is_some_and(|dest| dest != "document") {
            return Verdict::Stray(Stray::NotAPage);
        }
        if is_done {
            return Verdict::Done;
        }
        match self.read(request.uri().query().unwrap_or_default()) {
            Ok(params) => Verdict::Answer(params),
            Err(stray) => Verdict::Stray(stray),
        }
    }

    /// Checks the state in constant time, and only then the rest.
    pub(crate) fn read(&self, query: &str) -> Result<Params, Stray> {
        let pairs = || form_urlencoded::parse(query.as_bytes());
        let mut states = pairs().filter(|(name, _)| name == "state");
        let right = states.next().is_some_and(|(_, given)| self.state.matches(given.as_bytes()));
        if !right || states.next().is_some() {
            return Err(Stray::WrongState);
        }
        let mut seen = HashSet::new();
        if !pairs().all(|(name, _)| seen.insert(name)) {
            return Err(Stray::Unclear);
        }
        let rest = pairs().filter(|(name, _)| name != "state");
        Ok(rest.map(|(name, value)| (name.into_owned(), Secret::new(value))).collect())
    }

    fn knows_host<B>(&self, request: &Request<B>) -> bool {
        let mut given = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (given.next(), given.next()) else { return false };
        // An absolute target ("GET http://…") is meant for a proxy, which this is not.
        request.uri().authority().is_none()
            && host.to_str().is_ok_and(|host| self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)))
    }
}

/// The redirect URI's own host and the loopback names, each as a browser writes it.
fn allowed_hosts(redirect: &RedirectUri) -> Vec<String> {
    let own = match redirect.host() {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => format!("[{ip}]"),
    };
    let names = ["localhost", "127.0.0.1", "[::1]", own.as_str()];
    let port = redirect.port();
    let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
    if port == 80 {
        hosts.extend(names.iter().map(|&name| name.to_owned()));
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = "the-right-state-of-this-sign-in";

    fn gate(redirect: &str) -> Gate {
        Gate::new(RedirectUri::new(redirect).expect("a redirect URI"), Secret::new(STATE))
    }

    fn request(line: &str, headers: &[(&str, &str)]) -> Request<()> {
        let (method, target) = line.split_once(' ').expect("method and target");
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request")
    }

    fn verdict(gate: &Gate, line: &str, headers: &[(&str, &str)]) -> String {
        match gate.judge(&request(line, headers)) {
            Verdict::Answer(params) => {
                let names: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
                format!("answer {}", names.join(","))
            }
            Verdict::Done => "done".to_owned(),
            Verdict::Stray(stray) => stray.reason().to_owned(),
        }
    }

    #[test]
    fn only_a_get_of_the_exact_path_with_the_right_state_counts() {
        let gate = gate("http://localhost:5001/callback");
        let host = [("host", "localhost:5001")];
        for (sentence, target, expected) in [
            ("the callback", format!("GET /callback?code=c0de&state={STATE}"), "answer code"),
            ("the broker says no", format!("GET /callback?error=access_denied&state={STATE}"), "answer error"),
            (
                "an empty answer is for the broker's own file to judge",
                format!("GET /callback?state={STATE}"),
                "answer ",
            ),
            ("no query", "GET /callback".into(), "wrong state"),
            ("no state", "GET /callback?code=c0de".into(), "wrong state"),
            ("a forged error", "GET /callback?error=access_denied".into(), "wrong state"),
            ("a prefix of the state", format!("GET /callback?code=c&state={}", &STATE[..30]), "wrong state"),
            ("two states", format!("GET /callback?state={STATE}&code=c&state={STATE}"), "wrong state"),
            ("the state in other letters", format!("GET /callback?STATE={STATE}&code=c"), "wrong state"),
            ("two codes", format!("GET /callback?code=a&state={STATE}&code=b"), "a parameter twice"),
            ("two codes, one in disguise", format!("GET /callback?code=a&state={STATE}&c%6fde=b"), "a parameter twice"),
            ("HEAD", format!("HEAD /callback?code=c&state={STATE}"), "not GET"),
            ("POST", format!("POST /callback?code=c&state={STATE}"), "not GET"),
            ("a slash more", format!("GET /callback/?code=c&state={STATE}"), "other path"),
            ("a longer path", format!("GET /callbacks?code=c&state={STATE}"), "other path"),
            ("an encoded path", format!("GET /c%61llback?code=c&state={STATE}"), "other path"),
            ("the browser's icon", "GET /favicon.ico".into(), "other path"),
            ("the result", "GET /done".into(), "done"),
            ("a HEAD of the result", "HEAD /done".into(), "not GET"),
        ] {
            assert_eq!(verdict(&gate, &target, &host), expected, "{sentence}");
        }
    }

    #[test]
    fn only_this_listener_may_be_meant() {
        let line = format!("GET /callback?code=c&state={STATE}");
        let gate = gate("http://localhost:5001/callback");
        for (sentence, headers, expected) in [
            ("by name", vec![("host", "localhost:5001")], "answer code"),
            ("by name in capitals", vec![("host", "LocalHost:5001")], "answer code"),
            ("by IPv4 address", vec![("host", "127.0.0.1:5001")], "answer code"),
            ("by IPv6 address", vec![("host", "[::1]:5001")], "answer code"),
            ("another port", vec![("host", "localhost:5002")], "foreign host"),
            ("no port", vec![("host", "localhost")], "foreign host"),
            ("a rebound name", vec![("host", "evil.example:5001")], "foreign host"),
            ("no host", vec![], "foreign host"),
            ("two hosts", vec![("host", "localhost:5001"), ("host", "evil.example")], "foreign host"),
            ("a page load", vec![("host", "localhost:5001"), ("sec-fetch-dest", "document")], "answer code"),
            ("a picture", vec![("host", "localhost:5001"), ("sec-fetch-dest", "image")], "not a page load"),
            ("a frame", vec![("host", "localhost:5001"), ("sec-fetch-dest", "iframe")], "not a page load"),
        ] {
            assert_eq!(verdict(&gate, &line, &headers), expected, "{sentence}");
        }
        let proxied = format!("GET http://localhost:5001/callback?code=c&state={STATE}");
        assert_eq!(verdict(&gate, &proxied, &[("host", "localhost:5001")]), "foreign host", "as to a proxy");
    }

    #[test]
    fn the_result_never_shares_the_callbacks_path() {
        assert_eq!(gate("http://localhost:5001/callback").done_path(), "/done");
        assert_eq!(gate("http://localhost:5001/done").done_path(), "/daypass-done");
        assert_eq!(gate("http://localhost:5001").done_path(), "/done");
    }

    #[test]
    fn on_port_80_browsers_leave_the_port_out() {
        let line = format!("GET /?code=c&state={STATE}");
        assert_eq!(verdict(&gate("http://localhost/"), &line, &[("host", "localhost")]), "answer code");
        assert_eq!(verdict(&gate("http://127.0.0.9/"), &line, &[("host", "127.0.0.9")]), "answer code");
    }
}
