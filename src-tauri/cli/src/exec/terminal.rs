//! The terminal, and who has it.
//!
//! The invariant: it is passed on only by the group that has it; whoever was started in the background, or whose shell has
//! taken it back, leaves it alone. What this is not: a choice of who is to have it.

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use std::io::IsTerminal;
use tokio::signal::unix::{Signal as Incoming, SignalKind, signal};

/// A terminal at which somebody types.
pub(super) struct Terminal {
    own: Pid,
    changed: Incoming,
    continued: Incoming,
}

/// What can happen to a program at a terminal, apart from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A child of ours has changed; it may have been stopped.
    Changed,
    /// We were stopped, and are to go on.
    Continued,
}

impl Terminal {
    /// The one on standard input, if it is one.
    pub(super) fn here() -> std::io::Result<Option<Self>> {
        if !std::io::stdin().is_terminal() {
            return Ok(None);
        }
        let (changed, continued) = (signal(SignalKind::child())?, signal(SignalKind::from_raw(CONTINUED))?);
        Ok(Some(Self { own: getpgrp(), changed, continued }))
    }

    /// What happens next.
    pub(super) async fn turns(&mut self) -> Turn {
        tokio::select! {
            _ = self.changed.recv() => Turn::Changed,
            _ = self.continued.recv() => Turn::Continued,
        }
    }

    /// Gives it to another group, if it is ours to give.
    pub(super) fn give(&self, to: Pid) -> bool {
        pass(self.own, to)
    }

    /// Takes it back, if it is still where it was given to.
    pub(super) fn take(&self, from: Pid) -> bool {
        pass(from, self.own)
    }
}

const CONTINUED: i32 = rustix::process::Signal::CONT.as_raw();

fn pass(from: Pid, to: Pid) -> bool {
    let terminal = std::io::stdin();
    if tcgetpgrp(&terminal).ok() != Some(from) {
        return false;
    }
    // Whoever does this without having the terminal is stopped by SIGTTOU, unless it is blocked.
    let Ok(before) = SigSet::from(Signal::SIGTTOU).thread_swap_mask(SigmaskHow::SIG_BLOCK) else { return false };
    let passed = tcsetpgrp(&terminal, to).is_ok();
    let _ = before.thread_set_mask();
    passed
}
