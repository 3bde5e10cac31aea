//! Every step on the disk, behind a small trait, so that tests can stop the world between any two of them.
//!
//! The invariant of [`replace`]: at each moment the path holds either the whole old content or the whole new one, and
//! once it returned, the new one survives a power cut. What this is not: it knows nothing of what the bytes mean.

use crate::VaultError;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The end of a name that is being written.
pub(crate) const TEMPORARY: &str = ".tmp";

/// What the vault asks of a disk. Each method is one step that a crash may come before or after.
pub trait Disk: Send + Sync {
    /// Makes the folder and what is above it, for this user only (0700); tightens it if it was wider.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// The names of the files in it.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// The whole content.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;
    /// Makes a new file for this user only (0600), writes everything and brings it to the disk.
    fn create(&self, file: &Path, content: &[u8]) -> io::Result<()>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Brings the folder's names to the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Removes a file; one that is not there is an error.
    fn remove(&self, file: &Path) -> io::Result<()>;
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return for_me_only(folder);
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        for_me_only(folder)?;
        folder.parent().map_or(Ok(()), |above| self.sync_folder(above))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            // A name that is no UTF-8 is none of ours.
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        fs::read(file)
    }

    fn create(&self, file: &Path, content: &[u8]) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut open = options.open(file)?;
        open.write_all(content)?;
        open.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        fs::File::open(folder)?.sync_all()
    }

    /// Windows has no such call: NTFS keeps a journal of its names.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }
}

#[cfg(unix)]
fn for_me_only(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Elsewhere the user's profile folder is private already.
#[cfg(not(unix))]
fn for_me_only(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Puts the content at the path, whole or not at all.
pub(crate) fn replace(disk: &dyn Disk, file: &Path, content: &[u8]) -> Result<(), VaultError> {
    let temporary = temporary_for(file);
    let folder = file.parent().unwrap_or(Path::new("."));
    let steps = || {
        remove_if_there(disk, &temporary)?;
        disk.create(&temporary, content)?;
        disk.rename(&temporary, file)?;
        disk.sync_folder(folder)
    };
    steps().map_err(|error| {
        // A half-written file takes space that somebody may be short of; if this fails too, the next start cleans up.
        let _ = remove_if_there(disk, &temporary);
        VaultError::io(file, &error)
    })
}

/// Removes the file; one that is not there is fine.
pub(crate) fn remove_if_there(disk: &dyn Disk, file: &Path) -> io::Result<()> {
    match disk.remove(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn temporary_for(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(TEMPORARY);
    name.into()
}
