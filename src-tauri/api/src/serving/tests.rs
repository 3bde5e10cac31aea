//! Callers who are slow, many or idle, on a real port with short limits.

use super::*;
use crate::guard;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const SHORT: Duration = Duration::from_millis(50);

struct Running {
    address: SocketAddr,
    closing: CancellationToken,
    serving: JoinHandle<()>,
}

async fn start(limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let router = Router::new()
        .route("/", get(async || "here"))
        .route("/read", post(async |body: String| body))
        .route("/never", get(async || std::future::pending::<&str>().await))
        .layer(from_fn_with_state(limits.body, guard::body));
    let closing = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, |_| Some(Peer::default()), (router, limits), closing.clone()));
    Running { address, closing, serving }
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("sent");
    stream
}

/// Everything until the other end closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    _ = stream.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn whoever_does_not_finish_the_head_is_let_go() {
    let running = start(Limits { head: SHORT, ..Limits::default() }).await;
    for head in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let said = rest(send(running.address, head).await).await;
        assert!(!said.contains("200 OK"), "{head:?}: {said}");
    }
}

#[tokio::test]
async fn whoever_stays_without_asking_again_is_let_go() {
    let running = start(Limits { head: 10 * SHORT, ..Limits::default() }).await;
    let said = rest(send(running.address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await).await;
    assert!(said.ends_with("here"), "answered, then closed: {said}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let running = start(Limits { body: SHORT, ..Limits::default() }).await;
    let head = "POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    let said = rest(send(running.address, head).await).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let running = start(Limits::default()).await;
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {}\r\n\r\n", "x".repeat(2 * HEAD_BUFFER));
    let mut stream = TcpStream::connect(running.address).await.expect("a connection");
    // The other end may close before it has taken all of it.
    _ = stream.write_all(head.as_bytes()).await;
    let said = rest(stream).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431"), "{said}");
}

#[tokio::test]
async fn further_callers_wait_until_one_leaves() {
    let running = start(Limits { connections: 1, ..Limits::default() }).await;
    let first = send(running.address, "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let second = send(running.address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let mut byte = [0];
    let early = tokio::time::timeout(SHORT, second.peek(&mut byte)).await;
    assert!(early.is_err(), "the only place is taken");
    drop(first);
    assert!(rest(second).await.ends_with("here"));
}

#[tokio::test]
async fn ending_waits_for_answers_only_for_a_moment_and_leaves_nothing() {
    let running = start(Limits { grace: SHORT, ..Limits::default() }).await;
    let stuck = send(running.address, "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let idle = send(running.address, "").await;
    running.closing.cancel();
    running.serving.await.expect("it ends");
    assert_eq!(rest(stuck).await, "");
    assert_eq!(rest(idle).await, "");
    assert!(TcpStream::connect(running.address).await.is_err(), "nobody listens any more");
}
