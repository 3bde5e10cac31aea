//! What the app in the tray costs beside a Tauri program that has a tray icon and nothing else.
//!
//! The invariant: a screen, a bus and a tray host of its own. What this is not: a look at what is drawn.

use super::Row;
use crate::figures::{Samples, family, pss, pss_of_all, ratio, shown, wake_ups};
use crate::world::{Ended, Running, World};
use anyhow::Context;
use std::io::{BufRead, BufReader, Lines};
use std::process::{ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use zbus::blocking::{Connection, connection};

const STARTS: usize = 21;
const LIMIT: Duration = Duration::from_secs(30);
/// The first looks are over by then, and what was read at the start is given back.
const REST: Duration = Duration::from_secs(45);
const MINUTE: Duration = Duration::from_secs(60);

/// A tray host that only writes down that an icon has come.
struct Watcher(Sender<String>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str) {
        let _ = self.0.send(service.to_owned());
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
    icons: Receiver<String>,
    host: Connection,
}

impl Desktop {
    fn new() -> anyhow::Result<Self> {
        let world = World::new(1)?;
        let mut screen = Command::new("Xvfb");
        screen.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-noreset", "-nolisten", "tcp"]);
        let screen = Running::start(&mut screen, "")?;
        let (sender, icons) = channel();
        let host = connection::Builder::address(world.bus.as_str())?
            .serve_at("/StatusNotifierWatcher", Watcher(sender))?
            .name("org.kde.StatusNotifierWatcher")?
            .build()
            .context("no tray host")?;
        let desktop = Self { world, screen, icons, host };
        // The first program on a screen asks what its visuals can do, which loads all of OpenGL, and leaves the answer
        // for all others. On a person's desktop that was another one, long before.
        drop(desktop.start("bare-tray", &[])?);
        Ok(desktop)
    }

    /// Started, and its icon is there.
    fn start(&self, name: &str, args: &[&str]) -> anyhow::Result<Ended> {
        let mut command = self.command(name, args);
        let child = Ended::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))?;
        self.icon(name)?;
        Ok(child)
    }

    /// The name on the bus of an icon that comes.
    fn icon(&self, name: &str) -> anyhow::Result<String> {
        self.icons.recv_timeout(LIMIT).with_context(|| format!("{name} showed no icon"))
    }

    fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = self.world.command_of(name, args);
        command.env("DISPLAY", format!(":{}", self.screen.said)).env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1");
        command.env("HOME", self.world.home.path()).env("XDG_RUNTIME_DIR", self.world.home.path());
        command
    }

    /// What a click on the icon does.
    fn click(&self, icon: &str) -> anyhow::Result<()> {
        let item = "org.kde.StatusNotifierItem";
        self.host.call_method(Some(icon), "/StatusNotifierItem", Some(item), "Activate", &(0, 0))?;
        Ok(())
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

/// Memory and wake-ups without a window, each program alone: what both have mapped would count half.
pub(super) fn idle() -> anyhow::Result<Vec<Row>> {
    let desktop = Desktop::new()?;
    let (bare, bare_woken) = at_rest(&desktop.start("bare-tray", &[])?)?;
    let app = desktop.start("daypass-desktop", HIDDEN)?;
    desktop.world.sign_in()?;
    let (ours, woken) = at_rest(&app)?;
    Ok(vec![
        Row {
            work: "desktop app, no window, PSS".into(),
            measured: format!("{ours:.1} MiB"),
            beside: format!("bare Tauri tray {bare:.1} MiB"),
            ratio: Some(ours / bare),
            goal: "at most 50 MiB",
        },
        Row {
            work: "desktop app, no window, wake-ups in 60 s".into(),
            measured: woken.to_string(),
            beside: format!("bare Tauri tray {bare_woken}"),
            ratio: None,
            goal: "at most 2",
        },
    ])
}

/// What it holds (MiB), and how often it wakes in a minute, once it has come to rest.
fn at_rest(program: &Ended) -> anyhow::Result<(f64, u64)> {
    std::thread::sleep(REST);
    let before = wake_ups(program.id())?;
    std::thread::sleep(MINUTE);
    Ok((pss(program.id())? as f64 / 1024.0, wake_ups(program.id())? - before))
}

const OPENINGS: usize = 11;
/// A window that was closed is gone by then, with all that served it.
const GONE: Duration = Duration::from_secs(3);

/// How soon a window is there, and what it costs while it is and afterwards.
pub(super) fn window() -> anyhow::Result<Vec<Row>> {
    let desktop = Desktop::new()?;
    let mut command = desktop.command("daypass-desktop", HIDDEN);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut app = Ended::start(&mut command)?;
    let mut log = BufReader::new(app.log().context("no log")?).lines();
    let icon = desktop.icon("daypass-desktop")?;
    std::thread::sleep(GONE);
    let all = |app: &Ended| anyhow::Ok(pss_of_all(&family(app.id())?)? as f64 / 1024.0);
    let before = all(&app)?;
    let (mut whole, mut page, mut with) = (Samples::default(), Samples::default(), before);
    for _ in 0..OPENINGS {
        page.push(whole.time(|| {
            desktop.click(&icon)?;
            painted(&mut log)
        })?);
        std::thread::sleep(GONE);
        with = all(&app)?;
        desktop.click(&icon)?;
        std::thread::sleep(GONE);
    }
    let after = all(&app)?;
    let row = |work: &str, measured, beside, ratio, goal| Row { work: work.into(), measured, beside, ratio, goal };
    Ok(vec![
        row(
            "window, its page to the first paint",
            shown(page.median()),
            format!("click to the first paint {}", shown(whole.median())),
            None,
            "at most 300 ms",
        ),
        row(
            "window open, PSS of all processes",
            format!("{with:.1} MiB"),
            String::new(),
            Some(with / before),
            "(a note)",
        ),
        row(
            "window closed again, PSS",
            format!("{after:.1} MiB"),
            format!("before {before:.1} MiB"),
            Some(after / before),
            "at most 60 MiB",
        ),
    ])
}

/// How long after the beginning of its page a window was painted, as soon as it says so.
fn painted(log: &mut Lines<BufReader<ChildStderr>>) -> anyhow::Result<Duration> {
    loop {
        let line = log.next().context("it has ended")??;
        let Some((_, rest)) = line.split_once("painted ") else { continue };
        let millis = rest.split_whitespace().next().context("a number")?.parse::<f64>()?;
        return Ok(Duration::from_secs_f64(millis / 1_000.0));
    }
}
