//! Settings from real files: one test binary, so that it links once.
//!
//! The invariant: every test has a folder and an environment of its own. What this is not: a test.

mod dotenv;
mod layers;
mod mistakes;
mod outlets;
mod window;

use daypass_config::{Environment, Folders, Loaded, Sources, load};
use daypass_domain::{Field, OutletField, OutletProfile, Shape};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The broker-specific keys that some broker reads.
const OPTIONS: &[&str] = &["base_url", "authorize_url", "token_url", "scopes"];

/// Outlets as forms have them: one with a choice, one of each other shape.
static FILE: OutletProfile = profile("json_file", &[field("path", Shape::File, true)]);
static ENV: OutletProfile =
    profile("env_file", &[field("path", Shape::File, true), field("key", Shape::Variable, false)]);
static COMMAND: OutletProfile =
    profile("command", &[field("run", Shape::Program, true), field("give", Shape::Choice(&["stdin", "env"]), false)]);
static WEBHOOK: OutletProfile = profile("webhook", &[field("url", Shape::Address, true)]);
const OUTLETS: &[&OutletProfile] = &[&FILE, &ENV, &COMMAND, &WEBHOOK];

const fn profile(id: &'static str, fields: &'static [OutletField]) -> OutletProfile {
    OutletProfile { id, name: id, help: "", fields }
}

const fn field(key: &'static str, shape: Shape, required: bool) -> OutletField {
    OutletField { field: Field { key, label: key, help: "", secret: false, required }, shape, default: "" }
}

/// A settings folder and a working directory of a test's own.
pub(crate) struct Place {
    pub(crate) root: tempfile::TempDir,
    pub(crate) env: Environment,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join("config")).expect("a folder");
        fs::create_dir_all(root.path().join("work")).expect("a folder");
        Self { root, env: Environment::default() }
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.root.path().join(name), text).expect("a file");
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.0.insert(name.into(), value.into());
        self
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&Sources<'_>) -> T) -> T {
        let home = self.root.path().display().to_string();
        let folders = Folders::new(&Environment(BTreeMap::from([("DAYPASS_HOME".into(), home)])), Path::new("/"));
        let working_dir = self.root.path().join("work");
        act(&Sources {
            folders: &folders,
            env: &self.env,
            working_dir: &working_dir,
            option_keys: OPTIONS,
            outlets: OUTLETS,
        })
    }

    pub(crate) fn load(&self) -> Loaded {
        self.with(load)
    }
}

/// Everything that is said to be wrong.
pub(crate) fn sentences(loaded: &Loaded) -> Vec<String> {
    loaded.notes.iter().map(|note| note.problem.to_string()).collect()
}
