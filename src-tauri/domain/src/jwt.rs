//! Reads the end and the owner out of a token that happens to be a JWT.
//!
//! A hint only: the signature is the broker's affair (Upstox signs with its own secret, nobody else can check it), so
//! nothing read here ever grants anything. Not a JWT library; it looks at single claims.

use crate::{Moment, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use serde_json::Value;

/// The `exp` claim (seconds since 1970), if the text has the shape of a JWT and carries one.
pub fn exp(token: &str) -> Option<Moment> {
    moment(token, "exp")
}

/// The `iat` claim, likewise.
pub fn iat(token: &str) -> Option<Moment> {
    moment(token, "iat")
}

/// The `sub` claim: whose token it is, if it says so.
pub fn sub(token: &str) -> Option<UserId> {
    let owner = claim(token, "sub")?;
    owner.as_str().map(str::trim).filter(|id| !id.is_empty()).map(|id| UserId(id.to_owned()))
}

fn moment(token: &str, name: &str) -> Option<Moment> {
    let seconds = claim(token, name)?;
    // RFC 7519 allows fractions of a second.
    let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|f| f as i64))?;
    DateTime::from_timestamp(seconds, 0)
}

fn claim(token: &str, name: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let mut claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get_mut(name).map(Value::take)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("{}.{}.sig", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn the_end_is_read_where_there_is_one() {
        let end = DateTime::from_timestamp(1_789_250_400, 0);
        assert_eq!(exp(&token(r#"{"sub":"AB1234","exp":1789250400}"#)), end);
        assert_eq!(exp(&token(r#"{"exp":1789250400.5}"#)), end);
    }

    #[test]
    fn the_owner_is_read_where_there_is_one() {
        for (sentence, payload, owner) in [
            ("a user id", r#"{"sub":"AB1234","exp":1789250400}"#, Some("AB1234")),
            ("blanks around it", r#"{"sub":" AB1234 "}"#, Some("AB1234")),
            ("nothing in it", r#"{"sub":" "}"#, None),
            ("no text", r#"{"sub":7}"#, None),
            ("no such claim", r#"{"exp":1789250400}"#, None),
        ] {
            assert_eq!(sub(&token(payload)), owner.map(|id| UserId(id.to_owned())), "{sentence}");
        }
        assert_eq!(sub("opaque"), None);
    }

    #[test]
    fn anything_else_is_no_end_and_no_panic() {
        for text in
            ["", "opaque", "a.b", "a.b.c", "a.b.c.d", "..", &token("{}"), &token("[]"), &token(r#"{"exp":"x"}"#)]
        {
            assert_eq!(exp(text), None, "{text}");
        }
        assert_eq!(exp(&token(r#"{"exp":99999999999999999999}"#)), None);
    }
}
