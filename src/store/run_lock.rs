//! A run's life, as the kernel knows it: a lock on one byte of a file beside the database, at the offset of the run's number.
//!
//! The lock belongs to the open file (fcntl(2), open file description locks), so it ends with the process, however that ends,
//! and no clock and no process number has a part in it. Whoever sees the file sees the lock: another user, container or
//! service with its own view of `/proc` alike. Programs that the run starts do not get the file, for it is close-on-exec.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::{Result, RunId, StoreError};
use crate::new_file::{self, NewFile, folder_of};

/// Until the file has its database's rights it is its maker's alone.
const OWNER_ALONE: u32 = 0o600;
/// The bits of a mode that let someone write.
const WRITERS: u32 = 0o222;

/// The file in which the runs of one database hold their locks.
#[derive(Debug)]
pub(super) struct RunLocks {
    database: PathBuf,
    path: PathBuf,
    file: File,
}

impl RunLocks {
    /// Opens the file, and makes it where there is none.
    pub(super) fn beside(database: &Path) -> Result<Self> {
        // Two names of one database, one of them a symbolic link, are one database.
        let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let path = with_suffix(&database, "-runs");
        let open = || OpenOptions::new().read(true).write(true).open(&path);
        let opened = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(&path, &database).map_err(|source| failed(&path, "make", source))?;
                open()
            }
            opened => opened,
        };
        let file = opened.map_err(|source| failed(&path, "open", source))?;
        Ok(RunLocks { database, path, file })
    }

    /// Takes this run's byte, for as long as the value lives.
    pub(super) fn hold(self, run: RunId) -> Result<RunLock> {
        let byte = byte_of(run, libc::F_WRLCK);
        match fcntl(&self.file, FcntlArg::F_OFD_SETLK(&byte)) {
            Ok(_) => Ok(RunLock { _file: self.file }),
            // No two runs have one number, so it is somebody who keeps all of them out.
            Err(Errno::EAGAIN | Errno::EACCES) => Err(StoreError::BeingRestored { path: self.database }),
            Err(errno) => Err(failed(&self.path, "lock", errno.into())),
        }
    }

    /// Keeps every run out for as long as the value lives, and is refused while there is one; none where no run ever was.
    pub(super) fn exclude_runs(database: &Path) -> Result<Option<RunLock>> {
        let place = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let path = with_suffix(&place, "-runs");
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(failed(&path, "open", source)),
        };
        // From the first byte on, however many there will be.
        let all = libc::flock { l_start: 0, l_len: 0, ..byte_of(RunId(0), libc::F_WRLCK) };
        match fcntl(&file, FcntlArg::F_OFD_SETLK(&all)) {
            Ok(_) => Ok(Some(RunLock { _file: file })),
            Err(Errno::EAGAIN | Errno::EACCES) => Err(StoreError::Occupied { path: database.into() }),
            Err(errno) => Err(failed(&path, "lock", errno.into())),
        }
    }

    /// Whether a process holds this run's byte.
    pub(super) fn is_alive(&self, run: RunId) -> Result<bool> {
        let mut byte = byte_of(run, libc::F_WRLCK);
        fcntl(&self.file, FcntlArg::F_OFD_GETLK(&mut byte))
            .map_err(|errno: Errno| failed(&self.path, "ask for the locks of", errno.into()))?;
        Ok(i32::from(byte.l_type) != libc::F_UNLCK)
    }
}

/// A run that lives: dropping it tells every other process that it has ended.
#[derive(Debug)]
pub(super) struct RunLock {
    _file: File,
}

fn byte_of(run: RunId, kind: i32) -> libc::flock {
    libc::flock {
        l_type: kind as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: run.0,
        l_len: 1,
        // Must be zero for these locks.
        l_pid: 0,
    }
}

/// Makes the file under another name first, so that nobody opens it before everyone who may write the database may.
fn make(path: &Path, database: &Path) -> io::Result<()> {
    let database = fs::metadata(database)?;
    new_file::sweep(folder_of(path));
    let new = NewFile::beside(path, OWNER_ALONE)?;
    let file = new.file();
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (database.uid(), database.gid()) {
        // Only root gives a file away; anyone else does what they may: the group, where they are of it.
        let _ = fchown(file, Some(database.uid()), Some(database.gid()))
            .or_else(|_| fchown(file, None, Some(database.gid())));
    }
    // Who may only read the database has no business here.
    let writers = database.mode() & WRITERS;
    file.set_permissions(Permissions::from_mode(writers | writers << 1))?;
    match fs::hard_link(new.path(), path) {
        // Another run was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> StoreError {
    StoreError::Runs { path: path.into(), action, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        fs::write(&path, b"").expect("a file");
        (folder, path)
    }

    #[test]
    fn a_run_lives_for_as_long_as_its_lock() {
        let (_folder, path) = database();
        let others = RunLocks::beside(&path).expect("the file");
        let lock = RunLocks::beside(&path).expect("the file").hold(RunId(7)).expect("the lock");
        assert!(others.is_alive(RunId(7)).expect("an answer"));
        assert!(!others.is_alive(RunId(6)).expect("an answer") && !others.is_alive(RunId(8)).expect("an answer"));
        // Closing another description of the same file ends no lock, as it would with the older kind of locks.
        drop(RunLocks::beside(&path).expect("the file"));
        assert!(others.is_alive(RunId(7)).expect("an answer"));
        drop(lock);
        assert!(!others.is_alive(RunId(7)).expect("an answer"));
    }

    #[test]
    fn the_file_may_be_written_by_whoever_may_write_the_database_and_by_nobody_else() {
        for (mode, expected) in [(0o640, 0o600), (0o660, 0o660), (0o600, 0o600), (0o664, 0o660)] {
            let (folder, path) = database();
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its mode");
            RunLocks::beside(&path).expect("the file");
            let made = fs::metadata(folder.path().join("a.db-runs")).expect("the file").mode() & 0o777;
            assert_eq!(made, expected, "{mode:o}");
            let names = fs::read_dir(folder.path()).expect("the folder").count();
            assert_eq!(names, 2, "nothing else is left behind");
        }
    }

    #[test]
    fn a_link_to_the_database_leads_to_the_same_locks() {
        let (folder, path) = database();
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let _lock = RunLocks::beside(&link).expect("the file").hold(RunId(1)).expect("the lock");
        assert!(RunLocks::beside(&path).expect("the file").is_alive(RunId(1)).expect("an answer"));
    }

    #[test]
    fn where_the_file_cannot_be_made_the_error_names_it() {
        let (folder, path) = database();
        fs::create_dir(folder.path().join("a.db-runs")).expect("a folder in its place");
        let error = RunLocks::beside(&path).expect_err("no file").to_string();
        assert!(error.contains("a.db-runs"), "{error}");
    }
}
