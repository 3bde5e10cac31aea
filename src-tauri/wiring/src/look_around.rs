//! A look at this computer: what of it can cost the next session?
//!
//! Each aspect is one small question with one answer and, if it is bad, one thing to do. The invariant: looking changes
//! nothing, and asks nobody for a password. What this is not: a judgement about the token; the manager knows that.

mod reach;

use crate::books::Known;
use crate::clock::RealClock;
use daypass_domain::{Problem, Remedy};
use daypass_manager::check::{Aspect, Finding};
use daypass_manager::view::{AccountView, CalendarState, VaultKind, VaultView};
use hyper_util::client::proxy::matcher::Matcher;
use reach::Hop;
use std::path::{Path, PathBuf};
use url::Url;

/// With less room than this a token, its backups and a day's log may not fit.
const ROOM: u64 = 50 * 1024 * 1024;

/// Where to look.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// Where tokens are kept.
    pub(crate) data: PathBuf,
    /// Where the session's own autostart entries may lie, the user's first.
    pub(crate) autostart: Vec<PathBuf>,
    /// A person can be asked here: this is a desktop, and it has a screen.
    pub(crate) desktop: Option<bool>,
    /// The clock as corrected by the brokers.
    pub(crate) clock: RealClock,
}

/// Everything about one account's next session.
pub(crate) async fn look(around: &Surroundings, known: &Known, seen: (&AccountView, &VaultView)) -> Vec<Finding> {
    let (view, vault) = seen;
    let mut findings = vec![
        port(known).await,
        credentials(known),
        keyring(vault),
        disk(&around.data),
        clock(&around.clock),
        calendar(view),
        network(known.broker.profile().name, known.broker.address(&known.credentials), &reach::proxies()).await,
    ];
    if let Some(screen) = around.desktop {
        findings.push(autostart(&around.autostart));
        findings.push(display(screen));
    }
    findings
}

fn fine(aspect: Aspect, seen: impl Into<String>) -> Finding {
    Finding { aspect, problem: None, risk: false, seen: seen.into() }
}

fn risk(aspect: Aspect, problem: Problem) -> Finding {
    Finding { aspect, seen: problem.what.to_string(), problem: Some(problem), risk: true }
}

fn worth_knowing(aspect: Aspect, problem: Problem) -> Finding {
    Finding { risk: false, ..risk(aspect, problem) }
}

async fn port(known: &Known) -> Finding {
    let redirect_uri = &known.credentials.account.redirect_uri;
    let port = redirect_uri.port();
    match daypass_login::is_free(redirect_uri, known.broker.profile().name).await {
        Ok(()) => fine(Aspect::Port, format!("{port} is free")),
        Err(problem) => risk(Aspect::Port, problem),
    }
}

fn credentials(known: &Known) -> Finding {
    match known.broker.check(&known.credentials) {
        Ok(()) => fine(Aspect::Credentials, "complete"),
        Err(problem) => risk(Aspect::Credentials, problem),
    }
}

fn keyring(vault: &VaultView) -> Finding {
    match (&vault.problem, vault.kind) {
        (Some(problem), _) => risk(Aspect::Keyring, problem.clone()),
        (None, VaultKind::Locked) => risk(Aspect::Keyring, KEYRING_LOCKED),
        (None, VaultKind::Keyring) => fine(Aspect::Keyring, "open"),
        (None, VaultKind::Passphrase) => fine(Aspect::Keyring, "none is needed: a passphrase opens the vault"),
        (None, VaultKind::Memory) => fine(Aspect::Keyring, "tokens are in memory only"),
    }
}

#[cfg(unix)]
fn disk(folder: &Path) -> Finding {
    match rustix::fs::statvfs(folder) {
        Ok(stat) if stat.f_bavail.saturating_mul(stat.f_frsize) < ROOM => risk(Aspect::Disk, DISK_FULL),
        Ok(_) => fine(Aspect::Disk, "has room"),
        Err(error) => risk(Aspect::Disk, DISK_UNREADABLE.quoting(&error.to_string())),
    }
}

#[cfg(not(unix))]
fn disk(folder: &Path) -> Finding {
    match std::fs::metadata(folder) {
        Ok(_) => fine(Aspect::Disk, "is there"),
        Err(error) => risk(Aspect::Disk, DISK_UNREADABLE.quoting(&error.to_string())),
    }
}

fn clock(clock: &RealClock) -> Finding {
    let behind = clock.behind();
    if behind.is_zero() {
        return fine(Aspect::Clock, "agrees with the brokers'");
    }
    let side = if behind > chrono::Duration::zero() { "slow" } else { "fast" };
    // An answer's `Date` has whole seconds: by the minute it is exact enough where it is hours.
    let by = match behind.abs() {
        off if off < chrono::Duration::minutes(10) => format!("{} s", off.num_seconds()),
        off => daypass_domain::span(off + chrono::Duration::seconds(30)),
    };
    // The brokers' time is used meanwhile, so that nothing is lost by it.
    worth_knowing(Aspect::Clock, CLOCK_OFF.saying(format!("This computer's clock is {by} {side}.")))
}

fn calendar(view: &AccountView) -> Finding {
    let names = view.calendar.exchanges.join(", ");
    match (view.calendar.state, &view.calendar.problem) {
        (CalendarState::Fresh, _) => fine(Aspect::Calendar, format!("{names}: confirmed by the broker")),
        (CalendarState::BuiltIn, None) => fine(Aspect::Calendar, format!("{names}: built in")),
        (_, Some(problem)) => worth_knowing(Aspect::Calendar, problem.clone().advising(CALENDAR_ADVICE)),
        (CalendarState::Stale, None) => worth_knowing(Aspect::Calendar, CALENDAR_OLD),
    }
}

async fn network(name: &str, url: Option<Url>, proxies: &Matcher) -> Finding {
    let Some(url) = url else {
        return fine(Aspect::Network, "not looked at: the account is not complete");
    };
    let hop = Hop::towards(&url, proxies);
    match (hop.connects().await, hop.is_proxy) {
        (true, false) => fine(Aspect::Network, format!("{name} can be reached")),
        (true, true) => fine(Aspect::Network, format!("the proxy towards {name} can be reached")),
        (false, false) => risk(Aspect::Network, UNREACHABLE.saying(format!("{name} cannot be reached from here."))),
        (false, true) => risk(
            Aspect::Network,
            UNREACHABLE.saying(format!("The proxy towards {name} cannot be reached from here.")).advising(PROXY_ADVICE),
        ),
    }
}

fn autostart(places: &[PathBuf]) -> Finding {
    // The user's own entry overrides the system's, and a hidden one counts as none.
    let entry = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    let on = entry.is_some_and(|entry| !entry.lines().any(|line| line.trim().eq_ignore_ascii_case("hidden=true")));
    if on { fine(Aspect::Autostart, "on") } else { worth_knowing(Aspect::Autostart, NO_AUTOSTART) }
}

fn display(screen: bool) -> Finding {
    if screen { fine(Aspect::Display, "there") } else { risk(Aspect::Display, NO_DISPLAY) }
}

const CALENDAR_ADVICE: &str = "Daypass goes by the days that it knows; an unknown day counts as a trading day.";

const KEYRING_LOCKED: Problem = Problem::new(
    "keyring_locked",
    "The keyring is locked.",
    "Unlock it; stored tokens cannot be read until then.",
    Remedy::FixSetting,
);
const DISK_FULL: Problem =
    Problem::new("disk_full", "The disk is nearly full.", "Make room: a new token must be stored.", Remedy::FixSetting);
const DISK_UNREADABLE: Problem = Problem::new(
    "disk_unreadable",
    "The folder in which tokens are kept cannot be read.",
    "See whether it is there and yours.",
    Remedy::FixSetting,
);
const CLOCK_OFF: Problem = Problem::new(
    "clock_off",
    "",
    "Set it to network time; Daypass goes by the broker's meanwhile.",
    Remedy::FixSetting,
);
const CALENDAR_OLD: Problem =
    Problem::new("calendar_old", "The broker's calendar is more than a week old.", CALENDAR_ADVICE, Remedy::TryAgain);
const UNREACHABLE: Problem = Problem::new(
    "unreachable",
    "",
    "See whether this computer is online, and whether a VPN or a firewall is in the way.",
    Remedy::TryAgain,
);
const PROXY_ADVICE: &str = "See whether this computer is online, and whether HTTPS_PROXY or ALL_PROXY is right.";
const NO_AUTOSTART: Problem = Problem::new(
    "no_autostart",
    "Daypass does not start with your session.",
    "Switch it on in Settings, or start Daypass yourself after a restart.",
    Remedy::FixSetting,
);
const NO_DISPLAY: Problem = Problem::new(
    "no_display",
    "There is no screen on which Daypass could ask you.",
    "Sign in with daypass sign-in --no-browser before the open.",
    Remedy::FixSetting,
);

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn a_hidden_entry_is_no_autostart_and_the_users_own_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let places = [folder.path().join("own.desktop"), folder.path().join("system.desktop")];
        assert!(autostart(&places).problem.is_some(), "no entry at all");
        std::fs::write(&places[1], "[Desktop Entry]\nExec=daypass-desktop\n").expect("written");
        assert!(autostart(&places).problem.is_none(), "the system's");
        std::fs::write(&places[0], "[Desktop Entry]\nHidden=true\n").expect("written");
        assert!(autostart(&places).problem.is_some(), "switched off by its user");
    }

    #[test]
    fn a_clock_that_is_off_is_worth_knowing_and_no_risk() {
        let real = RealClock::default();
        assert!(clock(&real).problem.is_none());
        real.heard(real.asking(), chrono::Duration::seconds(3_000));
        let finding = clock(&real);
        assert_eq!(finding.seen, "This computer's clock is 50 min slow.");
        assert!(!finding.risk);
    }

    #[tokio::test]
    async fn behind_a_proxy_it_is_the_proxy_that_is_connected_to() {
        let proxy = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxies = reach::tests::only(&format!("http://{}", proxy.local_addr().expect("its address")));
        let broker = || "https://api.broker.invalid/".parse().ok();
        let finding = network("Upstox", broker(), &proxies).await;
        assert_eq!((finding.risk, finding.seen.as_str()), (false, "the proxy towards Upstox can be reached"));
        drop(proxy);
        let finding = network("Upstox", broker(), &proxies).await;
        assert_eq!(
            (finding.risk, finding.seen.as_str()),
            (true, "The proxy towards Upstox cannot be reached from here.")
        );
    }

    #[test]
    fn a_folder_that_is_gone_is_a_risk() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(disk(folder.path()).problem.is_none());
        assert!(disk(&folder.path().join("gone")).risk);
    }
}
