//! The HTTP door on 127.0.0.1: for browsers, curl and other people's programs.
//!
//! Nothing but IPv4 loopback is ever bound, and no secret goes through but a token to a bot with a key, and a new key to
//! a session. A taken port costs only this door: the program
//! goes on with the socket.

use crate::client::Client;
use crate::contract::Keys;
use crate::door::Door;
use crate::holder::holder;
use crate::routes;
use crate::serving::{self, Limits};
use crate::sessions::Sessions;
use crate::who::Peer;
use daypass_domain::{Problem, Remedy};
use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A bound port that nobody serves yet.
#[derive(Debug)]
pub struct TcpDoor {
    listener: TcpListener,
    address: SocketAddr,
}

impl TcpDoor {
    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a web address without a path: `http://127.0.0.1:8000`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Binds the port on 127.0.0.1; 0 takes any free one. The problem names who has it.
pub async fn bind_tcp(port: u16) -> Result<TcpDoor, Problem> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let bound = bound.and_then(|listener| Ok(TcpDoor { address: listener.local_addr()?, listener }));
    match bound {
        Ok(door) => Ok(door),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(taken(port).await),
        Err(error) => Err(unavailable(port, &error)),
    }
}

/// Who comes further in than everybody.
#[derive(Clone)]
pub struct Gates {
    /// Bots, with a key.
    pub keys: Arc<dyn Keys>,
    /// Whoever has opened the dashboard by its link.
    pub sessions: Arc<Sessions>,
}

/// Serves the open routes, the token's to bots with a key, and all others to whoever is in a session, until it is cancelled. Ends within moments then, and leaves nothing running.
pub async fn serve_tcp(door: TcpDoor, client: Arc<dyn Client>, gates: Gates, shutdown: CancellationToken) {
    let TcpDoor { listener, address } = door;
    let limits = Limits::default();
    let router = routes::over_tcp(Door::new(client, shutdown.clone()), gates, address, limits.body);
    tracing::debug!(%address, "the HTTP door is open");
    let peer = |stream: &TcpStream| Some(Peer { pid: None, address: stream.peer_addr().ok() });
    serving::serve(listener, peer, (router, limits), shutdown).await;
}

async fn taken(port: u16) -> Problem {
    let who = tokio::task::spawn_blocking(move || holder(port)).await;
    let who = who.unwrap_or_else(|_| "another program".to_owned());
    TAKEN.saying(format!("Port {port} is taken by {who}, so the local API and the dashboard are closed."))
}

fn unavailable(port: u16, error: &Error) -> Problem {
    UNAVAILABLE.saying(format!("Daypass cannot listen at 127.0.0.1:{port}: {}.", error.kind()))
}

const TAKEN: Problem = Problem::new(
    "api_port_taken",
    "",
    "Close it and restart Daypass, or set another port (DAYPASS_API_PORT). Terminal and window work without it.",
    Remedy::FixSetting,
);

const UNAVAILABLE: Problem = Problem::new(
    "api_port_unavailable",
    "",
    "Set another port above 1024 (DAYPASS_API_PORT). Terminal and window work without it.",
    Remedy::FixSetting,
);
