//! The broker's life: it opens, serves, is asked and told things, and stops.
//!
//! The invariant: it listens on 127.0.0.1 alone, and when [`Practice::stop`] has returned, or the value is dropped, the
//! port is free again and nobody is served any more. What this is not: durable; codes and OAuth2 sign-ins
//! end with it, and so does the memory of which tokens were ended.

use crate::books::Shared;
use crate::gate::Gate;
use crate::{Fault, JournalEntry, Options};
use daypass_domain::Moment;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

/// Real time, for a client that opens a connection and says nothing.
const HEADER_DEADLINE: Duration = Duration::from_secs(75);

/// A running broker. Dropping it stops it.
pub struct Practice {
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Practice {
    /// Opens it. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// `InvalidInput` if the options make no broker; otherwise what the system said about the port.
    pub async fn start(options: Options) -> io::Result<Self> {
        options.check()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("the practice broker cannot use {address}: {error}"))
        })?;
        let shared = Arc::new(Shared::new(options, listener.local_addr()?));
        tracing::info!(url = shared.base(), "Practice broker started");
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, Gate::new(Arc::clone(&shared)), stopped));
        Ok(Self { shared, serving, stop: Some(stop) })
    }

    /// Where it is: `http://127.0.0.1:4321/`. The OAuth2 issuer is this with `oauth2` behind it.
    pub fn url(&self) -> Url {
        Url::parse(&self.shared.base()).expect("an address and a port make a URL")
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.shared.addr
    }

    /// The last requests, the oldest first: names and statuses, never values.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.shared.journal.entries()
    }

    /// Lets a fault wait behind those that wait already. One with a status outside 200 to 599 becomes a 500.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Forgets the faults that still wait.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Ends every code, token and OAuth2 sign-in now.
    pub fn revoke_all(&self) {
        self.shared.revoke_all();
    }

    /// What the broker believes the time to be.
    pub fn now(&self) -> Moment {
        self.shared.now()
    }

    /// From now on access tokens live that long; `None`: as they would without this.
    pub fn set_life(&self, life: Option<chrono::Duration>) {
        self.shared.books().terms.life = life;
    }

    /// Moves the broker's clock on, or back if the span is negative: codes and tokens age, and `Date` follows.
    pub fn advance(&self, by: chrono::Duration) {
        self.shared.clock.advance(by);
    }

    /// Stops serving; requests that are being answered are cut off.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // It ends by itself, and if it was stopped otherwise there is nothing left to wait for.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Practice").field("addr", &self.shared.addr).finish_non_exhaustive()
    }
}

async fn serve(listener: TcpListener, gate: Gate, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, gate.clone()));
                }
                Err(error) => {
                    // Too many open files, most likely: it passes when a connection closes.
                    tracing::warn!(%error, "the practice broker could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, gate: Gate) {
    let service = service_fn(move |request| gate.clone().answer(request));
    let outcome = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = outcome {
        tracing::debug!(%error, "a connection to the practice broker ended early");
    }
}
