//! A server of a few lines that answers every request in the one way it was told to, and remembers what it was asked.
//!
//! Raw sockets, because an HTTP library would not let it misbehave. Not part of the program.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// What it does with every request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answers with a status, further header lines, and a body of a content type.
    Say { status: u16, headers: Vec<String>, kind: &'static str, body: String },
    /// Announces more than it sends, then closes.
    Truncate(String),
    /// Reads the request, then closes without a byte.
    Drop,
    /// Reads the request and never answers.
    Hang,
    /// Answers with a body; requests with this in their line wait until so many of them are here.
    Meet(&'static str, Arc<Barrier>, &'static str),
    /// Sends what is no HTTP.
    Garbage,
}

impl Act {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Say { status, headers: vec![], kind: "application/json", body: body.to_owned() }
    }

    pub(crate) fn page(status: u16) -> Self {
        let body = "<!doctype html><title>MARKER</title>".to_owned();
        Self::Say { status, headers: vec![], kind: "text/html; charset=utf-8", body }
    }

    /// The same with one more header line.
    pub(crate) fn with(self, header: &str) -> Self {
        match self {
            Self::Say { status, mut headers, kind, body } => {
                headers.push(header.to_owned());
                Self::Say { status, headers, kind, body }
            }
            other => other,
        }
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// `GET /path?query`.
    pub(crate) line: String,
    /// Header lines, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Runs until it is dropped.
pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, act.clone(), Arc::clone(&log)));
            }
        });
        Self { base, seen, task }
    }

    /// Everything it was asked so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic in the server").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address at which nobody listens.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    format!("http://{address}")
}

async fn serve(mut stream: TcpStream, act: Act, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(seen) = read(&mut stream).await else { return };
    let line = seen.line.clone();
    log.lock().expect("no panic in the server").push(seen);
    let answer = match act {
        Act::Say { status, headers, kind, body } => {
            let more: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
            said((status, kind), &more, &body)
        }
        Act::Meet(part, all, body) => {
            if line.contains(part) {
                all.wait().await;
            }
            said((200, "application/json"), "", body)
        }
        Act::Truncate(body) => {
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{body}")
        }
        Act::Garbage => "MARKER is no HTTP\r\n\r\n".to_owned(),
        Act::Drop => return,
        Act::Hang => return std::future::pending().await,
    };
    // The client may have gone already; that is its right.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn said((status, kind): (u16, &str), more: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{more}\r\n{body}")
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8_lossy(&bytes[..end]).into_owned();
        }
    };
    let mut lines = head.lines();
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap_or(0));
    while bytes.len() < head.len() + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head.len() + 4..]).into_owned();
    Some(Seen { line, headers, body })
}
