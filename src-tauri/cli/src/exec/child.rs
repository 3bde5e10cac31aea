//! The program that runs, and the signals that are meant for it.
//!
//! The invariant: what a person types at the terminal reaches the program once. There the system itself tells it of
//! Ctrl-C; elsewhere the program has a group of its own, and each signal is passed on to all of it. What this is not: a
//! choice of what to do about a rotation.

use daypass_wiring::HandedOut;
use daypass_wiring::domain::{Problem, Remedy};
use daypass_wiring::{Code, Refused};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;
use tokio::process::Command;

/// A running program.
pub(super) struct Child {
    process: tokio::process::Child,
    pid: Option<Pid>,
    at_terminal: bool,
}

impl Child {
    /// Starts it with the token where the broker's official client looks for it.
    pub(super) fn start(command: &[OsString], out: &HandedOut) -> anyhow::Result<Self> {
        let Some((program, args)) = command.split_first() else {
            return Err(no_such("", "there is no command").into());
        };
        let at_terminal = std::io::stdin().is_terminal();
        let mut started = Command::new(program);
        started.args(args).env(&*out.env, out.token.expose());
        started.env("DAYPASS_ACCOUNT", out.account.as_str()).env("DAYPASS_GENERATION", out.generation.to_string());
        // A program that outlives us would keep its token for ever.
        started.kill_on_drop(true);
        if !at_terminal {
            started.process_group(0);
        }
        let process =
            started.spawn().map_err(|error| no_such(&program.to_string_lossy(), &error.kind().to_string()))?;
        let pid = process.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        Ok(Self { process, pid, at_terminal })
    }

    /// Its end, as ours.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitCode> {
        Ok(code(self.process.wait().await?))
    }

    /// Passes a signal on.
    pub(super) fn tell(&self, number: i32) {
        let typed = [Signal::INT.as_raw(), Signal::QUIT.as_raw()].contains(&number);
        if self.at_terminal && typed {
            return;
        }
        let (Some(pid), Some(signal)) = (self.pid, Signal::from_named_raw(number)) else { return };
        // One that has just ended needs no signal any more.
        let _ = if self.at_terminal { kill_process(pid, signal) } else { kill_process_group(pid, signal) };
    }

    /// Asks it to end, and ends it if it does not.
    pub(super) async fn stop(&mut self, grace: Duration) -> std::io::Result<()> {
        self.tell(Signal::TERM.as_raw());
        if tokio::time::timeout(grace, self.process.wait()).await.is_err() {
            self.tell(Signal::KILL.as_raw());
            self.process.wait().await?;
        }
        if !self.at_terminal {
            // Whatever it has started and left behind: two of one bot would trade twice.
            self.tell(Signal::KILL.as_raw());
        }
        Ok(())
    }
}

fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(128 + status.signal()?)).and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(u8::MAX))
}

fn no_such(program: &str, why: &str) -> Refused {
    let problem = Problem::new("cannot_run", "", "Check its name and path.", Remedy::FixSetting)
        .saying(format!("The program \"{program}\" cannot be started: {why}."));
    Refused { code: Code::CannotStart, problem }
}
