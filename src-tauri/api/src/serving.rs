//! The accept loop of both doors: one task per connection, with a limit on everything.
//!
//! The invariant: when it is cancelled it stops accepting, lets answers finish for a moment, and leaves no task behind;
//! when it is dropped, all connections are. What this is not: routing; it is handed a router.

use crate::guard::BODY_TIME;
use crate::who::Peer;
use axum::Router;
use axum::response::Response;
use axum::serve::Listener;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

/// What a caller may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Until a request's head has arrived; an idle connection is closed after the same time.
    pub(crate) head: Duration,
    /// Until its body has.
    pub(crate) body: Duration,
    /// Open connections; further callers wait in the kernel's queue.
    pub(crate) connections: usize,
    /// What answers under way get when the program ends.
    pub(crate) grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(15),
            body: BODY_TIME,
            // Below the usual limit of 1,024 open files, and above what one machine's programs need.
            connections: 256,
            grace: Duration::from_secs(2),
        }
    }
}

/// The head of a request is small; hyper's least is 8 KiB.
const HEAD_BUFFER: usize = 16 * 1024;

/// Serves whoever `may` come in, as whom it says, until it is cancelled.
pub(crate) async fn serve<L: Listener>(
    mut listener: L,
    may: impl Fn(&L::Io) -> Option<Peer>,
    (router, limits): (Router, Limits),
    closing: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await.0)
        };
        tokio::select! {
            () = closing.cancelled() => break,
            Some(_) = connections.join_next() => {}
            (place, io) = accepted => if let Some(peer) = may(&io) {
                let service = router.clone().map_request(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(peer);
                    request
                });
                let connection = connection(io, service, limits, closing.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection<I, S>(io: I, service: S, limits: Limits, closing: CancellationToken)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BUFFER)
        .serve_connection(TokioIo::new(io), TowerToHyperService::new(service));
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => Some(ended),
        () = closing.cancelled() => None,
    };
    let ended = match ended {
        Some(ended) => Some(ended),
        None => {
            served.as_mut().graceful_shutdown();
            tokio::time::timeout(limits.grace, served).await.ok()
        }
    };
    if let Some(Err(error)) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}

#[cfg(test)]
mod tests;
