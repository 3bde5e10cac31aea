//! The socket door and its client: every method of the trait, there and back.

mod support;

use chrono::Duration;
use daypass_api::scripted::{SIGN_IN_URL, account, snapshot};
use daypass_api::{Answer, Browser, Caller, Client, NewAccount, NewKey, Refreshing, SignIn, SocketClient, Wanted};
use daypass_domain::{AccountId, Secret};
use daypass_manager::Code;
use futures::future::BoxFuture;
use serde_json::json;
use std::collections::BTreeMap;
use support::{House, now, within};

fn upstox() -> AccountId {
    AccountId::new("upstox").expect("an id")
}

fn new_account() -> NewAccount {
    NewAccount {
        id: Some(upstox()),
        label: "Upstox".into(),
        broker: "upstox".into(),
        fields: BTreeMap::from([("client_id".into(), "key".into())]),
        secrets: BTreeMap::from([("client_secret".into(), Secret::new("marker-client-secret"))]),
    }
}

fn me() -> Caller {
    Caller::here(Some("my bot".into()))
}

fn new_key() -> NewKey {
    NewKey { name: "screener".into(), accounts: Some(vec![upstox()]) }
}

type Call = fn(SocketClient) -> BoxFuture<'static, Answer<()>>;

/// Name of the method, the call without its answer, and what the owner is asked.
fn methods() -> Vec<(&'static str, Call, &'static str)> {
    vec![
        ("snapshot", |c| Box::pin(async move { c.snapshot().await.map(drop) }), "snapshot"),
        ("changes", |c| Box::pin(async move { c.changes().await.map(drop) }), "changes"),
        ("tellings", |c| Box::pin(async move { c.tellings().await.map(drop) }), "tellings"),
        (
            "sign_in",
            |c| Box::pin(async move { c.sign_in(&upstox(), Browser::No).await.map(drop) }),
            "sign_in upstox No",
        ),
        (
            "finished",
            |c| Box::pin(async move { c.finished(&upstox(), Duration::milliseconds(1_500)).await }),
            "finished upstox 1500 ms",
        ),
        ("cancel", |c| Box::pin(async move { c.cancel(&upstox()).await }), "cancel upstox"),
        ("paste", |c| Box::pin(async move { c.paste(&upstox(), Secret::new("marker-address")).await }), "paste upstox"),
        (
            "refresh",
            |c| Box::pin(async move { c.refresh(&upstox(), Browser::Open).await.map(drop) }),
            "refresh upstox Open",
        ),
        ("probe", |c| Box::pin(async move { c.probe(&upstox()).await }), "probe upstox"),
        ("sign_out", |c| Box::pin(async move { c.sign_out(&upstox()).await }), "sign_out upstox"),
        (
            "pause",
            |c| Box::pin(async move { c.pause(&upstox(), Some(now())).await }),
            "pause upstox Some(2026-11-23T06:00:00Z)",
        ),
        ("snooze", |c| Box::pin(async move { c.snooze(&upstox()).await }), "snooze upstox"),
        ("resume", |c| Box::pin(async move { c.resume(&upstox()).await }), "resume upstox"),
        (
            "token",
            |c| Box::pin(async move { c.token(&upstox(), Wanted::lasting(Duration::hours(2)), &me()).await.map(drop) }),
            "token upstox 7200000 ms",
        ),
        (
            "wait_for_token",
            |c| {
                Box::pin(async move {
                    c.wait_for_token(&upstox(), Wanted::default(), Duration::seconds(5), &me()).await.map(drop)
                })
            },
            "wait_for_token upstox 5000 ms",
        ),
        (
            "wait",
            |c| {
                Box::pin(async move {
                    let wanted = Wanted { known: Some(6), ..Wanted::lasting(Duration::hours(2)) };
                    c.wait(&upstox(), wanted, Duration::seconds(5)).await.map(drop)
                })
            },
            "wait upstox 5000 ms 7200000 ms None Some(6)",
        ),
        ("watch", |c| Box::pin(async move { c.watch(&upstox(), Some(6)).await.map(drop) }), "watch upstox Some(6)"),
        (
            "report_invalid",
            |c| Box::pin(async move { c.report_invalid(&upstox(), 7).await }),
            "report_invalid upstox 7",
        ),
        ("metrics", |c| Box::pin(async move { c.metrics().await.map(drop) }), "metrics"),
        ("keys", |c| Box::pin(async move { c.keys().await.map(drop) }), "keys"),
        (
            "make_key",
            |c| Box::pin(async move { c.make_key(new_key()).await.map(drop) }),
            r#"make_key screener Some([AccountId("upstox")])"#,
        ),
        ("revoke_key", |c| Box::pin(async move { c.revoke_key("k1234567").await }), "revoke_key k1234567"),
        ("settings", |c| Box::pin(async move { c.settings().await.map(drop) }), "settings"),
        (
            "change_settings",
            |c| Box::pin(async move { c.change_settings(BTreeMap::from([("a.b".into(), json!(null))])).await }),
            r#"change_settings {"a.b":null}"#,
        ),
        (
            "put_account",
            |c| Box::pin(async move { c.put_account(new_account()).await.map(drop) }),
            r#"put_account Some(AccountId("upstox")) Upstox upstox {"client_id": "key"} ["client_secret"]"#,
        ),
        ("remove_account", |c| Box::pin(async move { c.remove_account(&upstox()).await }), "remove_account upstox"),
        ("keep_secret", |c| Box::pin(async move { c.keep_secret(&upstox()).await }), "keep_secret upstox"),
        ("unlock", |c| Box::pin(async move { c.unlock().await }), "unlock"),
        ("add_practice", |c| Box::pin(async move { c.add_practice().await.map(drop) }), "add_practice"),
    ]
}

#[tokio::test]
async fn every_question_reaches_the_owner_as_it_was_asked() {
    let house = House::with(&["upstox"]).await;
    house.client.script().token = Some(Secret::new("marker-token"));
    let client = house.socket_client().await;
    for (name, call, asked) in methods() {
        house.client.script().asked.clear();
        within(call(client.clone())).await.unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
        assert!(
            house.client.script().asked.iter().any(|line| line == asked),
            "{name}: {:?}",
            house.client.script().asked
        );
    }
    let secrets: Vec<_> = house.client.script().secrets.iter().map(|secret| secret.expose().to_owned()).collect();
    assert_eq!(secrets, ["marker-address", "marker-client-secret"]);
}

#[tokio::test]
async fn every_refusal_comes_back_as_the_owner_gave_it() {
    let house = House::with(&["upstox"]).await;
    let client = house.socket_client().await;
    for (name, call, _) in methods() {
        for code in [Code::NotUseful, Code::TimeLimit, Code::TooShort, Code::PersonNeeded, Code::Internal] {
            let expected = house.client.refuse(name, code);
            assert_eq!(within(call(client.clone())).await, Err(expected), "{name} {code:?}");
        }
        house.client.script().refusals.clear();
    }
}

#[tokio::test]
async fn every_answer_comes_back_as_the_owner_gave_it() {
    let house = House::with(&["upstox"]).await;
    let client = house.socket_client().await;
    assert_eq!(client.snapshot().await, Ok(snapshot(now(), vec![account("upstox", now())])));
    let waits = SignIn { sign_in_url: SIGN_IN_URL.into(), until: now() + Duration::minutes(5), note: None };
    assert_eq!(client.sign_in(&upstox(), Browser::Open).await, Ok(waits));
    assert_eq!(client.refresh(&upstox(), Browser::No).await, Ok(Refreshing { sign_in_url: None }));
    house.client.script().refresh_url = Some(SIGN_IN_URL.into());
    let sends = Refreshing { sign_in_url: Some(SIGN_IN_URL.into()) };
    assert_eq!(client.refresh(&upstox(), Browser::No).await, Ok(sends));
    assert_eq!(client.settings().await, house.client.settings().await);
    assert_eq!(client.add_practice().await.map(String::from), Ok("practice".to_owned()));
    house.client.script().token = Some(Secret::new("marker-token"));
    let out = client.token(&upstox(), Wanted::default(), &me()).await.expect("a token");
    assert!(out.token.matches(b"marker-token"));
    let about = out.about;
    assert_eq!(client.wait(&upstox(), Wanted::default(), Duration::seconds(5)).await.as_ref(), Ok(&about));
    assert_eq!((about.generation, about.expiry_time), (7, Some(now() + Duration::hours(16))));
    assert_eq!(
        (&*about.env, &*about.header, &*about.header_value),
        ("UPSTOX_ACCESS_TOKEN", "Authorization", "Bearer {token}")
    );
    let made = client.make_key(new_key()).await.expect("a key");
    assert!(made.key.matches(b"marker-key"));
    assert_eq!((made.view.name.as_str(), made.view.accounts), ("screener", Some(vec![upstox()])));
    assert_eq!(client.keys().await, house.client.keys().await);
}

#[tokio::test]
async fn a_bot_gets_the_token_with_plain_curl_over_the_socket() {
    let house = House::with(&["upstox"]).await;
    house.client.script().token = Some(Secret::new("marker-token"));
    let reply = house.unix("GET /api/token", &[], "").await;
    assert_eq!(
        reply.json(),
        json!({
            "access_token": "marker-token", "account": "upstox", "broker": "upstox", "generation": 7, "stale": false,
            "expiry_time": "2026-11-23T22:00:00Z", "level": "green", "env": "UPSTOX_ACCESS_TOKEN",
            "header": "Authorization", "header_value": "Bearer {token}",
            "readiness": {
                "state": "ready", "why": null, "opens": "2026-11-23T07:00:00Z", "closes": "2026-11-23T13:00:00Z",
                "ready_by": "2026-11-23T06:30:00Z", "sign_in_from": null,
            },
        })
    );
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let bad = house.unix("GET /api/token?min_validity=soon", &[], "").await;
    assert_eq!((bad.status, &bad.json()["code"]), (400, &json!("bad_input")));
    house.client.show(snapshot(now(), vec![account("one", now()), account("two", now())]));
    let guess = house.unix("GET /api/token", &[], "").await;
    assert_eq!((guess.status, &guess.json()["code"]), (400, &json!("bad_input")), "no token by guess");
    house.client.show(snapshot(now(), vec![]));
    assert_eq!(house.unix("GET /api/token", &[], "").await.status, 409);
}

#[tokio::test]
async fn forms_are_refused_here_too_and_a_bad_body_is_never_repeated() {
    let house = House::with(&["upstox"]).await;
    let form = house.unix("POST /api/accounts/upstox/sign-out", &["Content-Type: text/plain"], "x").await;
    assert_eq!(form.status, 415);
    let body = r#"{"address":{"marker-secret":1}}"#;
    let reply = house.unix("POST /api/accounts/upstox/paste", &["Content-Type: application/json"], body).await;
    assert_eq!(reply.status, 400);
    assert!(!reply.body.contains("marker"), "{}", reply.body);
    assert!(reply.body.contains("the whole address from the browser"), "the shape is told: {}", reply.body);
}

#[tokio::test]
async fn waiting_for_the_end_of_a_sign_in_ends_with_the_program() {
    let house = House::with(&["upstox"]).await;
    house.client.script().never_finished = true;
    let client = house.socket_client().await;
    let waiting = tokio::spawn(async move { client.finished(&upstox(), Duration::hours(1)).await });
    support::until(|| house.client.script().asked.iter().any(|line| line.starts_with("finished"))).await;
    house.closing.cancel();
    let refused = within(waiting).await.expect("no panic").expect_err("it did not finish");
    assert_eq!(refused.code, Code::NotRunning);
}

#[tokio::test]
async fn nobody_there_is_said_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = SocketClient::connect(folder.path().join("daypass.sock")).await.expect_err("nobody");
    assert_eq!(refused.code, Code::NotRunning);
    assert_eq!(refused.to_string(), "Daypass is not running. Start it with `daypass serve` or open the app.");
}
