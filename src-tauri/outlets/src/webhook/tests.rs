//! The signature against the specification's own example, the secret's forms, and receivers that misbehave.

use super::*;
use crate::place::tests::{parcel, ports_over};
use server::{Act, Server, nobody};
use std::time::Duration;

#[path = "../../../brokers/tests/support/server.rs"]
#[allow(dead_code, reason = "the brokers' tests use more of it")]
mod server;

const SECRET: &str = "a secret of 24 letters and more";

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.timeout(Duration::from_millis(500)).build().expect("a client")
}

fn opened(url: &str, secret: Option<&str>) -> Result<Box<dyn Outlet>, Problem> {
    let settings = OutletSettings { kind: "webhook", fields: [("url", vec![url.to_owned()])].into() };
    Webhook.open(&settings, secret.map(Secret::new))
}

async fn sent_to(url: &str) -> Result<(), Problem> {
    let outlet = opened(url, Some(SECRET)).expect("opened");
    outlet.deliver(&parcel("token-never-printed"), ports_over(&client())).await
}

#[test]
fn the_signature_is_the_specifications() {
    // The example of the Standard Webhooks libraries.
    let key = key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).expect("a key");
    let made = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
    assert_eq!(made.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

#[test]
fn a_secret_is_taken_letter_by_letter_or_as_base64() {
    for (sentence, secret, expected) in [
        ("as it is", SECRET, Ok(SECRET.len())),
        ("base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Ok(24)),
        ("no base64", "whsec_not base64 but long enough for it", Err("webhook_secret_unreadable")),
        ("short", "too short", Err("webhook_secret_short")),
        ("short once it is read", "whsec_c2hvcnQ=", Err("webhook_secret_short")),
    ] {
        let found = key(&Secret::new(secret)).map(|key| key.len());
        assert_eq!(found.map_err(|problem| problem.code.into_owned()), expected.map_err(str::to_owned), "{sentence}");
    }
    assert_eq!(opened("https://example.org/", None).err().expect("no secret").code, "missing_setting");
}

#[test]
fn an_address_that_keeps_no_secret_is_not_opened_and_a_shown_one_has_none() {
    for address in ["http://example.org/hook", "ftp://example.org/", "nonsense"] {
        assert_eq!(opened(address, Some(SECRET)).err().expect("not safe").code, "webhook_not_safe", "{address}");
    }
    for (address, seen) in [
        ("https://example.org/s3cret?key=s3cret#part", "https://example.org/…"),
        ("https://user:s3cret@example.org:8443/hook", "https://example.org:8443/…"),
        ("https://user@example.org/user@", "https://example.org/…"),
        ("http://[::1]:9/", "http://[::1]:9"),
    ] {
        let settings = OutletSettings { kind: "webhook", fields: [("url", vec![address.to_owned()])].into() };
        assert_eq!(Webhook.target(&settings), seen);
    }
}

#[tokio::test]
async fn what_is_sent_can_be_checked_by_whoever_knows_the_secret() {
    let server =
        Server::start(Act::Say { status: 204, headers: vec![], kind: "text/plain", body: String::new() }).await;
    let url = format!("{}/hook?key=1", server.base);
    sent_to(&url).await.expect("delivered");
    sent_to(&url).await.expect("delivered again");
    let [seen, again] = &server.seen()[..] else { panic!("two requests") };
    assert_eq!(seen.line, "POST /hook?key=1");
    let header = |name| seen.header(name).unwrap_or_else(|| panic!("{name}"));
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp").parse().expect("a number"));
    assert_eq!((header("content-type"), timestamp), ("application/json", 1_790_000_100));
    let expected = signature(SECRET.as_bytes(), id, timestamp, &seen.body).expect("a signature");
    assert_eq!(header("webhook-signature"), expected);
    let body: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
    let wanted = json!({
        "account": "upstox", "broker": "upstox", "generation": 7, "access_token": "token-never-printed",
        "issued_at": "2026-09-21T14:13:20Z", "expires_at": "2026-09-21T22:33:20Z",
    });
    assert_eq!(body, wanted);
    assert_eq!(again.header("webhook-id"), Some(id), "a second try is the same message");
}

#[tokio::test]
async fn a_receiver_that_misbehaves_is_one_sentence_and_gets_nothing_more() {
    let other = Server::start(Act::json(200, "{}")).await;
    let elsewhere = format!("location: {}/stolen", other.base);
    let long = Act::json(500, &"x".repeat(3_000_000));
    for (sentence, act, code) in [
        ("it sends the token on", Act::page(307).with(&elsewhere), "webhook_moved"),
        ("it sends the token on for good", Act::page(308).with(&elsewhere), "webhook_moved"),
        ("it refuses", Act::json(401, "{\"error\": \"token-never-printed\"}"), "webhook_refused"),
        ("it is gone", Act::page(410), "webhook_refused"),
        ("it is busy", Act::json(429, "{}"), "webhook_busy"),
        ("it fails at length", long, "webhook_busy"),
        ("it never answers", Act::Hang, "webhook_silent"),
        ("it hangs up", Act::Drop, "webhook_broke"),
        ("it is no web server", Act::Garbage, "webhook_broke"),
    ] {
        let server = Server::start(act).await;
        let url = format!("{}/hook?key=s3cret-in-address", server.base);
        let problem = sent_to(&url).await.expect_err(sentence);
        assert_eq!(problem.code, code, "{sentence}: {problem}");
        let all = format!("{problem:?}");
        assert!(!all.contains("s3cret-in-address") && !all.contains("never-printed"), "{sentence}: {all}");
        assert_eq!(server.seen().len(), 1, "{sentence}: once");
    }
    assert!(other.seen().is_empty(), "no redirect was followed");
    assert_eq!(sent_to(&format!("{}/", nobody().await)).await.expect_err("nobody").code, "webhook_not_reached");
}
