//! Where things lie: the platform's folders, or everything under `DAYPASS_HOME`.

use etcetera::BaseStrategy;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The process environment, passed in. Prints its names only: some of its values are secrets.
#[derive(Clone, Default)]
pub struct Environment(pub BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// A variable that is set and not blank.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }
}

/// The four folders. They need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// `config.yaml`, `settings.yaml`, `.env`.
    pub config: PathBuf,
    /// Sealed files and the lock.
    pub data: PathBuf,
    /// Logs.
    pub state: PathBuf,
    /// The socket; only the user may look into it.
    pub runtime: PathBuf,
}

impl Folders {
    /// From the environment. Without a home folder the working directory has to do.
    pub fn new(env: &Environment, working_dir: &Path) -> Self {
        if let Some(home) = env.text("DAYPASS_HOME") {
            let home = working_dir.join(home);
            return Self {
                config: home.join("config"),
                data: home.join("data"),
                state: home.join("state"),
                runtime: home.join("run"),
            };
        }
        match etcetera::choose_base_strategy() {
            Ok(base) => Self::of_platform(&base, env),
            Err(_) => {
                Self::new(&Environment(BTreeMap::from([("DAYPASS_HOME".into(), ".daypass".into())])), working_dir)
            }
        }
    }

    fn of_platform(base: &impl BaseStrategy, env: &Environment) -> Self {
        // XDG: a relative path must be ignored.
        let xdg = |name: &str| env.text(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = xdg("XDG_DATA_HOME").unwrap_or_else(|| base.data_dir()).join("daypass");
        let state =
            xdg("XDG_STATE_HOME").or_else(|| base.state_dir()).map_or_else(|| data.clone(), |dir| dir.join("daypass"));
        let runtime = xdg("XDG_RUNTIME_DIR").filter(|dir| dir.is_dir());
        Self {
            config: xdg("XDG_CONFIG_HOME").unwrap_or_else(|| base.config_dir()).join("daypass"),
            runtime: runtime.map_or_else(|| state.join("run"), |dir| dir.join("daypass")),
            data,
            state,
        }
    }

    /// Where the owner's socket is.
    pub fn socket(&self) -> PathBuf {
        self.runtime.join("daypass.sock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_variable_puts_everything_under_one_folder() {
        let env = Environment(BTreeMap::from([("DAYPASS_HOME".to_owned(), "/tmp/x".to_owned())]));
        let folders = Folders::new(&env, Path::new("/"));
        assert!(
            [&folders.config, &folders.data, &folders.state, &folders.runtime].iter().all(|f| f.starts_with("/tmp/x"))
        );
        assert_eq!(folders.socket(), Path::new("/tmp/x/run/daypass.sock"));
    }

    #[test]
    fn a_relative_xdg_path_is_ignored() {
        let env = Environment(BTreeMap::from([("XDG_CONFIG_HOME".to_owned(), "relative".to_owned())]));
        assert!(Folders::new(&env, Path::new("/")).config.is_absolute());
    }
}
