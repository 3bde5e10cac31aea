//! From the first start to a valid token with the keyboard alone, in the real window.
//!
//! Invariant: every key is pressed at the screen, where the keyboard is; the driver reads what is there, and turns this
//! window to the views that have windows of their own. What this is not: a look at the focus ring; the pages' own tests
//! do that in a browser.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use anyhow::Context;
use desktop::Desktop;
use desktop::window::Window;
use desktop::world::World;
use std::path::Path;

/// More than any page here has places to stop at.
const MOST_TABS: usize = 60;

#[tokio::test]
async fn an_account_is_set_up_signed_in_and_looked_into_without_a_mouse() -> anyhow::Result<()> {
    let world = World::new("6h", "open_browser: ask\n").await?;
    let desktop = &world.desktop;
    // Nothing is set but where the broker is.
    let entered = ["UPSTOX_CLIENT_ID", "UPSTOX_CLIENT_SECRET", "UPSTOX_REDIRECT_URI"];
    let known = world.variables.iter().filter(|(name, _)| !entered.contains(name));
    let known: Vec<_> = known.map(|(name, value)| (*name, value.as_str())).collect();
    let program = Path::new(env!("CARGO_BIN_EXE_daypass-desktop"));
    let window = desktop.window(program, &[], &known).await?;
    window.says("No account yet").await?;
    desktop.turns_to("Daypass").await?;

    tab_to(desktop, &window, "Connect Upstox").await?;
    desktop.key("Return").await?;
    window.says("Keys from Upstox").await?;
    tab_to(desktop, &window, "redirect_uri").await?;
    desktop.key("ctrl+a").await?;
    desktop.types(&world.variables[4].1).await?;
    tab_to(desktop, &window, "client_id").await?;
    desktop.types("my-key").await?;
    desktop.key("Return").await?;
    window.says("This is needed.").await?;
    tab_to(desktop, &window, "client_secret").await?;
    desktop.types("my-secret").await?;
    desktop.key("Return").await?;
    if let Err(e) = window.says("to finish in your browser").await {
        println!("{}", window.text().await?);
        return Err(e);
    }
    world.approve(&desktop.opens(1).await?).await?;
    window.says("Upstox is connected").await?;
    tab_to(desktop, &window, "Done").await?;
    desktop.key("Return").await?;
    window.says("Valid").await?;

    desktop.turns_to("Daypass").await?;
    window.driver.execute("location.hash = '#settings/general'", vec![]).await?;
    window.says("Green above").await?;
    tab_to(desktop, &window, "-input").await?;
    desktop.key("ctrl+a").await?;
    desktop.types("0").await?;
    window.says("Enter a number from").await?;
    desktop.key("ctrl+a").await?;
    desktop.types("4").await?;
    desktop.key("Return").await?;
    window.says("Saved").await?;
    let home = Path::new(&world.variables[0].1);
    let written = std::fs::read_to_string(home.join("config/settings.yaml"))?;
    assert!(written.contains("green_above_hours: 4"), "{written}");

    window.driver.execute("location.hash = '#history=upstox'", vec![]).await?;
    window.says("All activity").await?;
    tab_to(desktop, &window, "All activity").await?;
    desktop.key("Return").await?;
    window.says("Signed in").await?;

    window.driver.execute("location.hash = '#settings/notifications'", vec![]).await?;
    let mut notices = desktop.notices().await?;
    tab_to(desktop, &window, "Send a test").await?;
    desktop.key("Return").await?;
    notices.shown("This is how Daypass tells you").await?;
    window.end().await
}

/// Presses Tab until the keyboard is at what has this name.
async fn tab_to(desktop: &Desktop, window: &Window, name: &str) -> anyhow::Result<()> {
    for _ in 0..MOST_TABS {
        let at = "const at = document.activeElement; return (at?.id ?? '') + ' ' + (at?.innerText ?? '')";
        let at = window.driver.execute(at, vec![]).await?;
        let at = at.as_str().context("a text")?;
        // The page itself has everybody's name in it.
        if at.contains(name) && at.len() < 200 {
            return Ok(());
        }
        desktop.key("Tab").await?;
    }
    anyhow::bail!("{name} is not reached by Tab")
}
