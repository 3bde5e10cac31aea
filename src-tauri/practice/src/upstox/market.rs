//! The routes of the calendar.
//!
//! The invariant: times are milliseconds since 1970, and holidays are those of the current year, whatever year is asked
//! for. What this is not: the calendar itself.

use super::{calendar, error, owner, success};
use crate::books::Shared;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use serde_json::json;
use std::sync::Arc;

pub(super) async fn holidays(State(shared): State<Arc<Shared>>) -> Response {
    success(&json!(of_this_year(&shared)))
}

pub(super) async fn holiday(State(shared): State<Arc<Shared>>, Path(date): Path<String>) -> Response {
    let Some(date) = day(&date) else { return error::answer("UDAPI1088") };
    let mut holidays = of_this_year(&shared);
    holidays.retain(|holiday| holiday.date == date);
    success(&json!(holidays))
}

fn of_this_year(shared: &Shared) -> Vec<calendar::Holiday> {
    let year = shared.exchange_time(shared.now()).year();
    if shared.every_day { calendar::every_day(year) } else { calendar::holidays(year) }
}

pub(super) async fn timings(State(shared): State<Arc<Shared>>, Path(date): Path<String>) -> Response {
    match day(&date) {
        Some(date) => success(&json!(sessions(&shared, date))),
        None => error::answer("UDAPI1088"),
    }
}

pub(super) async fn status(
    State(shared): State<Arc<Shared>>,
    Path(exchange): Path<String>,
    headers: HeaderMap,
) -> Response {
    if owner(&shared, &headers).is_none() {
        return error::answer("UDAPI100050");
    }
    let Some(exchange) = calendar::exchange(&exchange) else { return error::answer("UDAPI1089") };
    let now = shared.now();
    let here = shared.exchange_time(now);
    let sessions = sessions(&shared, here.date());
    let at = calendar::millis(here);
    let open = sessions.iter().any(|s| s.exchange == exchange && (s.start_time..s.end_time).contains(&at));
    let status = if open { "NORMAL_OPEN" } else { "NORMAL_CLOSE" };
    success(&json!({ "exchange": exchange, "status": status, "last_updated": now.timestamp_millis() }))
}

/// Who is open on that day, and when; timings and status must agree about it.
fn sessions(shared: &Shared, date: NaiveDate) -> Vec<calendar::Session> {
    if shared.day.is_some() || shared.every_day { calendar::normal_sessions(date) } else { calendar::sessions(date) }
}

/// `2026-11-17`, and nothing shorter.
fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|_| text.len() == 10)
}
