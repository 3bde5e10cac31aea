//! What comes of reading: the settings, where each came from, and what is wrong with them.
//!
//! The invariant: an origin names the one place that has to be edited. What this is not: it reads nothing.

use daypass_domain::{Account, AccountId, OutletSettings, Policy, Problem, Secret};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is good.
    pub settings: Settings,
    /// What is not.
    pub notes: Vec<Note>,
    /// Secrets that lie in files.
    pub found_secrets: Vec<FoundSecret>,
    /// Where each setting's value comes from, by key; defaults are missing.
    pub told: BTreeMap<String, Told>,
    /// Whether something that is there could not be read, so that an account that is missing may stand in it.
    pub unreadable: bool,
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The text; empty for a secret.
    pub text: String,
    /// Where.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `settings.yaml`, written by the settings window.
    Settings {
        /// From 1.
        line: u64,
    },
    /// `config.yaml`, the user's own.
    Config {
        /// From 1.
        line: u64,
    },
    /// A `.env` file.
    DotEnv {
        /// Which one.
        file: String,
        /// From 1.
        line: u64,
    },
    /// The process environment.
    Environment {
        /// The variable.
        name: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Settings { line } => write!(f, "settings.yaml line {line}"),
            Origin::Config { line } => write!(f, "config.yaml line {line}"),
            Origin::DotEnv { file, line } => write!(f, "{file} line {line}"),
            Origin::Environment { name } => write!(f, "the environment variable {name}"),
        }
    }
}

/// A mistake, and where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// `config.yaml line 4`.
    pub about: String,
    /// What is wrong and what is allowed.
    pub problem: Problem,
}

/// A secret in a file: it works, but belongs into the keyring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSecret {
    /// Whose.
    pub account: AccountId,
    /// Which: `client_secret`, `webhook_secret`.
    pub key: &'static str,
    /// Where, with the line to delete.
    pub origin: Origin,
}

/// All settings.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// In the order of the files: `settings.yaml` first.
    pub accounts: Vec<AccountSettings>,
    /// The general numbers.
    pub policy: Policy,
    /// The log.
    pub logging: Logging,
    /// The local HTTP door.
    pub api: Api,
}

/// One account.
#[derive(Clone, Debug)]
pub struct AccountSettings {
    /// All that is not secret.
    pub account: Account,
    /// The client secret, if a file or the environment has it; else it is in the vault.
    pub secret: Option<Secret>,
    /// What signs the messages of its webhook, if a file or the environment has it; else it is in the vault.
    pub webhook_secret: Option<Secret>,
    /// The outlets that are switched on.
    pub outlets: Vec<OutletSettings>,
    /// Numbers of its own.
    pub policy: Option<Policy>,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// `error` to `trace`.
    pub level: String,
    /// Relative to the state folder.
    pub file: PathBuf,
}

impl Default for Logging {
    fn default() -> Self {
        Self { level: "info".into(), file: "daypass.log".into() }
    }
}

/// The local HTTP door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Whether it is open.
    pub enabled: bool,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Default for Api {
    fn default() -> Self {
        Self { enabled: true, port: 8000 }
    }
}
