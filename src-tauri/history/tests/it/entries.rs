//! What goes in comes out, in order, and only what was asked for.

use super::*;
use daypass_history::{Filter, csv, json};

#[test]
fn every_happening_comes_back_after_a_restart_newest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let entries: Vec<_> =
        one_of_each().into_iter().map(|happening| entry("upstox", "2026-11-18T03:45:00.250Z", happening)).collect();
    let names: Vec<_> = entries.iter().map(|entry| entry.happening.name()).collect();
    assert_eq!(names, Happening::NAMES, "one of each");
    open(folder.path()).append(&entries).expect("appended");
    let mut found = open(folder.path()).list(&Filter::default()).expect("a list");
    found.reverse();
    assert_eq!(found, entries, "within one millisecond the order is that of the appends");
}

#[test]
fn an_export_holds_every_field_of_every_happening() {
    let entries: Vec<_> =
        one_of_each().into_iter().map(|happening| entry("upstox", "2026-11-18T03:45:00Z", happening)).collect();
    let lines = csv(&entries);
    let header = lines.lines().next().expect("a header");
    let values: Vec<serde_json::Value> = serde_json::from_str(&json(&entries)).expect("JSON");
    assert_eq!((lines.lines().count(), values.len()), (entries.len() + 1, entries.len()));
    for field in values.iter().flat_map(|value| value.as_object().expect("an object").keys()) {
        assert!(header.split(',').any(|column| column == field), "{field} has no column");
    }
}

fn five() -> [Entry; 5] {
    let told = |kind: &str| Happening::Told { kind: kind.into() };
    [
        entry("a", "2026-11-18T01:00:00Z", told("1")),
        entry("b", "2026-11-18T02:00:00Z", told("2")),
        entry("a", "2026-11-18T03:00:00Z", Happening::Ended),
        // A clock that was set back: the order is that of the moments.
        entry("a", "2026-11-18T00:30:00Z", told("0")),
        entry("b", "2026-11-18T04:00:00Z", Happening::Refused { code: "X".into(), what: "No.".into() }),
    ]
}

#[test]
fn a_filter_gives_what_it_names() {
    let ledger = Ledger::in_memory().expect("a ledger");
    let appended = five();
    ledger.append(&appended).expect("appended");
    let all = Filter::default();
    let span =
        |since: &str, until: &str| Filter { since: Some(at(since)), until: Some(at(until)), ..Filter::default() };
    let kinds = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect();
    for (sentence, filter, expected) in [
        ("everything", all.clone(), &[4, 2, 1, 0, 3][..]),
        ("one account", Filter { account: Some(id("a")), ..all.clone() }, &[2, 0, 3]),
        ("an account that has none", Filter { account: Some(id("c")), ..all.clone() }, &[]),
        ("the beginning counts, the end does not", span("2026-11-18T01:00:00Z", "2026-11-18T03:00:00Z"), &[1, 0]),
        ("an empty span", span("2026-11-18T03:00:00Z", "2026-11-18T01:00:00Z"), &[]),
        ("one kind", Filter { kinds: kinds(&["told"]), ..all.clone() }, &[1, 0, 3]),
        ("two kinds", Filter { kinds: kinds(&["ended", "refused"]), ..all.clone() }, &[4, 2]),
        ("a kind that nobody knows", Filter { kinds: kinds(&["' OR 1 --"]), ..all.clone() }, &[]),
        ("the newest two", Filter { limit: Some(2), ..all.clone() }, &[4, 2]),
        ("none at all", Filter { limit: Some(0), ..all.clone() }, &[]),
        (
            "all at once",
            Filter {
                account: Some(id("a")),
                kinds: kinds(&["told"]),
                limit: Some(1),
                ..span("2026-11-18T00:00:00Z", "2026-11-18T09:00:00Z")
            },
            &[0],
        ),
    ] {
        let expected: Vec<_> = expected.iter().map(|number: &usize| appended[*number].clone()).collect();
        assert_eq!(ledger.list(&filter), Ok(expected), "{sentence}");
    }
}

#[test]
fn sums_look_at_the_span_and_the_account_alone() {
    let ledger = Ledger::in_memory().expect("a ledger");
    let probe = |account, moment| {
        entry(account, moment, Happening::Probed { outcome: Outcome::Valid, code: None, took_ms: None })
    };
    ledger
        .append(&[
            probe("a", "2026-11-17T18:29:59Z"),
            probe("a", "2026-11-17T18:30:00Z"),
            probe("b", "2026-11-18T18:30:00Z"),
        ])
        .expect("appended");
    let filter = Filter { kinds: vec!["ended".to_owned()], limit: Some(1), ..Filter::default() };
    let days = ledger.days(&filter, chrono_tz::Asia::Kolkata).expect("days");
    let seen: Vec<_> = days.iter().map(|day| (day.day.to_string(), day.counts.probes_valid)).collect();
    let expected = [("2026-11-19", 1), ("2026-11-18", 1), ("2026-11-17", 1)];
    assert_eq!(seen, expected.map(|(day, count)| (day.to_owned(), count)), "midnight in India is 18:30 UTC");
    let of_a = Filter { account: Some(id("a")), ..filter.clone() };
    assert_eq!(ledger.totals(&of_a).expect("totals").counts.probes_valid, 2);
    let late = Filter { since: Some(at("2026-11-18T00:00:00Z")), ..filter };
    assert_eq!(ledger.totals(&late).expect("totals").counts.probes_valid, 1);
}

#[test]
fn a_hundred_thousand_entries_come_back_newest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = open(folder.path());
    let probe = |number: i64| Entry {
        at: now() + chrono::Duration::minutes(number * 30),
        account: id(if number % 2 == 0 { "even" } else { "odd" }),
        happening: Happening::Probed { outcome: Outcome::Valid, code: None, took_ms: Some(200) },
    };
    ledger.append(&(0..100_000).map(probe).collect::<Vec<_>>()).expect("appended");
    let page = Filter { account: Some(id("odd")), limit: Some(2), ..Filter::default() };
    assert_eq!(ledger.list(&page), Ok(vec![probe(99_999), probe(99_997)]));
    let all = ledger.list(&Filter::default()).expect("a list");
    assert_eq!(all.len(), 100_000);
    assert!(all.is_sorted_by(|newer, older| newer.at > older.at));
    assert_eq!(ledger.totals(&Filter::default()).expect("totals").counts.probes_valid, 100_000);
}

#[test]
fn pruning_and_forgetting_remove_what_they_name_and_no_more() {
    let ledger = Ledger::in_memory().expect("a ledger");
    let ended = |account, moment| entry(account, moment, Happening::Ended);
    let (old, edge, new) = ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    ledger.append(&[ended("a", old), ended("b", old), ended("a", edge), ended("b", new)]).expect("appended");
    assert_eq!(ledger.prune(at(edge)), Ok(2));
    assert_eq!(ledger.prune(at(edge)), Ok(0), "nothing is older now");
    assert_eq!(ledger.list(&Filter::default()), Ok(vec![ended("b", new), ended("a", edge)]));
    assert_eq!(ledger.forget(&id("a")), Ok(1));
    assert_eq!(ledger.list(&Filter::default()), Ok(vec![ended("b", new)]));
}

#[test]
fn an_append_of_nothing_is_fine() {
    let ledger = Ledger::in_memory().expect("a ledger");
    assert_eq!(ledger.append(&[]), Ok(()));
    assert_eq!(ledger.list(&Filter::default()), Ok(vec![]));
}
