//! The exact requests, and whole conversations, broker by broker. What holds for all of them is in `contract.rs`.

#[allow(dead_code, reason = "this suite needs a part of it")]
mod support;

use daypass_brokers::{Broker, Failure, Probe, find};
use daypass_domain::{Credentials, Remedy, Secret, UserId};
use support::server::{Act, Seen, Server, nobody};
use support::{artefact, credentials, grant, handshake, network};

fn upstox() -> &'static dyn Broker {
    find("upstox").expect("in the table")
}

fn oauth2() -> &'static dyn Broker {
    find("oauth2").expect("in the table")
}

/// An account with some settings of its own.
fn account(broker: &dyn Broker, server: &Server, options: &[(&str, &str)]) -> Credentials {
    let mut credentials = credentials(broker, &server.base);
    for (key, value) in options {
        credentials.account.options.insert((*key).to_owned(), (*value).to_owned());
    }
    credentials
}

/// The form of a request, in the order of arrival.
fn form(seen: &Seen) -> Vec<(String, String)> {
    url::form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect()
}

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

const TOKEN: &str = r#"{"access_token":"MARKER-new-access"}"#;

#[tokio::test]
async fn upstox_is_asked_as_its_documentation_says() {
    let server = Server::start(Act::json(200, TOKEN)).await;
    let credentials = account(upstox(), &server, &[]);
    let net = network();
    let granted = upstox().exchange(&net, &credentials, &handshake(), &artefact()).await.expect("a grant").value;
    assert_eq!(granted.access_ends, "2026-11-18T03:30:00+05:30".parse().ok(), "no word about the end: the cut-off");
    upstox().probe(&net, &credentials, &grant()).await;
    let _ = upstox().revoke(&net, &credentials, &grant()).await;
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /v2/login/authorization/token");
    let expected = [
        ("code", "MARKER-code"),
        ("client_id", "client-4711"),
        ("client_secret", "MARKER-client-secret"),
        ("redirect_uri", "http://localhost:5001/callback"),
        ("grant_type", "authorization_code"),
    ];
    assert_eq!(form(&seen[0]), pairs(&expected));
    assert_eq!((seen[1].line.as_str(), seen[2].line.as_str()), ("GET /v2/user/profile", "DELETE /v2/logout"));
    for seen in &seen[1..] {
        assert_eq!(seen.header("authorization"), Some("Bearer MARKER-old-access"));
    }
}

#[tokio::test]
async fn upstox_answers_are_understood() {
    let dead = r#"{"status":"error","errors":[{"errorCode":"UDAPI100050","message":"Invalid token"}]}"#;
    let exception = r#"{"cause":null,"stackTrace":[],"message":"Invalid token","localizedMessage":"Invalid token"}"#;
    let profile = r#"{"status":"success","data":{"user_id":"AB1234","user_name":"N"}}"#;
    let valid = Probe::Valid { user: Some(UserId("AB1234".into())) };
    let net = network();
    for (status, body, probe, ended) in [
        (200, profile, format!("{valid:?}"), true),
        (401, dead, "Invalid".to_owned(), true),
        (401, exception, "Unknown".to_owned(), true),
        (403, r#"{"errors":[{"error_code":"UDAPI100067"}]}"#, "Unknown".to_owned(), false),
    ] {
        let server = Server::start(Act::json(status, body)).await;
        let credentials = account(upstox(), &server, &[]);
        let found = format!("{:?}", upstox().probe(&net, &credentials, &grant()).await.value);
        assert!(found.starts_with(&probe), "{status} {body}: {found}");
        assert_eq!(upstox().revoke(&net, &credentials, &grant()).await.is_ok(), ended, "{status} {body}");
    }
}

#[tokio::test]
async fn an_oauth2_client_proves_itself_in_three_ways() {
    // RFC 6749, 2.3.1: form-encoded before base64. base64("client-4711:MARKER%2Bsecret%2F%3D")
    let basic = "Basic Y2xpZW50LTQ3MTE6TUFSS0VSJTJCc2VjcmV0JTJGJTNE";
    let (id, secret) = (("client_id", "client-4711"), ("client_secret", "MARKER+secret/="));
    for (auth, header, in_form) in
        [("basic", Some(basic), vec![]), ("form", None, vec![id, secret]), ("none", None, vec![id])]
    {
        let server = Server::start(Act::json(200, TOKEN)).await;
        let mut credentials = account(oauth2(), &server, &[("auth", auth)]);
        credentials.client_secret = Some(Secret::new("MARKER+secret/="));
        let net = network();
        oauth2().exchange(&net, &credentials, &handshake(), &artefact()).await.expect(auth);
        oauth2().renew(&net, &credentials, &grant()).await.expect(auth);
        oauth2().revoke(&net, &credentials, &grant()).await.expect(auth);
        let seen = server.seen();
        let lines: Vec<_> = seen.iter().map(|seen| seen.line.as_str()).collect();
        assert_eq!(lines, ["POST /token", "POST /token", "POST /revoke", "POST /revoke"]);
        let proof = |seen: &Seen| {
            let mut found = form(seen);
            found.retain(|(name, _)| name.starts_with("client_"));
            found
        };
        for seen in &seen {
            assert_eq!(seen.header("authorization"), header, "{auth}: {}", seen.line);
            assert_eq!(proof(seen), pairs(&in_form), "{auth}: {}", seen.line);
        }
        let without_proof = |seen: &Seen| {
            let mut found = form(seen);
            found.retain(|(name, _)| !name.starts_with("client_"));
            found
        };
        let exchange = [
            ("grant_type", "authorization_code"),
            ("code", "MARKER-code"),
            ("code_verifier", "MARKER-verifier-0123456789012345678901234567"),
            ("redirect_uri", "http://localhost:5001/callback"),
        ];
        assert_eq!(without_proof(&seen[0]), pairs(&exchange));
        let renewal = [("grant_type", "refresh_token"), ("refresh_token", "MARKER-old-refresh")];
        assert_eq!(without_proof(&seen[1]), pairs(&renewal));
        let refresh = [("token", "MARKER-old-refresh"), ("token_type_hint", "refresh_token")];
        assert_eq!(without_proof(&seen[2]), pairs(&refresh));
        let access = [("token", "MARKER-old-access"), ("token_type_hint", "access_token")];
        assert_eq!(without_proof(&seen[3]), pairs(&access));
    }
}

#[tokio::test]
async fn without_pkce_no_verifier_is_sent() {
    let server = Server::start(Act::json(200, TOKEN)).await;
    let credentials = account(oauth2(), &server, &[("pkce", "off")]);
    oauth2().exchange(&network(), &credentials, &handshake(), &artefact()).await.expect("a grant");
    assert!(form(&server.seen()[0]).iter().all(|(name, _)| name != "code_verifier"));
}

#[tokio::test]
async fn a_token_is_taken_with_any_status_that_is_a_yes() {
    for (status, taken) in [(200, true), (201, true), (202, true), (302, false), (400, false)] {
        for broker in [upstox(), oauth2()] {
            let server = Server::start(Act::json(status, TOKEN)).await;
            let granted = broker.exchange(&network(), &account(broker, &server, &[]), &handshake(), &artefact()).await;
            assert_eq!(granted.is_ok(), taken, "{} {status}: {granted:?}", broker.profile().id);
        }
    }
}

#[tokio::test]
async fn a_refused_refresh_token_asks_for_a_person() {
    let server = Server::start(Act::json(400, r#"{"error":"invalid_grant","error_description":"expired"}"#)).await;
    let credentials = account(oauth2(), &server, &[("rotation", "one_time")]);
    let error = oauth2().renew(&network(), &credentials, &grant()).await.expect_err("refused");
    assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, Remedy::SignInAgain));
    assert_eq!(error.problem.quote.as_deref(), Some("expired"));
}

#[tokio::test]
async fn a_one_time_token_that_was_not_replaced_is_gone() {
    let server = Server::start(Act::json(200, TOKEN)).await;
    let credentials = account(oauth2(), &server, &[("rotation", "one_time")]);
    let renewed = oauth2().renew(&network(), &credentials, &grant()).await.expect("renewed").value;
    assert!(renewed.refresh.is_none() && !renewed.refresh_sent);
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_is_not_renewed() {
    let server = Server::start(Act::json(200, TOKEN)).await;
    let bare = daypass_domain::Grant { refresh: None, ..grant() };
    let error = oauth2().renew(&network(), &account(oauth2(), &server, &[]), &bare).await.expect_err("nothing to send");
    assert_eq!((error.failure, error.problem.code.as_ref()), (Failure::NotSent, "no_renewal"));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn what_is_not_configured_is_not_asked() {
    let credentials = {
        let mut credentials = credentials(oauth2(), &nobody().await);
        credentials.account.options.retain(|key, _| key == "authorize_url" || key == "token_url");
        credentials
    };
    let net = network();
    let probe = oauth2().probe(&net, &credentials, &grant()).await.value;
    assert!(matches!(&probe, Probe::Unknown(problem) if problem.code == "no_probe"), "{probe:?}");
    let error = oauth2().revoke(&net, &credentials, &grant()).await.expect_err("no address");
    assert_eq!((error.failure, error.problem.code.as_ref()), (Failure::NotSent, "no_revocation"));
}

/// Runs another test of this suite in a process whose environment names a proxy that is not there.
#[test]
fn a_proxy_never_stands_between_us_and_this_machine() {
    let this = std::env::current_exe().expect("this test");
    let mut child = std::process::Command::new(this);
    child.args(["--exact", "upstox_is_asked_as_its_documentation_says"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, "http://127.0.0.1:1").env(name.to_lowercase(), "http://127.0.0.1:1");
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

/// A server whose certificate nobody has signed: a captive portal, or a clock that is wrong by years.
#[tokio::test]
async fn a_server_that_cannot_prove_itself_gets_nothing() {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der()).expect("a key");
    let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .expect("a configuration");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        acceptor.accept(stream).await.map(drop)
    });
    let credentials = credentials(upstox(), &format!("https://localhost:{port}"));
    let error = upstox().exchange(&network(), &credentials, &handshake(), &artefact()).await.expect_err("refused");
    assert_eq!((error.failure, error.problem.code.as_ref()), (Failure::NotSent, "certificate"), "{error:?}");
    assert!(server.await.expect("no panic").is_err(), "the handshake was never finished");
}
