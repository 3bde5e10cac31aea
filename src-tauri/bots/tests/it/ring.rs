//! Making, entering, revoking, and how often.

use super::*;
use serde_json::json;
use std::time::Duration;

#[test]
fn a_key_lets_its_bot_in_and_says_which_accounts_it_has() {
    let place = Place::new();
    let (view, key) = place.ring.make(new("Grid bot", only(&["upstox"])), [7; 32], at(0)).expect("a key");
    let bot = place.enter(&key, at(1)).expect("the right key");
    assert_eq!((&bot.id, bot.name.as_str()), (&view.id, "Grid bot"));
    assert!(bot.scope.allows(&id("upstox")) && !bot.scope.allows(&id("kite")));
    assert!(key.expose().starts_with(&format!("dpk_{}_", view.id)), "the list names the key by its visible part");
}

#[test]
fn the_list_shows_everything_but_the_key_oldest_first() {
    let place = Place::new();
    let (late, _) = place.ring.make(new("late", Scope::All), [2; 32], at(60)).expect("a key");
    let (early, key) = place.ring.make(new("early", only(&["upstox"])), [1; 32], at(0)).expect("a key");
    place.enter(&key, at(90)).expect("the right key");
    let shown = serde_json::to_value(place.ring.list().expect("a list")).expect("JSON");
    let first = json!({
        "id": early.id, "name": "early", "accounts": {"only": ["upstox"]},
        "made_at": "2026-11-17T03:45:00Z", "last_used_at": "2026-11-17T03:46:30Z",
    });
    let second = json!({
        "id": late.id, "name": "late", "accounts": "all",
        "made_at": "2026-11-17T03:46:00Z", "last_used_at": null,
    });
    assert_eq!(shown, json!([first, second]));
}

#[test]
fn a_key_opens_the_same_after_a_restart() {
    let mut place = Place::new();
    let (_, first) = place.ring.make(new("first", only(&["upstox"])), [1; 32], at(0)).expect("a key");
    let (_, second) = place.make("second", 2);
    let before = place.ring.list().expect("a list");
    assert_eq!(place.reopen(), None);
    assert_eq!(place.ring.list().expect("a list"), before);
    assert_eq!(place.enter(&first, at(1)).expect("the right key").scope, only(&["upstox"]));
    assert_eq!(place.enter(&second, at(1)).expect("the right key").scope, Scope::All);
}

#[test]
fn a_revoked_key_is_refused_and_its_name_is_free_again() {
    let mut place = Place::new();
    let (view, old) = place.make("Grid", 1);
    place.ring.revoke(&view.id, at(1)).expect("revoked");
    let (_, fresh) = place.make("Grid", 2);
    for restarted in [false, true] {
        assert_eq!(place.enter(&old, at(2)), Err(Refusal::WrongKey), "after a restart: {restarted}");
        assert!(place.enter(&fresh, at(2)).is_ok());
        assert_eq!(place.names(), ["Grid"]);
        place.reopen();
    }
    let again = place.ring.revoke(&view.id, at(3)).expect_err("it is gone");
    assert_eq!(again.code, "no_such_key");
}

#[test]
fn a_key_that_would_confuse_or_open_nothing_is_not_made() {
    let place = Place::new();
    place.make("Grid", 1);
    let file = std::fs::read(place.file()).expect("the file");
    for (sentence, name, accounts, byte, code) in [
        ("the same name", "Grid", Scope::All, 2, "bot_name_taken"),
        ("the same name in other capitals", "gRID", Scope::All, 2, "bot_name_taken"),
        ("no account", "other", only(&[]), 2, "key_for_no_account"),
        ("random bytes that were used before", "other", Scope::All, 1, "key_id_taken"),
    ] {
        let problem = place.ring.make(new(name, accounts), [byte; 32], at(1)).expect_err(sentence);
        assert_eq!(problem.code, code, "{sentence}");
        assert!(!problem.what.is_empty() && !problem.todo.is_empty(), "{sentence}");
    }
    assert_eq!(std::fs::read(place.file()).expect("the file"), file);
    let taken = place.ring.make(new("GRID", Scope::All), [3; 32], at(1)).expect_err("taken");
    assert_eq!(taken.what, "The bot \"Grid\" has a key already.");
}

#[test]
fn a_key_that_asks_in_a_loop_is_slowed_down_and_no_other() {
    let place = Place::new();
    let (_, eager) = place.make("eager", 1);
    let (_, calm) = place.make("calm", 2);
    let let_in = (0..200).filter(|_| place.enter(&eager, at(1)).is_ok()).count();
    assert_eq!(let_in, 60);
    let refusal = place.enter(&eager, at(1)).expect_err("too often");
    let wait = refusal.retry_after().expect("a wait");
    assert!(wait > Duration::ZERO && wait <= Duration::from_millis(50), "{wait:?}");
    assert_eq!(refusal.problem().code, "too_many_requests");
    assert!(place.enter(&calm, at(1)).is_ok(), "another bot does not notice");
    assert!(place.enter(&eager, at(1) + TimeDelta::milliseconds(50)).is_ok(), "after the wait it is let in");
}

#[test]
fn a_flood_of_wrong_keys_is_slowed_down_and_shuts_no_right_key_out() {
    let place = Place::new();
    let (view, key) = place.make("bot", 1);
    let wrong = format!("dpk_{}_{}", view.id, "A".repeat(43));
    let unknown = format!("dpk_aaaaaaaa_{}", "A".repeat(43));
    let answers: Vec<_> = [wrong.as_str(), &unknown, "", "password"]
        .into_iter()
        .cycle()
        .take(400)
        .map(|text| place.ring.enter(text, at(1)).expect_err("wrong"))
        .collect();
    assert_eq!(answers.iter().filter(|refusal| **refusal == Refusal::WrongKey).count(), 20, "then only too many");
    let last = answers.last().expect("an answer");
    assert!(matches!(last, Refusal::TooManyWrong { retry_after } if *retry_after <= Duration::from_millis(200)));
    assert_eq!(last.problem().code, "too_many_wrong_keys");
    let let_in = (0..60).filter(|_| place.enter(&key, at(1)).is_ok()).count();
    assert_eq!(let_in, 60, "wrong secrets under its id have not used up its own requests");
}

#[test]
fn callers_at_the_same_moment_share_one_limit() {
    let place = Place::new();
    let (_, key) = place.make("bot", 1);
    let let_in: usize = std::thread::scope(|scope| {
        let one = || (0..50).filter(|_| place.enter(&key, at(1)).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(let_in, 60);
}

#[test]
fn the_last_use_is_seen_at_once_and_written_once_an_hour() {
    let mut place = Place::new();
    let (_, key) = place.make("bot", 1);
    let made = std::fs::read(place.file()).expect("the file");
    let last_use = |place: &Place| place.ring.list().expect("a list")[0].last_used_at;
    assert_eq!(last_use(&place), None);
    for second in [10, 20, 3609] {
        assert!(place.enter(&key, at(second)).is_ok());
        assert_eq!(last_use(&place), Some(at(second)));
        assert!(!place.ring.save_is_due(at(second)), "an hour after the first use, not before");
    }
    assert_eq!(std::fs::read(place.file()).expect("the file"), made, "no request has written");
    assert!(place.ring.save_is_due(at(3610)));
    place.ring.save(at(3610)).expect("saved");
    assert!(!place.ring.save_is_due(at(1_000_000)), "there is nothing left to write");
    place.reopen();
    assert_eq!(last_use(&place), Some(at(3609)));
}

#[test]
fn the_last_use_is_written_with_the_next_change() {
    let mut place = Place::new();
    let (_, key) = place.make("bot", 1);
    assert!(place.enter(&key, at(10)).is_ok());
    place.make("another", 2);
    place.reopen();
    let uses: Vec<_> = place.ring.list().expect("a list").into_iter().map(|view| view.last_used_at).collect();
    assert!(uses.contains(&Some(at(10))), "{uses:?}");
}
