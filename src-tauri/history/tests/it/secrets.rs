//! No secret in the file, and nothing of an account that was forgotten.

use super::*;
use daypass_domain::Secret;
use daypass_history::{Filter, csv, json};
use std::fs;

/// Everything that lies in the folder, in one heap.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.flat_map(|file| fs::read(file).expect("a file")).collect()
}

fn has(heap: &[u8], needle: &str) -> bool {
    heap.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn a_secret_never_reaches_the_file_or_an_export() {
    let token = Secret::new("canary/4711+secret=value");
    let spellings = ["canary/4711+secret=value", "canary%2F4711%2Bsecret%3Dvalue"];
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    for spelling in spellings {
        let text = format!("GET /?code={spelling} was refused");
        let entries = [
            Happening::SignedIn {
                user: Some(text.as_str().into()),
                generation: Generation(1),
                ends: None,
                proven: false,
                took_ms: 1,
            },
            Happening::SignInFailed { code: text.as_str().into(), what: text.as_str().into() },
            Happening::HandedOut { generation: Generation(1), to: text.as_str().into(), via: Via::Http },
            Happening::Told { kind: text.as_str().into() },
        ]
        .map(|happening| entry("upstox", "2026-11-18T03:45:00Z", happening));
        ledger.append(&entries).expect("appended");
    }
    let entries = ledger.list(&Filter::default()).expect("a list");
    let mut heap = bytes_in(folder.path());
    assert!(has(&heap, "was refused"), "the search finds what is there");
    heap.extend(csv(&entries).into_bytes());
    heap.extend(json(&entries).into_bytes());
    drop(ledger);
    heap.extend(bytes_in(folder.path()));
    for spelling in spellings {
        assert!(!has(&heap, spelling), "{spelling}");
    }
    drop(token);
}

#[test]
fn a_forgotten_account_is_gone_from_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    let of = |account: &str, user: &str| {
        let happening = Happening::SignedIn {
            user: Some(user.into()),
            generation: Generation(1),
            ends: None,
            proven: true,
            took_ms: 1,
        };
        vec![entry(account, "2026-11-18T03:45:00Z", happening); 500]
    };
    ledger.append(&of("leaves", "LEAVER1")).expect("appended");
    ledger.append(&of("stays", "STAYER1")).expect("appended");
    assert!(has(&bytes_in(folder.path()), "LEAVER1"));
    assert_eq!(ledger.forget(&id("leaves")), Ok(500));
    let heap = bytes_in(folder.path());
    assert!(!has(&heap, "LEAVER1") && !has(&heap, "leaves"), "not even in freed pages or in the log");
    assert!(has(&heap, "STAYER1"));
}
