//! The Unix socket door: for this user's terminal, window and bots.
//!
//! Nobody else gets in, three times over: the folder is the user's own and closed to others, the socket's mode is 0600,
//! and the kernel is asked who the caller is. A socket that a crash left behind is removed only if nobody answers there.
//! Windows has a named pipe instead, which is not there yet: it is refused with a sentence.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use elsewhere::{SocketDoor, bind_socket, serve_socket};
#[cfg(unix)]
pub(crate) use unix::own;
#[cfg(unix)]
pub use unix::{SocketDoor, bind_socket, serve_socket};
