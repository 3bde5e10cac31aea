//! A scripted client behind real doors, and a caller that sends exactly what it is told to.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use chrono::{DateTime, TimeZone, Utc};
use daypass_api::scripted::{ScriptedClient, account, snapshot};
use daypass_api::{Gates, Sessions, SocketClient, bind_socket, bind_tcp, serve_socket, serve_tcp};
use daypass_domain::Secret;
use serde_json::Value;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Far longer than anything here takes; only a hang reaches it.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A Monday morning in India.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).single().expect("a moment")
}

/// Both doors over one scripted client.
pub(crate) struct House {
    pub(crate) client: Arc<ScriptedClient>,
    pub(crate) sessions: Arc<Sessions>,
    /// The minutes on the clock of the sessions.
    pub(crate) minutes: Arc<AtomicI64>,
    pub(crate) address: SocketAddr,
    pub(crate) socket: PathBuf,
    pub(crate) closing: CancellationToken,
    pub(crate) serving: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl House {
    /// With these accounts, all valid.
    pub(crate) async fn with(ids: &[&str]) -> Self {
        let accounts = ids.iter().map(|id| account(id, now())).collect();
        let client = Arc::new(ScriptedClient::new(snapshot(now(), accounts)));
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("run/daypass.sock");
        let closing = CancellationToken::new();
        let tcp = bind_tcp(0).await.expect("a port");
        let address = tcp.address();
        let unix = bind_socket(&socket).await.expect("a socket");
        let minutes = Arc::new(AtomicI64::new(0));
        let clock = minutes.clone();
        let clock = move || now() + chrono::Duration::minutes(clock.load(Ordering::Relaxed));
        let sessions = Arc::new(Sessions::new(clock, next_key));
        let gates = Gates { keys: client.clone(), sessions: sessions.clone() };
        let serving = vec![
            tokio::spawn(serve_tcp(tcp, client.clone(), gates, closing.clone())),
            tokio::spawn(serve_socket(unix, client.clone(), closing.clone())),
        ];
        Self { client, sessions, minutes, address, socket, closing, serving, _folder: folder }
    }

    pub(crate) async fn socket_client(&self) -> SocketClient {
        SocketClient::connect(&self.socket).await.expect("somebody is there")
    }

    /// Asks the TCP door with the right host and these further header lines.
    pub(crate) async fn tcp(&self, line: &str, headers: &[&str], body: &str) -> Reply {
        let host = format!("Host: localhost:{}", self.address.port());
        self.tcp_raw(line, &[&[host.as_str()], headers].concat(), body).await
    }

    /// Asks the TCP door with these header lines only.
    pub(crate) async fn tcp_raw(&self, line: &str, headers: &[&str], body: &str) -> Reply {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        exchange(stream, line, headers, body).await
    }

    /// Asks the socket.
    pub(crate) async fn unix(&self, line: &str, headers: &[&str], body: &str) -> Reply {
        let stream = UnixStream::connect(&self.socket).await.expect("a connection");
        exchange(stream, line, &[&["Host: localhost"], headers].concat(), body).await
    }
}

/// Each one another one.
fn next_key() -> Secret {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Secret::new(format!("marker-key-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// An answer in its parts.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self {
            status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(stream: S, line: &str, headers: &[&str], body: &str) -> Reply {
    let mut text = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    Reply::parse(&send_raw(stream, &format!("{text}\r\n{body}")).await)
}

/// Sends it and reads until the other end closes.
pub(crate) async fn send_raw<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, text: &str) -> String {
    let mut answer = Vec::new();
    let asked = async {
        // Whoever refuses early may close before it has taken all of it.
        _ = stream.write_all(text.as_bytes()).await;
        _ = stream.read_to_end(&mut answer).await;
    };
    within(asked).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Fails where something hangs.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, what).await.expect("it comes to an end")
}

/// Waits until it is true.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    within(async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
