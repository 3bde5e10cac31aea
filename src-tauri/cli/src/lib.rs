//! `daypass`: the terminal, and the headless service.
//!
//! It links no GUI library and decides nothing: it asks whoever owns the data folder, over the socket, and turns the
//! answer into words and an exit code.
//!
//! Two programs are made of it. `daypass` answers `daypass token`, which bots call before each order, with next to nothing
//! in it; for everything else it becomes `daypass-full`, which has the rest (`quick`).

mod args;
mod bots;
mod doctor;
#[cfg(unix)]
mod exec;
mod exit;
mod history;
mod out;
#[cfg(unix)]
pub mod quick;
mod serve;
mod sign_in;
#[cfg(unix)]
mod signals;
mod verbs;

use args::{Args, Verb};
use clap::{CommandFactory, Parser};
use std::io::Write;
use std::process::ExitCode;

/// Everything that the terminal can do.
pub fn main() -> ExitCode {
    let args = Args::parse();
    if let Verb::Completions { shell } = args.verb {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "daypass", &mut script);
        // A reader that went away (`| head`) is no error worth a word.
        let _ = std::io::stdout().write_all(&script);
        return ExitCode::SUCCESS;
    }
    // One thread is enough for a question; the service makes its own blocking lanes.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::tell(&anyhow::Error::new(error)),
    };
    match runtime.block_on(verbs::run(args.verb)) {
        Ok(code) => code,
        Err(error) => exit::tell(&error),
    }
}
