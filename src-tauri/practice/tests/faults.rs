//! Faults on demand, as a client meets them.

mod common;

use common::{Table, json, query, refusal, table};
use daypass_practice::{Options, person};
use serde_json::json;
use std::time::Duration;

fn set(table: &Table, fault: &str) {
    table.practice.fault(fault.parse().expect(fault));
}

#[tokio::test]
async fn a_code_of_the_brokers_own_comes_with_its_status_as_often_as_told() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    set(&table, "profile:UDAPI100058:2");
    for _ in 0..2 {
        let response = table.get("/v2/user/profile", Some(&token)).await;
        assert_eq!(refusal(response).await, (403, "UDAPI100058".into()));
    }
    assert_eq!(table.profile(&token).await, 200);
    for (fault, expected) in [
        ("*:UDAPI100050", (401, "UDAPI100050")),
        ("*:UDAPI100072", (423, "UDAPI100072")),
        ("*:UDAPI424242", (400, "UDAPI424242")),
        ("*:429/5", (429, "UDAPI10005")),
        ("*:503", (503, "UDAPI100500")),
    ] {
        set(&table, fault);
        let response = table.get("/v2/user/profile", Some(&token)).await;
        let after = response.headers().get("retry-after").cloned();
        assert_eq!(after.is_some_and(|value| value == "5"), fault.contains('/'), "{fault}");
        let (status, code) = refusal(response).await;
        assert_eq!((status, code.as_str()), expected, "{fault}");
    }
}

#[tokio::test]
async fn oauth2_routes_fail_in_their_own_words() {
    let table = table(Options::default()).await;
    for (fault, expected) in [
        ("oauth2/token:invalid_grant", (400, "invalid_grant")),
        ("oauth2/token:invalid_client", (401, "invalid_client")),
        ("oauth2/token:503", (503, "temporarily_unavailable")),
        ("oauth2/token:500", (500, "server_error")),
    ] {
        set(&table, fault);
        let response = table.client.post(table.url("/oauth2/token")).send().await.expect("an answer");
        let status = response.status().as_u16();
        let error = json(response).await["error"].as_str().expect("an error").to_owned();
        assert_eq!((status, error.as_str()), expected, "{fault}");
    }
}

#[tokio::test]
async fn a_dropped_request_is_not_done_and_a_lost_answer_is() {
    let table = table(Options::default()).await;
    for (fault, exchanged) in [("token:drop", false), ("token:lose", true)] {
        let code = table.code("AB1234").await;
        set(&table, fault);
        let form = [
            ("code", code.as_str()),
            ("client_id", "key"),
            ("client_secret", "secret"),
            ("redirect_uri", common::REDIRECT),
            ("grant_type", "authorization_code"),
        ];
        let lost = table.client.post(table.url("/v2/login/authorization/token")).form(&form).send().await;
        assert!(lost.is_err_and(|error| error.status().is_none()), "{fault}");
        let again = table.exchange(&code, &[]).await;
        assert_eq!(again.status(), if exchanged { 400 } else { 200 }, "{fault}");
    }
    let last = table.practice.journal();
    assert_eq!(last.iter().filter(|entry| entry.status.is_none()).count(), 2, "both are in the journal");
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_it_brings() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    set(&table, "profile:truncate");
    let response = table.get("/v2/user/profile", Some(&token)).await;
    assert_eq!(response.status(), 200);
    assert!(response.content_length().is_some_and(|length| length > 100));
    assert!(response.bytes().await.is_err());
    assert_eq!(table.profile(&token).await, 200, "the next one is whole");
}

#[tokio::test]
async fn pages_exceptions_and_changed_fields() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    set(&table, "profile:html");
    let page = table.get("/v2/user/profile", Some(&token)).await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (403, &"text/html; charset=UTF-8".parse().expect("h"))
    );
    set(&table, "logout:exception");
    let exception = table.client.delete(table.url("/v2/logout")).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(exception.status(), 401);
    assert!(json(exception).await.get("stackTrace").is_some());
    let patch = json!({"route": "token", "fault": {"patch": {"expires_in": -1, "user_id": null}}});
    assert_eq!(table.control(&patch).await.status(), 200);
    let reply = json(table.exchange(&table.code("AB1234").await, &[]).await).await;
    assert_eq!((&reply["expires_in"], reply.get("user_id")), (&json!(-1), None));
    assert!(reply["access_token"].is_string());
}

#[tokio::test]
async fn a_late_answer_is_late_for_its_client_only() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    set(&table, "profile:delay=600000");
    let late = table.client.get(table.url("/v2/user/profile")).bearer_auth(&token).timeout(Duration::from_millis(200));
    assert!(late.send().await.is_err_and(|error| error.is_timeout()));
    assert_eq!(table.profile(&token).await, 200);
    set(&table, "profile:delay=1");
    assert_eq!(table.profile(&token).await, 200);
}

#[tokio::test]
async fn the_browser_can_be_sent_back_with_any_error() {
    let table = table(Options::default()).await;
    for (path, route) in [("/v2/login/authorization/dialog", "dialog"), ("/oauth2/authorize", "oauth2/authorize")] {
        set(&table, &format!("{route}:callback=temporarily_unavailable"));
        let url = table.dialog(path, &[]);
        assert_eq!(person::visit(&url).await.expect("a page").status, 200, "the page still comes");
        let back = person::approve(&url, None).await.expect("sent back");
        assert_eq!(query(&back)["error"], "temporarily_unavailable");
        assert!(query(&person::approve(&url, None).await.expect("sent back")).contains_key("code"));
    }
}

#[tokio::test]
async fn faults_can_wait_from_the_start() {
    let options = Options { faults: vec!["holidays:500:always".parse().expect("a fault")], ..Options::default() };
    let table = table(options).await;
    for _ in 0..3 {
        assert_eq!(table.get("/v2/market/holidays", None).await.status(), 500);
    }
    table.practice.clear_faults();
    assert_eq!(table.get("/v2/market/holidays", None).await.status(), 200);
}
