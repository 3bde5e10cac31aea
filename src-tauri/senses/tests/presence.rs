//! Who is there, by screen savers and GNOME's idle monitor on a real bus.

#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "tests wait on conditions, with a limit")]

mod support;

use daypass_senses::Presence::{Away, There, Unknown};
use std::time::Instant;
use support::{Answer, Bus, Fake, LIMIT, Watcher};

const FREEDESKTOP: &str = "org.freedesktop.ScreenSaver";
const SAVER: (&str, &str) = ("/org/freedesktop/ScreenSaver", FREEDESKTOP);
const MONITOR: (&str, &str) = ("/org/gnome/Mutter/IdleMonitor/Core", "org.gnome.Mutter.IdleMonitor");

#[test]
fn every_screen_saver_is_understood() {
    for name in ["freedesktop", "gnome", "xfce", "mate", "cinnamon"] {
        let bus = Bus::start();
        let (name, path) = (format!("org.{name}.ScreenSaver"), format!("/org/{name}/ScreenSaver"));
        let saver = Fake::start(&bus, &name, [("GetActive", Answer::Bool(false))]);
        let watcher = Watcher::on(&bus);
        watcher.tells_presence(There);
        saver.signals((&path, &name), "ActiveChanged", &true);
        watcher.tells_presence(Away);
        assert_eq!(watcher.who_is_there(), Away, "{name}");
        saver.signals((&path, &name), "ActiveChanged", &false);
        watcher.tells_presence(There);
        assert_eq!(watcher.who_is_there(), There, "{name}");
    }
}

#[test]
fn a_screen_saver_that_starts_later_or_again_is_found() {
    let bus = Bus::start();
    let watcher = Watcher::on(&bus);
    assert_eq!(watcher.who_is_there(), Unknown);
    let saver = Fake::start(&bus, FREEDESKTOP, [("GetActive", Answer::Bool(false))]);
    watcher.tells_presence(There);
    drop(saver);
    watcher.tells_presence(Unknown);
    let saver = Fake::start(&bus, FREEDESKTOP, [("GetActive", Answer::Bool(true))]);
    watcher.tells_presence(Away);
    saver.signals(SAVER, "ActiveChanged", &false);
    watcher.tells_presence(There);
}

#[test]
fn a_screen_saver_that_cannot_say_it_now_is_heard_later() {
    let bus = Bus::start();
    let saver = Fake::start(&bus, FREEDESKTOP, []);
    let watcher = Watcher::on(&bus);
    // Its signals are subscribed to before it is asked.
    let begun = Instant::now();
    while saver.called("GetActive") == 0 {
        assert!(begun.elapsed() < LIMIT, "it is asked");
        std::thread::yield_now();
    }
    saver.signals(SAVER, "ActiveChanged", &true);
    watcher.tells_presence(Away);
}

#[test]
fn a_screen_saver_that_can_no_longer_be_understood_says_nothing() {
    let bus = Bus::start();
    let saver = Fake::start(&bus, FREEDESKTOP, [("GetActive", Answer::Bool(false))]);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    saver.signals(SAVER, "ActiveChanged", &"perhaps");
    watcher.tells_presence(Unknown);
    assert_eq!(watcher.who_is_there(), Unknown);
    drop(saver);
    let _again = Fake::start(&bus, FREEDESKTOP, [("GetActive", Answer::Bool(true))]);
    watcher.tells_presence(Away);
}

#[test]
fn nobody_is_started_for_being_asked() {
    let bus = Bus::start();
    let mark = bus.could_start(FREEDESKTOP);
    let _saver = Fake::start(&bus, "org.mate.ScreenSaver", [("GetActive", Answer::Bool(false))]);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    assert_eq!(watcher.who_is_there(), There);
    assert!(watcher.end());
    assert!(!mark.exists(), "the bus started a screen saver");
}

#[test]
fn idle_time_is_asked_for_when_somebody_asks() {
    let bus = Bus::start();
    let answers = [("GetActive", Answer::Bool(false)), ("GetSessionIdleTime", Answer::U32(299))];
    let saver = Fake::start(&bus, FREEDESKTOP, answers);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    assert_eq!(saver.called("GetSessionIdleTime"), 0, "nobody has asked yet");
    assert_eq!(watcher.who_is_there(), There, "idle for less than five minutes");
    saver.answers("GetSessionIdleTime", Answer::U32(300));
    assert_eq!(watcher.who_is_there(), Away, "idle for five minutes");
    assert_eq!(saver.called("GetSessionIdleTime"), 2);
    saver.also_is("org.kde.screensaver");
    assert_eq!(watcher.who_is_there(), There, "KDE counts in milliseconds");
    saver.answers("GetSessionIdleTime", Answer::U32(300_000));
    assert_eq!(watcher.who_is_there(), Away);
}

#[test]
fn a_stuck_screen_saver_holds_nobody_up() {
    let bus = Bus::start();
    let answers = [("GetActive", Answer::Bool(false)), ("GetSessionIdleTime", Answer::Silence)];
    let _stuck = Fake::start(&bus, FREEDESKTOP, answers);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    let asked = Instant::now();
    assert_eq!(watcher.who_is_there(), There, "what is known without it");
    let _other = Fake::start(&bus, "org.mate.ScreenSaver", [("GetSessionIdleTime", Answer::U32(300))]);
    assert_eq!(watcher.who_is_there(), Away, "what another one says");
    assert!(asked.elapsed() < LIMIT / 2);
}

#[test]
fn gnome_announces_that_somebody_goes_and_comes() {
    let bus = Bus::start();
    let answers =
        [("AddIdleWatch", Answer::U32(7)), ("AddUserActiveWatch", Answer::U32(8)), ("GetIdletime", Answer::U64(1000))];
    let monitor = Fake::start(&bus, MONITOR.1, answers);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    let answers = [("GetActive", Answer::Bool(false)), ("GetSessionIdleTime", Answer::U32(9999))];
    let saver = Fake::start(&bus, FREEDESKTOP, answers);
    for _ in 0..2 {
        monitor.signals(MONITOR, "WatchFired", &7_u32);
        watcher.tells_presence(Away);
        monitor.signals(MONITOR, "WatchFired", &8_u32);
        watcher.tells_presence(There);
    }
    assert_eq!(watcher.who_is_there(), There);
    assert_eq!(saver.called("GetSessionIdleTime"), 0, "the monitor knows better");
}

#[test]
fn gnome_may_be_idle_from_the_start() {
    let bus = Bus::start();
    let answers = [
        ("AddIdleWatch", Answer::U32(7)),
        ("AddUserActiveWatch", Answer::U32(8)),
        ("GetIdletime", Answer::U64(300_000)),
    ];
    let monitor = Fake::start(&bus, MONITOR.1, answers);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(Away);
    monitor.signals(MONITOR, "WatchFired", &7_u32);
    monitor.signals(MONITOR, "WatchFired", &8_u32);
    watcher.tells_presence(There);
    assert_eq!(monitor.called("AddUserActiveWatch"), 1, "one watch for one return");
}

#[test]
fn an_idle_monitor_that_fails_on_the_way_says_nothing() {
    let bus = Bus::start();
    let monitor = Fake::start(&bus, MONITOR.1, [("AddIdleWatch", Answer::U32(7)), ("GetIdletime", Answer::U64(1000))]);
    let watcher = Watcher::on(&bus);
    watcher.tells_presence(There);
    // It has no answer to the watch for a return.
    monitor.signals(MONITOR, "WatchFired", &7_u32);
    watcher.tells_presence(Unknown);
    let saver = [("GetActive", Answer::Bool(false)), ("GetSessionIdleTime", Answer::U32(300))];
    let _saver = Fake::start(&bus, FREEDESKTOP, saver);
    watcher.tells_presence(There);
    assert_eq!(watcher.who_is_there(), Away, "the screen saver is asked in its place");
}
