//! An answer that arrived whole, before anybody has understood it.
//!
//! The invariant: what is not the broker's own words (a redirect, a web page, an error of a gateway) is only ever
//! "no usable answer". Bodies are never quoted as they are: a broken one may hold half a token. What this is not: a
//! broker's error codes; those are beside each broker.

use super::headers;
use crate::{BrokerError, Failure, Reached};
use chrono::Duration;
use daypass_domain::{Moment, Problem, Remedy};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use zeroize::Zeroizing;

/// `Date` has whole seconds, and no answer is on its way for longer.
const ON_ITS_WAY: Duration = Duration::seconds(20);

/// Status, body, and what the headers told on the side.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) clock_skew: Option<Duration>,
    says_html: bool,
}

impl Reply {
    /// The head of it; the body follows.
    pub(super) fn begun(status: StatusCode, head: &HeaderMap, now: Moment) -> Self {
        let kind = head.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        Self {
            status,
            body: Zeroizing::default(),
            retry_after: headers::retry_after(head, now),
            clock_skew: headers::date(head).map(|date| date - now),
            says_html: kind.to_ascii_lowercase().contains("html"),
        }
    }

    /// Whether it is a web page: what gateways, guards and captive portals send.
    pub(crate) fn is_page(&self) -> bool {
        self.says_html || self.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
    }

    /// Whether it can be the broker speaking: no redirect, no web page.
    pub(crate) fn may_be_own_words(&self) -> bool {
        !self.status.is_redirection() && !self.is_page()
    }

    /// The body as JSON, if the broker itself may have said it.
    pub(crate) fn json(&self) -> Option<Value> {
        if self.may_be_own_words() { serde_json::from_slice(&self.body).ok() } else { None }
    }

    /// When what it brings was issued: by the broker's clock where ours is off by more than its way can be long.
    pub(crate) fn issued(&self, now: Moment) -> Moment {
        now + self.clock_skew.filter(|skew| skew.abs() > ON_ITS_WAY).unwrap_or_default()
    }

    /// The answer's value, with what its trip told.
    pub(crate) fn reached<T>(&self, value: T) -> Reached<T> {
        Reached { value, clock_skew: self.clock_skew, retry_after: self.retry_after }
    }

    /// The answer as a failure.
    pub(crate) fn failed(&self, failure: Failure, problem: Problem) -> BrokerError {
        BrokerError { failure, problem, retry_after: self.retry_after }
    }

    /// What to tell people when there is no word of the broker's own in it. Always [`Failure::Unknown`].
    pub(crate) fn no_words(&self, name: &str) -> Problem {
        let status = self.status;
        let portal = status.is_redirection() || status == StatusCode::NETWORK_AUTHENTICATION_REQUIRED;
        if portal || (status.is_success() && self.is_page()) {
            PORTAL.saying(format!("Something on the network answered instead of {name}."))
        } else if status == StatusCode::TOO_MANY_REQUESTS {
            TOO_MANY.saying(format!("{name} was asked too often and refuses to answer for a while."))
        } else if status == StatusCode::LOCKED {
            CLOSED.saying(format!("{name} is closed at this hour."))
        } else if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            TROUBLE.saying(format!("{name} is in trouble and gave no proper answer."))
        } else if self.is_page() {
            GUARD.saying(format!("A guard in front of {name} turned the request away."))
        } else {
            UNREADABLE.saying(format!("{name} sent an answer that Daypass cannot read."))
        }
        .quoting(&format!("HTTP {}", status.as_u16()))
    }
}

const PORTAL: Problem = Problem::new(
    "captive_portal",
    "Something on the network answered instead of the broker.",
    "Sign in to the network's own page if it has one; Daypass asks again later.",
    Remedy::TryAgain,
);
const TOO_MANY: Problem = Problem::new(
    "too_many_requests",
    "The broker was asked too often.",
    "Wait; Daypass asks again later.",
    Remedy::TryAgain,
);
const CLOSED: Problem = Problem::new(
    "closed",
    "The broker is closed at this hour.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);
const TROUBLE: Problem = Problem::new(
    "server_trouble",
    "The broker is in trouble.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);
const GUARD: Problem = Problem::new(
    "blocked",
    "A guard in front of the broker turned the request away.",
    "Wait some minutes; if it stays so, turn off a VPN or a proxy.",
    Remedy::TryAgain,
);
const UNREADABLE: Problem = Problem::new(
    "unreadable",
    "The answer cannot be read.",
    "Daypass asks again later; the token that you have is kept.",
    Remedy::TryAgain,
);

#[cfg(test)]
impl Reply {
    /// An answer for a table test.
    pub(crate) fn of(status: u16, body: &str) -> Self {
        let now = Moment::default();
        let mut reply = Self::begun(StatusCode::from_u16(status).expect("a status"), &HeaderMap::new(), now);
        reply.body = Zeroizing::new(body.as_bytes().to_vec());
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_brokers_own_words_has_a_name() {
        for (sentence, status, body, code) in [
            ("a redirect is a captive portal", 302, "", "captive_portal"),
            ("a page with 200 is a captive portal", 200, "\n <!doctype html><p>Welcome", "captive_portal"),
            ("a portal that says what it is (RFC 6585)", 511, "<html>sign in</html>", "captive_portal"),
            ("a page with 403 is a guard", 403, "<html>1010</html>", "blocked"),
            ("a page with 503 is trouble", 503, "<html>down</html>", "server_trouble"),
            ("429 is too often, page or not", 429, "<html>slow</html>", "too_many_requests"),
            ("423 is a closed door", 423, "", "closed"),
            ("half a JSON cannot be read", 200, r#"{"access_token":"abcdefgh"#, "unreadable"),
            ("nothing at all cannot be read", 200, "", "unreadable"),
        ] {
            let reply = Reply::of(status, body);
            let problem = reply.no_words("Upstox");
            assert_eq!(problem.code, code, "{sentence}");
            assert_eq!(problem.remedy, Remedy::TryAgain, "{sentence}");
            assert!(!format!("{problem:?}").contains("abcdefgh"), "{sentence}: no body in it");
        }
    }

    #[test]
    fn a_page_is_never_read_as_json() {
        let mut reply = Reply::of(200, r#"{"status":"success"}"#);
        assert!(reply.json().is_some());
        reply.says_html = true;
        assert!(reply.json().is_none());
        assert!(Reply::of(302, r#"{"status":"success"}"#).json().is_none());
    }
}
