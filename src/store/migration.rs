//! Schema versions: an older database is copied and brought up to date, a newer one is refused.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Result, StoreError};

/// `PRAGMA user_version` of `schema.sql`.
pub const SCHEMA_VERSION: i64 = 2;

/// What each version adds to the one before it.
const STEPS: [(i64, &str); 1] = [(2, include_str!("migrations/2.sql"))];

/// The version of a database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings an older database up to date, after a copy beside it. Several processes may try: one does it, under the write lock,
/// and the others find it done.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let wrap = |source| StoreError::sqlite(path, source);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrap)?;
    let found = version(&transaction).map_err(wrap)?;
    if found >= SCHEMA_VERSION {
        return Ok(());
    }
    // Read through a second connection, because a database that is being written is not copied.
    let copy = copy_path(path, found);
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(wrap)?;
    super::backup::copy(&reader, &copy, || Ok(()))?;
    log::warn!(
        "the database has schema version {found} and is brought to {SCHEMA_VERSION}; a copy is kept at {}",
        copy.display()
    );
    for (to, step) in STEPS.iter().filter(|(to, _)| *to > found) {
        transaction.execute_batch(step).map_err(wrap)?;
        transaction.pragma_update(None, "user_version", to).map_err(wrap)?;
    }
    transaction.commit().map_err(wrap)
}

fn copy_path(path: &Path, version: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".v{version}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(connection: &Connection) -> Vec<(String, String, Option<String>)> {
        connection
            .prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2")
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
            })
            .expect("a schema")
    }

    /// A migrated database is the same as a new one.
    #[test]
    fn the_steps_lead_to_the_schema() {
        let new = Connection::open_in_memory().expect("a database");
        new.execute_batch(super::super::SCHEMA).expect("the schema");
        let migrated = Connection::open_in_memory().expect("a database");
        migrated.execute_batch(include_str!("../../tests/fixtures/schema/1.sql")).expect("version 1");
        for (_, step) in STEPS {
            migrated.execute_batch(step).expect("a step");
        }
        assert_eq!(objects(&migrated), objects(&new));
    }
}
