//! A browser made of a socket, and sign-ins to point it at. Loopback only; nothing here waits for a duration.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use daypass_domain::{Problem, RedirectUri, Secret};
use daypass_login::{Request, Waiting};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The state of every sign-in in these tests.
pub(crate) const STATE: &str = "marker-state-0123456789abcdefghijklmnopqrstu";
/// The code that the broker would send.
pub(crate) const CODE: &str = "marker-code-5e1f0c";

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Lower-case names; `date` and `content-length` are left out.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Long enough for the slowest machine; only a hang takes it.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it ends by itself")
}

/// A port that nobody uses at the moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Opens a sign-in at `http://HOST:PORT/PATH` on some free port. Another program may snatch one, so a few are tried.
pub(crate) async fn open_at(host: &str, path: &str) -> (Waiting, u16) {
    for _ in 0..20 {
        let port = free_port();
        match daypass_login::open(request(host, port, path, "Upstox")).await {
            Ok(waiting) => return (waiting, port),
            Err(problem) if problem.code == "port_taken" => {}
            Err(problem) => panic!("cannot listen at {host}: {problem}"),
        }
    }
    panic!("no free port in 20 tries");
}

pub(crate) fn request(host: &str, port: u16, path: &str, broker: &str) -> Request {
    Request {
        redirect: RedirectUri::new(format!("http://{host}:{port}{path}")).expect("a redirect URI"),
        state: Secret::new(STATE),
        broker_name: broker.to_owned(),
    }
}

/// Sends bytes and reads to the end; `None` if the other side gave no whole answer.
pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    // The other side may have hung up on something hostile before all of it was sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    parse(&String::from_utf8_lossy(&answer))
}

fn parse(text: &str) -> Option<Reply> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.to_lowercase(), v.to_owned()));
    let headers = headers.filter(|(name, _)| name != "date" && name != "content-length").collect();
    Some(Reply { status, headers, body: body.to_owned() })
}

/// A GET as a browser sends it.
pub(crate) async fn get(port: u16, target: &str) -> Reply {
    get_at(SocketAddr::from(([127, 0, 0, 1], port)), "localhost", target).await
}

pub(crate) async fn get_at(address: SocketAddr, host: &str, target: &str) -> Reply {
    let port = address.port();
    let head = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n\r\n"
    );
    within(send(address, head.as_bytes())).await.expect("an answer")
}

/// The right callback's target.
pub(crate) fn right_callback() -> String {
    format!("/callback?code={CODE}&state={STATE}")
}

/// Whether the callback is still waited for.
pub(crate) async fn still_waiting(waiting: &mut Waiting) -> bool {
    tokio::time::timeout(Duration::ZERO, waiting.callback()).await.is_err()
}

/// The one parameter of the right callback.
pub(crate) fn has_code(params: &[(String, Secret)]) -> bool {
    matches!(params, [(name, value)] if name == "code" && value.matches(CODE.as_bytes()))
}

/// A problem to show.
pub(crate) fn problem(text: &'static str) -> Problem {
    Problem::new("UDAPI100500", text, "Start again from Daypass.", daypass_domain::Remedy::SignInAgain)
}

/// Waits until the port can be bound again by somebody else.
pub(crate) async fn wait_until_free(port: u16) {
    within(async {
        while TcpListener::bind(("127.0.0.1", port)).is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Whether it comes true by work alone: a paused clock stands still while the runtime is kept busy, so that no deadline
/// can help.
pub(crate) async fn without_a_deadline(mut is_so: impl FnMut() -> bool) -> bool {
    tokio::time::pause();
    for _ in 0..200_000 {
        if is_so() {
            tokio::time::resume();
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}
