//! `daypass doctor`: will the next session be ready, and if not, what is to be done?
//!
//! The owner looks and judges; here it becomes lines. The invariant: a risk is an exit code that a script can act on.

use crate::verbs::{ask_owner, println};
use daypass_wiring::check::Aspect;
use daypass_wiring::view::{AccountView, Ready};
use daypass_wiring::{Code, Problem, Refused, Remedy};
use std::fmt::Write as _;

/// Looks at everything about one account's next session.
pub(crate) async fn doctor(account: Option<String>, json: bool) -> anyhow::Result<()> {
    let (client, id) = ask_owner(account).await?;
    client.look_around(&id).await?;
    let snapshot = client.snapshot().await?;
    let Some(view) = snapshot.accounts.iter().find(|view| view.id == id.as_str()) else { return Ok(()) };
    if json {
        let picture = serde_json::json!({ "account": view.id, "readiness": view.readiness, "check": view.check });
        println(&serde_json::to_string_pretty(&picture)?)?;
    } else {
        println(page(view).trim_end())?;
    }
    let ready = view.readiness.as_ref().is_none_or(|stands| stands.state == Ready::Ready);
    if ready { Ok(()) } else { Err(Refused { code: Code::PersonNeeded, problem: NOT_READY }.into()) }
}

fn page(view: &AccountView) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "{}", verdict(view));
    for finding in view.check.iter().flat_map(|check| &check.findings) {
        let mark = match (&finding.problem, finding.risk) {
            (None, _) => "ok  ",
            (Some(_), false) => "note",
            (Some(_), true) => "RISK",
        };
        let _ = writeln!(page, "  {mark}  {:<12} {}", name(finding.aspect), finding.seen);
        if let Some(problem) = &finding.problem {
            let _ = writeln!(page, "        {:<12} {}", "", problem.todo);
        }
    }
    page
}

fn verdict(view: &AccountView) -> String {
    let label = &view.label;
    let Some(stands) = &view.readiness else { return format!("{label}: no session is known to come.") };
    let zone: chrono_tz::Tz = view.day.zone.parse().unwrap_or(chrono_tz::UTC);
    let opens = stands.opens.with_timezone(&zone).format("%a %d %b %H:%M");
    let word = match stands.state {
        Ready::Ready => "ready",
        Ready::AtRisk => "at risk",
        Ready::NotReady => "not ready",
    };
    let why = stands.why.as_deref().map(|why| format!(" {why}")).unwrap_or_default();
    format!("{label} is {word} for the session of {opens} {}.{why}", view.day.zone_word)
}

fn name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Port => "port",
        Aspect::Credentials => "credentials",
        Aspect::Keyring => "keyring",
        Aspect::Disk => "disk",
        Aspect::Clock => "clock",
        Aspect::Calendar => "calendar",
        Aspect::Network => "network",
        Aspect::Autostart => "autostart",
        Aspect::Display => "display",
    }
}

const NOT_READY: Problem = Problem::new(
    "not_ready",
    "The next session is not ready.",
    "See the lines above for what is to be done.",
    Remedy::SignInAgain,
);
