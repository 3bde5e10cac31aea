//! The token's routes: keys over HTTP, names over the socket, and what a bot may ask for.

mod support;

use chrono::{Duration, NaiveTime};
use daypass_api::scripted::{account, snapshot};
use daypass_api::{Bot, Caller, Change, Client, Wanted};
use daypass_domain::ledger::Via;
use daypass_domain::{AccountId, Secret};
use daypass_manager::view::{Ready, Standing};
use daypass_manager::{Code, Lasting, Until};
use futures::StreamExt;
use serde_json::json;
use support::{House, now, send_raw, until, within};
use tokio::net::TcpStream;

const KEY: &[&str] = &["Authorization: Bearer marker-key"];
const TYPED_KEY: &[&str] = &["Authorization: Bearer marker-key", "Content-Type: application/json"];

fn id(id: &str) -> AccountId {
    AccountId::new(id).expect("an id")
}

/// A house with a token in it, whose every key is that of a screener for these accounts.
async fn house(ids: &[&str], accounts: Option<&[&str]>) -> House {
    let house = House::with(ids).await;
    let accounts = accounts.map(|accounts| accounts.iter().map(|account| id(account)).collect());
    house.client.script().token = Some(Secret::new("marker-token-4711"));
    house.client.script().bot = Some(Bot { name: "screener".into(), accounts });
    house
}

#[tokio::test]
async fn over_http_a_token_needs_a_key() {
    let open = house(&["upstox"], None).await;
    for line in ["GET /api/token", "GET /api/token/wait", "POST /api/token/report-invalid"] {
        for (sentence, headers, status, code) in [
            ("no key", &[][..], 401, "no_key"),
            ("another kind of it", &["Authorization: Basic bWFya2Vy"], 401, "no_key"),
            ("too often", &["Authorization: Bearer too-often"], 429, "too_many"),
        ] {
            let reply = open.tcp(line, headers, "").await;
            assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{line}, {sentence}");
            let says = if status == 401 { "www-authenticate" } else { "retry-after" };
            assert!(reply.header(says).is_some_and(|value| value == "2" || value.starts_with("Bearer")), "{reply:?}");
            assert!(!reply.body.contains("marker"), "{reply:?}");
        }
    }
    assert_eq!(open.client.script().asked, Vec::<String>::new(), "nobody was asked");
    open.client.script().bot = None;
    // A watch needs no key, but a wrong one is none.
    let watch = open.tcp("GET /api/token/watch", KEY, "").await;
    assert_eq!((watch.status, &watch.json()["code"]), (401, &json!("wrong_key")));
    let wrong = open.tcp("GET /api/token", KEY, "").await;
    assert_eq!((wrong.status, &wrong.json()["code"]), (401, &json!("wrong_key")));
    assert!(wrong.json()["detail"].as_str().is_some_and(|todo| todo.contains("daypass keys make")));
}

#[tokio::test]
async fn a_bot_with_a_key_gets_the_token_of_its_accounts_and_no_other() {
    let house = house(&["upstox", "dhan"], Some(&["upstox"])).await;
    let reply = house.tcp("GET /api/token", KEY, "").await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    assert_eq!(
        (&reply.json()["access_token"], &reply.json()["account"]),
        (&json!("marker-token-4711"), &json!("upstox"))
    );
    for (line, body) in [
        ("GET /api/token?account=dhan", ""),
        ("GET /api/token/wait?account=dhan", ""),
        ("GET /api/token/watch?account=dhan", ""),
        ("POST /api/token/report-invalid", r#"{"account": "dhan", "generation": 7}"#),
    ] {
        let reply = house.tcp(line, TYPED_KEY, body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("key_not_for_account")), "{line}");
        assert!(!reply.body.contains("marker"), "{line}");
    }
    let callers = house.client.script().callers.clone();
    let screener = Caller { name: Some("screener".into()), via: Via::Http };
    assert_eq!(callers.into_iter().map(|(caller, _)| caller).collect::<Vec<_>>(), [screener]);
}

#[tokio::test]
async fn what_a_bot_asks_for_arrives() {
    let house = house(&["upstox"], None).await;
    let half_past_three = NaiveTime::from_hms_opt(15, 30, 0).map(Until::Clock);
    let ten = "2026-11-27T10:00:00Z".parse().ok().map(Until::At);
    let wanted = |span, until, known| Wanted { lasting: Lasting { span, until }, known };
    for (query, expected) in [
        ("", Wanted::default()),
        ("?min_validity=2h", wanted(Duration::hours(2), None, None)),
        ("?until=15:30", wanted(Duration::zero(), half_past_three, None)),
        ("?until=2026-11-27T15:30:00+05:30", wanted(Duration::zero(), ten, None)),
        ("?until=2026-11-27T15%3A30%3A00%2B05%3A30", wanted(Duration::zero(), ten, None)),
        ("?generation=6&min_validity=90", wanted(Duration::seconds(90), None, Some(6))),
    ] {
        let reply = house.tcp(&format!("GET /api/token{query}"), KEY, "").await;
        assert_eq!(reply.status, 200, "{query}");
        assert_eq!(reply.json()["stale"], json!(expected.known == Some(6)), "{query}");
        let asked = house.client.script().callers.pop().map(|(_, wanted)| wanted);
        assert_eq!(asked, Some(expected), "{query}");
    }
    for query in ["?until=soon", "?min_validity=soon", "?generation=x", "?generation=-1"] {
        let reply = house.tcp(&format!("GET /api/token{query}"), KEY, "").await;
        assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("bad_input")), "{query}");
    }
}

#[tokio::test]
async fn each_no_has_its_own_status() {
    let house = house(&["upstox"], None).await;
    for (code, status) in [
        (Code::UnknownAccount, 404),
        (Code::NoToken, 409),
        (Code::Ended, 410),
        (Code::TooShort, 412),
        (Code::TooMany, 429),
        (Code::NotRunning, 503),
    ] {
        let refused = house.client.refuse("token", code);
        for reply in [house.tcp("GET /api/token", KEY, "").await, house.unix("GET /api/token", &[], "").await] {
            assert_eq!(reply.status, status, "{code:?}");
            assert_eq!(reply.header("content-type"), Some("application/problem+json"));
            assert_eq!(reply.json()["title"], json!(refused.problem.what));
        }
    }
    house.client.refuse("report_invalid", Code::Stale);
    let reply = house.unix("POST /api/token/report-invalid", TYPED_KEY, r#"{"generation": 6}"#).await;
    assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("stale")));
}

#[tokio::test]
async fn a_program_on_the_socket_is_named_by_itself_or_after_its_file() {
    let house = house(&["upstox"], None).await;
    house.unix("GET /api/token?bot=my%20bot", &[], "").await;
    house.unix("GET /api/token", &[], "").await;
    let client = house.socket_client().await;
    client.token(&id("upstox"), Wanted::default(), &Caller::here(Some("a client".into()))).await.expect("a token");
    let names: Vec<_> = house.client.script().callers.iter().map(|(caller, _)| caller.name.clone()).collect();
    assert_eq!((names[0].as_deref(), names[2].as_deref()), (Some("my bot"), Some("a client")));
    if cfg!(target_os = "linux") {
        assert!(names[1].as_deref().is_some_and(|name| name.starts_with("bots-")), "this very test: {names:?}");
    }
}

#[tokio::test]
async fn a_report_is_taken_and_waiting_ends_with_the_program() {
    let house = house(&["upstox"], None).await;
    let reply = house.tcp("POST /api/token/report-invalid", TYPED_KEY, r#"{"generation": 7}"#).await;
    assert_eq!((reply.status, reply.json()), (202, json!({"status": "checking", "generation": 7})));
    let bad = house.tcp("POST /api/token/report-invalid", TYPED_KEY, r#"{"generation": "marker"}"#).await;
    assert_eq!((bad.status, &bad.json()["code"]), (400, &json!("bad_input")));
    let waited = house.tcp("GET /api/token/wait?limit=90s&generation=6", KEY, "").await;
    assert_eq!((waited.status, &waited.json()["stale"]), (200, &json!(true)));
    assert!(house.client.script().asked.iter().any(|line| line == "wait_for_token upstox 90000 ms"));
    house.client.script().never_finished = true;
    let client = house.socket_client().await;
    let waiting = tokio::spawn(async move {
        client.wait_for_token(&id("upstox"), Wanted::default(), Duration::hours(1), &Caller::here(None)).await
    });
    until(|| house.client.script().asked.iter().any(|line| line == "wait_for_token upstox 3600000 ms")).await;
    house.closing.cancel();
    let refused = within(waiting).await.expect("no panic").expect_err("it did not come");
    assert_eq!(refused.code, Code::NotRunning);
}

#[tokio::test]
async fn whoever_waits_for_no_token_gets_none_and_is_not_written_down() {
    let house = house(&["upstox", "dhan"], Some(&["upstox"])).await;
    let line = "GET /api/token/wait?token=no&min_validity=2h&until=15:30&generation=6&limit=90s";
    let with = house.tcp("GET /api/token/wait?generation=6", KEY, "").await;
    house.client.script().callers.clear();
    for reply in [house.tcp(line, KEY, "").await, house.unix(&line.replace('?', "?account=upstox&"), &[], "").await] {
        let (mut expected, got) = (with.json(), reply.json());
        assert_eq!(
            expected.as_object_mut().and_then(|all| all.remove("access_token")),
            Some(json!("marker-token-4711"))
        );
        assert_eq!((reply.status, got), (200, expected), "the same fields without the token");
        assert!(!reply.body.contains("marker"), "{reply:?}");
    }
    let asked = "wait upstox 90000 ms 7200000 ms Some(Clock(15:30:00)) Some(6)";
    assert_eq!(house.client.script().asked.iter().filter(|line| *line == asked).count(), 2);
    assert_eq!(house.client.script().callers, [], "nobody has it");
    for (line, headers, status, code) in [
        ("GET /api/token/wait?token=no", &[][..], 401, "no_key"),
        ("GET /api/token/wait?token=no&account=dhan", KEY, 403, "key_not_for_account"),
        ("GET /api/token/wait?token=No", KEY, 400, "bad_input"),
        ("GET /api/token/wait?token=", KEY, 400, "bad_input"),
    ] {
        let reply = house.tcp(line, headers, "").await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{line}");
    }
    house.client.refuse("wait", Code::TimeLimit);
    assert_eq!(house.tcp("GET /api/token/wait?token=no", KEY, "").await.status, 504);
}

#[tokio::test]
async fn a_watcher_over_the_socket_sees_each_change_and_no_token() {
    let house = house(&["upstox"], None).await;
    let client = house.socket_client().await;
    let mut watched = client.watch(&id("upstox"), None).await.expect("a watch");
    let mut next = async || within(watched.next()).await.expect("something").event;
    assert_eq!(next().await, Change::State);
    let mut refused = account("upstox", now());
    (refused.valid, refused.standing) = (false, Standing::EndedEarly);
    house.client.show(snapshot(now(), vec![refused]));
    assert_eq!(next().await, Change::Refused);
    let mut new = account("upstox", now());
    new.generation = 8;
    new.readiness.as_mut().expect("a session").state = Ready::AtRisk;
    house.client.show(snapshot(now(), vec![new]));
    assert_eq!((next().await, next().await), (Change::Generation, Change::Readiness));
    house.client.end();
    assert!(within(watched.next()).await.is_none(), "it ends with the program");
}

#[tokio::test]
async fn a_reader_that_comes_back_is_told_what_it_missed() {
    let house = house(&["upstox"], None).await;
    for (sentence, query, header, first) in [
        ("a first look", "", "X-Nothing: 1", "event: state"),
        ("it knows the current one", "", "Last-Event-ID: 7", "event: state"),
        ("it missed one", "", "Last-Event-ID: 6", "event: generation"),
        ("and says so in the address", "?after=6", "X-Nothing: 1", "event: generation"),
        ("the header is newer than the address", "?after=1", "Last-Event-ID: 7", "event: state"),
    ] {
        let stream = TcpStream::connect(house.address).await.expect("a connection");
        let ask = format!(
            "GET /api/token/watch{query} HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n{header}\r\n\r\n",
            house.address
        );
        let reading = tokio::spawn(async move { send_raw(stream, &ask).await });
        until(|| house.client.listeners() == 1).await;
        house.client.end();
        let text = within(reading).await.expect("no panic");
        assert!(text.contains(first) && text.contains("id: 7") && !text.contains("marker"), "{sentence}: {text}");
        house.client.show(snapshot(now(), vec![account("upstox", now())]));
        until(|| house.client.listeners() == 0).await;
    }
    let unknown = house.tcp("GET /api/token/watch?account=..%2Fetc", &[], "").await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!("unknown_account")));
}
