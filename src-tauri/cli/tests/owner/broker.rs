//! The practice broker as a process of its own, and a person who approves there without a browser.
//!
//! The invariant: nobody but this person approves anything. What this is not: a test.

use super::command;
use super::service::{JSON, Service, line, serve, talk};
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

/// The practice broker, and a person who approves there.
pub(crate) struct Broker {
    pub(crate) address: String,
    _process: Option<Service>,
}

impl Broker {
    /// One that runs already.
    pub(crate) fn at(address: &str) -> Self {
        Self { address: address.to_owned(), _process: None }
    }

    pub(crate) fn start(home: &Path) -> Self {
        Self::with(home, &[])
    }

    pub(crate) fn with(home: &Path, more: &[&str]) -> Self {
        let args = [&["practice", "--port", "0"], more].concat();
        let (process, said) = Service::until(command(home, &args), "Practice broker: ");
        let address = said.split(": ").nth(1).expect("an address").trim_end_matches('/').to_owned();
        Self { address, _process: Some(process) }
    }

    pub(crate) fn ask(&self, path: &str, kind: &str, body: &str) -> String {
        let host = self.address.trim_start_matches("http://");
        talk(TcpStream::connect(host).expect("the broker"), "POST", path, kind, body)
    }

    /// The exchange takes a while, so that others can come in between.
    pub(crate) fn be_slow(&self) {
        let slow = r#"{"route":"token","fault":{"delay_ms":1500}}"#;
        let answer = self.ask("/practice/control", JSON, slow);
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    /// Approves, and gives the address that the browser is sent back to.
    pub(crate) fn approve(&self, sign_in_address: &str) -> String {
        let dialog = sign_in_address.strip_prefix(self.address.as_str()).expect("the broker's own address");
        let page = self.ask(dialog, "application/x-www-form-urlencoded", "user=AB1234&approve=yes");
        page.lines().find_map(|line| line.strip_prefix("location: ")).expect("the way back").to_owned()
    }

    pub(crate) fn serve(&self, home: &Path) -> Service {
        let mut serve = serve(home);
        serve.env("UPSTOX_BASE_URL", &self.address);
        Service::until(serve, "Sign in:").0
    }
}

/// A sign-in in a terminal that has printed its address.
pub(crate) fn sign_in(home: &Path, with: &[&str]) -> (Child, String) {
    let mut sign_in = command(home, &[&["sign-in"], with].concat());
    sign_in.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut sign_in = sign_in.spawn().expect("it runs");
    let address = line(&mut sign_in, "http://");
    (sign_in, address)
}

/// The browser comes back. Its answer comes when all is over; nobody waits for it here.
pub(crate) fn come_back(to: &str) -> TcpStream {
    let (listener, path) = to.trim_start_matches("http://").split_once('/').expect("a path");
    let mut browser = TcpStream::connect(listener).expect("the listener");
    write!(browser, "GET /{path} HTTP/1.1\r\nHost: {listener}\r\n\r\n").expect("a question");
    browser
}

/// A whole sign-in, from the terminal to the proven token.
pub(crate) fn signed_in(home: &Path) {
    let (mut asker, address) = sign_in(home, &["--no-browser"]);
    let broker = address.split("/v2/").next().expect("an address").to_owned();
    let _browser = come_back(&Broker::at(&broker).approve(&address));
    assert!(asker.wait().expect("its end").success());
}
