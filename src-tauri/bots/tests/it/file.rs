//! What lies on the disk, and what happens when the disk does not do as it is told.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A key that was made by nobody here.
const FOREIGN: &str = "dpk_abcdefg2_canary-canary-canary-canary-canary-canary-a";

fn foreign_file() -> String {
    file_with(FOREIGN)
}

fn file_with(key: &str) -> String {
    let sha256 = URL_SAFE_NO_PAD.encode(Sha256::digest(&key["dpk_abcdefg2_".len()..]));
    format!(
        r#"{{"version": 1, "keys": [{{"id": "abcdefg2", "name": "Grid", "accounts": {{"only": ["upstox"]}},
            "sha256": "{sha256}", "made_at": "2026-11-16T10:00:00Z", "last_used_at": null}}]}}"#
    )
}

#[test]
fn a_file_of_this_form_opens() {
    let mut place = Place::new();
    std::fs::write(place.file(), foreign_file()).expect("written");
    assert_eq!(place.reopen(), None);
    let bot = place.ring.enter(FOREIGN, at(0)).expect("the right key");
    assert_eq!((bot.name.as_str(), bot.scope), ("Grid", only(&["upstox"])));
}

#[test]
fn a_key_is_taken_out_of_log_lines_once_its_bot_has_come() {
    // No other test presents this one, so that only the entering here can make it known.
    let foreign = FOREIGN.replace("canary", "linnet");
    let mut place = Place::new();
    std::fs::write(place.file(), file_with(&foreign)).expect("written");
    place.reopen();
    let line = format!("GET /api/token with {foreign}");
    assert_eq!(daypass_domain::redact(&line), line, "nobody has presented it yet");
    place.ring.enter(&foreign, at(0)).expect("the right key");
    assert_eq!(daypass_domain::redact(&line), "GET /api/token with [redacted]");
    let (_, made) = place.make("new", 9);
    assert_eq!(daypass_domain::redact(made.expose()), "[redacted]", "a new one from its birth on");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_this_user_only_and_nothing_else_is_left_in_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    std::fs::write(place.file(), r#"{"version": 1, "keys": []}"#).expect("written");
    std::fs::set_permissions(place.file(), std::fs::Permissions::from_mode(0o644)).expect("opened to all");
    let (view, _) = place.make("bot", 1);
    place.ring.revoke(&view.id, at(1)).expect("revoked");
    assert_eq!(std::fs::metadata(place.file()).expect("the file").permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(place.folder.path()).expect("a folder").count(), 1);
}

#[cfg(unix)]
#[test]
fn a_change_puts_a_whole_new_file_in_the_place_of_the_old_one() {
    use std::io::Read;
    let place = Place::new();
    place.make("first", 1);
    let before = std::fs::read_to_string(place.file()).expect("the file");
    let mut open = std::fs::File::open(place.file()).expect("the file");
    place.make("second", 2);
    let mut seen = String::new();
    open.read_to_string(&mut seen).expect("the old file");
    assert_eq!(seen, before, "whoever reads in the middle of a change sees all of the old one");
    assert_ne!(std::fs::read_to_string(place.file()).expect("the file"), before);
}

#[test]
fn a_file_that_is_not_understood_lets_nobody_in_and_is_not_written_over() {
    let good = foreign_file();
    for (sentence, content) in [
        ("empty", String::new()),
        ("something else", "hello".to_owned()),
        ("no list of keys", r#"{"version": 1}"#.to_owned()),
        ("a newer version", good.replace("\"version\": 1", "\"version\": 2")),
        ("a limit that this program does not know", good.replace("\"id\"", "\"until\": \"2026-11-16\", \"id\"")),
        ("an account that cannot be", good.replace("upstox", "Up/stox")),
        ("a fingerprint that is too long", good.replace("\"sha256\": \"", "\"sha256\": \"AAAA")),
        ("the same id twice", {
            let key = &good[good.find("{\"id\"").expect("a key")..good.rfind(']').expect("an end")];
            good.replace(key, &format!("{key}, {key}"))
        }),
    ] {
        let mut place = Place::new();
        std::fs::write(place.file(), &content).expect("written");
        let problem = place.reopen().expect(sentence);
        assert_eq!(problem.code, "keys_unreadable", "{sentence}");
        assert!(problem.what.contains("keys.json"), "{sentence}: {problem}");
        assert!(matches!(place.ring.enter(FOREIGN, at(0)), Err(Refusal::Unreadable(_))), "{sentence}");
        let refused = [
            place.ring.make(new("other", Scope::All), [1; 32], at(1)).map(|_| ()),
            place.ring.revoke(&daypass_bots::KeyId::new("abcdefg2").expect("an id"), at(1)),
            place.ring.list().map(|_| ()),
        ];
        for refusal in refused {
            assert_eq!(refusal.expect_err(sentence).code, "keys_unreadable", "{sentence}");
        }
        place.ring.save(at(9999)).expect("there is nothing to save");
        assert_eq!(std::fs::read_to_string(place.file()).expect("the file"), content, "{sentence}: untouched");
    }
}

#[test]
fn a_file_that_is_mended_lets_bots_in_again_without_a_restart() {
    let mut place = Place::new();
    std::fs::write(place.file(), "torn").expect("written");
    place.reopen();
    assert!(matches!(place.ring.enter(FOREIGN, at(0)), Err(Refusal::Unreadable(_))));
    std::fs::write(place.file(), foreign_file()).expect("mended");
    assert!(place.ring.enter(FOREIGN, at(4)).is_err(), "bots make us read it no more often than each five seconds");
    assert!(place.ring.enter(FOREIGN, at(5)).is_ok());
    let mut place = Place::new();
    std::fs::write(place.file(), "torn").expect("written");
    place.reopen();
    std::fs::remove_file(place.file()).expect("moved away");
    place.make("bot", 1);
    assert_eq!(place.names(), ["bot"], "moved away is a new beginning");
}

#[test]
fn a_key_that_cannot_be_written_is_not_made() {
    let place = Place::new();
    std::fs::remove_dir_all(place.folder.path()).expect("the folder goes");
    let problem = place.ring.make(new("bot", Scope::All), [1; 32], at(0)).expect_err("no folder");
    assert_eq!(problem.code, "keys_not_saved");
    assert!(place.names().is_empty());
    std::fs::create_dir(place.folder.path()).expect("the folder is back");
    let (_, key) = place.make("bot", 1);
    assert!(place.enter(&key, at(1)).is_ok(), "the same bytes are still fresh: nobody has seen that key");
}

#[test]
fn a_key_is_revoked_at_once_even_if_the_disk_fails_and_on_disk_when_it_can() {
    for by_hand in [false, true] {
        let mut place = Place::new();
        let (view, key) = place.make("bot", 1);
        let kept = std::fs::read(place.file()).expect("the file");
        std::fs::remove_dir_all(place.folder.path()).expect("the folder goes");
        let problem = place.ring.revoke(&view.id, at(0)).expect_err("no folder");
        assert_eq!(problem.code, "revoked_until_restart");
        assert_eq!(place.enter(&key, at(1)), Err(Refusal::WrongKey));
        assert!(place.names().is_empty());

        std::fs::create_dir(place.folder.path()).expect("the folder is back");
        std::fs::write(place.file(), kept).expect("with the old file");
        assert!(!place.ring.save_is_due(at(59)) && place.ring.save_is_due(at(60)), "a minute later");
        let done = if by_hand { place.ring.revoke(&view.id, at(60)) } else { place.ring.save(at(60)) };
        done.expect("written");
        assert!(!place.ring.save_is_due(at(9999)));
        place.reopen();
        assert_eq!(place.enter(&key, at(61)), Err(Refusal::WrongKey), "by hand: {by_hand}");
    }
}
