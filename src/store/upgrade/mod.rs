//! A database of an earlier version becomes one of this: it is built anew beside the old file, checked, and moved into its place.
//!
//! At every instant the path holds a whole database: the old one, then the old one with a mark that keeps earlier programs away, then
//! the new one. A killed upgrade has changed nothing else, and the next program that opens the database for writing starts it over.
//! The old file stays beside the new one under the name of its version.

mod build;
mod building;
mod papers;
pub(super) mod place;
mod rows;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};

use super::{Result, StoreError, WRITE_PATIENCE};

/// `PRAGMA user_version` of `schema.sql`.
pub(crate) const SCHEMA_VERSION: i64 = 3;

/// The oldest version that can be brought up to date.
const OLDEST: i64 = 1;
/// Added to the version of a database that is being brought up to date: no program that knows only that version opens it.
const MARK: i64 = 1000;

/// The version of a database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The earlier version that a database has or, while it is being brought up to date, had.
pub(super) fn earlier(version: i64) -> Option<i64> {
    let unmarked = if version >= MARK { version - MARK } else { version };
    (OLDEST..SCHEMA_VERSION).contains(&unmarked).then_some(unmarked)
}

/// Whether a database is being brought up to date.
pub(super) fn is_under_way(version: i64) -> bool {
    version >= MARK && earlier(version).is_some()
}

/// Added to the version of a database that `restore` has put out of use: whoever had its path before the other file came there
/// sees the mark, and writes nothing into a file that nobody reads any more.
const REPLACED: i64 = 2000;

/// The version of a database before it was put out of use; none of one in use.
pub(super) fn before_replacement(version: i64) -> Option<i64> {
    let before = version.checked_sub(REPLACED)?;
    ((OLDEST..=SCHEMA_VERSION).contains(&before) || is_under_way(before)).then_some(before)
}

/// Brings the database at `path` up to date. Several processes may try: one does it, the others wait and find it done.
pub(super) fn bring_up_to_date(path: &Path) -> Result<()> {
    // The file itself and not a link to it, which must go on pointing at the database.
    let path = &path.canonicalize().map_err(|source| StoreError::File { path: path.into(), action: "find", source })?;
    let _turn = place::Turn::take(path)?;
    let old = open_old(path)?;
    let found = version(&old).map_err(|source| StoreError::sqlite(path, source))?;
    let Some(from) = earlier(found) else {
        return Ok(()); // another process has done it
    };
    let begun = Instant::now();
    log::warn!("the database {} has schema version {from} and is brought to {SCHEMA_VERSION}", path.display());
    match replace(path, old, from) {
        Ok(kept) => {
            place::unmark(&kept, from);
            let seconds = begun.elapsed().as_secs_f64();
            log::warn!("it is up to date after {seconds:.1} s; what it was is kept at {}", kept.display());
            Ok(())
        }
        Err(error) => {
            // What could not be built is no reason to keep the program of the old version out.
            place::unmark(path, from);
            Err(error)
        }
    }
}

/// Builds the new file and puts it into the place of the old one, whose new name is returned.
fn replace(path: &Path, old: Connection, from: i64) -> Result<PathBuf> {
    place::mark(&old, path, from + MARK, WRITE_PATIENCE)?;
    check_old(&old, path)?;
    let new = place::begin(path)?;
    build::build(new.path(), path, from)?;
    place::leave_alone(&old, path, WRITE_PATIENCE)?;
    place::swap(new, path, from)
}

fn open_old(path: &Path) -> Result<Connection> {
    let wrap = |source| StoreError::sqlite(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(wrap)?;
    connection.busy_timeout(WRITE_PATIENCE).map_err(wrap)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(wrap)?;
    Ok(connection)
}

/// A damaged database is not copied: half of it would be missing without a word.
fn check_old(old: &Connection, path: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(path, source);
    let verdict: String = old.pragma_query_value(None, "integrity_check", |row| row.get(0)).map_err(wrap)?;
    if verdict == "ok" {
        return Ok(());
    }
    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, verdict);
    Err(StoreError::File { path: path.into(), action: "bring up to date, because it is damaged,", source })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
