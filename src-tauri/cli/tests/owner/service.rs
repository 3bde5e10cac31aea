//! The built service as a process of its own, what it reads, and questions over its doors.
//!
//! The invariant: it ends with the test. What this is not: a test.

use super::command;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A service that is ended with the test.
pub(crate) struct Service(pub(crate) Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Service {
    /// Asks it to end as the system does, and waits until it has.
    pub(crate) fn end(&mut self) -> std::process::ExitStatus {
        tell(&self.0, "TERM");
        self.0.wait().expect("its end")
    }

    /// Started, and past the point where it says how to sign in. Its local HTTP door stays closed.
    pub(crate) fn start(home: &Path) -> Self {
        Self::until(serve(home), "Sign in:").0
    }

    /// Started, and past this line, which is given back.
    pub(crate) fn until(mut command: Command, wanted: &str) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let line = line(&mut child, wanted);
        (Self(child), line)
    }
}

/// The service, with a passphrase instead of a keyring, and with its local HTTP door closed.
pub(crate) fn serve(home: &Path) -> Command {
    let mut serve = command(home, &["serve"]);
    serve.env("DAYPASS_API_ENABLED", "false").env("DAYPASS_PASSPHRASE", "correct horse battery");
    serve
}

/// The first line that begins like this.
pub(crate) fn line(child: &mut Child, wanted: &str) -> String {
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with(wanted) {
        line.clear();
        assert!(out.read_line(&mut line).expect("a line") > 0, "it ended before it said {wanted}");
    }
    line.trim_end().to_owned()
}

/// A port that no connection takes by chance, as it could one that the system hands out; the next call gives another.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id() * 16;
    let tried = std::iter::repeat_with(|| 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    let mut ports = tried.take(1000).filter_map(|port| u16::try_from(port).ok());
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}

/// `config.yaml` with an account whose client secret is in line 3.
pub(crate) struct Config {
    pub(crate) file: PathBuf,
    redirect: String,
}

pub(crate) fn write_config(home: &Path) -> Config {
    let folder = home.join("config");
    std::fs::create_dir(&folder).expect("a folder");
    let port = free_port();
    let redirect = format!("http://127.0.0.1:{port}/callback");
    let config = Config { file: folder.join("config.yaml"), redirect };
    config.write("  client_secret: marker-secret-55aa\n");
    config
}

impl Config {
    pub(crate) fn without_its_line(&self) {
        self.write("");
    }

    /// The port of the redirect URI.
    pub(crate) fn port(&self) -> u16 {
        let digits = self.redirect.trim_start_matches("http://127.0.0.1:").trim_end_matches("/callback");
        digits.parse().expect("a port")
    }

    fn write(&self, secret: &str) {
        let yaml = format!("upstox:\n  client_id: my-key\n{secret}  redirect_uri: {}\n", self.redirect);
        std::fs::write(&self.file, yaml).expect("a file");
    }
}

pub(crate) const JSON: &str = "application/json";

pub(crate) fn post(socket: &Path, path: &str, body: &str) -> String {
    talk(UnixStream::connect(socket).expect("the socket"), "POST", path, JSON, body)
}

pub(crate) fn talk(mut line: impl Read + Write, method: &str, path: &str, kind: &str, body: &str) -> String {
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

/// Sends a signal to a process.
pub(crate) fn tell(process: &Child, signal: &str) {
    let id = process.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -$0 $1", signal, &id]).status().expect("a shell").success());
}
