use super::*;
use crate::scripted::account;
use chrono::{TimeZone, Utc};

fn now() -> Moment {
    Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0).single().expect("a moment")
}

fn told(watcher: &mut Watcher, account: &AccountView) -> Vec<Change> {
    watcher.looks(account, now()).into_iter().map(|watched| watched.event).collect()
}

fn generation(of: u64) -> AccountView {
    AccountView { generation: of, ..account("upstox", now()) }
}

#[test]
fn the_first_thing_told_is_how_it_is_unless_another_token_waits() {
    for (after, first) in
        [(None, Change::State), (Some(7), Change::State), (Some(6), Change::Generation), (Some(8), Change::Generation)]
    {
        assert_eq!(told(&mut Watcher::after(after), &generation(7)), [first], "after {after:?}");
    }
}

#[test]
fn each_change_is_told_once() {
    let mut watcher = Watcher::default();
    let held = generation(7);
    let ended = AccountView { valid: false, standing: Standing::Expired, ..held.clone() };
    let refused = AccountView { valid: false, standing: Standing::EndedEarly, ..held.clone() };
    let mut late = held.clone();
    late.readiness.as_mut().expect("a session").state = Ready::AtRisk;
    for (sentence, account, changes) in [
        ("how it is", &held, &[Change::State][..]),
        ("nothing new", &held, &[]),
        ("its time is over", &ended, &[Change::Ended]),
        ("still", &ended, &[]),
        ("a new one", &generation(8), &[Change::Generation]),
        ("refused", &AccountView { generation: 8, ..refused.clone() }, &[Change::Refused]),
        ("and a new one again", &generation(9), &[Change::Generation]),
        ("counted from one again", &generation(1), &[Change::Generation]),
        ("and what was counted before is back", &generation(9), &[Change::Generation]),
        ("the session is at risk", &AccountView { generation: 9, ..late }, &[Change::Readiness]),
        ("and no longer", &generation(9), &[Change::Readiness]),
    ] {
        assert_eq!(told(&mut watcher, account), changes, "{sentence}");
    }
}

#[test]
fn a_token_on_its_way_to_the_disk_is_told_when_it_is_there() {
    let mut watcher = Watcher::default();
    assert_eq!(told(&mut watcher, &generation(7)), [Change::State]);
    let mut saving = generation(8);
    saving.saved.state = SavedState::Pending;
    assert_eq!(told(&mut watcher, &saving), []);
    assert_eq!(told(&mut watcher, &generation(8)), [Change::Generation]);
    assert_eq!(told(&mut watcher, &saving), [], "its facts are being written, which is nobody's news");
    saving.generation = 9;
    saving.saved.state = SavedState::Failed;
    assert_eq!(told(&mut watcher, &saving), [Change::Generation], "a vault that fails holds nothing back");
}
