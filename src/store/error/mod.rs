//! What can go wrong with the database, for the person who must mend it.

mod words;

use std::io;
use std::path::{Path, PathBuf};

use super::marks::{Lag, MarksFault};
use super::papers::{Damage, Paper};
use crate::lifecycle::{Event, State};

/// A fault of the storage; every one ends the run with exit code 5.
#[derive(Debug)]
pub enum StoreError {
    /// There is no database at this path.
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// This user may not even look at it.
    Forbidden {
        /// Where it is.
        path: PathBuf,
        /// What may not be entered or read: the file, or a folder above it.
        at: PathBuf,
    },
    /// There is a file without anything in it.
    Empty {
        /// Where it is.
        path: PathBuf,
    },
    /// The file could not be created.
    File {
        /// The database's path.
        path: PathBuf,
        /// The verb that failed.
        action: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// The file by which the runs of one database know of each other.
    Runs {
        /// Its path.
        path: PathBuf,
        /// The verb that failed.
        action: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// The file of the high-water marks.
    Marks {
        /// Its path.
        path: PathBuf,
        /// The verb that failed.
        action: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// An earlier state of the database was put back: numbers were given that it does not know.
    Behind {
        /// The database's path.
        path: PathBuf,
        /// The series, at least one.
        lags: Vec<Lag>,
    },
    /// The database had marks, and they cannot be asked: nobody knows which numbers were given.
    Unmarked {
        /// The database's path.
        path: PathBuf,
        /// Why.
        fault: MarksFault,
    },
    /// A backup was put in place, and Hacienda's list has not been asked yet what was sent since.
    NotAsked {
        /// The database's path.
        path: PathBuf,
        /// The company.
        company: String,
    },
    /// `restore` has put another file in its place, or was interrupted while it did.
    Replaced {
        /// The path of this one.
        path: PathBuf,
    },
    /// Runs are under way, or other programs work with the database.
    Occupied {
        /// The database's path.
        path: PathBuf,
    },
    /// A backup is being put into its place.
    BeingRestored {
        /// The database's path.
        path: PathBuf,
    },
    /// The database is of another version of this program.
    Version {
        /// The database's path.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version that this program writes.
        known: i64,
    },
    /// It must be brought up to date and another program has it open.
    InUse {
        /// The database's path.
        path: PathBuf,
    },
    /// Another process is bringing it up to date, or was killed while it did.
    UnderWay {
        /// The database's path.
        path: PathBuf,
    },
    /// SQLite refused.
    Sqlite {
        /// The database's path, empty until the error leaves its transaction.
        path: PathBuf,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// The stored bytes of a document are not what was stored.
    Damaged {
        /// The database's path.
        path: PathBuf,
        /// The document's key.
        clave: String,
        /// Which bytes.
        paper: Paper,
        /// What is wrong with them.
        damage: Damage,
    },
    /// A copy was not kept, for some of the stored bytes are not what was stored.
    NotCopied {
        /// The database's path.
        path: PathBuf,
        /// What is wrong, at least one.
        faults: Vec<String>,
    },
    /// A generated document could not be given its number; the number was not used.
    Numbering {
        /// Why.
        message: String,
    },
    /// A document was not in the state that the change needs: another process was faster, or a rule was broken.
    Transition {
        /// The document's key.
        clave: String,
        /// The state it was believed to be in.
        from: State,
        /// What was to be recorded.
        event: Event,
    },
}

impl StoreError {
    /// Numbers that the database would give may have been given before: nothing is made or signed, and all else goes on.
    pub(crate) fn is_doubt_about_numbers(&self) -> bool {
        matches!(self, StoreError::Behind { .. } | StoreError::Unmarked { .. } | StoreError::NotAsked { .. })
    }

    pub(in crate::store) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        StoreError::Sqlite { path: path.into(), source }
    }

    /// What helps where the database cannot be opened; `config` is the configuration as a shell takes it.
    pub fn remedy(&self, config: &str) -> Option<String> {
        let init = format!("`cr-einvoice --config {config} init`");
        match self {
            StoreError::Missing { .. } => Some(format!(
                "{init} makes an empty one; where there was one before, put the latest backup in its place, and where it lies \
                 elsewhere, correct `database` in {config}"
            )),
            StoreError::Empty { path } => Some(format!(
                "put the latest backup in its place; if there never was one, remove {} and {init} makes it",
                path.display()
            )),
            StoreError::Version { found: 0, .. } => {
                Some(format!("correct `database` in {config}, or {init} elsewhere"))
            }
            StoreError::Forbidden { .. } => Some(
                "readers are members of the group that owns it, managers run the program as its user: \
                 `sudo -u cr-einvoice cr-einvoice …`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// Names the database in an error that came out of a transaction.
    pub(in crate::store) fn at(self, database: &Path) -> Self {
        match self {
            StoreError::Sqlite { source, path } if path.as_os_str().is_empty() => Self::sqlite(database, source),
            other => other,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        StoreError::Sqlite { path: PathBuf::new(), source }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::File { source, .. } | StoreError::Runs { source, .. } | StoreError::Marks { source, .. } => {
                Some(source)
            }
            StoreError::Sqlite { source, .. } => Some(source),
            StoreError::Missing { .. }
            | StoreError::Forbidden { .. }
            | StoreError::Empty { .. }
            | StoreError::Behind { .. }
            | StoreError::Unmarked { .. }
            | StoreError::NotAsked { .. }
            | StoreError::Replaced { .. }
            | StoreError::Occupied { .. }
            | StoreError::BeingRestored { .. }
            | StoreError::InUse { .. }
            | StoreError::UnderWay { .. }
            | StoreError::Damaged { .. }
            | StoreError::NotCopied { .. }
            | StoreError::Version { .. }
            | StoreError::Numbering { .. }
            | StoreError::Transition { .. } => None,
        }
    }
}
