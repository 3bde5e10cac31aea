//! The control routes, and what they keep from whom.

mod common;

use common::{json, table};
use daypass_practice::{Options, Order, Untold, tell};
use serde_json::json;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn orders_are_obeyed() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    let state = json(
        table
            .control(
                &json!({"route": "profile", "times": null, "fault": {"error": {"code": "UDAPI100050", "status": 418}}}),
            )
            .await,
    )
    .await;
    assert_eq!(state["faults"].as_array().map(Vec::len), Some(1), "{state}");
    assert_eq!((table.profile(&token).await, table.profile(&token).await), (418, 418));
    table.control(&json!({"clear": true})).await;
    assert_eq!(table.profile(&token).await, 200);
    let state = json(table.control(&json!({"life_seconds": 30})).await).await;
    assert_eq!(state["life_seconds"], 30);
    let short = table.token("AB1234").await;
    let state = json(table.control(&json!({"life_seconds": null, "advance_seconds": 40})).await).await;
    assert!(state["life_seconds"].is_null());
    assert_eq!(table.profile(&short).await, 401);
    let state = json(table.control(&json!({"rotation": "kept", "refresh_life_seconds": null})).await).await;
    assert_eq!((&state["rotation"], &state["refresh_life_seconds"]), (&json!("kept"), &json!(null)));
    let newest = table.token("AB1234").await;
    table.control(&json!({"revoke": "all"})).await;
    assert_eq!(table.profile(&newest).await, 401);
}

#[tokio::test]
async fn another_process_can_tell_it_faults_and_the_end() {
    let table = table(Options::default()).await;
    let (port, token) = (table.practice.addr().port(), table.token("AB1234").await);
    for (word, status) in [("profile:503", 503), ("profile:429/5", 429), ("revoke", 401)] {
        tell(port, &word.parse().expect(word)).await.expect(word);
        assert_eq!(table.profile(&token).await, status, "{word}");
    }
    table.practice.stop().await;
    assert_eq!(tell(port, &Order::Revoke).await, Err(Untold::NotRunning(port)));
}

#[tokio::test]
async fn somebody_else_on_the_port_is_no_practice_broker() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let other = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.read(&mut [0; 1024]).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.expect("an answer");
    });
    assert_eq!(tell(port, &Order::Revoke).await, Err(Untold::NotRunning(port)));
    other.await.expect("no panic");
}

#[tokio::test]
async fn an_order_that_cannot_be_obeyed_changes_nothing() {
    let table = table(Options::default()).await;
    for (order, word) in [
        (json!({"route": "profile"}), "route and fault"),
        (json!({"fault": "drop"}), "route and fault"),
        (json!({"route": "orders", "fault": "drop"}), "orders"),
        (json!({"route": "profile", "fault": "explode"}), "truncate"),
        (json!({"route": "profile", "fault": {"status": 99}}), "99"),
        (json!({"life_seconds": 0, "route": "profile", "fault": "drop"}), "life"),
        (json!({"advance_seconds": i64::MAX}), "advance_seconds"),
        (json!({"lifeseconds": 5}), "lifeseconds"),
        (json!({"revoke": "some"}), "some"),
        (json!([1]), "no order"),
    ] {
        let response = table.control(&order).await;
        assert_eq!(response.status(), 400, "{order}");
        let why = json(response).await["error"].as_str().expect("a reason").to_owned();
        assert!(why.contains(word), "{order}: {why}");
    }
    let state = json(table.control(&json!({})).await).await;
    assert_eq!((&state["faults"], &state["life_seconds"]), (&json!([]), &json!(null)));
}

#[tokio::test]
async fn web_pages_are_refused() {
    let table = table(Options::default()).await;
    let order = r#"{"life_seconds":30}"#;
    let post = || table.client.post(table.url("/practice/control")).body(order);
    let with_type = || post().header("content-type", "application/json; charset=utf-8");
    for (sentence, request, status) in [
        ("a program", with_type(), 200),
        ("another name of this computer", with_type().header("host", "localhost:4321"), 200),
        ("a page", with_type().header("origin", "http://evil.example"), 403),
        ("this broker's own page", with_type().header("origin", "null"), 403),
        ("a page that hides its origin", with_type().header("sec-fetch-site", "cross-site"), 403),
        ("a foreign name for this computer", with_type().header("host", "evil.example"), 403),
        ("a name that only begins right", with_type().header("host", "localhost.evil.example:80"), 403),
        ("a plain form", post().header("content-type", "text/plain"), 415),
        ("no type", post(), 415),
    ] {
        assert_eq!(request.send().await.expect("an answer").status(), status, "{sentence}");
    }
    let journal = || table.client.get(table.url("/practice/journal"));
    assert_eq!(journal().send().await.expect("an answer").status(), 200);
    for (name, value) in [("origin", "http://evil.example"), ("host", "evil.example")] {
        assert_eq!(journal().header(name, value).send().await.expect("an answer").status(), 403, "{name}");
    }
}

#[tokio::test]
async fn the_journal_tells_who_asked_what_and_never_with_which_value() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer({
        let log = log.clone();
        move || log.clone()
    });
    // For the whole program: the other tests' lines do no harm here, and a test's own thread would miss some.
    tracing::subscriber::set_global_default(subscriber.finish()).expect("the only one");
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    let code = table.code("AB1234").await;
    let marker = "markersecretmarker";
    table.exchange(&code, &[("client_secret", marker)]).await;
    table.get(&format!("/v2/{marker}"), Some(&token)).await;
    table.profile(&token).await;
    let entries = json(table.client.get(table.url("/practice/journal")).send().await.expect("an answer")).await;
    let entries = entries.as_array().expect("a list");
    let exchange = entries.iter().find(|entry| entry["path"] == "/v2/login/authorization/token").expect("the exchange");
    assert_eq!((&exchange["method"], &exchange["status"]), (&json!("POST"), &json!(200)));
    assert_eq!(exchange["user_agent"], "practice-test");
    assert_eq!(exchange["form_keys"], json!(["code", "client_id", "client_secret", "redirect_uri", "grant_type"]));
    let last = entries.last().expect("the profile");
    assert_eq!((&last["path"], &last["authorization"]), (&json!("/v2/user/profile"), &json!("Bearer")));
    assert!(entries.iter().all(|entry| !entry["path"].as_str().is_some_and(|path| path.starts_with("/practice"))));
    let said = format!("{} {}", json!(entries), log.text());
    assert!(log.text().contains("practice broker was asked"), "the log was caught");
    for secret in [marker, &token, &code] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[tokio::test]
async fn a_body_with_delete_does_not_spoil_the_next_request() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    let mut stream = tokio::net::TcpStream::connect(table.practice.addr()).await.expect("a connection");
    let two = format!(
        "DELETE /v2/logout HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}\
         GET /v2/market/holidays HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(two.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let table = table(Options::default()).await;
    let huge = table.client.post(table.url("/v2/login/authorization/token")).body(vec![b'x'; 70_000]).send().await;
    // The refusal may overtake the sending.
    assert!(huge.map_or(true, |response| response.status() == 413));
    assert_eq!(table.get("/v2/market/holidays", None).await.status(), 200);
}

/// What the log says, kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
