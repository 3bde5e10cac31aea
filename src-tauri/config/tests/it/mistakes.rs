//! What is wrong is told, and costs never more than the setting with the mistake.

use crate::{Place, sentences};

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
        (
            "accounts:\n- id: x\n  practice: perhaps\n",
            "config.yaml line 3: accounts.x.practice is \"perhaps\", which is left out. Allowed: true, false.",
        ),
        (
            "accounts:\n- id: x\n  policy:\n    attempts: 99\n",
            "config.yaml line 4: accounts.x.policy.attempts is \"99\", which is left out. Allowed: a whole number from 1 to 10.",
        ),
        (
            "accounts:\n- id: x\n  policy:\n    attempts: [1]\n",
            "config.yaml line 4: accounts.x.policy.attempts is not a text, which is left out. Allowed: a whole number from 1 to 10.",
        ),
        (
            "accounts:\n- id: x\n  policy:\n    atempts: 1\n",
            "config.yaml line 4: There is no setting \"atempts\"; it is left out. Did you mean attempts?",
        ),
        (
            "accounts:\n- id: x\n  policy:\n    red_below_hours: 4\n",
            "config.yaml line 4: accounts.x.policy.red_below_hours is \"4\", which is left out. Allowed: less than green_above_hours.",
        ),
        (
            "accounts:\n- id: x\n  policy:\n    green_above_hours: 0.5\n",
            "config.yaml line 4: accounts.x.policy.green_above_hours is \"0.5\", which is left out. Allowed: more than red_below_hours.",
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
fn red_above_green_is_a_mistake_of_both() {
    let loaded = Place::new().file("config/config.yaml", "red_below_hours: 4\n").load();
    assert_eq!(loaded.settings.policy, daypass_domain::Policy::default());
    assert_eq!(loaded.notes.len(), 1);
}

#[test]
fn a_file_whose_accounts_cannot_be_seen_is_told_apart_from_one_that_has_none() {
    for (sentence, file, text, unreadable) in [
        ("an empty file", "config/config.yaml", "", false),
        ("comments only", "config/config.yaml", "# later\n", false),
        ("a key that nobody reads", "config/config.yaml", "atempts: 4\n", false),
        ("a bad value", "config/config.yaml", "attempts: 99\n", false),
        ("an emptied list", "config/config.yaml", "accounts:\n", false),
        ("half a line", "config/config.yaml", "upstox: [\n", true),
        ("one word", "config/config.yaml", "upstox\n", true),
        ("a list that has become a text", "config/config.yaml", "accounts: main\n", true),
        ("an account without its id", "config/config.yaml", "accounts:\n- label: x\n", true),
        ("an id that is none", "config/config.yaml", "accounts:\n- id: a b\n", true),
        ("the window's own file", "config/settings.yaml", "accounts: {\n", true),
        ("a quote that does not end", "config/.env", "UPSTOX_CLIENT_ID='a\n", true),
        ("a line of another program", "work/.env", "if true; then\n", false),
        ("a folder in its place", "config/.env/x", "", true),
    ] {
        let place = Place::new();
        if let Some((folder, _)) = file.strip_prefix("config/").and_then(|below| below.rsplit_once('/')) {
            std::fs::create_dir(place.root.path().join("config").join(folder)).expect("a folder");
        }
        let loaded = place.file(file, text).load();
        assert_eq!(loaded.unreadable, unreadable, "{sentence}: {:?}", loaded.notes);
    }
}

#[test]
fn numbers_of_an_account_that_clash_are_the_general_ones() {
    let yaml = "accounts:\n- id: x\n  policy:\n    red_below_hours: 4\n    attempts: 2\n";
    let loaded = Place::new().file("config/config.yaml", yaml).load();
    let policy = loaded.settings.accounts[0].policy.as_ref().expect("numbers of its own");
    let general = daypass_domain::Policy { attempts: 2, ..daypass_domain::Policy::default() };
    assert_eq!(policy, &general);
}

#[test]
fn a_policy_that_is_no_block_is_told() {
    let said = sentences(&Place::new().file("config/config.yaml", "accounts:\n- id: x\n  policy: 5\n").load());
    let begin = "config.yaml line 3: accounts.x.policy is not a block, which is left out. Allowed: lines below it, ";
    assert!(said.len() == 1 && said[0].starts_with(begin), "{said:?}");
}

#[test]
fn practice_is_written_like_every_other_flag() {
    for (text, practice) in [("true", true), ("yes", true), ("1", true), ("on", true), ("false", false), ("0", false)] {
        let loaded =
            Place::new().file("config/config.yaml", &format!("accounts:\n- id: x\n  practice: {text}\n")).load();
        assert_eq!(loaded.settings.accounts[0].account.practice, practice, "{text}");
        assert!(loaded.notes.is_empty(), "{text}: {:?}", loaded.notes);
    }
}
