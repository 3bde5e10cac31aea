//! Opens the person's own browser, through the shell plugin.
//!
//! Invariant: what is opened is an https address, or an http one on this machine, passed as one argument and never through
//! a shell's syntax, to a program that inherits no secret; the commands are tried in the platform's order until one does
//! not fail. What this is not: a decision to open it.

use crate::backend::{Opener, Problem, Remedy, inheritable};
use async_trait::async_trait;
use std::process::Command;
use std::time::Duration;
use tauri::AppHandle;
use tauri_plugin_shell::ShellExt;
use tauri_plugin_shell::process::CommandEvent;
use tokio::sync::oneshot;
use url::{Host, Url};

/// A launcher that is still running after this has handed the address over: some stay for as long as the browser.
const HANDED_OVER: Duration = Duration::from_secs(2);

/// Code of the problem that no browser could be opened; the terminal's opener has the same.
pub(crate) const NO_BROWSER: &str = "no_browser";

const NOT_OPENED: Problem = Problem::new(
    NO_BROWSER,
    "No browser could be opened.",
    "Copy the sign-in link into your browser, or install one.",
    Remedy::FixSetting,
);

/// Opens addresses on this desktop.
pub(crate) struct Desktop {
    pub(crate) app: AppHandle,
}

#[async_trait]
impl Opener for Desktop {
    async fn open(&self, url: &Url) -> Result<(), Problem> {
        if !may_open(url) {
            return Err(NOT_OPENED.saying("This address is not opened in the browser."));
        }
        for command in open::commands(url.as_str()) {
            if self.hand_over(&command).await {
                return Ok(());
            }
        }
        Err(NOT_OPENED)
    }
}

impl Desktop {
    /// Whether the launcher took the address. Waits up to [`HANDED_OVER`].
    async fn hand_over(&self, command: &Command) -> bool {
        let launcher = self.app.shell().command(command.get_program()).args(command.get_args());
        let launcher = launcher.env_clear().envs(inheritable());
        let Ok((mut events, _child)) = launcher.spawn() else { return false };
        let (tell, ended) = oneshot::channel();
        // Read to its end: a browser that writes to a full pipe would stop.
        tauri::async_runtime::spawn(async move {
            let mut tell = Some(tell);
            while let Some(event) = events.recv().await {
                if let CommandEvent::Terminated(end) = event
                    && let Some(tell) = tell.take()
                {
                    let _ = tell.send(end.code);
                }
            }
        });
        match tokio::time::timeout(HANDED_OVER, ended).await {
            Ok(code) => code == Ok(Some(0)),
            Err(_) => true,
        }
    }
}

/// Plain http leaves this machine readable and changeable by anybody on the way.
fn may_open(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened_and_plain_http_only_here() {
        for (address, expected) in [
            ("https://api.upstox.com/v2/login/authorization/dialog?client_id=x", true),
            ("http://127.0.0.1:40123/v2/login/authorization/dialog", true),
            ("http://localhost:5001/callback", true),
            ("http://[::1]:5001/", true),
            ("http://example.com/", false),
            ("http://localhost.example.com/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(may_open(&address.parse().expect("an address")), expected, "{address}");
        }
    }
}
