//! What wins, and how an account is put together from all layers.

use crate::Place;
use daypass_config::{Loaded, Origin, describe};

#[test]
fn each_layer_wins_over_the_ones_below() {
    let key = |loaded: &Loaded| loaded.settings.policy.attempts;
    let place = Place::new();
    assert_eq!(key(&place.load()), 3, "the default");
    let place = place.file("config/settings.yaml", "attempts: 4\n");
    assert_eq!(key(&place.load()), 4, "the settings window");
    let place = place.file("config/config.yaml", "attempts: 5\n");
    assert_eq!(key(&place.load()), 5, "the user's own file");
    let place = place.file("work/.env", "DAYPASS_ATTEMPTS=6\n");
    assert_eq!(key(&place.load()), 6, ".env in the working directory");
    let place = place.file("config/.env", "DAYPASS_ATTEMPTS=7\n");
    assert_eq!(key(&place.load()), 7, ".env in the settings folder");
    let place = place.env("DAYPASS_ATTEMPTS", "8");
    assert_eq!(key(&place.load()), 8, "the environment");
    let place = place.env("DAYPASS_ATTEMPTS", " ");
    assert_eq!(key(&place.load()), 7, "a blank variable says nothing");
}

#[test]
fn the_upstox_block_and_the_variables_describe_one_account() {
    let place = Place::new()
        .file("config/config.yaml", "upstox:\n  client_id: from-file\n  client_secret: file-secret\n")
        .env("UPSTOX_CLIENT_ID", "from-env")
        .env("UPSTOX_BASE_URL", "http://127.0.0.1:9");
    let loaded = place.load();
    let [upstox] = loaded.settings.accounts.as_slice() else { panic!("one account: {:?}", loaded.settings.accounts) };
    assert_eq!(upstox.account.id.as_str(), "upstox");
    assert_eq!(upstox.account.label, "Upstox");
    assert_eq!(upstox.account.client_id, "from-env");
    assert_eq!(upstox.account.option("base_url"), Some("http://127.0.0.1:9"));
    assert!(upstox.secret.as_ref().expect("a secret").matches(b"file-secret"));
    assert_eq!(loaded.found_secrets.len(), 1, "the secret in the file is told");
    assert_eq!(loaded.found_secrets[0].origin, Origin::Config { line: 3 });
    assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
}

#[test]
fn a_secret_in_the_environment_is_no_file() {
    let place = Place::new().env("UPSTOX_CLIENT_ID", "a").env("UPSTOX_CLIENT_SECRET", "env-secret-1");
    let loaded = place.load();
    assert!(loaded.found_secrets.is_empty());
    assert!(!format!("{loaded:?}").contains("env-secret-1"), "and it is not printed");
    assert!(
        !serde_json::to_string(&describe(&loaded)).expect("JSON").contains("env-secret-1"),
        "and the window does not get it"
    );
}

#[test]
fn a_blank_secret_is_none() {
    let loaded = Place::new().file("config/config.yaml", "upstox:\n  client_id: a\n  client_secret: \" \"\n").load();
    assert!(loaded.settings.accounts[0].secret.is_none() && loaded.found_secrets.is_empty());
}

#[test]
fn accounts_are_put_together_field_by_field() {
    let place = Place::new()
        .file("config/settings.yaml", "accounts:\n- id: us\n  broker: oauth2\n  label: Old\n  client_id: abc\n")
        .file(
            "config/config.yaml",
            "accounts:\n- id: us\n  label: New\n  token_url: https://broker.example/token\n  scopes: [read, trade]\n- id: two\n  broker: upstox\n",
        );
    let loaded = place.load();
    let ids: Vec<_> = loaded.settings.accounts.iter().map(|known| known.account.id.as_str()).collect();
    assert_eq!(ids, ["us", "two"]);
    let us = &loaded.settings.accounts[0].account;
    assert_eq!((us.label.as_str(), us.client_id.as_str(), us.broker.as_str()), ("New", "abc", "oauth2"));
    assert_eq!(us.option("scopes"), Some("read trade"));
}

#[test]
fn a_short_day_scales_the_numbers_and_its_own_ones_stay() {
    let yaml = "accounts:\n- id: p\n  practice: true\n  day: 10m\n  policy:\n    check_every_minutes: 1\n";
    let loaded = Place::new().file("config/settings.yaml", yaml).load();
    let account = &loaded.settings.accounts[0];
    let policy = account.policy.as_ref().expect("numbers of its own");
    assert_eq!(policy.green_above, chrono::Duration::seconds(75));
    assert_eq!(policy.check_every, chrono::Duration::minutes(1));
    assert!(account.account.practice);
}

#[test]
fn the_environment_prints_no_values() {
    let place = Place::new().env("UPSTOX_CLIENT_SECRET", "s3cret-value");
    assert!(!format!("{:?}", place.env).contains("s3cret-value"));
}
