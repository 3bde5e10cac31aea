//! Starting with the desktop, behind a setting.
//!
//! Invariant: what is answered was read back from where the desktop looks, after writing. What this is not: a setting of
//! its own: the desktop's entry is the setting, and whoever removes it there has changed it here.

use crate::backend::{Answer, Refused};
use crate::commands::broken;
use tauri::AppHandle;
use tauri::plugin::TauriPlugin;
use tauri_plugin_autostart::ManagerExt;

/// Names the entry; the same as the one that a package installs for all users, so that the user's own wins over it.
const NAME: &str = "daypass-desktop";

const FAILED: &str = "Starting with the desktop could not be changed.";

/// The plugin, with this program's name and argument.
pub(crate) fn plugin() -> TauriPlugin<tauri::Wry> {
    tauri_plugin_autostart::Builder::new().app_name(NAME).arg(crate::options::HIDDEN).build()
}

/// Whether the desktop starts the program.
pub(crate) fn is_on(app: &AppHandle) -> Answer<bool> {
    #[cfg(target_os = "linux")]
    if let Some(on) = entries::read(NAME) {
        return Ok(on);
    }
    app.autolaunch().is_enabled().map_err(|error| failed(&error))
}

/// Writes it, and reads it back.
pub(crate) fn set(app: &AppHandle, on: bool) -> Answer<bool> {
    let launch = app.autolaunch();
    if on { launch.enable() } else { launch.disable() }.map_err(|error| failed(&error))?;
    #[cfg(target_os = "linux")]
    if !on {
        entries::hide(NAME).map_err(|error| failed(&error))?;
    }
    let now = is_on(app)?;
    if now == on { Ok(now) } else { Err(failed(&"the entry reads otherwise than it was written")) }
}

fn failed(error: &dyn std::fmt::Display) -> Refused {
    broken(FAILED, error)
}

/// The entries of the XDG autostart specification: the user's own wins, and `Hidden=true` means off.
#[cfg(target_os = "linux")]
mod entries {
    use std::path::{Path, PathBuf};
    use std::{env, fs, io};

    /// Whether an entry starts the program; none if there is no entry.
    pub(super) fn read(name: &str) -> Option<bool> {
        folders().iter().find_map(|folder| fs::read_to_string(file(folder, name)).ok()).map(|entry| starts(&entry))
    }

    /// A package's entry for all users can only be covered, by one of the user's own.
    pub(super) fn hide(name: &str) -> io::Result<()> {
        let folders = folders();
        let Some((own, others)) = folders.split_first() else { return Ok(()) };
        if others.iter().all(|folder| !file(folder, name).exists()) {
            return Ok(());
        }
        fs::create_dir_all(own)?;
        fs::write(file(own, name), "[Desktop Entry]\nType=Application\nName=Daypass\nHidden=true\n")
    }

    /// Whether an entry is one that is started, and not one that hides another.
    pub(super) fn starts(entry: &str) -> bool {
        let value = |key: &str| entry.lines().filter_map(|line| line.split_once('=')).find(|(k, _)| k.trim() == key);
        let hidden = value("Hidden").is_some_and(|(_, value)| value.trim().eq_ignore_ascii_case("true"));
        !hidden && value("Exec").is_some()
    }

    /// The user's folder, then the system's; relative paths do not count.
    fn folders() -> Vec<PathBuf> {
        let absolute = |path: PathBuf| path.is_absolute().then_some(path);
        let own = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).and_then(absolute);
        let own = own.or_else(|| env::home_dir().map(|home| home.join(".config")));
        let system =
            env::var_os("XDG_CONFIG_DIRS").filter(|list| !list.is_empty()).unwrap_or_else(|| "/etc/xdg".into());
        let all = own.into_iter().chain(env::split_paths(&system).filter_map(absolute));
        all.map(|folder| folder.join("autostart")).collect()
    }

    fn file(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.desktop"))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::entries::starts;

    #[test]
    fn an_entry_starts_the_program_unless_it_hides_it() {
        for (row, entry, expected) in [
            ("a plain entry", "[Desktop Entry]\nType=Application\nExec=/usr/bin/daypass-desktop --hidden\n", true),
            ("a covered one", "[Desktop Entry]\nHidden=true\n", false),
            ("hidden in another spelling", "[Desktop Entry]\nExec=x\nHidden = True\n", false),
            ("explicitly not hidden", "[Desktop Entry]\nExec=x\nHidden=false\n", true),
            ("nothing to start", "[Desktop Entry]\nName=Daypass\n", false),
        ] {
            assert_eq!(starts(entry), expected, "{row}");
        }
    }
}
