//! Words to a practice broker that runs in another process: a fault that is to wait there, or the end of what it issued.
//!
//! The invariant: a word is one order to the control route, obeyed wholly or not at all. What this is not: everything
//! that the route can do; clocks and lives are for tests, which speak to it themselves.

use crate::faults::{BadFault, Fault};
use crate::person;
use axum::http::Method;
use serde_json::{Value, json};
use std::str::FromStr;
use url::Url;

/// What can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// This fault is to wait behind those that wait already.
    Fault(Fault),
    /// Every code, token and OAuth2 sign-in ends now.
    Revoke,
}

/// Why it was not told.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Untold {
    /// Nobody listens on the port, or somebody else does.
    #[error("no practice broker answers on port {0}")]
    NotRunning(u16),
    /// It is there and does not obey; says why.
    #[error("the practice broker refuses: {0}")]
    Refused(String),
}

impl FromStr for Order {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        if text == "revoke" {
            return Ok(Self::Revoke);
        }
        let fault = text.parse().map_err(|BadFault(why)| BadFault(format!("{why}; or write revoke alone")))?;
        Ok(Self::Fault(fault))
    }
}

impl Order {
    fn to_json(&self) -> Value {
        match self {
            Self::Fault(fault) => json!(fault),
            Self::Revoke => json!({ "revoke": "all" }),
        }
    }
}

/// Tells it to the practice broker on this port.
///
/// # Errors
/// If none is there, or if it refuses.
pub async fn tell(port: u16, order: &Order) -> Result<(), Untold> {
    let nobody = || Untold::NotRunning(port);
    let url = Url::parse(&format!("http://127.0.0.1:{port}/practice/control")).map_err(|_| nobody())?;
    let body = ("application/json", order.to_json().to_string());
    let seen = person::send(&url, Method::POST, body).await.map_err(|_| nobody())?;
    // Another program may hold the port: only a broker's own words count.
    let said: Value = serde_json::from_str(&seen.page).map_err(|_| nobody())?;
    match (seen.status, said.get("faults"), said.get("error").and_then(Value::as_str)) {
        (200, Some(_), _) => Ok(()),
        (400, _, Some(why)) => Err(Untold::Refused(why.to_owned())),
        _ => Err(nobody()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_a_fault_or_the_end() {
        for (text, order) in [
            ("revoke", json!({"revoke": "all"})),
            ("profile:drop", json!({"route": "profile", "times": 1, "fault": "drop"})),
            ("*:delay=20:always", json!({"route": "*", "times": null, "fault": {"delay_ms": 20}})),
        ] {
            let read: Order = text.parse().expect(text);
            assert_eq!(read.to_json(), order, "{text}");
        }
        for bad in ["", "Revoke", "revoke:all", "profile", "orders:drop"] {
            let BadFault(why) = bad.parse::<Order>().expect_err(bad);
            assert!(why.starts_with('"') && why.ends_with("or write revoke alone"), "{why}");
        }
    }
}
