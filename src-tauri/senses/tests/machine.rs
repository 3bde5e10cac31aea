//! Sleep, the session and the network, by logind and NetworkManager on a real bus; and buses that are not there.

#![cfg(target_os = "linux")]

mod support;

use daypass_senses::Presence::{Away, There, Unknown};
use daypass_senses::{Presence, Sense, watch};
use std::process::Command;
use std::sync::mpsc::channel;
use support::{Answer, Bus, Fake, LIMIT, Watcher};
use zbus::zvariant::Value;

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: (&str, &str) = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
const OWN: &str = "/org/freedesktop/login1/session/c2";
const SESSION: (&str, &str) = (OWN, "org.freedesktop.login1.Session");
const NETWORK: (&str, &str) = ("/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager");

/// A desktop that keeps its hints, with somebody in front of it.
fn desktop(bus: &Bus) -> Fake {
    logind(bus, ("GetSession", Answer::Path(OWN)), 1)
}

fn logind(bus: &Bus, finds: (&'static str, Answer), idle_since: u64) -> Fake {
    let properties = [
        ("Type", Value::from("wayland")),
        ("Active", true.into()),
        ("LockedHint", false.into()),
        ("IdleHint", false.into()),
        ("IdleSinceHint", idle_since.into()),
    ];
    Fake::with_properties(bus, LOGIND, [finds], properties)
}

fn network(bus: &Bus, state: u32, connectivity: u32) -> Fake {
    let properties = [("State", Value::from(state)), ("Connectivity", connectivity.into())];
    Fake::with_properties(bus, NETWORK.1, [], properties)
}

/// A change of properties that nobody can read.
fn breaks(service: &Fake, (path, interface): (&str, &str)) {
    service.signals((path, "org.freedesktop.DBus.Properties"), "PropertiesChanged", &interface);
}

#[test]
fn the_sessions_hints_are_followed() {
    let bus = Bus::start();
    let logind = desktop(&bus);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    for (hint, away) in [("LockedHint", true), ("IdleHint", true), ("Active", false)] {
        logind.sets(SESSION, hint, away.into());
        watcher.tells_presence(Away);
        logind.sets(SESSION, hint, (!away).into());
        watcher.tells_presence(There);
    }
    drop(logind);
    watcher.tells_presence(Unknown);
}

#[test]
fn a_session_that_is_asked_to_lock_counts_as_locked() {
    let bus = Bus::start();
    let logind = desktop(&bus);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    logind.signals(("/org/freedesktop/login1/session/c3", SESSION.1), "Lock", &());
    logind.signals(SESSION, "Lock", &());
    watcher.tells_presence(Away);
    logind.signals(SESSION, "Unlock", &());
    watcher.tells_presence(There);
    logind.signals(SESSION, "Lock", &());
    watcher.tells_presence(Away);
    logind.sets(SESSION, "LockedHint", true.into());
    logind.sets(SESSION, "LockedHint", false.into());
    watcher.tells_presence(There);
}

#[test]
fn a_session_can_be_found_by_the_process() {
    let bus = Bus::start();
    let logind = logind(&bus, ("GetSessionByPID", Answer::Path(OWN)), 1);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    assert_eq!(logind.called("GetSession"), 2, "by its id, then by whatever is on the screen");
}

#[test]
fn hints_that_nobody_keeps_make_nobody_be_there() {
    let bus = Bus::start();
    let logind = logind(&bus, ("GetSession", Answer::Path(OWN)), 0);
    let watcher = Watcher::on(&bus);
    logind.sets(SESSION, "LockedHint", true.into());
    watcher.tells_presence(Away);
    logind.sets(SESSION, "LockedHint", false.into());
    watcher.tells_presence(There);
}

#[test]
fn sleep_is_announced_and_the_network_told_again_after_it() {
    let bus = Bus::start();
    let logind = desktop(&bus);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    let manager = network(&bus, 70, 4);
    watcher.tells(Sense::NetworkUp);
    logind.signals(MANAGER, "PrepareForSleep", &true);
    watcher.tells(Sense::Sleeping);
    logind.signals(MANAGER, "PrepareForSleep", &false);
    watcher.tells(Sense::Woke);
    watcher.tells(Sense::NetworkUp);
    manager.sets(NETWORK, "State", 10_u32.into());
    watcher.tells(Sense::NetworkDown);
    logind.signals(MANAGER, "PrepareForSleep", &false);
    watcher.tells(Sense::Woke);
    watcher.tells(Sense::NetworkDown);
    manager.sets(NETWORK, "State", 70_u32.into());
    watcher.tells(Sense::NetworkUp);
}

#[test]
fn a_sign_in_page_of_the_network_is_no_network() {
    let bus = Bus::start();
    let manager = network(&bus, 70, 2);
    let watcher = Watcher::on(&bus);
    watcher.tells(Sense::NetworkDown);
    manager.sets(NETWORK, "Connectivity", 4_u32.into());
    watcher.tells(Sense::NetworkUp);
    drop(manager);
    let _manager = network(&bus, 20, 1);
    watcher.tells(Sense::NetworkDown);
}

#[test]
fn a_session_that_can_no_longer_be_read_says_nothing_and_sleep_is_still_heard() {
    let bus = Bus::start();
    let logind = desktop(&bus);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    breaks(&logind, SESSION);
    watcher.tells_presence(Unknown);
    logind.signals(SESSION, "Lock", &());
    logind.signals(MANAGER, "PrepareForSleep", &true);
    watcher.tells(Sense::Sleeping);
    assert_eq!(watcher.who_is_there(), Unknown);
    drop(logind);
    let _again = desktop(&bus);
    watcher.tells_presence(There);
}

#[test]
fn a_network_that_can_no_longer_be_read_is_not_told_again() {
    let bus = Bus::start();
    let manager = network(&bus, 70, 4);
    let watcher = Watcher::on(&bus);
    watcher.tells(Sense::NetworkUp);
    breaks(&manager, NETWORK);
    manager.sets(NETWORK, "State", 10_u32.into());
    let logind = desktop(&bus);
    watcher.tells_presence(There);
    logind.signals(MANAGER, "PrepareForSleep", &false);
    watcher.tells(Sense::Woke);
    logind.signals(MANAGER, "PrepareForSleep", &true);
    watcher.tells(Sense::Sleeping);
}

#[test]
fn a_bus_that_dies_is_forgotten_and_found_again() {
    let (mut session, mut system) = (Bus::start(), Bus::start());
    let watcher = Watcher::on_both(Some(session.address()), Some(system.address()));
    for _ in 0..2 {
        let saver = Fake::start(&session, "org.gnome.ScreenSaver", [("GetActive", Answer::Bool(false))]);
        watcher.tells_presence(There);
        session.stop();
        watcher.tells_presence(Unknown);
        let logind = desktop(&system);
        watcher.tells_presence(There);
        system.stop();
        watcher.tells_presence(Unknown);
        assert_eq!(watcher.who_is_there(), Unknown);
        drop((saver, logind));
        session.start_again();
        system.start_again();
    }
}

#[test]
fn without_any_bus_nobody_knows() {
    let watcher = Watcher::on_both(None, None);
    assert_eq!(watcher.who_is_there(), Unknown);
    assert!(watcher.end(), "it ends though it is just waiting for a bus");
}

#[tokio::test]
async fn the_question_can_be_awaited_under_tokio() {
    let bus = Bus::start();
    let _saver = Fake::start(&bus, "org.gnome.ScreenSaver", [("GetActive", Answer::Bool(true))]);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(Away);
    assert_eq!(tokio::time::timeout(LIMIT, watcher.watching.who_is_there()).await, Ok(Away));
    assert!(watcher.end());
}

#[test]
fn the_buses_are_where_the_environment_says() {
    let (session, system) = (Bus::start(), Bus::start());
    let _saver = Fake::start(&session, "org.gnome.ScreenSaver", [("GetActive", Answer::Bool(false))]);
    let _manager = network(&system, 70, 4);
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "inside_such_an_environment", "--ignored", "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", session.address())
        .env("DBUS_SYSTEM_BUS_ADDRESS", system.address())
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "runs in an environment of its own"]
fn inside_such_an_environment() {
    let (tell, hear) = channel();
    let _watching = watch(move |sense| {
        // A test that is over does not listen.
        let _ = tell.send(sense);
    });
    let mut told = [hear.recv_timeout(LIMIT).unwrap(), hear.recv_timeout(LIMIT).unwrap()];
    told.sort_by_key(|sense| *sense == Sense::NetworkUp);
    assert_eq!(told, [Sense::Presence(Presence::There), Sense::NetworkUp]);
}
