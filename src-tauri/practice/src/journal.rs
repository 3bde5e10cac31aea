//! What was asked of this broker, for tests and for curious people.
//!
//! The invariant: an entry holds names and never values: no code, no token, no secret, no text that a client could have
//! put one into. What this is not: an access log of the control routes; they are not asked by a client.

use crate::form::Form;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use daypass_domain::Moment;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Enough for a long test, small enough for a program that runs for weeks.
const KEPT: usize = 2_000;
/// Names are this short in every protocol; anything longer may be a value in the wrong place.
const LONGEST_NAME: usize = 24;
const LONGEST_TEXT: usize = 160;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalEntry {
    /// When it came, on the broker's clock.
    pub time: Moment,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path, without its query; `?` if this broker has no such path.
    pub path: String,
    /// The status it was answered with; `None` while it waits, and for ever if the connection was dropped.
    pub status: Option<u16>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The names in the query.
    pub query_keys: Vec<String>,
    /// The names in the form body.
    pub form_keys: Vec<String>,
    /// `Bearer` or `Basic`, if the client proved itself by header.
    pub authorization: Option<String>,
    /// The faults that met it, as they are written on the command line.
    pub faults: Vec<String>,
}

/// The last requests.
#[derive(Default)]
pub(crate) struct Journal {
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    entries: VecDeque<JournalEntry>,
    first: u64,
}

impl JournalEntry {
    pub(crate) fn of(parts: &Parts, body: &[u8], time: Moment) -> Self {
        let header = |name| parts.headers.get(&name).and_then(|value| value.to_str().ok());
        let scheme = header(AUTHORIZATION).and_then(|text| text.split(' ').next());
        Self {
            time,
            method: parts.method.to_string(),
            path: known_path(parts.uri.path()),
            status: None,
            user_agent: header(USER_AGENT).map(|text| text.chars().take(LONGEST_TEXT).collect()),
            query_keys: names(&Form::parse(parts.uri.query().unwrap_or_default().as_bytes())),
            form_keys: names(&Form::of_body(&parts.headers, body)),
            authorization: scheme.map(|scheme| match scheme.to_ascii_lowercase().as_str() {
                "bearer" => "Bearer".to_owned(),
                "basic" => "Basic".to_owned(),
                _ => "other".to_owned(),
            }),
            faults: Vec::new(),
        }
    }
}

impl Journal {
    /// Writes it down, and gives its number for [`Journal::answered`].
    pub(crate) fn came(&self, entry: JournalEntry) -> u64 {
        let mut pages = self.pages();
        pages.entries.push_back(entry);
        if pages.entries.len() > KEPT {
            pages.entries.pop_front();
            pages.first += 1;
        }
        pages.first + pages.entries.len() as u64 - 1
    }

    /// Adds what became of it.
    pub(crate) fn answered(&self, number: u64, status: u16) {
        let mut pages = self.pages();
        let at = number.checked_sub(pages.first).and_then(|at| usize::try_from(at).ok());
        if let Some(entry) = at.and_then(|at| pages.entries.get_mut(at)) {
            entry.status = Some(status);
        }
    }

    /// All that is kept, the oldest first.
    pub(crate) fn entries(&self) -> Vec<JournalEntry> {
        self.pages().entries.iter().cloned().collect()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Paths of this broker hold a date or an exchange at most; a path it does not have may hold anything.
fn known_path(path: &str) -> String {
    let known = crate::Route::of(path) != crate::Route::Any && path.len() <= LONGEST_TEXT;
    if known { path.to_owned() } else { "?".to_owned() }
}

fn names(form: &Form) -> Vec<String> {
    let is_name =
        |key: &str| key.len() <= LONGEST_NAME && key.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b));
    form.keys().map(|key| if is_name(key) { key.to_owned() } else { "?".to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn entry(uri: &str, body: &str) -> JournalEntry {
        let request = Request::builder()
            .method("POST")
            .uri(uri)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", "bearer marker-token")
            .body(())
            .expect("a request");
        JournalEntry::of(&request.into_parts().0, body.as_bytes(), Moment::UNIX_EPOCH)
    }

    #[test]
    fn names_are_kept_and_values_are_not() {
        let entry = entry("/v2/login/authorization/token?state=marker-state", "code=marker-code&client_secret=marker");
        assert_eq!(entry.form_keys, ["code", "client_secret"]);
        assert_eq!(entry.query_keys, ["state"]);
        assert_eq!(entry.authorization.as_deref(), Some("Bearer"));
        assert!(!serde_json::to_string(&entry).expect("JSON").contains("marker"));
    }

    #[test]
    fn a_value_in_a_wrong_place_is_not_kept_either() {
        let key_like = "eyJhbGciOiJIUzI1NiJ9.marker.x";
        let entry = entry(&format!("/{key_like}?{key_like}"), key_like);
        assert_eq!((entry.path.as_str(), entry.form_keys, entry.query_keys), ("?", vec!["?".into()], vec!["?".into()]));
    }

    #[test]
    fn only_the_last_are_kept_and_numbers_stay_right() {
        let journal = Journal::default();
        let numbers: Vec<u64> = (0..KEPT + 3).map(|_| journal.came(entry("/oauth2/token", ""))).collect();
        journal.answered(numbers[0], 500);
        journal.answered(numbers[KEPT + 2], 200);
        let entries = journal.entries();
        assert_eq!(entries.len(), KEPT);
        assert_eq!(entries.iter().filter(|entry| entry.status.is_some()).count(), 1);
        assert_eq!(entries.last().and_then(|entry| entry.status), Some(200));
    }
}
