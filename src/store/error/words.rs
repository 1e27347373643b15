//! The sentences of the database's faults, in English.

use std::fmt;
use std::path::Path;

use super::{Lag, MarksFault, StoreError};
use crate::store::marks;

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Missing { path } => {
                write!(f, "there is no database at {}", path.display())
            }
            StoreError::Forbidden { path, at } => write!(
                f,
                "no permission to read the database {}: this user may not look into {}",
                path.display(),
                at.display()
            ),
            StoreError::Empty { path } => {
                write!(
                    f,
                    "the database {} is an empty file: it was never made, or something emptied it",
                    path.display()
                )
            }
            StoreError::File { path, action, source } => {
                write!(f, "cannot {action} the database {}: {source}", path.display())
            }
            StoreError::Runs { path, action, source } => write!(
                f,
                "cannot {action} {}, in which the runs of one database hold their locks: {source}; nothing was begun. Who \
                 may write the database must be able to write this file, and its folder must let it be made",
                path.display()
            ),
            StoreError::Marks { path, action, source } => write!(
                f,
                "cannot {action} {}, in which the last number of each series is marked: {source}. Who may write the database \
                 must be able to write this file and its folder",
                path.display()
            ),
            StoreError::Behind { path, lags } => write_behind(f, path, lags),
            StoreError::Unmarked { path, fault } => write_unmarked(f, path, fault),
            StoreError::NotAsked { path, company } => write!(
                f,
                "a backup was put in place, and Hacienda's list has not been asked yet which numbers of {company} were used \
                 since; nothing was made or signed. `cr-einvoice restore {}` asks it, and with --offline does without",
                path.display()
            ),
            StoreError::Replaced { path } => write!(
                f,
                "the database {0} was put out of use by a `restore`; where that was interrupted, run it again. `cr-einvoice \
                 restore {0}` makes this file the database again",
                path.display()
            ),
            StoreError::Occupied { path } => write!(
                f,
                "other programs work with the database {0}; nothing was changed. Stop the timers (`systemctl stop \
                 'cr-einvoice*.timer'`), wait for the runs to end (`fuser {0}` shows them) and run this again",
                path.display()
            ),
            StoreError::BeingRestored { path } => write!(
                f,
                "a backup is being put into the place of the database {}; nothing was begun, try again",
                path.display()
            ),
            StoreError::Version { path, found: 0, .. } => {
                write!(f, "{} is not a database of cr-einvoice (its user_version is 0)", path.display())
            }
            StoreError::Version { path, found, known } if found < known => write!(
                f,
                "the database {} has schema version {found}, which is older than this program's {known}; the first command \
                 that changes it brings it up to date: run one as a user who may write it",
                path.display()
            ),
            StoreError::Version { path, found, known } => write!(
                f,
                "the database {} has schema version {found} and this program knows {known}; install the version of \
                 cr-einvoice that wrote it",
                path.display()
            ),
            StoreError::InUse { path } => write!(
                f,
                "the database {0} must be brought up to date and another program has kept it open for two minutes; see who with \
                 `fuser {0}`, stop it and run this again",
                path.display()
            ),
            StoreError::UnderWay { path } => write!(
                f,
                "the database {} is being brought up to date; try again in some minutes. Where that was interrupted, the first \
                 command that changes the database starts it over; of a large one let that be a command by hand, with the timers \
                 stopped, for their time may not be enough",
                path.display()
            ),
            StoreError::Sqlite { path, source } => write_sqlite(f, path, source),
            StoreError::Damaged { path, clave, paper, damage } => write!(
                f,
                "the {paper} paper of {clave} in the database {} is damaged: {damage}; it is not used. Keep the file and \
                 restore the latest backup that has it",
                path.display()
            ),
            StoreError::NotCopied { path, faults } => write!(
                f,
                "the database {} is damaged: {} ({} faults); no copy of it was kept, and the earlier ones are as they were. Stop the \
                 timers and keep the file: the newest older copy has what is damaged. `cr-einvoice doctor --full` names every fault",
                path.display(),
                faults.first().map_or("", String::as_str),
                faults.len()
            ),
            StoreError::Numbering { message } => {
                write!(f, "a document could not be numbered, nothing was stored: {message}")
            }
            StoreError::Transition { clave, from, event } => write!(
                f,
                "the document {clave} was no longer `{from}` when {event:?} was to be recorded; nothing was changed"
            ),
        }
    }
}

fn write_behind(f: &mut fmt::Formatter<'_>, path: &Path, lags: &[Lag]) -> fmt::Result {
    let shown: Vec<String> = lags.iter().take(3).map(lag_in_words).collect();
    let more = if lags.len() > 3 { format!(" and {} series more", lags.len() - 3) } else { String::new() };
    write!(
        f,
        "the database {0} is behind its marks: {1}{more}. An earlier state of it was put back, and numbers would go out \
         twice; nothing was made or signed. `cr-einvoice restore {0}` (or with the backup in its place) takes those numbers as \
         given and asks Hacienda's list for what is missing",
        path.display(),
        shown.join("; ")
    )
}

/// One series, and how far it was.
fn lag_in_words(lag: &Lag) -> String {
    let Lag { company, environment, series, known, marked } = lag;
    format!("series {series} of {company} ({environment}) had come to {marked} and the database knows {known}")
}

fn write_unmarked(f: &mut fmt::Formatter<'_>, path: &Path, fault: &MarksFault) -> fmt::Result {
    write!(
        f,
        "{}; whether the database {1} knows every number that was given cannot be told, and nothing was made or signed. Put the \
         file back if you have it; otherwise `cr-einvoice restore {1}` asks Hacienda's list and marks anew",
        marks_fault_in_words(path, fault),
        path.display()
    )
}

/// What is wrong with the marks of a database.
fn marks_fault_in_words(database: &Path, fault: &MarksFault) -> String {
    let marks = marks::path_of(database);
    let marks = marks.display();
    match fault {
        MarksFault::Missing => format!("the marks of the last numbers, {marks}, are not there"),
        MarksFault::Damaged(detail) => format!("the marks of the last numbers, {marks}, are damaged ({detail})"),
        MarksFault::Foreign => format!("the marks of the last numbers, {marks}, are those of another database"),
    }
}

fn write_sqlite(f: &mut fmt::Formatter<'_>, path: &Path, source: &rusqlite::Error) -> fmt::Result {
    use rusqlite::ErrorCode;
    let path = path.display();
    match source.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => write!(
            f,
            "no permission to write the database {path}: this command changes it; run it as a user who may write the \
             file and its folder"
        ),
        Some(ErrorCode::CannotOpen) => write!(f, "cannot open the database {path}: {source}; check its permissions"),
        Some(ErrorCode::DiskFull) => write!(f, "no space left for the database {path}; free some and run again"),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => write!(
            f,
            "the database {path} is damaged ({source}); nothing was sent. Keep the file and restore the latest backup"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            write!(
                f,
                "another program has kept the database {path} locked for two minutes; see who with `fuser {path}`"
            )
        }
        _ => write!(f, "the database {path} failed: {source}"),
    }
}
