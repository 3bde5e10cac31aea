//! No secret that passes through the doors is in any log line, at any level.

mod support;

use daypass_api::{Caller, Client, NewKey, Wanted};
use daypass_domain::{AccountId, Secret};
use std::io::Write;
use std::sync::{Arc, Mutex};
use support::House;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Everything(Arc<Mutex<Vec<u8>>>);

impl Write for Everything {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Everything {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_in_the_log_at_trace_level() {
    let log = Everything::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).init();
    let house = House::with(&["upstox"]).await;
    house.client.script().token = Some(Secret::new("marker-token-0815"));
    let client = house.socket_client().await;
    let account = AccountId::new("upstox").expect("an id");
    client.token(&account, Wanted::default(), &Caller::here(None)).await.expect("a token");
    client.make_key(NewKey { name: "screener".into(), accounts: None }).await.expect("a key");
    house.tcp("GET /api/token?account=upstox", &["Authorization: Bearer marker-bearer-0815"], "").await;
    client.paste(&account, Secret::new("http://localhost:5001/callback?code=marker-code-0815")).await.expect("pasted");
    let bad = r#"{"address": ["marker-body-0815"]}"#;
    house.unix("POST /api/accounts/upstox/paste", &["Content-Type: application/json"], bad).await;
    house.tcp("GET /api/token?account=marker-query-0815", &[], "").await;
    house.tcp_raw("GET /api/token/status", &["Host: evil.example"], "").await;
    let text = String::from_utf8(log.0.lock().expect("not poisoned").clone()).expect("text");
    assert!(text.contains("the socket door is open"), "the log is really there: {text}");
    assert!(text.contains("a request from elsewhere was refused"), "{text}");
    assert!(!text.contains("marker"), "{text}");
}
