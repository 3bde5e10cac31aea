//! The socket door where there are Unix sockets.
//!
//! The invariant: from the moment the socket exists nobody but this user can reach it. What this is not: a lock; two
//! owners are kept apart by the lock file of the data folder.

use crate::client::Client;
use crate::door::Door;
use crate::routes;
use crate::serving::{self, Limits};
use crate::who::Peer;
use daypass_domain::{Problem, Remedy};
use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// A bound socket that nobody serves yet. Its file goes when the door does.
#[derive(Debug)]
pub struct SocketDoor {
    listener: UnixListener,
    file: File,
    owner: u32,
}

/// The socket's file, removed on drop if it is still the same one.
#[derive(Debug)]
struct File {
    path: PathBuf,
    id: (u64, u64),
}

impl Drop for File {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| id(&found) == self.id) {
            _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the folder if it is missing, checks that it is closed to others, and binds the socket with mode 0600.
pub async fn bind_socket(path: &Path) -> Result<SocketDoor, Problem> {
    let owner = rustix::process::geteuid().as_raw();
    let folder = path.parent().unwrap_or(Path::new("."));
    close_folder(folder, owner)?;
    clear(path).await?;
    let failed = |error: Error| cannot(path, &error);
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Nobody else could have come in before this: the folder is closed.
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    let file = File { path: path.to_owned(), id: id(&fs::symlink_metadata(path).map_err(failed)?) };
    Ok(SocketDoor { listener, file, owner })
}

/// Serves all routes until it is cancelled, then removes the socket. Leaves nothing running.
pub async fn serve_socket(door: SocketDoor, client: Arc<dyn Client>, shutdown: CancellationToken) {
    let SocketDoor { listener, file, owner } = door;
    let limits = Limits::default();
    let router = routes::over_socket(Door::of_the_user(client, shutdown.clone()), limits.body);
    tracing::debug!(path = %file.path.display(), "the socket door is open");
    serving::serve(listener, |caller: &UnixStream| own(caller, owner), (router, limits), shutdown).await;
}

/// The other end, if it is a program of this user.
pub(crate) fn own(stream: &UnixStream, owner: u32) -> Option<Peer> {
    match stream.peer_cred() {
        Ok(peer) if peer.uid() == owner => Some(Peer { pid: peer.pid(), address: None }),
        Ok(peer) => {
            tracing::warn!(uid = peer.uid(), "a program of another user was turned away from the socket");
            None
        }
        Err(error) => {
            tracing::warn!("a caller of the socket could not be looked at and was turned away: {error}");
            None
        }
    }
}

fn close_folder(folder: &Path, owner: u32) -> Result<(), Problem> {
    let failed = |error: Error| cannot(folder, &error);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let found = fs::metadata(folder).map_err(failed)?;
    if found.uid() != owner {
        let what = format!("The folder {} belongs to another user.", folder.display());
        return Err(FOREIGN_FOLDER.saying(what));
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

/// Removes what a crash left behind. What answers, and what is no socket, stays.
async fn clear(path: &Path) -> Result<(), Problem> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(path, &error)),
    };
    if !found.file_type().is_socket() {
        return Err(NO_SOCKET.saying(format!("{} is there and is no socket.", path.display())));
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|error| cannot(path, &error))
        }
        Ok(_) => Err(IN_USE.saying(format!("Another program answers at {}.", path.display()))),
        Err(error) => Err(cannot(path, &error)),
    }
}

fn id(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn cannot(path: &Path, error: &Error) -> Problem {
    if error.kind() == ErrorKind::InvalidInput {
        let what = format!("The path of the socket is too long: {}.", path.display());
        return CANNOT
            .saying(what)
            .advising("Set DAYPASS_HOME to a shorter path; the system allows about 100 letters.");
    }
    CANNOT.saying(format!("The socket cannot be opened at {}: {error}.", path.display()))
}

const CANNOT: Problem = Problem::new(
    "socket_unavailable",
    "",
    "See who owns that folder, and whether the disk is full.",
    Remedy::FixSetting,
);
const FOREIGN_FOLDER: Problem =
    Problem::new("socket_folder_foreign", "", "Remove it, or set XDG_RUNTIME_DIR or DAYPASS_HOME.", Remedy::FixSetting);
const NO_SOCKET: Problem = Problem::new("socket_path_taken", "", "Move that file away.", Remedy::FixSetting);
const IN_USE: Problem = Problem::new("socket_in_use", "", "End that program, or use it.", Remedy::FixSetting);

#[cfg(test)]
mod tests;
