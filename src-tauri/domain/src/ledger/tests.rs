//! Names, JSON and sentences of every happening.

use super::*;
use crate::Secret;
use serde_json::{Value, json};

fn moment() -> Moment {
    WHEN.parse().expect("a test's moment")
}

/// A happening with everything filled in, what it is in JSON, and how it reads.
type Row = (Happening, Value, &'static str);

const WHEN: &str = "2026-11-18T03:45:00Z";
const TOKEN: Generation = Generation(12);

fn every_happening() -> Vec<Row> {
    [getting_tokens(), having_one()].concat()
}

fn getting_tokens() -> Vec<Row> {
    let (code, what) = (Plain::new("UDAPI100050"), Plain::new("Upstox refused the token."));
    vec![
        (Happening::Started, json!({"happened": "started"}), "Daypass started."),
        (
            Happening::SignedIn {
                user: Some("AB1234".into()),
                generation: TOKEN,
                ends: Some(moment()),
                proven: true,
                took_ms: 7_400,
            },
            json!({"happened": "signed_in", "user": "AB1234", "generation": 12, "ends": WHEN, "proven": true,
                "took_ms": 7400}),
            "Signed in as AB1234 after 7 s; the broker confirmed token 12.",
        ),
        (
            Happening::SignInFailed { code: code.clone(), what: what.clone() },
            json!({"happened": "sign_in_failed", "code": "UDAPI100050", "what": "Upstox refused the token."}),
            "The sign-in failed (UDAPI100050). Upstox refused the token.",
        ),
        (
            Happening::Renewed { generation: TOKEN, ends: Some(moment()), took_ms: 420 },
            json!({"happened": "renewed", "generation": 12, "ends": WHEN, "took_ms": 420}),
            "Token 12 came without a person after 420 ms.",
        ),
        (
            Happening::RenewalFailed { attempt: 2, of: 3, code, what },
            json!({"happened": "renewal_failed", "attempt": 2, "of": 3, "code": "UDAPI100050",
                "what": "Upstox refused the token."}),
            "Refresh attempt 2 of 3 failed (UDAPI100050). Upstox refused the token.",
        ),
    ]
}

fn having_one() -> Vec<Row> {
    vec![
        (
            Happening::Probed { outcome: Outcome::Unknown, code: Some("TIMEOUT".into()), took_ms: Some(20_000) },
            json!({"happened": "probed", "outcome": "unknown", "code": "TIMEOUT", "took_ms": 20_000}),
            "The broker gave no usable answer (TIMEOUT) after 20 s.",
        ),
        (
            Happening::Refused { code: "UDAPI100050".into(), what: "Upstox refused the token.".into() },
            json!({"happened": "refused", "code": "UDAPI100050", "what": "Upstox refused the token."}),
            "The broker refused the token before its time (UDAPI100050). Upstox refused the token.",
        ),
        (Happening::Ended, json!({"happened": "ended"}), "The token ended."),
        (
            Happening::HandedOut { generation: TOKEN, to: "bot.py".into(), via: Via::Socket },
            json!({"happened": "handed_out", "generation": 12, "to": "bot.py", "via": "socket"}),
            "Token 12 was given to bot.py over the socket.",
        ),
        (
            Happening::Readiness {
                session_opens: moment(),
                session_closes: None,
                state: ReadyState::AtRisk,
                why: Some("The broker did not answer.".into()),
            },
            json!({"happened": "readiness", "session_opens": WHEN, "state": "at_risk",
                "why": "The broker did not answer."}),
            "At risk for the session. The broker did not answer.",
        ),
        (
            Happening::Told { kind: "sign_in_due".into() },
            json!({"happened": "told", "kind": "sign_in_due"}),
            "A notification was shown (sign_in_due).",
        ),
        (Happening::Manual, json!({"happened": "manual"}), "Manual intervention required: no attempt is left."),
        (Happening::SignedOut, json!({"happened": "signed_out"}), "Signed out."),
        (Happening::Paused, json!({"happened": "paused"}), "Paused."),
        (Happening::Resumed, json!({"happened": "resumed"}), "Resumed."),
    ]
}

#[test]
fn every_happening_has_a_stable_form_and_one_line() {
    for (happening, form, sentence) in every_happening() {
        assert_eq!(serde_json::to_value(&happening).expect("JSON"), form);
        assert_eq!(happening.sentence(), sentence);
        assert_eq!(form["happened"], happening.name());
        assert_eq!(serde_json::from_value::<Happening>(form).expect("the same"), happening);
    }
}

#[test]
fn the_list_of_names_is_complete() {
    let names: Vec<_> = every_happening().iter().map(|(happening, ..)| happening.name()).collect();
    assert_eq!(names, Happening::NAMES);
}

#[test]
fn what_is_not_known_is_left_out() {
    for (happening, sentence) in [
        (
            Happening::SignedIn { user: None, generation: Generation(1), ends: None, proven: false, took_ms: 61_000 },
            "Signed in after 1 min; the broker has not yet confirmed token 1.",
        ),
        (Happening::Probed { outcome: Outcome::Valid, code: None, took_ms: None }, "The broker accepts the token."),
        (
            Happening::Readiness { session_opens: moment(), session_closes: None, state: ReadyState::Ready, why: None },
            "Ready for the session.",
        ),
    ] {
        assert_eq!(happening.sentence(), sentence);
        let form = serde_json::to_string(&happening).expect("JSON");
        assert!(!form.contains("null"), "{form}");
        assert_eq!(serde_json::from_str::<Happening>(&form).expect("the same"), happening);
    }
}

#[test]
fn an_entry_is_one_flat_object_without_a_secret() {
    let _token = Secret::new("entry-canary-4711");
    let entry = Entry {
        at: moment(),
        account: AccountId::new("upstox").expect("an id"),
        happening: Happening::SignInFailed { code: "X".into(), what: "entry-canary-4711".into() },
    };
    let form = serde_json::to_value(&entry).expect("JSON");
    assert_eq!(
        form,
        json!({"at": "2026-11-18T03:45:00Z", "account": "upstox", "happened": "sign_in_failed", "code": "X",
            "what": "[redacted]"})
    );
    assert_eq!(serde_json::from_value::<Entry>(form).expect("the same"), entry);
}
