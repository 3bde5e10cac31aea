//! A token on its whole way: from a sign-in at the practice broker to a file, a `.env` file, a program and a webhook.
//!
//! The invariant: nobody but Daypass brings it anywhere. What this is not: a test of any one outlet (see `outlets`).
#![cfg(unix)]

#[path = "../../brokers/tests/support/server.rs"]
#[allow(dead_code, reason = "the brokers' tests use more of it")]
mod server;
mod support;

use daypass_wiring::view::{OutletState, OutletView};
use daypass_wiring::{AccountId, Browser, Caller, Client, HistoryQuery, Wanted, practice::person};
use futures::StreamExt;
use serde_json::{Value, json};
use server::{Act, Server};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use support::{is_alone, running};

/// All of it takes a fraction of a second; whoever waits longer waits for ever.
const LIMIT: Duration = Duration::from_secs(30);

fn id() -> AccountId {
    AccountId::new("practice").expect("an id")
}

/// Three outlets in the user's own file; the fourth is switched on in the window.
fn write_config(home: &Path, webhook: &str) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let yaml = format!(
        "accounts:
- id: practice
  broker: upstox
  practice: true
  client_id: practice-key
  redirect_uri: http://127.0.0.1:{port}/callback
  webhook_secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
  outlets:
    env_file: {{path: {0}/bot.env}}
    command: {{run: [sh, -c, 'cat >> {0}/told; env > {0}/env']}}
    webhook: {{url: '{webhook}/hook?key=s3cret-in-address'}}
",
        home.display()
    );
    let folder = home.join("daypass/config");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("config.yaml"), yaml).expect("a file");
    std::fs::write(home.join("bot.env"), "# the bot's own\nLEVEL=debug\nUPSTOX_ACCESS_TOKEN=old # daily\n")
        .expect("one");
}

async fn sign_in(client: &Arc<dyn Client>) {
    let waiting = client.sign_in(&id(), Browser::No).await.expect("a sign-in");
    let back = person::approve(&waiting.sign_in_url.parse().expect("an address"), None).await.expect("sent back");
    let browser = tokio::spawn(async move { person::visit(&back).await });
    client.finished(&id(), chrono::Duration::seconds(30)).await.expect("signed in");
    browser.await.expect("an end").expect("a page");
}

/// Waits until these outlets have this token.
async fn delivered(client: &Arc<dyn Client>, kinds: &[&str], generation: u64) -> Vec<OutletView> {
    let there = |view: &OutletView| view.state == OutletState::Delivered && view.generation == generation;
    let mut changes = client.changes().await.expect("changes");
    let mut last = Vec::new();
    let waiting = async {
        while let Some(seen) = changes.next().await {
            last.clone_from(&seen.accounts[0].outlets);
            let text = json!(seen).to_string();
            assert!(!text.contains("s3cret-in-address"), "an address is shown without what may be secret in it");
            if last.iter().map(|view| view.kind.as_str()).eq(kinds.iter().copied()) && last.iter().all(there) {
                return;
            }
        }
    };
    let in_time = tokio::time::timeout(LIMIT, waiting).await;
    assert!(in_time.is_ok(), "token {generation} is not everywhere: {last:#?}");
    last
}

async fn token(client: &Arc<dyn Client>) -> String {
    let out = client.token(&id(), Wanted::default(), &Caller::here(None)).await.expect("a token");
    out.token.expose().to_owned()
}

fn read(home: &Path, name: &str) -> String {
    std::fs::read_to_string(home.join(name)).expect(name)
}

fn is_everywhere(home: &Path, webhook: &Server, token: &str) {
    let wanted = format!("# the bot's own\nLEVEL=debug\nUPSTOX_ACCESS_TOKEN={token} # daily\n");
    assert_eq!(read(home, "bot.env"), wanted);
    assert_eq!(read(home, "told").lines().last(), Some(token));
    let sent = webhook.seen().pop().expect("a message");
    let body: Value = serde_json::from_str(&sent.body).expect("JSON");
    assert_eq!((&body["access_token"], &body["account"]), (&json!(token), &json!("practice")));
    assert!(sent.header("webhook-signature").is_some_and(|signature| signature.starts_with("v1,")));
}

#[tokio::test]
async fn a_sign_in_and_a_rotation_reach_every_outlet_and_a_restart_repeats_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    if !is_alone(home, "a_sign_in_and_a_rotation_reach_every_outlet_and_a_restart_repeats_nothing") {
        return;
    }
    let webhook = Server::start(Act::json(200, "{}")).await;
    write_config(home, &webhook.base);
    let program = running(home, false).await;
    let client = program.client();
    let three = ["env_file", "command", "webhook"];
    let waiting = client.snapshot().await.expect("a snapshot").accounts.remove(0).outlets;
    assert!(waiting.iter().all(|view| view.state == OutletState::Waiting) && waiting.len() == 3, "{waiting:?}");

    sign_in(&client).await;
    let seen = delivered(&client, &three, 1).await;
    assert_eq!(seen[2].target, format!("{}/\u{2026}", webhook.base));
    let first = token(&client).await;
    is_everywhere(home, &webhook, &first);
    let env = read(home, "env");
    assert!(env.contains("DAYPASS_GENERATION=1\n") && !env.contains(&first) && !env.contains("correct horse"), "{env}");

    let file = home.join("token.json").display().to_string();
    let on = BTreeMap::from([("accounts.practice.outlets.json_file.path".to_owned(), json!(file))]);
    client.change_settings(on).await.expect("switched on");
    let four = ["json_file", "env_file", "command", "webhook"];
    delivered(&client, &four, 1).await;
    let in_file = || serde_json::from_str::<Value>(&read(home, "token.json")).expect("JSON")["access_token"].clone();
    assert_eq!(in_file(), first.as_str(), "at once");
    assert_eq!(webhook.seen().len(), 1, "and the others are left alone");

    sign_in(&client).await;
    delivered(&client, &four, 2).await;
    let second = token(&client).await;
    assert_ne!(first, second);
    is_everywhere(home, &webhook, &second);
    assert_eq!((in_file(), read(home, "told")), (json!(second), format!("{first}\n{second}\n")));
    handed_out_once(&client).await;
    program.stop().await;

    // Somebody clears up meanwhile, and puts an older file back.
    std::fs::remove_file(home.join("token.json")).expect("removed");
    let older = read(home, "bot.env").replace(&second, &first);
    std::fs::write(home.join("bot.env"), older).expect("written");
    let program = running(home, false).await;
    let client = program.client();
    delivered(&client, &four, 2).await;
    until(|| home.join("token.json").exists() && in_file() == second.as_str()).await;
    until(|| read(home, "bot.env").contains(&second)).await;
    std::fs::remove_file(home.join("token.json")).expect("removed");
    let again = BTreeMap::from([("accounts.practice.outlets.json_file.path".to_owned(), json!(file))]);
    client.change_settings(again).await.expect("saved as they were");
    until(|| home.join("token.json").exists() && in_file() == second.as_str()).await;
    is_everywhere(home, &webhook, &second);
    assert_eq!((webhook.seen().len(), read(home, "told").lines().count()), (2, 2), "nothing is brought twice");
    program.stop().await;
    let kept = read(home, "daypass/state/outlets/practice.json");
    assert!(!kept.contains(&second) && !kept.contains("s3cret"), "{kept}");
}

async fn until(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, waiting).await.expect("it comes to be");
}

/// The ledger has each token once for each outlet.
async fn handed_out_once(client: &Arc<dyn Client>) {
    let query = HistoryQuery { kinds: Some("handed_out".to_owned()), ..HistoryQuery::default() };
    let page = client.history(&query).await.expect("a page");
    let lines = page["entries"].as_array().expect("lines").iter().filter(|line| line["via"] == "outlet");
    let mut to: Vec<_> =
        lines.map(|line| format!("{} {}", line["generation"], line["to"].as_str().expect("one"))).collect();
    to.sort();
    let outlets = ["command", "env file", "json file", "webhook"];
    let wanted: Vec<_> = (1..=2).flat_map(|token| outlets.map(|outlet| format!("{token} {outlet}"))).collect();
    assert_eq!(to, wanted);
}
