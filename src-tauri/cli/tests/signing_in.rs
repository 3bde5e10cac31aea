//! A whole sign-in at the practice broker, through the built program.
//!
//! The invariant: nobody but the test's own person approves anything. What this is not: a browser.
#![cfg(unix)]

mod owner;

use owner::broker::{Broker, come_back, sign_in};
use owner::service::{JSON, talk, write_config};
use owner::{command, text};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

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
