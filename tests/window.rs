//! The windows' own process: it is there while a window is, and everything of it goes with the last one.
//!
//! Invariant: what is expected is read from the process table, the screen's window list and the clipboard. What this is
//! not: what is drawn in the windows.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use anyhow::Context;
use desktop::world::{SECRET, World, free_port};
use desktop::{Desktop, Group, spawn, until};
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;

/// Starts the app with its window, below this folder.
fn start(desktop: &Desktop, home: &Path, args: &[&str]) -> anyhow::Result<Group> {
    let mut app = desktop.command(env!("CARGO_BIN_EXE_daypass-desktop"));
    app.args(args).env("DAYPASS_HOME", home).env("DAYPASS_API_PORT", free_port()?.to_string());
    app.env("DAYPASS_PASSPHRASE", SECRET);
    spawn(&mut app)
}

async fn has_windows(desktop: &Desktop, count: usize) -> anyhow::Result<()> {
    until(&format!("{count} windows can be seen"), || async { Ok(desktop.windows("^Daypass$").await? == count) }).await
}

/// The processes that this one has started for its windows.
fn processes(app: &Group) -> anyhow::Result<Vec<i32>> {
    let id = app.id().context("it has ended")?;
    let mut found = Vec::new();
    for task in std::fs::read_dir(format!("/proc/{id}/task"))? {
        let children = std::fs::read_to_string(task?.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let line = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&line).contains("--window") {
                found.push(child.parse()?);
            }
        }
    }
    Ok(found)
}

async fn has_processes(app: &Group, count: usize) -> anyhow::Result<()> {
    until(&format!("there are {count} processes of windows"), || async { Ok(processes(app)?.len() == count) }).await
}

fn signal(process: i32, signal: Signal) -> anyhow::Result<()> {
    Ok(kill_process(Pid::from_raw(process).context("a process")?, signal)?)
}

#[tokio::test]
async fn a_closed_window_leaves_no_process_behind_and_the_next_one_has_its_own() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let app = start(&desktop, &desktop.home().join("daypass"), &["--practice"])?;
    let tray = desktop.tray("daypass").await?;
    has_windows(&desktop, 1).await?;
    let first = processes(&app)?;
    assert_eq!(first.len(), 1, "one process for all windows");
    let environment = String::from_utf8_lossy(&std::fs::read(format!("/proc/{}/environ", first[0]))?).into_owned();
    assert!(environment.contains("DAYPASS_HOME") && !environment.contains(SECRET), "a window needs no secret");
    tray.activate().await?;
    has_windows(&desktop, 0).await?;
    has_processes(&app, 0).await?;
    tray.activate().await?;
    has_windows(&desktop, 1).await?;
    assert_ne!(processes(&app)?, first);
    // One that broke off takes nothing else with it.
    signal(processes(&app)?[0], Signal::KILL)?;
    has_processes(&app, 0).await?;
    tray.activate().await?;
    has_windows(&desktop, 1).await
}

#[tokio::test]
async fn windows_end_with_the_program_however_it_ends() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home().join("daypass");
    for how in [Signal::TERM, Signal::KILL] {
        let app = start(&desktop, &home, &["--practice"])?;
        has_windows(&desktop, 1).await?;
        let window = processes(&app)?;
        app.signal(how)?;
        has_windows(&desktop, 0).await.with_context(|| format!("after {how:?}"))?;
        let gone = || async { Ok(!window.iter().any(|id| Path::new(&format!("/proc/{id}/exe")).exists())) };
        until("the windows' process is gone", gone).await?;
    }
    Ok(())
}

/// Somebody copies the token in order to paste it elsewhere, and closes the window first.
#[tokio::test]
async fn a_token_stays_on_the_clipboard_when_its_window_is_closed_and_goes_with_the_program() -> anyhow::Result<()> {
    let world = World::new("6h", "open_browser: ask\n").await?;
    let desktop = &world.desktop;
    let mut app = desktop.command(env!("CARGO_BIN_EXE_daypass-desktop"));
    let mut app = spawn(app.envs(world.variables.iter().map(|(name, value)| (name, value))))?;
    let tray = desktop.tray("daypass").await?;
    has_windows(desktop, 1).await?;
    desktop.turns_to("Daypass").await?;
    // A key that comes before the page does is nobody's.
    let opened = || async {
        desktop.key("s").await?;
        Ok(!desktop.opened().is_empty())
    };
    until("the browser was opened", opened).await?;
    world.approve(&desktop.opens(1).await?).await?;
    tray.shows("ok").await?;
    desktop.turns_to("Daypass").await?;
    let copied = || async {
        desktop.key("c").await?;
        Ok(desktop.clipboard().await?.split('.').count() == 3)
    };
    until("the token is on the clipboard", copied).await?;
    tray.activate().await?;
    has_windows(desktop, 0).await?;
    assert_eq!(desktop.clipboard().await?.split('.').count(), 3, "it is still there to be pasted");
    assert_eq!(processes(&app)?.len(), 1, "whoever lends it stays");
    tray.click(&["Quit"]).await?;
    assert!(app.child().wait().await?.success());
    until("the token is off the clipboard", || async { Ok(desktop.clipboard().await?.is_empty()) }).await
}

/// A socket's name is short; in a folder with a long one the windows are opened by the program itself.
#[tokio::test]
async fn without_a_socket_the_program_opens_its_windows_itself() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let long = desktop.home().join("a-folder-with-a-name-that-no-socket-can-have".repeat(3));
    let app = start(&desktop, &long, &["--practice"])?;
    let tray = desktop.tray("daypass").await?;
    has_windows(&desktop, 1).await?;
    has_processes(&app, 0).await?;
    tray.activate().await?;
    has_windows(&desktop, 0).await
}
