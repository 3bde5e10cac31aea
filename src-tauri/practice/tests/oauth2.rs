//! Standard OAuth2 over real HTTP.

mod common;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use common::{REDIRECT, Table, json, query, table};
use daypass_domain::Secret;
use daypass_practice::{ClientRule, Options, Rotation, person};
use reqwest::Response;
use serde_json::Value;
use sha2::{Digest, Sha256};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

async fn code(table: &Table, more: &[(&str, &str)]) -> String {
    let back = person::approve(&table.dialog("/oauth2/authorize", more), None).await.expect("sent back");
    query(&back)["code"].clone()
}

async fn pkce_code(table: &Table) -> String {
    code(table, &[("code_challenge", &challenge()), ("code_challenge_method", "S256")]).await
}

async fn post(table: &Table, path: &str, form: &[(&str, &str)]) -> Response {
    table.client.post(table.url(path)).form(form).send().await.expect("an answer")
}

async fn exchange(table: &Table, code: &str, more: &[(&str, &str)]) -> Response {
    let usual =
        [("grant_type", "authorization_code"), ("client_id", "key"), ("redirect_uri", REDIRECT), ("code", code)];
    let kept = usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let form: Vec<_> = kept.chain(more).copied().filter(|(_, value)| !value.is_empty()).collect();
    post(table, "/oauth2/token", &form).await
}

async fn renew(table: &Table, token: &str) -> Response {
    let form = [("grant_type", "refresh_token"), ("client_id", "key"), ("refresh_token", token)];
    post(table, "/oauth2/token", &form).await
}

async fn signed_in(table: &Table) -> Value {
    json(exchange(table, &pkce_code(table).await, &[("code_verifier", VERIFIER)]).await).await
}

async fn works(table: &Table, token: &Value) -> bool {
    table.get("/oauth2/userinfo", token.as_str()).await.status() == 200
}

async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    (status, json(response).await["error"].as_str().expect("an error").to_owned())
}

#[tokio::test]
async fn the_redirect_names_its_issuer() {
    let table = table(Options::default()).await;
    let url = table.dialog("/oauth2/authorize", &[]);
    let issuer = format!("http://{}/oauth2", table.practice.addr());
    for back in [person::approve(&url, None).await, person::deny(&url).await] {
        let pairs = query(&back.expect("sent back"));
        assert_eq!((pairs["iss"].as_str(), pairs["state"].as_str()), (issuer.as_str(), "S/1"));
    }
}

#[tokio::test]
async fn a_request_that_is_not_right_is_told_to_the_client_where_it_is_known() {
    let table = table(Options::default()).await;
    let challenge = challenge();
    for (sentence, more, expected) in [
        ("another kind", vec![("response_type", "token")], "unsupported_response_type"),
        ("no kind", vec![("response_type", "")], "invalid_request"),
        ("plain PKCE", vec![("code_challenge", &*challenge), ("code_challenge_method", "plain")], "invalid_request"),
        ("PKCE without a method", vec![("code_challenge", &*challenge)], "invalid_request"),
        ("a short challenge", vec![("code_challenge", "x"), ("code_challenge_method", "S256")], "invalid_request"),
    ] {
        let seen = person::visit(&table.dialog("/oauth2/authorize", &more)).await.expect("an answer");
        let back = seen.location.expect(sentence);
        assert_eq!((seen.status, query(&back)["error"].as_str()), (302, expected), "{sentence}");
        assert!(query(&back).contains_key("iss") && query(&back)["state"] == "S/1", "{sentence}");
    }
    let lost = person::visit(&table.dialog("/oauth2/authorize", &[("redirect_uri", "")])).await.expect("a page");
    assert_eq!((lost.status, lost.location), (400, None));
}

#[tokio::test]
async fn a_sign_in_gives_a_standard_reply() {
    let table = table(Options::default()).await;
    let code = code(&table, &[("scope", "read trade")]).await;
    let response = exchange(&table, &code, &[]).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["cache-control"]),
        (200, &"no-store".parse().expect("h"))
    );
    let reply = json(response).await;
    assert_eq!((&reply["token_type"], &reply["expires_in"]), (&"Bearer".into(), &1800.into()));
    assert_eq!((&reply["scope"], &reply["refresh_expires_in"]), (&"read trade".into(), &(7 * 86_400).into()));
    let info = json(table.get("/oauth2/userinfo", reply["access_token"].as_str()).await).await;
    assert_eq!((&info["sub"], &info["user_id"]), (&"AB1234".into(), &"AB1234".into()));
    let refused = table.get("/oauth2/userinfo", Some("nothing")).await;
    assert!(refused.headers()["www-authenticate"].to_str().is_ok_and(|text| text.contains("invalid_token")));
    assert_eq!(error(refused).await, (401, "invalid_token".into()));
    assert_eq!(table.profile(reply["access_token"].as_str().expect("a token")).await, 401, "not Upstox's");
}

#[tokio::test]
async fn pkce_is_kept_or_nothing_is_given() {
    let table = table(Options::default()).await;
    let good = signed_in(&table).await;
    assert!(works(&table, &good["access_token"]).await);
    for (sentence, with_challenge, verifier) in [
        ("a wrong verifier", true, "x".repeat(43)),
        ("no verifier", true, String::new()),
        ("a verifier that nobody asked for", false, VERIFIER.to_owned()),
    ] {
        let code = if with_challenge { pkce_code(&table).await } else { code(&table, &[]).await };
        let refused = exchange(&table, &code, &[("code_verifier", &verifier)]).await;
        assert_eq!(error(refused).await, (400, "invalid_grant".into()), "{sentence}");
        let second = exchange(&table, &code, &[("code_verifier", VERIFIER)]).await;
        assert_eq!(error(second).await, (400, "invalid_grant".into()), "{sentence}: the code is spent");
    }
}

#[tokio::test]
async fn a_code_works_once_and_its_reuse_ends_what_came_of_it() {
    let table = table(Options::default()).await;
    let first = code(&table, &[]).await;
    let reply = json(exchange(&table, &first, &[]).await).await;
    assert!(works(&table, &reply["access_token"]).await);
    assert_eq!(error(exchange(&table, &first, &[]).await).await, (400, "invalid_grant".into()));
    assert!(!works(&table, &reply["access_token"]).await);
    for (sentence, more) in
        [("another client", ("client_id", "other")), ("another address", ("redirect_uri", "http://localhost:5001/"))]
    {
        let refused = exchange(&table, &code(&table, &[]).await, &[more]).await;
        assert_eq!(error(refused).await, (400, "invalid_grant".into()), "{sentence}");
    }
    for (sentence, more, expected) in [
        ("no code", ("code", ""), "invalid_request"),
        ("no address", ("redirect_uri", ""), "invalid_request"),
        ("no grant type", ("grant_type", ""), "invalid_request"),
        ("another grant type", ("grant_type", "password"), "unsupported_grant_type"),
    ] {
        let refused = exchange(&table, &code(&table, &[]).await, &[more]).await;
        assert_eq!(error(refused).await, (400, expected.into()), "{sentence}");
    }
}

#[tokio::test]
async fn a_client_with_a_secret_proves_itself_in_one_way() {
    let client = ClientRule { id: Some("key".into()), secret: Some(Secret::new("s:e+c/r&t")), redirect: None };
    let table = table(Options { client, ..Options::default() }).await;
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let right = basic("key:s%3Ae%2Bc%2Fr%26t");
    for (sentence, header, secret, expected) in [
        ("by header", Some(right.clone()), "", 200),
        ("by form", None, "s:e+c/r&t", 200),
        ("not at all", None, "", 401),
        ("wrong by header", Some(basic("key:wrong")), "", 401),
        ("another key by header", Some(basic("other:s%3Ae%2Bc%2Fr%26t")), "", 401),
        ("wrong by form", None, "wrong", 401),
        ("in both ways at once", Some(right), "s:e+c/r&t", 400),
    ] {
        let code = code(&table, &[]).await;
        let mut form = vec![("grant_type", "authorization_code"), ("redirect_uri", REDIRECT), ("code", &*code)];
        if header.is_none() {
            form.push(("client_id", "key"));
        }
        if !secret.is_empty() {
            form.push(("client_secret", secret));
        }
        let request = table.client.post(table.url("/oauth2/token")).form(&form);
        let by_header = header.is_some();
        let request = header.into_iter().fold(request, |request, header| request.header("authorization", header));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), expected, "{sentence}");
        let challenged = response.headers().contains_key("www-authenticate");
        assert_eq!(challenged, by_header && expected == 401, "{sentence}");
    }
}

#[tokio::test]
async fn a_one_time_refresh_token_is_replaced_and_its_reuse_ends_the_family() {
    let table = table(Options::default()).await;
    let first = signed_in(&table).await;
    let old = first["refresh_token"].as_str().expect("a refresh token");
    table.practice.advance(Duration::minutes(25));
    let second = json(renew(&table, old).await).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let left = second["refresh_expires_in"].as_i64().expect("seconds");
    assert!(left <= 7 * 86_400 - 25 * 60, "counted from the sign-in: {left}");
    table.practice.advance(Duration::minutes(10));
    assert!(!works(&table, &first["access_token"]).await && works(&table, &second["access_token"]).await);
    assert_eq!(error(renew(&table, old).await).await, (400, "invalid_grant".into()));
    assert!(!works(&table, &second["access_token"]).await, "the family is gone");
    let newest = second["refresh_token"].as_str().expect("a refresh token");
    assert_eq!(error(renew(&table, newest).await).await, (400, "invalid_grant".into()));
}

#[tokio::test]
async fn a_kept_refresh_token_renews_for_a_week_and_then_needs_a_person() {
    let table = table(Options { rotation: Rotation::Kept, ..Options::default() }).await;
    let first = signed_in(&table).await;
    let refresh = first["refresh_token"].as_str().expect("a refresh token");
    for day in 1..=6 {
        table.practice.advance(Duration::days(1));
        let renewed = json(renew(&table, refresh).await).await;
        assert!(renewed.get("refresh_token").is_none(), "day {day}");
        assert!(works(&table, &renewed["access_token"]).await, "day {day}");
    }
    table.practice.advance(Duration::days(1));
    assert_eq!(error(renew(&table, refresh).await).await, (400, "invalid_grant".into()));
}

#[tokio::test]
async fn revocation_reaches_as_far_as_the_token() {
    let table = table(Options::default()).await;
    let reply = signed_in(&table).await;
    let (access, refresh) = (reply["access_token"].as_str().expect("a"), reply["refresh_token"].as_str().expect("r"));
    async fn revoke(table: &Table, form: &[(&str, &str)]) -> Response {
        post(table, "/oauth2/revoke", form).await
    }
    assert_eq!(error(revoke(&table, &[("client_id", "key")]).await).await, (400, "invalid_request".into()));
    assert_eq!(error(revoke(&table, &[("client_id", "other"), ("token", access)]).await).await.0, 400);
    assert!(works(&table, &reply["access_token"]).await);
    assert_eq!(revoke(&table, &[("client_id", "key"), ("token", "nobody's")]).await.status(), 200);
    assert_eq!(revoke(&table, &[("client_id", "key"), ("token", access)]).await.status(), 200);
    assert!(!works(&table, &reply["access_token"]).await);
    let renewed = json(renew(&table, refresh).await).await;
    let newest = renewed["refresh_token"].as_str().expect("a refresh token");
    let form = [("client_id", "key"), ("token", newest), ("token_type_hint", "refresh_token")];
    assert_eq!(revoke(&table, &form).await.status(), 200);
    assert!(!works(&table, &renewed["access_token"]).await);
    assert_eq!(error(renew(&table, newest).await).await.1, "invalid_grant");
}

#[tokio::test]
async fn the_end_of_everything_reaches_here_too() {
    let table = table(Options { life: Some(Duration::seconds(60)), ..Options::default() }).await;
    let reply = signed_in(&table).await;
    assert_eq!(reply["expires_in"], 60);
    table.practice.revoke_all();
    assert!(!works(&table, &reply["access_token"]).await);
    assert_eq!(error(renew(&table, reply["refresh_token"].as_str().expect("r")).await).await.1, "invalid_grant");
}
