//! Whoever follows an account goes on where the service comes and goes, or has no room, or does not know the account for a
//! moment.
//!
//! The invariant: what was missed meanwhile is made up for. What this is not: a test of the service; the owner follows a
//! script.
#![cfg(target_os = "linux")]

mod owner;

use daypass_api::scripted;
use daypass_manager::Code;
use owner::running::{Running, lines, run, written};
use owner::{Owner, now};
use std::process::Stdio;

/// Writes a line with the number of its token.
const NOTES_ITS_NUMBER: &str = "echo $DAYPASS_GENERATION >> numbers; exec sleep 600";

/// From now on the owner has this token.
fn has(owner: &Owner, generation: u64) {
    let mut account = scripted::account("upstox", now());
    account.generation = generation;
    owner.client.show(scripted::snapshot(now(), vec![account]));
}

/// Whoever follows is there, and hears that the owner ends.
fn restart(owner: &Owner) {
    owner::wait("it is followed", || owner.client.listeners() > 0);
    owner.client.end();
    owner::wait("nobody follows any more", || owner.client.listeners() == 0);
}

fn numbers(owner: &Owner) -> Vec<String> {
    written(&owner.home().join("numbers"))
}

/// A program that runs with token 7.
fn follower(owner: &Owner) -> Running {
    let mut exec = owner.command(&["exec", "upstox", "--", "sh", "-c", NOTES_ITS_NUMBER]);
    exec.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let said = std::fs::File::create(owner.home().join("said")).expect("a file");
    let running = run(owner.home(), exec.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said));
    owner::wait("it runs", || numbers(owner) == ["7"]);
    running
}

#[test]
fn a_lower_number_is_another_token_too() {
    let owner = Owner::of(&["upstox"]);
    let _running = follower(&owner);
    restart(&owner);
    has(&owner, 3);
    owner::wait("it was started again", || numbers(&owner) == ["7", "3"]);
}

/// What is said to whoever looks on.
fn said(owner: &Owner) -> Vec<String> {
    written(&owner.home().join("said"))
}

/// Somebody has asked for news so often more, in vain.
fn asked_again(owner: &Owner, times: usize) {
    let asked = || owner.client.script().asked.iter().filter(|line| line.starts_with("watch")).count();
    let before = asked();
    owner::wait("it asks again", || asked() >= before + times);
}

#[test]
fn an_account_that_is_not_known_for_a_moment_is_followed_again() {
    let owner = Owner::of(&["upstox"]);
    let _running = follower(&owner);
    owner.client.refuse("watch", Code::UnknownAccount);
    owner.client.refuse("snapshot", Code::UnknownAccount);
    restart(&owner);
    has(&owner, 8);
    asked_again(&owner, 2);
    assert_eq!(said(&owner).len(), 1, "{:?}", said(&owner));
    assert_eq!(numbers(&owner), ["7"]);
    owner.client.script().refusals.clear();
    owner::wait("it was started again", || numbers(&owner) == ["7", "8"]);
}

#[test]
fn where_there_is_no_room_to_wait_the_token_is_asked_for() {
    let owner = Owner::of(&["upstox"]);
    owner.client.refuse("watch", Code::TooMany);
    let _running = follower(&owner);
    asked_again(&owner, 2);
    assert_eq!(said(&owner).len(), 1, "{:?}", said(&owner));
    assert_eq!(numbers(&owner), ["7"]);
    has(&owner, 8);
    owner::wait("it was started again", || numbers(&owner) == ["7", "8"]);
    assert_eq!(said(&owner).len(), 1, "{:?}", said(&owner));
}

#[test]
fn a_watch_goes_on_after_a_restart_and_where_there_was_no_room() {
    let owner = Owner::of(&["upstox"]);
    let mut watch = run(owner.home(), owner.command(&["watch"]).stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut lines = lines(&mut watch);
    let mut next = || -> serde_json::Value {
        let line = lines.next().expect("it goes on").expect("text");
        let news: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        serde_json::json!([news["event"], news["generation"]])
    };
    assert_eq!(next(), serde_json::json!(["state", 7]));
    for (code, generation) in [(Code::NotRunning, 8), (Code::TooMany, 9)] {
        owner.client.refuse("watch", code);
        restart(&owner);
        asked_again(&owner, 1);
        has(&owner, generation);
        owner.client.script().refusals.clear();
        assert_eq!(next(), serde_json::json!(["generation", generation]), "{code:?}");
    }
    owner.client.refuse("watch", Code::UnknownAccount);
    restart(&owner);
    assert_eq!(watch.0.wait().expect("its end").code(), Some(2), "an account that is gone is the end");
}

#[test]
fn a_watch_that_cannot_begin_says_why() {
    let owner = Owner::of(&["upstox"]);
    for (code, exit) in [(Code::NotRunning, 3), (Code::TooMany, 7)] {
        owner.client.refuse("watch", code);
        assert_eq!(owner.run(&["watch"]).status.code(), Some(exit), "{code:?}");
    }
}
