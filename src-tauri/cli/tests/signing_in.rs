//! A whole sign-in at the practice broker, through the built program.
//!
//! The invariant: nobody but the test's own person approves anything. What this is not: a browser.
#![cfg(unix)]

mod owner;

use owner::service::{JSON, Service, line, serve, talk, write_config};
use owner::{command, text};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The practice broker, and a person who approves there.
struct Broker {
    address: String,
    _process: Service,
}

impl Broker {
    fn start(home: &Path) -> Self {
        let (process, said) = Service::until(command(home, &["practice", "--port", "0"]), "Practice broker: ");
        let address = said.split(": ").nth(1).expect("an address").trim_end_matches('/').to_owned();
        Self { address, _process: process }
    }

    fn ask(&self, path: &str, kind: &str, body: &str) -> String {
        let host = self.address.trim_start_matches("http://");
        talk(TcpStream::connect(host).expect("the broker"), "POST", path, kind, body)
    }

    /// The exchange takes a while, so that others can come in between.
    fn be_slow(&self) {
        let slow = r#"{"route":"token","fault":{"delay_ms":1500}}"#;
        let answer = self.ask("/practice/control", JSON, slow);
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    /// Approves, and gives the address that the browser is sent back to.
    fn approve(&self, sign_in_address: &str) -> String {
        let dialog = sign_in_address.strip_prefix(self.address.as_str()).expect("the broker's own address");
        let page = self.ask(dialog, "application/x-www-form-urlencoded", "user=AB1234&approve=yes");
        page.lines().find_map(|line| line.strip_prefix("location: ")).expect("the way back").to_owned()
    }

    fn serve(&self, home: &Path) -> Service {
        let mut serve = serve(home);
        serve.env("UPSTOX_BASE_URL", &self.address);
        Service::until(serve, "Sign in:").0
    }
}

/// A sign-in in a terminal that has printed its address.
fn sign_in(home: &Path, with: &[&str]) -> (Child, String) {
    let mut sign_in = command(home, &[&["sign-in"], with].concat());
    sign_in.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut sign_in = sign_in.spawn().expect("it runs");
    let address = line(&mut sign_in, "http://");
    (sign_in, address)
}

/// The browser comes back. Its answer comes when all is over; nobody waits for it here.
fn come_back(to: &str) -> TcpStream {
    let (listener, path) = to.trim_start_matches("http://").split_once('/').expect("a path");
    let mut browser = TcpStream::connect(listener).expect("the listener");
    write!(browser, "GET /{path} HTTP/1.1\r\nHost: {listener}\r\n\r\n").expect("a question");
    browser
}

fn wait_for_exchange(home: &Path) {
    let socket = home.join("run/daypass.sock");
    let look = || talk(UnixStream::connect(&socket).expect("the socket"), "GET", "/api/snapshot", JSON, "");
    owner::wait("the code is on its way", || look().contains(r#""kind":"exchanging""#));
}

fn has_token(home: &Path) -> bool {
    command(home, &["token"]).output().expect("it runs").status.code() == Some(0)
}

#[test]
fn a_sign_in_that_is_past_the_browser_is_finished_before_the_end() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let mut service = broker.serve(home.path());
    broker.be_slow();
    let (mut asker, address) = sign_in(home.path(), &["--no-browser"]);
    let _browser = come_back(&broker.approve(&address));
    wait_for_exchange(home.path());

    let id = service.0.id().to_string();
    assert!(Command::new("sh").args(["-c", "kill -TERM $0", &id]).status().expect("a shell").success());
    assert!(service.0.wait().expect("its end").success());
    asker.wait().expect("its end");
    let _service = broker.serve(home.path());
    owner::wait("the token is there", || has_token(home.path()));
}

#[test]
fn whoever_asks_after_the_browser_waits_for_the_same_end() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let _service = broker.serve(home.path());
    broker.be_slow();
    let (mut first, address) = sign_in(home.path(), &["--no-browser"]);
    let _browser = come_back(&broker.approve(&address));
    wait_for_exchange(home.path());
    let second = command(home.path(), &["sign-in", "--no-browser"]).output().expect("it runs");
    assert_eq!(second.status.code(), Some(0), "{}", text(&second.stderr));
    assert!(text(&second.stdout).starts_with("upstox: "), "the end and no address: {}", text(&second.stdout));
    assert!(first.wait().expect("its end").success() && has_token(home.path()));
}

#[test]
fn the_address_of_a_browser_elsewhere_is_pasted() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let _service = broker.serve(home.path());
    let (mut asker, address) = sign_in(home.path(), &["--paste"]);
    let back = broker.approve(&address);
    let mut typed = asker.stdin.take().expect("a pipe");
    let foreign = back.replace("state=", "state=x");
    for line in ["", "what?", &foreign, &format!("  {back} ")] {
        writeln!(typed, "{line}").expect("a line");
    }
    let ended = asker.wait_with_output().expect("its end");
    let said = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("(paste_foreign)"), "why a line is not taken: {said}");
    assert!(said.contains("(paste_other_sign_in)"), "{said}");
    let code = back.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
    assert!(!said.contains(code), "what was typed is not repeated");
    assert!(has_token(home.path()));
    drop(typed);
}

#[test]
fn nothing_pasted_is_no_failure_as_long_as_the_sign_in_waits() {
    let home = tempfile::tempdir().expect("a folder");
    let broker = Broker::start(home.path());
    write_config(home.path());
    let _service = broker.serve(home.path());
    let (mut asker, address) = sign_in(home.path(), &["--paste"]);
    drop(asker.stdin.take());
    let _browser = come_back(&broker.approve(&address));
    assert!(asker.wait().expect("its end").success(), "the browser came back by itself");
    assert!(has_token(home.path()));
}
