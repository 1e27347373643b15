//! Copies of the whole database, made while others write.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{Result, Store, StoreError};

/// Pages copied at once, and the rest between: a writer never waits for long.
const PAGES_AT_ONCE: i32 = 2000;
const REST: Duration = Duration::from_millis(5);

impl Store {
    /// Writes a verified copy to `target`: made beside it, checked, forced to disk, then moved into place. An older file there
    /// is moved on to `target.1`, `target.1` to `target.2` and so on; `keep` older ones stay.
    pub fn back_up(&self, target: &Path, keep: u32) -> Result<()> {
        let part = with_suffix(target, ".part");
        let _ = fs::remove_file(&part);
        let made = copy_to(&self.connection, &part).and_then(|()| verify(&part));
        if let Err(error) = made {
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        let moved = rotate(target, keep).and_then(|()| fs::rename(&part, target)).and_then(|()| sync_folder(target));
        moved.map_err(|source| StoreError::File { path: target.into(), action: "move the copy into place of", source })
    }
}

/// Copies a database page by page with SQLite's backup interface, readable by its owner and group alone.
pub(super) fn copy_to(connection: &Connection, target: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(target, source);
    super::create_private(target)?;
    let mut copy = Connection::open(target).map_err(wrap)?;
    Backup::new(connection, &mut copy)
        .and_then(|backup| backup.run_to_completion(PAGES_AT_ONCE, REST, None))
        .map_err(wrap)?;
    // A copy is one file: no log that could be left behind.
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(wrap)?;
    drop(copy);
    fs::File::open(target).and_then(|file| file.sync_all()).map_err(|source| StoreError::File {
        path: target.into(),
        action: "force to disk the copy",
        source,
    })
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

fn rotate(target: &Path, keep: u32) -> io::Result<()> {
    if keep == 0 || !target.exists() {
        return Ok(());
    }
    let numbered = |number: u32| with_suffix(target, &format!(".{number}"));
    for number in (1..keep).rev() {
        if numbered(number).exists() {
            fs::rename(numbered(number), numbered(number + 1))?;
        }
    }
    fs::rename(target, numbered(1))
}

fn sync_folder(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
