//! The HTTP door, over a real port: every route, every refusal, and what strangers get.

mod support;

use daypass_api::scripted::{SIGN_IN_URL, account, snapshot};
use daypass_api::{Browser, bind_tcp};
use daypass_domain::Secret;
use daypass_manager::Code;
use serde_json::{Value, json};
use support::{House, now, send_raw};
use tokio::net::TcpStream;

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
        ("POST /api/accounts/upstox/snooze", "", 204, "snooze upstox"),
        ("POST /api/accounts/upstox/resume", "", 204, "resume upstox"),
        ("POST /api/accounts/upstox/pause", "", 204, "pause upstox None"),
        (
            "POST /api/accounts/upstox/pause",
            r#"{"until":"2026-11-24T08:00:00+05:30"}"#,
            204,
            "pause upstox Some(2026-11-24T02:30:00Z)",
        ),
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
        ("broken JSON", "POST /api/accounts/upstox/pause", &[json_type], "{", 400, "bad_input"),
        ("JSON of another shape", "POST /api/accounts/upstox/pause", &[json_type], "[1]", 400, "bad_input"),
        (
            "a word that is not known",
            "POST /api/accounts/upstox/pause",
            &[json_type],
            r#"{"untill":null}"#,
            400,
            "bad_input",
        ),
        (
            "a moment that is none",
            "POST /api/accounts/upstox/pause",
            &[json_type],
            r#"{"until":"soon"}"#,
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
async fn only_names_of_this_computer_get_an_answer() {
    let house = House::with(&["upstox"]).await;
    let port = house.address.port();
    for (sentence, line, host, status) in [
        ("localhost", "GET /api/token/status", format!("Host: localhost:{port}"), 200),
        ("the address", "GET /api/token/status", format!("Host: 127.0.0.1:{port}"), 200),
        ("the IPv6 address", "GET /api/token/status", format!("Host: [::1]:{port}"), 200),
        ("a page that rebinds its name", "GET /api/token/status", format!("Host: evil.example:{port}"), 403),
        ("the same without a port", "GET /api/token/status", "Host: evil.example".into(), 403),
        ("another port", "GET /api/token/status", "Host: localhost:1".into(), 403),
        ("no port", "GET /api/token/status", "Host: localhost".into(), 403),
        ("a rebinding page that posts", "POST /api/token/force-refresh", format!("Host: evil.example:{port}"), 403),
        ("a rebinding page that opens the dashboard", "GET /dashboard/", format!("Host: evil.example:{port}"), 403),
        ("a rebinding page that finds nothing", "GET /nothing", format!("Host: evil.example:{port}"), 403),
        (
            "a foreign name in the address",
            "GET http://evil.example/api/snapshot",
            format!("Host: localhost:{port}"),
            403,
        ),
        ("no host", "GET /api/token/status", "X-Nothing: 1".into(), 400),
        ("two hosts", "GET /api/token/status", format!("Host: localhost:{port}\r\nHost: evil.example"), 400),
    ] {
        let reply = house.tcp_raw(line, &[host.as_str()], "").await;
        assert_eq!(reply.status, status, "{sentence}: {reply:?}");
    }
    let asked = house.client.script().asked.clone();
    assert_eq!(asked, ["snapshot"; 3], "strangers reach nothing");
}

#[tokio::test]
async fn only_the_doors_own_page_may_ask() {
    let house = House::with(&["upstox"]).await;
    let port = house.address.port();
    let (own, get, post) = (format!("http://localhost:{port}"), "GET /api/snapshot", "POST /api/token/force-refresh");
    for (sentence, line, headers, status) in [
        ("the dashboard looks", get, vec![format!("Origin: {own}"), "Sec-Fetch-Site: same-origin".into()], 200),
        ("the dashboard refreshes", post, vec![format!("Origin: {own}")], 200),
        ("somebody types the address", get, vec!["Sec-Fetch-Site: none".into()], 200),
        ("a page elsewhere looks", get, vec!["Origin: http://evil.example".into()], 403),
        ("a page elsewhere refreshes", post, vec!["Origin: http://evil.example".into()], 403),
        ("a sandboxed page refreshes", post, vec!["Origin: null".into()], 403),
        ("a page of another port", post, vec!["Origin: http://localhost:3000".into()], 403),
        ("a page over https", post, vec![format!("Origin: https://localhost:{port}")], 403),
        ("own page and another one", post, vec![format!("Origin: {own}"), "Origin: http://evil.example".into()], 403),
        ("a picture elsewhere", get, vec!["Sec-Fetch-Site: cross-site".into()], 403),
        ("a picture on another port", get, vec!["Sec-Fetch-Site: same-site".into()], 403),
        ("a link elsewhere to the dashboard", "GET /dashboard/", vec!["Sec-Fetch-Site: cross-site".into()], 200),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let reply = house.tcp(line, &headers, "").await;
        assert_eq!(reply.status, status, "{sentence}: {reply:?}");
    }
    let preflight = house.tcp("OPTIONS /api/token/force-refresh", &["Origin: http://evil.example"], "").await;
    assert_eq!(preflight.status, 403);
}

#[tokio::test]
async fn what_changes_something_is_json_or_nothing() {
    let house = House::with(&["upstox"]).await;
    let post = "POST /api/accounts/upstox/refresh";
    for (sentence, headers, body, status) in [
        ("nothing", &[][..], "", 200),
        ("JSON", &["Content-Type: application/json"], "{}", 200),
        ("JSON with its letters", &["Content-Type: application/json; charset=utf-8"], "{}", 200),
        ("a form", &["Content-Type: application/x-www-form-urlencoded"], "browser=no", 415),
        ("an empty form", &["Content-Type: application/x-www-form-urlencoded", "Content-Length: 0"], "", 415),
        ("a form with files", &["Content-Type: multipart/form-data; boundary=x"], "--x--", 415),
        ("text that looks like JSON", &["Content-Type: text/plain"], "{}", 415),
        ("JSON without saying so", &[], "{}", 415),
        ("two types", &["Content-Type: application/json", "Content-Type: text/plain"], "{}", 415),
    ] {
        let reply = house.tcp(post, headers, body).await;
        assert_eq!(reply.status, status, "{sentence}: {reply:?}");
    }
}

#[tokio::test]
async fn a_huge_body_is_refused_whether_announced_or_not() {
    let house = House::with(&["upstox"]).await;
    let head = format!(
        "POST /api/accounts/upstox/pause HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nConnection: close\r\n",
        house.address
    );
    for (sentence, rest) in [
        ("announced, and never sent", "Content-Length: 99999999\r\n\r\n".to_owned()),
        ("not announced", format!("Transfer-Encoding: chunked\r\n\r\n11000\r\n{}", " ".repeat(0x11000))),
    ] {
        let stream = TcpStream::connect(house.address).await.expect("a connection");
        let said = send_raw(stream, &format!("{head}{rest}")).await;
        assert!(said.starts_with("HTTP/1.1 413"), "{sentence}: {said}");
    }
    let largest = format!("{{{}}}", " ".repeat(64 * 1024 - 2));
    let reply = house.tcp("POST /api/accounts/upstox/pause", &["Content-Type: application/json"], &largest).await;
    assert_eq!(reply.status, 204, "64 KiB are read");
}

#[tokio::test]
async fn no_secret_goes_out_and_no_setting_changes_over_tcp() {
    let house = House::with(&["upstox"]).await;
    house.client.script().token = Some(Secret::new("marker-token-4711"));
    let json_type = &["Content-Type: application/json"][..];
    for line in [
        "GET /api/token?account=upstox",
        "GET /api/settings",
        "POST /api/settings",
        "POST /api/accounts",
        "DELETE /api/accounts/upstox",
        "POST /api/accounts/upstox/sign-out",
        "POST /api/accounts/upstox/paste",
        "GET /api/accounts/upstox/finished",
        "POST /api/practice",
    ] {
        let (headers, body) = if line.starts_with("GET") { (&[][..], "") } else { (json_type, "{}") };
        let reply = house.tcp(line, headers, body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("socket_only")), "{line}");
        assert!(!reply.body.contains("marker"), "{line}");
    }
    assert_eq!(house.client.script().asked, Vec::<String>::new(), "the client was not even asked");
    for line in ["GET /api/token/status", "GET /api/snapshot", "GET /api/accounts", "GET /healthz"] {
        assert!(!house.tcp(line, &[], "").await.body.contains("marker"), "{line}");
    }
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
