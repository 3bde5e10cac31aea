//! The ledger from outside, on a real disk.

mod entries;
mod file;
mod secrets;

use daypass_domain::ledger::{Outcome, ReadyState, Via};
use daypass_domain::{AccountId, Entry, Generation, Happening, Moment};
use daypass_history::Ledger;
use std::path::Path;

fn at(text: &str) -> Moment {
    text.parse().expect("a test's moment")
}

fn id(text: &str) -> AccountId {
    AccountId::new(text).expect("an id")
}

fn now() -> Moment {
    at("2026-11-18T03:45:00Z")
}

fn open(folder: &Path) -> Ledger {
    Ledger::open(folder, now()).expect("a ledger")
}

fn entry(account: &str, moment: &str, happening: Happening) -> Entry {
    Entry { at: at(moment), account: id(account), happening }
}

/// One of each kind, with everything that it may have.
fn one_of_each() -> Vec<Happening> {
    let (generation, ends) = (Generation(12), Some(at("2026-11-18T22:00:00.123456Z")));
    vec![
        Happening::Started,
        Happening::SignedIn { user: Some("AB1234".into()), generation, ends, proven: true, took_ms: 7_000 },
        Happening::SignInFailed { code: "UDAPI100069".into(), what: "The key is unknown.".into() },
        Happening::Renewed { generation, ends, took_ms: 420 },
        Happening::RenewalFailed { attempt: 2, of: 3, code: "TIMEOUT".into(), what: "No answer.".into() },
        Happening::Probed { outcome: Outcome::Unknown, code: Some("TIMEOUT".into()), took_ms: Some(20_000) },
        Happening::Refused { code: "UDAPI100050".into(), what: "The token is not valid.".into() },
        Happening::Ended,
        Happening::HandedOut { generation, to: "bot \"a\", первый".into(), via: Via::Outlet },
        Happening::Readiness {
            session_opens: now(),
            session_closes: Some(now()),
            state: ReadyState::AtRisk,
            why: Some("Not proven.".into()),
        },
        Happening::Told { kind: "sign_in_due".into() },
        Happening::Manual,
        Happening::SignedOut,
        Happening::Paused,
        Happening::Resumed,
    ]
}
