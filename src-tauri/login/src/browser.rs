//! Opens an address in the person's browser.
//!
//! A port ([`Opener`]), because the desktop app has its own way, and the way of the terminal: the platform's own
//! command. The invariant: no message from here contains the address, for it carries the sign-in's state. What this is
//! not: it does not decide whether somebody is there to see the browser.

use async_trait::async_trait;
use daypass_domain::{Problem, Remedy};
use std::io::{self, ErrorKind};
use std::time::Duration;
use tokio::task::spawn_blocking;
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
        let address = url.as_str().to_owned();
        let opened = spawn_blocking(move || open::that_detached_with_timeout(address, FAILS_WITHIN)).await;
        opened.unwrap_or_else(|_| Err(ErrorKind::Other.into())).map_err(|error| problem(&error))
    }
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
