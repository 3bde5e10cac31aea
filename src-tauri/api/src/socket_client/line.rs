//! One question, one connection, one answer; or a stream of events until either side ends it.
//!
//! The invariant: nothing is sent before the kernel has said that the other end runs as the same user. What this is not:
//! a general HTTP client.

use super::not_running;
use crate::client::Answer;
use crate::problem::Document;
use crate::socket::own;
use daypass_domain::{Problem, Remedy};
use daypass_manager::{Code, Refused};
use futures::StreamExt;
use futures::stream::BoxStream;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sse_stream::SseStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UnixStream;

/// Longer than any broker call that an answer waits for; an owner that needs longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the owner's socket is.
#[derive(Clone, Debug)]
pub(super) struct Line {
    path: Arc<PathBuf>,
}

impl Line {
    pub(super) fn to(path: &Path) -> Self {
        Self { path: Arc::new(path.to_owned()) }
    }

    /// Whether somebody is there.
    pub(super) async fn try_out(&self) -> Answer<()> {
        self.open().await.map(drop)
    }

    /// Looks.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        read(&self.ask(Method::GET, path, None, PATIENCE).await?)
    }

    /// Looks at something that is no JSON.
    pub(super) async fn text(&self, path: &str) -> Answer<String> {
        let bytes = self.ask(Method::GET, path, None, PATIENCE).await?;
        String::from_utf8(bytes.into()).map_err(|_| internal())
    }

    /// Looks for as long as the owner waits, and a little longer.
    pub(super) async fn wait<T: DeserializeOwned>(&self, path: &str, limit: chrono::Duration) -> Answer<T> {
        let limit = limit.to_std().unwrap_or_default().saturating_add(PATIENCE);
        read(&self.ask(Method::GET, path, None, limit).await?)
    }

    /// The same where only the end of it is of interest.
    pub(super) async fn wait_over(&self, path: &str, limit: chrono::Duration) -> Answer<()> {
        let limit = limit.to_std().unwrap_or_default().saturating_add(PATIENCE);
        self.ask(Method::GET, path, None, limit).await.map(drop)
    }

    /// Does something that needs no more words.
    pub(super) async fn act(&self, path: &str) -> Answer<()> {
        self.ask(Method::POST, path, None, PATIENCE).await.map(drop)
    }

    /// Removes something.
    pub(super) async fn delete(&self, path: &str) -> Answer<()> {
        self.ask(Method::DELETE, path, None, PATIENCE).await.map(drop)
    }

    /// Does something with words, and wants no answer.
    pub(super) async fn tell(&self, path: &str, body: &impl Serialize) -> Answer<()> {
        self.ask(Method::POST, path, Some(write(body)?), PATIENCE).await.map(drop)
    }

    /// Does something with words.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Answer<T> {
        read(&self.ask(Method::POST, path, Some(write(body)?), PATIENCE).await?)
    }

    /// The data of every event of this name, or of all. Ends when the owner does.
    pub(super) async fn events<T: DeserializeOwned + 'static>(
        &self,
        path: &str,
        name: Option<&'static str>,
    ) -> Answer<BoxStream<'static, T>> {
        let request = self.send(Method::GET, path, None);
        let response = tokio::time::timeout(PATIENCE, request).await.map_err(|_| refused(SILENT))??;
        if !response.status().is_success() {
            return Err(refusal(&collect(response).await?));
        }
        let events = SseStream::new(response.into_body()).filter_map(move |event| async move {
            let event = event.ok().filter(|event| name.is_none() || event.event.as_deref() == name)?;
            serde_json::from_str(&event.data?).ok()
        });
        Ok(events.boxed())
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>, limit: Duration) -> Answer<Bytes> {
        let asked = async {
            let response = self.send(method, path, body).await?;
            let status = response.status();
            let bytes = collect(response).await?;
            if status.is_success() { Ok(bytes) } else { Err(refusal(&bytes)) }
        };
        tokio::time::timeout(limit, asked).await.map_err(|_| refused(SILENT))?
    }

    async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer<Response<Incoming>> {
        let stream = self.open().await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| refused(BROKE_OFF))?;
        // Ends with the answer, or when nobody wants the rest of it.
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default()))).map_err(|_| refused(BROKE_OFF))?;
        sender.send_request(request).await.map_err(|_| refused(BROKE_OFF))
    }

    async fn open(&self) -> Answer<UnixStream> {
        let stream = UnixStream::connect(self.path.as_path()).await.map_err(|_| not_running())?;
        if own(&stream, rustix::process::geteuid().as_raw()).is_some() { Ok(stream) } else { Err(refused(FOREIGN)) }
    }
}

async fn collect(response: Response<Incoming>) -> Answer<Bytes> {
    Ok(response.into_body().collect().await.map_err(|_| refused(BROKE_OFF))?.to_bytes())
}

fn write(body: &impl Serialize) -> Answer<Vec<u8>> {
    serde_json::to_vec(body).map_err(|_| internal())
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|_| internal())
}

fn refusal(bytes: &[u8]) -> Refused {
    serde_json::from_slice(bytes).map_or_else(|_| internal(), Document::into_refused)
}

fn refused(problem: Problem) -> Refused {
    Refused { code: Code::NotRunning, problem }
}

fn internal() -> Refused {
    Refused { code: Code::Internal, problem: NO_SENSE }
}

const BROKE_OFF: Problem = Problem::new(
    "owner_broke_off",
    "Daypass ended before it answered.",
    "Start it again with `daypass serve` or open the app.",
    Remedy::TryAgain,
);
const SILENT: Problem =
    Problem::new("owner_silent", "Daypass does not answer.", "Restart it; the log has more.", Remedy::TryAgain);
const FOREIGN: Problem = Problem::new(
    "owner_foreign",
    "Another user's program answers at the socket, and was told nothing.",
    "Set DAYPASS_HOME or XDG_RUNTIME_DIR to a folder of your own.",
    Remedy::FixSetting,
);
const NO_SENSE: Problem = Problem::new(
    "answer_makes_no_sense",
    "The answer of the running Daypass makes no sense here.",
    "Restart it, so that both are the same version.",
    Remedy::TryAgain,
);
