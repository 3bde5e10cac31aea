//! What bots get from the program as built: the examples of `docs/clients` across rotations, keys over HTTP, and an API that
//! answers everything as its OpenAPI document says.
//!
//! Invariant: everything is a process of its own and talks over real sockets. What this is not: the contract line by line;
//! that is in the tests of `api` and `manager`.

#![cfg(unix)]

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "headless/web.rs"]
mod web;
#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "headless/world.rs"]
mod world;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::net::{Shutdown, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use web::http;
use world::{World, daypass, wait};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A service that is signed in.
fn signed_in() -> World {
    let mut world = World::new(&[]);
    world.serve();
    sign_in(&world);
    world
}

fn sign_in(world: &World) {
    let output = world.sign_in("AB1234");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn make_key(world: &World, name: &str) -> String {
    let output = world.run(&["keys", "make", name]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// A bot at work, whose lines are read.
struct Bot {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bot {
    fn start(mut command: Command, world: &World) -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        let ours = daypass().parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        command
            .env("PATH", format!("{ours}:{path}"))
            .env("DAYPASS_HOME", world.home.path().join("daypass"))
            .env("DAYPASS_URL", format!("http://127.0.0.1:{}", world.port))
            .env("DAYPASS_KEY", make_key(world, "example"))
            .env("UPSTOX_BASE_URL", format!("http://127.0.0.1:{}", world.broker_port()))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        // A proxy of this machine's user has nothing to do with loopback.
        for name in ["NO_PROXY", "no_proxy"] {
            command.env(name, "127.0.0.1");
        }
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the bot starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// Reads until a line begins like this.
    fn says(&mut self, wanted: &str) {
        let mut before = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.expect("text");
            if line.starts_with(wanted) {
                return;
            }
            before.push(line);
        }
        panic!("it ended before it said {wanted:?}: {before:?}");
    }
}

/// One process from the first line to the last: a token that was replaced while it still works, and one that the broker
/// refuses in the middle of the work.
fn survives_rotations(command: Command) {
    let mut world = signed_in();
    let mut bot = Bot::start(command, &world);
    bot.says("token 1: ");
    sign_in(&world);
    bot.says("token 2: ");
    world.control(r#"{"revoke": "all"}"#);
    bot.says("token 2 was refused");
    wait("the token shows as refused", || world.status()["valid"] == json!(false));
    sign_in(&world);
    bot.says("token 3: ");
    // Nobody has to start a bot again because Daypass was.
    drop(world.service.take());
    world.serve();
    sign_in(&world);
    bot.says("token 4: ");
    assert_eq!(bot.child.try_wait().expect("it can be asked"), None, "the same process all along");
}

/// A key that opens nothing any more is said, and waited for by nobody.
fn ends_without_a_key(mut command: Command) {
    let world = signed_in();
    command.stderr(Stdio::piped());
    let mut bot = Bot::start(command, &world);
    bot.says("token 1: ");
    let listed = String::from_utf8(world.run(&["keys"]).stdout).expect("text");
    assert!(world.run(&["keys", "revoke", listed.split_whitespace().next().expect("an id")]).status.success());
    world.control(r#"{"revoke": "all"}"#);
    bot.says("token 1 was refused");
    wait("the bot ends", || bot.child.try_wait().expect("it can be asked").is_some());
    let status = bot.child.wait().expect("its end");
    let said = std::io::read_to_string(bot.child.stderr.take().expect("what it says")).expect("text");
    assert!(!status.success() && said.contains("This key opens nothing here."), "{status}: {said}");
}

fn python() -> Command {
    let mut command = Command::new(root().join("tests/sdk/.venv/bin/python"));
    command.arg(root().join("docs/clients/bot.py"));
    command
}

/// Packages are looked for from where a file is.
fn node() -> Command {
    let file = root().join("tests/sdk/.bot.mjs");
    std::fs::copy(root().join("docs/clients/bot.mjs"), &file).expect("a copy");
    let mut command = Command::new("node");
    command.arg(file);
    command
}

fn rust() -> Command {
    let example = daypass().with_file_name("examples").join("bot");
    assert!(example.exists(), "{} is not built: run `make test`, which builds it first", example.display());
    Command::new(example)
}

#[test]
fn the_python_example_survives_rotations_and_ends_without_a_key() {
    survives_rotations(python());
    ends_without_a_key(python());
}

#[test]
fn the_node_example_survives_rotations_and_ends_without_a_key() {
    survives_rotations(node());
    ends_without_a_key(node());
}

#[test]
fn the_rust_example_survives_rotations_and_ends_without_a_key() {
    survives_rotations(rust());
    ends_without_a_key(rust());
}

#[test]
fn the_shell_example_survives_rotations() {
    let mut command = Command::new("sh");
    command.arg(root().join("docs/clients/bot.sh"));
    survives_rotations(command);
}

#[test]
fn each_page_shows_the_example_that_is_tested() {
    for (page, example) in
        [("python.md", "bot.py"), ("node.md", "bot.mjs"), ("rust.md", "bot.rs"), ("shell.md", "bot.sh")]
    {
        let read = |name: &str| std::fs::read_to_string(root().join("docs/clients").join(name)).expect("a file");
        assert!(read(page).contains(&read(example)), "{page} does not show {example} as it is");
    }
}

#[test]
fn a_key_opens_until_it_is_revoked_and_the_window_shows_who_came() {
    let world = signed_in();
    let key = make_key(&world, "screener");
    let bearer = format!("Bearer {key}");
    let ask = || world.http("GET", "/api/token?min_validity=1s", &[("Authorization", &bearer)]);
    let (status, body) = ask();
    let out: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &out["generation"], &out["account"]), (200, &json!(1), &json!("upstox")));
    let (status, profile) = http(
        world.broker_port(),
        "GET",
        "/v2/user/profile",
        &[(
            out["header"].as_str().expect("a name"),
            &out["header_value"]
                .as_str()
                .expect("a value")
                .replace("{token}", out["access_token"].as_str().expect("one")),
        )],
        "",
    );
    assert_eq!(status, 200, "{profile}");
    let (_, seen) = world.http("GET", "/api/snapshot", &[]);
    let seen: Value = serde_json::from_str(&seen).expect("JSON");
    let bot = &seen["accounts"][0]["bots"][0];
    assert_eq!((&bot["name"], &bot["via"], &bot["current"]), (&json!("screener"), &json!("http"), &json!(true)));
    let file = std::fs::read_to_string(world.home.path().join("daypass/data/keys.json")).expect("the file of the keys");
    assert!(!file.contains(key.rsplit('_').next().expect("its secret half")), "only a hash is kept");
    let listed = String::from_utf8(world.run(&["keys"]).stdout).expect("text");
    assert!(listed.contains("screener") && !listed.contains(&key), "{listed}");
    let id = listed.split_whitespace().next().expect("an id").to_owned();
    assert!(world.run(&["keys", "revoke", &id]).status.success());
    assert_eq!(ask().0, 401);
}

#[test]
fn the_api_answers_whatever_is_asked_as_its_document_says() {
    let world = signed_in();
    schemathesis(&world, world.port);
}

#[test]
fn so_does_the_socket_where_everything_is_open() {
    let world = signed_in();
    schemathesis(&world, forward(world.home.path().join("daypass/run/daypass.sock")));
}

#[test]
fn so_does_a_service_whose_token_was_refused() {
    let world = signed_in();
    world.control(r#"{"revoke": "all"}"#);
    assert!(world.run(&["report-invalid", "upstox", "--generation", "1"]).status.success());
    wait("the token shows as refused", || world.status()["valid"] == json!(false));
    schemathesis(&world, world.port);
}

/// That a wait was in vain is said as a gateway says it, and is no error here.
const NOT_WAITING: &str = r#"
[[operations]]
include-path-regex = "/(wait|finished)$"
parameters = { limit = "0s" }

[operations.checks]
not_a_server_error.expected-statuses = ["2XX", "4XX", 504]
"#;

/// Everything but streams, which have no end; a wait is asked not to wait.
fn schemathesis(world: &World, port: u16) {
    let key = make_key(world, "fuzz");
    std::fs::write(world.home.path().join("schemathesis.toml"), NOT_WAITING).expect("written");
    let mut command = Command::new(root().join("tests/sdk/.venv/bin/schemathesis"));
    command.args(["run", &format!("http://127.0.0.1:{port}/api/openapi.json")]);
    command.args(["-H", &format!("Authorization: Bearer {key}")]);
    command.args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance"]);
    command.args(["--checks", "response_headers_conformance,response_schema_conformance"]);
    command.args(["--exclude-path-regex", "/(watch|events)$"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "1", "--no-color"]);
    command.args(["--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off"]);
    command.current_dir(world.home.path()).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let output = command.output().expect("schemathesis runs");
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
    assert!(output.status.success() && said.contains("No issues found"), "{said}");
}

/// A port that leads to the socket, for a tool that knows no other way in. Its threads end with the test.
fn forward(socket: PathBuf) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its number").port();
    std::thread::spawn(move || {
        for caller in listener.incoming().map_while(Result::ok) {
            let Ok(owner) = UnixStream::connect(&socket) else { return };
            let (mut from, mut to) = (caller.try_clone().expect("a half"), owner.try_clone().expect("a half"));
            let (mut back, mut caller) = (owner, caller);
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut back, &mut caller);
                let _ = caller.shutdown(Shutdown::Both);
            });
        }
    });
    port
}
