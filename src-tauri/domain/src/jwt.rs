//! Reads the end out of a token that happens to be a JWT.
//!
//! A hint only: the signature is the broker's affair (Upstox signs with its own secret, nobody else can check it), so
//! nothing read here ever grants anything. Not a JWT library; it looks at one number.

use crate::Moment;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;

/// The `exp` claim (seconds since 1970), if the text has the shape of a JWT and carries one.
pub fn exp(token: &str) -> Option<Moment> {
    claim(token, "exp")
}

/// The `iat` claim, likewise.
pub fn iat(token: &str) -> Option<Moment> {
    claim(token, "iat")
}

fn claim(token: &str, name: &str) -> Option<Moment> {
    let mut parts = token.split('.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    let seconds = claims.get(name)?;
    // RFC 7519 allows fractions of a second.
    let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|f| f as i64))?;
    DateTime::from_timestamp(seconds, 0)
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
    fn anything_else_is_no_end_and_no_panic() {
        for text in
            ["", "opaque", "a.b", "a.b.c", "a.b.c.d", "..", &token("{}"), &token("[]"), &token(r#"{"exp":"x"}"#)]
        {
            assert_eq!(exp(text), None, "{text}");
        }
        assert_eq!(exp(&token(r#"{"exp":99999999999999999999}"#)), None);
    }
}
