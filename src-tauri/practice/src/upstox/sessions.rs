//! Upstox's tokens: signed, so that they are known again without a list, and on a list once they have been ended.
//!
//! The invariant: a token works while its signature is ours, its `exp` is ahead, and nobody has ended it since this
//! process began. What this is not: durable. The list is in memory: at a broker that is started anew with the same key
//! a token that was signed out works again until its `exp`, which no real broker allows. Nor is it one session per user;
//! whether a new sign-in ends the older token is not known of the real broker, so here it does not.

use crate::options::SigningKey;
use crate::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daypass_domain::Moment;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::HashMap;

/// The header of every token, as the real ones have it.
const HEADER: &str = r#"{"typ":"JWT","key_id":"sk_v1.0","alg":"HS256"}"#;
const ISSUER: &str = "udapi-gateway-service";

/// The middle part of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claims {
    pub(crate) sub: String,
    jti: String,
    is_multi_client: bool,
    is_plus_plan: bool,
    iat: i64,
    iss: String,
    /// Whole seconds; a cut-off of a short day that falls between two is rounded up, so that no token is born dead.
    pub(crate) exp: i64,
}

/// The tokens of this broker.
pub(crate) struct Sessions {
    key: SigningKey,
    /// By `jti`: those that this process has issued or ended.
    known: HashMap<String, Known>,
    /// Tokens of an earlier process that were issued up to here are ended.
    ended_until: Option<i64>,
}

struct Known {
    exp: i64,
    ended: bool,
}

impl Sessions {
    /// None yet; signs with that key, or with one of its own.
    pub(crate) fn new(key: Option<SigningKey>) -> Self {
        let key = key.unwrap_or_else(|| SigningKey(random::bytes()));
        Self { key, known: HashMap::new(), ended_until: None }
    }

    /// A new token for that user.
    pub(crate) fn issue(&mut self, user: &str, now: Moment, ends: Moment) -> String {
        self.known.retain(|_, known| known.exp > now.timestamp());
        let exp = ends.timestamp() + i64::from(ends.timestamp_subsec_nanos() > 0);
        let claims = Claims {
            sub: user.to_owned(),
            jti: random::hex_id(),
            is_multi_client: false,
            is_plus_plan: true,
            iat: now.timestamp(),
            iss: ISSUER.to_owned(),
            exp,
        };
        self.known.insert(claims.jti.clone(), Known { exp, ended: false });
        self.sign(&claims)
    }

    /// What a token says, if it works.
    pub(crate) fn read(&self, token: &str, now: Moment) -> Option<Claims> {
        let claims = self.verify(token)?;
        let alive = match self.known.get(&claims.jti) {
            Some(known) => !known.ended,
            // Of an earlier process: what was ended there is not known here.
            None => self.ended_until.is_none_or(|until| claims.iat > until),
        };
        (alive && Moment::from_timestamp(claims.exp, 0)? > now).then_some(claims)
    }

    /// Ends it. `false` if it did not work any more.
    pub(crate) fn end(&mut self, token: &str, now: Moment) -> bool {
        let Some(claims) = self.read(token, now) else { return false };
        self.known.insert(claims.jti, Known { exp: claims.exp, ended: true });
        true
    }

    /// Ends all of them.
    pub(crate) fn end_all(&mut self, now: Moment) {
        self.known.values_mut().for_each(|known| known.ended = true);
        self.ended_until = Some(now.timestamp());
    }

    fn sign(&self, claims: &Claims) -> String {
        let claims = serde_json::to_vec(claims).expect("claims are plain JSON");
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.mac(&text).finalize().into_bytes());
        format!("{text}.{signature}")
    }

    fn verify(&self, token: &str) -> Option<Claims> {
        let (text, signature) = token.rsplit_once('.')?;
        self.mac(text).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let (_, claims) = text.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.0).expect("any length is a key");
        mac.update(text.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use daypass_domain::jwt;

    fn at(text: &str) -> Moment {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_token_is_what_the_real_ones_are() {
        let mut sessions = Sessions::new(Some(SigningKey::new([1; 32])));
        let (now, ends) = (at("2026-11-17T20:00:00+05:30"), at("2026-11-18T03:30:00+05:30"));
        let token = sessions.issue("AB1234", now, ends);
        assert_eq!(jwt::exp(&token), Some(ends));
        let part = |n: usize| URL_SAFE_NO_PAD.decode(token.split('.').nth(n).expect("a part")).expect("base64");
        assert_eq!(String::from_utf8_lossy(&part(0)), HEADER);
        let claims: serde_json::Value = serde_json::from_slice(&part(1)).expect("JSON");
        let mut keys: Vec<&str> = claims.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["exp", "iat", "isMultiClient", "isPlusPlan", "iss", "jti", "sub"]);
        assert_eq!(claims["jti"].as_str().map(str::len), Some(24));
        assert_eq!(claims["sub"], "AB1234");
    }

    #[test]
    fn the_signature_is_the_standards_own() {
        // RFC 7515, appendix A.1: the key is longer than ours, so the sum itself is compared.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
                    dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mut mac = Hmac::<Sha256>::new_from_slice(&URL_SAFE_NO_PAD.decode(key).expect("base64")).expect("a key");
        mac.update(text.as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn a_token_works_until_it_ends_or_is_ended() {
        let now = at("2026-11-17T20:00:00Z");
        let mut sessions = Sessions::new(None);
        let (first, second) = (
            sessions.issue("AB1234", now, now + Duration::milliseconds(1_500)),
            sessions.issue("CD5678", now, now + Duration::hours(1)),
        );
        assert!(sessions.read(&first, now + Duration::milliseconds(1_999)).is_some(), "rounded up");
        assert!(sessions.read(&first, now + Duration::seconds(2)).is_none(), "not at its very end");
        assert!(sessions.end(&first, now) && !sessions.end(&first, now));
        assert!(sessions.read(&first, now).is_none());
        assert!(sessions.read(&second, now).is_some_and(|claims| claims.sub == "CD5678"), "the other one still does");
        sessions.end_all(now);
        let third = sessions.issue("AB1234", now, now + Duration::hours(1));
        assert!(sessions.read(&second, now).is_none() && sessions.read(&third, now).is_some());
    }

    #[test]
    fn what_was_ended_is_forgotten_with_the_process() {
        let now = at("2026-11-17T20:00:00Z");
        let key = || Some(SigningKey::new([9; 32]));
        let mut before = Sessions::new(key());
        let token = before.issue("AB1234", now, now + Duration::hours(1));
        assert!(before.end(&token, now) && before.read(&token, now).is_none());
        let after = Sessions::new(key());
        assert!(after.read(&token, now).is_some(), "it works again");
        assert!(after.read(&token, now + Duration::hours(1)).is_none(), "until its end");
    }

    #[test]
    fn the_same_key_knows_its_tokens_again_and_another_does_not() {
        let now = at("2026-11-17T20:00:00Z");
        let key = || Some(SigningKey::new([9; 32]));
        let token = Sessions::new(key()).issue("AB1234", now, now + Duration::hours(1));
        let mut again = Sessions::new(key());
        assert!(again.read(&token, now).is_some());
        again.end_all(now);
        assert!(again.read(&token, now).is_none());
        assert!(Sessions::new(None).read(&token, now).is_none());
        for forged in [token.replace('.', ""), format!("{token}x"), "a.b.c".into(), String::new()] {
            assert!(Sessions::new(key()).read(&forged, now).is_none(), "{forged}");
        }
    }
}
