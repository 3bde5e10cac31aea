//! Upstox's sign-in, token, profile and sign-out over real HTTP.

mod common;

use chrono::{DateTime, Duration};
use common::{REDIRECT, json, query, refusal, table};
use daypass_domain::{DailyCutoff, Secret, jwt};
use daypass_practice::{ClientRule, Options, SigningKey, User, person};

fn ruled() -> Options {
    let client =
        ClientRule { id: Some("key".into()), secret: Some(Secret::new("secret")), redirect: Some(REDIRECT.into()) };
    Options { client, ..Options::default() }
}

#[tokio::test]
async fn a_sign_in_gives_the_flat_reply_and_a_token_that_works_until_sign_out() {
    let table = table(ruled()).await;
    let response = table.exchange(&table.code("CD5678").await, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    let reply = json(response).await;
    for absent in ["data", "status", "expires_in", "token_type", "refresh_token"] {
        assert!(reply.get(absent).is_none(), "{absent}");
    }
    for (field, value) in [("user_id", "CD5678"), ("broker", "UPSTOX"), ("user_type", "individual")] {
        assert_eq!(reply[field], value);
    }
    assert_eq!(reply["order_types"], serde_json::json!(["MARKET", "LIMIT", "SL", "SL-M"]));
    let token = reply["access_token"].as_str().expect("a token");

    let profile = json(table.get("/v2/user/profile", Some(token)).await).await;
    assert_eq!((&profile["status"], &profile["data"]["user_id"]), (&"success".into(), &"CD5678".into()));
    let ip = json(table.get("/v2/user/ip", Some(token)).await).await;
    assert_eq!(ip["data"]["user_id"], "CD5678");

    let logout = table.client.delete(table.url("/v2/logout")).bearer_auth(token).body("{}").send().await.expect("sent");
    assert_eq!(json(logout).await, serde_json::json!({"status": "success", "data": true}));
    assert_eq!(refusal(table.get("/v2/user/profile", Some(token)).await).await, (401, "UDAPI100050".into()));
    let again = table.client.delete(table.url("/v2/logout")).bearer_auth(token).send().await.expect("sent");
    assert_eq!(refusal(again).await, (401, "UDAPI100050".into()));
}

#[tokio::test]
async fn every_wrong_exchange_has_its_code() {
    let table = table(ruled()).await;
    for (sentence, more, expected) in [
        ("no key", ("client_id", ""), (400, "UDAPI1017")),
        ("no redirect URI", ("redirect_uri", ""), (400, "UDAPI1018")),
        ("no grant type", ("grant_type", ""), (400, "UDAPI1023")),
        ("no secret", ("client_secret", ""), (400, "UDAPI1024")),
        ("another grant type", ("grant_type", "refresh_token"), (400, "UDAPI100036")),
        ("a wrong key", ("client_id", "other"), (401, "UDAPI100069")),
        ("a wrong secret", ("client_secret", "Secret"), (401, "UDAPI100069")),
        ("a slash too many", ("redirect_uri", "http://localhost:5001/callback/"), (400, "UDAPI100070")),
        ("a code that nobody gave", ("code", "mk404x"), (400, "UDAPI100057")),
    ] {
        let code = table.code("AB1234").await;
        let (status, found) = refusal(table.exchange(&code, &[more]).await).await;
        assert_eq!((status, found.as_str()), expected, "{sentence}");
        if more.0 != "code" {
            let second = refusal(table.exchange(&code, &[]).await).await;
            assert_eq!(second, (400, "UDAPI100057".into()), "{sentence}: the code is spent");
        }
    }
    let none = table.client.post(table.url("/v2/login/authorization/token")).json(&1).send().await.expect("sent");
    let body = json(none).await;
    let codes: Vec<_> = body["errors"].as_array().expect("entries").iter().map(|e| e["error_code"].clone()).collect();
    assert_eq!(codes, ["UDAPI1017", "UDAPI1018", "UDAPI1022", "UDAPI1023", "UDAPI1024"], "all that is missing");
}

#[tokio::test]
async fn a_code_belongs_to_its_request_and_grows_old() {
    let table = table(Options::default()).await;
    let code = table.code("AB1234").await;
    assert_eq!(refusal(table.exchange(&code, &[("client_id", "other")]).await).await.1, "UDAPI100069");
    let code = table.code("AB1234").await;
    assert_eq!(refusal(table.exchange(&code, &[("redirect_uri", "http://localhost/")]).await).await.1, "UDAPI100070");
    let code = table.code("AB1234").await;
    table.practice.advance(Duration::seconds(60));
    assert_eq!(table.exchange(&code, &[]).await.status(), 200, "any key and secret will do");
    let code = table.code("AB1234").await;
    table.practice.advance(Duration::minutes(2));
    assert_eq!(refusal(table.exchange(&code, &[]).await).await.1, "UDAPI100057");
}

#[tokio::test]
async fn a_token_ends_when_its_exp_says_so() {
    let cutoff = DailyCutoff::new(3, 30, chrono_tz::Asia::Kolkata);
    let day = Duration::minutes(10);
    for (sentence, options, end) in [
        ("at 03:30 India time", Options::default(), None),
        ("at the short day's 03:30", Options { day: Some(day), ..Options::default() }, Some(day)),
    ] {
        let cutoff = end.map_or(cutoff, |day| cutoff.on_day_of(day));
        let table = table(options).await;
        let before = table.practice.now();
        let token = table.token("AB1234").await;
        let exp = jwt::exp(&token).expect("an end");
        let (earliest, latest) = (cutoff.after(before), cutoff.after(table.practice.now()));
        // Whole seconds, rounded up.
        assert!(earliest <= exp && exp < latest + Duration::seconds(1), "{sentence}: {earliest} {exp}");
        table.practice.advance(exp - table.practice.now() - Duration::seconds(30));
        assert_eq!(table.profile(&token).await, 200, "{sentence}: shortly before");
        table.practice.advance(Duration::seconds(31));
        assert_eq!(table.profile(&token).await, 401, "{sentence}: after it");
    }
}

#[tokio::test]
async fn a_life_of_ones_own_and_the_end_of_everything() {
    let table = table(Options { life: Some(Duration::seconds(90)), ..Options::default() }).await;
    let before = table.practice.now();
    let token = table.token("AB1234").await;
    let life = jwt::exp(&token).expect("an end") - before;
    assert!((90..=120).contains(&life.num_seconds()), "{life}");
    table.practice.set_life(None);
    let other = jwt::exp(&table.token("AB1234").await).expect("an end");
    assert_eq!(other.timestamp() % 86_400, 22 * 3_600, "the cut-off again, 03:30 in India: {other}");
    table.practice.advance(Duration::seconds(200));
    assert_eq!(table.profile(&token).await, 401);
    table.practice.set_life(Some(Duration::hours(1)));
    let long = table.token("AB1234").await;
    assert_eq!(table.profile(&long).await, 200);
    table.practice.revoke_all();
    assert_eq!(table.profile(&long).await, 401);
}

#[tokio::test]
async fn a_second_sign_in_leaves_the_first_token_alone() {
    let table = table(Options::default()).await;
    let (first, second) = (table.token("AB1234").await, table.token("AB1234").await);
    assert_ne!(first, second);
    assert_eq!((table.profile(&first).await, table.profile(&second).await), (200, 200));
}

#[tokio::test]
async fn a_token_outlives_a_restart_with_the_same_key() {
    let options = || Options { signing_key: Some(SigningKey::new([3; 32])), ..Options::default() };
    let old = table(options()).await;
    let token = old.token("AB1234").await;
    let address = old.practice.addr();
    old.practice.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    let new = table(Options { port: address.port(), ..options() }).await;
    assert_eq!(new.practice.addr(), address);
    assert_eq!(new.profile(&token).await, 200);
    let stranger = table(Options { users: vec![User::new("ZZ0001")], ..options() }).await;
    assert_eq!(stranger.profile(&token).await, 401, "its user is unknown there");
}

#[tokio::test]
async fn whatever_is_no_token_is_refused() {
    let table = table(Options::default()).await;
    let token = table.token("AB1234").await;
    for (sentence, header) in [
        ("no header", None),
        ("another scheme", Some(format!("Basic {token}"))),
        ("a changed token", Some(format!("Bearer {token}x"))),
        ("twice the word", Some(format!("Bearer Bearer {token}"))),
    ] {
        let request = table.client.get(table.url("/v2/user/profile"));
        let request = header.into_iter().fold(request, |request, header| request.header("authorization", header));
        assert_eq!(refusal(request.send().await.expect("sent")).await, (401, "UDAPI100050".into()), "{sentence}");
    }
    let small = table.client.get(table.url("/v2/user/profile")).header("authorization", format!("bearer {token}"));
    assert_eq!(small.send().await.expect("sent").status(), 200, "the scheme's case does not matter");
    assert_eq!(refusal(table.get("/v2/nothing", None).await).await, (404, "UDAPI100060".into()));
    assert_eq!(refusal(table.get("/v2/logout", None).await).await, (405, "UDAPI10000".into()));
}

#[tokio::test]
async fn the_date_header_follows_the_brokers_clock() {
    let table = table(Options::default()).await;
    let before = table.practice.now();
    table.practice.advance(Duration::days(3));
    let response = table.get("/v2/market/holidays", None).await;
    let date = DateTime::parse_from_rfc2822(response.headers()["date"].to_str().expect("text")).expect("a date");
    assert!((date.to_utc() - before).num_hours() >= 71, "{date}");
}

#[tokio::test]
async fn a_denied_sign_in_says_so() {
    let table = table(Options::default()).await;
    let back = person::deny(&table.dialog("/v2/login/authorization/dialog", &[])).await.expect("sent back");
    let pairs = query(&back);
    assert_eq!((pairs["error"].as_str(), pairs["state"].as_str()), ("access_denied", "S/1"));
    assert!(!pairs.contains_key("code") && !pairs.contains_key("iss"));
}
