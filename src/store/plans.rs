//! SQLite's plans of what a timer asks every few minutes: none may look through a table that grows with the years.

use rusqlite::Connection;

use super::{SCHEMA, claims, due_entries, runs, statistics};

/// Tables that keep everything.
const GROWING: [&str; 6] = ["documents", "responses", "retry_queue", "events", "runs", "notices"];
/// Indexes that hold what is open alone: looking through one costs as much as there is to do.
const OF_OPEN_WORK: [&str; 5] =
    ["documents_drafts", "documents_unsent", "documents_awaiting", "documents_without_answer", "retry_queue_due"];

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
    // Parameters stay NULL: the plan is made when the statement is prepared.
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect("a plan") {
        lines.push(row.get("detail").expect("text"));
    }
    lines
}

/// `SCAN documents` and its like; a scan of an index of open work, or of a subquery, is none.
fn looks_through(line: &str) -> bool {
    let Some(scanned) = line.strip_prefix("SCAN ") else { return false };
    let table = scanned.split(' ').next().unwrap_or_default();
    GROWING.contains(&table) && !OF_OPEN_WORK.iter().any(|index| scanned.ends_with(&format!(" {index}")))
}

#[test]
fn nothing_that_runs_every_few_minutes_looks_through_a_table() {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch(SCHEMA).expect("the schema");
    let mut statements = claims::claim_statements();
    statements.push(due_entries::due_sql());
    statements.push(due_entries::due_count_sql());
    statements.push(runs::LAST_SUCCESSES.to_owned());
    statements.extend(statistics::statements());
    for sql in statements {
        let lines = plan(&connection, &sql);
        let bad: Vec<_> = lines.iter().filter(|line| looks_through(line)).collect();
        assert!(bad.is_empty(), "{sql}\n{lines:#?}");
        assert!(!lines.is_empty());
    }
}

/// The claims use the index that was made for each.
#[test]
fn each_claim_has_its_own_index() {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch(SCHEMA).expect("the schema");
    for (sql, index) in claims::claim_statements().iter().zip(OF_OPEN_WORK) {
        let lines = plan(&connection, sql);
        assert!(lines[0].contains(index), "{sql}\n{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{sql}\n{lines:#?}");
    }
    let lines = plan(&connection, &due_entries::due_sql());
    assert!(lines[0].contains("retry_queue_due"), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("TEMP B-TREE")), "{lines:#?}");
}
