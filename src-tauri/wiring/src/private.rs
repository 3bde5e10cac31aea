//! Folders that only this user may look into.
//!
//! The invariant: after [`folder`] has returned, the folder is there, is ours, and is closed to others. What this is
//! not: used for the settings folder, which its owner may share as they like.

use daypass_domain::{Problem, Remedy};
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Makes the folder if it is missing, and closes it.
pub(crate) fn folder(path: &Path) -> Result<(), Problem> {
    make(path).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => {
            CANNOT_USE.saying(format!("You may not use the folder {}.", path.display())).quoting(&error.to_string())
        }
        _ => CANNOT_USE.saying(format!("The folder {} cannot be used: {error}.", path.display())),
    })
}

#[cfg(unix)]
fn make(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    let found = std::fs::metadata(path)?;
    // Not even root: files of root in it would lock its owner out.
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::new(ErrorKind::PermissionDenied, "it belongs to another user"));
    }
    if found.mode() & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn make(path: &Path) -> Result<(), Error> {
    // The user's own profile is closed to others there.
    std::fs::create_dir_all(path)
}

const CANNOT_USE: Problem = Problem::new(
    "folder_unusable",
    "",
    "Set DAYPASS_HOME to a folder of your own, or mend its owner and permissions.",
    Remedy::FixSetting,
);

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("a folder").permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_an_open_one_end_up_closed() {
        let root = tempfile::tempdir().expect("a folder");
        let new = root.path().join("a/b");
        folder(&new).expect("made");
        assert_eq!((mode(&new), mode(&root.path().join("a"))), (0o700, 0o700));
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).expect("opened");
        folder(&new).expect("closed");
        assert_eq!(mode(&new), 0o700);
    }

    #[test]
    fn a_file_in_the_way_is_one_sentence() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("file");
        std::fs::write(&file, "").expect("a file");
        let said = folder(&file.join("data")).expect_err("no folder").to_string();
        assert!(said.contains(&file.display().to_string()) && said.contains("DAYPASS_HOME"), "{said}");
    }
}
