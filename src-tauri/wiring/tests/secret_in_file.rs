//! A client secret that somebody left in a `.env` file, from the file to the vault.
//!
//! The invariant: the file stays as its owner wrote it. What this is not: a test of the vault.

mod support;

use daypass_wiring::{AccountId, Client, Code};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use support::{is_alone, running};

const SECRET: &str = "marker-secret-7c1e";
const SIGNS: &str = "marker-signing-secret-of-a-webhook";

async fn secrets_in_files(client: &Arc<dyn Client>) -> Value {
    client.settings().await.expect("settings")["secrets_in_files"].clone()
}

async fn note(client: &Arc<dyn Client>) -> Option<String> {
    let notes = client.snapshot().await.expect("a snapshot").notes;
    notes.into_iter().map(|note| note.problem).find(|problem| problem.code == "secret_in_file").map(|it| it.to_string())
}

#[tokio::test]
async fn a_secret_in_a_file_is_copied_and_goes_on_working_without_the_file() {
    let home = tempfile::tempdir().expect("a folder");
    if !is_alone(home.path(), "a_secret_in_a_file_is_copied_and_goes_on_working_without_the_file") {
        return;
    }
    let file = home.path().join(".env");
    let lines = format!("UPSTOX_CLIENT_ID=my-key\nUPSTOX_CLIENT_SECRET={SECRET}\nUPSTOX_WEBHOOK_SECRET={SIGNS}\n");
    std::fs::write(&file, &lines).expect("a file");
    let upstox = AccountId::new("upstox").expect("an id");

    let program = running(home.path(), false).await;
    let client = program.client();
    let found = secrets_in_files(&client).await;
    let place = found[0]["where"].as_str().expect("a place").to_owned();
    assert!(place.ends_with(".env line 2"), "{place}");
    let next = place.replace("line 2", "line 3");
    let wanted = json!([
        {"account": "upstox", "key": "client_secret", "where": place, "kept": false},
        {"account": "upstox", "key": "webhook_secret", "where": next, "kept": false},
    ]);
    assert_eq!(found, wanted);
    assert!(note(&client).await.expect("a note").contains(&place));

    client.keep_secret(&upstox).await.expect("a copy");
    let found = secrets_in_files(&client).await;
    assert_eq!((&found[0]["kept"], &found[1]["kept"]), (&json!(true), &json!(true)), "both of them");
    let said = note(&client).await.expect("the file still holds it");
    assert!(said.contains("sealed") && said.contains(&place), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), lines, "the file is its owner's");
    program.stop().await;

    std::fs::write(&file, "UPSTOX_CLIENT_ID=my-key\n").expect("a file");
    let program = running(home.path(), false).await;
    let client = program.client();
    assert_eq!((secrets_in_files(&client).await, note(&client).await), (json!([]), None));
    let seen = client.snapshot().await.expect("a snapshot");
    assert_eq!(seen.accounts[0].missing, Vec::<String>::new(), "the secret came from the vault");
    let url = BTreeMap::from([("accounts.upstox.outlets.webhook.url".to_owned(), json!("https://example.org/"))]);
    client.change_settings(url).await.expect("switched on");
    let on = client.snapshot().await.expect("a snapshot").accounts.remove(0).outlets.remove(0);
    assert_eq!(on.problem, None, "what signs came from the vault too");
    let no = client.keep_secret(&upstox).await.expect_err("nothing lies in a file");
    assert_eq!(no.code, Code::NothingToDo);
    program.stop().await;
}
