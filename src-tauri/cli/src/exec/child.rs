//! The program that runs, and the signals that are meant for it.
//!
//! The invariant: it has a group of its own, which has the terminal if there is one: what a person types there reaches it
//! once, and each signal that we get is passed on to all of it. What this is not: a choice of what to do about a rotation.

use super::terminal::{Terminal, Turn};
use daypass_wiring::HandedOut;
use daypass_wiring::domain::{Problem, Remedy};
use daypass_wiring::{Code, Refused};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process_group, waitid};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;
use tokio::process::Command;

/// A running program.
pub(super) struct Child {
    process: tokio::process::Child,
    group: Pid,
    terminal: Option<Terminal>,
}

impl Child {
    /// Starts it with the token where the broker's official client looks for it.
    pub(super) fn start(command: &[OsString], out: &HandedOut) -> anyhow::Result<Self> {
        let Some((program, args)) = command.split_first() else {
            return Err(no_such("", "there is no command").into());
        };
        let terminal = Terminal::here()?;
        let mut started = Command::new(program);
        started.args(args).env(&*out.env, out.token.expose());
        started.env("DAYPASS_ACCOUNT", out.account.as_str()).env("DAYPASS_GENERATION", out.generation.to_string());
        // A program that outlives us would keep its token for ever.
        started.kill_on_drop(true).process_group(0);
        let process =
            started.spawn().map_err(|error| no_such(&program.to_string_lossy(), &error.kind().to_string()))?;
        let pid = process.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let group = pid.ok_or_else(|| no_such(&program.to_string_lossy(), "it has no number"))?;
        let child = Self { process, group, terminal };
        if child.give_terminal() {
            // It may have been stopped already, for asking before it had it.
            child.send(Signal::CONT);
        }
        Ok(child)
    }

    /// Its end, as ours. Until then it stops and goes on together with us.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitCode> {
        loop {
            let turns = async {
                match &mut self.terminal {
                    Some(terminal) => terminal.turns().await,
                    None => std::future::pending().await,
                }
            };
            let turn = tokio::select! {
                biased;
                status = self.process.wait() => {
                    self.take_terminal();
                    return Ok(code(status?));
                }
                turn = turns => turn,
            };
            match turn {
                Turn::Changed => self.stop_with_it(),
                Turn::Continued => self.go_on(),
            }
        }
    }

    /// Passes a signal on.
    pub(super) fn tell(&self, number: i32) {
        if let Some(signal) = Signal::from_named_raw(number) {
            self.send(signal);
        }
    }

    /// Asks it to end, and ends it if it does not.
    pub(super) async fn stop(&mut self, grace: Duration) -> std::io::Result<()> {
        self.send(Signal::TERM);
        // A stopped one cannot end.
        self.send(Signal::CONT);
        if tokio::time::timeout(grace, self.ended()).await.is_err() {
            self.send(Signal::KILL);
            self.ended().await?;
        }
        // Whatever it has started and left behind: two of one bot would trade twice.
        self.send(Signal::KILL);
        Ok(())
    }

    /// Ctrl-Z stops the whole job: the program, then us with whatever stands beside us in a pipeline, so that the shell
    /// takes over.
    fn stop_with_it(&self) {
        let looked = waitid(WaitId::Pid(self.group), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
        let stopping = looked.ok().flatten().and_then(|status| status.stopping_signal());
        let Some(signal) = stopping.and_then(Signal::from_named_raw) else { return };
        let asked = [Signal::TTIN, Signal::TTOU].contains(&signal);
        if asked && self.give_terminal() {
            // It only lacked the terminal, which is with us: a shell has given it.
            return self.send(Signal::CONT);
        }
        self.take_terminal();
        // One that cannot be caught would stop us where there is no shell to let us go on.
        let _ = kill_current_process_group(if asked { signal } else { Signal::TSTP });
        if signal == Signal::TSTP {
            // Here again, or never stopped, because there is no shell.
            self.go_on();
        }
    }

    fn go_on(&self) {
        self.give_terminal();
        self.send(Signal::CONT);
    }

    /// Gives it the terminal; says whether it was ours to give.
    fn give_terminal(&self) -> bool {
        self.terminal.as_ref().is_some_and(|terminal| terminal.give(self.group))
    }

    fn take_terminal(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.take(self.group);
        }
    }

    fn send(&self, signal: Signal) {
        // One that has just ended needs no signal any more.
        let _ = kill_process_group(self.group, signal);
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
