//! What holds for every broker in the table, over real sockets. A new broker is in here with its line in `ALL`.

#[allow(dead_code, reason = "this suite needs a part of it")]
mod support;

use chrono::Duration;
use daypass_brokers::{ALL, Failure, Probe, find};
use daypass_domain::calendar::region_of;
use daypass_domain::{Remedy, Secret};
use support::call::{CALLS, Call, presentable, shown};
use support::server::{Act, Server, nobody};
use support::{MARKER, artefact, credentials, grant, handshake, network, now};

/// An answer that every broker of the table understands as a success of whatever was asked.
const GOOD: &str = r#"{
    "access_token": "MARKER-new-access", "token_type": "Bearer", "refresh_token": "MARKER-new-refresh",
    "status": "success", "data": {"user_id": "AB1234"}, "user_id": "AB1234", "unheard_of": [1, {}]
}"#;

#[test]
fn profiles_are_whole_and_found_by_their_id() {
    for broker in ALL {
        let profile = broker.profile();
        let id = profile.id;
        assert_eq!(find(id).map(|found| found.profile().id), Some(id));
        assert_eq!(ALL.iter().filter(|other| other.profile().id == id).count(), 1, "{id} once");
        for key in ["client_id", "redirect_uri"] {
            assert!(profile.fields.iter().any(|field| field.key == key && field.required), "{id} asks for {key}");
        }
        for field in profile.fields {
            assert!(!field.label.is_empty() && field.help.ends_with('.'), "{id}: {}", field.key);
            assert_eq!(field.secret, field.key == "client_secret", "{id}: {}", field.key);
        }
        let market = &profile.market;
        let regions: Vec<_> = market.exchanges.iter().map(|name| region_of(name).expect("a known exchange")).collect();
        assert!(!regions.is_empty() && regions.iter().all(|region| region.zone == market.zone), "{id}");
        assert!(profile.fields.iter().any(|field| field.key == "exchanges" && !field.required), "{id}");
        assert!(profile.habit.ends_with('.') && profile.market.open < profile.market.close, "{id}");
    }
    assert!(find("no-such-broker").is_none());
}

#[tokio::test]
async fn a_missing_setting_is_named_and_nothing_is_sent() {
    for broker in ALL {
        let server = Server::start(Act::json(200, GOOD)).await;
        for field in broker.profile().fields.iter().filter(|field| field.required && field.key != "redirect_uri") {
            let mut credentials = credentials(*broker, &server.base);
            match field.key {
                "client_id" => credentials.account.client_id.clear(),
                "client_secret" => credentials.client_secret = None,
                key => drop(credentials.account.options.insert(key.to_owned(), "  ".to_owned())),
            }
            let problem = broker.check(&credentials).expect_err(field.key);
            assert!(problem.what.contains(field.key) && problem.remedy == Remedy::FixSetting, "{problem}");
            presentable(&problem, field.key);
            let error = Call::Exchange.make(*broker, &network(), &credentials).await.expect_err(field.key);
            assert_eq!(error.failure, Failure::NotSent, "{}", field.key);
        }
        assert!(server.seen().is_empty(), "{}: {:?}", broker.profile().id, server.seen());
    }
}

#[tokio::test]
async fn an_unsafe_address_is_refused_before_anything_is_sent() {
    for broker in ALL {
        let base = nobody().await;
        for key in credentials(*broker, &base).account.options.into_keys().filter(|key| key.ends_with("_url")) {
            let mut credentials = credentials(*broker, &base);
            credentials.account.options.insert(key.clone(), "http://broker.example.org/".to_owned());
            let problem = broker.check(&credentials).expect_err(&key);
            assert!(problem.what.contains(&key), "{problem}");
        }
    }
}

#[test]
fn the_browsers_address_has_the_state_and_no_secret() {
    for broker in ALL {
        let credentials = credentials(*broker, "http://127.0.0.1:9");
        let url = broker.authorize_url(&credentials, &handshake()).expect("a URL");
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(value("state").as_deref(), Some("state-0123456789"));
        assert_eq!(value("client_id").as_deref(), Some("client-4711"));
        assert_eq!(value("redirect_uri").as_deref(), Some(credentials.account.redirect_uri.as_str()));
        assert_eq!(value("code_challenge").is_some(), broker.pkce(&credentials), "{url}");
        assert!(!url.as_str().contains(MARKER), "{url}");
    }
}

#[tokio::test]
async fn a_good_day() {
    for broker in ALL {
        let id = broker.profile().id;
        let server = Server::start(Act::json(200, GOOD).with("date: Tue, 17 Nov 2026 03:12:00 GMT")).await;
        let (net, credentials) = (network(), credentials(*broker, &server.base));
        let reached = broker.exchange(&net, &credentials, &handshake(), &artefact()).await.expect(id);
        assert!(reached.value.access.matches(b"MARKER-new-access"), "{id}");
        assert_eq!(reached.clock_skew, Some(Duration::minutes(1)), "{id}: the broker's clock says 03:12");
        let there = now() + Duration::minutes(1);
        assert_eq!((reached.value.issued_at, reached.value.granted_at), (there, there), "{id}: issued by that clock");
        for call in CALLS.into_iter().filter(|call| call.exists(*broker, &credentials)) {
            call.make(*broker, &net, &credentials).await.unwrap_or_else(|error| panic!("{id} {call:?}: {error}"));
        }
        for seen in server.seen() {
            assert!(!seen.line.contains(MARKER), "{id}: a secret in a URL: {}", seen.line);
            assert_eq!(seen.header("user-agent"), Some(concat!("Daypass/", env!("CARGO_PKG_VERSION"))), "{id}");
            assert_eq!(seen.header("accept"), Some("application/json"), "{id}");
            let form = seen.header("content-type") == Some("application/x-www-form-urlencoded");
            assert!(form != seen.body.is_empty() && seen.header("referer").is_none(), "{id}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_renewal_keeps_the_sign_in() {
    for broker in ALL {
        let server = Server::start(Act::json(200, GOOD)).await;
        let credentials = credentials(*broker, &server.base);
        if !Call::Renew.exists(*broker, &credentials) {
            let error = Call::Renew.make(*broker, &network(), &credentials).await.expect_err("no renewal");
            assert_eq!((error.failure, error.problem.remedy), (Failure::NotSent, Remedy::SignInAgain));
            assert!(server.seen().is_empty());
            continue;
        }
        let renewed = broker.renew(&network(), &credentials, &grant()).await.expect("renewed").value;
        assert_eq!((renewed.granted_at, renewed.issued_at, renewed.user), (grant().granted_at, now(), grant().user));
        assert!(renewed.access.matches(b"MARKER-new-access"));
    }
}

#[tokio::test]
async fn only_the_word_for_a_dead_grant_costs_what_renews_it() {
    for (sentence, status, body, remedy) in [
        ("the word itself", 400, r#"{"error":"invalid_grant"}"#, Remedy::SignInAgain),
        ("a gateway that forbids", 403, r#"{"error":"Forbidden"}"#, Remedy::TryAgain),
        ("a path that is gone for an hour", 404, r#"{"error":"Not Found"}"#, Remedy::TryAgain),
        ("a limit with a word of its own", 400, r#"{"error":"limit_exceeded"}"#, Remedy::TryAgain),
        ("a word for a person's no", 403, r#"{"error":"access_denied"}"#, Remedy::TryAgain),
        ("a wish for a person", 400, r#"{"error":"interaction_required"}"#, Remedy::TryAgain),
        ("a word for another token", 401, r#"{"error":"invalid_token"}"#, Remedy::TryAgain),
        ("a wrong secret", 401, r#"{"error":"invalid_client"}"#, Remedy::FixSetting),
    ] {
        for broker in ALL {
            let server = Server::start(Act::json(status, body)).await;
            let credentials = credentials(*broker, &server.base);
            if !Call::Renew.exists(*broker, &credentials) {
                continue;
            }
            let what = format!("{}: {sentence}", broker.profile().id);
            let error = Call::Renew.make(*broker, &network(), &credentials).await.expect_err(&what);
            assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, remedy), "{what}");
            assert!(error.problem.what.starts_with("Contract broker "), "{what}: {}", error.problem);
            let kept = error.problem.todo == "Daypass asks again later; the token that you have is kept.";
            assert_eq!(kept, remedy == Remedy::TryAgain, "{what}: {}", error.problem);
            presentable(&error.problem, &what);
        }
    }
}

#[tokio::test]
async fn no_fault_is_ever_a_no() {
    let elsewhere = Server::start(Act::json(200, GOOD)).await;
    let moved = format!("location: {}/", elsewhere.base);
    let faults = [
        ("too often", Act::json(429, "{}").with("retry-after: 7")),
        ("too often, on a page", Act::page(429)),
        ("broken inside", Act::json(500, r#"{"message":"oops"}"#)),
        ("a gateway's page", Act::page(502)),
        ("down", Act::json(503, "").with("retry-after: 7")),
        ("a guard's page", Act::page(403)),
        ("a proxy's page", Act::page(401)),
        ("a captive portal's page", Act::page(200)),
        ("a captive portal's redirect", Act::json(302, GOOD).with(&moved)),
        ("a redirect that keeps the body", Act::json(307, GOOD).with(&moved)),
        ("half an answer", Act::Truncate(r#"{"access_token":"MARKER-new-access","#.to_owned())),
        ("a whole answer that was announced longer", Act::Truncate(GOOD.to_owned())),
        ("JSON that stops", Act::json(200, r#"{"status":"success","access_token":"MARKER-new-ac"#)),
        ("an answer without end", Act::json(200, &format!("{}{}", " ".repeat(300 * 1024), GOOD))),
        ("no HTTP", Act::Garbage),
        ("a connection that breaks", Act::Drop),
    ];
    for broker in ALL {
        for (sentence, act) in &faults {
            for call in CALLS {
                let server = Server::start(act.clone()).await;
                let credentials = credentials(*broker, &server.base);
                // A bare success is all that RFC 7009 asks for: no body can make it a failure.
                let bodiless = call != Call::Exchange && call != Call::Renew && broker.profile().id == "oauth2";
                if !call.exists(*broker, &credentials) || bodiless && *sentence == "JSON that stops" {
                    continue;
                }
                let what = format!("{} {call:?}: {sentence}", broker.profile().id);
                let error = call.make(*broker, &network(), &credentials).await.expect_err(&what);
                assert_eq!(error.failure, Failure::Unknown, "{what}: {error:?}");
                presentable(&error.problem, &what);
                assert_eq!(server.seen().len(), 1, "{what}: asked once, never again");
                let asked = format!("{act:?}").contains("retry-after");
                assert_eq!(error.retry_after, asked.then(|| Duration::seconds(7)), "{what}");
                if call == Call::Exchange {
                    assert_eq!(error.problem.remedy, Remedy::SignInAgain, "{what}: the code is spent");
                }
            }
        }
    }
    assert!(elsewhere.seen().is_empty(), "redirects are not followed");
}

#[tokio::test]
async fn an_echoed_secret_is_masked_in_what_people_see() {
    let echo = r#"{"status":"error","error":"invalid_client","error_description":"wrong: MARKER-client-secret",
        "errors":[{"error_code":"UDAPI100069","message":"wrong: MARKER-client-secret"}]}"#;
    for broker in ALL {
        let server = Server::start(Act::json(401, echo)).await;
        let credentials = credentials(*broker, &server.base);
        let error = Call::Exchange.make(*broker, &network(), &credentials).await.expect_err("refused");
        assert_eq!((error.failure, error.problem.remedy), (Failure::Refused, Remedy::FixSetting), "{error:?}");
        assert_eq!(error.problem.quote.as_deref(), Some("wrong: [redacted]"));
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_no_panic() {
    let server = Server::start(Act::json(200, GOOD)).await;
    for broker in ALL {
        let mut grant = grant();
        grant.access = Secret::new("MARKER\r\nx: injected");
        let reached = shown(broker.probe(&network(), &credentials(*broker, &server.base), &grant).await);
        assert!(matches!(reached.value, Probe::Unknown(_)), "{reached:?}");
    }
    assert!(server.seen().is_empty(), "a header cannot be smuggled in");
}
