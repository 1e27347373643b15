//! The new file: the tables of `schema.sql`, filled from the old ones, then the indexes and triggers, then a check.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::super::{Result, SCHEMA, StoreError, escaped, search};
use super::building::Building;
use super::{SCHEMA_VERSION, papers, rows};

/// Memory that SQLite may take for pages and for sorting an index, in KiB.
const CACHE_KIB: i64 = 48 << 10;

/// Builds the new file, whole and checked.
pub(super) fn build(part: &Path, path: &Path, from: i64) -> Result<()> {
    let building = Building { connection: open(part, path)?, path };
    let statements = building.ask(|_| statements())?;
    let make = |kind: &str| {
        let mut wanted = statements.iter().filter(|(of_kind, _)| of_kind == kind);
        building.ask(|connection| wanted.try_for_each(|(_, sql)| connection.execute_batch(sql)))
    };
    building.ask(|connection| connection.execute_batch("BEGIN"))?;
    make("table")?;
    rows::copy(&building, from)?;
    papers::copy(&building)?;
    rows::count(&building)?;
    building.ask(search::fill_blocks)?;
    // Indexes are sorted at once, and are denser for it; a trigger would count again what was counted together.
    make("index")?;
    make("trigger")?;
    building.ask(|connection| {
        connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        connection.execute_batch("COMMIT")
    })?;
    rows::verify(&building)?;
    check(&building, part)
}

fn open(part: &Path, path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(part, flags).and_then(|connection| {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        // Whatever happens before it is moved into place, the new file is made again: it is forced to disk once, at the end.
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.execute("ATTACH ? AS old", [format!("file:{}?mode=ro", escaped(path))])?;
        Ok(connection)
    });
    opened.map_err(|source| StoreError::sqlite(part, source))
}

/// The statements of the schema and what each makes, in their order.
fn statements() -> rusqlite::Result<Vec<(String, String)>> {
    let blank = Connection::open_in_memory()?;
    blank.execute_batch(SCHEMA)?;
    let mut statement = blank.prepare("SELECT type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The new file must be sound before it takes the old one's place.
fn check(building: &Building<'_>, part: &Path) -> Result<()> {
    let verdict: String =
        building.ask(|connection| connection.pragma_query_value(None, "quick_check", |row| row.get(0)))?;
    let strangers: i64 = building.ask(|connection| {
        connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
    })?;
    if verdict == "ok" && strangers == 0 {
        return Ok(());
    }
    let message = if verdict == "ok" { format!("{strangers} rows refer to rows that are not there") } else { verdict };
    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, message);
    Err(StoreError::File { path: part.into(), action: "verify the new file of", source })
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

    /// What is built by parts is what a new database has.
    #[test]
    fn the_parts_make_the_schema() {
        let new = Connection::open_in_memory().expect("a database");
        new.execute_batch(SCHEMA).expect("the schema");
        let built = Connection::open_in_memory().expect("a database");
        let statements = statements().expect("statements");
        for kind in ["table", "index", "trigger"] {
            for (_, sql) in statements.iter().filter(|(of_kind, _)| of_kind == kind) {
                built.execute_batch(sql).expect("a statement");
            }
        }
        assert_eq!(objects(&built), objects(&new));
    }
}
