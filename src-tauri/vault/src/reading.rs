//! Reading a token back, from a backup if need be.
//!
//! The invariant: a backup never stands in silently. What this is not: a repair; the damaged file stays where it is
//! until the next save puts it aside.

use crate::sealed::Key;
use crate::shelf::{Found, Opened, Shelf};
use crate::{Loaded, VaultError};
use daypass_domain::{AccountId, Moment, Problem};
use std::path::Path;

/// The current file, or the newest backup that opens, and why it had to be that.
pub(crate) fn newest(shelf: &Shelf<'_>, key: &Key, account: &AccountId) -> Result<Option<Loaded>, VaultError> {
    let current = shelf.token(account);
    let backups = shelf.backups(account)?;
    let loaded = |opened: Opened, notice| {
        let saved_at = Moment::from_timestamp_millis(opened.header.saved_at).unwrap_or_default();
        let backups = u32::try_from(backups.len()).unwrap_or(u32::MAX);
        Loaded { stored: opened.stored, saved_at, backups, notice }
    };
    let trouble = match shelf.open_token(key, &current, account) {
        Found::Good(opened) => return Ok(Some(loaded(opened, None))),
        Found::Bad(error) => Some(error),
        Found::Nothing => None,
    };
    for (_, file) in &backups {
        if let Found::Good(opened) = shelf.open_token(key, file, account) {
            let notice = instead_of(&current, trouble.as_ref(), opened.header.saved_at);
            return Ok(Some(loaded(opened, Some(notice))));
        }
    }
    trouble.map_or(Ok(None), Err)
}

/// Says that a backup stands in, and from when it is.
fn instead_of(current: &Path, trouble: Option<&VaultError>, saved_at: i64) -> Problem {
    let missing = VaultError::Damaged { file: current.to_owned(), why: "it is missing" };
    let saved_at = Moment::from_timestamp_millis(saved_at).unwrap_or_default();
    trouble.unwrap_or(&missing).problem().advising(format!(
        "Daypass uses the backup of {} UTC; sign in again if the broker refuses it.",
        saved_at.format("%Y-%m-%d %H:%M")
    ))
}
