//! The HTTP door, over a real port: every route and every refusal.

mod support;

use daypass_api::scripted::{SIGN_IN_URL, account, snapshot};
use daypass_api::{Browser, bind_tcp};
use daypass_manager::Code;
use serde_json::{Value, json};
use support::{House, now};

#[tokio::test]
async fn every_open_route_asks_the_client_one_thing() {
    let house = House::with(&["upstox"]).await;
    for (line, body, status, asked) in [
        ("GET /healthz", "", 200, "snapshot"),
        ("GET /api/token/status", "", 200, "snapshot"),
        ("GET /api/token/status?account=upstox", "", 200, "snapshot"),
        ("GET /api/accounts", "", 200, "snapshot"),
        ("GET /api/snapshot", "", 200, "snapshot"),
        ("POST /api/token/force-refresh", "", 200, "refresh upstox Open"),
        ("POST /api/token/force-refresh?account=upstox", "", 200, "refresh upstox Open"),
        ("POST /api/accounts/upstox/sign-in", "", 200, "sign_in upstox Open"),
        ("POST /api/accounts/upstox/sign-in", r#"{"browser":"no"}"#, 200, "sign_in upstox No"),
        ("POST /api/accounts/upstox/refresh", r#"{"browser":"no"}"#, 200, "refresh upstox No"),
        ("POST /api/accounts/upstox/cancel", "{}", 204, "cancel upstox"),
        ("POST /api/accounts/upstox/probe", "", 204, "probe upstox"),
    ] {
        let headers: &[&str] = if body.is_empty() { &[] } else { &["Content-Type: application/json"] };
        let reply = house.tcp(line, headers, body).await;
        assert_eq!(reply.status, status, "{line}: {reply:?}");
        assert_eq!(house.client.script().asked.last().map(String::as_str), Some(asked), "{line}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{line}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{line}");
        assert!(reply.header("access-control-allow-origin").is_none(), "{line}: no page elsewhere may read it");
    }
}

#[tokio::test]
async fn the_two_answers_that_scripts_know_by_heart() {
    let house = House::with(&["upstox"]).await;
    let status = house.tcp("GET /api/token/status", &[], "").await.json();
    for (field, value) in [
        ("valid", json!(true)),
        ("time_remaining_seconds", json!(57_600)),
        ("time_remaining_hours", json!(16.0)),
        ("expiry_time", json!("2026-11-24T03:30:00+05:30")),
        ("needs_refresh", json!(false)),
        ("message", json!("Token valid, expires in 16.0 hours")),
        ("api_validated", json!(true)),
        ("account", json!("upstox")),
    ] {
        assert_eq!(status[field], value, "{field}");
    }
    let forced = house.tcp("POST /api/token/force-refresh", &[], "").await;
    assert_eq!(forced.body, r#"{"status":"success","message":"Token refresh initiated successfully"}"#);
    house.client.script().refresh_url = Some(SIGN_IN_URL.into());
    let forced = house.tcp("POST /api/token/force-refresh", &[], "").await.json();
    assert_eq!((&forced["status"], &forced["sign_in_url"]), (&json!("success"), &json!(SIGN_IN_URL)));
}

#[tokio::test]
async fn without_an_account_it_says_how_to_begin() {
    let house = House::with(&[]).await;
    let status = house.tcp("GET /api/token/status", &[], "").await;
    assert_eq!((status.status, &status.json()["valid"]), (200, &json!(false)));
    assert!(status.body.contains("UPSTOX_CLIENT_ID"), "{}", status.body);
    let refused = house.tcp("POST /api/token/force-refresh", &[], "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("no_credentials")));
}

#[tokio::test]
async fn one_account_of_several_is_asked_by_name_or_the_worst_is_taken() {
    let house = House::with(&["one", "two"]).await;
    let mut all = snapshot(now(), vec![account("one", now()), account("two", now())]);
    all.worst = Some("two".into());
    house.client.show(all);
    for (query, expected) in [("", "two"), ("?account=", "two"), ("?account=one", "one"), ("?account=two", "two")] {
        let status = house.tcp(&format!("GET /api/token/status{query}"), &[], "").await.json();
        assert_eq!(status["account"], expected, "{query:?}");
    }
    let accounts = house.tcp("GET /api/accounts", &[], "").await.json();
    assert_eq!((&accounts["accounts"][0]["account"], &accounts["worst"]), (&json!("one"), &json!("two")));
}

#[tokio::test]
async fn each_refusal_has_its_status_and_is_a_problem_document() {
    let house = House::with(&["upstox"]).await;
    for (code, status) in [
        (Code::NoCredentials, 409),
        (Code::Paused, 409),
        (Code::NotUseful, 409),
        (Code::CannotStart, 409),
        (Code::PersonNeeded, 409),
        (Code::UnknownAccount, 404),
        (Code::BadInput, 400),
        (Code::Failed, 502),
        (Code::NotRunning, 503),
        (Code::Internal, 500),
    ] {
        let refused = house.client.refuse("refresh", code);
        let reply = house.tcp("POST /api/token/force-refresh", &[], "").await;
        let told = reply.json();
        assert_eq!(reply.status, status, "{code:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert_eq!((&told["title"], &told["detail"]), (&json!("It is refused."), &json!("Ask something else.")));
        assert_eq!(told["status"], status);
        assert_eq!(told["code"], serde_json::to_value(refused.code).expect("JSON"));
    }
}

#[tokio::test]
async fn the_doors_own_refusals() {
    let house = House::with(&["upstox"]).await;
    let json_type = "Content-Type: application/json";
    for (sentence, line, headers, body, status, code) in [
        ("an unknown account", "GET /api/token/status?account=nobody", &[][..], "", 404, "unknown_account"),
        ("a name that can be none", "GET /api/token/status?account=..%2Fetc", &[], "", 404, "unknown_account"),
        ("the same in a path", "POST /api/accounts/A%20B/probe", &[], "", 404, "unknown_account"),
        ("one parameter twice", "GET /api/token/status?account=a&account=b", &[], "", 400, "bad_input"),
        ("no such address", "GET /api/nothing", &[], "", 404, "not_found"),
        ("no such file of the page", "GET /dashboard/nothing.js", &[], "", 404, "not_found"),
        ("a way out of the page", "GET /dashboard/..%2f..%2fCargo.toml", &[], "", 404, "not_found"),
        ("looking with the wrong method", "POST /api/token/status", &[], "", 405, "wrong_method"),
        ("changing by a mere look", "GET /api/token/force-refresh", &[], "", 405, "wrong_method"),
        ("broken JSON", "POST /api/accounts/upstox/sign-in", &[json_type], "{", 400, "bad_input"),
        ("JSON of another shape", "POST /api/accounts/upstox/sign-in", &[json_type], "[1]", 400, "bad_input"),
        (
            "a word that is not known",
            "POST /api/accounts/upstox/sign-in",
            &[json_type],
            r#"{"broser":"no"}"#,
            400,
            "bad_input",
        ),
    ] {
        let reply = house.tcp(line, headers, body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{sentence}: {reply:?}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{sentence}");
    }
    let wrong = house.tcp("GET /api/token/force-refresh", &[], "").await;
    assert_eq!(wrong.header("allow"), Some("POST"), "the way out is named");
}

#[tokio::test]
async fn the_dashboard_is_a_page_that_can_reach_nobody_else() {
    let house = House::with(&["upstox"]).await;
    for (line, place) in [
        ("GET /", "/dashboard/"),
        ("GET /dashboard", "/dashboard/"),
        ("GET /dashboard?theme=dark", "/dashboard/?theme=dark"),
    ] {
        let reply = house.tcp(line, &[], "").await;
        assert_eq!((reply.status, reply.header("location")), (307, Some(place)), "{line}");
    }
    let page = house.tcp("GET /dashboard/", &[], "").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.body.contains("Daypass"), "{}", page.body);
    let policy = page.header("content-security-policy").expect("a policy");
    for rule in ["default-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let tag = page.header("etag").expect("a tag").to_owned();
    let again = house.tcp("GET /dashboard/", &[&format!("If-None-Match: {tag}")], "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let old = house.tcp("GET /dashboard/index.html", &["If-None-Match: \"old\""], "").await;
    assert_eq!((old.status, old.header("etag")), (200, Some(tag.as_str())));
}

#[tokio::test]
async fn a_taken_port_names_who_has_it() {
    let house = House::with(&[]).await;
    let port = house.address.port();
    let problem = bind_tcp(port).await.expect_err("taken");
    assert_eq!(problem.code, "api_port_taken");
    let me = format!("(process {})", std::process::id());
    assert!(problem.what.contains(&port.to_string()) && problem.what.contains(&me), "{problem}");
}

#[test]
fn the_body_of_a_sign_in_is_what_the_dashboard_sends() {
    let sent: Value = json!({ "browser": Browser::No });
    assert_eq!(sent, json!({ "browser": "no" }));
}
