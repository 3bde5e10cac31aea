//! What the adapter does before and after the wire. The wire itself is in `tests/contract.rs`.

use super::*;
use crate::fixture::{at, credentials};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use daypass_domain::{RedirectUri, Secret};
use serde_json::json;

fn handshake() -> Handshake {
    Handshake { state: Secret::new("state-0123456789"), pkce_verifier: Secret::new("v".repeat(43)) }
}

fn token(text: &str) -> Token {
    let body = serde_json::json!({ "access_token": text, "user_id": "AB1234", "expires_in": 86_400 }).to_string();
    Token::of(&Reply::of(200, &body)).expect("a token")
}

#[test]
fn the_dialog_url_is_the_documented_one() {
    let mut credentials = credentials(&[]);
    credentials.account.redirect_uri = RedirectUri::new("http://127.0.0.1:5001/up/cb.php").expect("a redirect URI");
    let url = Upstox.authorize_url(&credentials, &handshake()).expect("a URL");
    assert_eq!(
        url.as_str(),
        "https://api.upstox.com/v2/login/authorization/dialog?response_type=code&client_id=client-4711\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A5001%2Fup%2Fcb.php&state=state-0123456789"
    );
}

#[test]
fn missing_settings_are_named_before_anything_is_sent() {
    let full = credentials(&[]);
    assert_eq!(Upstox.check(&full), Ok(()));
    let mut no_key = full.clone();
    no_key.account.client_id = " ".to_owned();
    let mut no_secret = full.clone();
    no_secret.client_secret = None;
    let plain = credentials(&[("base_url", "http://api.example.org")]);
    for (given, key) in [(no_key, "client_id"), (no_secret, "client_secret"), (plain, "base_url")] {
        let problem = Upstox.check(&given).expect_err(key);
        assert!(problem.what.contains(key) && problem.remedy == Remedy::FixSetting, "{problem}");
        assert!(Upstox.authorize_url(&given, &handshake()).is_err(), "{key}");
    }
}

#[test]
fn a_token_ends_at_its_exp_else_at_the_next_cut_off() {
    let account = credentials(&[]).account;
    let jwt = |exp: i64| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.sig", part(r#"{"typ":"JWT"}"#), part(&format!(r#"{{"sub":"AB1234","exp":{exp}}}"#)))
    };
    let night = at("2026-11-18T03:30:00+05:30");
    for (sentence, token_text, now, ends) in [
        ("an opaque token of the evening", "opaque-token".to_owned(), "2026-11-17T20:00:00+05:30", night),
        ("an opaque token of 02:30 ends the same night", "opaque-token".to_owned(), "2026-11-18T02:30:00+05:30", night),
        ("exactly at the cut-off: the next one", "opaque-token".to_owned(), "2026-11-17T03:30:00+05:30", night),
        ("a JWT tells it itself", jwt(night.timestamp()), "2026-11-18T02:30:00+05:30", night),
        (
            "a sandbox token of 30 days",
            jwt(night.timestamp() + 30 * 86_400),
            "2026-11-17T20:00:00+05:30",
            night + Duration::days(30),
        ),
    ] {
        let now = at(now);
        let grant = grant(&account, token(&token_text), now);
        assert_eq!(grant.access_ends, Some(ends), "{sentence}");
        assert_eq!((grant.issued_at, grant.granted_at), (now, now), "{sentence}");
        assert!(grant.refresh.is_none() && grant.refresh_ends.is_none(), "{sentence}");
    }
}

#[test]
fn whoever_signed_in_is_named_by_the_reply_else_by_the_token() {
    let account = credentials(&[]).account;
    let jwt = format!("x.{}.sig", URL_SAFE_NO_PAD.encode(r#"{"sub":"CD5678","exp":1789250400}"#));
    for (sentence, body, owner) in [
        ("both: the reply", json!({ "access_token": jwt, "user_id": "AB1234" }), Some("AB1234")),
        ("the token alone", json!({ "access_token": jwt }), Some("CD5678")),
        ("an empty word in the reply", json!({ "access_token": jwt, "user_id": "" }), Some("CD5678")),
        ("the reply alone", json!({ "access_token": "opaque-token", "user_id": "AB1234" }), Some("AB1234")),
        ("nobody says it", json!({ "access_token": "opaque-token" }), None),
    ] {
        let token = Token::of(&Reply::of(200, &body.to_string())).expect("a token");
        let user = grant(&account, token, at("2026-11-17T20:00:00+05:30")).user;
        assert_eq!(user.map(|user| user.0).as_deref(), owner, "{sentence}");
    }
}

#[test]
fn a_practice_day_has_its_cut_off_at_the_same_fraction() {
    let mut account = credentials(&[]).account;
    account.day = Some(Duration::minutes(10));
    let midnight = at("2026-11-17T00:00:00Z");
    let ends = grant(&account, token("opaque-token"), midnight).access_ends;
    assert_eq!(ends, Some(midnight + Duration::milliseconds(87_500)));
}

#[test]
fn only_the_code_for_a_dead_token_is_a_no() {
    for (sentence, status, body, word) in [
        ("a profile", 200, r#"{"status":"success","data":{"user_id":"AB1234"}}"#, "valid"),
        ("the code with 401", 401, r#"{"status":"error","errors":[{"errorCode":"UDAPI100050"}]}"#, "invalid"),
        ("the code with another status", 403, r#"{"errors":[{"error_code":"UDAPI100050"}]}"#, "invalid"),
        ("401 without a code", 401, r#"{"message":"no"}"#, "unknown"),
        ("401 with a page", 401, "<html>sign in to the hotel</html>", "unknown"),
        ("401 with nothing", 401, "", "unknown"),
        ("no active segment", 401, r#"{"errors":[{"error_code":"UDAPI100058"}]}"#, "unknown"),
        ("closed at night", 423, r#"{"errors":[{"error_code":"UDAPI100072"}]}"#, "unknown"),
        ("too many requests", 429, r#"{"errors":[{"error_code":"UDAPI10005"}]}"#, "unknown"),
        ("a guard's page", 403, "<html>1010</html>", "unknown"),
        ("a portal's page", 200, "<html>welcome</html>", "unknown"),
        ("a redirect", 302, "", "unknown"),
        ("half an answer", 200, r#"{"status":"succ"#, "unknown"),
        ("trouble", 500, r#"{"errors":[{"error_code":"UDAPI100500"}]}"#, "unknown"),
    ] {
        let found = match judge(&Reply::of(status, body)) {
            Probe::Valid { .. } => "valid",
            Probe::Invalid(_) => "invalid",
            Probe::Unknown(_) => "unknown",
        };
        assert_eq!(found, word, "{sentence}");
    }
}

#[test]
fn a_refusal_in_the_redirect_is_looked_up_in_upstoxs_own_table_too() {
    let callback =
        |pairs: &[(&str, &str)]| Callback::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), Secret::new(*v))));
    let read = |pairs| Upstox.read_callback(&credentials(&[]), &callback(pairs)).expect_err("a refusal");
    assert_eq!(read(&[("error", "UDAPI100068")]).remedy, Remedy::FixSetting);
    assert_eq!(read(&[("error", "access_denied")]).what, "You said no at Upstox.");
    assert_eq!(read(&[("error", "whatever")]).code, "unknown_error");
}

#[test]
fn after_an_exchange_nothing_says_try_again() {
    for (status, body) in
        [(429, ""), (503, "<html></html>"), (200, "{"), (400, r#"{"errors":[{"error_code":"UDAPI10005"}]}"#)]
    {
        let reply = Reply::of(status, body);
        let error = spent(No::of(&reply).failure(&reply));
        assert_eq!(error.problem.remedy, Remedy::SignInAgain, "{status} {body}");
        assert!(error.problem.todo.contains("only once"), "{}", error.problem.todo);
    }
}
