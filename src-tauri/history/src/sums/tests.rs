//! Days and totals, from entries written as they would be.

use super::*;
use chrono_tz::Asia::Kolkata;
use daypass_domain::Generation;
use daypass_domain::ledger::Via;

fn at(text: &str) -> Moment {
    text.parse().expect("a test's moment")
}

fn entry(at_text: &str, happening: Happening) -> Entry {
    Entry { at: at(at_text), account: AccountId::new("upstox").expect("an id"), happening }
}

fn signed_in(took_ms: u64, ends: &str) -> Happening {
    Happening::SignedIn { user: None, generation: Generation(1), ends: Some(at(ends)), proven: true, took_ms }
}

fn probed(outcome: Outcome) -> Happening {
    Happening::Probed { outcome, code: None, took_ms: Some(200) }
}

fn readiness(opens: &str, state: ReadyState) -> Happening {
    Happening::Readiness { session_opens: at(opens), session_closes: None, state, why: None }
}

fn failed() -> Happening {
    Happening::RenewalFailed { attempt: 1, of: 3, code: "X".into(), what: "No.".into() }
}

fn renewed() -> Happening {
    Happening::Renewed { generation: Generation(2), ends: None, took_ms: 300 }
}

/// Two days of a trader in India: a late first day, a good second one.
fn two_days() -> Vec<Entry> {
    vec![
        entry("2026-11-17T23:59:59+05:30", probed(Outcome::Unknown)),
        entry("2026-11-18T00:00:00+05:30", probed(Outcome::Valid)),
        entry("2026-11-18T08:45:00+05:30", readiness("2026-11-18T09:15:00+05:30", ReadyState::NotReady)),
        entry("2026-11-18T09:20:00+05:30", signed_in(9_000, "2026-11-19T03:30:00+05:30")),
        entry("2026-11-18T09:21:00+05:30", readiness("2026-11-18T09:15:00+05:30", ReadyState::Ready)),
        entry(
            "2026-11-18T09:22:00+05:30",
            Happening::HandedOut { generation: Generation(1), to: "bot.py".into(), via: Via::Socket },
        ),
        entry("2026-11-18T20:00:00+05:30", readiness("2026-11-19T09:15:00+05:30", ReadyState::AtRisk)),
        entry("2026-11-19T03:30:00+05:30", Happening::Ended),
        entry("2026-11-19T08:30:00+05:30", signed_in(5_000, "2026-11-20T03:30:00+05:30")),
        entry("2026-11-19T08:45:00+05:30", readiness("2026-11-19T09:15:00+05:30", ReadyState::Ready)),
        entry("2026-11-19T10:00:00+05:30", probed(Outcome::Invalid)),
        entry("2026-11-19T10:00:05+05:30", Happening::Refused { code: "X".into(), what: "No.".into() }),
        entry("2026-11-19T10:01:00+05:30", signed_in(8_000, "2026-11-20T03:30:00+05:30")),
    ]
}

fn days(entries: &[Entry]) -> Vec<DaySum> {
    let mut days = Days::new(Kolkata);
    entries.iter().for_each(|entry| days.add(entry));
    days.finish()
}

fn totals(entries: &[Entry], until: Option<&str>) -> Totals {
    let mut sums = Sums::default();
    entries.iter().for_each(|entry| sums.add(entry));
    sums.finish(until.map(at))
}

#[test]
fn a_day_is_the_exchanges_day_and_a_session_belongs_to_its_open() {
    let day = |text: &str, counts: Counts, readiness, median_sign_in_ms| DaySum {
        day: text.parse().expect("a day"),
        // Each probe of these days took as long.
        median_probe_ms: (counts.probes_valid + counts.probes_invalid + counts.probes_unknown > 0).then_some(200),
        counts,
        readiness,
        median_sign_in_ms,
    };
    let quiet = Counts::default();
    assert_eq!(
        days(&two_days()),
        [
            day(
                "2026-11-19",
                Counts { sign_ins: 2, probes_invalid: 1, refusals: 1, ..quiet.clone() },
                Some(ReadyState::Ready),
                Some(6_500)
            ),
            day(
                "2026-11-18",
                Counts { sign_ins: 1, probes_valid: 1, hand_outs: 1, ..quiet.clone() },
                Some(ReadyState::NotReady),
                Some(9_000)
            ),
            day("2026-11-17", Counts { probes_unknown: 1, ..quiet }, None, None),
        ]
    );
}

#[test]
fn the_worst_account_speaks_for_a_day() {
    let opens = "2026-11-18T09:15:00+05:30";
    let mut entries = vec![entry(opens, readiness(opens, ReadyState::Ready)); 3];
    for (entry, (account, state)) in
        entries.iter_mut().zip([("a", ReadyState::Ready), ("b", ReadyState::AtRisk), ("c", ReadyState::Ready)])
    {
        entry.account = AccountId::new(account).expect("an id");
        entry.happening = readiness(opens, state);
    }
    assert_eq!(days(&entries)[0].readiness, Some(ReadyState::AtRisk));
    let totals = totals(&entries, None);
    assert_eq!((totals.sessions_ready, totals.sessions), (2, 3), "each account has its own sessions");
}

#[test]
fn totals_say_how_well_it_went() {
    let totals = totals(&two_days(), Some("2026-11-19T23:00:00+05:30"));
    assert_eq!((totals.sessions_ready, totals.sessions), (1, 2));
    assert_eq!((totals.median_sign_in_ms, totals.longest_sign_in_ms), (Some(8_000), Some(9_000)));
    assert_eq!(totals.refresh_success, None, "nothing was tried");
    assert_eq!(totals.longest_without_token_ms, Some(5 * 3_600_000), "03:30 to 08:30");
    assert_eq!(totals.counts.sign_ins, 3);
}

#[test]
fn a_gap_that_is_still_open_lasts_until_the_end_of_the_span() {
    let entries = [entry("2026-11-18T09:20:00Z", signed_in(1, "2026-11-18T10:00:00Z"))];
    for (sentence, until, gap) in [
        ("up to the end of the span", Some("2026-11-18T12:00:00Z"), 2 * 3_600_000),
        ("or to the last entry, which knows of none", None, 0),
    ] {
        assert_eq!(totals(&entries, until).longest_without_token_ms, Some(gap), "{sentence}");
    }
}

#[test]
fn the_refresh_rate_is_by_attempt() {
    let moment = "2026-11-18T09:20:00Z";
    for (sentence, happenings, rate) in [
        ("no attempt, no rate", vec![], None),
        ("all well", vec![renewed(), renewed()], Some(1.0)),
        ("one of two", vec![failed(), renewed()], Some(0.5)),
        ("none", vec![failed()], Some(0.0)),
    ] {
        let entries: Vec<_> = happenings.into_iter().map(|happening| entry(moment, happening)).collect();
        assert_eq!(totals(&entries, None).refresh_success, rate, "{sentence}");
    }
}

#[test]
fn the_median_is_in_the_middle() {
    for (values, middle) in [
        (vec![], None),
        (vec![7], Some(7)),
        (vec![9, 1], Some(5)),
        (vec![1, 100, 2], Some(2)),
        (vec![u64::MAX, u64::MAX], Some(u64::MAX)),
    ] {
        assert_eq!(median(values), middle);
    }
}

#[test]
fn nothing_at_all_sums_to_nothing() {
    assert_eq!(days(&[]), []);
    let none = totals(&[], None);
    assert_eq!((none.counts, none.sessions, none.longest_without_token_ms), (Counts::default(), 0, None));
}
