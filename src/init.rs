//! The files of a fresh installation: the commented configuration and an empty database. Never overwrites anything.

use std::error::Error;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::config::template;
use crate::language;

/// The configuration's name in its folder.
const CONFIG_NAME: &str = "cr-einvoice.toml";

/// The database's name, as the template says it.
const DATABASE_NAME: &str = "cr-einvoice.db";

/// The owner writes, the group of readers reads, others see nothing: whatever the umask.
const MODE: u32 = 0o640;

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Created {
    /// The configuration.
    pub config: PathBuf,
    /// The database.
    pub database: PathBuf,
}

/// Why nothing was made.
#[derive(Debug)]
pub(crate) enum InitError {
    /// One of the files is there already.
    Exists(PathBuf),
    /// A file or the folder cannot be made.
    File(PathBuf, io::Error),
    /// The database cannot be made.
    Database(Box<dyn Error + Send + Sync>),
}

/// What [`init`] would make in `folder`; an error when one of the files is there already.
pub(crate) fn plan(folder: &Path) -> Result<Created, InitError> {
    let planned = Created { config: folder.join(CONFIG_NAME), database: folder.join(DATABASE_NAME) };
    let taken = [&planned.config, &planned.database].into_iter().find(|path| path.symlink_metadata().is_ok());
    match taken.cloned() {
        Some(path) => Err(InitError::Exists(path)),
        None => Ok(planned),
    }
}

/// Writes both files into `folder`, which is made when it is not there. `create_database` makes the empty database.
///
/// After a failure nothing is left that was not there before, so that it can simply be called again.
pub(crate) fn init<E>(folder: &Path, create_database: impl FnOnce(&Path) -> Result<(), E>) -> Result<Created, InitError>
where
    E: Error + Send + Sync + 'static,
{
    let created = plan(folder)?;
    DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(folder)
        .map_err(|cause| InitError::File(folder.to_owned(), cause))?;
    write_config(&created.config)?;
    if let Err(cause) = create_database(&created.database) {
        let _ = fs::remove_file(&created.config);
        return Err(InitError::Database(Box::new(cause)));
    }
    Ok(created)
}

fn write_config(path: &Path) -> Result<(), InitError> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists(path.to_owned()),
        _ => InitError::File(path.to_owned(), cause),
    };
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
            InitError::Exists(path) => {
                write!(f, "{} is there already and is not overwritten; name another folder", path.display())
            }
            InitError::File(path, cause) => write!(f, "{} cannot be written: {cause}", path.display()),
            InitError::Database(cause) => write!(f, "the database cannot be made: {cause}"),
        }
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            InitError::Exists(_) => None,
            InitError::File(_, cause) => Some(cause),
            InitError::Database(cause) => Some(cause.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn touch(path: &Path) -> io::Result<()> {
        fs::write(path, "")
    }

    #[test]
    fn makes_both_files_closed_to_others_and_the_configuration_loads() {
        let parent = tempfile::tempdir().unwrap();
        let created = init(&parent.path().join("new/folder"), touch).unwrap();
        assert_eq!(fs::metadata(&created.config).unwrap().permissions().mode() & 0o777, 0o640);
        let config = Config::read(&created.config).unwrap();
        assert_eq!(config.database, created.database);
    }

    #[test]
    fn overwrites_nothing() {
        for name in [CONFIG_NAME, DATABASE_NAME] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), "mine").unwrap();
            let error = init(folder.path(), touch).unwrap_err();
            assert!(
                error
                    .to_string()
                    .ends_with(&format!("{name} is there already and is not overwritten; name another folder"))
            );
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"mine");
        }
    }

    #[test]
    fn leaves_nothing_behind_when_the_database_fails() {
        let folder = tempfile::tempdir().unwrap();
        let error = init(folder.path(), |_| Err(io::Error::other("disk full"))).unwrap_err();
        assert_eq!(error.to_string(), "the database cannot be made: disk full");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
