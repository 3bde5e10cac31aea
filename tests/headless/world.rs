//! A service in a folder of its own, with a practice broker beside it and the terminal to speak to both.
//!
//! Invariant: nothing of the real user gets in, and whatever was started ends with its world. What this is not: a place
//! for expectations; those are in the stories.
#![allow(clippy::disallowed_methods, reason = "end-to-end tests wait on conditions, with a limit")]

use crate::web::{approve, http, port_of};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Nothing in here takes longer than this unless it hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
pub(crate) const MARKER: &str = "marker-secret-3f9a71c5";

/// A folder of its own, a service in it, and a practice broker beside it.
pub(crate) struct World {
    pub(crate) home: tempfile::TempDir,
    env: BTreeMap<String, String>,
    pub(crate) service: Option<Running>,
    pub(crate) broker: Running,
    pub(crate) port: u16,
}

/// A child that is ended with the test.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Vec<String>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a program and reads its output until a line contains the text.
    pub(crate) fn start(command: &mut Command, until: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).expect("a line");
            assert!(read > 0, "it ended before it said {until:?}: {lines:?}");
            let found = line.contains(until);
            lines.push(line.trim().to_owned());
            if found {
                break;
            }
        }
        // Whatever it says later is read, so that it never blocks.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Self { child, lines }
    }
}

impl World {
    pub(crate) fn new(broker_args: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut practice = Command::new(daypass());
        practice.args(["practice", "--port", "0"]).args(broker_args);
        let broker = Running::start(&mut practice, "Practice broker: ");
        let url = broker.lines.last().and_then(|line| line.split_once(": ")).expect("its address").1.to_owned();
        let port = free_port();
        let redirect = format!("http://localhost:{}/callback", free_port());
        let env = BTreeMap::from(
            [
                ("HOME", home.path().display().to_string()),
                ("PATH", std::env::var("PATH").unwrap_or_default()),
                ("DAYPASS_HOME", home.path().join("daypass").display().to_string()),
                ("DAYPASS_API_PORT", port.to_string()),
                ("DAYPASS_PASSPHRASE", "correct horse battery staple".into()),
                ("DAYPASS_LOGGING_LEVEL", "trace".into()),
                ("DAYPASS_CONFIRM_AFTER_SECONDS", "0.2".into()),
                ("UPSTOX_CLIENT_ID", "my-key".into()),
                ("UPSTOX_CLIENT_SECRET", MARKER.into()),
                ("UPSTOX_REDIRECT_URI", redirect),
                ("UPSTOX_BASE_URL", url.trim_end_matches('/').into()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Self { home, env, service: None, broker, port }
    }

    pub(crate) fn serve(&mut self) {
        let mut command = self.command(&["serve"]);
        let log = self.home.path().join("stderr.log");
        let log = std::fs::File::options().create(true).append(true).open(log).expect("a file");
        self.service = Some(Running::start(command.stderr(log), "Sign in:"));
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(daypass());
        command.args(args).env_clear().envs(&self.env).current_dir(self.home.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the terminal runs")
    }

    pub(crate) fn status(&self) -> Value {
        let (status, body) = self.http("GET", "/api/token/status", &[]);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    pub(crate) fn http(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        http(self.port, method, path, headers, "")
    }

    /// `daypass sign-in --no-browser`, and the person at the browser.
    pub(crate) fn sign_in(&self, user: &str) -> Output {
        let mut child = self
            .command(&["sign-in", "--no-browser"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the terminal runs");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("the address on its own line");
        let address = line.trim();
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        let landed = approve(address, user);
        assert!(landed.contains("Daypass"), "{landed}");
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("the rest");
        let mut output = child.wait_with_output().expect("it ends");
        output.stdout = format!("{line}{rest}").into_bytes();
        output
    }

    pub(crate) fn broker_port(&self) -> u16 {
        port_of(&self.env["UPSTOX_BASE_URL"])
    }

    pub(crate) fn control(&self, json: &str) {
        let headers = [("Content-Type", "application/json")];
        let (status, body) = http(self.broker_port(), "POST", "/practice/control", &headers, json);
        assert!((200..300).contains(&status), "{status} {body}");
    }
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("its number").port()
}

pub(crate) fn daypass() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_daypass-desktop")).with_file_name("daypass");
    assert!(program.exists(), "{} is not built: run `make test`, which builds it first", program.display());
    program
}

pub(crate) fn wait(what: &str, done: impl FnMut() -> bool) {
    let mut done = done;
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LIMIT, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
