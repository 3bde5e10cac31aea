//! The socket door where there are no Unix sockets: it does not open, and says so.

use crate::client::Client;
use daypass_domain::{Problem, Remedy};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Cannot exist on this system.
#[derive(Debug)]
pub enum SocketDoor {}

/// Says that there is no socket here.
pub async fn bind_socket(_path: &Path) -> Result<SocketDoor, Problem> {
    Err(NO_SOCKETS)
}

/// Never called: there is no door to serve.
pub async fn serve_socket(door: SocketDoor, _client: Arc<dyn Client>, _shutdown: CancellationToken) {
    match door {}
}

const NO_SOCKETS: Problem = Problem::new(
    "no_socket_here",
    "Daypass has no local socket on this system yet.",
    "Use the window and the local HTTP address.",
    Remedy::FixSetting,
);
