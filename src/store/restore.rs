//! A backup in the place of the database: checked as a copy beside it, made ready, and put there in one step. The database that
//! was there is kept under a name of its own.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, params};

use super::backup::{self, sync_folder, with_suffix};
use super::events::Step;
use super::marks::{self, Found};
use super::run_lock::RunLocks;
use super::upgrade::{self, place};
use super::{MODE, Result, Store, StoreError, Write, escaped, log_of};
use crate::cause::Detail;
use crate::clock::utc_text;
use crate::document::DocumentKey;
use crate::hacienda::Environment;
use crate::named::Named;
use crate::new_file::{self, NewFile, folder_of};

/// How long one waits for other programs to leave the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// A backup that was checked and lies beside the database, ready to be put into its place.
#[derive(Debug)]
pub(crate) struct Prepared {
    new: NewFile,
    database: PathBuf,
    /// The last event of the database at the time of the copy, where the copy is of the database itself.
    in_place: Option<i64>,
    /// How many documents it has.
    pub documents: u64,
    /// When it last knew what was done.
    pub knows_until: Option<DateTime<Utc>>,
    /// From when on Hacienda may have documents that it does not know as sent: the same, or the oldest that was not sent.
    pub unknown_since: Option<DateTime<Utc>>,
}

/// What a restored database is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// Companies and where they send.
    pub companies: &'a [(String, Environment)],
    /// Hacienda's list will not be asked.
    pub offline: bool,
    /// Who does it.
    pub actor: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// Numbers that were given and that the backup does not know.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Skipped {
    /// Id of the company.
    pub company: String,
    /// Where its documents go.
    pub environment: Environment,
    /// Branch, terminal and kind.
    pub series: String,
    /// The first of them.
    pub from: u64,
    /// The last one.
    pub to: u64,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Placed {
    /// Where the database that was there is kept.
    pub kept: Option<PathBuf>,
    /// Numbers that the marks say were given.
    pub skipped: Vec<Skipped>,
}

/// Copies a backup to a place beside the database and checks it there: its structure, its version, its record of events, the
/// hash of every paper. One of an earlier version is brought up to date. Changes nothing else.
pub(crate) fn prepare(file: &Path, database: &Path) -> Result<Prepared> {
    // The file itself and not a link to it, which must go on pointing at the database.
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let failed = |action| {
        let path = database.clone();
        move |source| StoreError::File { path, action, source }
    };
    new_file::sweep(folder_of(&database));
    let new = NewFile::beside(&database, MODE).map_err(failed("begin a copy for"))?;
    copy(file, new.path())?;
    let version = version_of(new.path())?;
    if upgrade::earlier(version).is_some() {
        upgrade::bring_up_to_date(new.path())?;
        // What it was is in the backup.
        let _ = fs::remove_file(with_suffix(new.path(), &format!(".v{version}")));
    } else if version != super::SCHEMA_VERSION {
        return Err(StoreError::Version { path: file.into(), found: version, known: super::SCHEMA_VERSION });
    }
    let store = Store::open_to_read(new.path())?;
    if let Some(fault) = store.soundness(true)?.faults.first() {
        let source = io::Error::new(io::ErrorKind::InvalidData, fault.clone());
        return Err(StoreError::File { path: file.into(), action: "put in place, because it is damaged,", source });
    }
    let (documents, knows_until, oldest_draft) = store.ask(extent)?;
    let unknown_since = match (knows_until, oldest_draft) {
        (Some(until), Some(draft)) => Some(until.min(draft)),
        (until, _) => until,
    };
    drop(store);
    let in_place = if Store::is_same_file(file, &database) { Some(last_event(new.path())?) } else { None };
    Ok(Prepared { new, database, in_place, documents, knows_until, unknown_since })
}

/// Reads the backup, wherever it lies and whoever owns it, in one step.
fn copy(file: &Path, to: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(file, source);
    if !file.exists() {
        let source = io::ErrorKind::NotFound.into();
        return Err(StoreError::File { path: file.into(), action: "find", source });
    }
    let open = |options: &str| {
        let name = format!("file:{}?{options}", escaped(file));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(PATIENCE)?;
        upgrade::version(&connection).map(|_| connection)
    };
    let source = match open("mode=ro") {
        Err(_) if !log_of(file).exists() => open("mode=ro&immutable=1"),
        opened => opened,
    };
    backup::fill(&source.map_err(wrap)?, to)?;
    let wrap = |source| StoreError::sqlite(to, source);
    let copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(wrap)?;
    // It is a database to work with from now on, and no longer one that was put out of use.
    copy.pragma_update(None, "application_id", 0).map_err(wrap)?;
    let version = upgrade::version(&copy).map_err(wrap)?;
    if let Some(in_use) = upgrade::before_replacement(version) {
        copy.pragma_update(None, "user_version", in_use).map_err(wrap)?;
    }
    Ok(())
}

fn version_of(path: &Path) -> Result<i64> {
    let wrap = |source| StoreError::sqlite(path, source);
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    upgrade::version(&copy).map_err(wrap)
}

fn last_event(path: &Path) -> Result<i64> {
    let wrap = |source| StoreError::sqlite(path, source);
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    copy.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| row.get(0)).map_err(wrap)
}

type Extent = (u64, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Documents, the last instant that it knows of, and when the oldest that it knows as unsent was issued.
fn extent(connection: &Connection) -> rusqlite::Result<Extent> {
    let instant = |sql: &str| -> rusqlite::Result<Option<DateTime<Utc>>> {
        let text: Option<String> = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(text.and_then(|text| text.parse().ok()))
    };
    Ok((
        connection.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?,
        instant(
            "SELECT max(coalesce((SELECT at FROM events ORDER BY id DESC LIMIT 1), ''),
                 coalesce((SELECT started_at FROM runs ORDER BY id DESC LIMIT 1), ''))",
        )?,
        instant("SELECT min(issued_at) FROM documents WHERE state IN ('draft', 'signed')")?,
    ))
}

impl Prepared {
    /// Makes it ready and puts it into the place of the database, which nobody else may be using.
    ///
    /// # Errors
    /// [`StoreError::Occupied`] while others work with the database; nothing was changed then.
    pub(crate) fn put(self, terms: &Terms<'_>) -> Result<Placed> {
        let _nobody_runs = RunLocks::exclude_runs(&self.database)?;
        let old = if self.database.exists() { Some(Old::of(&self.database)?) } else { None };
        if self.in_place.is_some_and(|copied| last_event(&self.database).ok() != Some(copied)) {
            // What was done between the copy and now would be lost from the database that goes on.
            return Err(StoreError::Occupied { path: self.database.clone() });
        }
        // Only now is nobody left who could give a number.
        let skipped = self.make_ready(&marks::found_beside(&self.database)?, terms)?;
        let kept = self.swap(terms.now, old)?;
        let mut store = Store::open(&kept.database, terms.actor)?;
        store.write(terms.now, |write| write.mark(marks::found_beside(&kept.database)?).map(|_| ()))?;
        Ok(Placed { kept: kept.old, skipped })
    }

    /// What only the living database could know is forgotten, and what may have happened since is asked for.
    fn make_ready(&self, found: &Found, terms: &Terms<'_>) -> Result<Vec<Skipped>> {
        let path = self.new.path();
        let mut store = Store::open(path, terms.actor)?;
        let skipped = store.write(terms.now, |write| {
            let skipped = write.go_on_after_marks(found)?;
            write.forget_what_was_under_way()?;
            for (company, environment) in terms.companies.iter().filter(|_| !terms.offline) {
                write.doubt_numbers(company, *environment)?;
            }
            let detail = Detail::Restored { knows_until: self.knows_until.map(utc_text) };
            write.record(Step { document: None, operation: "restore", from: None, to: None, detail: Some(&detail) })?;
            Ok(skipped)
        })?;
        store.ask(|connection| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))?;
        drop(store);
        if fs::metadata(log_of(path)).is_ok_and(|found| found.len() > 0) {
            let source = io::Error::other("its log has not been taken up");
            return Err(StoreError::File { path: path.into(), action: "finish the copy", source });
        }
        File::open(path).and_then(|file| file.sync_all()).map_err(|source| StoreError::File {
            path: path.into(),
            action: "force to disk the copy",
            source,
        })?;
        Ok(skipped)
    }

    fn swap(self, now: DateTime<Utc>, old: Option<Old>) -> Result<Kept> {
        let Prepared { new, database, .. } = self;
        let failed = |action| {
            let path = database.clone();
            move |source| StoreError::File { path, action, source }
        };
        let Some(old) = old else {
            // A log without its database would be taken for the new one's.
            set_logs_aside(&database, &with_suffix(&database, &suffix(now)));
            new.put().and_then(|()| sync_folder(&database)).map_err(failed("move the backup into place of"))?;
            return Ok(Kept { database, old: None });
        };
        place::take_over_rights(&new, &database).map_err(failed("give its owner and rights to the backup for"))?;
        let kept = place::keep(&database, &suffix(now)).map_err(failed("keep the file of"))?;
        set_logs_aside(&database, &kept);
        sync_folder(&database).map_err(failed("force to disk the folder of"))?;
        new.put().and_then(|()| sync_folder(&database)).map_err(failed("move the backup into place of"))?;
        old.out_of_use.stay();
        Ok(Kept { database, old: Some(kept) })
    }
}

/// The database that is to be replaced: out of use, and comes back into use unless another has its place.
struct Old {
    out_of_use: place::OutOfUse,
    /// Closing any handle of a file ends SQLite's own locks on it in this process, so this one is closed last.
    _turn: place::Turn,
}

impl Old {
    fn of(database: &Path) -> Result<Self> {
        let turn = place::Turn::take(database)?;
        Ok(Old { out_of_use: place::put_out_of_use(database, PATIENCE)?, _turn: turn })
    }
}

/// The database as it is now, and where the earlier one is.
struct Kept {
    database: PathBuf,
    old: Option<PathBuf>,
}

fn suffix(now: DateTime<Utc>) -> String {
    format!(".before-restore-{}", now.format("%Y%m%dT%H%M%SZ"))
}

/// A log that was not taken up, of a damaged database, goes with it.
fn set_logs_aside(database: &Path, kept: &Path) {
    for log in ["-wal", "-shm", "-journal"] {
        let path = with_suffix(database, log);
        if path.exists()
            && let Err(error) = fs::rename(&path, with_suffix(kept, log))
        {
            log::warn!("{} stays where it is: {error}", path.display());
        }
    }
}

impl Write<'_> {
    /// Series go on after the numbers that are marked, for those were given.
    fn go_on_after_marks(&self, found: &Found) -> Result<Vec<Skipped>> {
        let Found::Whole(marks) = found else { return Ok(Vec::new()) };
        let mut skipped = Vec::new();
        for (series, known, mark) in marks.further_than(&marks::heads(&self.transaction)?) {
            let (branch, rest) = series.prefix.split_at_checked(3).unwrap_or_default();
            let (terminal, kind) = rest.split_at_checked(5).unwrap_or_default();
            let parts = branch.parse::<u16>().ok().zip(terminal.parse::<u32>().ok());
            let Some((branch, terminal)) = parts else { continue };
            self.transaction.execute(
                "INSERT INTO series (company, environment, branch, terminal, kind_code, last_number, began_after, round)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)
                 ON CONFLICT DO UPDATE SET last_number = ?6, began_after = ?6, round_after =
                     iif(round < ?7, (SELECT coalesce(max(id), 0) FROM documents), round_after), round = ?7",
                params![series.company, series.environment.name(), branch, terminal, kind, mark.last, mark.round],
            )?;
            skipped.push(Skipped {
                company: series.company.clone(),
                environment: series.environment,
                series: series.prefix.clone(),
                from: if known.round == mark.round { known.last + 1 } else { 1 },
                to: mark.last,
            });
        }
        Ok(skipped)
    }

    /// Nobody works on what the copy says is being worked on; what was signed may have been sent since, so that the service is
    /// asked before it is posted; and when the last POST was, nobody knows.
    fn forget_what_was_under_way(&self) -> Result<()> {
        self.transaction.execute_batch(
            "DELETE FROM leases; DELETE FROM breakers; DELETE FROM clock_checks; DELETE FROM last_posts;
             DELETE FROM numbers_in_doubt;
             UPDATE documents SET delivery_unknown = 1 WHERE state = 'signed';",
        )?;
        self.revive_abandoned_entries()
    }

    /// Which numbers of a company were given is not sure until Hacienda's list has been asked.
    fn doubt_numbers(&self, company: &str, environment: Environment) -> Result<()> {
        self.transaction.execute(
            "INSERT OR IGNORE INTO numbers_in_doubt (company, environment, since) VALUES (?, ?, ?)",
            params![company, environment.name(), utc_text(self.now)],
        )?;
        Ok(())
    }

    /// The list has been read to its end: what was signed and is not on it, and was never posted from here, nobody has sent.
    pub(crate) fn numbers_are_sure(
        &self,
        company: &str,
        environment: Environment,
        listed: &[(DocumentKey, Option<DateTime<Utc>>)],
    ) -> Result<()> {
        let listed: HashSet<&str> = listed.iter().map(|(key, _)| key.as_str()).collect();
        let mut signed = self.transaction.prepare(
            "SELECT id, clave FROM documents WHERE company = ? AND environment = ? AND state = 'signed'
                 AND delivery_unknown = 1 AND submit_attempted_at IS NULL",
        )?;
        let signed: Vec<(i64, String)> = signed
            .query_map(params![company, environment.name()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (id, _) in signed.iter().filter(|(_, clave)| !listed.contains(clave.as_str())) {
            self.transaction.prepare_cached("UPDATE documents SET delivery_unknown = 0 WHERE id = ?")?.execute([id])?;
        }
        self.transaction.execute(
            "DELETE FROM numbers_in_doubt WHERE company = ? AND environment = ?",
            params![company, environment.name()],
        )?;
        Ok(())
    }
}

impl Store {
    /// Companies whose numbers are in doubt since a backup was put in place.
    pub(crate) fn companies_in_doubt(&self) -> Result<Vec<String>> {
        self.ask(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT DISTINCT company FROM numbers_in_doubt ORDER BY company")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// Refuses what would give or use a number of a company whose numbers are in doubt.
    pub(crate) fn refuse_numbers_in_doubt(&self, companies: &[&str]) -> Result<()> {
        let in_doubt = self.companies_in_doubt()?;
        match in_doubt.into_iter().find(|company| companies.contains(&company.as_str())) {
            Some(company) => Err(StoreError::NotAsked { path: self.path.clone(), company }),
            None => Ok(()),
        }
    }

    /// Whether two paths lead to one file.
    pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
        let identity = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
        identity(one).is_some() && identity(one) == identity(other)
    }
}

#[cfg(test)]
mod tests;
