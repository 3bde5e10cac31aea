//! The few arguments of the desktop app.
//!
//! Invariant: an argument that is not known is an error, not a silent start. What this is not: the terminal; that is the
//! program `daypass`.

use std::ffi::OsString;
use std::process::ExitCode;

/// Starts in the tray, without the window; the autostart entry says so.
pub(crate) const HIDDEN: &str = "--hidden";

/// Windows only, for the program in the tray that has started this one.
pub(crate) const WINDOW: &str = "--window";

const HELP: &str = "\
Daypass in the system tray: broker API tokens at a glance.

Usage: daypass-desktop [OPTIONS]

Options:
      --hidden    Start in the tray, without the window
      --practice  Add a practice account if there is no account yet
  -V, --version   Say the version
  -h, --help      Say this

The terminal program is `daypass`.
";

/// How to start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Without the window.
    pub(crate) hidden: bool,
    /// With a practice account, if there is no account at all.
    pub(crate) practice: bool,
    /// As the process of another one's windows.
    pub(crate) window: bool,
}

/// Something to be said instead of starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// What was asked for.
    Asked(String),
    /// The argument that is not known.
    Unknown(String),
}

impl Options {
    /// From the arguments, without the program's own name.
    pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, Told> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.to_string_lossy().as_ref() {
                HIDDEN => options.hidden = true,
                "--practice" => options.practice = true,
                WINDOW => options.window = true,
                "--version" | "-V" => {
                    return Err(Told::Asked(format!("daypass-desktop {}\n", env!("CARGO_PKG_VERSION"))));
                }
                "--help" | "-h" => return Err(Told::Asked(HELP.into())),
                unknown => return Err(Told::Unknown(unknown.into())),
            }
        }
        Ok(options)
    }
}

impl Told {
    /// Says it; what was asked for is no failure.
    pub(crate) fn say(self) -> ExitCode {
        match self {
            Told::Asked(text) => {
                print!("{text}");
                ExitCode::SUCCESS
            }
            Told::Unknown(argument) => {
                eprintln!(
                    "daypass-desktop: The argument {argument:?} is not known. `daypass-desktop --help` lists them."
                );
                ExitCode::from(2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, Told> {
        Options::read(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_known_arguments_are_understood_and_no_others() {
        assert_eq!(read(&[]), Ok(Options::default()));
        assert_eq!(read(&["--practice", "--hidden"]), Ok(Options { hidden: true, practice: true, window: false }));
        assert_eq!(read(&[WINDOW]), Ok(Options { window: true, ..Options::default() }));
        assert_eq!(read(&["--hiden"]), Err(Told::Unknown("--hiden".into())));
        assert!(matches!(read(&["--version"]), Err(Told::Asked(text)) if text.starts_with("daypass-desktop ")));
        assert!(matches!(read(&["--hidden", "-h"]), Err(Told::Asked(text)) if text.contains("--practice")));
    }
}
