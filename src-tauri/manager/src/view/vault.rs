//! Where tokens are kept, as far as anybody may see.
//!
//! The invariant: what is wrong is said as a problem, with what to do. What this is not: a way to what is kept.

use chrono::{DateTime, Utc};
use daypass_domain::Problem;
use serde::{Deserialize, Serialize};

/// Whether the token is on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedView {
    /// The state.
    pub state: SavedState,
    /// When it was last written.
    pub at: Option<DateTime<Utc>>,
    /// How many earlier generations are kept.
    pub backups: u32,
    /// Why it is not on disk.
    pub problem: Option<Problem>,
}

/// Whether the token is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SavedState {
    /// There is nothing to save.
    Nothing,
    /// Being written.
    Pending,
    /// On disk, sealed.
    Saved,
    /// In memory only; it is tried again.
    Failed,
}

/// The vault as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VaultView {
    /// What protects the files.
    pub kind: VaultKind,
    /// What is wrong with it, if anything.
    pub problem: Option<Problem>,
}

/// What protects the sealed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VaultKind {
    /// A key in the system keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
    /// Nothing is written: tokens are gone when the program ends.
    Memory,
    /// The keyring is locked: nothing can be read or written until it is unlocked.
    Locked,
}
