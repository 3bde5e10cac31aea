//! The token endpoint's answer, read leniently, and the grant that it makes.
//!
//! The invariant: a renewal keeps `granted_at` and `user`, and loses a refresh token only if it is spent. What this is
//! not: a judge of scopes or of an `id_token`; neither changes what Daypass does.

use super::options::{Keeping, Setup};
use chrono::Duration;
use daypass_domain::expiry::Rule;
use daypass_domain::{Grant, Issue, Moment, Secret, UserId, ends_at};
use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The end of an access token: what the reply says, or what the token itself says, whichever is earlier.
pub(super) const RULES: &[Rule] = &[Rule::SecondsFromIssue, Rule::JwtExp];

/// Ten years. A greater `expires_in` is no length of time; some servers send the date of the end in it.
const LONGEST_LIFE: i64 = 10 * 366 * 86_400;

/// The reply, as far as it matters. The `oauth2` crate's own type insists on `token_type` and on a lifetime that is
/// not negative; servers that leave out the one and send the other are in use.
#[derive(Debug, Deserialize, Serialize)]
#[serde(from = "Loose")]
pub(super) struct TokenReply {
    access: AccessToken,
    kind: BasicTokenType,
    refresh: Option<RefreshToken>,
    expires_in: Option<i64>,
    refresh_expires_in: Option<i64>,
    user: Option<String>,
}

#[derive(Deserialize)]
struct Loose {
    access_token: Option<Value>,
    refresh_token: Option<Value>,
    expires_in: Option<Value>,
    refresh_expires_in: Option<Value>,
    refresh_token_expires_in: Option<Value>,
    user_id: Option<Value>,
}

impl From<Loose> for TokenReply {
    fn from(loose: Loose) -> Self {
        // Some servers send both names, for old clients and new ones. The earlier end is the safe one.
        let renewable = [&loose.refresh_expires_in, &loose.refresh_token_expires_in].into_iter().flatten();
        Self {
            access: AccessToken::new(loose.access_token.as_ref().and_then(text).unwrap_or_default()),
            kind: BasicTokenType::Bearer,
            refresh: loose.refresh_token.as_ref().and_then(text).map(RefreshToken::new),
            expires_in: loose.expires_in.as_ref().and_then(seconds),
            refresh_expires_in: renewable.filter_map(seconds).filter(|seconds| *seconds > 0).min(),
            user: loose.user_id.as_ref().and_then(name),
        }
    }
}

impl TokenResponse for TokenReply {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.kind
    }

    fn expires_in(&self) -> Option<std::time::Duration> {
        self.expires_in.and_then(|seconds| u64::try_from(seconds).ok()).map(std::time::Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl TokenReply {
    /// Whether there is a token in it at all.
    pub(super) fn has_token(&self) -> bool {
        !self.access.secret().is_empty()
    }

    /// What a sign-in gave.
    pub(super) fn granted(&self, setup: &Setup, now: Moment) -> Grant {
        Grant {
            access: Secret::new(self.access.secret().as_str()),
            refresh: self.new_refresh(),
            issued_at: now,
            granted_at: now,
            access_ends: self.access_ends(now, now),
            refresh_ends: self.refresh.as_ref().and_then(|_| earliest(self.refresh_said(now), fixed(setup, now))),
            user: self.user(setup),
            refresh_sent: false,
        }
    }

    /// What a renewal gave.
    pub(super) fn renewed(&self, setup: &Setup, old: &Grant, now: Moment) -> Grant {
        let (refresh, said) = match setup.keeping {
            Keeping::Keep => (old.refresh.clone(), self.refresh_said(now).or(old.refresh_ends)),
            Keeping::OneTime => (self.new_refresh(), self.refresh_said(now)),
            Keeping::IfPresent => match self.new_refresh() {
                Some(new) => (Some(new), self.refresh_said(now)),
                None => (old.refresh.clone(), self.refresh_said(now).or(old.refresh_ends)),
            },
        };
        let refresh_ends = refresh.as_ref().and_then(|_| earliest(said, fixed(setup, old.granted_at)));
        Grant {
            access: Secret::new(self.access.secret().as_str()),
            refresh,
            issued_at: now,
            granted_at: old.granted_at,
            access_ends: self.access_ends(now, old.granted_at),
            refresh_ends,
            user: old.user.clone(),
            refresh_sent: false,
        }
    }

    /// Reply and probe may know one person under two ids. Where there is a probe, it alone says who it is, because it is
    /// asked again and again.
    fn user(&self, setup: &Setup) -> Option<UserId> {
        if setup.probe.is_none() { self.user.clone().map(UserId) } else { None }
    }

    fn new_refresh(&self) -> Option<Secret> {
        self.refresh.as_ref().map(|token| Secret::new(token.secret().as_str()))
    }

    fn access_ends(&self, at: Moment, granted_at: Moment) -> Option<Moment> {
        ends_at(RULES, &Issue { at, granted_at, token: self.access.secret(), expires_in: self.expires_in })
    }

    fn refresh_said(&self, now: Moment) -> Option<Moment> {
        now.checked_add_signed(Duration::try_seconds(self.refresh_expires_in?)?)
    }
}

fn fixed(setup: &Setup, granted_at: Moment) -> Option<Moment> {
    granted_at.checked_add_signed(setup.refresh_life?)
}

fn earliest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    one.into_iter().chain(other).min()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A user's name or number.
pub(super) fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn seconds(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_i64().or_else(|| number.as_f64().map(|f| f as i64)),
    };
    number.filter(|seconds| *seconds <= LONGEST_LIFE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, credentials};

    fn reply(json: &str) -> TokenReply {
        serde_json::from_str(json).expect("a reply")
    }

    fn setup(more: &[(&str, &str)]) -> Setup {
        let urls = [("authorize_url", "https://id.example.org/a"), ("token_url", "https://id.example.org/t")];
        Setup::read(&credentials(&[&urls, more].concat())).expect("a setup")
    }

    fn told(grant: &Grant) -> (Option<&str>, Option<Moment>) {
        (grant.refresh.as_ref().map(Secret::expose), grant.refresh_ends)
    }

    #[test]
    fn a_reply_needs_nothing_but_the_token() {
        let now = at("2026-11-17T08:00:00Z");
        for (sentence, json, life) in [
            ("bare", r#"{"access_token":"tok-abcdef"}"#, None),
            (
                "standard",
                r#"{"access_token":"tok-abcdef","token_type":"Bearer","expires_in":1800,"scope":"a b"}"#,
                Some(1800),
            ),
            ("a lifetime as text", r#"{"access_token":"tok-abcdef","expires_in":"1800"}"#, Some(1800)),
            ("a lifetime with a fraction", r#"{"access_token":"tok-abcdef","expires_in":1800.9}"#, Some(1800)),
            ("a negative lifetime says nothing", r#"{"access_token":"tok-abcdef","expires_in":-3}"#, None),
            (
                "a date instead of a lifetime says nothing",
                r#"{"access_token":"tok-abcdef","expires_in":"1772527627"}"#,
                None,
            ),
            (
                "nulls and foreign fields",
                r#"{"access_token":"tok-abcdef","expires_in":null,"id_token":"x.y.z","z":[]}"#,
                None,
            ),
        ] {
            let grant = reply(json).granted(&setup(&[]), now);
            assert!(grant.access.matches(b"tok-abcdef"), "{sentence}");
            assert_eq!(grant.access_ends, life.map(|seconds| now + Duration::seconds(seconds)), "{sentence}");
            assert!(grant.refresh.is_none() && grant.refresh_ends.is_none(), "{sentence}");
        }
        for empty in [r#"{}"#, r#"{"access_token":""}"#, r#"{"access_token":null}"#, r#"{"access_token":7}"#] {
            assert!(!reply(empty).has_token(), "{empty}");
        }
    }

    #[test]
    fn one_source_alone_says_who_signed_in() {
        let now = at("2026-11-17T08:00:00Z");
        let user = |json, more| reply(json).granted(&setup(more), now).user;
        let (named, silent) = (r#"{"access_token":"tok-abcdef","user_id":"U1"}"#, r#"{"access_token":"tok-abcdef"}"#);
        let probe = [("probe_url", "https://id.example.org/me")];
        assert_eq!(user(named, &[]), Some(UserId("U1".into())), "nobody else can be asked");
        assert_eq!(user(named, &probe), None, "the probe will say it");
        assert_eq!(user(silent, &[]), None, "nobody says it");
    }

    #[test]
    fn the_end_of_what_renews_is_the_earliest_that_is_known() {
        let now = at("2026-11-17T08:00:00Z");
        let json = r#"{"access_token":"tok-abcdef","refresh_token":"ref-abcdef","refresh_token_expires_in":3600}"#;
        let ends = |more| reply(json).granted(&setup(more), now).refresh_ends;
        assert_eq!(ends(&[]), Some(now + Duration::hours(1)), "what the reply says");
        assert_eq!(ends(&[("refresh_life", "30m")]), Some(now + Duration::minutes(30)), "what the owner says");
        assert_eq!(ends(&[("refresh_life", "7d")]), Some(now + Duration::hours(1)), "the earlier of both");
        for (sentence, one, other, life) in [
            ("both names, one number", "3600", "3600", Some(3600)),
            ("both names, two numbers", "7200", "\"3600\"", Some(3600)),
            ("the other one says nothing", "null", "3600", Some(3600)),
            ("zero says nothing", "3600", "0", Some(3600)),
            ("neither says anything", "0", "null", None),
        ] {
            let both = format!(r#""refresh_expires_in":{one},"refresh_token_expires_in":{other}"#);
            let json = format!(r#"{{"access_token":"tok-abcdef","refresh_token":"ref-abcdef",{both}}}"#);
            let ends = reply(&json).granted(&setup(&[]), now).refresh_ends;
            assert_eq!(ends, life.map(|seconds| now + Duration::seconds(seconds)), "{sentence}");
        }
        let silent = reply(r#"{"access_token":"tok-abcdef","refresh_token":"ref-abcdef"}"#);
        assert_eq!(silent.granted(&setup(&[]), now).refresh_ends, None, "no known end");
    }

    #[test]
    fn a_renewal_keeps_the_sign_in_and_treats_the_refresh_token_as_told() {
        let signed_in = at("2026-11-17T08:00:00Z");
        let first =
            r#"{"access_token":"tok-abcdef","refresh_token":"ref-first","user_id":"U1","refresh_expires_in":3600}"#;
        let old = Grant { refresh_sent: true, ..reply(first).granted(&setup(&[]), signed_in) };
        let now = signed_in + Duration::minutes(20);
        let (bare, brings) = (
            r#"{"access_token":"tok-second","expires_in":1200,"user_id":"U2"}"#,
            r#"{"access_token":"tok-second","refresh_token":"ref-second","refresh_expires_in":3600}"#,
        );
        let (was, will) = (old.refresh_ends, Some(now + Duration::hours(1)));
        for (sentence, rotation, json, refresh) in [
            ("kept, with its end", "if_present", bare, (Some("ref-first"), was)),
            ("replaced, with a new end", "if_present", brings, (Some("ref-second"), will)),
            ("one-time and not replaced: gone", "one_time", bare, (None, None)),
            ("one-time and replaced", "one_time", brings, (Some("ref-second"), will)),
            ("never replaced, but its end may move", "keep", brings, (Some("ref-first"), will)),
        ] {
            let new = reply(json).renewed(&setup(&[("rotation", rotation)]), &old, now);
            assert_eq!(told(&new), refresh, "{sentence}");
            assert_eq!((new.granted_at, new.issued_at), (signed_in, now), "{sentence}");
            assert_eq!(new.user, Some(UserId("U1".into())), "{sentence}");
            assert!(!new.refresh_sent && new.access.matches(b"tok-second"), "{sentence}");
        }
        let fixed = setup(&[("refresh_life", "30m")]);
        let new = reply(brings).renewed(&fixed, &old, now);
        assert_eq!(new.refresh_ends, Some(signed_in + Duration::minutes(30)), "counted from the sign-in, not from now");
    }
}
