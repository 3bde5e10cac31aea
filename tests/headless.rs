//! The whole program without a screen, as a script meets it: the service, the terminal, the local HTTP door, and the
//! practice broker as a process of its own. Everything is started as built, talks over real sockets, and is ended by id.

#![allow(clippy::disallowed_methods, reason = "end-to-end tests wait on conditions, with a limit")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Nothing in here takes longer than this unless it hangs.
const LIMIT: Duration = Duration::from_secs(60);
const MARKER: &str = "marker-secret-3f9a71c5";

/// A folder of its own, a service in it, and a practice broker beside it.
struct World {
    home: tempfile::TempDir,
    env: BTreeMap<String, String>,
    service: Option<Running>,
    broker: Running,
    port: u16,
}

/// A child that is ended with the test.
struct Running {
    child: Child,
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
    fn start(command: &mut Command, until: &str) -> Self {
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
    fn new(broker_args: &[&str]) -> Self {
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

    fn serve(&mut self) {
        let mut command = self.command(&["serve"]);
        let log = self.home.path().join("stderr.log");
        let log = std::fs::File::options().create(true).append(true).open(log).expect("a file");
        self.service = Some(Running::start(command.stderr(log), "Sign in:"));
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(daypass());
        command.args(args).env_clear().envs(&self.env).current_dir(self.home.path());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the terminal runs")
    }

    fn status(&self) -> Value {
        let (status, body) = self.http("GET", "/api/token/status", &[]);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    fn http(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        http(self.port, method, path, headers, "")
    }

    /// `daypass sign-in --no-browser`, and the person at the browser.
    fn sign_in(&self, user: &str) -> Output {
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

    fn broker_port(&self) -> u16 {
        port_of(&self.env["UPSTOX_BASE_URL"])
    }

    fn control(&self, json: &str) {
        let headers = [("Content-Type", "application/json")];
        let (status, body) = http(self.broker_port(), "POST", "/practice/control", &headers, json);
        assert!((200..300).contains(&status), "{status} {body}");
    }
}

#[test]
fn a_scripts_whole_day() {
    let mut world = World::new(&[]);
    assert_eq!(world.run(&["status"]).status.code(), Some(3), "nothing runs yet");
    world.serve();
    let before = world.status();
    assert_eq!((before["valid"].as_bool(), before["time_remaining_seconds"].as_i64()), (Some(false), Some(0)));
    assert!(before["expiry_time"].is_null());
    assert_eq!(world.run(&["token"]).status.code(), Some(4), "no token yet");

    let output = world.sign_in("AB1234");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let status = world.status();
    assert_eq!((status["valid"].as_bool(), status["api_validated"].as_bool()), (Some(true), Some(true)), "{status}");
    for field in [
        "valid",
        "time_remaining_seconds",
        "time_remaining_hours",
        "expiry_time",
        "needs_refresh",
        "message",
        "api_validated",
    ] {
        assert!(status.get(field).is_some_and(|value| !value.is_null()), "{field} in {status}");
    }
    let end = status["expiry_time"].as_str().expect("a time");
    assert!(end.contains("T22:00:00") || end.contains("T03:30:00"), "03:30 in India: {end}");
    let said: Value = serde_json::from_slice(&world.run(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(said["expiry_time"], status["expiry_time"], "the same object in the terminal");

    let token = world.run(&["token"]);
    assert!(token.status.success());
    let token = String::from_utf8(token.stdout).expect("text");
    assert_eq!(token.trim().split('.').count(), 3, "a token and nothing else");
    let (code, profile) = http(
        world.broker_port(),
        "GET",
        "/v2/user/profile",
        &[("Authorization", &format!("Bearer {}", token.trim()))],
        "",
    );
    assert_eq!(code, 200, "{profile}");

    let (code, body) = world.http("POST", "/api/token/force-refresh", &[]);
    assert_eq!(code, 409, "a new token would also end at 03:30: {body}");

    // A power cut, and a new start: the token is still there, and still good.
    world.service = None;
    assert_eq!(world.run(&["token"]).status.code(), Some(3));
    world.serve();
    wait("the stored token is proven again", || world.status()["api_validated"] == true);
    assert_eq!(String::from_utf8(world.run(&["token"]).stdout).expect("text"), token);

    sealed_files_hold_no_token(world.home.path(), token.trim());
    assert!(world.run(&["sign-out"]).status.success());
    wait("signed out", || world.status()["valid"] == false);
    let (code, _) = http(
        world.broker_port(),
        "GET",
        "/v2/user/profile",
        &[("Authorization", &format!("Bearer {}", token.trim()))],
        "",
    );
    assert_eq!(code, 401, "at the broker too");
    no_secret_in_any_log(world.home.path(), token.trim());
}

#[test]
fn a_token_with_a_life_of_its_own_is_refreshed_and_a_stranger_is_refused() {
    let mut world = World::new(&["--life", "1h"]);
    world.serve();
    assert!(world.sign_in("AB1234").status.success());
    let first = world.run(&["token"]).stdout;

    wait("a new token would last longer", || world.status()["useful"] == true);
    let (code, body) = world.http("POST", "/api/token/force-refresh", &[]);
    assert_eq!(code, 200, "{body}");
    let started: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (started["status"].as_str(), started["message"].as_str()),
        (Some("success"), Some("Token refresh initiated successfully"))
    );
    let address = started["sign_in_url"].as_str().expect("no browser can be opened here");
    let page = approve(address, "CD5678");
    assert!(page.contains("CD5678") && page.contains("AB1234"), "the page names both: {page}");
    assert_eq!(world.run(&["token"]).stdout, first, "the old token is untouched");

    let (_, body) = world.http("POST", "/api/token/force-refresh", &[]);
    let started: Value = serde_json::from_str(&body).expect("JSON");
    approve(started["sign_in_url"].as_str().expect("an address"), "AB1234");
    wait("a new token", || world.run(&["token"]).stdout != first);
    assert_eq!(world.status()["generation"], 2);
}

#[test]
fn trouble_at_the_broker_never_costs_a_token() {
    let mut world = World::new(&["--life", "2h"]);
    world.serve();
    assert!(world.sign_in("AB1234").status.success());
    let token = world.run(&["token"]).stdout;
    for fault in [r#""html""#, r#""drop""#, r#"{"status":503}"#, r#"{"status":429}"#] {
        world.control(&format!(r#"{{"route":"profile","fault":{fault}}}"#));
        let (code, body) = world.http("POST", "/api/accounts/upstox/probe", &[]);
        assert!((200..300).contains(&code), "{code} {body}");
        assert_eq!(world.run(&["token"]).stdout, token, "{fault}");
    }
    // Now the broker itself says no, and says it twice.
    world.control(r#"{"clear":true}"#);
    world.control(r#"{"revoke":"all"}"#);
    let (code, body) = world.http("POST", "/api/accounts/upstox/probe", &[]);
    assert!((200..300).contains(&code), "{code} {body}");
    wait("the refusal counts", || world.status()["valid"] == false);
    assert_eq!(world.status()["standing"], "ended_early");
    assert_eq!(world.run(&["token"]).status.code(), Some(4));
}

#[test]
fn foreign_pages_and_taken_ports_are_told_apart() {
    let mut world = World::new(&[]);
    let squatter = std::net::TcpListener::bind(("127.0.0.1", world.port)).expect("the port");
    world.serve();
    let said = String::from_utf8(world.run(&["status"]).stderr).expect("text");
    assert!(said.contains(&world.port.to_string()), "the taken port is named: {said}");
    drop(squatter);
    world.service = None;
    world.serve();
    for (headers, wanted) in
        [(vec![("Host", "evil.example")], 403), (vec![("Origin", "http://evil.example")], 403), (vec![], 200)]
    {
        let (code, _) = world.http("GET", "/api/token/status", &headers);
        assert_eq!(code, wanted, "{headers:?}");
    }
    let (code, _) = world.http("GET", "/api/token/status?account=nobody", &[]);
    assert_eq!(code, 404);
    let (code, page) = world.http("GET", "/dashboard/", &[]);
    assert_eq!(code, 200);
    assert!(page.to_lowercase().contains("<!doctype html"));
    assert_eq!(world.run(&["serve"]).status.code(), Some(1), "one owner at a time");
    assert!(world.broker.child.try_wait().expect("a look").is_none(), "the broker still runs");
}

#[cfg(unix)]
#[test]
fn the_service_ends_cleanly_when_it_is_told_to() {
    let mut world = World::new(&[]);
    world.serve();
    let mut service = world.service.take().expect("the service");
    let id = rustix::process::Pid::from_child(&service.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("a signal");
    wait("it ends", || service.child.try_wait().expect("a look").is_some());
    assert!(service.child.wait().expect("its end").success());
    assert!(!world.home.path().join("daypass/run/daypass.sock").exists(), "its socket is gone");
}

fn sealed_files_hold_no_token(home: &Path, token: &str) {
    use std::os::unix::fs::PermissionsExt;
    let vault = home.join("daypass/data/vault");
    let files = files_below(&vault);
    assert!(!files.is_empty());
    for file in files {
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        assert!(!holds(&file, token), "{}", file.display());
    }
}

fn no_secret_in_any_log(home: &Path, token: &str) {
    let logs = files_below(home);
    let log = logs.iter().find(|file| holds(file, "Token manager service started")).expect("a log that says something");
    assert!(holds(log, "Token refresh successful") && holds(log, "Token valid, expires in "), "{}", log.display());
    for file in logs {
        assert!(!holds(&file, MARKER), "the client secret is in {}", file.display());
        assert!(!holds(&file, token), "the token is in {}", file.display());
    }
}

fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() { files_below(&path) } else { vec![path] }
        })
        .filter(|path| path.is_file())
        .collect()
}

/// The person at the browser: approves, is sent back, and waits for the page that says how it ended.
fn approve(address: &str, user: &str) -> String {
    block_on(async {
        let browser = client();
        let form = [("user", user), ("approve", "yes")];
        let mut page = browser.post(address).form(&form).send().await.expect("the dialog answers");
        // The page asks for itself again until the result is known.
        while page.headers().contains_key("refresh") {
            let again = page.url().clone();
            page = browser.get(again).send().await.expect("the page answers");
        }
        assert!(page.url().query().is_none(), "no code stays in the address: {}", page.url());
        page.text().await.expect("a page")
    })
}

fn http(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    block_on(async {
        let method = method.parse().expect("a method");
        let mut request = client().request(method, format!("http://127.0.0.1:{port}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.body(body.to_owned());
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    })
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(LIMIT).build().expect("a client")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

fn port_of(address: &str) -> u16 {
    let rest = address.split("://").nth(1).unwrap_or(address);
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(80)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("its number").port()
}

fn daypass() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_daypass-desktop")).with_file_name("daypass");
    assert!(program.exists(), "{} is not built: run `make test`, which builds it first", program.display());
    program
}

fn wait(what: &str, done: impl FnMut() -> bool) {
    let mut done = done;
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LIMIT, "waited too long until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
