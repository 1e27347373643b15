//! Where the files of an incoming folder go once they have been looked at, so that the folder holds what is still to be done
//! and no run reads a file twice. A file is moved after its document is on disk, and never over another one.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::error::Error;

/// A program that writes into the folder may not have finished: who stores a document writes it in one go, or at least not
/// with pauses as long as this.
const REST: TimeDelta = TimeDelta::seconds(10);
/// Files of one name that a folder takes.
const SAME_NAME: u32 = 100_000;

/// The folders that files are moved to; none leaves them where they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shelves<'a> {
    /// For files whose document is in the database.
    pub taken: Option<&'a Path>,
    /// For files that were refused.
    pub refused: Option<&'a Path>,
}

impl Shelves<'_> {
    /// Whether a file is left for a later run, for it may still be under way. Who names single files knows that they are whole.
    pub(super) fn leave(&self, path: &Path, now: DateTime<Utc>) -> bool {
        if (self.taken.is_none() && self.refused.is_none()) || is_open_already(path) {
            return false;
        }
        let Ok(written) = path.metadata().and_then(|metadata| metadata.modified()) else { return false };
        // One from the future was written while a clock was wrong, and need not wait for it.
        let age = now - DateTime::<Utc>::from(written);
        TimeDelta::zero() <= age && age < REST
    }

    /// Moves a file where it belongs, as its document was taken or refused; says where it is now.
    pub(crate) fn put(&self, file: &str, is_taken: bool) -> Result<Option<PathBuf>, Error> {
        let folder = if is_taken { self.taken } else { self.refused };
        let path = Path::new(file);
        let (Some(folder), Some(name)) = (folder, path.file_name()) else { return Ok(None) };
        // Standard input, or a file that somebody else has taken away meanwhile.
        if is_open_already(path) || (!path.exists() && !path.is_symlink()) {
            return Ok(None);
        }
        moved(path, folder, name).map(Some).map_err(|source| Error::file(path, "move", source))
    }
}

/// Whether a path is the system's name for what is open already, `/dev/stdin` or a shell's `<(…)`: it lies in no folder.
fn is_open_already(path: &Path) -> bool {
    ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder))
}

/// Moves a file into a folder of the same file system, under the first of its names that is free there.
fn moved(path: &Path, folder: &Path, name: &std::ffi::OsStr) -> io::Result<PathBuf> {
    for number in 0..SAME_NAME {
        let target = folder.join(numbered(Path::new(name), number));
        match renameat_with(CWD, path, CWD, &target, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(target),
            Err(rustix::io::Errno::EXIST) => {}
            Err(rustix::io::Errno::XDEV) => {
                let words = format!("{} is on another file system", folder.display());
                return Err(io::Error::new(io::ErrorKind::CrossesDevices, words));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is full of its like", folder.display())))
}

/// `fe.xml`, `fe.1.xml`, `fe.2.xml`.
fn numbered(name: &Path, number: u32) -> OsString {
    if number == 0 {
        return name.as_os_str().to_owned();
    }
    let mut new = name.file_stem().unwrap_or_default().to_owned();
    new.push(format!(".{number}"));
    if let Some(ending) = name.extension() {
        new.push(".");
        new.push(ending);
    }
    new
}
