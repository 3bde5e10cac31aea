//! The local HTTP and socket door, and the one client trait that every front end speaks to.
//!
//! ```text
//! browser, curl ──► 127.0.0.1 ──► Host and Origin ──► looks, refreshes, sign-ins ──┐
//! dashboard     ──► 127.0.0.1 ──► the same, and its session ──► everything else ────┤
//! bot           ──► 127.0.0.1 ──► the same, and its key ──► the token ──────────────┤
//! bot, terminal ──► Unix socket ──► same user ──────► the same, and everything else ┴──► Client
//! terminal      ◄── SocketClient: the trait again, over the socket
//! ```
//!
//! The invariant: over TCP no setting changes without a session, which only this user can open, and no secret goes out but
//! a token to a bot with a key, and a new key to a session. Routes are a few lines over one [`Client`] and decide nothing. What this part is not: it cannot reach a stored secret except by asking that client.

mod body;
pub mod client;
pub mod contract;
mod door;
mod events;
mod guard;
mod holder;
mod neighbour;
mod problem;
mod routes;
#[cfg(feature = "scripted")]
pub mod scripted;
mod serving;
mod session;
mod sessions;
mod socket;
mod socket_client;
mod span;
mod tcp;
pub mod token_status;
mod ui;
pub mod until;
pub mod watch;
mod who;
mod wire;

pub use client::{
    Answer, Browser, Client, DashboardLink, HistoryQuery, LogLine, LogQuery, NewAccount, Refreshing, SignIn,
};
pub use contract::{About, Bot, Caller, Change, HandedOut, KeyView, Keys, MadeKey, NewKey, Shut, Wanted, Watched};
pub use sessions::{LinkKey, Sessions};
pub use socket::{SocketDoor, bind_socket, serve_socket};
pub use socket_client::SocketClient;
pub use tcp::{Gates, TcpDoor, bind_tcp, serve_tcp};
pub use token_status::TokenStatus;
