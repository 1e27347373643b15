//! The files of a fresh installation: the commented configuration and an empty database, as far as they are missing. Never
//! overwrites anything.

use std::error::Error;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigError, template};
use crate::language;

/// The configuration's name in its folder.
const CONFIG_NAME: &str = "cr-einvoice.toml";

/// The database's name, as the template says it.
const DATABASE_NAME: &str = "cr-einvoice.db";

/// The owner writes, the group of readers reads, others see nothing: whatever the umask.
const MODE: u32 = 0o640;

/// Where the files are to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Both in this folder, under their usual names.
    Folder(&'a Path),
    /// The configuration here, the database where it says.
    Config(&'a Path),
}

/// The two files, and which of them is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The configuration.
    pub config: PathBuf,
    /// It is not there.
    pub writes_config: bool,
    /// The database.
    pub database: PathBuf,
    /// It is not there.
    pub makes_database: bool,
}

/// Why nothing was made.
#[derive(Debug)]
pub(crate) enum InitError {
    /// Both files are there already.
    Exists(PathBuf, PathBuf),
    /// The configuration is there and cannot be read.
    Config(ConfigError),
    /// A file or the folder cannot be made.
    File(PathBuf, io::Error),
}

/// What [`init`] would make: a deployed configuration may be without its database. An error when nothing is missing.
pub(crate) fn plan(place: Place<'_>) -> Result<Plan, InitError> {
    let config = match place {
        Place::Folder(folder) => folder.join(CONFIG_NAME),
        Place::Config(path) => path.to_owned(),
    };
    let is_missing = |path: &Path| path.symlink_metadata().is_err_and(|cause| cause.kind() == io::ErrorKind::NotFound);
    let writes_config = is_missing(&config);
    let database = if writes_config {
        config.parent().unwrap_or(Path::new("")).join(DATABASE_NAME)
    } else {
        Config::read(&config).map_err(InitError::Config)?.database
    };
    let makes_database = is_missing(&database);
    if !writes_config && !makes_database {
        return Err(InitError::Exists(config, database));
    }
    Ok(Plan { config, writes_config, database, makes_database })
}

/// Makes what is missing, with the folders that it is to be in. `create_database` makes the empty database.
///
/// After a failure nothing is left that was not there before, so that it can simply be called again.
pub(crate) fn init<E: From<InitError>>(
    plan: &Plan,
    create_database: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    for path in [&plan.config, &plan.database] {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            let made = DirBuilder::new().recursive(true).mode(0o750).create(folder);
            made.map_err(|cause| InitError::File(folder.to_owned(), cause))?;
        }
    }
    if plan.writes_config {
        write_config(&plan.config)?;
    }
    if plan.makes_database
        && let Err(cause) = create_database(&plan.database)
    {
        if plan.writes_config {
            let _ = fs::remove_file(&plan.config);
        }
        return Err(cause);
    }
    Ok(())
}

fn write_config(path: &Path) -> Result<(), InitError> {
    let failed = |cause: io::Error| InitError::File(path.to_owned(), cause);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path).map_err(failed)?;
    let written = file
        .set_permissions(Permissions::from_mode(MODE))
        .and_then(|()| file.write_all(template(language::reader()).as_bytes()))
        .and_then(|()| file.sync_all());
    written.map_err(|cause| {
        let _ = fs::remove_file(path);
        failed(cause)
    })
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::Exists(config, database) => {
                write!(f, "{} and {} are there already; nothing is overwritten", config.display(), database.display())
            }
            InitError::Config(cause) => cause.fmt(f),
            InitError::File(path, cause) => write!(f, "{} cannot be written: {cause}", path.display()),
        }
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            InitError::Exists(..) => None,
            InitError::Config(cause) => Some(cause),
            InitError::File(_, cause) => Some(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) -> Result<(), InitError> {
        fs::write(path, "").map_err(|cause| InitError::File(path.to_owned(), cause))
    }

    #[test]
    fn makes_both_files_closed_to_others_and_the_configuration_loads() {
        let parent = tempfile::tempdir().unwrap();
        let planned = plan(Place::Folder(&parent.path().join("new/folder"))).unwrap();
        init(&planned, touch).unwrap();
        assert_eq!(fs::metadata(&planned.config).unwrap().permissions().mode() & 0o777, 0o640);
        let config = Config::read(&planned.config).unwrap();
        assert_eq!(config.database, planned.database);
    }

    #[test]
    fn makes_what_is_missing_where_the_configuration_says_and_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        fs::write(&config, "database = \"data/x.db\"\n").unwrap();
        let planned = plan(Place::Config(&config)).unwrap();
        assert!(!planned.writes_config && planned.makes_database);
        init(&planned, touch).unwrap();
        assert_eq!(fs::read_to_string(&config).unwrap(), "database = \"data/x.db\"\n");
        assert!(folder.path().join("data/x.db").exists());
        assert!(matches!(plan(Place::Config(&config)), Err(InitError::Exists(..))));

        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(DATABASE_NAME), "mine").unwrap();
        let planned = plan(Place::Folder(folder.path())).unwrap();
        init(&planned, touch).unwrap();
        assert!(planned.writes_config && planned.config.exists());
        assert_eq!(fs::read(folder.path().join(DATABASE_NAME)).unwrap(), b"mine");

        fs::write(&planned.config, "databse = 1").unwrap();
        assert!(matches!(plan(Place::Folder(folder.path())), Err(InitError::Config(_))));
    }

    #[test]
    fn leaves_nothing_behind_when_the_database_fails() {
        let folder = tempfile::tempdir().unwrap();
        let planned = plan(Place::Folder(folder.path())).unwrap();
        let full = |path: &Path| Err(InitError::File(path.to_owned(), io::Error::other("disk full")));
        assert!(init(&planned, full).unwrap_err().to_string().contains("disk full"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
