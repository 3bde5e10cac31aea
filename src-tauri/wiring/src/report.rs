//! A report for whoever helps: how the program and its accounts stand, what was set, and the newest lines of the log.
//!
//! Invariant: no secret and no person's name at the broker is in it, whatever the log or a broker has said. What this is
//! not: sent anywhere; it goes to the clipboard or the terminal, and its reader decides.

use daypass_api::LogLine;
use daypass_domain::redact;
use daypass_manager::view::{AccountView, Snapshot};
use serde_json::Value;
use std::fmt::Write;

const USER: &str = "[user]";

/// The whole text.
pub(crate) fn write(seen: &Snapshot, settings: &Value, log: &[LogLine]) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    say(format!("Daypass {} on {} {}, {}", seen.version, std::env::consts::OS, std::env::consts::ARCH, system()));
    say(format!(
        "At {}, clock off by {} s, vault {:?}",
        seen.now.to_rfc3339(),
        seen.clock_off_seconds,
        seen.vault.kind
    ));
    if let Some(problem) = &seen.vault.problem {
        say(format!("Vault: {problem}"));
    }
    for note in &seen.notes {
        say(format!("Note about {}: {}", note.about, note.problem));
    }
    say(String::new());
    seen.accounts.iter().for_each(|account| say(of_account(account)));
    say(String::new());
    say("Settings that are not the default:".to_owned());
    set(settings).for_each(&mut say);
    say(String::new());
    say(format!("The newest {} lines of the log, the newest first:", log.len()));
    for line in log {
        say(format!("{} {:5} {}", line.at.to_rfc3339(), line.level, line.text));
    }
    let users = seen.accounts.iter().filter_map(|account| account.user.as_deref()).filter(|user| !user.is_empty());
    redact(&users.fold(text, |text, user| text.replace(user, USER))).into_owned()
}

fn of_account(account: &AccountView) -> String {
    let mut line = format!("Account {} at {}: {:?}, {:?}", account.id, account.broker, account.standing, account.level);
    let mut add = |what: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(line, "; {what} {value}");
        }
    };
    add("held until", account.held_until.map(|at| at.to_rfc3339()));
    add("ended at", account.ended_at.map(|at| at.to_rfc3339()));
    add("asked", account.last_probe.as_ref().map(|probe| format!("{} ({:?})", probe.at.to_rfc3339(), probe.outcome)));
    add("silent since", account.silent_since.map(|at| at.to_rfc3339()));
    add("next", Some(format!("{:?}", account.next)));
    add("work", account.work.as_ref().map(|work| format!("{:?}", work.kind)));
    add("trouble", account.trouble.as_ref().map(ToString::to_string));
    add("saved", Some(format!("{:?}, {} backups", account.saved.state, account.saved.backups)));
    add("failures", (account.failures > 0).then(|| account.failures.to_string()));
    add("missing", (!account.missing.is_empty()).then(|| account.missing.join(", ")));
    add(
        "ready",
        account.readiness.as_ref().map(|ready| format!("{:?} {}", ready.state, ready.why.clone().unwrap_or_default())),
    );
    add("bots", (!account.bots.is_empty()).then(|| account.bots.len().to_string()));
    line
}

/// `check_every_minutes = 10 (config.yaml)`. An account's own fields are not in it.
fn set(settings: &Value) -> impl Iterator<Item = String> {
    let all = settings["settings"].as_array().into_iter().flatten();
    let changed = all.filter(|one| one["value"] != one["default"]);
    changed.map(|one| {
        let source = &one["source"];
        let place = source["text"].as_str().or_else(|| source["kind"].as_str()).unwrap_or_default();
        format!("  {} = {} ({place})", one["key"].as_str().unwrap_or_default(), one["value"])
    })
}

/// What the system calls itself, and the desktop.
fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown system");
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_else(|_| "no desktop named".to_owned());
    let session = std::env::var("XDG_SESSION_TYPE").unwrap_or_else(|_| "no session named".to_owned());
    format!("{}, {desktop}, {session}", name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use daypass_api::scripted;
    use daypass_domain::{Moment, Secret};
    use serde_json::json;

    #[test]
    fn a_report_says_how_things_stand_and_names_nobody() {
        let secret = Secret::new("report-marker-secret");
        let now = Moment::UNIX_EPOCH;
        let account = AccountView { user: Some("AB1234".into()), ..scripted::account("upstox", now) };
        let settings = json!({"settings": [
            {"key": "attempts", "value": 5, "default": 3, "source": {"kind": "config", "text": "config.yaml line 2"}},
            {"key": "lead_minutes", "value": 60, "default": 60, "source": {"kind": "default"}},
        ]});
        let said = "AB1234 signed in with report-marker-secret".to_owned();
        let log = [LogLine { at: now, level: "info".into(), text: said }];
        let report = write(&scripted::snapshot(now, vec![account]), &settings, &log);
        assert!(
            report.contains("Account upstox at") && report.contains("attempts = 5 (config.yaml line 2)"),
            "{report}"
        );
        assert!(report.contains("[user] signed in with [redacted]") && !report.contains("lead_minutes"), "{report}");
        assert!(!report.contains("AB1234") && !report.contains("report-marker-secret"), "{report}");
        drop(secret);
    }
}
