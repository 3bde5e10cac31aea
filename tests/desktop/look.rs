//! Light or dark: the theme that the desktop asks of everything on it.
//!
//! Invariant: it is the desktop's own setting (XSETTINGS and the panel's), which running programs follow; none is started
//! again for it. What this is not: a setting of the program.

use super::{Desktop, Group, spawn, until};
use anyhow::Context;
use std::path::Path;

/// GTK has the dark one inside and knows it by no name of a theme: one that is only this name.
const DARK: &str = "@import url(\"resource:///org/gtk/libgtk/theme/Adwaita/gtk-contained-dark.css\");\n";

/// How the desktop looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// GTK's Adwaita.
    Light,
    /// GTK's dark Adwaita.
    Dark,
}

impl Look {
    /// As it is written at the end of a picture's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Desktop {
    /// Changes the look, and waits until the panel is drawn in it.
    pub async fn wear(&self, look: Look) -> anyhow::Result<()> {
        write(self.home(), look)?;
        self.settings.as_ref().context("a settings daemon")?.signal(rustix::process::Signal::HUP)?;
        let is_it = || async { Ok(self.panel_is_dark().await? == (look == Look::Dark)) };
        until(&format!("the panel is {}", look.name()), is_it).await
    }

    /// The daemon that tells everybody the theme.
    pub(super) fn start_settings(&self) -> anyhow::Result<Group> {
        let theme = self.home().join(".themes/Adwaita-dark/gtk-3.0");
        std::fs::create_dir_all(&theme)?;
        std::fs::write(theme.join("gtk.css"), DARK)?;
        write(self.home(), Look::Light)?;
        spawn(&mut self.command("xsettingsd"))
    }

    /// The panel is dark by itself, whatever the theme, until it is told to follow.
    pub(super) async fn let_panel_follow(&self) -> anyhow::Result<()> {
        let mut order = self.command("xfconf-query");
        order.args(["-c", "xfce4-panel", "-p", "/panels/dark-mode", "-n", "-t", "bool", "-s", "false"]);
        anyhow::ensure!(order.status().await?.success(), "the panel's settings cannot be changed");
        Ok(())
    }
}

fn write(home: &Path, look: Look) -> std::io::Result<()> {
    let name = if look == Look::Dark { "Adwaita-dark" } else { "Adwaita" };
    std::fs::write(home.join(".xsettingsd"), format!("Net/ThemeName \"{name}\"\n"))
}
