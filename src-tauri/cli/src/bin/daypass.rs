//! `daypass`: the token at once, or the whole program.
//!
//! The invariant: it only ever shortens the way. Its size is what counts, because the system pays for a large program at
//! each start of it, and bots start this one before each order. What this is not: a place for another verb.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    use std::io::Write;
    if let Some(token) = daypass_terminal::quick::token(std::env::args_os().skip(1)) {
        // A reader that went away is told in the ordinary way, as by any program that writes.
        if writeln!(std::io::stdout(), "{}", token.expose()).is_ok() {
            return ExitCode::SUCCESS;
        }
    }
    let error = daypass_terminal::quick::whole_program();
    let _ = writeln!(std::io::stderr(), "daypass: {error:#}. Install Daypass again.");
    ExitCode::from(1)
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    daypass_terminal::main()
}
