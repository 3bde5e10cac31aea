//! A client secret that somebody left in a `.env` file, from the file to the vault.
//!
//! The test runs itself once more without a session bus: then a passphrase protects the vault, and no person's keyring is
//! written to.

use daypass_wiring::{AccountId, Client, Code, Environment, Running, Start, start};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const SECRET: &str = "marker-secret-7c1e";

/// True in a child of this test that has no way to a keyring; the parent waits for it.
fn is_alone(home: &Path, name: &str) -> bool {
    if std::env::var_os("DAYPASS_TEST_ALONE").is_some() {
        return true;
    }
    let mut again = Command::new(std::env::current_exe().expect("this test"));
    again.args([name, "--exact", "--nocapture"]).env_remove("DBUS_SESSION_BUS_ADDRESS");
    let status = again.env("XDG_RUNTIME_DIR", home).env("DAYPASS_TEST_ALONE", "1").status();
    assert!(status.expect("a child").success(), "the child says why");
    false
}

async fn running(home: &Path) -> Running {
    let env = [("DAYPASS_HOME", "daypass"), ("DAYPASS_PASSPHRASE", "correct horse"), ("DAYPASS_API_ENABLED", "false")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env = Environment(env.into_iter().collect());
    start(Start { env, working_dir: home.to_owned(), opener: None, practice: false, join: false })
        .await
        .expect("a start")
}

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
    let lines = format!("UPSTOX_CLIENT_ID=my-key\nUPSTOX_CLIENT_SECRET={SECRET}\n");
    std::fs::write(&file, &lines).expect("a file");
    let upstox = AccountId::new("upstox").expect("an id");

    let program = running(home.path()).await;
    let client = program.client();
    let found = secrets_in_files(&client).await;
    let place = found[0]["where"].as_str().expect("a place").to_owned();
    assert!(place.ends_with(".env line 2"), "{place}");
    assert_eq!(found, json!([{"account": "upstox", "where": place, "kept": false}]));
    assert!(note(&client).await.expect("a note").contains(&place));

    client.keep_secret(&upstox).await.expect("a copy");
    assert_eq!(secrets_in_files(&client).await[0]["kept"], true);
    let said = note(&client).await.expect("the file still holds it");
    assert!(said.contains("sealed") && said.contains(&place), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), lines, "the file is its owner's");
    program.stop().await;

    std::fs::write(&file, "UPSTOX_CLIENT_ID=my-key\n").expect("a file");
    let program = running(home.path()).await;
    let client = program.client();
    assert_eq!((secrets_in_files(&client).await, note(&client).await), (json!([]), None));
    let seen = client.snapshot().await.expect("a snapshot");
    assert_eq!(seen.accounts[0].missing, Vec::<String>::new(), "the secret came from the vault");
    let no = client.keep_secret(&upstox).await.expect_err("nothing lies in a file");
    assert_eq!(no.code, Code::NothingToDo);
    program.stop().await;
}
