//! The shapes of Upstox's answers, read leniently.
//!
//! The invariant: fields that are missing, unknown or of another type never turn a good answer into a bad one; only
//! the access token itself is needed. What this is not: a client of the whole API; Daypass asks for three things.

use super::codes::{self, Entry, Sense};
use crate::http::Reply;
use crate::{BrokerError, Failure, rfc6749};
use daypass_domain::{Problem, Secret, UserId};
use serde::Deserialize;
use serde_json::Value;

/// The reply to an exchange, as far as it matters. It is flat; `expires_in` and its like are documented in one place
/// and contradicted in another, so the end is never taken from them.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) access_token: Secret,
    user_id: Option<Value>,
}

impl Token {
    /// The token of a reply that carries one.
    pub(super) fn of(reply: &Reply) -> Option<Self> {
        if !reply.status.is_success() || !reply.may_be_own_words() {
            return None;
        }
        let token: Self = serde_json::from_slice(&reply.body).ok()?;
        (!token.access_token.is_empty()).then_some(token)
    }

    pub(super) fn user(&self) -> Option<UserId> {
        self.user_id.as_ref().and_then(user)
    }
}

/// The owner that a profile names: the proof that the answer is Upstox's own.
pub(super) fn profile_user(reply: &Reply) -> Option<UserId> {
    let body = reply.json().filter(|_| reply.status.is_success())?;
    if body.get("status")? != "success" {
        return None;
    }
    user(body.get("data")?.get("user_id")?)
}

/// Whether a sign-out was confirmed.
pub(super) fn is_success(reply: &Reply) -> bool {
    reply.status.is_success() && reply.json().is_some_and(|body| body.get("status").is_some_and(|s| s == "success"))
}

fn user(value: &Value) -> Option<UserId> {
    value.as_str().map(str::trim).filter(|id| !id.is_empty()).map(|id| UserId(id.to_owned()))
}

/// What a reply that is no success says.
pub(super) enum No {
    /// A code of the table, and the text beside it.
    Known(&'static Entry, String),
    /// Upstox's own words, but none that the table knows: the code (or the name of an exception), and its text.
    Strange(String, String),
    /// Nothing of Upstox's own.
    Silence,
}

impl No {
    /// Reads the error body. Snake case and camel case are both sent, several entries may come, and one route answers
    /// with a Java exception written out.
    pub(super) fn of(reply: &Reply) -> Self {
        let Some(body) = reply.json() else { return Self::Silence };
        let said: Vec<(&str, &str)> = body
            .get("errors")
            .and_then(Value::as_array)
            .map(|entries| entries.iter().map(|entry| (code(entry), text(entry))).collect())
            .unwrap_or_else(|| vec![(code(&body), text(&body))]);
        let known = codes::CODES.iter().find_map(|entry| {
            said.iter().find(|(code, _)| *code == entry.code).map(|(_, text)| Self::Known(entry, (*text).to_owned()))
        });
        let strange = || {
            let (code, text) = said.iter().find(|(code, text)| !code.is_empty() || !text.is_empty())?;
            Some(Self::Strange((*code).to_owned(), (*text).to_owned()))
        };
        known.or_else(strange).unwrap_or(Self::Silence)
    }

    /// The words for it.
    pub(super) fn problem(&self, reply: &Reply) -> Problem {
        match self {
            Self::Known(entry, text) => entry.problem().quoting(text),
            Self::Strange(code, text) if is_refusal(reply) => rfc6749::unknown(super::NAME, code, text),
            Self::Strange(code, text) => reply.no_words(super::NAME).quoting(&format!("{code} {text}")),
            Self::Silence => reply.no_words(super::NAME),
        }
    }

    /// The failure of a request that had to succeed.
    pub(super) fn failure(&self, reply: &Reply) -> BrokerError {
        let failure = match self {
            Self::Known(entry, _) if entry.sense != Sense::Passing => Failure::Refused,
            Self::Strange(..) if is_refusal(reply) => Failure::Refused,
            _ => Failure::Unknown,
        };
        reply.failed(failure, self.problem(reply))
    }

    /// Whether Upstox itself says that this token does not work.
    pub(super) fn is_dead_token(&self) -> bool {
        matches!(self, Self::Known(entry, _) if entry.sense == Sense::TokenDead)
    }
}

/// Whether the status says that the request itself was at fault, and not the moment.
fn is_refusal(reply: &Reply) -> bool {
    reply.status.is_client_error() && !matches!(reply.status.as_u16(), 408 | 423 | 425 | 429)
}

fn code(entry: &Value) -> &str {
    first(entry, &["error_code", "errorCode"])
}

fn text(entry: &Value) -> &str {
    first(entry, &["message", "localizedMessage", "error_description"])
}

fn first<'v>(entry: &'v Value, keys: &[&str]) -> &'v str {
    keys.iter().filter_map(|key| entry.get(key)?.as_str()).find(|text| !text.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(status: u16, body: &str) -> (String, Failure, Option<String>) {
        let reply = Reply::of(status, body);
        let error = No::of(&reply).failure(&reply);
        (error.problem.code.into_owned(), error.failure, error.problem.quote)
    }

    #[test]
    fn error_bodies_are_read_in_every_shape() {
        use Failure::{Refused, Unknown};
        for (sentence, status, body, code, failure) in [
            (
                "snake case",
                400,
                r#"{"status":"error","errors":[{"error_code":"UDAPI100057","message":"Invalid Auth code"}]}"#,
                "UDAPI100057",
                Refused,
            ),
            ("camel case", 401, r#"{"errors":[{"errorCode":"UDAPI100069","message":"x"}]}"#, "UDAPI100069", Refused),
            (
                "both, one null",
                400,
                r#"{"errors":[{"error_code":null,"errorCode":"UDAPI100070","propertyPath":null}]}"#,
                "UDAPI100070",
                Refused,
            ),
            (
                "several: the one we know",
                400,
                r#"{"errors":[{"error_code":"UDAPI7"},{"error_code":"UDAPI100068"}]}"#,
                "UDAPI100068",
                Refused,
            ),
            (
                "several known: the most telling",
                400,
                r#"{"errors":[{"error_code":"UDAPI10000"},{"error_code":"UDAPI100058"}]}"#,
                "UDAPI100058",
                Refused,
            ),
            (
                "the code counts, not the status",
                500,
                r#"{"errors":[{"error_code":"UDAPI100057"}]}"#,
                "UDAPI100057",
                Refused,
            ),
            ("a passing code never refuses", 400, r#"{"errors":[{"error_code":"UDAPI10005"}]}"#, "UDAPI10005", Unknown),
            ("a closed service", 423, r#"{"errors":[{"error_code":"UDAPI100072"}]}"#, "UDAPI100072", Unknown),
            (
                "an unknown code with 400",
                400,
                r#"{"errors":[{"error_code":"UDAPI7","message":"odd"}]}"#,
                "unknown_error",
                Refused,
            ),
            (
                "an unknown code with 500",
                500,
                r#"{"errors":[{"error_code":"UDAPI7","message":"odd"}]}"#,
                "server_trouble",
                Unknown,
            ),
            (
                "an unknown code with 429",
                429,
                r#"{"errors":[{"error_code":"UDAPI7","message":"odd"}]}"#,
                "too_many_requests",
                Unknown,
            ),
            (
                "an exception written out",
                401,
                r#"{"cause":null,"stackTrace":[],"message":"Invalid token","suppressed":[]}"#,
                "unknown_error",
                Refused,
            ),
            ("a page", 403, "<html>error code: 1010</html>", "blocked", Unknown),
            ("a page with 429", 429, "<html></html>", "too_many_requests", Unknown),
            ("nothing", 502, "", "server_trouble", Unknown),
            ("JSON of no meaning", 200, "[]", "unreadable", Unknown),
            ("errors that are none", 400, r#"{"errors":"yes"}"#, "unreadable", Unknown),
        ] {
            let (found, how, _) = says(status, body);
            assert_eq!((found.as_str(), how), (code, failure), "{sentence}");
        }
    }

    #[test]
    fn the_brokers_text_is_kept_beside_ours() {
        let (_, _, quote) = says(400, r#"{"errors":[{"error_code":"UDAPI100057","message":"Invalid Auth code"}]}"#);
        assert_eq!(quote.as_deref(), Some("Invalid Auth code"));
        let (_, _, quote) = says(400, r#"{"errors":[{"error_code":"UDAPI7","message":"odd"}]}"#);
        assert_eq!(quote.as_deref(), Some("UDAPI7 odd"));
    }

    #[test]
    fn a_token_needs_nothing_but_itself() {
        let of = |status, body| Token::of(&Reply::of(status, body));
        let bare = of(200, r#"{"access_token":"upstox-token-1","new":{"x":[1]},"user_id":7,"extended_token":null}"#);
        assert!(bare.as_ref().is_some_and(|token| token.access_token.matches(b"upstox-token-1")));
        assert_eq!(bare.and_then(|token| token.user()), None, "a user id that is no text is no user id");
        let named = of(200, r#"{"access_token":"upstox-token-1","user_id":"AB1234"}"#);
        assert_eq!(named.and_then(|token| token.user()), Some(UserId("AB1234".into())));
        for (sentence, status, body) in [
            ("an empty token", 200, r#"{"access_token":""}"#),
            ("no token", 200, r#"{"status":"success"}"#),
            ("a null", 200, r#"{"access_token":null}"#),
            ("an error status", 400, r#"{"access_token":"upstox-token-1"}"#),
            ("a page", 200, "<html></html>"),
        ] {
            assert!(of(status, body).is_none(), "{sentence}");
        }
    }

    #[test]
    fn only_a_named_owner_proves_a_profile() {
        let user = |status, body| profile_user(&Reply::of(status, body));
        assert_eq!(user(200, r#"{"status":"success","data":{"user_id":"AB1234"}}"#), Some(UserId("AB1234".into())));
        for (sentence, status, body) in [
            ("a portal that says 200", 200, r#"{"ok":true}"#),
            ("success without an owner", 200, r#"{"status":"success","data":{}}"#),
            ("an error that names an owner", 200, r#"{"status":"error","data":{"user_id":"AB1234"}}"#),
            ("a status that is no success", 403, r#"{"status":"success","data":{"user_id":"AB1234"}}"#),
        ] {
            assert_eq!(user(status, body), None, "{sentence}");
        }
    }
}
