//! A keyring that is locked when the program starts: the token waits for it, and a button asks for the password.
//!
//! Invariant: the keyring is the desktop's own, and so is the dialog that asks. What this is not: a table of the vault's
//! troubles; that is beside the vault.
#![cfg(target_os = "linux")]

#[path = "desktop/mod.rs"]
mod desktop;

use desktop::keyring::{DIALOG, PASSWORD};
use desktop::world::World;

#[tokio::test]
async fn a_locked_keyring_costs_no_token_and_is_opened_from_the_window() -> anyhow::Result<()> {
    let world = World::new("6h", "open_browser: ask\n").await?;
    let window = world.app(&[]).await?;
    window.press("Sign in").await?;
    world.approve(&world.desktop.opens(1).await?).await?;
    window.says("Valid").await?;
    let token = world.token().await?;
    window.end().await?;
    world.desktop.tray_is_left().await?;

    world.desktop.lock_keyring().await?;
    let window = world.app(&[]).await?;
    window.says("The keyring is locked").await?;
    window.press("Unlock").await?;
    world.desktop.turns_to(DIALOG).await?;
    world.desktop.types(PASSWORD).await?;
    world.desktop.key("Return").await?;
    window.says("Valid").await?;
    assert_eq!(world.token().await?, token, "the token is back");
    window.end().await
}
