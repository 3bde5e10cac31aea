//! Faults on demand: which requests they meet, and what they do to them.
//!
//! The invariant: of the faults that wait, the oldest that fits a request meets it, and only that one; a delay goes
//! with the next one behind it. What this is not: the doing; see `gate`.

mod text;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A route of this broker, as faults name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// `POST /v2/login/authorization/token`.
    Token,
    /// `GET /v2/user/profile`.
    Profile,
    /// `DELETE /v2/logout`.
    Logout,
    /// `/v2/login/authorization/dialog`, the page as well as its form.
    Dialog,
    /// `GET /v2/market/holidays` and one date of it.
    Holidays,
    /// `GET /v2/market/timings/DATE`.
    Timings,
    /// `GET /v2/market/status/EXCHANGE`.
    Status,
    /// `GET /v2/user/ip`.
    Ip,
    /// `/oauth2/authorize`, the page as well as its form.
    #[serde(rename = "oauth2/authorize")]
    OAuth2Authorize,
    /// `POST /oauth2/token`.
    #[serde(rename = "oauth2/token")]
    OAuth2Token,
    /// `POST /oauth2/revoke`.
    #[serde(rename = "oauth2/revoke")]
    OAuth2Revoke,
    /// `GET /oauth2/userinfo`.
    #[serde(rename = "oauth2/userinfo")]
    OAuth2Userinfo,
    /// Every route.
    #[serde(rename = "*")]
    Any,
}

/// A fault that waits for requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests it meets.
    pub route: Route,
    /// How many of them; `None`: all, until it is cleared. Absent in JSON: one.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// What it does.
    #[serde(rename = "fault")]
    pub kind: Kind,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a fault is \"drop\", \"lose\", \"truncate\", \"html\", \"exception\", {\"error\":{\"code\":…}}, \
                 {\"delay_ms\":…}, {\"ahead_seconds\":…}, {\"status\":…}, {\"patch\":{…}} or {\"callback_error\":…}"
)]
pub enum Kind {
    /// The broker says no in its own words: `{"error":{"code":"UDAPI100050","status":401}}`.
    Error {
        /// The words.
        error: BrokerSays,
    },
    /// The answer comes late: `{"delay_ms":2000}`. At most ten minutes.
    Delay {
        /// By so many milliseconds.
        delay_ms: u64,
    },
    /// The broker's clock is ahead of this computer's, or behind: `{"ahead_seconds":94}`.
    Ahead {
        /// By so many seconds.
        ahead_seconds: i32,
    },
    /// Another status, with what this broker would write beside it: `{"status":429,"retry_after":5}`.
    Status {
        /// 200 to 599.
        status: u16,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// The right answer with fields changed, null removing them: `{"patch":{"expires_in":-1}}`.
    Patch {
        /// The fields.
        patch: serde_json::Map<String, serde_json::Value>,
    },
    /// The person says yes, and the broker sends the browser back with an error: `{"callback_error":"server_error"}`.
    /// Meets only the form of a dialog page.
    Callback {
        /// An error code of RFC 6749.
        callback_error: String,
    },
    /// One of those that need no number: `"drop"`.
    Word(Word),
}

/// The faults that need no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// The connection closes before anything is done.
    Drop,
    /// Everything is done, and the answer is lost.
    Lose,
    /// The answer breaks off in the middle.
    Truncate,
    /// 403 with a page of HTML from somebody in between.
    Html,
    /// 401 with a Java exception written out, which one of Upstox's descriptions allows.
    Exception,
}

/// An error in the broker's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSays {
    /// `UDAPI100050`, or `invalid_grant` on the OAuth2 routes.
    pub code: String,
    /// The status; by default the one that belongs to the code.
    #[serde(default)]
    pub status: Option<u16>,
}

/// Why a text is no fault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct BadFault(pub(crate) String);

/// What meets one request.
#[derive(Default)]
pub(crate) struct Met {
    /// Milliseconds before anything else.
    pub(crate) delay_ms: u64,
    /// The fault itself.
    pub(crate) kind: Option<Kind>,
    /// All of them, for the journal.
    pub(crate) told: Vec<String>,
}

/// The faults that wait.
#[derive(Default)]
pub(crate) struct Faults {
    waiting: Mutex<Vec<Fault>>,
}

impl Route {
    /// The route of a path; `Any` stands for paths that this broker does not have.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/v2/login/authorization/token" => Self::Token,
            "/v2/login/authorization/dialog" => Self::Dialog,
            "/v2/user/profile" => Self::Profile,
            "/v2/user/ip" => Self::Ip,
            "/v2/logout" => Self::Logout,
            "/v2/market/holidays" => Self::Holidays,
            "/oauth2/authorize" => Self::OAuth2Authorize,
            "/oauth2/token" => Self::OAuth2Token,
            "/oauth2/revoke" => Self::OAuth2Revoke,
            "/oauth2/userinfo" => Self::OAuth2Userinfo,
            _ if path.starts_with("/v2/market/holidays/") => Self::Holidays,
            _ if path.starts_with("/v2/market/timings/") => Self::Timings,
            _ if path.starts_with("/v2/market/status/") => Self::Status,
            _ => Self::Any,
        }
    }

    /// Whether its errors are those of RFC 6749 and not Upstox's.
    pub(crate) fn is_oauth2(self) -> bool {
        matches!(self, Self::OAuth2Authorize | Self::OAuth2Token | Self::OAuth2Revoke | Self::OAuth2Userinfo)
    }
}

impl Fault {
    /// Whether it can be done at all; the error says what is wrong.
    pub(crate) fn check(&self) -> Result<(), BadFault> {
        let status = match &self.kind {
            Kind::Error { error } => error.status,
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        };
        match status {
            Some(status) if !(200..=599).contains(&status) => Err(BadFault(format!("{status} is no status to send"))),
            _ => Ok(()),
        }
    }

    fn fits(&self, route: Route, method: &Method) -> bool {
        let right_method = !matches!(self.kind, Kind::Callback { .. }) || method == Method::POST;
        right_method && (self.route == Route::Any || self.route == route)
    }
}

impl Faults {
    /// Lets it wait behind the others.
    pub(crate) fn add(&self, fault: Fault) {
        if fault.times != Some(0) {
            self.waiting().push(fault);
        }
    }

    /// Forgets them all.
    pub(crate) fn clear(&self) {
        self.waiting().clear();
    }

    /// Those that wait, for whoever asks.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.waiting().clone()
    }

    /// What meets this request; faults that have met enough are gone afterwards.
    pub(crate) fn meet(&self, route: Route, method: &Method) -> Met {
        let mut waiting = self.waiting();
        let mut met = Met::default();
        for fault in waiting.iter_mut().filter(|fault| fault.fits(route, method)) {
            let is_delay = matches!(fault.kind, Kind::Delay { .. });
            if is_delay && met.delay_ms > 0 {
                continue;
            }
            met.told.push(fault.kind.to_string());
            fault.times = fault.times.map(|times| times - 1);
            match &fault.kind {
                Kind::Delay { delay_ms } => met.delay_ms = (*delay_ms).clamp(1, 600_000),
                kind => {
                    met.kind = Some(kind.clone());
                    break;
                }
            }
        }
        waiting.retain(|fault| fault.times != Some(0));
        met
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "serde takes a default of the field's own type")]
fn once() -> Option<u32> {
    Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(faults: &Faults, route: Route) -> (u64, Option<String>) {
        let met = faults.meet(route, &Method::GET);
        (met.delay_ms, met.kind.map(|kind| kind.to_string()))
    }

    #[test]
    fn the_oldest_that_fits_meets_a_request_as_often_as_it_was_told() {
        let faults = Faults::default();
        for text in ["profile:503:2", "profile:drop", "*:html", "token:lose:always"] {
            faults.add(text.parse().expect(text));
        }
        let kinds: Vec<_> = (0..5).map(|_| meets(&faults, Route::Profile).1).collect();
        assert_eq!(kinds, [Some("503".into()), Some("503".into()), Some("drop".into()), Some("html".into()), None]);
        assert_eq!(meets(&faults, Route::Token).1, meets(&faults, Route::Token).1, "always");
        faults.clear();
        assert_eq!(meets(&faults, Route::Token), (0, None));
    }

    #[test]
    fn a_delay_goes_with_the_next_fault() {
        let faults = Faults::default();
        for text in ["*:delay=20", "*:delay=30", "profile:503"] {
            faults.add(text.parse().expect(text));
        }
        assert_eq!(meets(&faults, Route::Profile), (20, Some("503".into())));
        assert_eq!(meets(&faults, Route::Profile), (30, None));
    }

    #[test]
    fn a_callback_error_waits_for_the_form() {
        let faults = Faults::default();
        faults.add("dialog:callback=server_error".parse().expect("a fault"));
        assert!(faults.meet(Route::Dialog, &Method::GET).kind.is_none());
        assert!(faults.meet(Route::Dialog, &Method::POST).kind.is_some());
    }
}
