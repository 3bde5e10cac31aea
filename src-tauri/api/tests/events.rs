//! The event stream: what comes first, what follows, and how it ends.

mod support;

use daypass_api::Bot;
use daypass_api::Client;
use daypass_api::scripted::{account, snapshot};
use daypass_domain::{AccountId, Secret};
use daypass_manager::Code;
use daypass_manager::notice::Telling;
use futures::StreamExt;
use serde_json::json;
use support::{House, now, send_raw, until, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn withdrawn(account: &str) -> Telling {
    Telling::Withdraw { account: account.into() }
}

/// An open event stream, read as text.
struct Line {
    stream: TcpStream,
    text: String,
}

impl Line {
    async fn open(house: &House) -> Self {
        Self::asking(house, "GET /api/events HTTP/1.1\r\n").await
    }

    async fn asking(house: &House, head: &str) -> Self {
        let mut stream = TcpStream::connect(house.address).await.expect("a connection");
        let ask = format!("{head}Host: {}\r\n\r\n", house.address);
        stream.write_all(ask.as_bytes()).await.expect("sent");
        Self { stream, text: String::new() }
    }

    /// Reads on until this has come so many times.
    async fn until(&mut self, what: &str, times: usize) {
        while self.text.matches(what).count() < times {
            let mut some = [0; 4096];
            let read = within(self.stream.read(&mut some)).await.expect("read");
            assert!(read > 0, "it ended before {what} had come {times} times: {}", self.text);
            self.text.push_str(&String::from_utf8_lossy(&some[..read]));
        }
    }
}

#[tokio::test]
async fn it_begins_with_now_and_tells_each_change() {
    let house = House::with(&["upstox"]).await;
    let mut line = Line::open(&house).await;
    line.until("event: snapshot", 1).await;
    assert!(line.text.contains("content-type: text/event-stream"), "{}", line.text);
    assert!(line.text.contains("cache-control: no-store"), "{}", line.text);
    house.client.show(snapshot(now(), vec![account("upstox", now()), account("second", now())]));
    line.until("event: snapshot", 2).await;
    line.until("\"id\":\"second\"", 1).await;
    house.client.tell(withdrawn("upstox"));
    line.until("event: telling", 1).await;
    line.until(r#"data: {"withdraw":{"account":"upstox"}}"#, 1).await;
    let places: Vec<_> = ["event: snapshot", "\"second\"", "event: telling"].map(|what| line.text.find(what)).into();
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn it_ends_when_the_program_does() {
    let house = House::with(&["upstox"]).await;
    let mut line = Line::open(&house).await;
    line.until("event: snapshot", 1).await;
    house.client.end();
    // The end of a chunked body.
    line.until("\r\n0\r\n\r\n", 1).await;
}

#[tokio::test]
async fn it_ends_when_the_door_closes() {
    let house = House::with(&["upstox"]).await;
    let mut line = Line::open(&house).await;
    line.until("event: snapshot", 1).await;
    house.closing.cancel();
    for serving in house.serving {
        within(serving).await.expect("the door closes");
    }
    line.until("\r\n0\r\n\r\n", 1).await;
}

#[tokio::test]
async fn whoever_leaves_is_forgotten() {
    let house = House::with(&["upstox"]).await;
    let mut line = Line::open(&house).await;
    line.until("event: snapshot", 1).await;
    assert_eq!(house.client.listeners(), 1);
    drop(line);
    until(|| house.client.listeners() == 0).await;
}

#[tokio::test]
async fn too_many_listeners_are_told_so_and_everybody_else_is_answered() {
    let house = House::with(&["upstox"]).await;
    let mut lines = Vec::new();
    for _ in 0..32 {
        let mut line = Line::open(&house).await;
        line.until("event: snapshot", 1).await;
        lines.push(line);
    }
    // Whoever comes with a key has places of its own.
    house.client.script().token = Some(Secret::new("marker-token-4711"));
    house.client.script().bot = Some(Bot { name: "screener".into(), accounts: None });
    let waited = house.tcp("GET /api/token/wait", &["Authorization: Bearer marker-key"], "").await;
    assert_eq!(waited.status, 200, "{}", waited.json());
    let key = "Authorization: Bearer marker-key";
    let mut watch = Line::asking(&house, &format!("GET /api/token/watch HTTP/1.1\r\n{key}\r\n")).await;
    watch.until("event: state", 1).await;
    // So have this user's own programs: more of them than there are places for everybody.
    let client = house.socket_client().await;
    let mut watchers = Vec::new();
    for _ in 0..40 {
        let mut watched = client.watch(&AccountId::new("upstox").expect("an id"), None).await.expect("a place");
        assert!(within(watched.next()).await.is_some());
        watchers.push(watched);
    }
    let refused = house.tcp("GET /api/token/watch", &[], "").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    let refused = house.tcp("GET /api/events", &[], "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("too_many")));
    assert_eq!(house.tcp("GET /healthz", &[], "").await.status, 200);
    drop((watch, watchers));
    lines.pop();
    until(|| house.client.listeners() == 31).await;
    let mut line = Line::open(&house).await;
    line.until("event: snapshot", 1).await;
}

#[tokio::test]
async fn a_refusal_to_listen_is_a_refusal() {
    let house = House::with(&["upstox"]).await;
    let expected = house.client.refuse("changes", Code::NotRunning);
    let stream = TcpStream::connect(house.address).await.expect("a connection");
    let ask = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", house.address);
    assert!(send_raw(stream, &ask).await.starts_with("HTTP/1.1 503"));
    let refused = house.socket_client().await.changes().await.err();
    assert_eq!(refused, Some(expected));
}

#[tokio::test]
async fn the_socket_client_reads_the_same_streams() {
    let house = House::with(&["upstox"]).await;
    let client = house.socket_client().await;
    let mut changes = client.changes().await.expect("a stream");
    let mut tellings = client.tellings().await.expect("a stream");
    let first = within(changes.next()).await.expect("now");
    assert_eq!(first, snapshot(now(), vec![account("upstox", now())]));
    let second = snapshot(now(), vec![account("upstox", now()), account("second", now())]);
    house.client.show(second.clone());
    assert_eq!(within(changes.next()).await, Some(second));
    house.client.tell(withdrawn("upstox"));
    assert_eq!(within(tellings.next()).await, Some(withdrawn("upstox")), "told from the moment of asking");
    house.client.end();
    assert_eq!(within(changes.next()).await, None);
    assert_eq!(within(tellings.next()).await, None);
}
