//! Accounts that are changed in the window while they stand in the user's own file.
//!
//! The invariant: what a person entered is not lost by what stands in a file. What this is not: a test of the files
//! themselves (see `config`).

mod support;

use daypass_wiring::{AccountId, Client, NewAccount, Secret};
use futures::StreamExt;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use support::{is_alone, running};

const OWN: &str = "accounts:\n- id: main\n  label: Mine\n  client_id: my-key\n";

fn id(text: &str) -> AccountId {
    AccountId::new(text).expect("an id")
}

fn write(home: &Path, text: &str) {
    let folder = home.join("daypass/config");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.yaml"), text).expect("a file");
}

/// What the window's form sends.
fn form(label: &str, client_id: &str, secret: &str) -> NewAccount {
    let fields = [("client_id", client_id), ("redirect_uri", "")];
    NewAccount {
        id: Some(id("main")),
        label: label.to_owned(),
        broker: "upstox".to_owned(),
        fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        secrets: BTreeMap::from([("client_secret".to_owned(), Secret::new(secret))]),
    }
}

async fn missing(client: &Arc<dyn Client>) -> Vec<String> {
    client.snapshot().await.expect("a snapshot").accounts[0].missing.clone()
}

#[tokio::test]
async fn an_account_of_the_users_own_file_takes_its_secret_from_the_form() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "an_account_of_the_users_own_file_takes_its_secret_from_the_form") {
        return;
    }
    write(home.path(), OWN);
    let program = running(home.path(), false).await;
    let client = program.client();
    assert_eq!(missing(&client).await.len(), 1, "the secret is missing");
    client.put_account(form("Mine", "my-key", "marker-secret")).await.expect("nothing but the secret is new");
    assert_eq!(missing(&client).await, Vec::<String>::new());
    let settings = home.path().join("daypass/config/settings.yaml");
    assert!(!settings.exists(), "there was nothing to write");
    for (label, client_id) in [("Other", "my-key"), ("Mine", "other-key")] {
        let refused = client.put_account(form(label, client_id, "")).await.expect_err("the file wins");
        assert!(refused.problem.what.contains("config.yaml line"), "{}", refused.problem);
    }
    let added = NewAccount { id: Some(id("two")), ..form("Two", "", "") };
    client.put_account(added).await.expect("a new one is written");
    assert!(std::fs::read_to_string(&settings).expect("the file").contains("broker: upstox"));
    program.stop().await;
}

#[tokio::test]
async fn a_half_written_file_takes_no_account_away() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "a_half_written_file_takes_no_account_away") {
        return;
    }
    write(home.path(), OWN);
    let program = running(home.path(), false).await;
    let client = program.client();
    let change = || client.change_settings(BTreeMap::from([("lead_minutes".to_owned(), 30.into())]));
    let ids = async || {
        let accounts = client.snapshot().await.expect("a snapshot").accounts;
        accounts.into_iter().map(|account| account.id).collect::<Vec<_>>()
    };
    for half in [&format!("{OWN}  broker: upst\n"), "accounts: [\n"] {
        write(home.path(), half);
        change().await.expect("a change reads everything again");
        assert_eq!(ids().await, ["main"], "it runs on: {half}");
    }
    let refused = client.remove_account(&id("main")).await.expect_err("it may stand in the file");
    assert_eq!(refused.problem.code, "settings_unreadable");
    write(home.path(), "attempts: 4\n");
    change().await.expect("a change");
    assert_eq!(ids().await, Vec::<String>::new(), "its owner has taken it out");
    program.stop().await;
}

#[tokio::test]
async fn without_a_practice_account_it_starts_all_the_same_and_says_why() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "without_a_practice_account_it_starts_all_the_same_and_says_why") {
        return;
    }
    write(home.path(), "red_below_hours: 4\n");
    let settings = home.path().join("daypass/config/settings.yaml");
    for (sentence, text, accounts, code) in [
        ("the window's file cannot be read", "attempts: [\n", 0, "settings_unreadable"),
        ("a mistake that has nothing to do with it", "attempts: 4\n", 1, "bad_setting"),
    ] {
        std::fs::write(&settings, text).expect("a file");
        let program = running(home.path(), true).await;
        let seen = program.client().snapshot().await.expect("a snapshot");
        assert_eq!(seen.accounts.len(), accounts, "{sentence}");
        assert!(seen.notes.iter().any(|note| note.problem.code == code), "{sentence}: {:?}", seen.notes);
        program.stop().await;
    }
}

#[tokio::test]
async fn what_signs_a_webhook_comes_from_the_form_as_every_secret_does() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "what_signs_a_webhook_comes_from_the_form_as_every_secret_does") {
        return;
    }
    write(home.path(), &format!("{OWN}  outlets:\n    webhook: {{url: 'https://example.org/hook'}}\n"));
    let program = running(home.path(), false).await;
    let client = program.client();
    let problem = async || {
        let outlets = client.snapshot().await.expect("a snapshot").accounts.remove(0).outlets;
        outlets.into_iter().next().expect("an outlet").problem.map(|problem| problem.to_string())
    };
    let said = problem().await.expect("it has no secret yet");
    assert!(said.contains("webhook_secret"), "{said}");
    let secrets = BTreeMap::from([("webhook_secret".to_owned(), Secret::new("marker-of-24-letters-or-more"))]);
    client.put_account(NewAccount { secrets, ..form("Mine", "my-key", "") }).await.expect("kept");
    let mut changes = client.changes().await.expect("changes");
    while problem().await.is_some() {
        changes.next().await.expect("a change");
    }
    assert!(!home.path().join("daypass/config/settings.yaml").exists(), "no file has it");
    program.stop().await;
}

#[tokio::test]
async fn an_outlet_is_switched_on_with_its_secret_in_one_go_or_not_at_all() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "an_outlet_is_switched_on_with_its_secret_in_one_go_or_not_at_all") {
        return;
    }
    write(home.path(), OWN);
    let program = running(home.path(), false).await;
    let client = program.client();
    let put = async |secret: &str| {
        let fields = [("outlets.webhook.url", "https://example.org/hook"), ("outlets.command.give", "")];
        let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let secrets = BTreeMap::from([("webhook_secret".to_owned(), Secret::new(secret))]);
        client.put_account(NewAccount { fields, secrets, ..form("Mine", "my-key", "") }).await
    };
    let settings = home.path().join("daypass/config/settings.yaml");
    let refused = put("short").await.expect_err("too short");
    assert_eq!(refused.problem.code, "webhook_secret_short");
    assert!(!settings.exists(), "nothing is switched on");

    put("marker-of-24-letters-or-more").await.expect("switched on");
    let mut changes = client.changes().await.expect("changes");
    let outlets = async || client.snapshot().await.expect("a snapshot").accounts.remove(0).outlets;
    while outlets().await.iter().map(|outlet| (outlet.kind.as_str(), outlet.problem.is_none())).ne([("webhook", true)])
    {
        changes.next().await.expect("a change");
    }
    let written = std::fs::read_to_string(&settings).expect("a file");
    assert!(written.contains("https://example.org/hook") && !written.contains("marker"), "{written}");

    let off = BTreeMap::from([("accounts.main.outlets.webhook".to_owned(), serde_json::Value::Null)]);
    client.change_settings(off).await.expect("switched off");
    while !outlets().await.is_empty() {
        changes.next().await.expect("a change");
    }
    program.stop().await;
}

#[tokio::test]
async fn a_new_account_whose_secret_is_not_taken_is_none() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "a_new_account_whose_secret_is_not_taken_is_none") {
        return;
    }
    let program = running(home.path(), false).await;
    let client = program.client();
    let new = || NewAccount { id: None, ..form("Mine", "my-key", "marker-secret") };
    assert_eq!(client.put_account(new()).await.expect("the first one"), id("upstox"));
    let vault = home.path().join("daypass/data/vault");
    let aside = home.path().join("aside");
    std::fs::rename(&vault, &aside).expect("the vault's folder");
    std::fs::write(&vault, "a file in its place").expect("a file");
    for _ in 0..2 {
        client.put_account(new()).await.expect_err("the secret is not sealed");
        assert_eq!(client.snapshot().await.expect("a snapshot").accounts.len(), 1, "so nothing is added");
    }
    std::fs::remove_file(&vault).expect("away");
    std::fs::rename(&aside, &vault).expect("back");
    assert_eq!(client.put_account(new()).await.expect("it is added"), id("upstox-2"), "and not a third one");
    program.stop().await;
}
