//! What wins, what is told, and what is lost: never more than the setting with the mistake.

use daypass_config::{Environment, Folders, Loaded, Origin, Sources, describe, load, save};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const OPTIONS: &[&str] = &["base_url", "authorize_url", "token_url", "scopes"];

struct Place {
    root: tempfile::TempDir,
    env: Environment,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("config")).expect("a folder");
        fs::create_dir_all(root.path().join("work")).expect("a folder");
        Self { root, env: Environment::default() }
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.root.path().join(name), text).expect("a file");
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.env.0.insert(name.into(), value.into());
        self
    }

    fn with<T>(&self, act: impl FnOnce(&Sources<'_>) -> T) -> T {
        let home = self.root.path().display().to_string();
        let folders = Folders::new(&Environment(BTreeMap::from([("DAYPASS_HOME".into(), home)])), Path::new("/"));
        let working_dir = self.root.path().join("work");
        act(&Sources { folders: &folders, env: &self.env, working_dir: &working_dir, option_keys: OPTIONS })
    }

    fn load(&self) -> Loaded {
        self.with(load)
    }
}

fn sentences(loaded: &Loaded) -> Vec<String> {
    loaded.notes.iter().map(|note| note.problem.to_string()).collect()
}

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
    assert!(!describe(&loaded).to_string().contains("env-secret-1"), "and the window does not get it");
}

#[test]
fn blanks_around_a_value_are_not_part_of_it() {
    let redirect = "http://127.0.0.1:5001/cb";
    let lines =
        format!("UPSTOX_CLIENT_ID=key-1\r\nUPSTOX_CLIENT_SECRET='secret-1 '\r\nUPSTOX_REDIRECT_URI={redirect}\r\n");
    let yaml = format!(
        "upstox:\r\n  client_id: \"key-1 \"\r\n  client_secret: \"secret-1\\r\"\r\n  redirect_uri: \" {redirect}\\r\"\r\n"
    );
    for (sentence, place) in [
        ("a .env file from Windows", Place::new().file("work/.env", &lines)),
        (
            "a shell that has read one",
            Place::new()
                .env("UPSTOX_CLIENT_ID", "key-1\r")
                .env("UPSTOX_CLIENT_SECRET", "secret-1\r")
                .env("UPSTOX_REDIRECT_URI", &format!("{redirect}\r")),
        ),
        ("a settings file", Place::new().file("config/config.yaml", &yaml)),
    ] {
        let loaded = place.load();
        assert!(loaded.notes.is_empty(), "{sentence}: {:?}", loaded.notes);
        let upstox = &loaded.settings.accounts[0];
        assert_eq!((upstox.account.client_id.as_str(), upstox.account.redirect_uri.as_str()), ("key-1", redirect));
        assert!(upstox.secret.as_ref().is_some_and(|secret| secret.matches(b"secret-1")), "{sentence}");
    }
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
fn every_mistake_names_file_line_key_and_what_is_allowed() {
    for (yaml, wanted) in [
        (
            "logging:\n  level: loud\n",
            "config.yaml line 2: logging.level is \"loud\", which is left out. Allowed: error, warn, info, debug, trace.",
        ),
        ("atempts: 4\n", "config.yaml line 1: There is no setting \"atempts\"; it is left out. Did you mean attempts?"),
        (
            "\nattempts: [1]\n",
            "config.yaml line 2: attempts is a list, which is left out. Allowed: a whole number from 1 to 10.",
        ),
        (
            "upstox:\n  client_id: a\n  redirect_uri: https://example.org/\n",
            "config.yaml line 3: accounts.upstox.redirect_uri is \"https://example.org/\": it must begin with http://; Daypass catches the sign-in on this computer, without a certificate. http://localhost:5001/callback is used instead. Write it exactly as it is registered at the broker.",
        ),
        (
            "accounts:\n- label: x\n",
            "config.yaml line 2: An account has no id and is left out. Give it one, such as `id: main`.",
        ),
        (
            "accounts:\n- id: x\n  clinet_id: y\n",
            "config.yaml line 3: There is no setting \"clinet_id\"; it is left out. Did you mean client_id?",
        ),
        (
            "accounts:\n- id: x\n  day: soon\n",
            "config.yaml line 3: accounts.x.day is \"soon\", which is left out. Allowed: a span such as 10m, from 1s.",
        ),
    ] {
        let place = Place::new().file("config/config.yaml", &format!("{yaml}check_every_minutes: 7\n"));
        let loaded = place.load();
        assert_eq!(sentences(&loaded), [wanted], "{yaml}");
        assert_eq!(loaded.settings.policy.check_every, chrono::Duration::minutes(7), "the rest is good: {yaml}");
    }
}

#[test]
fn a_broken_file_costs_only_itself() {
    let place = Place::new()
        .file("config/config.yaml", "attempts: 5\nlogging: [\n")
        .file("config/settings.yaml", "lead_minutes: 20\n");
    let loaded = place.load();
    assert_eq!(loaded.settings.policy.lead, chrono::Duration::minutes(20));
    assert_eq!(loaded.settings.policy.attempts, 3);
    let said = sentences(&loaded);
    assert!(said[0].starts_with("config.yaml line "), "{said:?}");
}

#[test]
fn a_broken_dotenv_never_shows_its_line() {
    let place = Place::new().file("config/.env", "DAYPASS_ATTEMPTS=6\nUPSTOX_CLIENT_SECRET='unclosed-secret\n");
    let loaded = place.load();
    assert_eq!(loaded.settings.policy.attempts, 6);
    assert!(!sentences(&loaded).concat().contains("unclosed-secret"), "{:?}", sentences(&loaded));
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
fn red_above_green_is_a_mistake_of_both() {
    let loaded = Place::new().file("config/config.yaml", "red_below_hours: 4\n").load();
    assert_eq!(loaded.settings.policy, daypass_domain::Policy::default());
    assert_eq!(loaded.notes.len(), 1);
}

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
fn a_dotenv_that_cannot_be_read_is_told() {
    let place = Place::new().file("check.txt", "");
    fs::create_dir(place.root.path().join("config/.env")).expect("a folder where a file should be");
    let said = sentences(&place.load()).concat();
    assert!(said.contains(".env cannot be read"), "{said}");
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
fn a_dollar_that_was_read_as_a_variable_is_told() {
    let place = Place::new().file("config/.env", "UPSTOX_CLIENT_ID=a\nUPSTOX_CLIENT_SECRET=pa$ss-word\n");
    let said = sentences(&place.load()).concat();
    assert!(said.contains("line 2") && said.contains("single quotes") && !said.contains("ss-word"), "{said}");
    let place = Place::new().file("config/.env", "UPSTOX_CLIENT_ID=a\nUPSTOX_CLIENT_SECRET='pa$ss-word'\n");
    let loaded = place.load();
    assert!(loaded.notes.is_empty(), "{:?}", loaded.notes);
    assert!(loaded.settings.accounts[0].secret.as_ref().expect("a secret").matches(b"pa$ss-word"));
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
fn the_environment_prints_no_values() {
    let place = Place::new().env("UPSTOX_CLIENT_SECRET", "s3cret-value");
    assert!(!format!("{:?}", place.env).contains("s3cret-value"));
}
