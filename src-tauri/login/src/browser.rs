//! Opens an address in the person's browser.
//!
//! A port ([`Opener`]), because the desktop app has its own way, and the way of the terminal: the platform's
//! own command. The invariant: no message from here contains the address, for it carries the sign-in's state. What this is
//! not: it does not decide whether somebody is there to see the browser.

use async_trait::async_trait;
use daypass_domain::{Problem, Remedy};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use url::Url;

/// A launcher that fails does so within this; one that still runs has handed the address over.
const FAILS_WITHIN: Duration = Duration::from_secs(2);

const NO_BROWSER: Problem = Problem::new(
    "no_browser",
    "No program on this computer opens web addresses.",
    "Copy the link and open it in a browser yourself.",
    Remedy::TryAgain,
);
const BROWSER_FAILED: Problem = Problem::new(
    "browser_failed",
    "The browser did not open.",
    "Copy the link and open it in a browser yourself.",
    Remedy::TryAgain,
);

/// Something that can open an address in a browser.
#[async_trait]
pub trait Opener: Send + Sync {
    /// Opens it, once. `Ok` means that a program has taken the address, not that a person sees it.
    async fn open(&self, url: &Url) -> Result<(), Problem>;
}

/// The platform's own command: `xdg-open` and its relatives, `open`, `explorer`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemOpener;

#[async_trait]
impl Opener for SystemOpener {
    async fn open(&self, url: &Url) -> Result<(), Problem> {
        let mut failure = io::Error::from(ErrorKind::NotFound);
        for command in open::commands(url.as_str()) {
            match hand_over(command.into()).await {
                Ok(()) => return Ok(()),
                // A launcher that is there and fails says more than one that is missing.
                Err(error) if error.kind() != ErrorKind::NotFound => failure = error,
                Err(_) => {}
            }
        }
        Err(problem(&failure))
    }
}

/// Starts a launcher in a process group of its own (a Ctrl+C in the terminal is not meant for the browser) and waits
/// until it has ended well or has run for [`FAILS_WITHIN`].
async fn hand_over(mut launcher: Command) -> io::Result<()> {
    launcher.env_clear().envs(environment()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    launcher.process_group(0);
    let mut child = launcher.spawn()?;
    match tokio::time::timeout(FAILS_WITHIN, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(ErrorKind::Other.into()),
        Ok(ended) => ended.map(drop),
        Err(_) => Ok(()),
    }
}

/// What a program that we start for a person may inherit of our environment: everything but secrets and what is ours.
pub fn environment() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| may_inherit(name))
}

fn may_inherit(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    let ours = name.starts_with("DAYPASS_") || name == "CREDENTIALS_DIRECTORY";
    !ours && !["SECRET", "TOKEN", "PASSPHRASE", "PASSWORD"].iter().any(|word| name.ends_with(word))
}

/// Only the kind of the error is looked at: its text quotes the command, and with it the address.
fn problem(error: &io::Error) -> Problem {
    let problem = if error.kind() == ErrorKind::NotFound { NO_BROWSER } else { BROWSER_FAILED };
    tracing::warn!(code = %problem.code, reason = %error.kind(), "cannot open the browser");
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_inherits_what_is_no_secret() {
        for (name, expected) in [
            ("PATH", true),
            ("DISPLAY", true),
            ("DBUS_SESSION_BUS_ADDRESS", true),
            ("UPSTOX_CLIENT_ID", true),
            ("UPSTOX_CLIENT_SECRET", false),
            ("Upstox_Client_Secret", false),
            ("UPSTOX_ACCESS_TOKEN", false),
            ("DAYPASS_PASSPHRASE", false),
            ("DAYPASS_HOME", false),
            ("CREDENTIALS_DIRECTORY", false),
        ] {
            assert_eq!(may_inherit(OsStr::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_failure_never_quotes_the_address() {
        for (error, code) in [
            (io::Error::new(ErrorKind::NotFound, "\"xdg-open\" \"http://x/?state=s3cr3t\""), "no_browser"),
            (io::Error::other("Launcher \"xdg-open\" \"http://x/?state=s3cr3t\" failed"), "browser_failed"),
        ] {
            let problem = problem(&error);
            assert_eq!(problem.code, code);
            assert!(!format!("{problem} {problem:?}").contains("s3cr3t"));
        }
    }
}
