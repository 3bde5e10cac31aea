//! Modes, folders, leftovers and strangers, on real sockets.

use super::*;
use crate::client::Client;
use crate::scripted::{ScriptedClient, account, snapshot};
use crate::socket_client::SocketClient;
use chrono::DateTime;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run").join("daypass.sock");
    (folder, path)
}

fn client() -> Arc<dyn Client> {
    let now = DateTime::UNIX_EPOCH;
    Arc::new(ScriptedClient::new(snapshot(now, vec![account("upstox", now)])))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o7777
}

#[tokio::test]
async fn socket_and_folder_are_closed_to_others() {
    let (_folder, path) = folder();
    let door = bind_socket(&path).await.expect("a door");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a folder")), 0o700);
    drop(door);
    assert!(!path.exists(), "the socket goes with its door");
}

#[tokio::test]
async fn a_folder_that_is_open_to_others_is_closed_first() {
    let (_folder, path) = folder();
    let run = path.parent().expect("a folder");
    fs::create_dir(run).expect("a folder");
    fs::set_permissions(run, Permissions::from_mode(0o777)).expect("open");
    let _door = bind_socket(&path).await.expect("a door");
    assert_eq!(mode(run), 0o700);
}

#[tokio::test]
async fn what_a_crash_left_behind_is_removed() {
    let (_folder, path) = folder();
    fs::create_dir(path.parent().expect("a folder")).expect("a folder");
    // The standard library's listener leaves its file behind, as a killed process does.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists());
    let _door = bind_socket(&path).await.expect("a door");
    assert_eq!(mode(&path), 0o600);
}

#[tokio::test]
async fn whoever_answers_there_is_left_alone() {
    let (_folder, path) = folder();
    let first = bind_socket(&path).await.expect("a door");
    let problem = bind_socket(&path).await.expect_err("taken");
    assert_eq!(problem.code, "socket_in_use");
    drop(first);
    bind_socket(&path).await.expect("free again");
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_left_alone() {
    let (_folder, path) = folder();
    fs::create_dir(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, "somebody's notes").expect("a file");
    let problem = bind_socket(&path).await.expect_err("not ours");
    assert_eq!(problem.code, "socket_path_taken");
    assert_eq!(fs::read_to_string(&path).expect("still there"), "somebody's notes");
}

#[tokio::test]
async fn a_door_does_not_remove_its_successors_socket() {
    let (_folder, path) = folder();
    let old = bind_socket(&path).await.expect("a door");
    fs::rename(&path, path.with_extension("old")).expect("moved away");
    let _new = bind_socket(&path).await.expect("another door");
    drop(old);
    assert!(path.exists(), "the new socket stays");
}

#[tokio::test]
async fn a_path_that_is_too_long_says_so() {
    let (folder, _) = folder();
    let path = folder.path().join("x".repeat(120)).join("daypass.sock");
    let problem = bind_socket(&path).await.expect_err("too long");
    assert!(problem.what.contains("too long") && problem.todo.contains("DAYPASS_HOME"), "{problem}");
}

#[tokio::test]
async fn another_users_folder_is_refused() {
    let (_folder, path) = folder();
    let run = path.parent().expect("a folder");
    fs::create_dir(run).expect("a folder");
    let stranger = rustix::process::geteuid().as_raw() + 1;
    let problem = close_folder(run, stranger).expect_err("not the stranger's");
    assert_eq!(problem.code, "socket_folder_foreign");
}

#[tokio::test]
async fn another_users_program_is_told_nothing() {
    let (_folder, path) = folder();
    let mut door = bind_socket(&path).await.expect("a door");
    // For this door we are the stranger.
    door.owner += 1;
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve_socket(door, client(), shutdown.clone()));
    let mut stream = UnixStream::connect(&path).await.expect("the kernel lets us");
    _ = stream.write_all(b"GET /api/token HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"", "turned away without a word");
    shutdown.cancel();
    serving.await.expect("it ends");
}

#[tokio::test]
async fn when_it_ends_nobody_is_running() {
    let (_folder, path) = folder();
    let shutdown = CancellationToken::new();
    let door = bind_socket(&path).await.expect("a door");
    let serving = tokio::spawn(serve_socket(door, client(), shutdown.clone()));
    let client = SocketClient::connect(&path).await.expect("somebody is there");
    client.snapshot().await.expect("and answers");
    shutdown.cancel();
    serving.await.expect("it ends");
    assert!(!path.exists());
    let refused = client.snapshot().await.expect_err("nobody is there");
    assert_eq!(refused.code, daypass_manager::Code::NotRunning);
}
