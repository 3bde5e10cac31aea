//! What the app in the tray costs beside a Tauri program that has a tray icon and nothing else.
//!
//! The invariant: a screen, a bus and a tray host of its own; no window is opened. What this is not: a look at the icon.

use super::Row;
use crate::figures::{Samples, pss, ratio, shown, wake_ups};
use crate::world::{Ended, Running, World};
use anyhow::Context;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use zbus::blocking::{Connection, connection};

const STARTS: usize = 21;
const LIMIT: Duration = Duration::from_secs(30);
/// The first looks are over by then, and what was read at the start is given back.
const REST: Duration = Duration::from_secs(45);
const MINUTE: Duration = Duration::from_secs(60);

/// A tray host that only writes down that an icon has come.
struct Watcher(Sender<()>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, _service: &str) {
        let _ = self.0.send(());
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Desktop {
    world: World,
    screen: Running,
    icons: Receiver<()>,
    _host: Connection,
}

impl Desktop {
    fn new() -> anyhow::Result<Self> {
        let world = World::new(1)?;
        let mut screen = Command::new("Xvfb");
        screen.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let screen = Running::start(&mut screen, "")?;
        let (sender, icons) = channel();
        let host = connection::Builder::address(world.bus.as_str())?
            .serve_at("/StatusNotifierWatcher", Watcher(sender))?
            .name("org.kde.StatusNotifierWatcher")?
            .build()
            .context("no tray host")?;
        Ok(Self { world, screen, icons, _host: host })
    }

    /// Started, and its icon is there.
    fn start(&self, name: &str, args: &[&str]) -> anyhow::Result<Ended> {
        let mut command = self.world.command_of(name, args);
        command.env("DISPLAY", format!(":{}", self.screen.said)).env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1");
        command.env("HOME", self.world.home.path()).env("XDG_RUNTIME_DIR", self.world.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = Ended::start(&mut command)?;
        self.icons.recv_timeout(LIMIT).with_context(|| format!("{name} showed no icon"))?;
        Ok(child)
    }
}

const HIDDEN: &[&str] = &["--hidden"];

/// From the process to its icon.
pub(super) fn start() -> anyhow::Result<Vec<Row>> {
    let desktop = Desktop::new()?;
    let [mut bare, mut ours] = [Samples::default(), Samples::default()];
    // Not `in_turns`: what is started also ends, and that is not timed.
    for _ in 0..STARTS {
        bare.time(|| desktop.start("bare-tray", &[]))?;
        ours.time(|| desktop.start("daypass-desktop", HIDDEN))?;
    }
    Ok(vec![Row {
        work: "desktop app, spawn to tray icon registered".into(),
        measured: shown(ours.median()),
        beside: format!("bare Tauri tray {}", shown(bare.median())),
        ratio: Some(ratio(ours.median(), bare.median())),
        goal: "at most 1.15 x bare",
    }])
}

/// Memory and wake-ups without a window.
pub(super) fn idle() -> anyhow::Result<Vec<Row>> {
    let desktop = Desktop::new()?;
    let bare = desktop.start("bare-tray", &[])?;
    let ours = desktop.start("daypass-desktop", HIDDEN)?;
    desktop.world.sign_in()?;
    std::thread::sleep(REST);
    let both = [ours.id(), bare.id()];
    let before = both.map(wake_ups);
    std::thread::sleep(MINUTE);
    let mut rows = Vec::new();
    let [ours_kib, bare_kib] = both.map(pss);
    let (ours_kib, bare_kib) = (ours_kib? as f64, bare_kib? as f64);
    rows.push(Row {
        work: "desktop app, no window, PSS".into(),
        measured: format!("{:.1} MiB", ours_kib / 1024.0),
        beside: format!("bare Tauri tray {:.1} MiB", bare_kib / 1024.0),
        ratio: Some(ours_kib / bare_kib),
        goal: "at most 50 MiB",
    });
    let mut woken = [0; 2];
    for ((woken, before), pid) in woken.iter_mut().zip(before).zip(both) {
        *woken = wake_ups(pid)? - before?;
    }
    rows.push(Row {
        work: "desktop app, no window, wake-ups in 60 s".into(),
        measured: woken[0].to_string(),
        beside: format!("bare Tauri tray {}", woken[1]),
        ratio: None,
        goal: "at most 2",
    });
    Ok(rows)
}
