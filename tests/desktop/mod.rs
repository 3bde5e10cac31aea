//! A real desktop on a virtual screen, for tests: display, session bus, keyring, window manager, panel with a tray,
//! notification daemon. Nothing in it is a mock.
//!
//! Invariant: each desktop has its own display, bus and home folder, and everything that was started for it ends with it,
//! by process group. What this is not: a place for expectations; those are in the tests that use it.
//!
//! Needs (Debian): `xvfb dbus dbus-x11 xfwm4 xfce4-panel xfce4-notifyd xsettingsd gnome-keyring webkit2gtk-driver
//! imagemagick xdotool xclip wmctrl adwaita-icon-theme fonts-dejavu-core`; for [`person`] also `chromium` and Node with what
//! `ui/` installs.
#![allow(dead_code, unreachable_pub, reason = "shared source, not a crate: each test uses its own part of it")]

pub mod hands;
pub mod keyring;
pub mod look;
pub mod notices;
pub mod person;
pub mod tray;
pub mod window;
pub mod world;

use anyhow::{Context, bail};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Nothing on this desktop takes longer; a loaded machine with two cores was measured at a tenth of it.
pub const LIMIT: Duration = Duration::from_secs(60);
const SCREEN: &str = "1280x800x24";

/// A running desktop.
pub struct Desktop {
    /// Ends first: dropped in order.
    started: Vec<Group>,
    panel: Option<Group>,
    settings: Option<Group>,
    display: String,
    /// A connection to the session bus.
    pub bus: zbus::Connection,
    address: String,
    folder: TempDir,
}

/// A process and all that it starts. Ended together when dropped.
pub struct Group(Child);

impl Group {
    /// The leader's process id.
    pub fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// The leader itself: to wait for it, or to read from it.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Sends a signal to the leader only.
    pub fn signal(&self, signal: rustix::process::Signal) -> anyhow::Result<()> {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        Ok(rustix::process::kill_process(id.context("it has ended already")?, signal)?)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Not yet reaped, so the number still means this group.
        if let Some(id) = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
            let _ = rustix::process::waitpid(Some(id), rustix::process::WaitOptions::empty());
        }
    }
}

impl Desktop {
    /// Starts everything and waits until tray, notifications and keyring answer.
    pub async fn start() -> anyhow::Result<Self> {
        let mut desktop = Self::without_tray().await?;
        desktop.start_panel().await?;
        Ok(desktop)
    }

    /// The same without a panel: no tray host.
    pub async fn without_tray() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("daypass-desktop-").tempdir()?;
        for name in ["run", "bin"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path().join("run"), std::fs::Permissions::from_mode(0o700))?;
        write_browser(folder.path())?;
        let mut started = Vec::new();
        let display = start_display(folder.path(), &mut started).await?;
        let address = start_bus(folder.path(), &display, &mut started).await?;
        let bus = zbus::connection::Builder::address(address.as_str())?.build().await?;
        let mut desktop = Self { started, panel: None, settings: None, display, bus, address, folder };
        desktop.start_parts().await?;
        Ok(desktop)
    }

    async fn start_parts(&mut self) -> anyhow::Result<()> {
        self.started.push(self.start_keyring().await?);
        self.settings = Some(self.start_settings()?);
        self.started.push(spawn(&mut self.command("xfwm4"))?);
        self.started.push(spawn(&mut self.command(&notification_daemon()?))?);
        self.named("org.freedesktop.secrets").await?;
        self.named("org.freedesktop.Notifications").await
    }

    /// Starts the panel, whose tray is a StatusNotifier host.
    pub async fn start_panel(&mut self) -> anyhow::Result<()> {
        self.panel = Some(spawn(self.command("xfce4-panel").arg("--disable-wm-check"))?);
        self.named(tray::WATCHER).await?;
        self.let_panel_follow().await
    }

    /// Ends the panel, and waits until its tray is gone.
    pub async fn stop_panel(&mut self) -> anyhow::Result<()> {
        drop(self.panel.take());
        let names = zbus::fdo::DBusProxy::new(&self.bus).await?;
        let gone = || async { Ok(!names.name_has_owner(tray::WATCHER.try_into()?).await?) };
        until("the tray host is gone", gone).await
    }

    /// A program on this desktop, in a process group of its own, not yet started; start it with [`spawn`].
    pub fn command(&self, program: &str) -> Command {
        let mut command = on_display(program, self.folder.path(), &self.display);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// The home folder of everything here, fresh for each desktop.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The session bus's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The addresses that were opened in the browser so far. The browser here only writes them down: a test opens them
    /// itself, in the browser it wants.
    pub fn opened(&self) -> Vec<String> {
        let list = std::fs::read_to_string(self.folder.path().join("opened")).unwrap_or_default();
        list.lines().map(str::to_owned).collect()
    }

    /// Waits until this many addresses were opened, and gives the last one.
    pub async fn opens(&self, count: usize) -> anyhow::Result<String> {
        until("the browser was opened", || async { Ok(self.opened().len() >= count) }).await?;
        self.opened().pop().context("an address")
    }

    /// A picture of the whole screen.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        let taken = self.command("import").args(["-window", "root"]).arg(file).status().await?;
        if taken.success() { Ok(()) } else { bail!("import ended with {taken}") }
    }

    /// Waits until somebody owns the name.
    pub async fn named(&self, name: &str) -> anyhow::Result<()> {
        let names = zbus::fdo::DBusProxy::new(&self.bus).await?;
        until(&format!("{name} is there"), || async { Ok(names.name_has_owner(name.try_into()?).await?) }).await
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The last started ends first; display and bus go last.
        self.panel.take();
        self.settings.take();
        while self.started.pop().is_some() {}
    }
}

/// Starts a program as the leader of a process group.
pub fn spawn(command: &mut Command) -> anyhow::Result<Group> {
    let child = command.process_group(0).kill_on_drop(true).spawn();
    child.map(Group).with_context(|| format!("{:?} cannot be started", command.as_std().get_program()))
}

/// Waits until it is so. Looks again every 50 ms; gives up, with the sentence, after [`LIMIT`].
pub async fn until<F: Future<Output = anyhow::Result<bool>>>(
    what: &str,
    mut is_so: impl FnMut() -> F,
) -> anyhow::Result<()> {
    let looking = async {
        while !is_so().await? {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    };
    tokio::time::timeout(LIMIT, looking).await.unwrap_or_else(|_| bail!("waited {LIMIT:?} in vain until {what}"))
}

async fn start_display(folder: &Path, started: &mut Vec<Group>) -> anyhow::Result<String> {
    let mut xvfb = Command::new("Xvfb");
    // It chooses a free number by itself and writes it where it is told to.
    xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
    let mut xvfb = spawn(xvfb.stdout(Stdio::piped()).stderr(log(folder, "xvfb")?))?;
    let number = first_line(&mut xvfb.0).await?;
    started.push(xvfb);
    Ok(format!(":{number}"))
}

async fn start_bus(folder: &Path, display: &str, started: &mut Vec<Group>) -> anyhow::Result<String> {
    let mut bus = on_display("dbus-daemon", folder, display);
    bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    bus.arg(format!("--address=unix:path={}/run/bus", folder.display()));
    let mut bus = spawn(bus.stdout(Stdio::piped()))?;
    let address = first_line(&mut bus.0).await?;
    started.push(bus);
    Ok(address)
}

async fn first_line(child: &mut Child) -> anyhow::Result<String> {
    let output = child.stdout.take().context("a pipe")?;
    let mut line = String::new();
    tokio::time::timeout(LIMIT, BufReader::new(output).read_line(&mut line)).await??;
    if line.trim().is_empty() { bail!("it ended without a word") } else { Ok(line.trim().to_owned()) }
}

/// The environment of everything here: nothing of the real session, user or settings gets in.
fn on_display(program: &str, folder: &Path, display: &str) -> Command {
    let mut command = Command::new(program);
    for variable in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY"] {
        command.env_remove(variable);
    }
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env("DISPLAY", display)
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env("LANG", "C.UTF-8")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log(folder, "desktop").map_or_else(|_| Stdio::null(), Into::into));
    command
}

fn log(folder: &Path, name: &str) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).append(true).open(folder.join(format!("{name}.log")))
}

/// Where the package says that its daemon is; it lies in a folder that is on no path.
fn notification_daemon() -> anyhow::Result<String> {
    let service = "/usr/share/dbus-1/services/org.xfce.xfce4-notifyd.Notifications.service";
    let text = std::fs::read_to_string(service).with_context(|| format!("{service}: install xfce4-notifyd"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Exec="));
    Ok(line.context("an Exec line")?.trim().to_owned())
}

/// The first opener that anybody looks for: it writes the address down.
fn write_browser(folder: &Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("bin/xdg-open");
    std::fs::write(&script, format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}/opened'\n", folder.display()))?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    Ok(script)
}
