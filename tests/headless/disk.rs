//! What lies on the disk after a script's day: sealed files and logs.
//!
//! Invariant: every file of the folder is read as bytes, whatever its name. What this is not: a reader of the vault.

use crate::world::MARKER;
use std::path::{Path, PathBuf};

pub(crate) fn sealed_files_hold_no_token(home: &Path, token: &str) {
    use std::os::unix::fs::PermissionsExt;
    let vault = home.join("daypass/data/vault");
    let files = files_below(&vault);
    assert!(!files.is_empty());
    for file in files {
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        assert!(!holds(&file, token), "{}", file.display());
    }
}

pub(crate) fn no_secret_in_any_log(home: &Path, token: &str) {
    let logs = files_below(home);
    let log = logs.iter().find(|file| holds(file, "Token manager service started")).expect("a log that says something");
    assert!(holds(log, "Token refresh successful") && holds(log, "Token valid, expires in "), "{}", log.display());
    for file in logs {
        assert!(!holds(&file, MARKER), "the client secret is in {}", file.display());
        assert!(!holds(&file, token), "the token is in {}", file.display());
    }
}

pub(crate) fn holds(file: &Path, text: &str) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() { files_below(&path) } else { vec![path] }
        })
        .filter(|path| path.is_file())
        .collect()
}
