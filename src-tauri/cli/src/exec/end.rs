//! Our own end.
//!
//! The invariant: it looks like the program's, to a shell and to a supervisor. What this is not: the end of the program.

use rustix::process::{Resource, Rlimit, Signal, getpid, setrlimit};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

/// Ends as the program has. The last thing to do: what is not put in order by now never will be.
///
/// bash stops a script at Ctrl-C only if what it waits for has died of that signal; a status of 130 does not do.
pub(super) fn like(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal().filter(|signal| ends(*signal))
        // The first process of a container does not die of its own signals.
        && !getpid().is_init()
        && no_core_dump()
    {
        // Comes back only if it does not know the signal.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
    }
    let code = status.code().or_else(|| Some(128 + status.signal()?)).and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(u8::MAX))
}

/// Whether whoever sends this wants an end.
pub(super) fn ends(signal: i32) -> bool {
    [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP].map(Signal::as_raw).contains(&signal)
}

/// QUIT writes the memory to disk, where the token would outlive us.
fn no_core_dump() -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A limit does not hold for a core dump that goes to a program.
        if set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err() {
            return false;
        }
    }
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_ok()
}
