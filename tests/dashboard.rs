//! The dashboard of the program as built: what a page may do without a session, in one, and after it; and what another
//! user of this computer cannot.
//!
//! Invariant: a real service, a real Chromium, real sockets. What this is not: every view; the UI's own tests have those.

#![cfg(unix)]

#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "headless/web.rs"]
mod web;
#[allow(dead_code, reason = "each test file uses a part of it")]
#[path = "headless/world.rs"]
mod world;

use serde_json::{Value, json};
use std::process::Command;
use web::http;
use world::{World, wait};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A service that is signed in.
fn signed_in() -> World {
    let mut world = World::new(&[]);
    world.serve();
    let output = world.sign_in("AB1234");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    world
}

fn link(world: &World) -> String {
    let output = world.run(&["dashboard", "--no-browser"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn key_of(link: &str) -> &str {
    link.split_once("#session=").expect("a key").1
}

#[test]
fn a_session_in_a_real_browser() {
    let world = signed_in();
    let open = format!("http://127.0.0.1:{}/dashboard/", world.port);
    let command = format!("touch {}", world.home.path().join("taken").display());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dashboard/person.mjs");
    let output =
        Command::new("node").args([script, "session", &open, &link(&world), &command]).output().expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).expect("JSON");

    assert_eq!((&seen["settingsWithout"], &seen["pauseWithout"]), (&json!(0), &json!(0)), "without a session it looks");
    let address = seen["address"].as_str().expect("an address");
    assert!(address.starts_with(&open) && !address.contains("session="), "no key stays in the address: {address}");
    let cookie = json!([{ "httpOnly": true, "sameSite": "Strict", "path": "/api", "expires": -1 }]);
    assert_eq!((&seen["cookie"], &seen["readable"]), (&cookie, &json!("")), "no script reads it");
    let config =
        std::fs::read_to_string(world.home.path().join("daypass/config/settings.yaml")).expect("the window's settings");
    assert!(config.contains("45"), "the setting was written: {config}");
    wait("the outlet that was switched on has run", || world.home.path().join("taken").exists());
    let key = seen["key"].as_str().expect("a key");
    assert_eq!(seen["keyOnPage"], json!(false), "it is on the clipboard alone");
    let (status, body) = world.http("GET", "/api/token", &[("Authorization", &format!("Bearer {key}"))]);
    assert_eq!(status, 200, "the key works: {body}");
    let (name, lines) = (seen["csv"][0].as_str().expect("a name"), seen["csv"][1].as_str().expect("lines"));
    assert!(name.starts_with("daypass-history-upstox-") && name.ends_with(".csv"), "{name}");
    assert!(lines.lines().count() > 3, "{lines}");
    assert_eq!(seen["settingsAfter"], json!(0), "it has ended");
    assert_eq!(seen["complaints"], json!([]));
}

#[test]
fn another_user_of_this_computer_reaches_no_outlet_and_opens_no_session() {
    let world = signed_in();
    let command = json!({ "accounts.upstox.outlets.command.program": "/bin/true" }).to_string();
    let (status, body) = http(world.port, "POST", "/api/settings", &[JSON], &command);
    assert_eq!(status, 401, "{body}");
    let link = link(&world);
    let open = json!({ "key": key_of(&link) }).to_string();
    if is_root() {
        // The key stands in the command line of a browser, which everybody may read: to another user it is worth nothing.
        let script = format!(
            "fetch('http://127.0.0.1:{}/api/session', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, \
             body: {open:?} }}).then(async (answer) => console.log(answer.status, (await answer.json()).code))",
            world.port,
        );
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "node", "-e", &script];
        let output = Command::new("setpriv").args(nobody).current_dir("/").output().expect("setpriv runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said.trim(), "403 other_user", "{}", String::from_utf8_lossy(&output.stderr));
    } else {
        println!("only root can become another user: that part was left out");
    }
    let (status, body) = http(world.port, "POST", "/api/session", &[JSON], &open);
    assert_eq!(status, 201, "its owner still can: {body}");
    let (status, _) = http(world.port, "POST", "/api/session", &[JSON], &open);
    assert_eq!(status, 403, "once");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}
