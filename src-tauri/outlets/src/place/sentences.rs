//! What is wrong with a file or its folder, in words.
//!
//! The invariant: each names the path and the way out, and none says what is in the file. What this is not: a look at the
//! disk.

use daypass_domain::{Problem, Remedy};
use std::io::{Error, ErrorKind};
use std::path::Path;

const FILE: Problem = Problem::new("outlet_file", "", "", Remedy::FixSetting);

pub(super) const BROKE: Problem = Problem::new(
    "outlet_broke",
    "Writing the token came to no end.",
    "Daypass tries again; the log has more.",
    Remedy::TryAgain,
);

/// What came of a step.
pub(super) fn trouble(file: &Path, error: &Error) -> Problem {
    let file = file.display();
    let (code, what, todo, remedy) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("disk_full", format!("The disk is full: {file} is as it was."), "Free some space.", Remedy::TryAgain)
        }
        ErrorKind::ReadOnlyFilesystem => (
            "disk_read_only",
            format!("{file} is on a disk that cannot be written to."),
            "Choose a file on another disk, or mount this one for writing.",
            Remedy::FixSetting,
        ),
        ErrorKind::PermissionDenied => (
            "outlet_no_permission",
            format!("Daypass may not write {file}."),
            "Choose another file, or mend the permissions of its folder.",
            Remedy::FixSetting,
        ),
        kind => (
            "outlet_file",
            format!("{file} cannot be written ({kind})."),
            "See whether its disk is there; Daypass tries again.",
            Remedy::TryAgain,
        ),
    };
    Problem::new(code, "", todo, remedy).saying(what)
}

pub(super) fn folder(folder: &Path, error: &Error) -> Problem {
    let place = folder.display();
    match error.kind() {
        ErrorKind::NotFound => Problem::new("outlet_folder_missing", "", "", Remedy::FixSetting)
            .saying(format!("There is no folder {place}."))
            .advising("Make it, or choose another file."),
        ErrorKind::NotADirectory => {
            FILE.saying(format!("{place} is no folder.")).advising("Choose another file in the settings.")
        }
        _ => trouble(folder, error),
    }
}

pub(super) fn open_folder(folder: &Path) -> Problem {
    Problem::new("outlet_folder_open", "", "", Remedy::FixSetting)
        .saying(format!("Others may put files into the folder {}, so no token is written there.", folder.display()))
        .advising("Choose a folder of your own, or close this one: chmod go-w.")
}

pub(super) fn link(file: &Path) -> Problem {
    Problem::new("outlet_link", "", "", Remedy::FixSetting)
        .saying(format!("{} is a symbolic link, and no token is written through one.", file.display()))
        .advising("Name the file that it points to.")
}

pub(super) fn no_file(path: &Path) -> Problem {
    FILE.saying(format!("{} is no file.", path.display())).advising("Name a file in the settings.")
}

pub(super) fn no_text(file: &Path) -> Problem {
    FILE.saying(format!("{} is no text, so nothing in it is changed.", file.display()))
        .advising("Save it as UTF-8, or choose another file.")
}

pub(super) fn too_long(file: &Path) -> Problem {
    FILE.saying(format!("{} is longer than 1 MiB, so it is left alone.", file.display()))
        .advising("Choose another file in the settings.")
}
