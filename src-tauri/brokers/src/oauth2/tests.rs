//! What the adapter decides before and after the wire. The wire itself is in `tests/contract.rs`.

use super::*;
use crate::Failure;
use crate::fixture::{account, credentials};
use daypass_domain::AccountId;

const URLS: [(&str, &str); 2] =
    [("authorize_url", "https://id.example.org/authorize?tenant=7"), ("token_url", "https://id.example.org/token")];

fn with(more: &[(&str, &str)]) -> Credentials {
    credentials(&[&URLS, more].concat())
}

fn handshake() -> Handshake {
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    Handshake { state: Secret::new("state-0123456789"), pkce_verifier: Secret::new(verifier) }
}

fn callback(pairs: &[(&str, &str)]) -> Callback {
    Callback::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))))
}

#[test]
fn the_authorize_url_has_everything_but_secrets() {
    let credentials = with(&[("scopes", "read trade"), ("authorize_params", "audience=a%20b")]);
    let url = OAuth2.authorize_url(&credentials, &handshake()).expect("a URL");
    let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    for (name, expected) in [
        ("tenant", "7"),
        ("response_type", "code"),
        ("client_id", "client-4711"),
        ("redirect_uri", "http://localhost:5001/callback"),
        ("state", "state-0123456789"),
        ("scope", "read trade"),
        ("audience", "a b"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ] {
        assert_eq!(value(name), Some(expected), "{name}");
    }
    assert!(!url.as_str().contains("fixture-client-secret") && !url.as_str().contains("dBjftJeZ4CVP"), "{url}");
    let plain = OAuth2.authorize_url(&with(&[("pkce", "off")]), &handshake()).expect("a URL");
    assert!(!plain.as_str().contains("code_challenge"), "{plain}");
}

#[test]
fn a_verifier_of_a_wrong_length_is_a_problem_and_no_panic() {
    let short = Handshake { pkce_verifier: Secret::new("short"), ..handshake() };
    assert!(OAuth2.authorize_url(&with(&[]), &short).is_err());
}

#[test]
fn the_issuer_is_compared_before_anything_else() {
    let issuer = "https://id.example.org";
    for (sentence, setting, pairs, code) in [
        ("equal", Some(issuer), vec![("code", "abcdef"), ("iss", issuer)], None),
        ("missing", Some(issuer), vec![("code", "abcdef")], Some("wrong_issuer")),
        ("another one", Some(issuer), vec![("code", "abcdef"), ("iss", "https://evil.example")], Some("wrong_issuer")),
        (
            "almost the same",
            Some(issuer),
            vec![("code", "abcdef"), ("iss", "https://id.example.org/")],
            Some("wrong_issuer"),
        ),
        ("an error from elsewhere", Some(issuer), vec![("error", "access_denied")], Some("wrong_issuer")),
        ("not configured", None, vec![("code", "abcdef"), ("iss", "https://evil.example")], None),
    ] {
        let options: Vec<_> = setting.map(|issuer| ("issuer", issuer)).into_iter().collect();
        let read = OAuth2.read_callback(&with(&options), &callback(&pairs));
        assert_eq!(read.err().map(|problem| problem.code.into_owned()).as_deref(), code, "{sentence}");
    }
}

#[test]
fn what_an_account_can_do_follows_its_settings() {
    let bare = with(&[]);
    assert_eq!(OAuth2.renewal(&bare), Renewal::RefreshToken(Rotation::IfPresent));
    assert!(!OAuth2.probes(&bare) && OAuth2.revocation(&bare).is_none() && OAuth2.pkce(&bare));
    let full = with(&[
        ("rotation", "one_time"),
        ("pkce", "off"),
        ("probe_url", "https://api.example.org/me"),
        ("revoke_url", "https://id.example.org/revoke"),
    ]);
    assert_eq!(OAuth2.renewal(&full), Renewal::RefreshToken(Rotation::OneTime));
    assert!(OAuth2.probes(&full) && OAuth2.revocation(&full) == Some(Reach::Session) && !OAuth2.pkce(&full));
}

#[test]
fn a_user_that_nobody_could_check_is_refused() {
    let probe = ("probe_url", "https://api.example.org/me");
    for (sentence, user, more, fits) in [
        ("no user, no probe", None, vec![], true),
        ("a user and a probe", Some("U1"), vec![probe], true),
        ("a probe alone", None, vec![probe], true),
        ("a user alone", Some("U1"), vec![], false),
    ] {
        let mut credentials = with(&more);
        credentials.account.user = user.map(|user| UserId(user.to_owned()));
        let checked = OAuth2.check(&credentials);
        assert_eq!(checked.is_ok(), fits, "{sentence}");
        if let Err(problem) = checked {
            assert_eq!(problem.what, "The setting user cannot be checked without probe_url.", "{sentence}");
        }
    }
}

#[test]
fn a_probe_believes_the_broker_alone() {
    for (sentence, status, body, word) in [
        ("an owner", 200, r#"{"sub":"U-7"}"#, "valid"),
        ("success without a body", 204, "", "valid"),
        ("a portal's page", 200, "<html>welcome</html>", "unknown"),
        ("a redirect", 307, "", "unknown"),
        ("no", 401, r#"{"error":"invalid_token"}"#, "invalid"),
        ("a bare no", 401, "", "invalid"),
        ("a page that says no", 401, "<html>proxy sign-in</html>", "unknown"),
        ("forbidden is about something else", 403, r#"{"error":"insufficient_scope"}"#, "unknown"),
        ("too often", 429, "{}", "unknown"),
        ("trouble", 503, "", "unknown"),
    ] {
        let found = match judge(&Reply::of(status, body), "Testbroker") {
            Probe::Valid { .. } => "valid",
            Probe::Invalid(_) => "invalid",
            Probe::Unknown(_) => "unknown",
        };
        assert_eq!(found, word, "{sentence}");
    }
    assert_eq!(user(&serde_json::json!({ "sub": 7 })), Some(UserId("7".into())));
    assert_eq!(user(&serde_json::json!({ "user_id": "U1", "sub": "other" })), Some(UserId("U1".into())));
}

#[test]
fn refusals_of_the_token_endpoint_are_told_apart() {
    let credentials = with(&[]);
    let wire = Wire::new(&credentials, "Testbroker").expect("a wire");
    for (sentence, status, body, code, failure) in [
        (
            "a dead grant",
            400,
            r#"{"error":"invalid_grant","error_description":"expired"}"#,
            "invalid_grant",
            Failure::Refused,
        ),
        ("a wrong secret", 401, r#"{"error":"invalid_client"}"#, "invalid_client", Failure::Refused),
        ("busy", 503, r#"{"error":"temporarily_unavailable"}"#, "temporarily_unavailable", Failure::Unknown),
        ("busy, said with 400", 400, r#"{"error":"server_error"}"#, "server_error", Failure::Unknown),
        ("a code of its own", 400, r#"{"error":"unsupported_thing"}"#, "unknown_error", Failure::Refused),
        ("an error with 200", 200, r#"{"error":"bad_verification_code"}"#, "unknown_error", Failure::Refused),
        ("a code of its own with 500", 500, r#"{"error":"oops"}"#, "server_trouble", Failure::Unknown),
        ("a code of its own with 429", 429, r#"{"error":"limit"}"#, "too_many_requests", Failure::Unknown),
        ("400 without a word", 400, "Bad Request", "unreadable", Failure::Unknown),
        ("200 without a token", 200, "{}", "unreadable", Failure::Unknown),
        ("a page", 400, "<html></html>", "blocked", Failure::Unknown),
    ] {
        let error = wire.refusal(&Reply::of(status, body));
        assert_eq!((error.problem.code.as_ref(), error.failure), (code, failure), "{sentence}");
    }
}

#[test]
fn a_refused_renewal_has_a_sentence_of_its_own() {
    let credentials = with(&[]);
    let wire = Wire::new(&credentials, name(&credentials)).expect("a wire");
    let error = renewal_refused(wire.refusal(&Reply::of(400, r#"{"error":"invalid_grant"}"#)), &credentials);
    assert_eq!(error.problem.what, "Testbroker did not renew the token: what renews it has ended or was withdrawn.");
    assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, Remedy::SignInAgain));
}

#[test]
fn an_account_without_a_label_is_still_named() {
    let mut account = account(&URLS);
    (account.label, account.id) = (String::new(), AccountId::new("x").expect("an id"));
    assert_eq!(name(&Credentials { account, client_secret: None }), "The broker");
}
