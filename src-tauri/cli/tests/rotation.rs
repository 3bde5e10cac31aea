//! A new token reaches whoever has the old one: a watcher, a waiting program, programs under `daypass exec`.
//!
//! The invariant: each of them is a process of its own and is told by nobody but Daypass. What this is not: a measurement;
//! the benchmarks say how long it takes.
#![cfg(target_os = "linux")]

mod owner;

use owner::broker::signed_in;
use owner::running::{Running, command_lines, house, house_with, lines, run, start, written};
use owner::service::{JSON, post, talk, tell};
use owner::{command, text};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

fn token(home: &Path) -> String {
    text(&command(home, &["token"]).output().expect("it runs").stdout).trim().to_owned()
}

/// Writes a line with its token, and waits to be ended.
const NOTES_ITS_TOKEN: &str = "echo $DAYPASS_GENERATION $UPSTOX_ACCESS_TOKEN >> restarted; exec sleep 600";
/// Writes a line at its start and one for each signal.
const NOTES_SIGNALS: &str = "trap 'echo told >> signals' HUP; echo started >> signals; while :; do sleep 0.05; done";

#[test]
fn a_rotation_reaches_watcher_waiter_and_programs() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let first = token(home);
    let mut watch = start(home, &["watch"]);
    let mut watched = lines(&mut watch);
    let mut seen = || -> serde_json::Value {
        serde_json::from_str(&watched.next().expect("a line").expect("text")).expect("JSON")
    };
    assert_eq!((&seen()["event"], &seen_generation(&first, home)), (&"state".into(), &1));
    let mut wait = start(home, &["wait", "--newer-than", "1"]);
    let restarts = start(home, &["exec", "--bot", "restarts", "--", "sh", "-c", NOTES_ITS_TOKEN]);
    let _signals =
        start(home, &["exec", "--on-rotate", "signal=HUP", "--bot", "signals", "--", "sh", "-c", NOTES_SIGNALS]);
    let (restarted, signals) = (home.join("restarted"), home.join("signals"));
    owner::wait("both programs run", || written(&restarted).len() == 1 && written(&signals).len() == 1);
    is_on_no_command_line(&restarts, [&first, &first]);

    signed_in(home);
    let second = token(home);
    assert_ne!(first, second);
    owner::wait("one was started again", || written(&restarted).len() == 2);
    assert_eq!(written(&restarted), [format!("1 {first}"), format!("2 {second}")]);
    owner::wait("one was told", || written(&signals).len() == 2);
    assert_eq!(written(&signals), ["started", "told"], "and not started again");
    assert!(wait.0.wait().expect("its end").success());
    assert_eq!(lines(&mut wait).next().expect("a line").expect("text"), "2");
    let news = seen();
    assert_eq!((&news["event"], &news["generation"], &news["valid"]), (&"generation".into(), &2.into(), &true.into()));
    assert!(!news.to_string().contains(&second), "news carry no token");

    is_on_no_command_line(&restarts, [&first, &second]);
    let snapshot =
        talk(UnixStream::connect(home.join("run/daypass.sock")).expect("there"), "GET", "/api/snapshot", JSON, "");
    let bots = body(&snapshot)["accounts"][0]["bots"].as_array().expect("bots").clone();
    let has = |name: &str| bots.iter().find(|bot| bot["name"] == name).map(|bot| bot["generation"].clone());
    assert_eq!((has("restarts"), has("signals")), (Some(2.into()), Some(1.into())), "{bots:?}");
}

/// Neither the program's nor that of what it has started.
fn is_on_no_command_line(running: &Running, tokens: [&String; 2]) {
    let lines = command_lines(running.0.id());
    assert!(lines.len() > 1, "{lines:?}");
    assert!(!lines.iter().any(|line| tokens.iter().any(|token| line.contains(*token))), "a token on a command line");
}

/// The generation of the token that is held, which must be this one.
fn seen_generation(token: &str, home: &Path) -> u64 {
    let json = text(&command(home, &["token", "--json"]).output().expect("it runs").stdout);
    let out: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&out["access_token"], &out["header_value"]), (&token.into(), &"Bearer {token}".into()));
    out["generation"].as_u64().expect("a number")
}

/// Where the account's outlets bring its token.
const OUTLETS: &str = "  outlets:\n    json_file: {path: bot.json}\n    env_file: {path: bot.env}\n";

#[test]
fn one_sign_in_is_everywhere_within_two_seconds_and_the_old_token_is_known_as_such() {
    let (home, _broker, _service) = house_with(OUTLETS);
    let home = home.path();
    let told = home.join("told");
    let out = std::fs::File::create(&told).expect("a file");
    let _watch = run(home, command(home, &["watch"]).stdout(out).stderr(Stdio::null()));
    let _exec = start(home, &["exec", "--", "sh", "-c", NOTES_ITS_TOKEN]);
    let restarted = home.join("restarted");
    owner::wait("both follow", || written(&restarted).len() == 1 && written(&told).len() == 1);

    signed_in(home);
    let token = token(home);
    let is_in = |file: &str| std::fs::read_to_string(home.join(file)).unwrap_or_default().contains(&token);
    let is_news = |line: &String| {
        let news: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        (&news["event"], &news["generation"]) == (&"generation".into(), &2.into())
    };
    owner::wait_at_most(Duration::from_secs(2), "everybody has the new token", || {
        ["restarted", "config/bot.json", "config/bot.env"].into_iter().all(is_in) && written(&told).iter().any(is_news)
    });

    let socket = home.join("run/daypass.sock");
    let ask = |path: &str| talk(UnixStream::connect(&socket).expect("there"), "GET", path, JSON, "");
    for (known, stale) in [(1, true), (2, false)] {
        let out = body(&ask(&format!("/api/token?generation={known}")));
        assert_eq!((&out["generation"], &out["stale"]), (&2.into(), &stale.into()), "{known}");
    }
    let refused = post(&socket, "/api/token/report-invalid", r#"{"generation": 1}"#);
    assert!(refused.starts_with("HTTP/1.1 409 "), "{refused}");
    assert_eq!(body(&refused)["code"], "stale");
    let refused = command(home, &["report-invalid", "--generation", "1"]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(4), "{}", text(&refused.stderr));
}

fn body(answer: &str) -> serde_json::Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").expect("a body").1).expect("JSON")
}

#[test]
fn a_program_keeps_running_while_daypass_does_not_and_gets_the_token_that_came_after() {
    let (home, broker, mut service) = house();
    let home = home.path();
    let _running = start(home, &["exec", "--", "sh", "-c", NOTES_ITS_TOKEN]);
    let restarted = home.join("restarted");
    owner::wait("the program runs", || written(&restarted).len() == 1);
    assert!(service.end().success());
    let _service = broker.serve(home);
    signed_in(home);
    owner::wait("it was started again", || written(&restarted).len() == 2);
    assert_eq!(written(&restarted)[1], format!("2 {}", token(home)));
}

#[test]
fn the_programs_end_is_the_commands_and_signals_are_passed_on() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let ends = [("exit 0", (Some(0), None)), ("exit 7", (Some(7), None)), ("kill -KILL $$", (Some(137), None))];
    let died = ["TERM", "INT", "QUIT", "HUP"].map(|name| format!("kill -{name} $$"));
    let died = died.iter().map(String::as_str).zip([15, 2, 3, 1].map(|signal| (None, Some(signal))));
    for (script, end) in ends.into_iter().chain(died) {
        let mut run = start(home, &["exec", "--", "sh", "-c", script]);
        let status = run.0.wait().expect("its end");
        assert_eq!((status.code(), status.signal()), end, "{script}");
        assert!(!status.core_dumped(), "the token was in our memory");
    }
    let missing = command(home, &["exec", "--", "no-such-program-here"]).output().expect("it runs");
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("no-such-program-here"), "{}", text(&missing.stderr));
    let mut run = start(home, &["exec", "--", "sh", "-c", "trap 'exit 9' USR1; echo on; while :; do sleep 0.05; done"]);
    assert_eq!(lines(&mut run).next().expect("a line").expect("text"), "on");
    tell(&run.0, "USR1");
    assert_eq!(run.0.wait().expect("its end").code(), Some(9));
}
