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
use std::path::{Path, PathBuf};

/// Starts the app with everything of it under the desktop's own folder, and a port that nobody else has.
fn start(desktop: &Desktop, args: &[&str]) -> anyhow::Result<Group> {
    let mut app = desktop.command(&program());
    app.args(args).env("DAYPASS_HOME", desktop.home().join("daypass")).env("DAYPASS_API_PORT", free_port()?);
    spawn(&mut app)
}

/// The same with its window driven.
async fn driven(desktop: &Desktop, program: &Path) -> anyhow::Result<Window> {
    let home = desktop.home().join("daypass");
    let port = free_port()?;
    let variables = [("DAYPASS_HOME", home.to_str().context("a path")?), ("DAYPASS_API_PORT", port.as_str())];
    desktop.window(program, &["--practice"], &variables).await
}

/// A port that was free a moment ago: the settings take a number from 1 up.
fn free_port() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string())
}

fn program() -> String {
    env!("CARGO_BIN_EXE_daypass-desktop").to_owned()
}

async fn has_windows(desktop: &Desktop, count: usize) -> anyhow::Result<()> {
    until(&format!("{count} windows can be seen"), || async { Ok(desktop.windows("^Daypass$").await? == count) }).await
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
    ask_window_manager(&desktop, CLOSE).await?;
    has_windows(&desktop, 0).await.context("it goes down to the task bar")?;
    desktop.start_panel().await?;
    let tray = desktop.tray("daypass").await.context("the icon of a later host")?;
    tray.activate().await?;
    has_windows(&desktop, 1).await
}

#[tokio::test]
async fn without_the_tray_host_that_was_there_a_closed_window_goes_down_to_the_task_bar() -> anyhow::Result<()> {
    let mut desktop = Desktop::start().await?;
    let _app = start(&desktop, &["--practice"])?;
    desktop.tray("daypass").await?;
    has_windows(&desktop, 1).await?;
    until("the task bar lists it", || async { Ok(!in_task_bar(&desktop).await?.is_empty()) }).await?;
    let before = in_task_bar(&desktop).await?;
    desktop.stop_panel().await?;
    let noticed = || async { Ok(logs(&desktop.home().join("daypass"))?.contains("The tray host is gone")) };
    until("the program knows that the host is gone", noticed).await?;
    let told = || async { Ok(logs(&desktop.home().join("daypass"))?.contains("No icon brings a closed window back")) };
    until("and so does the windows' process", told).await?;
    ask_window_manager(&desktop, CLOSE).await?;
    has_windows(&desktop, 0).await?;
    assert_eq!(in_task_bar(&desktop).await?, before, "the very window is still there");
    ask_window_manager(&desktop, RAISE).await?;
    has_windows(&desktop, 1).await
}

/// What the cross in the title bar does.
const CLOSE: &str = "-c";
/// What a click on the task bar does.
const RAISE: &str = "-a";

/// The window manager learns of a window a moment after the screen shows it: ask until it knows the window.
async fn ask_window_manager(desktop: &Desktop, what: &str) -> anyhow::Result<()> {
    let taken = || async { Ok(desktop.command("wmctrl").args([what, "Daypass"]).status().await?.success()) };
    until(&format!("the window manager takes {what} for the window"), taken).await
}

/// The windows that the task bar lists, by number.
async fn in_task_bar(desktop: &Desktop) -> anyhow::Result<Vec<String>> {
    let listed = String::from_utf8(desktop.command("wmctrl").arg("-l").output().await?.stdout)?;
    let ours = listed.lines().filter(|line| line.ends_with("Daypass"));
    Ok(ours.filter_map(|line| line.split_whitespace().next()).map(Into::into).collect())
}

/// Everything that was logged below this folder.
fn logs(folder: &Path) -> anyhow::Result<String> {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all += &logs(&path)?;
        } else if path.to_string_lossy().contains(".log") {
            all += &std::fs::read_to_string(path)?;
        }
    }
    Ok(all)
}

#[tokio::test]
async fn control_and_comma_opens_the_settings() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let window = driven(&desktop, Path::new(&program())).await?;
    // A key that comes before the page does is nobody's.
    window.says("Practice").await?;
    desktop.turns_to("Daypass").await?;
    desktop.key("ctrl+comma").await?;
    until("the settings can be seen", || async { Ok(desktop.windows("^Daypass settings$").await? == 1) }).await?;
    window.end().await
}

#[tokio::test]
async fn a_key_opens_what_happened_in_a_window_of_its_own() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let window = driven(&desktop, Path::new(&program())).await?;
    window.says("Practice").await?;
    desktop.turns_to("Daypass").await?;
    desktop.key("h").await?;
    until("what happened can be seen", || async { Ok(desktop.windows("^Daypass history$").await? == 1) }).await?;
    window.end().await
}

#[tokio::test]
async fn the_windows_own_button_ends_the_program() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let (program, code) = reporting(&desktop)?;
    let window = driven(&desktop, &program).await?;
    desktop.tray("daypass").await?;
    run(&window, "location.hash = '#settings'; return ''").await?;
    // The driver may be left without an answer: the window is gone.
    let _ = window.press("Quit Daypass").await;
    desktop.tray_is_left().await?;
    until("it has ended", || async { Ok(code.exists()) }).await?;
    assert_eq!(std::fs::read_to_string(code)?, "0", "quitting is no failure");
    Ok(())
}

/// The driver starts the program and keeps its exit code to itself: a script between them writes it down.
fn reporting(desktop: &Desktop) -> anyhow::Result<(PathBuf, PathBuf)> {
    use std::os::unix::fs::PermissionsExt;
    let (script, code) = (desktop.home().join("bin/reporting"), desktop.home().join("code"));
    let (ours, there) = (program(), code.display().to_string());
    std::fs::write(
        &script,
        format!("#!/bin/sh\n'{ours}' \"$@\"\nprintf %s $? >'{there}.new'\nmv '{there}.new' '{there}'\n"),
    )?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    Ok((script, code))
}

#[tokio::test]
async fn the_window_may_call_this_programs_commands_and_nothing_else() -> anyhow::Result<()> {
    let desktop = Desktop::start().await?;
    let window = driven(&desktop, Path::new(&program())).await?;
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
