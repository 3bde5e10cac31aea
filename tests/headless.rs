//! The whole program without a screen, as a script meets it: the service, the terminal, the local HTTP door, and the
//! practice broker as a process of its own. Everything is started as built, talks over real sockets, and is ended by id.

#[path = "headless/disk.rs"]
mod disk;
#[path = "headless/web.rs"]
mod web;
#[path = "headless/world.rs"]
mod world;

use disk::{no_secret_in_any_log, sealed_files_hold_no_token};
use serde_json::Value;
use web::{approve, http};
use world::{World, wait};

#[test]
fn a_scripts_whole_day() {
    let mut world = World::new(&[]);
    assert_eq!(world.run(&["status"]).status.code(), Some(3), "nothing runs yet");
    world.serve();
    let before = world.status();
    assert_eq!((before["valid"].as_bool(), before["time_remaining_seconds"].as_i64()), (Some(false), Some(0)));
    assert!(before["expiry_time"].is_null());
    assert_eq!(world.run(&["token"]).status.code(), Some(4), "no token yet");

    let output = world.sign_in("AB1234");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let status = world.status();
    assert_eq!((status["valid"].as_bool(), status["api_validated"].as_bool()), (Some(true), Some(true)), "{status}");
    for field in [
        "valid",
        "time_remaining_seconds",
        "time_remaining_hours",
        "expiry_time",
        "needs_refresh",
        "message",
        "api_validated",
    ] {
        assert!(status.get(field).is_some_and(|value| !value.is_null()), "{field} in {status}");
    }
    let end = status["expiry_time"].as_str().expect("a time");
    assert!(end.contains("T22:00:00") || end.contains("T03:30:00"), "03:30 in India: {end}");
    let said: Value = serde_json::from_slice(&world.run(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(said["expiry_time"], status["expiry_time"], "the same object in the terminal");

    let token = world.run(&["token"]);
    assert!(token.status.success());
    let token = String::from_utf8(token.stdout).expect("text");
    assert_eq!(token.trim().split('.').count(), 3, "a token and nothing else");
    let (code, profile) = http(
        world.broker_port(),
        "GET",
        "/v2/user/profile",
        &[("Authorization", &format!("Bearer {}", token.trim()))],
        "",
    );
    assert_eq!(code, 200, "{profile}");

    let (code, body) = world.http("POST", "/api/token/force-refresh", &[]);
    assert_eq!(code, 409, "a new token would also end at 03:30: {body}");

    // A power cut, and a new start: the token is still there, and still good.
    world.service = None;
    assert_eq!(world.run(&["token"]).status.code(), Some(3));
    world.serve();
    wait("the stored token is proven again", || world.status()["api_validated"] == true);
    assert_eq!(String::from_utf8(world.run(&["token"]).stdout).expect("text"), token);

    sealed_files_hold_no_token(world.home.path(), token.trim());
    assert!(world.run(&["sign-out"]).status.success());
    wait("signed out", || world.status()["valid"] == false);
    let (code, _) = http(
        world.broker_port(),
        "GET",
        "/v2/user/profile",
        &[("Authorization", &format!("Bearer {}", token.trim()))],
        "",
    );
    assert_eq!(code, 401, "at the broker too");
    no_secret_in_any_log(world.home.path(), token.trim());
}

#[test]
fn a_token_with_a_life_of_its_own_is_refreshed_and_a_stranger_is_refused() {
    let mut world = World::new(&["--life", "1h"]);
    world.serve();
    assert!(world.sign_in("AB1234").status.success());
    let first = world.run(&["token"]).stdout;

    wait("a new token would last longer", || world.status()["useful"] == true);
    let (code, body) = world.http("POST", "/api/token/force-refresh", &[]);
    assert_eq!(code, 200, "{body}");
    let started: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (started["status"].as_str(), started["message"].as_str()),
        (Some("success"), Some("Token refresh initiated successfully"))
    );
    let address = started["sign_in_url"].as_str().expect("no browser can be opened here");
    let page = approve(address, "CD5678");
    assert!(page.contains("CD5678") && page.contains("AB1234"), "the page names both: {page}");
    assert_eq!(world.run(&["token"]).stdout, first, "the old token is untouched");

    let (_, body) = world.http("POST", "/api/token/force-refresh", &[]);
    let started: Value = serde_json::from_str(&body).expect("JSON");
    approve(started["sign_in_url"].as_str().expect("an address"), "AB1234");
    wait("a new token", || world.run(&["token"]).stdout != first);
    assert_eq!(world.status()["generation"], 2);
}

#[test]
fn trouble_at_the_broker_never_costs_a_token() {
    let mut world = World::new(&["--life", "2h"]);
    world.serve();
    assert!(world.sign_in("AB1234").status.success());
    let token = world.run(&["token"]).stdout;
    for fault in [r#""html""#, r#""drop""#, r#"{"status":503}"#, r#"{"status":429}"#] {
        world.control(&format!(r#"{{"route":"profile","fault":{fault}}}"#));
        let (code, body) = world.http("POST", "/api/accounts/upstox/probe", &[]);
        assert!((200..300).contains(&code), "{code} {body}");
        assert_eq!(world.run(&["token"]).stdout, token, "{fault}");
    }
    // Now the broker itself says no, and says it twice.
    world.control(r#"{"clear":true}"#);
    world.control(r#"{"revoke":"all"}"#);
    let (code, body) = world.http("POST", "/api/accounts/upstox/probe", &[]);
    assert!((200..300).contains(&code), "{code} {body}");
    wait("the refusal counts", || world.status()["valid"] == false);
    assert_eq!(world.status()["standing"], "ended_early");
    assert_eq!(world.run(&["token"]).status.code(), Some(4));
}

#[test]
fn foreign_pages_and_taken_ports_are_told_apart() {
    let mut world = World::new(&[]);
    let squatter = std::net::TcpListener::bind(("127.0.0.1", world.port)).expect("the port");
    world.serve();
    let said = String::from_utf8(world.run(&["status"]).stderr).expect("text");
    assert!(said.contains(&world.port.to_string()), "the taken port is named: {said}");
    drop(squatter);
    world.service = None;
    world.serve();
    for (headers, wanted) in
        [(vec![("Host", "evil.example")], 403), (vec![("Origin", "http://evil.example")], 403), (vec![], 200)]
    {
        let (code, _) = world.http("GET", "/api/token/status", &headers);
        assert_eq!(code, wanted, "{headers:?}");
    }
    let (code, _) = world.http("GET", "/api/token/status?account=nobody", &[]);
    assert_eq!(code, 404);
    let (code, page) = world.http("GET", "/dashboard/", &[]);
    assert_eq!(code, 200);
    assert!(page.to_lowercase().contains("<!doctype html"));
    assert_eq!(world.run(&["serve"]).status.code(), Some(1), "one owner at a time");
    assert!(world.broker.child.try_wait().expect("a look").is_none(), "the broker still runs");
}

#[cfg(unix)]
#[test]
fn the_service_ends_cleanly_when_it_is_told_to() {
    let mut world = World::new(&[]);
    world.serve();
    let mut service = world.service.take().expect("the service");
    let id = rustix::process::Pid::from_child(&service.child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("a signal");
    wait("it ends", || service.child.try_wait().expect("a look").is_some());
    assert!(service.child.wait().expect("its end").success());
    assert!(!world.home.path().join("daypass/run/daypass.sock").exists(), "its socket is gone");
}
