//! An owner of a data folder that follows a script, and the built program beside it.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "tests wait on conditions, with a limit")]

pub(crate) mod broker;
pub(crate) mod running;
pub(crate) mod service;

use daypass_api::scripted::{self, ScriptedClient};
use daypass_domain::{Moment, Secret};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

pub(crate) const TOKEN: &str = "marker-token-7e41b0c2";
/// Nothing takes longer unless it hangs.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Owner {
    pub(crate) client: Arc<ScriptedClient>,
    home: tempfile::TempDir,
    end: CancellationToken,
    _runtime: tokio::runtime::Runtime,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Owner {
    /// With these accounts, all valid.
    pub(crate) fn of(ids: &[&str]) -> Self {
        let accounts = ids.iter().map(|id| scripted::account(id, now())).collect();
        let client = Arc::new(ScriptedClient::new(scripted::snapshot(now(), accounts)));
        client.script().token = Some(Secret::new(TOKEN));
        let home = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
        let end = CancellationToken::new();
        let socket = home.path().join("run/daypass.sock");
        let door = runtime.block_on(daypass_api::bind_socket(&socket)).expect("a socket");
        runtime.spawn(daypass_api::serve_socket(door, client.clone(), end.clone()));
        Self { client, home, end, _runtime: runtime }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        command(self.home.path(), args)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("it runs")
    }

    /// The body of an answer over the same socket.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut line = UnixStream::connect(self.home.path().join("run/daypass.sock")).expect("the socket");
        write!(line, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("a question");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("an answer");
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    }
}

/// The built program, with nothing in its environment but its home.
pub(crate) fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daypass"));
    command.args(args).env_clear().env("DAYPASS_HOME", home).current_dir(home);
    command
}

/// A fixed moment: nothing here looks at a clock.
pub(crate) fn now() -> Moment {
    Moment::from_timestamp(1_790_000_000, 0).expect("a moment")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn wait(what: &str, done: impl FnMut() -> bool) {
    wait_at_most(LIMIT, what, done);
}

/// Where it counts how long something takes.
pub(crate) fn wait_at_most(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
