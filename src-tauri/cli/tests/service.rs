//! `daypass serve` where things are not as they should be: what a crash left behind, a folder that cannot be used, a
//! second start, settings that are broken for a moment.
#![cfg(unix)]

mod owner;

use owner::{command, text};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
        Self::until(command(home, &["serve"]), "Sign in:").0
    }

    /// Started, and past this line, which is given back.
    fn until(mut command: Command, wanted: &str) -> (Self, String) {
        command.env("DAYPASS_API_ENABLED", "false").env("DAYPASS_PASSPHRASE", "correct horse battery");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let line = line(&mut child, wanted);
        (Self(child), line)
    }
}

/// The first line that begins like this.
fn line(child: &mut Child, wanted: &str) -> String {
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with(wanted) {
        line.clear();
        assert!(out.read_line(&mut line).expect("a line") > 0, "it ended before it said {wanted}");
    }
    line.trim_end().to_owned()
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
fn a_terminal_with_another_runtime_folder_finds_the_owner() {
    let home = tempfile::tempdir().expect("a folder");
    let runtime = home.path().join("runtime");
    std::fs::create_dir(&runtime).expect("a folder");
    let plain = |args: &[&str]| {
        let mut plain = command(home.path(), args);
        plain.env_remove("DAYPASS_HOME").env("HOME", home.path());
        plain
    };
    let mut serve = plain(&["serve"]);
    serve.env("XDG_RUNTIME_DIR", &runtime);
    let _service = Service::until(serve, "Sign in:");
    assert!(runtime.join("daypass/daypass.sock").exists(), "the owner is there");
    let output = plain(&["status"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
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
fn an_account_that_vanishes_from_the_file_for_a_moment_keeps_what_is_stored() {
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
    assert!(listed().starts_with("upstox"), "it runs on");
    std::fs::write(&config.file, "attempts: 4\n").expect("a file");
    let answer = post(&home.path().join("run/daypass.sock"), "/api/settings", change);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
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

#[test]
fn a_sign_in_that_is_past_the_browser_is_finished_before_the_end() {
    let home = tempfile::tempdir().expect("a folder");
    let practice = command(home.path(), &["practice", "--port", "0"]);
    let (_broker, said) = Service::until(practice, "Practice broker: ");
    let broker = said.split(": ").nth(1).expect("an address").trim_end_matches('/').to_owned();
    let (config, socket) = (write_config(home.path()), home.path().join("run/daypass.sock"));
    let serve = || {
        let mut serve = command(home.path(), &["serve"]);
        serve.env("UPSTOX_BASE_URL", &broker);
        Service::until(serve, "Sign in:").0
    };
    let mut service = serve();
    let host = broker.trim_start_matches("http://");
    let slow = r#"{"route":"token","fault":{"delay_ms":1500}}"#;
    let answer = talk(TcpStream::connect(host).expect("the broker"), "POST", "/practice/control", JSON, slow);
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");

    let mut sign_in = command(home.path(), &["sign-in", "--no-browser"]);
    let mut sign_in = sign_in.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let address = line(&mut sign_in, "http://");
    let dialog = address.strip_prefix(broker.as_str()).expect("the broker's own address");
    let form = "application/x-www-form-urlencoded";
    let page = talk(TcpStream::connect(host).expect("the broker"), "POST", dialog, form, "user=AB1234&approve=yes");
    let back = page.lines().find_map(|line| line.strip_prefix("location: ")).expect("the way back").to_owned();
    let (listener, path) = back.trim_start_matches("http://").split_once('/').expect("a path");
    // Its answer comes when all is over; nobody waits for it here.
    let mut browser = TcpStream::connect(listener).expect("the listener");
    write!(browser, "GET /{path} HTTP/1.1\r\nHost: {listener}\r\n\r\n").expect("a question");
    let look = || talk(UnixStream::connect(&socket).expect("the socket"), "GET", "/api/snapshot", JSON, "");
    owner::wait("the code is on its way", || look().contains(r#""kind":"exchanging""#));

    let id = service.0.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -TERM $0", &id]).status().expect("a shell").success());
    assert!(service.0.wait().expect("its end").success());
    sign_in.wait().expect("its end");
    let _service = serve();
    owner::wait("the token is there", || {
        command(home.path(), &["token"]).output().expect("it runs").status.code() == Some(0)
    });
    drop(config);
}

const JSON: &str = "application/json";

fn post(socket: &Path, path: &str, body: &str) -> String {
    talk(UnixStream::connect(socket).expect("the socket"), "POST", path, JSON, body)
}

fn talk(mut line: impl Read + Write, method: &str, path: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    write!(
        line,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
    .expect("a question");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("an answer");
    answer
}
