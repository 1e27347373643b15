//! Files and locks of an upgrade: who does it, what keeps others out, and how the new file comes into place.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::super::backup::sync_folder;
use super::super::{MODE, Result, StoreError, WRITE_PATIENCE};
use super::with_suffix;
use crate::new_file::{self, NewFile, folder_of};

/// The turn of one process: a lock on the old file, which the kernel releases with the process.
pub(in super::super) struct Turn {
    /// Closing any handle of a file ends SQLite's own locks on it in this process, so this one is closed last.
    _lock: File,
}

impl Turn {
    /// Waits for it.
    pub(in super::super) fn take(path: &Path) -> Result<Self> {
        let failed = |source| StoreError::File { path: path.into(), action: "lock", source };
        let mut told = false;
        loop {
            let file = OpenOptions::new().read(true).write(true).open(path).map_err(failed)?;
            if file.try_lock().is_err() {
                if !told {
                    log::warn!(
                        "another process is bringing the database {} up to date; waiting for it",
                        path.display()
                    );
                    told = true;
                }
                file.lock().map_err(failed)?;
            }
            // Whoever had the turn has put another file in its place.
            let ours = file.metadata().map_err(failed)?.ino();
            if fs::metadata(path).map_err(failed)?.ino() == ours {
                return Ok(Turn { _lock: file });
            }
        }
    }
}

/// An empty file beside the database, in which the new one is built. What a killed upgrade left is swept.
pub(super) fn begin(path: &Path) -> Result<NewFile> {
    new_file::sweep(folder_of(path));
    NewFile::beside(path, MODE).map_err(|source| StoreError::File {
        path: path.into(),
        action: "begin the new file of",
        source,
    })
}

/// Puts a database out of use for good: nobody else has it open, and whoever comes sees the mark. A damaged one cannot be
/// marked, and nobody can work with it.
pub(in super::super) fn put_out_of_use(path: &Path, patience: Duration) -> Result<OutOfUse> {
    let occupied = |error| match error {
        StoreError::InUse { path } => StoreError::Occupied { path },
        other => other,
    };
    match mark_replaced(path, patience) {
        Ok(version) => Ok(OutOfUse { path: path.into(), version, stays: false }),
        Err(StoreError::Sqlite { source, .. }) if is_damage(&source) => {
            log::warn!("{} is damaged and is set aside as it is: {source}", path.display());
            Ok(OutOfUse { path: path.into(), version: None, stays: true })
        }
        Err(error) => Err(occupied(error)),
    }
}

fn mark_replaced(path: &Path, patience: Duration) -> Result<Option<i64>> {
    let wrap = |source| StoreError::sqlite(path, source);
    let old = super::open_old(path)?;
    let version = super::version(&old).map_err(wrap)?;
    if super::before_replacement(version).is_some() {
        return Ok(None); // by a `restore` that was interrupted
    }
    mark(&old, path, version + super::REPLACED, patience)?;
    if let Err(error) = leave_alone(&old, path, patience) {
        drop(old);
        unmark(path, version);
        return Err(error);
    }
    Ok(Some(version))
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// A database that is out of use. Unless it stays so, it comes back into use.
pub(in super::super) struct OutOfUse {
    path: PathBuf,
    version: Option<i64>,
    stays: bool,
}

impl OutOfUse {
    /// Another file has its place.
    pub(in super::super) fn stay(mut self) {
        self.stays = true;
    }
}

impl Drop for OutOfUse {
    fn drop(&mut self) {
        if let (Some(version), false) = (self.version, self.stays) {
            unmark(&self.path, version);
        }
    }
}

/// Moves the new file into the place of the old one, which is kept under a name of its own.
pub(super) fn swap(new: NewFile, path: &Path, version: i64) -> Result<PathBuf> {
    let failed = |action| move |source| StoreError::File { path: path.into(), action, source };
    take_over_rights(&new, path).map_err(failed("give its owner and rights to the new file of"))?;
    new.file().sync_all().map_err(failed("force to disk the new file of"))?;
    let kept = keep(path, &format!(".v{version}")).map_err(failed("keep the old file of"))?;
    sync_folder(path).map_err(failed("force to disk the folder of"))?;
    new.put().map_err(failed("move into place the new file of"))?;
    sync_folder(path).map_err(failed("force to disk the folder of"))?;
    Ok(kept)
}

/// Whoever could use the old file can use the new one.
pub(in super::super) fn take_over_rights(new: &NewFile, path: &Path) -> io::Result<()> {
    let (old, made) = (fs::metadata(path)?, new.file().metadata()?);
    if (old.uid(), old.gid()) != (made.uid(), made.gid()) {
        let group_writes = old.mode() & 0o060 == 0o060;
        fchown(new.file(), Some(old.uid()), Some(old.gid())).or_else(|error| {
            // Only root gives a file away; a member of a group that may write changes nothing for the others.
            if group_writes { fchown(new.file(), None, Some(old.gid())) } else { Err(error) }
        })?;
    }
    new.file().set_permissions(fs::Permissions::from_mode(old.mode() & 0o777))
}

/// Gives the old file a second name that no other file has: with this suffix, or a number after it.
pub(in super::super) fn keep(path: &Path, base: &str) -> io::Result<PathBuf> {
    let ours = fs::metadata(path)?.ino();
    for number in 0..1000 {
        let suffix = if number == 0 { base.to_owned() } else { format!("{base}.{number}") };
        let name = with_suffix(path, &suffix);
        match fs::hard_link(path, &name) {
            Ok(()) => return Ok(name),
            // An upgrade that was killed at its very end gave it this name already.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::metadata(&name).is_ok_and(|found| found.ino() == ours) {
                    return Ok(name);
                }
            }
            // A file system without second names.
            Err(_) => return copy_to(path, &name).map(|()| name),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a thousand copies are there already; move them elsewhere"))
}

fn copy_to(path: &Path, name: &Path) -> io::Result<()> {
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(MODE).open(name)?;
    io::copy(&mut File::open(path)?, &mut copy)?;
    copy.sync_all()
}

/// Sets the mark, with every other program out: leaving WAL mode succeeds only while nobody else has the file open.
pub(super) fn mark(old: &Connection, path: &Path, marked: i64, patience: Duration) -> Result<()> {
    let wrap = |source| StoreError::sqlite(path, source);
    alone(old, path, patience)?;
    old.pragma_update(None, "user_version", marked).map_err(wrap)?;
    // Let go, so that whoever comes sees the mark, and does not stand before a locked file.
    old.pragma_update(None, "locking_mode", "NORMAL").map_err(wrap)?;
    old.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(wrap)
}

/// Waits until no other process has the database open, for as long as one waits for a write.
fn alone(old: &Connection, path: &Path, patience: Duration) -> Result<()> {
    let begun = Instant::now();
    let wrap = |source| StoreError::sqlite(path, source);
    old.busy_timeout(Duration::ZERO).map_err(wrap)?;
    loop {
        let tried = old
            .pragma_update(None, "locking_mode", "EXCLUSIVE")
            .and_then(|()| old.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0)))
            .and_then(|mode| {
                // Takes the lock of a database that was not in WAL mode.
                old.execute_batch("BEGIN EXCLUSIVE; COMMIT").map(|()| mode)
            });
        match tried {
            Ok(mode) if mode == "delete" => return old.busy_timeout(WRITE_PATIENCE).map_err(wrap),
            Ok(_) => {}
            Err(error) if is_busy(&error) => {}
            Err(error) => return Err(wrap(error)),
        }
        if begun.elapsed() > patience {
            return Err(StoreError::InUse { path: path.into() });
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

/// Before the swap: no log or journal of the old file may lie there for the new one to be taken for its own.
pub(super) fn leave_alone(old: &Connection, path: &Path, patience: Duration) -> Result<()> {
    alone(old, path, patience)?;
    for suffix in ["-journal", "-wal"] {
        let log = with_suffix(path, suffix);
        if fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
            let source = io::Error::other("it has not been taken up into the database");
            return Err(StoreError::File { path: log, action: "leave behind the log of", source });
        }
        let _ = fs::remove_file(log);
    }
    Ok(())
}

/// Takes the mark away again; if that fails the file stays readable for programs of this version.
pub(super) fn unmark(path: &Path, version: i64) {
    let unmarked = Connection::open(path).and_then(|old| old.pragma_update(None, "user_version", version));
    if let Err(error) = unmarked {
        log::warn!("{} keeps the mark of an upgrade that is under way: {error}", path.display());
    }
}
