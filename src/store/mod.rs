//! What is remembered: one SQLite file. The only folder that knows SQL.
//!
//! Each question is one function named after it. A change is made inside [`Store::write`], one short transaction that takes
//! the write lock at its start, so that several processes share the file without ever seeing it locked; no request to the
//! service is made while one is open.

mod answers;
mod backup;
mod bodies;
mod claims;
mod confirmations;
mod damage;
mod document_id;
mod documents;
mod due_entries;
mod entries;
mod error;
mod events;
mod figures;
mod foreign;
mod generated;
mod kin;
mod links;
mod listing;
mod marks;
mod moves;
mod neighbours;
mod notices;
mod numbering;
mod obstacles;
mod papers;
mod queue;
mod responses;
mod restore;
mod retention;
mod run_lock;
mod runs;
mod search;
mod soundness;
mod statistics;
mod taken;
mod upgrade;

#[cfg(test)]
mod plans;

use std::cell::RefCell;
use std::fmt::Display;
use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, RowIndex, TransactionBehavior};
use rustix::fs::{Access, access};
use rustix::io::Errno;

pub(crate) use backup::is_replaceable;
pub(crate) use bodies::HeldBody;
pub(crate) use claims::{Claim, Cursor, DueWindow};
pub(crate) use confirmations::Confirmed;
pub(crate) use document_id::DocumentId;
pub(crate) use documents::{Document, Imported, NewDocument};
pub(crate) use due_entries::DueEntries;
pub(crate) use entries::Held;
pub(crate) use error::StoreError;
pub(crate) use events::{ChainBreak, EventRow};
pub(crate) use generated::{Earlier, Origin};
pub(crate) use listing::{DocumentFilter, Listed};
pub(crate) use marks::Marked;
pub(crate) use moves::Resolution;
pub(crate) use neighbours::Place;
pub(crate) use notices::Outgoing;
pub(crate) use numbering::{Contested, Gap, Holder, SeriesKey, SeriesRow};
pub(crate) use obstacles::{Breaker, ClockCheck, RefusedLogin};
pub use papers::Paper;
pub(crate) use papers::{Opened, Sealed, Sealer};
pub use queue::EntryState;
pub(crate) use queue::{Entry, EntryId, Failed};
pub(crate) use responses::{Interpretation, Response, ResponseFilter};
pub use responses::{MessageType, ResponseId};
pub(crate) use restore::{Prepared, Skipped, Terms, prepare as prepare_restore};
pub(crate) use retention::Retention;
pub use runs::RunResult;
pub(crate) use runs::{Run, RunId};
pub(crate) use statistics::{Period, Statistics, acceptance_rate};
pub(crate) use taken::{Hold, Stopped, Taken};
pub(crate) use upgrade::SCHEMA_VERSION;

use crate::cause::Stored;

/// The schema of a new database.
const SCHEMA: &str = include_str!("../../schema.sql");
/// A new file: its owner may write it and its group read it.
const MODE: u32 = 0o640;
/// How long a process waits for another's short write before it gives up.
const WRITE_PATIENCE: Duration = Duration::from_secs(120);

type Result<T> = std::result::Result<T, StoreError>;

/// The open database.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    actor: String,
    library: papers::Library,
}

/// One transaction: everything in it happens, or nothing. Made by [`Store::write`].
pub struct Write<'a> {
    transaction: rusqlite::Transaction<'a>,
    /// The instant that every row of this transaction carries.
    now: DateTime<Utc>,
    actor: &'a str,
    /// Where the database is.
    path: &'a Path,
    /// Hash of the newest event, once it has been looked up.
    chain: RefCell<Option<papers::Hash>>,
    library: &'a papers::Library,
}

impl Write<'_> {
    /// The instant that every row of this transaction carries.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl Store {
    /// Makes an empty database, readable by its owner and group alone. Refuses to overwrite.
    pub fn create(path: &Path) -> Result<()> {
        create_private(path)?;
        let wrap = |source| StoreError::sqlite(path, source);
        let mut connection = Connection::open(path).map_err(wrap)?;
        configure(&connection).map_err(wrap)?;
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(wrap)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(wrap)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(wrap)?;
        transaction.execute_batch(SCHEMA).map_err(wrap)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(wrap)?;
        transaction.commit().map_err(wrap)
    }

    /// Opens an existing database for reading and writing, and brings an older one up to date. `actor` is written on every
    /// event.
    pub fn open(path: &Path, actor: &str) -> Result<Self> {
        let read_write = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let mut store = Self::open_with(path, actor, read_write, path)?;
        if upgrade::earlier(store.ask(upgrade::version)?).is_some() {
            // Nobody may have it open then, and what is open now is the old file.
            drop(store);
            upgrade::bring_up_to_date(path)?;
            store = Self::open_with(path, actor, read_write, path)?;
        }
        let store = store.refuse_other_version()?;
        // A restored backup is not in WAL mode.
        store.ask(|connection| connection.pragma_update(None, "journal_mode", "WAL"))?;
        Ok(store)
    }

    /// Opens an existing database for a user who may only read it.
    ///
    /// While no other process has it open there is no log beside it, and a user who may not make one reads the file as it
    /// stands, which is then complete.
    pub fn open_to_read(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let uri = |options: &str| PathBuf::from(format!("file:{}?{options}", escaped(path)));
        let store = Self::open_with(path, "", flags, &uri("mode=ro"))?;
        let store = match store.ask(upgrade::version) {
            Ok(_) => store,
            Err(_) if !log_of(path).exists() => Self::open_with(path, "", flags, &uri("mode=ro&immutable=1"))?,
            Err(error) => return Err(error),
        };
        store.refuse_other_version()
    }

    fn open_with(path: &Path, actor: &str, flags: OpenFlags, name: &Path) -> Result<Self> {
        is_there(path)?;
        let connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .and_then(|connection| {
                connection.busy_timeout(WRITE_PATIENCE)?;
                connection.set_prepared_statement_cache_capacity(64);
                // A plan never depends on the values that are bound: otherwise SQLite prepares a statement anew for each of them.
                connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
                // The rest is about writing, and setting it looks into the file.
                if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
                    configure(&connection)?;
                }
                Ok(connection)
            })
            .map_err(|source| StoreError::sqlite(path, source))?;
        Ok(Self { connection, path: path.into(), actor: actor.into(), library: papers::Library::default() })
    }

    fn refuse_other_version(self) -> Result<Self> {
        match self.ask(upgrade::version)? {
            SCHEMA_VERSION => Ok(self),
            0 if self.path.metadata().is_ok_and(|file| file.len() == 0) => Err(StoreError::Empty { path: self.path }),
            found if upgrade::before_replacement(found).is_some() => Err(StoreError::Replaced { path: self.path }),
            found if upgrade::is_under_way(found) => Err(StoreError::UnderWay { path: self.path }),
            found => Err(StoreError::Version { path: self.path, found, known: SCHEMA_VERSION }),
        }
    }

    /// Runs `change` in one transaction that holds the write lock from its start; an error undoes all of it.
    pub fn write<T>(&mut self, now: DateTime<Utc>, change: impl FnOnce(&Write<'_>) -> Result<T>) -> Result<T> {
        let wrap = |source| StoreError::sqlite(&self.path, source);
        let result = {
            let transaction =
                self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrap)?;
            let write = Write {
                transaction,
                now,
                actor: &self.actor,
                path: &self.path,
                chain: RefCell::new(None),
                library: &self.library,
            };
            let result = change(&write).map_err(|error| error.at(&self.path))?;
            write.transaction.commit().map_err(wrap)?;
            result
        };
        // Marks the place up to which a user who may only read can read: such a user may not make the mark.
        self.connection.query_row("SELECT count(*) FROM breakers", [], |_| Ok(())).map_err(wrap)?;
        Ok(result)
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        question(&self.connection).map_err(|source| StoreError::sqlite(&self.path, source))
    }
}

/// Tells a database that is not there from one that this user may not see. The file itself is not opened: closing it again would
/// release the locks that SQLite holds on it (POSIX, fcntl).
fn is_there(path: &Path) -> Result<()> {
    let forbidden = |at: &Path| Err(StoreError::Forbidden { path: path.into(), at: at.into() });
    match path.metadata() {
        Ok(_) if access(path, Access::READ_OK) == Err(Errno::ACCESS) => forbidden(path),
        Ok(_) => Ok(()),
        Err(cause) if cause.kind() == std::io::ErrorKind::PermissionDenied => {
            forbidden(path.ancestors().skip(1).find(|folder| folder.metadata().is_ok()).unwrap_or(path))
        }
        Err(_) => Err(StoreError::Missing { path: path.into() }),
    }
}

/// Makes an empty file that its owner may write and its group may read, whatever the umask. Refuses to overwrite.
fn create_private(path: &Path) -> Result<()> {
    let failed = |source| StoreError::File { path: path.into(), action: "create", source };
    let file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path).map_err(failed)?;
    file.set_permissions(Permissions::from_mode(MODE)).map_err(failed)
}

/// The write-ahead log beside a database.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// A path inside an SQLite URI.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// A column by its name or its place. A search by name costs more than what it finds, where there are many columns and rows.
trait Column: RowIndex + Copy + Display {}

impl<C: RowIndex + Copy + Display> Column for C {}

/// The text columns of ours that are closed enums or instants, read back.
fn parsed<T>(row: &rusqlite::Row<'_>, column: impl Column) -> rusqlite::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error: T::Err| unreadable(column, &error.to_string()))
}

/// Like [`parsed`], for a column that may be NULL.
fn parsed_or_null<T>(row: &rusqlite::Row<'_>, column: impl Column) -> rusqlite::Result<Option<T>>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| text.parse().map_err(|error: T::Err| unreadable(column, &error.to_string()))).transpose()
}

/// A column that holds a value for people.
fn stored<T: Stored>(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<T> {
    Ok(T::of_text(row.get_ref(column)?.as_str()?))
}

/// Like [`stored`], for a column that may be NULL.
fn stored_or_null<T: Stored>(row: &rusqlite::Row<'_>, column: impl Column) -> rusqlite::Result<Option<T>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.map(T::of_text))
}

fn unreadable(column: impl Display, message: &str) -> rusqlite::Error {
    let message = format!("column {column}: {message}");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, message.into())
}
