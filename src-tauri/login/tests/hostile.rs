//! Everything that must not end a sign-in, a thousand times over, and then the real callback.

mod common;

use common::{
    CODE, STATE, get, has_code, open_at, request, right_callback, send, still_waiting, wait_until_free, within,
    without_a_deadline,
};
use daypass_login::Page;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// More than the listener has seats for, so that the first of them have to go.
const SLOW: usize = 300;
const QUICK: usize = 700;
/// So that the test itself stays below the usual limit of open files.
const AT_ONCE: usize = 200;

fn hostile(kind: usize, port: u16) -> (&'static str, Vec<u8>) {
    let host = format!("Host: localhost:{port}\r\n");
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\n{host}\r\n").into_bytes();
    match kind % 14 {
        0 => ("404", get("/favicon.ico")),
        1 => ("400", get(&format!("/callback?code={CODE}&state=not-the-state-of-this-sign-in-at-all-x"))),
        2 => ("400", get(&format!("/callback?code={CODE}"))),
        3 => ("400", get("/callback?error=access_denied&error_description=forged")),
        4 => ("405", format!("HEAD /callback?code={CODE}&state={STATE} HTTP/1.1\r\n{host}\r\n").into_bytes()),
        5 => (
            "405",
            format!("POST /callback?code={CODE}&state={STATE} HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n")
                .into_bytes(),
        ),
        6 => ("431", get(&format!("/callback?code={}&state={STATE}", "x".repeat(17 * 1024)))),
        7 => (
            "403",
            format!("GET /callback?code={CODE}&state={STATE} HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n")
                .into_bytes(),
        ),
        8 => ("400", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \x00\xff\xfe not http at all\r\n\r\n".to_vec()),
        9 => ("404", get(&format!("/callback/?code={CODE}&state={STATE}"))),
        10 => ("400", get(&format!("/callback?code=a&code={CODE}&state={STATE}"))),
        11 => ("400", get(&format!("/callback?state={STATE}&code={CODE}&state={STATE}"))),
        12 => ("404", get("/done")),
        _ => (
            "403",
            format!("GET /callback?code={CODE}&state={STATE} HTTP/1.1\r\n{host}Sec-Fetch-Dest: image\r\n\r\n")
                .into_bytes(),
        ),
    }
}

#[tokio::test]
async fn a_thousand_strays_change_nothing_and_then_the_real_one_counts() {
    let (mut waiting, port) = open_at("localhost", "/callback").await;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut slow = Vec::new();
    for at in 0..SLOW {
        let mut stream = within(TcpStream::connect(address)).await.expect("a connection");
        // Half of them never say a word, the others never finish their head.
        if at % 2 == 0 {
            stream.write_all(format!("GET {} HTTP/1.1\r\nHost: loc", right_callback()).as_bytes()).await.expect("sent");
        }
        slow.push(stream);
    }
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut strays = JoinSet::new();
    for kind in 0..QUICK {
        let gate = gate.clone();
        strays.spawn(async move {
            let _turn = gate.acquire_owned().await.expect("a turn");
            let (expected, bytes) = hostile(kind, port);
            (kind, expected, send(address, &bytes).await.map(|reply| (reply.status.to_string(), reply.body)))
        });
    }
    let mut answered = 0;
    while let Some(stray) = within(strays.join_next()).await {
        let (kind, expected, reply) = stray.expect("no panic");
        // A reset connection is an answer too: what was sent was not read to its end.
        let Some((status, body)) = reply else { continue };
        assert_eq!(status, expected, "kind {kind}");
        assert!(!body.contains("marker-"), "nothing of a stray request is repeated on a page");
        answered += 1;
    }
    assert!(answered > QUICK / 2, "most strays get an answer: {answered}");
    assert!(still_waiting(&mut waiting).await, "no stray ended the wait");

    let reply = get(port, &right_callback()).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/done"));
    assert!(has_code(&within(waiting.callback()).await));
    assert!(without_a_deadline(|| !is_open(&slow[0])).await, "the longest silent one had to go");
    assert!(is_open(&slow[SLOW - 1]), "the latest one was left alone");
}

fn is_open(stream: &TcpStream) -> bool {
    matches!(stream.try_read(&mut [0; 64]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test]
async fn the_real_one_is_not_kept_out_by_a_flood_that_goes_on() {
    let (mut waiting, port) = open_at("127.0.0.1", "/callback").await;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut flood = JoinSet::new();
    for _ in 0..40 {
        flood.spawn(async move {
            loop {
                let stream = TcpStream::connect(address).await;
                drop(stream);
                tokio::task::yield_now().await;
            }
        });
    }
    let reply = get(port, &right_callback()).await;
    assert_eq!(reply.status, 303);
    assert!(has_code(&within(waiting.callback()).await));
    flood.shutdown().await;
}

#[tokio::test]
async fn the_state_works_once() {
    let (mut waiting, port) = open_at("127.0.0.1", "/callback").await;
    assert_eq!(get(port, &right_callback()).await.status, 303);
    assert!(has_code(&within(waiting.callback()).await));
    let again = get(port, &format!("/callback?code=another&state={STATE}")).await;
    assert_eq!(again.status, 410);
    assert!(again.body.contains("<h1>This page was used already.</h1>"), "{}", again.body);
    assert!(still_waiting(&mut waiting).await, "the second answer goes nowhere");
}

#[tokio::test]
async fn the_brokers_no_counts_with_the_right_state_only() {
    let (mut waiting, port) = open_at("127.0.0.1", "/callback").await;
    let forged = get(port, "/callback?error=access_denied").await;
    assert!(forged.body.contains("<h1>Not the sign-in you started.</h1>"), "{}", forged.body);
    assert!(still_waiting(&mut waiting).await);
    get(port, &format!("/callback?error=access_denied&state={STATE}")).await;
    let params = within(waiting.callback()).await;
    assert!(matches!(&params[..], [(name, value)] if name == "error" && value.matches(b"access_denied")));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let (_waiting, port) = open_at("127.0.0.1", "/callback").await;
    let mut silent = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let mut slow = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    slow.write_all(b"GET /callback?code=").await.expect("sent");
    // The deadline is real; only the waiting for it is not: an idle runtime moves a paused clock on by itself.
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    for stream in [&mut silent, &mut slow] {
        let mut rest = Vec::new();
        assert!(matches!(stream.read_to_end(&mut rest).await, Ok(0) | Err(_)), "{rest:?}");
    }
    assert!(begin.elapsed() < Duration::from_secs(15), "by the deadline of the head, on the paused clock");
}

#[tokio::test]
async fn two_sign_ins_never_share_a_port_and_an_ended_one_gives_way() {
    let (waiting, port) = open_at("127.0.0.1", "/callback").await;
    let second = daypass_login::open(request("127.0.0.1", port, "/other", "Schwab")).await.err().expect("refused");
    assert_eq!(second.code, "sign_in_under_way");
    let ended = tokio::spawn(waiting.finish(Page::Cancelled));
    assert!(get(port, "/done").await.body.contains("This sign-in was cancelled."));
    within(ended).await.expect("it was read");

    let (waiting, port) = open_at("127.0.0.1", "/callback").await;
    let shown = tokio::spawn(waiting.finish(Page::Cancelled));
    within(async {
        while daypass_login::open(request("127.0.0.1", port, "/other", "Schwab")).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    within(shown).await.expect("the page that nobody read gave way");
    wait_until_free(port).await;
}

#[tokio::test]
async fn dropping_it_closes_the_port() {
    let (waiting, port) = open_at("localhost", "/callback").await;
    drop(waiting);
    let mut next =
        within(daypass_login::open(request("localhost", port, "/callback", "Upstox"))).await.expect("free again");
    assert!(still_waiting(&mut next).await);
    drop(next);
    wait_until_free(port).await;
}
