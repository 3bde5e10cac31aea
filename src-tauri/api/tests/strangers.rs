//! What web pages, forms, rebound names and other people's programs get from the HTTP door.

mod support;

use daypass_domain::Secret;
use support::{House, send_raw};
use tokio::net::TcpStream;

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
    let reply = house.tcp("POST /api/accounts/upstox/sign-in", &["Content-Type: application/json"], &largest).await;
    assert_eq!(reply.status, 200, "64 KiB are read");
}

#[tokio::test]
async fn no_secret_goes_out_to_whoever_shows_nothing() {
    let house = House::with(&["upstox"]).await;
    house.client.script().token = Some(Secret::new("marker-token-4711"));
    for line in ["GET /api/token/status", "GET /api/snapshot", "GET /api/accounts", "GET /healthz"] {
        assert!(!house.tcp(line, &[], "").await.body.contains("marker"), "{line}");
    }
}
