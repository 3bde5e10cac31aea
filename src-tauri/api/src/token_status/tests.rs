//! What scripts read, row by row.

use super::*;
use crate::scripted::{account, snapshot};
use chrono::{Duration, TimeZone, Utc};
use serde_json::{Value, json};

fn now() -> Moment {
    Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).single().expect("a moment")
}

fn json_of(status: &TokenStatus) -> Value {
    serde_json::to_value(status).expect("JSON")
}

#[test]
fn the_stable_fields_come_first_and_in_order() {
    let text = serde_json::to_string(&TokenStatus::of(&account("upstox", now()), now())).expect("JSON");
    let places: Vec<usize> = [
        "valid",
        "time_remaining_seconds",
        "time_remaining_hours",
        "expiry_time",
        "needs_refresh",
        "message",
        "api_validated",
        "held_until",
        "level",
        "account",
        "standing",
        "generation",
    ]
    .iter()
    .map(|field| text.find(&format!("\"{field}\":")).unwrap_or_else(|| panic!("{field} is missing in {text}")))
    .collect();
    assert_eq!(places[0], 1, "{text}");
    assert!(places[..9].is_sorted(), "{text}");
}

#[test]
fn a_valid_token_is_told_with_its_end_on_the_exchanges_clock() {
    let status = json_of(&TokenStatus::of(&account("upstox", now()), now() + Duration::milliseconds(500)));
    assert_eq!(status["valid"], true);
    assert_eq!(status["time_remaining_seconds"], 16 * 3600 - 1, "nobody is promised the broken second");
    assert_eq!(status["time_remaining_hours"], 15.99);
    assert_eq!(status["expiry_time"], "2026-11-24T03:30:00+05:30");
    assert_eq!(status["held_until"], "2026-11-24T03:30:00+05:30");
    assert_eq!(status["api_validated"], true);
    assert_eq!((&status["level"], &status["standing"]), (&json!("green"), &json!("valid")));
}

#[test]
fn what_is_not_valid_has_no_time_left_whatever_else_it_says() {
    type Change = fn(&mut AccountView);
    let rows: [(&str, Change, i64); 4] = [
        ("refused before its end", |view| view.valid = false, 0),
        ("ended since the view was made", |view| view.expiry_time = Some(now() - Duration::seconds(1)), 0),
        ("ends at this very moment", |view| view.expiry_time = Some(now()), 0),
        ("signed out", |view| (view.valid, view.expiry_time, view.held_until) = (false, None, None), 0),
    ];
    for (sentence, change, seconds) in rows {
        let mut view = account("upstox", now());
        change(&mut view);
        let status = TokenStatus::of(&view, now());
        assert!(!status.valid, "{sentence}");
        assert!(!status.api_validated, "{sentence}: a yes to a token that is no more counts for nothing");
        assert_eq!(status.time_remaining_seconds, Some(seconds), "{sentence}");
        assert_eq!(status.time_remaining_hours, Some(0.0), "{sentence}");
    }
}

#[test]
fn a_token_without_a_known_end_has_null_and_not_zero() {
    let mut view = account("oauth2", now());
    view.expiry_time = None;
    let status = json_of(&TokenStatus::of(&view, now()));
    assert_eq!(status["valid"], true);
    assert_eq!(status["time_remaining_seconds"], Value::Null);
    assert_eq!(status["expiry_time"], Value::Null);
}

#[test]
fn offsets_are_numbers_in_every_zone() {
    for (zone, expected) in [
        ("America/New_York", "2026-11-23T17:00:00-05:00"),
        ("UTC", "2026-11-23T22:00:00+00:00"),
        ("Nowhere/At_All", "2026-11-23T22:00:00+00:00"),
    ] {
        let mut view = account("oauth2", now());
        view.day.zone = zone.into();
        assert_eq!(json_of(&TokenStatus::of(&view, now()))["expiry_time"], expected, "{zone}");
    }
}

#[test]
fn without_any_account_it_says_how_to_begin() {
    let status = TokenStatus::of_worst(&snapshot(now(), vec![]));
    assert_eq!(status, TokenStatus::without_account());
    let told = json_of(&status);
    assert_eq!(
        (&told["valid"], &told["time_remaining_seconds"], &told["expiry_time"]),
        (&json!(false), &json!(0), &Value::Null)
    );
    assert!(status.message.contains("UPSTOX_CLIENT_ID"), "{}", status.message);
}

#[test]
fn the_worst_account_is_told_where_none_is_named() {
    let mut all = snapshot(now(), vec![account("one", now()), account("two", now())]);
    all.worst = Some("two".into());
    assert_eq!(TokenStatus::of_worst(&all).account.as_deref(), Some("two"));
    all.worst = None;
    assert_eq!(TokenStatus::of_worst(&all).account.as_deref(), Some("one"));
}
