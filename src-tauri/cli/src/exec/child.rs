//! The program that runs, and the signals that are meant for it.
//!
//! The invariant: it has a group of its own: each signal that we get is passed on to all of it, and what a person types
//! reaches it once. It has the terminal, at once or as soon as it asks. What this is not: a choice of what to do about a
//! rotation.

use super::end::ends;
use super::tell;
use super::terminal::{Terminal, Turn};
use crate::signals::Signals;
use daypass_wiring::HandedOut;
use daypass_wiring::domain::{Problem, Remedy};
use daypass_wiring::{Code, Refused};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_current_process_group, kill_process_group, test_kill_process_group, waitid,
};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::process::Command;

/// How often is looked whether what it has left behind has ended.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A running program.
pub(super) struct Child {
    process: tokio::process::Child,
    group: Pid,
    terminal: Option<Terminal>,
    /// It has asked for a terminal that nobody can give it, and was told to end for that.
    asked_in_vain: bool,
}

impl Child {
    /// Starts it with the token where the broker's official client looks for it.
    pub(super) fn start(command: &[OsString], out: &HandedOut) -> anyhow::Result<Self> {
        Self::start_at(Terminal::here()?, command, out)
    }

    /// Starts the next one in its place.
    pub(super) fn follow(mut self, command: &[OsString], out: &HandedOut) -> anyhow::Result<Self> {
        Self::start_at(self.terminal.take(), command, out)
    }

    fn start_at(terminal: Option<Terminal>, command: &[OsString], out: &HandedOut) -> anyhow::Result<Self> {
        let Some((program, args)) = command.split_first() else {
            return Err(no_such("", "there is no command").into());
        };
        let mut started = Command::new(program);
        started.args(args).env(&*out.about.env, out.token.expose());
        started
            .env("DAYPASS_ACCOUNT", out.about.account.as_str())
            .env("DAYPASS_GENERATION", out.about.generation.to_string());
        // A program that outlives us would keep its token for ever.
        started.kill_on_drop(true).process_group(0);
        let process =
            started.spawn().map_err(|error| no_such(&program.to_string_lossy(), &error.kind().to_string()))?;
        let pid = process.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let group = pid.ok_or_else(|| no_such(&program.to_string_lossy(), "it has no number"))?;
        let child = Self { process, group, terminal, asked_in_vain: false };
        if child.is_given_terminal_at_once() {
            // Where it has been stopped already, for asking before it had it, we hear of that.
            child.give_terminal();
        }
        Ok(child)
    }

    /// Its end. Until then it stops and goes on together with us.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
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
                    let (typed, status) = (self.take_terminal(), status?);
                    let wish = status.signal().and_then(Signal::from_named_raw);
                    if wish.is_some() {
                        self.restore_terminal();
                    }
                    if let Some(wish @ (Signal::INT | Signal::QUIT)) = wish && typed {
                        // The script that we stand in hears of Ctrl-C from the terminal, but did not have it.
                        let _ = kill_current_process_group(wish);
                    }
                    return Ok(status);
                }
                turn = turns => turn,
            };
            match turn {
                Turn::Changed => self.stop_with_it(),
                // Once it has stopped, so do we.
                Turn::Stop => self.send(Signal::TSTP),
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

    /// Asks it and all that it has started to end, and ends what does not. Gives its end if nothing is to follow: whoever
    /// wants us to end meanwhile wants no other program, and who says so twice does not want to wait either.
    pub(super) async fn stop(&mut self, grace: Duration, signals: &mut Signals) -> std::io::Result<Option<ExitStatus>> {
        // What is typed from now on is meant for us as well: it may be the wish for an end.
        self.take_terminal();
        self.send(Signal::TERM);
        // A stopped one cannot end.
        self.send(Signal::CONT);
        let limit = tokio::time::sleep(grace);
        tokio::pin!(limit);
        let mut last = false;
        let gone = loop {
            tokio::select! {
                biased;
                gone = self.all_gone() => { gone?; break true }
                () = &mut limit => break false,
                signal = signals.any() => {
                    if last && ends(signal) {
                        break false;
                    }
                    last |= ends(signal);
                    self.tell(signal);
                }
            }
        };
        if !gone {
            // Two of one bot would trade twice.
            self.send(Signal::KILL);
        }
        let status = self.ended().await?;
        if !gone {
            // The shell around it may have ended in its own way before.
            self.restore_terminal();
        }
        Ok(Some(status).filter(|_| last))
    }

    /// The end of it and of whatever it has started: a shell is gone before the bot in it has closed its positions.
    async fn all_gone(&mut self) -> std::io::Result<()> {
        self.ended().await?;
        while self.has_left_some() {
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(())
    }

    fn has_left_some(&self) -> bool {
        // As the first process of a container we inherit them, and somebody has to see that they have ended.
        while let Ok(Some(_)) = waitid(WaitId::Pgid(Some(self.group)), WaitIdOptions::EXITED | WaitIdOptions::NOHANG) {}
        test_kill_process_group(self.group).is_ok()
    }

    /// Ctrl-Z stops the whole job: the program, then us with whatever stands beside us in a pipeline, so that the shell
    /// takes over.
    fn stop_with_it(&mut self) {
        let looked = waitid(WaitId::Pid(self.group), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
        let stopping = looked.ok().flatten().and_then(|status| status.stopping_signal());
        let Some(signal) = stopping.and_then(Signal::from_named_raw) else { return };
        let asked = [Signal::TTIN, Signal::TTOU].contains(&signal);
        if asked && self.give_terminal() {
            // It only lacked the terminal, or got it at the very moment in which it asked.
            return self.send(Signal::CONT);
        }
        self.take_terminal();
        let stopped = self.terminal.as_ref().is_some_and(|it| it.stop(if asked { signal } else { Signal::TSTP }));
        if signal == Signal::TSTP && !stopped {
            // There is no shell.
            self.go_on();
        }
        if asked && !stopped && !std::mem::replace(&mut self.asked_in_vain, true) {
            // Where it ran alone, the system would refuse what it asks for.
            tell("the program asks for the terminal, and there is no shell to give it; it is told to end.");
            self.send(Signal::TERM);
            self.send(Signal::CONT);
        }
    }

    fn go_on(&self) {
        if self.is_given_terminal_at_once() {
            self.give_terminal();
        }
        self.send(Signal::CONT);
    }

    fn is_given_terminal_at_once(&self) -> bool {
        self.terminal.as_ref().is_some_and(Terminal::is_given_at_once)
    }

    fn restore_terminal(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.restore();
        }
    }

    /// Gives it the terminal; says whether it has it now.
    fn give_terminal(&self) -> bool {
        self.terminal.as_ref().is_some_and(|terminal| terminal.give(self.group))
    }

    /// Takes it back; says whether the program had it.
    fn take_terminal(&self) -> bool {
        self.terminal.as_ref().is_some_and(|terminal| terminal.take(self.group))
    }

    fn send(&self, signal: Signal) {
        // One that has just ended needs no signal any more.
        let _ = kill_process_group(self.group, signal);
    }
}

fn no_such(program: &str, why: &str) -> Refused {
    let problem = Problem::new("cannot_run", "", "Check its name and path.", Remedy::FixSetting)
        .saying(format!("The program \"{program}\" cannot be started: {why}."));
    Refused { code: Code::CannotStart, problem }
}
