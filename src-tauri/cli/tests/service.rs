//! `daypass serve` where things are not as they should be: what a crash left behind, a folder that cannot be used, a
//! second start, settings that are broken for a moment.
#![cfg(unix)]

mod owner;

use owner::{command, text};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A service that is ended with the test.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Service {
    /// Started, and past the point where it says how to sign in. Its local HTTP door stays closed.
    fn start(home: &Path) -> Self {
        let mut command = command(home, &["serve"]);
        command.env("DAYPASS_API_ENABLED", "false").env("DAYPASS_PASSPHRASE", "correct horse battery");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        while !line.starts_with("Sign in:") {
            line.clear();
            assert!(out.read_line(&mut line).expect("a line") > 0, "it ended before it said how to sign in");
        }
        Self(child)
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn what_a_crash_left_behind_is_no_hindrance_and_all_folders_are_closed() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join("run")).expect("a folder");
    drop(std::os::unix::net::UnixListener::bind(home.path().join("run/daypass.sock")).expect("a socket"));
    std::fs::create_dir_all(home.path().join("data")).expect("a folder");
    std::fs::write(home.path().join("data/daypass.lock"), "1\n").expect("an old lock");
    let _service = Service::start(home.path());
    let output = command(home.path(), &["status"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for folder in ["data", "state", "run"] {
        assert_eq!(mode(&home.path().join(folder)), 0o700, "{folder}");
    }
    for file in std::fs::read_dir(home.path().join("state")).expect("a folder").flatten() {
        assert_eq!(mode(&file.path()), 0o600, "{}", file.path().display());
    }
}

#[test]
fn a_second_start_says_who_runs_in_one_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    let _service = Service::start(home.path());
    let output = command(home.path(), &["serve"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("runs already") && said.contains("DAYPASS_HOME"), "{said}");
}

#[test]
fn a_home_that_cannot_be_used_is_one_sentence() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let output = command(root.path(), &["serve"]).env("DAYPASS_HOME", &file).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&file.display().to_string()) && said.contains("Set DAYPASS_HOME"), "{said}");
}

#[test]
fn a_secret_in_a_file_is_copied_and_its_line_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let with_secret = write_config(home.path());
    let service = Service::start(home.path());
    let output = command(home.path(), &["keep-secret"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("config.yaml line 3") && !said.contains("marker-secret"), "{said}");
    // The line is deleted, and the next start still has the secret.
    drop(service);
    with_secret.without_its_line();
    let _service = Service::start(home.path());
    let output = command(home.path(), &["sign-in", "--no-browser", "--wait", "0s"]).output().expect("it runs");
    assert!(text(&output.stdout).starts_with("https://"), "{} {}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn an_account_that_vanishes_from_a_broken_file_keeps_what_is_stored() {
    let home = tempfile::tempdir().expect("a folder");
    let config = write_config(home.path());
    let _service = Service::start(home.path());
    assert!(command(home.path(), &["keep-secret"]).output().expect("it runs").status.success());
    let sealed = || std::fs::read_dir(home.path().join("data/vault")).expect("a folder").flatten().count();
    let before = sealed();
    std::fs::write(&config.file, "upstox: [\n").expect("a file");
    // Any change of a setting reads everything again.
    let change = r#"{"lead_minutes":30}"#;
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let listed = || text(&command(home.path(), &["accounts"]).output().expect("it runs").stdout);
    owner::wait("it is gone from the list", || listed().is_empty());
    config.without_its_line();
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    owner::wait("it is back", || listed().starts_with("upstox"));
    assert_eq!(sealed(), before, "nothing was erased");
    let output = command(home.path(), &["sign-in", "--no-browser", "--wait", "0s"]).output().expect("it runs");
    assert!(text(&output.stdout).starts_with("https://"), "the secret is there: {}", text(&output.stderr));
}

/// `config.yaml` with an account whose client secret is in line 3.
struct Config {
    file: PathBuf,
    redirect: String,
}

fn write_config(home: &Path) -> Config {
    let folder = home.join("config");
    std::fs::create_dir(&folder).expect("a folder");
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = free.local_addr().expect("its number").port();
    let redirect = format!("http://127.0.0.1:{port}/callback");
    let config = Config { file: folder.join("config.yaml"), redirect };
    config.write("  client_secret: marker-secret-55aa\n");
    config
}

impl Config {
    fn without_its_line(&self) {
        self.write("");
    }

    fn write(&self, secret: &str) {
        let yaml = format!("upstox:\n  client_id: my-key\n{secret}  redirect_uri: {}\n", self.redirect);
        std::fs::write(&self.file, yaml).expect("a file");
    }
}

fn post(socket: &Path, path: &str, body: &str) -> String {
    use std::io::{Read, Write};
    let mut line = std::os::unix::net::UnixStream::connect(socket).expect("the socket");
    let length = body.len();
    write!(
        line,
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .expect("a question");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("an answer");
    answer
}
