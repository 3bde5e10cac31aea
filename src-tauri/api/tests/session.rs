//! The dashboard's session over a real port: who gets one, what it opens, and when it ends.

mod support;

use daypass_api::Client;
use serde_json::json;
use std::sync::atomic::Ordering;
use support::{House, Reply};

const JSON: &str = "Content-Type: application/json";

/// What a browser and its page keep of a session, as the header lines that they send.
struct Opened {
    cookie: String,
    page: String,
}

impl Opened {
    fn lines(&self) -> [&str; 2] {
        [&self.cookie, &self.page]
    }
}

async fn open(house: &House, key: &str) -> Reply {
    house.tcp("POST /api/session", &[JSON], &json!({ "key": key }).to_string()).await
}

async fn opened(house: &House) -> Opened {
    let link = house.sessions.link();
    let reply = open(house, link.key.expose()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let cookie = reply.header("set-cookie").and_then(|line| line.split(';').next()).expect("a cookie");
    let page = reply.json()["page"].as_str().expect("the page's own").to_owned();
    Opened {
        cookie: format!("Cookie: other=1; daypass-session-{}=foreign; {cookie}", house.address.port()),
        page: format!("Daypass-Page: {page}"),
    }
}

/// Whatever another user of this computer must not reach: line, body, and the question that the client is asked.
const PRIVATE: &[(&str, &str, &str)] = &[
    ("GET /api/history", "", "history"),
    ("GET /api/log", "", "log"),
    ("GET /api/report", "", "report"),
    ("POST /api/notifications/test", "", "test_notification"),
    ("GET /api/settings", "", "settings"),
    ("POST /api/settings", r#"{"accounts.upstox.outlets.command.program":"/tmp/x"}"#, "change_settings"),
    ("POST /api/accounts", r#"{"id":null,"label":"U","broker":"upstox","fields":{}}"#, "put_account"),
    ("DELETE /api/accounts/upstox", "", "remove_account"),
    ("POST /api/accounts/upstox/sign-out", "", "sign_out"),
    ("POST /api/accounts/upstox/paste", r#"{"address":"http://127.0.0.1/?code=marker"}"#, "paste"),
    ("POST /api/accounts/upstox/keep-secret", "", "keep_secret"),
    ("POST /api/accounts/upstox/snooze", "", "snooze"),
    ("POST /api/accounts/upstox/pause", r#"{"until":"2026-11-24T08:00:00+05:30"}"#, "pause"),
    ("POST /api/accounts/upstox/resume", "", "resume"),
    ("GET /api/accounts/upstox/finished", "", "finished"),
    ("GET /api/keys", "", "keys"),
    ("POST /api/keys", r#"{"name":"screener"}"#, "make_key"),
    ("DELETE /api/keys/k1234567", "", "revoke_key"),
    ("POST /api/practice", "", "add_practice"),
    ("POST /api/vault/unlock", "", "unlock"),
];

#[tokio::test]
async fn whatever_changes_something_that_lasts_needs_a_session() {
    let house = House::with(&["upstox"]).await;
    let session = opened(&house).await;
    let (one, two) = (opened(&house).await, opened(&house).await);
    for (line, body, asked) in PRIVATE {
        let typed: &[&str] = if body.is_empty() { &[] } else { &[JSON] };
        for (sentence, shown) in [
            ("nothing", vec![]),
            ("the cookie alone, as another port would have it", vec![&*session.cookie]),
            ("the page's alone", vec![&*session.page]),
            ("halves of two sessions", vec![&*one.cookie, &*two.page]),
        ] {
            let reply = house.tcp(line, &[&shown, typed].concat(), body).await;
            assert_eq!((reply.status, &reply.json()["code"]), (401, &json!("no_session")), "{line}, {sentence}");
            assert!(reply.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Session")));
        }
        assert_eq!(house.client.script().asked, Vec::<String>::new(), "{line}: nobody was asked");
        let reply = house.tcp(line, &[&session.lines(), typed].concat(), body).await;
        assert!(reply.status < 300, "{line}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{line}");
        let first = house.client.script().asked.drain(..).next().unwrap_or_default();
        assert_eq!(first.split(' ').next(), Some(*asked), "{line}");
    }
}

#[tokio::test]
async fn a_session_is_no_key_and_makes_no_links() {
    let house = House::with(&["upstox"]).await;
    let session = opened(&house).await;
    let token = house.tcp("GET /api/token", &session.lines(), "").await;
    assert_eq!((token.status, &token.json()["code"]), (401, &json!("no_key")), "a token is for bots");
    let link = house.tcp("POST /api/session/links", &session.lines(), "").await;
    assert_eq!((link.status, &link.json()["code"]), (403, &json!("socket_only")));
    assert_eq!(house.client.script().asked, Vec::<String>::new());
    let linked = house.socket_client().await.dashboard().await.expect("over the socket");
    assert_eq!(linked.address.expose(), "http://127.0.0.1:9/dashboard/#session=marker-link");
    let elsewhere = [&session.lines()[..], &["Origin: http://evil.example"]].concat();
    assert_eq!(house.tcp("GET /api/settings", &elsewhere, "").await.status, 403, "whatever it shows");
}

#[tokio::test]
async fn a_link_opens_a_session_once() {
    let house = House::with(&["upstox"]).await;
    let link = house.sessions.link();
    let reply = open(&house, link.key.expose()).await;
    let cookie = reply.header("set-cookie").expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(cookie.starts_with(&format!("daypass-session-{}=", house.address.port())), "{cookie}");
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "it goes with the browser: {cookie}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    for (sentence, key) in [("the same again", link.key.expose()), ("another key", "marker"), ("none", "")] {
        let refused = open(&house, key).await;
        assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("spent_link")), "{sentence}");
        assert!(refused.header("set-cookie").is_none(), "{sentence}");
        assert!(key.is_empty() || !refused.body.contains(key), "{sentence}: {}", refused.body);
    }
    let late = house.sessions.link();
    house.minutes.store(2, Ordering::Relaxed);
    assert_eq!(open(&house, late.key.expose()).await.status, 403, "two minutes later");
}

#[tokio::test]
async fn a_session_ends_by_its_owner_or_after_an_hour_without_use() {
    let house = House::with(&["upstox"]).await;
    let session = opened(&house).await;
    let until = |reply: &Reply| reply.json()["until"].clone();
    let lines = session.lines();
    let look = || house.tcp("GET /api/session", &lines, "");
    assert_eq!(until(&look().await), json!("2026-11-23T07:00:00Z"));
    house.minutes.store(50, Ordering::Relaxed);
    assert_eq!(until(&look().await), json!("2026-11-23T07:00:00Z"), "a look is no use");
    let by_itself = [&session.lines()[..], &["Daypass-Idle: yes"]].concat();
    assert_eq!(house.tcp("GET /api/keys", &by_itself, "").await.status, 200);
    assert_eq!(until(&look().await), json!("2026-11-23T07:00:00Z"), "nor is a page that follows by itself");
    assert_eq!(house.tcp("GET /api/settings", &session.lines(), "").await.status, 200);
    assert_eq!(until(&look().await), json!("2026-11-23T07:50:00Z"), "it was used");
    house.minutes.store(110, Ordering::Relaxed);
    assert_eq!(until(&look().await), json!(null));
    assert_eq!(house.tcp("GET /api/settings", &session.lines(), "").await.status, 401);

    let session = opened(&house).await;
    let ended = house.tcp("DELETE /api/session", &session.lines(), "").await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")), "{ended:?}");
    assert_eq!(house.tcp("GET /api/settings", &session.lines(), "").await.status, 401);
    assert_eq!(house.tcp("DELETE /api/session", &[], "").await.status, 204, "and once more");
}
