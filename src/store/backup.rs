//! Copies of the whole database, made while others write.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::damage::damage;
use super::papers::Library;
use super::soundness::TOLD;
use super::{Result, Store, StoreError, marks};
use crate::new_file::{self, NewFile, folder_of};

/// All pages in one step: in WAL mode that reads one snapshot and keeps no writer waiting, while a copy in several steps begins
/// anew whenever another process has written in between, and would never end beside a busy submit.
const ALL_PAGES: i32 = i32::MAX;

/// `PRAGMA application_id` of a copy: `CREB`.
const MARK: i32 = 0x4352_4542;

impl Store {
    /// Writes a verified copy to `target`: made beside it, checked, forced to disk, then moved into place. An older copy there
    /// is moved on to `target.cr-einvoice.1`, that one to `.2` and so on; `keep` older ones stay. At every instant `target` is
    /// whole: the old copy or the new one.
    pub fn back_up(&self, target: &Path, keep: u32) -> Result<()> {
        copy(self, target, || keep_older(target, keep))
    }

    /// Whether a path is one of a database's own files, which no copy may replace.
    pub fn owns(database: &Path, path: &Path) -> bool {
        // A log that is not there now has its place all the same.
        let place = |path: &Path| {
            folder_of(path).canonicalize().ok().map(|folder| folder.join(path.file_name().unwrap_or_default()))
        };
        let database = &database.canonicalize().unwrap_or_else(|_| database.into());
        let ours = ["", "-wal", "-shm", "-journal", "-runs", marks::SUFFIX].map(|suffix| with_suffix(database, suffix));
        let is_there = |own: &PathBuf| identity(path).is_some() && identity(own) == identity(path);
        ours.iter().any(|own| place(own) == place(path) || is_there(own))
    }
}

/// Makes a verified copy beside `target`, lets `prepare` put an older file out of the way, and moves the copy into place.
fn copy(store: &Store, target: &Path, prepare: impl FnOnce() -> io::Result<()>) -> Result<()> {
    let failed = |action| move |source| StoreError::File { path: target.into(), action, source };
    new_file::sweep(folder_of(target));
    let part = NewFile::beside(target, super::MODE).map_err(failed("begin a copy of"))?;
    fill(&store.connection, part.path())?;
    verify(part.path())?;
    verify_bytes(part.path(), &store.path)?;
    part.file().sync_all().map_err(failed("force to disk the copy of"))?;
    // Two copies to one place are made side by side, and come into place one after the other. A file system that cannot
    // lock a folder is one on which nobody else makes copies.
    let folder = File::open(folder_of(target)).map_err(failed("find the folder of"))?;
    let _ = folder.lock();
    let moved = prepare().and_then(|()| part.put()).and_then(|()| sync_folder(target));
    moved.map_err(failed("move the copy into place of"))
}

pub(super) fn fill(connection: &Connection, part: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(part, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut copy = Connection::open_with_flags(part, flags).map_err(wrap)?;
    let pause = Duration::from_millis(50); // between two tries where the whole database is locked
    Backup::new(connection, &mut copy)
        .and_then(|backup| backup.run_to_completion(ALL_PAGES, pause, None))
        .map_err(wrap)?;
    // A copy is one file: no log that could be left behind. Its mark tells it from a database that somebody works with.
    copy.pragma_update(None, "journal_mode", "DELETE").map_err(wrap)?;
    copy.pragma_update(None, "application_id", MARK).map_err(wrap)
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

/// Reads and hashes every paper, dictionary and answer of the copy: SQLite's own check sees no byte that changed inside a value.
/// A copy with damage would in time push the last good one out.
fn verify_bytes(path: &Path, source: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(path, source);
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    let faults = damage(&copy, &Library::default(), true, TOLD).map_err(wrap)?;
    if faults.is_empty() {
        return Ok(());
    }
    Err(StoreError::NotCopied { path: source.into(), faults })
}

/// Moves older copies on. The newest of them keeps its name as well until the new copy takes it.
fn keep_older(target: &Path, keep: u32) -> io::Result<()> {
    if keep == 0 || !target.exists() {
        return Ok(());
    }
    for older in (1..=keep).map(|number| older_name(target, number)) {
        if fs::symlink_metadata(&older).is_ok() && !is_copy(&older) {
            let what = format!("{} is no copy that `backup` made; move it elsewhere", older.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
    }
    let newest = older_name(target, 1);
    if identity(&newest) == identity(target) {
        return Ok(()); // killed between the two names
    }
    for number in (1..keep).rev() {
        let older = older_name(target, number);
        if older.exists() {
            fs::rename(older, older_name(target, number + 1))?;
        }
    }
    // A file system without second names has to do without the copy for an instant.
    new_file::link_over(target, &newest).or_else(|_| fs::rename(target, newest))
}

/// The name of an older copy: the program's name is in it, so that nobody else calls a file so.
fn older_name(target: &Path, number: u32) -> PathBuf {
    with_suffix(target, &format!(".cr-einvoice.{number}"))
}

/// Whether a copy may take this place: nothing is there, nothing is in it, or it is a copy that `backup` made. Anything else
/// may be somebody's database, or no database at all.
pub(crate) fn is_replaceable(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(found) => found.is_file() && (found.len() == 0 || is_copy(path) || is_unmarked_copy(path)),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Where SQLite's header says what this needs to know (SQLite, database file format, section 1.3).
const WRITE_FORMAT: usize = 18;
const APPLICATION_ID: std::ops::Range<usize> = 68..72;

/// Whether a file is a copy of ours at rest: it has the mark, and is not in WAL mode, into which opening it for work puts it.
fn is_copy(path: &Path) -> bool {
    header_at_rest(path).is_some_and(|header| header[APPLICATION_ID] == MARK.to_be_bytes())
}

/// The header of a SQLite database that is not in WAL mode and has no journal to be taken up.
fn header_at_rest(path: &Path) -> Option<[u8; 100]> {
    let mut header = [0; 100];
    let is_file = fs::symlink_metadata(path).ok()?.is_file();
    File::open(path).ok().filter(|_| is_file)?.read_exact(&mut header).ok()?;
    let in_use = ["-wal", "-journal"].iter().any(|suffix| with_suffix(path, suffix).exists());
    (header.starts_with(b"SQLite format 3\0") && header[WRITE_FORMAT] == 1 && !in_use).then_some(header)
}

/// Whether a file is a copy that was made before copies had their mark: of versions 1 and 2 of the schema.
fn is_unmarked_copy(path: &Path) -> bool {
    let look = || -> rusqlite::Result<bool> {
        let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables = "SELECT count(*) = 3 FROM sqlite_schema WHERE name IN ('documents', 'responses', 'retry_queue')";
        Ok(matches!(version, 1 | 2) && copy.query_row(tables, [], |row| row.get(0))?)
    };
    header_at_rest(path).is_some() && look().unwrap_or(false)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

pub(super) fn sync_folder(target: &Path) -> io::Result<()> {
    File::open(folder_of(target))?.sync_all()
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
