use super::*;
use chrono::{TimeZone, Utc};
use daypass_domain::AccountId;
use proptest::prelude::*;
use tempfile::TempDir;

fn now() -> Moment {
    Utc.with_ymd_and_hms(2026, 11, 26, 3, 15, 0).single().expect("a moment")
}

fn ring() -> (TempDir, KeyRing) {
    let folder = tempfile::tempdir().expect("a folder");
    let (ring, problem) = KeyRing::open(folder.path().join("keys.json"));
    assert_eq!(problem, None);
    (folder, ring)
}

fn again(folder: &TempDir) -> (KeyRing, Option<Problem>) {
    KeyRing::open(folder.path().join("keys.json"))
}

#[test]
fn a_key_opens_until_it_is_revoked_also_after_a_restart() {
    let (folder, ring) = ring();
    let scope = Scope::Only(vec![AccountId::new("upstox").expect("an id")]);
    let (view, key) = ring.make(" screener ", scope.clone(), [7; 32], now()).expect("a key");
    let (other, _) = ring.make("executor", Scope::All, [8; 32], now()).expect("a key");
    for ring in [ring, again(&folder).0] {
        let bot = ring.enter(key.expose(), now()).expect("it opens");
        assert_eq!((bot.name.to_string().as_str(), bot.scope), ("screener", scope.clone()));
    }
    let (ring, _) = again(&folder);
    assert_eq!(ring.list().iter().map(|key| key.last_used_at).collect::<Vec<_>>(), [Some(now()), None]);
    ring.revoke(&view.id.to_string()).expect("revoked");
    assert_eq!(ring.revoke(&view.id.to_string()).expect_err("gone").code, "no_such_key");
    for ring in [ring, again(&folder).0] {
        assert_eq!(ring.enter(key.expose(), now()), Err(Refusal::WrongKey));
        assert_eq!(ring.list().into_iter().map(|key| key.id).collect::<Vec<_>>(), std::slice::from_ref(&other.id));
    }
}

#[test]
fn the_file_holds_no_key_and_is_closed_to_others() {
    let (folder, ring) = ring();
    let (_, key) = ring.make("screener", Scope::All, [7; 32], now()).expect("a key");
    let file = folder.path().join("keys.json");
    let text = std::fs::read_to_string(&file).expect("a file");
    let (_, secret) = key::parts(key.expose()).expect("a key");
    assert!(text.contains("screener") && !text.contains(secret), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn names_are_plain_and_nobodys_elses() {
    let (_folder, ring) = ring();
    ring.make("screener", Scope::All, [1; 32], now()).expect("a key");
    for (name, code) in [
        ("screener", "bot_name_taken"),
        (" screener", "bot_name_taken"),
        ("", "bad_bot_name"),
        ("two\nlines", "bad_bot_name"),
        (&*"x".repeat(41), "bad_bot_name"),
    ] {
        let refused = ring.make(name, Scope::All, [2; 32], now()).expect_err("no such name");
        assert_eq!(refused.code, code, "{name:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_lets_nobody_in_and_stays_as_it_is() {
    let (folder, ring) = ring();
    let (_, key) = ring.make("screener", Scope::All, [7; 32], now()).expect("a key");
    let file = folder.path().join("keys.json");
    let whole = std::fs::read(&file).expect("a file");
    let torn = whole[..whole.len() / 2].to_vec();
    for bytes in [torn, br#"{"version": 2, "keys": []}"#.to_vec(), b"marker".to_vec()] {
        std::fs::write(&file, &bytes).expect("written");
        let (ring, problem) = again(&folder);
        assert_eq!(problem.expect("it is said").code, "keys_unreadable");
        assert_eq!(ring.enter(key.expose(), now()), Err(Refusal::WrongKey));
        assert_eq!(ring.make("new", Scope::All, [9; 32], now()).expect_err("not over it").code, "keys_unreadable");
        assert_eq!(std::fs::read(&file).expect("a file"), bytes);
    }
}

#[test]
fn a_bot_in_a_loop_is_slowed_down_and_comes_in_again_later() {
    let (_folder, ring) = ring();
    let (_, key) = ring.make("screener", Scope::All, [7; 32], now()).expect("a key");
    let (_, other) = ring.make("executor", Scope::All, [8; 32], now()).expect("a key");
    let let_in = (0..200).filter(|_| ring.enter(key.expose(), now()).is_ok()).count();
    assert_eq!(let_in, 60, "the burst");
    assert!(matches!(ring.enter(key.expose(), now()), Err(Refusal::TooMany { retry_after }) if !retry_after.is_zero()));
    assert!(ring.enter(other.expose(), now()).is_ok(), "another key has a limit of its own");
    assert!(ring.enter(key.expose(), now() + Duration::seconds(1)).is_ok());
}

#[test]
fn guessing_is_slow_and_shuts_no_right_key_out() {
    let (_folder, ring) = ring();
    let (_, key) = ring.make("screener", Scope::All, [7; 32], now()).expect("a key");
    let wrong = (0..200).filter(|_| ring.enter("dpk_guess_guess", now()) == Err(Refusal::WrongKey)).count();
    assert_eq!(wrong, 20, "the burst");
    assert!(ring.enter(key.expose(), now()).is_ok());
}

#[test]
fn a_use_is_written_once_an_hour() {
    let (folder, ring) = ring();
    let (_, key) = ring.make("screener", Scope::All, [7; 32], now()).expect("a key");
    let written = || again(&folder).0.list()[0].last_used_at;
    for (minutes, on_disk) in [(0, 0), (59, 0), (60, 60), (61, 60)] {
        let at = |minutes| now() + Duration::minutes(minutes);
        ring.enter(key.expose(), at(minutes)).expect("it opens");
        assert_eq!(written(), Some(at(on_disk)), "after {minutes} minutes");
    }
}

proptest! {
    #[test]
    fn no_other_text_opens(random: [u8; 32], text in ".{0,80}", cut in 0..60_usize) {
        let (_folder, ring) = ring();
        let (_, key) = ring.make("screener", Scope::All, random, now()).expect("a key");
        prop_assert_eq!(ring.enter(&text, now()), Err(Refusal::WrongKey));
        let cut = &key.expose()[..cut.min(key.len() - 1)];
        prop_assert_eq!(ring.enter(cut, now()), Err(Refusal::WrongKey));
        let longer = format!("{}A", key.expose());
        prop_assert_eq!(ring.enter(&longer, now()), Err(Refusal::WrongKey));
        prop_assert!(ring.enter(key.expose(), now()).is_ok());
    }
}
