//! Daypass in the system tray.
//!
//! Invariant: nothing happens before the arguments are understood. What this is not: anything else; `run.rs` starts it.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod acts;
mod autostart;
mod backend;
mod browser;
mod clipboard;
mod commands;
mod export;
#[cfg(target_os = "linux")]
mod freedesktop;
mod host;
mod icons;
mod new_key;
mod notifier;
mod options;
#[cfg(target_os = "linux")]
mod pane;
mod run;
mod tray;
mod tray_icon;
mod window;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    match options::Options::read(std::env::args_os().skip(1)) {
        #[cfg(target_os = "linux")]
        Ok(options) if options.window => pane::run(),
        Ok(options) => run::run(options),
        Err(told) => told.say(),
    }
}
