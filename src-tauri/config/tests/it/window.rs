//! Changes from the settings window: written to its own file, or refused with a reason.

use crate::Place;
use daypass_config::save;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;

#[test]
fn the_window_writes_its_own_file_and_keeps_what_was_there() {
    let place = Place::new().file("config/settings.yaml", "attempts: 4\naccounts:\n- id: a\n  label: A\n");
    let changes = BTreeMap::from([
        ("lead_minutes".to_owned(), json!(15)),
        ("logging.level".to_owned(), json!("debug")),
        ("accounts.a.label".to_owned(), json!("Mine")),
        ("accounts.b.client_id".to_owned(), json!("key")),
    ]);
    let after = place.with(|sources| save(sources, &changes)).expect("saved");
    assert_eq!(after.settings.policy.attempts, 4);
    let again = place.load();
    assert_eq!(again.settings.logging.level, "debug");
    assert_eq!(again.settings.policy.lead, chrono::Duration::minutes(15));
    let labels: Vec<_> = again.settings.accounts.iter().map(|known| known.account.label.as_str()).collect();
    assert_eq!(labels, ["Mine", "B"]);
    let gone = BTreeMap::from([("accounts.a".to_owned(), json!(null)), ("lead_minutes".to_owned(), json!(null))]);
    let after = place.with(|sources| save(sources, &gone)).expect("saved");
    assert_eq!(after.settings.accounts.len(), 1);
    assert_eq!(after.settings.policy.lead, chrono::Duration::hours(1));
}

#[test]
fn a_bad_change_changes_nothing() {
    let place = Place::new().file("config/settings.yaml", "attempts: 4\n");
    let before = fs::read_to_string(place.root.path().join("config/settings.yaml")).expect("the file");
    let changes = BTreeMap::from([("lead_minutes".to_owned(), json!(15)), ("attempts".to_owned(), json!(99))]);
    let refused = place.with(|sources| save(sources, &changes)).expect_err("refused");
    assert!(refused[0].to_string().contains("a whole number from 1 to 10"), "{refused:?}");
    assert_eq!(fs::read_to_string(place.root.path().join("config/settings.yaml")).expect("the file"), before);
}

#[test]
fn a_broken_settings_file_is_not_written_over() {
    let broken = "accounts:\n- id: a\n  label: [\n";
    let place = Place::new().file("config/settings.yaml", broken);
    let changes = BTreeMap::from([("lead_minutes".to_owned(), json!(15))]);
    let refused = place.with(|sources| save(sources, &changes)).expect_err("refused");
    assert!(refused[0].what.contains("settings.yaml cannot be read (line "), "{refused:?}");
    assert_eq!(fs::read_to_string(place.root.path().join("config/settings.yaml")).expect("the file"), broken);
}

#[test]
fn an_id_with_leading_zeros_survives_every_way() {
    let place = Place::new().file("config/config.yaml", "upstox:\n  client_id: 0123\n  client_secret: 000456789\n");
    let upstox = place.load().settings.accounts.remove(0);
    assert_eq!(upstox.account.client_id, "0123");
    assert!(upstox.secret.expect("a secret").matches(b"000456789"));
    let place = Place::new().file("config/settings.yaml", "accounts:\n- id: a\n  client_id: 0123\n");
    for (key, value) in [("lead_minutes", json!(15)), ("accounts.b.client_id", json!("0456")), ("attempts", json!(4))] {
        place.with(|sources| save(sources, &BTreeMap::from([(key.to_owned(), value)]))).expect("saved");
    }
    let accounts = place.load().settings.accounts;
    let ids: Vec<_> = accounts.iter().map(|known| known.account.client_id.as_str()).collect();
    assert_eq!(ids, ["0123", "0456"]);
}

#[test]
fn what_the_users_file_fixes_is_refused_with_its_place() {
    let place = Place::new().file("config/config.yaml", "attempts: 5\naccounts:\n- id: a\n  label: x\n");
    for key in ["attempts", "accounts.a.label", "accounts.a"] {
        let changes = BTreeMap::from([(key.to_owned(), json!(null))]);
        let refused = place.with(|sources| save(sources, &changes)).expect_err(key);
        assert!(refused[0].what.contains("config.yaml line"), "{refused:?}");
    }
    assert_eq!(fs::read_to_string(place.root.path().join("config/config.yaml")).expect("the file").lines().count(), 4);
}

#[test]
fn a_secret_never_gets_into_the_windows_file() {
    let changes = BTreeMap::from([("accounts.a.client_secret".to_owned(), json!("s3cret-value"))]);
    let place = Place::new();
    let refused = place.with(|sources| save(sources, &changes)).expect_err("refused");
    assert!(!refused[0].to_string().contains("s3cret-value"));
    assert!(!place.root.path().join("config/settings.yaml").exists());
}

#[test]
fn a_mistake_that_was_there_before_blocks_no_change() {
    for (sentence, file, text) in [
        ("red above green in the user's own file", "config/config.yaml", "red_below_hours: 4\n"),
        ("red above green in the window's file", "config/settings.yaml", "red_below_hours: 4\n"),
        ("a key that nobody reads, above a line that is new", "config/settings.yaml", "zzz: 1\nattempts: 4\n"),
        ("a value that is not allowed", "config/settings.yaml", "attempts: 99\n"),
    ] {
        let place = Place::new().file(file, text);
        let changes = BTreeMap::from([("check_every_minutes".to_owned(), json!(15))]);
        let after = place.with(|sources| save(sources, &changes)).expect(sentence);
        assert_eq!(after.settings.policy.check_every, chrono::Duration::minutes(15), "{sentence}");
        assert_eq!(after.notes.len(), 1, "it is told all the same: {sentence}");
        let changes = BTreeMap::from([("lead_minutes".to_owned(), json!(0))]);
        place.with(|sources| save(sources, &changes)).expect_err(sentence);
    }
}

#[test]
fn a_change_that_sets_red_above_green_is_refused() {
    let changes = BTreeMap::from([("red_below_hours".to_owned(), json!(4))]);
    let refused = Place::new().with(|sources| save(sources, &changes)).expect_err("refused");
    assert!(refused[0].what.contains("Red would begin above green"), "{refused:?}");
}

#[test]
fn an_account_has_numbers_of_its_own_until_they_are_taken_away() {
    let place = Place::new().file("config/config.yaml", "accounts:\n- id: a\n- id: b\n  policy:\n    attempts: 2\n");
    let change = |key: &str, value| place.with(|sources| save(sources, &BTreeMap::from([(key.to_owned(), value)])));
    let shown = |account: &str, key: &str| {
        let described = serde_json::to_value(daypass_config::describe(&place.load())).expect("JSON");
        let rows = described["own"][account].as_array().expect("rows").clone();
        let key = format!("accounts.{account}.policy.{key}");
        let row = rows.into_iter().find(|row| row["key"] == key.as_str()).expect("the row");
        (row["value"].clone(), row["default"].clone(), row["source"]["kind"].clone())
    };
    assert_eq!(shown("a", "lead_minutes"), (json!(60.0), json!(60.0), json!("default")));
    let after = change("accounts.a.policy.lead_minutes", json!(15)).expect("saved");
    let own = after.settings.accounts[0].policy.as_ref().expect("numbers of its own");
    assert_eq!((own.lead, own.attempts), (chrono::Duration::minutes(15), 3));
    assert_eq!(shown("a", "lead_minutes"), (json!(15.0), json!(60.0), json!("settings")));
    let refused = change("accounts.a.policy.lead_minutes", json!(-1)).expect_err("refused");
    assert!(refused[0].to_string().contains("accounts.a.policy.lead_minutes"), "{refused:?}");
    let fixed = change("accounts.b.policy.attempts", json!(5)).expect_err("the file wins");
    assert!(fixed[0].what.contains("config.yaml line 5"), "{fixed:?}");
    assert_eq!(shown("b", "attempts"), (json!(2.0), json!(3.0), json!("config")));
    let after = change("accounts.a.policy.lead_minutes", json!(null)).expect("saved");
    assert!(after.settings.accounts[0].policy.is_none(), "as for all accounts again");
}
