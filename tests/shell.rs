//! The desktop shell on a real desktop: tray, window, second start, no display.
//!
//! Invariant: what is expected here is read back from the bus, the screen's window list or the exit code. What this is
//! not: the story of a token; that is `desktop.rs`.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use anyhow::Context;
use desktop::window::Window;
use desktop::{Desktop, Group, spawn, until};
use std::path::Path;
use std::process::Stdio;

/// Starts the app with everything of it under the desktop's own folder, and a port that nobody else has.
fn start(desktop: &Desktop, args: &[&str]) -> anyhow::Result<Group> {
    let mut app = desktop.command(&program());
    app.args(args).env("DAYPASS_HOME", desktop.home().join("daypass")).env("DAYPASS_API_PORT", free_port()?);
    spawn(&mut app)
}

/// A port that was free a moment ago: the settings take a number from 1 up.
fn free_port() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string())
}

fn program() -> String {
    env!("CARGO_BIN_EXE_daypass-desktop").to_owned()
}

/// How many windows with this title the window manager lists.
async fn windows(desktop: &Desktop, title: &str) -> anyhow::Result<usize> {
    let list =
        desktop.command("xdotool").args(["search", "--onlyvisible", "--name", title]).stdout(Stdio::piped()).output();
    Ok(String::from_utf8(list.await?.stdout)?.lines().count())
}

async fn has_windows(desktop: &Desktop, count: usize) -> anyhow::Result<()> {
    until(&format!("{count} windows can be seen"), || async { Ok(windows(desktop, "^Daypass$").await? == count) }).await
}

#[tokio::test]
async fn without_a_display_it_says_so_in_one_sentence_and_ends() -> anyhow::Result<()> {
    let mut app = tokio::process::Command::new(program());
    app.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let ended = app.output().await?;
    let said = String::from_utf8(ended.stderr)?;
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("no display") && said.contains("daypass serve") && !said.contains("panicked"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_click_puts_the_window_away_and_a_second_start_brings_it_back() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let app = start(&desktop, &["--practice"])?;
    let tray = desktop.tray("daypass").await?;
    has_windows(&desktop, 1).await?;
    tray.activate().await?;
    has_windows(&desktop, 0).await?;
    let mut second = start(&desktop, &[])?;
    assert!(second.child().wait().await?.success(), "the second start hands over and ends");
    has_windows(&desktop, 1).await?;
    tray.click(&["Quit"]).await?;
    let mut app = app;
    assert!(app.child().wait().await?.success(), "quitting is no failure");
    Ok(())
}

#[tokio::test]
async fn a_restarted_tray_host_gets_the_icon_back() -> anyhow::Result<()> {
    let mut desktop = Desktop::start().await?;
    let _app = start(&desktop, &["--practice", "--hidden"])?;
    desktop.tray("daypass").await?.shows("signed-out").await?;
    desktop.stop_panel().await?;
    desktop.start_panel().await?;
    desktop.tray("daypass").await?.shows("signed-out").await?;
    assert_eq!(desktop.tray_items().await?.iter().filter(|item| item.contains("StatusNotifierItem")).count(), 1);
    Ok(())
}

#[tokio::test]
async fn without_a_tray_host_there_is_a_window_and_the_icon_comes_when_a_host_does() -> anyhow::Result<()> {
    let mut desktop = Desktop::without_tray().await?;
    let _app = start(&desktop, &["--practice", "--hidden"])?;
    has_windows(&desktop, 1).await?;
    // Asks as the cross in the title bar does.
    assert!(desktop.command("wmctrl").args(["-c", "Daypass"]).status().await?.success());
    has_windows(&desktop, 0).await.context("it goes down to the task bar")?;
    desktop.start_panel().await?;
    let tray = desktop.tray("daypass").await.context("the icon of a later host")?;
    tray.activate().await?;
    has_windows(&desktop, 1).await
}

#[tokio::test]
async fn the_window_may_call_this_programs_commands_and_nothing_else() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let home = desktop.home().join("daypass");
    let port = free_port()?;
    let variables = [("DAYPASS_HOME", home.to_str().context("a path")?), ("DAYPASS_API_PORT", port.as_str())];
    let window = desktop.window(Path::new(&program()), &["--practice"], &variables).await?;
    until("the program has started", || async { Ok(!invoke(&window, "snapshot").await?.starts_with("no:")) }).await?;
    let seen = invoke(&window, "snapshot").await?;
    assert!(seen.contains("accounts") && seen.contains("practice"), "{seen}");
    for foreign in ["plugin:shell|execute", "plugin:autostart|enable", "plugin:window|close", "plugin:event|emit"] {
        let answer = invoke(&window, foreign).await?;
        assert!(answer.starts_with("no:") && answer.contains("not allowed"), "{foreign}: {answer}");
    }
    let outside = run(&window, "return fetch('http://127.0.0.1:9/').then(() => 'yes', () => 'no')").await?;
    assert_eq!(outside, "no", "the policy lets no request out");
    window.end().await
}

/// What the command answered as JSON, or `no:` and why not.
async fn invoke(window: &Window, command: &str) -> anyhow::Result<String> {
    let script = format!(
        "return window.__TAURI_INTERNALS__.invoke('{command}', {{}}).then(JSON.stringify, (no) => 'no:' + JSON.stringify(no))"
    );
    run(window, &script).await
}

async fn run(window: &Window, script: &str) -> anyhow::Result<String> {
    Ok(window.driver.execute(script, vec![]).await?.as_str().context("a text")?.to_owned())
}
