//! How a program under `daypass exec` is ended and told, at a rotation and by signals.
//!
//! The invariant: no two of one program at the same time, and none that nobody wants any more. What this is not: what a
//! person does at a terminal.
#![cfg(target_os = "linux")]

mod owner;

use owner::command;
use owner::running::{house, lines, run};
use owner::service::tell;
use std::process::{Command, Stdio};

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
    assert_eq!(running.0.wait().expect("its end").code(), Some(143));
}
