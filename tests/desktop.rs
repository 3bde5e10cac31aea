//! The story of a token on a real desktop: signed in through a real browser, green, orange, red, ended, signed in again
//! from the notification, and still there after a power cut.
//!
//! Invariant: every step is read back from where a person would see it: the bus, the screen, the window, the disk. What
//! this is not: a table of rules; those are beside the rules. `DAYPASS_DOCS=1` writes the pictures of `docs/` on the way.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use anyhow::Context;
use desktop::hands::NOTIFICATIONS;
use desktop::look::Look;
use desktop::notices::{Notice, Notices};
use desktop::person::is_drawn;
use desktop::until;
use desktop::window::Window;
use desktop::world::{SECRET, World, in_docs};
use std::path::{Path, PathBuf};

/// The first token's life: 30 s green, 15 s orange, 15 s red. The whole test waits for nothing else.
const LIFE: &str = "60s";
const SETTINGS: &str = "\
green_above_hours: 0.00834
red_below_hours: 0.00417
lead_minutes: 0.1
open_browser: ask
";
/// Of a notification with two buttons, the left one.
const SIGN_IN: i32 = 1;

#[tokio::test]
async fn a_tokens_whole_day() -> anyhow::Result<()> {
    let world = World::new(LIFE, SETTINGS).await?;
    let mut notices = world.desktop.notices().await?;
    let window = world.app(&[]).await?;
    shows(&world, "signed-out").await?;
    first_sign_in(&world, &window).await?;
    let ended = warnings(&world, &window, &mut notices).await?;
    second_sign_in(&world, &window, &mut notices, &ended).await?;
    let token = world.token().await?;
    nothing_is_readable(&world, &token)?;
    power_cut(&world, window, &token).await
}

/// Icon, bus and screen, in both looks of the desktop.
async fn shows(world: &World, glyph: &str) -> anyhow::Result<()> {
    world.desktop.tray("daypass").await?.shows(glyph).await?;
    for look in [Look::Dark, Look::Light] {
        world.desktop.wear(look).await?;
        let name = format!("tray-{glyph}-{}", look.name());
        world.desktop.sees(glyph, &world.picture(&name)).await?;
        is_drawn(glyph, &in_docs(&name))?;
    }
    Ok(())
}

async fn first_sign_in(world: &World, window: &Window) -> anyhow::Result<()> {
    window.press("Sign in").await?;
    let address = world.desktop.opens(1).await?;
    world.desktop.tray("daypass").await?.shows("working").await?;
    let text = world.approve(&address).await?;
    // It begins with the day, the number and the month of today.
    let words: Vec<_> = text.split_whitespace().skip(3).filter(|word| *word != "tomorrow").collect();
    world.reads("signed-in", &words.join(" "))?;
    shows(world, "ok").await?;
    window.says("Valid").await
}

/// Orange, red, ended: each on the bus, on the screen and in the window, and each told once, in the place of the last.
async fn warnings(world: &World, window: &Window, notices: &mut Notices) -> anyhow::Result<Notice> {
    notices.shown("is signed in").await?;
    let token = world.token().await?;
    copy(world, &token).await?;
    shows(world, "soon").await?;
    let orange = one(notices, "Upstox ends in").await?;
    shows(world, "urgent").await?;
    let red = one(notices, "Upstox ends in").await?;
    until("the token is off the clipboard", || async { Ok(world.desktop.clipboard().await?.is_empty()) }).await?;
    shows(world, "expired").await?;
    let ended = one(notices, "Upstox ended at").await?;
    world.reads("notification", &format!("{} {} {:?}", ended.title, ended.body, ended.actions))?;
    notification(world).await?;
    window.says("Expired").await?;
    assert_eq!([&orange, &red, &ended].map(|notice| notice.urgency), [Some(1), Some(1), Some(2)]);
    for notice in [&orange, &red, &ended] {
        assert!(notice.actions.contains(&("sign-in".into(), "Sign in now".into())), "{notice:?}");
        let text = format!("{notice:?}");
        assert!(!text.contains(&token) && !text.contains(SECRET) && !text.contains("code="), "{text}");
    }
    Ok(ended)
}

/// From the tray's menu; after 30 s, which is half of the first token's life, it is off again.
async fn copy(world: &World, token: &str) -> anyhow::Result<()> {
    world.desktop.tray("daypass").await?.click(&["Copy token"]).await?;
    until("the token is on the clipboard", || async { Ok(world.desktop.clipboard().await? == token) }).await
}

async fn notification(world: &World) -> anyhow::Result<()> {
    for look in [Look::Dark, Look::Light] {
        world.desktop.wear(look).await?;
        world.desktop.sees_window(NOTIFICATIONS, &world.picture(&format!("notification-{}", look.name()))).await?;
    }
    Ok(())
}

/// A notification that takes the place of the one before it, if that is still there.
async fn one(notices: &mut Notices, title: &str) -> anyhow::Result<Notice> {
    let notice = notices.shown(title).await?;
    assert_eq!(notices.open(), 1, "replaced, not stacked: {notice:?}");
    Ok(notice)
}

/// From the notification: its button opens the browser, once, and a new token takes it away.
async fn second_sign_in(world: &World, window: &Window, notices: &mut Notices, ended: &Notice) -> anyhow::Result<()> {
    // Six hours, whatever the time of the test.
    world.tokens_live("21600").await?;
    assert_eq!(world.desktop.opened().len(), 1, "nothing opens by itself");
    world.desktop.click_notice(SIGN_IN).await?;
    notices.pressed(ended.id, "sign-in").await?;
    let address = world.desktop.opens(2).await?;
    world.approve(&address).await?;
    shows(world, "ok").await?;
    window.says("Valid").await?;
    notices.gone(ended.id).await?;
    assert_eq!(world.desktop.opened().len(), 2, "one press is one sign-in");
    assert_eq!(world.asked("POST", "/v2/login/authorization/token").await?, 2);
    past(world, window).await?;
    dashboard(world).await
}

/// What happened can be seen and taken along.
async fn past(world: &World, window: &Window) -> anyhow::Result<()> {
    window.driver.execute("location.hash = '#history=upstox'", vec![]).await?;
    window.says("2 sign-ins").await?;
    window.says("The token ended").await?;
    window.press("Export CSV").await?;
    window.says("Saved as").await?;
    let is_it = |file: &PathBuf| file.to_string_lossy().contains("daypass-history-upstox-");
    let file = files_below(world.desktop.home())?.into_iter().find(is_it).context("a file")?;
    let lines = std::fs::read_to_string(file)?;
    assert!(lines.starts_with("at,account,happened,") && lines.contains("signed_in"), "{lines}");
    window.driver.execute("location.hash = ''", vec![]).await?;
    window.says("Valid").await
}

async fn dashboard(world: &World) -> anyhow::Result<()> {
    let (_, port) = world.variables.iter().find(|(name, _)| *name == "DAYPASS_API_PORT").context("a port")?;
    let address = format!("http://127.0.0.1:{port}/dashboard/");
    let said = world.desktop.look(&address).await?;
    assert!(said.contains("Upstox") && said.contains("Valid"), "{said}");
    Ok(())
}

fn nothing_is_readable(world: &World, token: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let home = world.desktop.home().join("daypass");
    let sealed = files_below(&home.join("data/vault"))?;
    assert!(!sealed.is_empty(), "something was kept");
    for file in sealed {
        let mode = std::fs::metadata(&file)?.permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    for file in files_below(&home)? {
        let bytes = std::fs::read(&file)?;
        for secret in [token, SECRET] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{}", file.display());
        }
    }
    Ok(())
}

/// The program is killed in the middle of everything, and started again, on a desktop that likes it dark.
async fn power_cut(world: &World, window: Window, token: &str) -> anyhow::Result<()> {
    let process = world.desktop.tray("daypass").await?.process().await?;
    rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
    world.desktop.tray_is_left().await?;
    drop(window);
    world.desktop.wear(Look::Dark).await?;
    let window = world.app(&[]).await?;
    window.says("Valid").await?;
    world.desktop.tray("daypass").await?.shows("ok").await?;
    assert_eq!(world.token().await?, token, "the token is still there");
    let dark = window.driver.execute("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await?;
    assert_eq!(dark, true, "the window follows the desktop");
    somebody_elses_text(world, token).await
}

/// What somebody has copied since is not the program's to take away, not even at its end.
async fn somebody_elses_text(world: &World, token: &str) -> anyhow::Result<()> {
    copy(world, token).await?;
    let _holder = world.desktop.copies("a shopping list").await?;
    world.desktop.tray("daypass").await?.click(&["Quit"]).await?;
    world.desktop.tray_is_left().await?;
    assert_eq!(world.desktop.clipboard().await?, "a shopping list");
    Ok(())
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}
