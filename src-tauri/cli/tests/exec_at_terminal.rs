//! `daypass exec` at a terminal: what is typed there reaches the program, and a shell stops it and lets it go on.
//!
//! The invariant: each terminal is one of its own, made by `script`, which every Debian has. What this is not: how
//! programs end where nobody types.
#![cfg(target_os = "linux")]

mod owner;

use owner::broker::signed_in;
use owner::command;
use owner::running::{house, look, members, pids, written};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const CTRL_C: &str = "\x03";
const CTRL_BACKSLASH: &str = "\x1c";
const CTRL_Z: &str = "\x1a";

/// Somebody who types. The terminal hangs up with the test, and its programs end.
struct Typist(Child);

impl Drop for Typist {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Typist {
    /// At a terminal in which this is run, with `$daypass` for the program.
    fn at(home: &Path, line: &str) -> Self {
        let daypass = command(home, &[]);
        let mut script = Command::new("script");
        script.args(["--quiet", "--flush", "--return", "--command", line, "/dev/null"]).env_clear().current_dir(home);
        script.envs(daypass.get_envs().filter_map(|(name, value)| Some((name, value?))));
        script.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        script.env("SHELL", "/bin/sh").env("daypass", daypass.get_program());
        Self(script.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a terminal"))
    }

    fn types(&mut self, keys: &str) {
        let keyboard = self.0.stdin.as_mut().expect("a keyboard");
        keyboard.write_all(keys.as_bytes()).and_then(|()| keyboard.flush()).expect("typed");
    }

    fn end(mut self) -> Option<i32> {
        self.0.wait().expect("its end").code()
    }
}

/// Waits until a shell has started another program: until that has really begun, the shell cannot be stopped.
fn sleeps(shell: u32) {
    owner::wait("it sleeps", || members(shell) == 2 && look(shell).is_some_and(|it| it.state == 'S'));
}

#[test]
fn a_rotation_leaves_no_old_program_behind_and_the_new_one_has_the_terminal() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut typist = Typist::at(home, "exec $daypass exec -- sh -c 'echo $$ >> started; sleep 600; :'");
    let started = home.join("started");
    let first = pids(&started, 1)[0];
    sleeps(first);
    signed_in(home);
    let second = pids(&started, 2)[1];
    assert_eq!(members(first), 0);
    owner::wait("it has the terminal", || look(second).is_some_and(|it| it.has_terminal == i64::from(second)));
    typist.types(CTRL_C);
    assert_eq!(typist.end(), Some(130));
    assert_eq!(members(second), 0, "all of it was told");
}

#[test]
fn what_is_typed_reaches_the_program_and_its_status_comes_back() {
    let (home, _broker, _service) = house();
    let home = home.path();
    // It asks for the terminal at once.
    let reads = "exec $daypass exec -- sh -c 'read line; echo \"$line\" >> said; exit 7'";
    let mut typist = Typist::at(home, reads);
    typist.types("hello\n");
    assert_eq!(typist.end(), Some(7));
    assert_eq!(written(&home.join("said")), ["hello"]);
    let traps = "trap \"exit 9\" INT; echo $$ >> started; while :; do sleep 0.05; done";
    let mut typist = Typist::at(home, &format!("exec $daypass exec -- sh -c '{traps}'"));
    let program = pids(&home.join("started"), 1)[0];
    owner::wait("it has the terminal", || look(program).is_some_and(|it| it.has_terminal == i64::from(program)));
    typist.types(CTRL_C);
    assert_eq!(typist.end(), Some(9));
}

#[test]
fn ctrl_c_ends_the_script_around_it_too() {
    // dash looks whether it was told itself; bash also looks what the program has died of.
    for (shell, keys, status) in [("sh", CTRL_C, 130), ("bash", CTRL_C, 130), ("sh", CTRL_BACKSLASH, 131)] {
        let (home, _broker, _service) = house();
        let home = home.path();
        let script = "while :; do $daypass exec -- sh -c 'echo $$ >> started; exec sleep 600'; echo next >> next; done";
        std::fs::write(home.join("script.sh"), script).expect("a file");
        let mut typist = Typist::at(home, &format!("exec {shell} script.sh"));
        let program = pids(&home.join("started"), 1)[0];
        owner::wait("it has the terminal", || look(program).is_some_and(|it| it.has_terminal == i64::from(program)));
        typist.types(keys);
        assert_eq!(typist.end(), Some(status), "{shell}");
        assert!(!home.join("next").exists(), "{shell}");
    }
}

#[test]
fn ctrl_c_during_a_restart_is_the_end() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let stubborn =
        "trap \"echo asked >> asked\" TERM INT; echo $$ >> started; while [ -e alive ]; do sleep 0.05; done; exit 5";
    let alive = home.join("alive");
    std::fs::write(&alive, "").expect("a file");
    let mut typist = Typist::at(home, &format!("exec $daypass exec --grace 10m -- sh -c '{stubborn}'"));
    let (started, asked) = (home.join("started"), home.join("asked"));
    pids(&started, 1);
    signed_in(home);
    owner::wait("it was asked to end", || written(&asked).len() == 1);
    typist.types(CTRL_C);
    owner::wait("it was told", || written(&asked).len() == 2);
    std::fs::remove_file(alive).expect("a file");
    assert_eq!(typist.end(), Some(5));
    assert_eq!(written(&started).len(), 1);
}

#[test]
fn signals_that_others_send_are_passed_on_at_a_terminal_too() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let typist = Typist::at(home, "exec $daypass exec -- sh -c 'echo $$ >> started; sleep 600; :'");
    let program = pids(&home.join("started"), 1)[0];
    sleeps(program);
    let exec = look(program).expect("it runs").parent.to_string();
    assert!(Command::new("sh").args(["-c", "kill -INT $0", &exec]).status().expect("a shell").success());
    assert_eq!(typist.end(), Some(130));
    assert_eq!(members(program), 0);
}

#[test]
fn a_shell_stops_the_whole_job_and_lets_it_go_on() {
    // Where a job runs already, dash lets it go on once more when it comes to the front; bash does not.
    for shell in ["sh -i", "bash --norc --noediting -i"] {
        ["", " | cat"].into_iter().for_each(|beside| stops_and_lets_go_on(shell, beside));
    }
}

fn stops_and_lets_go_on(shell: &str, beside: &str) {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut typist = Typist::at(home, &format!("exec {shell}"));
    typist.types(&format!("$daypass exec -- sh -c 'echo $$ >> started; sleep 600; :'{beside}\n"));
    let started = home.join("started");
    let program = pids(&started, 1)[0];
    sleeps(program);
    let exec = look(program).expect("it runs").parent;
    let ours = look(exec).expect("it runs").group;
    let state = |pid| look(pid).map(|it| it.state);
    let has_terminal = |pid, group: u32| look(pid).is_some_and(|it| it.has_terminal == i64::from(group));
    let has = if beside.is_empty() { program } else { ours };
    owner::wait("it has the terminal", || has_terminal(program, has));
    typist.types(CTRL_Z);
    owner::wait("both are stopped", || [program, exec].map(state) == [Some('T'); 2]);
    typist.types("echo mine >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")).iter().any(|line| line == "mine"));
    typist.types("bg\n");
    owner::wait("both go on", || [program, exec].map(state) == [Some('S'); 2]);
    typist.types("echo still mine >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")).iter().any(|line| line == "still mine"));
    assert!(!has_terminal(program, program));
    signed_in(home);
    let program = pids(&started, 2)[1];
    sleeps(program);
    typist.types("fg\n");
    owner::wait("the job has the terminal", || has_terminal(program, ours) || has_terminal(program, program));
    typist.types(CTRL_C);
    owner::wait("all of it was told", || members(program) == 0);
    typist.types("echo over >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")).iter().any(|line| line == "over"));
    typist.types("exit\n");
    typist.end();
}

#[test]
fn a_job_goes_on_in_front_with_the_terminal() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut typist = Typist::at(home, "exec sh -i");
    typist.types("$daypass exec -- sh -c 'echo $$ >> started; read line; echo \"$line\" >> said; exit 7'\n");
    let program = pids(&home.join("started"), 1)[0];
    let has_terminal = || look(program).is_some_and(|it| it.has_terminal == i64::from(program));
    owner::wait("it has the terminal", has_terminal);
    typist.types(CTRL_Z);
    owner::wait("it is stopped", || look(program).is_some_and(|it| it.state == 'T') && !has_terminal());
    typist.types("fg\n");
    owner::wait("it has the terminal again", || look(program).is_some_and(|it| it.state == 'S') && has_terminal());
    typist.types("hello\n");
    owner::wait("it has read", || written(&home.join("said")) == ["hello"]);
    typist.types("echo $? >> shell; exit\n");
    typist.end();
    assert_eq!(written(&home.join("shell")), ["7"]);
}

#[test]
fn who_was_started_in_the_background_leaves_the_terminal_alone() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut typist = Typist::at(home, "exec sh -i");
    typist.types("$daypass exec -- sh -c 'echo $$ >> started; read line; echo \"$line\" >> said' &\n");
    let program = pids(&home.join("started"), 1)[0];
    owner::wait("it is stopped, for it asks", || look(program).is_some_and(|it| it.state == 'T'));
    typist.types("echo mine >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")) == ["mine"]);
    typist.types("fg\n");
    owner::wait("it has the terminal", || look(program).is_some_and(|it| it.has_terminal == i64::from(program)));
    typist.types("hello\n");
    owner::wait("it has read", || written(&home.join("said")) == ["hello"]);
}

#[test]
fn who_stands_beside_it_has_the_terminal() {
    ["sh -i", "bash --norc --noediting -i"].into_iter().for_each(leaves_it_to_who_stands_beside);
}

fn leaves_it_to_who_stands_beside(shell: &str) {
    let (home, _broker, _service) = house();
    let home = home.path();
    let mut typist = Typist::at(home, &format!("exec {shell}"));
    // As a pager does.
    let pager = "while read key </dev/tty; do echo \"$key\" >> said; done";
    typist.types(&format!("$daypass exec -- sh -c 'echo $$ >> started; sleep 600; :' | sh -c '{pager}'\n"));
    let program = pids(&home.join("started"), 1)[0];
    sleeps(program);
    let exec = look(program).expect("it runs").parent;
    typist.types("one\n");
    let said = home.join("said");
    owner::wait("the pager reads", || written(&said) == ["one"]);
    typist.types(CTRL_Z);
    owner::wait("both are stopped", || [program, exec].map(|pid| look(pid).map(|it| it.state)) == [Some('T'); 2]);
    typist.types("echo mine >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")) == ["mine"]);
    typist.types("fg\n");
    owner::wait("both go on", || [program, exec].map(|pid| look(pid).map(|it| it.state)) == [Some('S'); 2]);
    typist.types("two\n");
    owner::wait("the pager reads", || written(&said) == ["one", "two"]);
    typist.types(CTRL_C);
    owner::wait("all of it was told", || members(program) == 0);
    owner::wait("we have ended", || look(exec).is_none());
}

#[test]
fn who_reads_something_else_can_ask_at_the_terminal() {
    let asks = "echo $$ >> started; read order; read line </dev/tty; echo \"$order $line\" >> said; exit 7";
    for shell in ["exec sh -i", "exec bash --norc --noediting -i", "exec sh"] {
        let (home, _broker, _service) = house();
        let home = home.path();
        let mut typist = Typist::at(home, shell);
        typist.types(&format!("echo buy | $daypass exec -- sh -c '{asks}'; echo $? >> shell; exit\n"));
        let program = pids(&home.join("started"), 1)[0];
        owner::wait("it has the terminal", || look(program).is_some_and(|it| it.has_terminal == i64::from(program)));
        typist.types("now\n");
        typist.end();
        assert_eq!(written(&home.join("said")), ["buy now"], "{shell}");
        assert_eq!(written(&home.join("shell")), ["7"], "{shell}");
    }
}

#[test]
fn who_asks_where_no_shell_is_left_is_told_to_end() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let asks = "echo $$ >> started; while [ ! -e asks ]; do sleep 0.05; done; read line </dev/tty; echo on >> said";
    std::fs::write(home.join("asks.sh"), asks).expect("a file");
    let mut typist = Typist::at(home, "exec bash --norc --noediting -i");
    // The shell between is gone at once.
    typist.types("sh -c '$daypass exec -- sh asks.sh 2>> errors &'\n");
    let program = pids(&home.join("started"), 1)[0];
    let exec = look(program).expect("it runs").parent;
    typist.types("echo mine >> shell\n");
    owner::wait("the shell reads", || written(&home.join("shell")) == ["mine"]);
    std::fs::write(home.join("asks"), "").expect("a file");
    owner::wait("it has ended", || look(program).is_none() && look(exec).is_none());
    let errors = written(&home.join("errors"));
    assert!(errors.iter().any(|line| line.contains("no shell to give it")), "{errors:?}");
    assert!(!home.join("said").exists());
    typist.types("exit\n");
    typist.end();
}

#[test]
fn a_terminal_is_as_before_after_a_program_that_was_killed() {
    let (home, _broker, _service) = house();
    let home = home.path();
    let draws = "stty -g >> modes; stty -echo -icanon; trap '' TERM; echo $$ >> started; while :; do sleep 0.05; done";
    std::fs::write(home.join("draws.sh"), draws).expect("a file");
    let mut typist = Typist::at(home, "exec sh");
    // The shell around it ends in its own way.
    typist
        .types("$daypass exec --grace 200ms -- sh -c 'trap \"exit 3\" TERM; sh draws.sh; :'; stty -g >> modes; exit\n");
    let started = home.join("started");
    pids(&started, 1);
    signed_in(home);
    let second = pids(&started, 2)[1];
    let group = look(second).expect("it runs").group.to_string();
    assert!(Command::new("sh").args(["-c", "kill -KILL -$0", &group]).status().expect("a shell").success());
    typist.end();
    let modes = written(&home.join("modes"));
    assert_eq!(modes.len(), 3);
    assert!(modes.iter().all(|one| *one == modes[0]), "{modes:?}");
}
