//! Faults as one word on a command line: `ROUTE:WHAT` or `ROUTE:WHAT:TIMES`.
//!
//! ```text
//! profile:503              one request to the profile is answered with 503
//! profile:429/5:3          three with 429 and Retry-After: 5
//! token:UDAPI100069        one exchange is refused in Upstox's words
//! oauth2/token:lose        one renewal is done, and its answer lost
//! *:delay=2000:always      everything takes two seconds longer
//! *:ahead=94:always        the broker's clock is 94 s ahead of this computer's
//! dialog:callback=access_denied
//! ```

use super::{BadFault, BrokerSays, Fault, Kind, Route, Word};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use std::fmt;
use std::str::FromStr;

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let mut parts = text.splitn(3, ':');
        let (Some(route), Some(what)) = (parts.next(), parts.next()) else {
            return Err(bad(text, "write ROUTE:WHAT or ROUTE:WHAT:TIMES, such as profile:503:2"));
        };
        let times = match parts.next() {
            None => Some(1),
            Some("always") => None,
            Some(number) => Some(number.parse().map_err(|_| bad(text, "TIMES is a number or always"))?),
        };
        let route = route.parse().map_err(|BadFault(why)| bad(text, &why))?;
        let kind = Kind::read(what).ok_or_else(|| {
            bad(
                text,
                "WHAT is drop, lose, truncate, html, exception, delay=MS, ahead=SECONDS, callback=ERROR, a status such \
                 as 503 or 429/5, or an error code such as UDAPI100050 or invalid_grant",
            )
        })?;
        let fault = Fault { route, times, kind };
        fault.check()?;
        Ok(fault)
    }
}

impl FromStr for Route {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let read: Result<Self, Error> = Self::deserialize(text.into_deserializer());
        read.map_err(|_| {
            BadFault(
                "ROUTE is token, profile, logout, dialog, holidays, timings, status, ip, oauth2/authorize, \
                 oauth2/token, oauth2/revoke, oauth2/userinfo or *"
                    .into(),
            )
        })
    }
}

impl Kind {
    fn read(what: &str) -> Option<Self> {
        let word: Result<Word, Error> = Word::deserialize(what.into_deserializer());
        if let Ok(word) = word {
            return Some(Self::Word(word));
        }
        if let Some(delay) = what.strip_prefix("delay=") {
            return Some(Self::Delay { delay_ms: delay.parse().ok()? });
        }
        if let Some(ahead) = what.strip_prefix("ahead=") {
            return Some(Self::Ahead { ahead_seconds: ahead.parse().ok()? });
        }
        if let Some(error) = what.strip_prefix("callback=") {
            return is_code(error).then(|| Self::Callback { callback_error: error.to_owned() });
        }
        if what.starts_with(|c: char| c.is_ascii_digit()) {
            let (status, after) = what.split_once('/').map_or((what, None), |(status, after)| (status, Some(after)));
            let retry_after = after.map(str::parse).transpose().ok()?;
            return Some(Self::Status { status: status.parse().ok()?, retry_after });
        }
        is_code(what).then(|| Self::Error { error: BrokerSays { code: what.to_owned(), status: None } })
    }
}

/// `UDAPI` and a number, or a word of RFC 6749, which all have an underscore.
fn is_code(text: &str) -> bool {
    match text.strip_prefix("UDAPI") {
        Some(number) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        None => text.contains('_') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error { error } => f.write_str(&error.code),
            Self::Delay { delay_ms } => write!(f, "delay={delay_ms}"),
            Self::Ahead { ahead_seconds } => write!(f, "ahead={ahead_seconds}"),
            Self::Status { status, retry_after: None } => write!(f, "{status}"),
            Self::Status { status, retry_after: Some(after) } => write!(f, "{status}/{after}"),
            Self::Patch { .. } => f.write_str("patch"),
            Self::Callback { callback_error } => write!(f, "callback={callback_error}"),
            Self::Word(word) => f.write_str(match word {
                Word::Drop => "drop",
                Word::Lose => "lose",
                Word::Truncate => "truncate",
                Word::Html => "html",
                Word::Exception => "exception",
            }),
        }
    }
}

fn bad(text: &str, why: &str) -> BadFault {
    BadFault(format!("\"{text}\" is no fault: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for (text, route, times) in [
            ("profile:503", Route::Profile, Some(1)),
            ("profile:429/5:3", Route::Profile, Some(3)),
            ("token:UDAPI100069", Route::Token, Some(1)),
            ("oauth2/token:invalid_grant:always", Route::OAuth2Token, None),
            ("*:delay=2000", Route::Any, Some(1)),
            ("dialog:callback=access_denied", Route::Dialog, Some(1)),
            ("logout:exception", Route::Logout, Some(1)),
        ] {
            let fault: Fault = text.parse().expect(text);
            assert_eq!((fault.route, fault.times), (route, times), "{text}");
            assert_eq!(fault.kind.to_string(), text.split(':').nth(1).expect("a kind"), "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_is_allowed() {
        for (text, word) in [
            ("profile", "ROUTE:WHAT"),
            ("orders:503", "oauth2/userinfo"),
            ("profile:explode", "truncate"),
            ("profile:503:often", "always"),
            ("profile:99", "no status"),
            ("profile:429/soon", "429/5"),
            ("profile:delay=soon", "delay=MS"),
            ("token:UDAPIx", "UDAPI100050"),
        ] {
            let error = text.parse::<Fault>().expect_err(text).to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn json_says_the_same() {
        for (json, text) in [
            (r#"{"route":"token","fault":"drop"}"#, "token:drop"),
            (r#"{"route":"*","times":null,"fault":{"delay_ms":5}}"#, "*:delay=5:always"),
            (r#"{"route":"profile","times":2,"fault":{"status":429,"retry_after":5}}"#, "profile:429/5:2"),
            (r#"{"route":"oauth2/token","fault":{"error":{"code":"invalid_grant"}}}"#, "oauth2/token:invalid_grant"),
        ] {
            assert_eq!(serde_json::from_str::<Fault>(json).ok(), text.parse().ok(), "{json}");
        }
        for bad in [r#"{"route":"token","fault":"explode"}"#, r#"{"route":"token","fault":{"status":429,"x":1}}"#] {
            assert!(serde_json::from_str::<Fault>(bad).is_err(), "{bad}");
        }
    }
}
