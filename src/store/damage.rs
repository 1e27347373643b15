//! Bytes that are not what was stored: papers, dictionaries and answers are opened and held to their hashes, and what should be
//! there is looked for. Nothing is mended here; it is told.

use rusqlite::Connection;

use super::papers::{Damage, Hash, Library, TOLD_HASH, damaged_dictionaries, read_sealed};
use super::responses::damaged_responses;

/// Rows of each table that are looked at where not all are: the newest, and as many spread over all of them.
const SOME: i64 = 300;

/// What is wrong with the bytes of a database, for people; the first `most` faults, none when all is well.
pub(super) fn damage(
    connection: &Connection,
    library: &Library,
    all: bool,
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut faults = damaged_dictionaries(connection)?;
    type Look = fn(&Connection, &Library, [i64; 2], usize) -> rusqlite::Result<Vec<String>>;
    let looks: [(&str, Look); 3] =
        [("documents", missing_papers), ("papers", damaged_papers), ("responses", damaged_responses)];
    for (table, look) in looks {
        for span in spans(connection, table, all)? {
            if faults.len() >= most {
                break;
            }
            faults.extend(look(connection, library, span, most - faults.len())?);
        }
    }
    faults.truncate(most);
    Ok(faults)
}

/// The rows of a table to be looked at, from one number to another.
fn spans(connection: &Connection, table: &str, all: bool) -> rusqlite::Result<Vec<[i64; 2]>> {
    let newest: i64 =
        connection.query_row(&format!("SELECT coalesce(max(id), 0) FROM {table}"), [], |row| row.get(0))?;
    if all {
        return Ok(vec![[i64::MIN, newest]]);
    }
    let spread = (0..SOME).map(|number| newest / SOME * number).map(|id| [id, id]);
    Ok([[newest - SOME, newest]].into_iter().chain(spread).collect())
}

/// Papers that documents must have and have not.
fn missing_papers(
    connection: &Connection,
    _library: &Library,
    [first, last]: [i64; 2],
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT paper, clave FROM (
                 SELECT id, clave, iif(signed_hash IS NULL, 'draft', 'signed') AS paper FROM documents
                 UNION ALL SELECT id, clave, 'answer' FROM documents WHERE answered = 1) AS needed
             WHERE id BETWEEN ?1 AND ?2
               AND NOT EXISTS (SELECT 1 FROM papers WHERE document_id = needed.id AND paper = needed.paper)
             LIMIT ?3",
        )?
        .query_map((first, last, most), |row| {
            Ok(fault(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?, &Damage::Missing))
        })?
        .collect()
}

fn fault(paper: &str, clave: &str, damage: &Damage) -> String {
    format!("the {paper} paper of {clave}: {damage}")
}

/// Papers that do not open, or to other bytes than those of their document.
fn damaged_papers(
    connection: &Connection,
    library: &Library,
    [first, last]: [i64; 2],
    most: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT coalesce(clave, 'no document') AS clave, paper, coalesce({TOLD_HASH}, zeroblob(32)) AS told,
             papers.sha256 AS sha256, size, dictionary_id, bytes
         FROM papers LEFT JOIN documents ON documents.id = document_id WHERE papers.id BETWEEN ?1 AND ?2"
    ))?;
    let mut rows = statement.query([first, last])?;
    let mut faults = Vec::new();
    while faults.len() < most
        && let Some(row) = rows.next()?
    {
        let sealed = read_sealed(connection, library, row, ["told", "size", "dictionary_id", "bytes"])?;
        let own: Hash = row.get("sha256")?;
        let found = sealed.open().and_then(|_| if own == sealed.sha256 { Ok(()) } else { Err(Damage::Hash) });
        if let Err(damage) = found {
            faults.push(fault(&row.get::<_, String>("paper")?, &row.get::<_, String>("clave")?, &damage));
        }
    }
    Ok(faults)
}
