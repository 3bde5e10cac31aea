//! The person's hands: mouse, keyboard and clipboard of the display.
//!
//! Invariant: every press goes through the display's own input (XTEST), so it reaches whatever lies there, and nothing
//! else. What this is not: a short cut over the bus; those are in [`super::tray`] and [`super::notices`].

use super::{Desktop, Group, spawn, until};
use anyhow::{Context, bail};
use std::cell::Cell;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;

/// Buttons stand side by side at the right of a notification's lower edge: the middle of the last one, seen from the
/// corner, and the way from one to the next. With the fonts of [`Desktop`] each is 110 to 112 pixels wide.
const LAST_BUTTON: (i32, i32) = (70, 31);
const NEXT_BUTTON: i32 = 119;
/// The class of a notification's window.
pub const NOTIFICATIONS: &str = "xfce4-notifyd";

/// A place on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Desktop {
    /// Where the window with this class lies, if there is one.
    pub async fn place(&self, class: &str) -> anyhow::Result<Option<Place>> {
        let order = ["search", "--onlyvisible", "--class", class, "getwindowgeometry", "--shell", "%@"];
        let said = self.xdotool(&order).await?;
        let number =
            |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
        let sides = (number("X"), number("Y"), number("WIDTH"), number("HEIGHT"));
        let (Some(x), Some(y), Some(width), Some(height)) = sides else { return Ok(None) };
        Ok(Some(Place { x, y, width, height }))
    }

    /// Clicks a button of the notification that can be seen; 0 is the one at the right.
    pub async fn click_notice(&self, button: i32) -> anyhow::Result<()> {
        let (before, now) = (Cell::new(None), Cell::new(None));
        until("a notification lies still", || async {
            before.replace(now.replace(self.place(NOTIFICATIONS).await?));
            Ok(now.get().is_some() && now == before)
        })
        .await?;
        let lies = now.get().context("a place")?;
        let x = lies.x + lies.width - LAST_BUTTON.0 - button * NEXT_BUTTON;
        let y = lies.y + lies.height - LAST_BUTTON.1;
        self.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "1"]).await?;
        Ok(())
    }

    /// Waits until a window with this title can be seen and has the keyboard.
    pub async fn turns_to(&self, title: &str) -> anyhow::Result<()> {
        let is_it = || async {
            let active = self.xdotool(&["getactivewindow", "getwindowname"]).await;
            Ok(active.is_ok_and(|name| name.trim() == title))
        };
        until(&format!("{title:?} has the keyboard"), is_it).await
    }

    /// Presses a key, `ctrl+comma`, where the keyboard is.
    pub async fn key(&self, key: &str) -> anyhow::Result<()> {
        self.xdotool(&["key", key]).await.map(drop)
    }

    /// Types a text where the keyboard is.
    pub async fn types(&self, text: &str) -> anyhow::Result<()> {
        self.xdotool(&["type", text]).await.map(drop)
    }

    /// How many windows with a title like this can be seen.
    pub async fn windows(&self, title: &str) -> anyhow::Result<usize> {
        Ok(self.xdotool(&["search", "--onlyvisible", "--name", title]).await?.lines().count())
    }

    /// What a paste would give now; empty if nothing.
    pub async fn clipboard(&self) -> anyhow::Result<String> {
        let mut paste = self.command("xclip");
        let paste = paste.args(["-selection", "clipboard", "-o"]).stdout(Stdio::piped()).output().await?;
        // Nobody owns it, or its owner has no text: there is nothing to paste.
        Ok(if paste.status.success() { String::from_utf8(paste.stdout)? } else { String::new() })
    }

    /// Copies a text as some other program. It is there for as long as what is given back.
    pub async fn copies(&self, text: &str) -> anyhow::Result<Group> {
        let mut copy = self.command("xclip");
        let mut copy = spawn(copy.args(["-selection", "clipboard", "-quiet"]).stdin(Stdio::piped()))?;
        copy.child().stdin.take().context("a pipe")?.write_all(text.as_bytes()).await?;
        until("it is on the clipboard", || async { Ok(self.clipboard().await? == text) }).await?;
        Ok(copy)
    }

    async fn xdotool(&self, args: &[&str]) -> anyhow::Result<String> {
        let done = self.command("xdotool").args(args).stdout(Stdio::piped()).output().await?;
        let said = String::from_utf8(done.stdout)?;
        // A search that finds nothing is an answer, and not a failure.
        if !done.status.success() && args.first() != Some(&"search") {
            bail!("xdotool {args:?} ended with {}: {said}", done.status);
        }
        Ok(said)
    }
}
