//! Outlets in the settings: read from all layers, checked, switched on and off by the window.

use crate::{OUTLETS, Place, sentences};
use daypass_config::{Loaded, describe, outlet_forms, save};
use daypass_domain::{OutletProfile, OutletSettings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

fn outlets(loaded: &Loaded, account: usize) -> &[OutletSettings] {
    &loaded.settings.accounts[account].outlets
}

fn home() -> Place {
    Place::new().env("HOME", "/home/me")
}

#[test]
fn what_an_account_says_comes_out_whole() {
    let yaml = "\
accounts:
- id: main
  webhook_secret: s3cret-of-the-webhook
  outlets:
    json_file: {path: ~/token.json}
    env_file:
      path: ../bot/.env
      key: MY_TOKEN
    command: {run: [tell-bot, 'two words', '~/x'], give: env}
    webhook: {url: 'https://example.org/hook?key=1'}
";
    let place = home().file("config/config.yaml", yaml);
    let loaded = place.load();
    assert_eq!(sentences(&loaded), Vec::<String>::new());
    let env = place.root.path().join("config/../bot/.env").display().to_string();
    let [json_file, env_file, command, webhook] = outlets(&loaded, 0) else { panic!("{:?}", outlets(&loaded, 0)) };
    assert_eq!(json_file.text("path"), Some("/home/me/token.json"));
    assert_eq!((env_file.text("path"), env_file.text("key")), (Some(env.as_str()), Some("MY_TOKEN")));
    assert_eq!(
        (command.words("run"), command.text("give")),
        (&words(&["tell-bot", "two words", "~/x"])[..], Some("env"))
    );
    assert_eq!(webhook.text("url"), Some("https://example.org/hook?key=1"));
    let secret = loaded.settings.accounts[0].webhook_secret.as_ref().expect("a secret");
    assert!(secret.matches(b"s3cret-of-the-webhook"));
    assert_eq!((loaded.found_secrets[0].key, loaded.found_secrets.len()), ("webhook_secret", 1));
    let described = serde_json::to_value(describe(&loaded)).expect("JSON");
    assert!(!described.to_string().contains("s3cret-of"), "the window does not get it");
    let fields = &described["accounts"]["main"];
    assert_eq!(fields["outlets.json_file.path"]["value"], "~/token.json");
    assert_eq!(fields["outlets.command.run"]["value"], "tell-bot 'two words' '~/x'");
    assert_eq!(fields["outlets.env_file.key"]["source"]["line"], 8);
}

fn words(of: &[&str]) -> Vec<String> {
    of.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_command_is_a_list_or_a_line() {
    for (written, program) in [
        ("bot", &["bot"][..]),
        ("systemctl --user restart bot", &["systemctl", "--user", "restart", "bot"]),
        ("\"sh -c 'echo $HOME; x'\"", &["sh", "-c", "echo $HOME; x"]),
        ("[sleep, 5]", &["sleep", "5"]),
        ("~/bin/bot now", &["/home/me/bin/bot", "now"]),
        ("/usr/bin/bot", &["/usr/bin/bot"]),
    ] {
        let yaml = format!("accounts:\n- id: x\n  outlets:\n    command:\n      run: {written}\n");
        let loaded = home().file("config/config.yaml", &yaml).load();
        assert_eq!(outlets(&loaded, 0)[0].words("run"), words(program), "{written}: {:?}", loaded.notes);
    }
    let place = home().file("config/config.yaml", "accounts:\n- id: x\n  outlets:\n    command: {run: bin/bot}\n");
    let program = place.root.path().join("config/bin/bot").display().to_string();
    assert_eq!(outlets(&place.load(), 0)[0].words("run"), [program], "a path begins in the settings folder");
}

#[test]
fn every_mistake_names_file_line_and_key_and_keeps_only_its_own_outlet_off() {
    const PATH: &str = "a file such as ~/bot/token.json; a relative path begins in the settings folder";
    let off = |what: &str, allowed: &str| format!("{what}, which is left out. Allowed: {allowed}.");
    let file = |text: &str| off(&format!("accounts.x.outlets.json_file.path is \"{text}\""), PATH);
    let stays_off =
        format!("accounts.x.outlets.json_file has no path and stays off. Give it {PATH}, or delete the block.");
    let address = off(
        "accounts.x.outlets.webhook.url is not such an address",
        "an address that begins with https://, without user name and #; plain http only to this computer",
    );
    for (block, line, wanted) in [
        ("json_file: {path: dir/}", 5, vec![file("dir/"), stays_off.clone()]),
        ("json_file: {path: ~other/x}", 5, vec![file("~other/x"), stays_off.clone()]),
        ("json_file: {path: '..'}", 5, vec![file(".."), stays_off.clone()]),
        ("json_file: {}", 5, vec![stays_off.clone()]),
        ("json_file: token.json", 5, vec![off("accounts.x.outlets.json_file is not a block", "lines below it: path")]),
        (
            "jsonfile: {path: x}",
            5,
            vec!["There is no setting \"jsonfile\"; it is left out. Did you mean json_file?".into()],
        ),
        (
            "json_file: {path: x, pth: y}",
            5,
            vec!["There is no setting \"pth\"; it is left out. Did you mean path?".into()],
        ),
        (
            "env_file: {path: x, key: 2A}",
            5,
            vec![off(
                "accounts.x.outlets.env_file.key is \"2A\"",
                "a name of letters, digits and _ that does not begin with a digit",
            )],
        ),
        ("command: {run: x, give: args}", 5, vec![off("accounts.x.outlets.command.give is \"args\"", "stdin, env")]),
        (
            "command: {run: \"'x\"}",
            5,
            vec![
                off("accounts.x.outlets.command.run is no command", PROGRAM),
                format!("accounts.x.outlets.command has no run and stays off. Give it {PROGRAM}, or delete the block."),
            ],
        ),
        ("webhook: {url: 'http://example.org/x'}", 5, vec![address.clone(), no_url()]),
        ("webhook: {url: 'https://me:pw@example.org/x'}", 5, vec![address.clone(), no_url()]),
        ("webhook: {url: example.org}", 5, vec![address, no_url()]),
    ] {
        let yaml = format!("accounts:\n- id: x\n  label: X\n  outlets:\n    {block}\n");
        let loaded = home().file("config/config.yaml", &yaml).load();
        let wanted: Vec<_> = wanted.iter().map(|what| format!("config.yaml line {line}: {what}")).collect();
        assert_eq!(sentences(&loaded), wanted, "{block}");
        assert_eq!(loaded.settings.accounts[0].account.label, "X", "the rest is good: {block}");
    }
    let loaded = home().file("config/config.yaml", "accounts:\n- id: x\n  outlets: [a]\n").load();
    let wanted = "config.yaml line 3: accounts.x.outlets is not a block, which is left out. Allowed: lines below it, \
                  each with one of json_file, env_file, command, webhook.";
    assert_eq!(sentences(&loaded), [wanted]);
}

const PROGRAM: &str = "a program and its arguments, such as systemctl --user restart bot";

fn no_url() -> String {
    "accounts.x.outlets.webhook has no url and stays off. Give it an address that begins with https://, without user \
     name and #; plain http only to this computer, or delete the block."
        .to_owned()
}

#[test]
fn two_accounts_do_not_write_to_one_file() {
    for (sentence, one, other, kept) in [
        ("the same file", "json_file: {path: t}", "json_file: {path: ./t}", 0),
        ("one file for two kinds", "json_file: {path: t}", "env_file: {path: t}", 0),
        ("the same variable", "env_file: {path: t, key: A}", "env_file: {path: t, key: A}", 0),
        ("the broker's own variable", "env_file: {path: t}", "env_file: {path: t}", 0),
        ("two variables", "env_file: {path: t, key: A}", "env_file: {path: t, key: B}", 1),
        ("two files", "json_file: {path: t}", "json_file: {path: u}", 1),
        ("the same command", "command: {run: x}", "command: {run: x}", 1),
    ] {
        let account = |id: &str, block: &str| format!("- id: {id}\n  outlets:\n    {block}\n");
        let yaml = format!("accounts:\n{}{}", account("a", one), account("b", other));
        let loaded = home().file("config/config.yaml", &yaml).load();
        assert_eq!((outlets(&loaded, 0).len(), outlets(&loaded, 1).len()), (1, kept), "{sentence}");
        let said = sentences(&loaded);
        assert_eq!(said.len(), 1 - kept, "{sentence}: {said:?}");
        let right = |said: &String| {
            said.starts_with("config.yaml line 7: accounts.b.outlets.") && said.contains("account a writes to already")
        };
        assert!(said.iter().all(right), "{sentence}: {said:?}");
    }
    let brokers = "accounts:\n- id: a\n  outlets: {env_file: {path: t}}\n- id: b\n  broker: oauth2\n  outlets: {env_file: {path: t}}\n";
    let loaded = home().file("config/config.yaml", brokers).load();
    assert_eq!((outlets(&loaded, 1).len(), loaded.notes.len()), (1, 0), "each broker has a variable of its own");
}

#[test]
fn a_secret_in_the_environment_makes_no_account() {
    let place = Place::new().env("UPSTOX_WEBHOOK_SECRET", "env-s3cret");
    assert!(place.load().settings.accounts.is_empty());
    let place = place.env("UPSTOX_CLIENT_ID", "key");
    let loaded = place.load();
    assert!(loaded.settings.accounts[0].webhook_secret.as_ref().expect("a secret").matches(b"env-s3cret"));
    assert!(loaded.found_secrets.is_empty());
}

fn changed(place: &Place, changes: &[(&str, Value)]) -> Result<Loaded, String> {
    let changes: BTreeMap<_, _> = changes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    place.with(|sources| save(sources, &changes)).map_err(|problems| problems[0].to_string())
}

#[test]
fn the_window_switches_an_outlet_on_changes_it_and_switches_it_off() {
    let place = home().file("config/settings.yaml", "accounts:\n- id: a\n  label: A\n");
    let key = |rest: &str| format!("accounts.a.outlets.{rest}");
    let (path, name, run) = (key("env_file.path"), key("env_file.key"), key("command.run"));
    let kinds = |loaded: &Loaded| outlets(loaded, 0).iter().map(|outlet| outlet.kind).collect::<Vec<_>>();
    let on =
        changed(&place, &[(&path, json!("~/.env")), (&name, json!("T")), (&run, json!(["x", "a b"]))]).expect("on");
    assert_eq!(kinds(&on), ["env_file", "command"]);
    assert_eq!(outlets(&place.load(), 0), outlets(&on, 0), "as it is read again");
    let other = changed(&place, &[(&path, json!("/x/.env")), (&run, json!("x 'c d'"))]).expect("changed");
    assert_eq!(outlets(&other, 0)[0].text("path"), Some("/x/.env"));
    assert_eq!(outlets(&other, 0)[1].words("run"), ["x", "c d"]);
    let refused = changed(&place, &[(&path, json!("x/"))]).expect_err("no file");
    assert!(refused.contains("accounts.a.outlets.env_file.path is \"x/\""), "{refused}");
    let less = changed(&place, &[(&name, json!(null))]).expect("less");
    assert_eq!((kinds(&less), outlets(&less, 0)[0].text("key")), (vec!["env_file", "command"], None));
    changed(&place, &[(&name, json!("T"))]).expect("more");
    let off = changed(&place, &[(&path, json!(null))]).expect("what it needs is gone");
    assert_eq!(kinds(&off), ["command"]);
    changed(&place, &[(&key("command"), json!(null))]).expect("the whole block");
    let text = fs::read_to_string(place.root.path().join("config/settings.yaml")).expect("the file");
    assert!(!text.contains("outlets"), "{text}");
    assert_eq!(place.load().settings.accounts[0].account.label, "A");
}

#[test]
fn what_the_users_file_says_about_an_outlet_wins() {
    let place = home().file("config/config.yaml", "accounts:\n- id: a\n  outlets:\n    json_file: {path: mine}\n");
    for key in ["accounts.a.outlets.json_file.path", "accounts.a.outlets.json_file", "accounts.a"] {
        let refused = changed(&place, &[(key, json!(null))]).expect_err(key);
        assert!(refused.contains("config.yaml line 4"), "{refused}");
    }
    let refused = changed(&place, &[("accounts.a.webhook_secret", json!("s3cret-value"))]).expect_err("a secret");
    assert!(refused.contains("is a secret") && !refused.contains("s3cret-value"), "{refused}");
}

#[test]
fn every_form_is_described() {
    let forms = serde_json::to_value(outlet_forms(OUTLETS)).expect("JSON");
    let ids: Vec<_> = forms.as_array().expect("forms").iter().map(|form| form["id"].clone()).collect();
    assert_eq!(ids, OUTLETS.iter().map(|profile: &&OutletProfile| json!(profile.id)).collect::<Vec<_>>());
    assert_eq!(forms[2]["fields"][1]["choices"], json!(["stdin", "env"]));
    assert_eq!((&forms[3]["fields"][0]["kind"], &forms[3]["fields"][0]["required"]), (&json!("address"), &json!(true)));
}
