//! The terminal as scripts meet it: the built program, an owner that follows a script behind the real socket, and what
//! comes out on either stream.
//!
//! The invariant: a token is on standard output after `daypass token` and nowhere else. What this is not: a test of
//! the manager; the owner decides nothing.
#![cfg(unix)]

mod owner;

use daypass_api::TokenStatus;
use daypass_api::scripted::{self, SIGN_IN_URL};
use daypass_manager::Code;
use daypass_manager::view::WorkKind;
use owner::{Owner, TOKEN, command, now, text};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// Every verb that asks an owner, and what it is asked for.
const ASKING: &[(&[&str], &str)] = &[
    (&["status"], "snapshot"),
    (&["status", "--json"], "snapshot"),
    (&["sign-in"], "sign_in"),
    (&["sign-in", "upstox", "--no-browser"], "sign_in"),
    (&["refresh"], "refresh"),
    (&["sign-out"], "sign_out"),
    (&["token"], "token"),
    (&["token", "--wait", "5s"], "wait_for_token"),
    (&["wait"], "wait upstox 300000 ms 0 ms None None"),
    (
        &["wait", "--min-valid", "2h", "--newer-than", "6", "--limit", "5s"],
        "wait upstox 5000 ms 7200000 ms None Some(6)",
    ),
    (&["report-invalid", "--generation", "7"], "report_invalid"),
    (&["keys"], "keys"),
    (&["keys", "revoke", "k1234567"], "revoke_key"),
    (&["exec", "upstox", "--", "true"], "token"),
    (&["accounts"], "snapshot"),
    (&["keep-secret"], "keep_secret"),
];

#[test]
fn without_an_owner_every_verb_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    for args in ASKING.iter().map(|(args, _)| *args).chain([&["dashboard"][..]]) {
        let output = command(home.path(), args).output().expect("it runs");
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert!(text(&output.stderr).contains("daypass serve"), "{args:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{args:?}");
    }
}

#[test]
fn with_an_owner_every_verb_asks_it_and_only_one_shows_the_token() {
    let owner = Owner::of(&["upstox"]);
    for (args, asked) in ASKING {
        owner.client.script().asked.clear();
        let output = owner.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
        assert!(owner.client.script().asked.iter().any(|line| line.starts_with(asked)), "{args:?}");
        if *args == ["token"] || *args == ["token", "--wait", "5s"] {
            assert_eq!(text(&output.stdout), format!("{TOKEN}\n"), "the token and nothing else");
        } else {
            assert!(!text(&output.stdout).contains(TOKEN), "{args:?}");
        }
        assert!(!text(&output.stderr).contains(TOKEN), "{args:?}");
        assert!(!text(&output.stdout).contains('\x1b'), "no colours into a pipe: {args:?}");
    }
}

#[test]
fn each_refusal_has_its_exit_code() {
    let owner = Owner::of(&["upstox"]);
    for (args, method, code, exit) in [
        (&["token"][..], "token", Code::NoToken, 4),
        (&["token", "--min-valid", "2h"], "token", Code::TooShort, 4),
        (&["sign-in"], "sign_in", Code::NoCredentials, 5),
        (&["sign-in"], "sign_in", Code::CannotStart, 1),
        (&["sign-in", "--no-browser"], "finished", Code::Failed, 5),
        (&["sign-in", "--wait", "1s"], "finished", Code::TimeLimit, 6),
        (&["refresh"], "refresh", Code::PersonNeeded, 5),
        (&["refresh"], "refresh", Code::NotUseful, 1),
        (&["refresh"], "refresh", Code::Paused, 1),
        (&["sign-out"], "sign_out", Code::NoToken, 4),
        (&["keep-secret"], "keep_secret", Code::NothingToDo, 1),
        (&["token", "nobody"], "token", Code::UnknownAccount, 2),
        (&["token"], "token", Code::Ended, 4),
        (&["token"], "token", Code::TooMany, 7),
        (&["wait"], "wait", Code::TimeLimit, 6),
        (&["exec", "--wait", "5s", "--", "true"], "wait_for_token", Code::TimeLimit, 6),
        (&["exec", "upstox", "--", "true"], "token", Code::Ended, 4),
        (&["report-invalid", "--generation", "6"], "report_invalid", Code::Stale, 4),
        (&["keys", "make", "screener"], "make_key", Code::BadInput, 2),
        (&["status"], "snapshot", Code::Internal, 1),
    ] {
        owner.client.refuse(method, code);
        let output = owner.run(args);
        owner.client.script().refusals.clear();
        assert_eq!(output.status.code(), Some(exit), "{args:?} {code:?}");
        let said = text(&output.stderr);
        assert!(said.lines().any(|line| line == "daypass: It is refused. Ask something else. (scripted)"), "{said}");
        assert!(!text(&output.stdout).contains(TOKEN), "{args:?} {code:?}");
    }
}

#[test]
fn what_was_typed_wrong_is_usage() {
    let owner = Owner::of(&["upstox", "us"]);
    for (args, said) in [
        (&[][..], "Usage"),
        (&["tokens"], "token"),
        (&["token", "--min-valid", "soon"], "90s"),
        (&["token"], "Name one of: upstox, us."),
        (&["token", "--until", "3 pm"], "15:30"),
        (&["exec", "upstox", "--on-rotate", "signal=KILL", "--", "true"], "none"),
        (&["exec", "upstox"], "COMMAND"),
        (&["report-invalid", "upstox"], "--generation"),
        (&["sign-in"], "Name one of: upstox, us."),
        (&["status", "nobody"], "nobody"),
        (&["status", "nobody", "--json"], "nobody"),
    ] {
        let output = owner.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains(said), "{args:?}: {}", text(&output.stderr));
    }
}

#[test]
fn without_an_account_there_is_no_token_and_a_person_must_act() {
    let owner = Owner::of(&[]);
    for (args, exit) in [(&["token"][..], 4), (&["sign-in"], 5), (&["refresh"], 5), (&["status"], 0)] {
        assert_eq!(owner.run(args).status.code(), Some(exit), "{args:?}");
    }
}

#[test]
fn the_status_object_is_the_one_of_the_http_route() {
    for (ids, args) in [
        (&["upstox"][..], &["status", "--json"][..]),
        (&["upstox", "us"], &["status", "us", "--json"]),
        (&[], &["status", "--json"]),
    ] {
        let owner = Owner::of(ids);
        let said: serde_json::Value = serde_json::from_slice(&owner.run(args).stdout).expect("JSON");
        let path = if args.len() == 3 { "/api/token/status?account=us" } else { "/api/token/status" };
        let body = owner.get(path);
        assert_eq!(said, serde_json::from_str::<serde_json::Value>(&body).expect("JSON"), "{args:?}");
        assert!(serde_json::from_str::<TokenStatus>(&body).is_ok());
    }
}

#[test]
fn the_address_stands_on_its_own_line_while_the_sign_in_waits() {
    let owner = Owner::of(&["upstox"]);
    owner.client.script().never_finished = true;
    for (args, where_to) in [(&["sign-in", "--no-browser"][..], "stdout"), (&["sign-in"], "stderr")] {
        let mut child = owner.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        if where_to == "stdout" {
            BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
            assert_eq!(line, format!("{SIGN_IN_URL}\n"));
        } else {
            BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut line).expect("a line");
            assert!(line.trim_end().ends_with(SIGN_IN_URL), "{line}");
        }
        assert!(child.try_wait().expect("a look").is_none(), "it waits");
        child.kill().expect("ended");
        child.wait().expect("its end");
    }
}

#[test]
fn a_refresh_that_needs_a_person_prints_where() {
    let owner = Owner::of(&["upstox"]);
    owner.client.script().refresh_url = Some(SIGN_IN_URL.to_owned());
    let output = owner.run(&["refresh", "--no-browser"]);
    assert_eq!(text(&output.stdout).lines().next(), Some(SIGN_IN_URL));
}

#[test]
fn signing_out_waits_until_the_broker_has_answered() {
    let owner = Owner::of(&["upstox"]);
    let mut account = scripted::account("upstox", now());
    account.work = Some(scripted::work(WorkKind::SigningOut, now()));
    owner.client.show(scripted::snapshot(now(), vec![account]));
    let quiet = owner.client.listeners();
    let mut child = owner.command(&["sign-out"]).stdout(Stdio::piped()).spawn().expect("it runs");
    owner::wait("it listens", || owner.client.listeners() > quiet);
    assert!(child.try_wait().expect("a look").is_none(), "it waits");
    owner.client.show(scripted::snapshot(now(), vec![scripted::account("upstox", now())]));
    let output = child.wait_with_output().expect("its end");
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "upstox is signed out.\n");
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let owner = Owner::of(&["upstox"]);
    for args in [&["status"][..], &["status", "--json"], &["accounts"], &["completions", "bash"]] {
        let mut child = owner.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("its end");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{args:?}");
    }
}
