//! The terminal, and who has it.
//!
//! The invariant: it is passed on only by the group that has it; whoever was started in the background, or whose shell has
//! taken it back, leaves it alone. What this is not: a choice of when the program is to have it.

use crate::signals::Signals;
use nix::sys::signal::{SigSet, SigmaskHow, Signal as Blocked};
use rustix::process::{Pid, Signal, getpgrp, kill_current_process_group};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr, tcsetpgrp};
use signal_hook::SigId;
use std::cell::OnceCell;
use std::fs::{File, OpenOptions};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{Signal as Incoming, SignalKind, signal};

/// A terminal at which somebody types.
pub(super) struct Terminal {
    device: File,
    own: Pid,
    at_once: bool,
    /// How it was before the program had it.
    modes: OnceCell<Termios>,
    changed: Incoming,
    /// Ctrl-Z, where it is us who have the terminal. Elsewhere it is not caught: then the system does the right thing.
    stops: Signals,
    continued: Incoming,
    went_on: Arc<AtomicBool>,
    noting: SigId,
}

/// What can happen to a program at a terminal, apart from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A child of ours has changed; it may have been stopped.
    Changed,
    /// We are to stop.
    Stop,
    /// We were stopped, and are to go on.
    Continued,
}

impl Terminal {
    /// Ours, if we have one. Programs ask for passwords there wherever their standard input comes from.
    pub(super) fn here() -> std::io::Result<Option<Self>> {
        let Ok(device) = OpenOptions::new().read(true).write(true).open("/dev/tty") else { return Ok(None) };
        let at_once = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let stops: &[SignalKind] = if at_once { &[] } else { &[SignalKind::from_raw(Signal::TSTP.as_raw())] };
        let went_on = Arc::new(AtomicBool::new(false));
        let noting = signal_hook::flag::register(CONTINUED, went_on.clone())?;
        Ok(Some(Self {
            device,
            own: getpgrp(),
            at_once,
            modes: OnceCell::new(),
            changed: signal(SignalKind::child())?,
            stops: Signals::listen(stops)?,
            continued: signal(SignalKind::from_raw(CONTINUED))?,
            went_on,
            noting,
        }))
    }

    /// Whether the program is to have it without asking. Who stands beside us in a pipeline, as `less` does, may need it more.
    pub(super) fn is_given_at_once(&self) -> bool {
        self.at_once
    }

    /// What happens next.
    pub(super) async fn turns(&mut self) -> Turn {
        tokio::select! {
            _ = self.changed.recv() => Turn::Changed,
            _ = self.stops.any() => Turn::Stop,
            _ = self.continued.recv() => Turn::Continued,
        }
    }

    /// Gives it to another group, if it is ours to give; says whether that group has it now.
    pub(super) fn give(&self, to: Pid) -> bool {
        let modes = tcgetattr(&self.device);
        let given = self.pass(self.own, to);
        if given && let Ok(modes) = modes {
            self.modes.get_or_init(|| modes);
        }
        given || self.is_with(to)
    }

    /// Takes it back, if it is still where it was given to.
    pub(super) fn take(&self, from: Pid) -> bool {
        self.pass(from, self.own)
    }

    /// Makes it as it was before the program had it, which had no time to do so.
    pub(super) fn restore(&self) {
        if let Some(modes) = self.modes.get()
            && self.is_with(self.own)
        {
            unstopped(|| tcsetattr(&self.device, OptionalActions::Now, modes).is_ok());
        }
    }

    /// Stops us and whatever stands beside us; back when somebody has let us go on. Says no if there is no shell to do so,
    /// where the system does not stop us at all.
    pub(super) fn stop(&self, signal: Signal) -> bool {
        // One that cannot be caught would stop us without a shell too, and one that we catch does not stop us.
        let signal = if signal == Signal::TSTP && !self.at_once { Signal::TTIN } else { signal };
        self.went_on.store(false, Ordering::SeqCst);
        let _ = kill_current_process_group(signal);
        self.went_on.load(Ordering::SeqCst)
    }

    fn pass(&self, from: Pid, to: Pid) -> bool {
        self.is_with(from) && unstopped(|| tcsetpgrp(&self.device, to).is_ok())
    }

    fn is_with(&self, group: Pid) -> bool {
        tcgetpgrp(&self.device).ok() == Some(group)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.noting);
    }
}

const CONTINUED: i32 = Signal::CONT.as_raw();

/// Whoever changes a terminal without having it is stopped by SIGTTOU, unless it is blocked.
fn unstopped(change: impl FnOnce() -> bool) -> bool {
    let Ok(before) = SigSet::from(Blocked::SIGTTOU).thread_swap_mask(SigmaskHow::SIG_BLOCK) else { return false };
    let changed = change();
    let _ = before.thread_set_mask();
    changed
}
