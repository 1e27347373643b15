//! Copies of the whole database, made while others write.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{Result, Store, StoreError};

/// All pages in one step: in WAL mode that reads one snapshot and keeps no writer waiting, while a copy in several steps begins
/// anew whenever another process has written in between, and would never end beside a busy submit.
const ALL_PAGES: i32 = i32::MAX;

impl Store {
    /// Writes a verified copy to `target`: made beside it, checked, forced to disk, then moved into place. An older file there
    /// is moved on to `target.1`, `target.1` to `target.2` and so on; `keep` older ones stay. At every instant `target` is
    /// whole: the old copy or the new one.
    pub fn back_up(&self, target: &Path, keep: u32) -> Result<()> {
        copy(&self.connection, target, || keep_older(target, keep))
    }

    /// Whether a path is one of a database's own files, which no copy may replace.
    pub fn owns(database: &Path, path: &Path) -> bool {
        let identity = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
        // A log that is not there now has its place all the same.
        let place = |path: &Path| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folder.canonicalize().ok().map(|folder| folder.join(path.file_name().unwrap_or_default()))
        };
        let database = &database.canonicalize().unwrap_or_else(|_| database.into());
        let ours = ["", "-wal", "-shm", "-journal", "-runs", ".upgrade"].map(|suffix| with_suffix(database, suffix));
        let is_there = |own: &PathBuf| identity(path).is_some() && identity(own) == identity(path);
        ours.iter().any(|own| place(own) == place(path) || is_there(own))
    }
}

/// Makes a verified copy beside `target`, lets `prepare` put an older file out of the way, and moves the copy into place.
pub(super) fn copy(connection: &Connection, target: &Path, prepare: impl FnOnce() -> io::Result<()>) -> Result<()> {
    let failed = |action| move |source| StoreError::File { path: target.into(), action, source };
    let part = with_suffix(target, ".part");
    let file = begin(&part).map_err(failed("begin a copy of"))?;
    let made = fill(connection, &part)
        .and_then(|()| verify(&part))
        .and_then(|()| file.sync_all().map_err(failed("force to disk the copy of")));
    if let Err(error) = made {
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    let moved = prepare().and_then(|()| fs::rename(&part, target)).and_then(|()| sync_folder(target));
    moved.map_err(failed("move the copy into place of"))
}

/// An empty file, ours alone: another copy to the same place is waited for, what a killed one left is taken over.
fn begin(part: &Path) -> io::Result<File> {
    loop {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(super::MODE).open(part)?;
        file.lock()?;
        let is_still_there =
            fs::metadata(part).is_ok_and(|found| found.ino() == file.metadata().map_or(0, |it| it.ino()));
        if is_still_there {
            file.set_permissions(Permissions::from_mode(super::MODE))?;
            file.set_len(0)?;
            let _ = fs::remove_file(with_suffix(part, "-journal"));
            return Ok(file);
        }
    }
}

fn fill(connection: &Connection, part: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(part, source);
    let mut copy = Connection::open(part).map_err(wrap)?;
    let pause = Duration::from_millis(50); // between two tries where the whole database is locked
    Backup::new(connection, &mut copy)
        .and_then(|backup| backup.run_to_completion(ALL_PAGES, pause, None))
        .map_err(wrap)?;
    // A copy is one file: no log that could be left behind.
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(wrap)
}

fn verify(path: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(path, source);
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    let verdict: String = copy.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(wrap)?;
    if verdict == "ok" {
        return Ok(());
    }
    let source = io::Error::new(io::ErrorKind::InvalidData, verdict);
    Err(StoreError::File { path: path.into(), action: "verify the copy", source })
}

/// Moves older copies on. The newest of them keeps its name as well until the new copy takes it.
fn keep_older(target: &Path, keep: u32) -> io::Result<()> {
    if keep == 0 || !target.exists() {
        return Ok(());
    }
    let numbered = |number: u32| with_suffix(target, &format!(".{number}"));
    for number in (1..keep).rev() {
        if numbered(number).exists() {
            fs::rename(numbered(number), numbered(number + 1))?;
        }
    }
    let second_name = with_suffix(target, ".part.older");
    let _ = fs::remove_file(&second_name);
    match fs::hard_link(target, &second_name) {
        Ok(()) => fs::rename(&second_name, numbered(1)),
        // A file system without second names has to do without the copy for an instant.
        Err(_) => fs::rename(target, numbered(1)),
    }
}

pub(super) fn sync_folder(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
