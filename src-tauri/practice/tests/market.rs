//! The calendar's routes.

mod common;

use chrono::{DateTime, Datelike};
use chrono_tz::Asia::Kolkata;
use common::{json, refusal, table};
use daypass_practice::Options;

#[tokio::test]
async fn holidays_are_this_years_and_need_no_token() {
    let table = table(Options::default()).await;
    let reply = json(table.get("/v2/market/holidays", None).await).await;
    assert_eq!(reply["status"], "success");
    let year = table.practice.now().with_timezone(&Kolkata).year().to_string();
    let all = reply["data"].as_array().expect("holidays").clone();
    assert!(all.iter().all(|day| day["date"].as_str().is_some_and(|date| date.starts_with(&year))));
    let trap = all
        .iter()
        .find(|day| day["holiday_type"] == "TRADING_HOLIDAY" && day["closed_exchanges"] == serde_json::json!([]))
        .expect("a trading holiday on which nobody is closed");
    assert!(trap["open_exchanges"][0]["start_time"].as_i64().is_some_and(|ms| ms > 1_600_000_000_000));
    let date = trap["date"].as_str().expect("a date");
    let one = json(table.get(&format!("/v2/market/holidays/{date}"), None).await).await;
    assert_eq!(one["data"], serde_json::json!([trap]));
}

#[tokio::test]
async fn timings_are_milliseconds_and_dates_are_dates() {
    let table = table(Options::default()).await;
    let reply = json(table.get("/v2/market/timings/2026-11-17", None).await).await;
    let sessions = reply["data"].as_array().expect("sessions");
    let nse = sessions.iter().find(|session| session["exchange"] == "NSE").expect("the exchange");
    let open = DateTime::from_timestamp_millis(nse["start_time"].as_i64().expect("a number")).expect("a moment");
    assert_eq!(open.with_timezone(&Kolkata).to_string(), "2026-11-17 09:15:00 IST");
    let saturday = json(table.get("/v2/market/timings/2026-11-21", None).await).await;
    assert_eq!(saturday["data"], serde_json::json!([]));
    for path in ["timings/today", "timings/2026-13-01", "timings/2026-1-1", "holidays/17-11-2026"] {
        let response = table.get(&format!("/v2/market/{path}"), None).await;
        assert_eq!(refusal(response).await, (400, "UDAPI1088".into()), "{path}");
    }
}

#[tokio::test]
async fn a_market_of_short_days_never_rests() {
    let table = table(Options { day: Some(chrono::Duration::minutes(10)), ..Options::default() }).await;
    for (sentence, date) in [("a Saturday", "2026-11-21"), ("a holiday", "2026-10-02"), ("a Tuesday", "2026-11-17")] {
        let reply = json(table.get(&format!("/v2/market/timings/{date}"), None).await).await;
        let sessions = reply["data"].as_array().expect("sessions");
        let nse = sessions.iter().find(|session| session["exchange"] == "NSE").expect(sentence);
        let open = DateTime::from_timestamp_millis(nse["start_time"].as_i64().expect("a number")).expect("a moment");
        assert_eq!(open.with_timezone(&Kolkata).to_string(), format!("{date} 09:15:00 IST"), "{sentence}");
    }
}

#[tokio::test]
async fn the_status_needs_a_token_and_an_exchange() {
    let table = table(Options { life: Some(chrono::Duration::days(30)), ..Options::default() }).await;
    let refused = refusal(table.get("/v2/market/status/NSE", None).await).await;
    assert_eq!(refused, (401, "UDAPI100050".into()));
    let token = table.token("AB1234").await;
    let unknown = refusal(table.get("/v2/market/status/NYSE", Some(&token)).await).await;
    assert_eq!(unknown, (400, "UDAPI1089".into()));
    // The exchange is open at some hour of the coming week, and closed at another.
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..7 * 8 {
        let reply = json(table.get("/v2/market/status/NSE", Some(&token)).await).await;
        assert_eq!(reply["data"]["exchange"], "NSE");
        seen.insert(reply["data"]["status"].as_str().expect("a status").to_owned());
        table.practice.advance(chrono::Duration::hours(3));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["NORMAL_CLOSE", "NORMAL_OPEN"]);
}
