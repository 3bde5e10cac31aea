//! How a program under `daypass exec` is ended and told, at a rotation and by signals.
//!
//! The invariant: no two of one program at the same time, and none that nobody wants any more. What this is not: what a
//! person does at a terminal.
#![cfg(target_os = "linux")]

mod owner;

use owner::broker::signed_in;
use owner::command;
use owner::running::{house, lines, look, members, pids, run, start, written};
use owner::service::tell;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// Does not end when it is asked to, but writes a line for that; ends with status 5 when a file is gone.
const STUBBORN: &str = "trap 'echo asked >> asked' TERM INT QUIT HUP; echo $$ >> started; \
                        while [ -e alive ]; do sleep 0.05; done; exit 5";

#[test]
fn what_does_not_end_within_the_grace_is_ended() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let _running = start(home, &["exec", "--grace", "200ms", "--", "sh", "-c", STUBBORN]);
    let started = home.join("started");
    pids(&started, 1);
    signed_in(home);
    let pids = pids(&started, 2);
    assert_eq!(written(&home.join("asked")), ["asked"], "first it was asked");
    assert!(look(pids[0]).is_none(), "{pids:?}");
}

#[test]
fn who_wants_an_end_during_a_restart_gets_no_new_program() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let (started, asked) = (home.join("started"), home.join("asked"));
    for signal in ["TERM", "INT", "QUIT", "HUP"] {
        let _ = (std::fs::remove_file(&started), std::fs::remove_file(&asked));
        let mut running = start(home, &["exec", "--grace", "10m", "--", "sh", "-c", STUBBORN]);
        pids(&started, 1);
        signed_in(home);
        owner::wait("it was asked to end", || written(&asked).len() == 1);
        tell(&running.0, signal);
        owner::wait("it was told", || written(&asked).len() == 2);
        std::fs::remove_file(home.join("alive")).expect("a file");
        assert_eq!(running.0.wait().expect("its end").code(), Some(5), "{signal}");
        assert_eq!(written(&started).len(), 1, "{signal}");
    }
}

#[test]
fn who_wants_an_end_twice_does_not_wait_for_the_grace() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut running = start(home, &["exec", "--grace", "10m", "--", "sh", "-c", STUBBORN]);
    let (started, asked) = (home.join("started"), home.join("asked"));
    pids(&started, 1);
    signed_in(home);
    owner::wait("it was asked to end", || written(&asked).len() == 1);
    tell(&running.0, "INT");
    owner::wait("it was told", || written(&asked).len() == 2);
    tell(&running.0, "TERM");
    assert_eq!(running.0.wait().expect("its end").code(), Some(137));
    assert_eq!(written(&started).len(), 1);
}

#[test]
fn what_a_program_has_left_behind_ends_with_it() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let script = "sleep 600 & echo $$ >> started; exec sleep 600";
    let _running = start(home, &["exec", "--", "sh", "-c", script]);
    let started = home.join("started");
    let group = pids(&started, 1)[0];
    assert_eq!(members(group), 2);
    signed_in(home);
    assert_eq!(members(pids(&started, 2)[1]), 2);
    assert_eq!(members(group), 0);
}

#[test]
fn a_bot_in_a_shell_has_the_grace_too() {
    let (home, _broker, _service) = house();
    let home = home.path();
    // The shell is gone at once.
    let bot = "trap 'sleep 0.3; echo closed >> closed; exit' TERM; echo $$ >> started; while :; do sleep 0.05; done";
    std::fs::write(home.join("bot.sh"), bot).expect("a file");
    let _running = start(home, &["exec", "--", "sh", "-c", "sh bot.sh; echo done"]);
    let started = home.join("started");
    pids(&started, 1);
    signed_in(home);
    pids(&started, 2);
    assert_eq!(written(&home.join("closed")), ["closed"]);
}

#[test]
fn who_is_to_be_left_alone_is_not_started_again() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let note = |name: &str| format!("trap 'exit 4' TERM; echo $$ >> {name}; while :; do sleep 0.05; done");
    let mut left_alone = start(home, &["exec", "--on-rotate", "none", "--", "sh", "-c", &note("none")]);
    let restarted = start(home, &["exec", "--", "sh", "-c", &note("restarted")]);
    let names = ["none", "restarted"].map(|name| home.join(name));
    names.iter().for_each(|name| drop(pids(name, 1)));
    signed_in(home);
    pids(&names[1], 2);
    tell(&left_alone.0, "TERM");
    assert_eq!(left_alone.0.wait().expect("its end").code(), Some(4));
    assert_eq!(written(&names[0]).len(), 1);
    drop(restarted);
}

#[test]
fn who_was_asked_to_end_before_a_rotation_is_not_started_again() {
    // A container may be stopped with any of them.
    let (home, _broker, _service) = house();
    let home = home.path();
    let signals = ["TERM", "INT", "QUIT", "HUP"];
    let stubborn = |name: &str| STUBBORN.replace(">> asked", &format!(">> asked.{name}")).replace("started", name);
    let mut ending = signals.map(|name| start(home, &["exec", "--", "sh", "-c", &stubborn(name)]));
    let _restarted = start(home, &["exec", "--", "sh", "-c", STUBBORN]);
    pids(&home.join("started"), 1);
    for (signal, ending) in signals.iter().zip(&ending) {
        pids(&home.join(signal), 1);
        tell(&ending.0, signal);
        owner::wait("it was asked to end", || written(&home.join(format!("asked.{signal}"))).len() == 1);
    }
    signed_in(home);
    owner::wait("the other one was asked to end", || written(&home.join("asked")).len() == 1);
    std::fs::remove_file(home.join("alive")).expect("a file");
    for (signal, ending) in signals.iter().zip(&mut ending) {
        assert_eq!(ending.0.wait().expect("its end").code(), Some(5), "{signal}");
        assert_eq!(written(&home.join(signal)).len(), 1, "{signal}");
    }
}

#[test]
fn the_end_is_asked_of_all_that_runs() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut running = start(home, &["exec", "--", "sh", "-c", "echo $$ >> started; sleep 600; :"]);
    let group = pids(&home.join("started"), 1)[0];
    owner::wait("it sleeps", || members(group) == 2);
    tell(&running.0, "TERM");
    assert_eq!(running.0.wait().expect("its end").signal(), Some(15));
    owner::wait("all have ended", || members(group) == 0);
}

#[test]
fn what_was_ignored_at_the_start_is_ignored_by_all() {
    let (home, _broker, _service) = house();
    let home = home.path();
    // As nohup starts it, and as a script does in the background.
    let ignoring = "trap '' HUP INT QUIT; exec \"$0\" exec -- sh -c \"$1\"";
    let notes = "trap 'echo told' USR1; echo $$; while :; do sleep 0.05; done";
    let daypass = command(home, &[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", ignoring, daypass.get_program().to_str().expect("text"), notes]).env_clear();
    shell.envs(daypass.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", std::env::var_os("PATH").unwrap_or_default()).current_dir(home);
    let mut running = run(home, shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut said = lines(&mut running);
    let mut next = || said.next().expect("a line").expect("text");
    let program = next();
    for signal in ["HUP", "INT", "QUIT"] {
        tell(&running.0, signal);
        let kill = Command::new("sh").args(["-c", "kill -$0 $1", signal, &program]).status().expect("a shell");
        assert!(kill.success());
        // Comes after the other one.
        tell(&running.0, "USR1");
        assert_eq!(next(), "told", "{signal}");
    }
    tell(&running.0, "TERM");
    assert_eq!(running.0.wait().expect("its end").signal(), Some(15));
}
