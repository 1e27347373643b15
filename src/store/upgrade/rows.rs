//! What the rows of an earlier version become: copied by the names of their columns, mended where a rule of today would refuse them,
//! counted together.

use rusqlite::{Connection, params};

use super::super::{Result, StoreError};
use super::building::Building;

/// Tables whose rows are taken over as they are, column by column; a column that is in one of the two alone is left out.
const AS_THEY_ARE: [&str; 8] =
    ["runs", "retry_queue", "breakers", "refused_logins", "clock_checks", "notices", "series", "generated"];

/// Columns of a document that are written otherwise now, and how; the rest is taken over. A time without which a state cannot be, or
/// with which it cannot be, is mended: the nearest that is known takes its place.
const WRITTEN_ANEW: [(&str, &str); 8] = [
    ("state", "iif(state = 'draft' AND signed_xml IS NOT NULL, 'signed', state)"),
    ("source_hash", "iif(length(unhex(source_sha256)) = 32, unhex(source_sha256), zeroblob(32))"),
    (
        "signed_hash",
        "iif(signed_xml IS NULL, NULL, iif(length(unhex(signed_sha256)) = 32, unhex(signed_sha256), zeroblob(32)))",
    ),
    ("answered", "response_xml IS NOT NULL"),
    (
        "submitted_at",
        "iif(state IN ('submitted', 'accepted', 'rejected', 'error'),
             coalesce(submitted_at, submit_attempted_at, resolved_at, last_polled_at, created_at), NULL)",
    ),
    (
        "resolved_at",
        "iif(state IN ('accepted', 'rejected', 'error'), coalesce(resolved_at, last_polled_at, submitted_at, created_at), NULL)",
    ),
    ("receptor_type", "iif(receptor_id IS NULL, NULL, receptor_type)"),
    ("receptor_id", "iif(receptor_type IS NULL, NULL, receptor_id)"),
];

/// Columns of an entry that say what its document says, so that its index can tell companies apart.
const OF_THE_DOCUMENT: [(&str, &str); 2] = [
    ("company", "(SELECT company FROM main.documents WHERE documents.id = document_id)"),
    ("environment", "(SELECT environment FROM main.documents WHERE documents.id = document_id)"),
];

/// Documents that a rule of today would refuse.
const TO_MEND: &str = "SELECT clave FROM old.documents
    WHERE (state IN ('submitted', 'accepted', 'rejected', 'error')) <> (submitted_at IS NOT NULL)
       OR (state IN ('accepted', 'rejected', 'error')) <> (resolved_at IS NOT NULL)
       OR (receptor_type IS NULL) <> (receptor_id IS NULL)
       OR (state = 'draft' AND signed_xml IS NOT NULL)
    ORDER BY id";

/// Copies everything but bytes and counts.
pub(super) fn copy(building: &Building<'_>, from: i64) -> Result<()> {
    tell_of_mended(building)?;
    copy_table(building, "documents", "documents", &WRITTEN_ANEW)?;
    let hash = ("hash", "iif(length(unhex(hash)) = 32, unhex(hash), zeroblob(32))");
    copy_table(building, "events", "events", &[hash])?;
    for table in AS_THEY_ARE {
        // Version 1 had fewer.
        if from > 1 || building.ask(|connection| exists(connection, table))? {
            copy_table(building, table, table, if table == "retry_queue" { &OF_THE_DOCUMENT } else { &[] })?;
        }
    }
    begin_series(building)?;
    copy_links(building)
}

/// What came before the first number that a series gave here is another system's.
fn begin_series(building: &Building<'_>) -> Result<()> {
    building.ask(|connection| {
        connection.execute_batch(
            "UPDATE main.series SET began_after = coalesce(
                 (SELECT min(documents.number) - 1 FROM main.generated JOIN main.documents ON documents.id = generated.document_id
                  WHERE documents.company = series.company AND documents.environment = series.environment
                      AND documents.series = printf('%03d%05d%s', branch, terminal, kind_code)), last_number)
             WHERE round = 0",
        )
    })
}

/// What notes adjusted; what replaced another was not kept, and is read from the documents.
fn copy_links(building: &Building<'_>) -> Result<()> {
    if !building.ask(|connection| exists(connection, "adjustments"))? {
        return Ok(());
    }
    building.ask(|connection| {
        connection.execute_batch(
            "INSERT OR IGNORE INTO main.links (target, relation, document_id)
             SELECT upper(adjusted), 'adjusts', document_id FROM old.adjustments WHERE length(adjusted) = 50",
        )
    })
}

fn tell_of_mended(building: &Building<'_>) -> Result<()> {
    let claves: Vec<String> =
        building.ask(|connection| connection.prepare(TO_MEND)?.query_map([], |row| row.get(0))?.collect())?;
    for clave in &claves {
        log::warn!(
            "{clave}: a time or an identification did not fit its state and was mended from what else is known of it"
        );
    }
    Ok(())
}

fn exists(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) FROM old.sqlite_schema WHERE type = 'table' AND name = ?", [table], |row| {
        row.get(0)
    })
}

/// The columns of a table that hold something of their own.
fn columns(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("SELECT name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0 ORDER BY cid")?
        .query_map(params![table, schema], |row| row.get(0))?
        .collect()
}

fn copy_table(building: &Building<'_>, from: &str, to: &str, anew: &[(&str, &str)]) -> Result<()> {
    building.ask(|connection| {
        let old = columns(connection, "old", from)?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in columns(connection, "main", to)? {
            if let Some((_, value)) = anew.iter().find(|(name, _)| *name == column) {
                values.push((*value).to_owned());
            } else if old.contains(&column) {
                values.push(column.clone());
            } else {
                continue;
            }
            names.push(column);
        }
        let order = if names.iter().any(|name| name == "id") { "ORDER BY id" } else { "" };
        connection.execute_batch(&format!(
            "INSERT INTO main.{to} ({}) SELECT {} FROM old.{from} {order}",
            names.join(", "),
            values.join(", ")
        ))
    })
}

/// Counts what triggers count from now on.
pub(super) fn count(building: &Building<'_>) -> Result<()> {
    building.ask(|connection| {
        connection.execute_batch(
            "INSERT INTO document_counts SELECT company, day, state, count(*) FROM documents GROUP BY 1, 2, 3;
             INSERT INTO step_counts
             SELECT company, date(at, '-6 hours'), iif(operation = 'import', 'imported', to_state), count(*)
             FROM events JOIN documents ON documents.id = document_id WHERE to_state IS NOT NULL GROUP BY 1, 2, 3;
             INSERT INTO acceptance_counts
             SELECT company, day,
                 CASE WHEN seconds < 60 THEN seconds WHEN seconds < 3600 THEN seconds / 60 * 60 ELSE seconds / 900 * 900 END,
                 count(*), sum(seconds), max(seconds)
             FROM (SELECT company, day, max(0, unixepoch(resolved_at) - unixepoch(submitted_at)) AS seconds
                   FROM documents WHERE state = 'accepted' AND submitted_at IS NOT NULL)
             GROUP BY 1, 2, 3;
             INSERT INTO response_counts
             SELECT company, day, message_type, count(*)
             FROM responses JOIN documents ON documents.id = responses.document_id GROUP BY 1, 2, 3;
             INSERT INTO entry_counts
             SELECT retry_queue.company, day, operation, error_category, retry_queue.state, count(*)
             FROM retry_queue JOIN documents ON documents.id = document_id GROUP BY 1, 2, 3, 4, 5;",
        )
    })
}

/// As many rows as before, and the same chain of events.
pub(super) fn verify(building: &Building<'_>) -> Result<()> {
    for table in ["documents", "events", "responses"].iter().chain(&AS_THEY_ARE) {
        let (old, new): (i64, i64) = building.ask(|connection| {
            let count = |sql: String| connection.query_row(&sql, [], |row| row.get(0));
            let was_there = exists(connection, table)?;
            let old = if was_there { count(format!("SELECT count(*) FROM old.{table}"))? } else { 0 };
            Ok((old, count(format!("SELECT count(*) FROM main.{table}"))?))
        })?;
        if old != new {
            return Err(incomplete(building, format!("{table}: {new} of {old} rows")));
        }
    }
    let other: i64 = building.ask(|connection| {
        connection.query_row(
            "SELECT count(*) FROM old.events AS was JOIN main.events AS is_now ON is_now.id = was.id
             WHERE lower(hex(is_now.hash)) <> lower(was.hash) AND length(unhex(was.hash)) = 32",
            [],
            |row| row.get(0),
        )
    })?;
    if other == 0 { Ok(()) } else { Err(incomplete(building, format!("{other} events have other hashes"))) }
}

fn incomplete(building: &Building<'_>, message: String) -> StoreError {
    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, message);
    StoreError::File { path: building.path.into(), action: "bring up to date", source }
}
