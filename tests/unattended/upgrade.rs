//! Databases of earlier versions: brought up to date by themselves, without a byte lost, whenever it is interrupted.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use cr_einvoice::store::{ResponseId, Store};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::common::{Installation, finish};

/// A database that the program of version 2 made: documents in every state but one, with drafts, answers, entries and notices.
fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema/2.db")
}

fn version_two() -> Installation {
    let installation = Installation::new();
    put_version_two(&installation);
    installation
}

fn put_version_two(installation: &Installation) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", installation.database().display()));
    }
    fs::copy(fixture(), installation.database()).unwrap();
}

/// The same rows in the tables of version 1.
pub fn version_one() -> Installation {
    let installation = Installation::new();
    fs::remove_file(installation.database()).unwrap();
    let connection = Connection::open(installation.database()).unwrap();
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch(include_str!("../fixtures/schema/1.sql")).unwrap();
    connection.execute("ATTACH ?1 AS two", [fixture().display().to_string()]).unwrap();
    for table in ["documents", "runs", "responses", "retry_queue", "events"] {
        connection.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM two.{table}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    installation
}

/// Opened for writing: only so may SQLite roll back what a killed process left in a journal.
fn reading(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn version(path: &Path) -> i64 {
    reading(path).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn number(path: &Path, sql: &str) -> i64 {
    reading(path).query_row(sql, [], |row| row.get(0)).unwrap()
}

type Blob = Option<Vec<u8>>;

/// Every byte that a database of version 1 or 2 holds, by row.
struct Bytes {
    documents: BTreeMap<i64, [Blob; 3]>,
    responses: BTreeMap<i64, (Blob, Blob)>,
}

fn bytes_of(path: &Path) -> Bytes {
    let connection = reading(path);
    let mut documents = connection.prepare("SELECT id, xml, signed_xml, response_xml FROM documents").unwrap();
    let mut responses = connection.prepare("SELECT id, raw_body, decoded_xml FROM responses").unwrap();
    Bytes {
        documents: documents
            .query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])))
            .unwrap()
            .map(Result::unwrap)
            .collect(),
        responses: responses
            .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
            .unwrap()
            .map(Result::unwrap)
            .collect(),
    }
}

/// Whatever the old database held can be read from the new one, byte for byte, and the record of events is whole.
#[track_caller]
fn holds_everything(installation: &Installation, before: &Bytes) {
    let store = Store::open_to_read(&installation.database()).unwrap();
    for (row, [draft, signed, answer]) in &before.documents {
        let clave = installation.value(&format!("SELECT clave FROM documents WHERE id = {row}"));
        let id = store.documents_named(&clave).unwrap()[0].id;
        assert_eq!(id.number(), *row);
        assert!(store.unsigned_xml(id).unwrap() == *draft, "the draft of {clave}");
        assert!(store.signed_xml(id).unwrap() == *signed, "the signed bytes of {clave}");
        assert!(store.response_xml(id).unwrap() == *answer, "the answer of {clave}");
    }
    for (row, (raw, decoded)) in &before.responses {
        let (body, xml) = store.response_bytes(ResponseId(*row)).unwrap();
        assert!(Some(body) == *raw && xml == *decoded, "response {row}");
    }
    assert_eq!(installation.value("SELECT count(*) FROM documents"), before.documents.len().to_string());
    assert_eq!(installation.value("SELECT count(*) FROM responses"), before.responses.len().to_string());
    installation.run(&["verify", "--events"]).exits(0);
    assert_eq!(installation.value("PRAGMA integrity_check"), "ok");
}

fn names(installation: &Installation) -> Vec<String> {
    let entries = fs::read_dir(installation.path(".")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("cr-einvoice.db") || name.starts_with(".cr-einvoice"));
    names.retain(|name| !["-runs", "-wal", "-shm"].iter().any(|suffix| name.ends_with(suffix)));
    names.sort();
    names
}

/// A command that opens the database for writing.
const WRITING: &[&str] = &["backup", "copy.db"];

#[test]
fn a_database_of_version_two_becomes_one_of_today() {
    let installation = version_two();
    fs::set_permissions(installation.database(), fs::Permissions::from_mode(0o600)).unwrap();
    // Somebody else's file is never overwritten.
    installation.write("cr-einvoice.db.v2", b"somebody else's");
    let before = bytes_of(&fixture());
    let looks = installation.run(&["list"]).exits(5);
    assert!(looks.stderr.contains("older than this program's"), "{looks:?}");

    let children: Vec<_> = (0..4).map(|_| installation.start(WRITING)).collect();
    for child in children {
        finish(child, WRITING).exits(0);
    }
    holds_everything(&installation, &before);
    assert_eq!(version(&installation.database()), 3);
    assert_eq!(names(&installation), ["cr-einvoice.db", "cr-einvoice.db.v2", "cr-einvoice.db.v2.1"]);
    assert_eq!(fs::read(installation.path("cr-einvoice.db.v2")).unwrap(), b"somebody else's");
    let kept = installation.path("cr-einvoice.db.v2.1");
    assert_eq!((version(&kept), number(&kept, "SELECT count(*) FROM documents")), (2, 11));
    assert_eq!(fs::metadata(installation.database()).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::metadata(installation.database()).unwrap().len() < fs::metadata(kept).unwrap().len());
    // A draft stays only where the signed bytes do not give it back: here a comment after the root pretends to end a signature.
    let drafts = installation.rows(
        "SELECT consecutivo, state FROM papers JOIN documents ON documents.id = document_id WHERE paper = 'draft' ORDER BY 1",
    );
    assert_eq!(drafts, ["00100001030000000001 draft", "00300002040000000003 accepted", "00300002040000000009 draft"]);
    // What the books need is read from the papers.
    assert_eq!(
        installation
            .value("SELECT count(*) FROM documents LEFT JOIN figures ON document_id = id WHERE counts_on IS NULL"),
        "0"
    );
    let kinds = "SELECT count(DISTINCT document_id) FROM tax_rows";
    assert_eq!(installation.value(kinds), installation.value("SELECT count(*) FROM documents WHERE kind <> 'MR'"));
    // What was under way goes on.
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
    installation.run(&["sign", "--no-validate"]).exits(0);
}

/// Which document replaced or adjusted which was not kept, or not all of it: it is read from the documents, else a rejected one
/// would be replaced twice, and credited twice.
#[test]
fn what_replaced_and_adjusted_others_is_read_from_the_documents() {
    let rejected = "50618112600310199988800100001010000000012140506070";
    let refers = format!(
        "<InformacionReferencia><TipoDocIR>10</TipoDocIR><Numero>{rejected}</Numero></InformacionReferencia>\
         </TiqueteElectronico>"
    );
    for installation in [version_two(), version_one()] {
        let connection = Connection::open(installation.database()).unwrap();
        let xml: Vec<u8> =
            connection.query_row("SELECT xml FROM documents WHERE id = 11", [], |row| row.get(0)).unwrap();
        let xml = String::from_utf8(xml).unwrap().replace("</TiqueteElectronico>", &refers);
        connection.execute("UPDATE documents SET xml = ?1 WHERE id = 11", [xml.as_bytes()]).unwrap();
        drop(connection);
        // A copy would be refused: these bytes are not those of the hash.
        installation.run(&["cleanup", "queue"]).exits(0);
        assert_eq!(
            installation.rows(
                "SELECT relation, document_id, target = (SELECT clave FROM documents WHERE state = 'rejected') FROM links
                 WHERE relation = 'replaces'"
            ),
            ["replaces 11 1"]
        );
        assert_eq!(installation.rows("SELECT relation, document_id FROM links WHERE document_id = 10"), ["adjusts 10"]);
    }
}

#[test]
fn what_was_counted_counts_the_same() {
    let installation = version_two();
    drop(Store::open(&installation.database(), "test").unwrap());
    let old = installation.path("cr-einvoice.db.v2");
    let spelt = |value: ValueRef<'_>| match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    };
    let rows = |path: &Path, sql: &str| -> Vec<String> {
        let connection = reading(path);
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            (0..columns).map(|column| row.get_ref(column).map(spelt)).collect::<Result<String, _>>()
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    for table in
        ["document_counts", "acceptance_counts", "response_counts", "entry_counts", "retry_queue", "notices", "series"]
    {
        // Columns that came later are no part of what is compared.
        let columns =
            rows(&old, &format!("SELECT group_concat(name, ', ') AS names FROM pragma_table_info('{table}')"));
        let sql = format!("SELECT {} FROM {table} ORDER BY 1, 2, 3, 4", columns[0]);
        let counted = |path: &Path| -> Vec<String> { rows(path, &sql) };
        let is_count = table.ends_with("counts") && table != "acceptance_counts";
        let zero = |row: &String| is_count && row.ends_with("Integer(0)");
        let mut was = counted(&old);
        was.retain(|row| !zero(row));
        assert_eq!(counted(&installation.database()), was, "{table}");
    }
    let strangers = "SELECT count(*) FROM retry_queue JOIN documents ON documents.id = document_id
         WHERE (retry_queue.company, retry_queue.environment) <> (documents.company, documents.environment)";
    assert_eq!(installation.value(strangers), "0", "an entry is its document's");
    let steps = "SELECT step, sum(count) FROM step_counts GROUP BY 1 ORDER BY 1";
    assert_eq!(
        installation.rows(steps),
        ["accepted 6", "error 1", "imported 11", "rejected 1", "signed 9", "submitted 8"]
    );
}

#[test]
fn a_database_of_version_one_becomes_one_of_today() {
    let installation = version_one();
    let before = bytes_of(&installation.database());
    installation.run(WRITING).exits(0);
    holds_everything(&installation, &before);
    assert_eq!(names(&installation), ["cr-einvoice.db", "cr-einvoice.db.v1"]);
    assert_eq!(version(&installation.path("cr-einvoice.db.v1")), 1);
    let counted = installation.value("SELECT sum(count) FROM document_counts WHERE state = 'accepted'");
    assert_eq!(counted, "6");
}

/// A link goes on pointing at the database.
#[test]
fn the_database_may_be_reached_through_a_link() {
    let installation = version_two();
    fs::create_dir(installation.path("disk")).unwrap();
    fs::rename(installation.database(), installation.path("disk/real.db")).unwrap();
    std::os::unix::fs::symlink("disk/real.db", installation.database()).unwrap();
    installation.run(WRITING).exits(0);
    assert!(installation.database().is_symlink());
    assert_eq!(version(&installation.path("disk/real.db")), 3);
    assert_eq!(version(&installation.path("disk/real.db.v2")), 2);
}

#[test]
fn rows_that_a_rule_of_today_would_refuse_are_mended() {
    let installation = version_two();
    let connection = Connection::open(installation.database()).unwrap();
    connection
        .execute_batch(
            "UPDATE documents SET submitted_at = NULL WHERE id = 1;
             UPDATE documents SET resolved_at = NULL WHERE id = 2;
             UPDATE documents SET receptor_type = NULL WHERE id = 3;
             UPDATE documents SET state = 'submitted' WHERE id = 4;
             UPDATE documents SET submitted_at = created_at WHERE id = 10;
             UPDATE documents SET source_sha256 = 'none', signed_sha256 = signed_sha256 WHERE id = 5;",
        )
        .unwrap();
    drop(connection);
    let ran = installation.run(WRITING).exits(0);
    assert_eq!(ran.stderr.matches("was mended").count(), 5, "{ran:?}");
    let row = |id: i64| {
        installation.value(&format!(
            "SELECT state, submitted_at, resolved_at, receptor_type, receptor_id FROM documents WHERE id = {id}"
        ))
    };
    let instant = "2026-11-25T18:00:00Z";
    assert_eq!(row(1), format!("accepted {instant} {instant} 02 3102999666"));
    assert_eq!(row(2), format!("rejected {instant} {instant} 02 3102999666"));
    assert_eq!(row(3), format!("error {instant} 2026-11-27T18:00:00Z - -"));
    assert_eq!(row(4), format!("submitted {instant} - 02 3102999666"));
    assert_eq!(row(10), "draft - - 02 3102999666");
    let store = Store::open_to_read(&installation.database()).unwrap();
    let five = store.documents_named("00100001010000000016").unwrap();
    assert!(store.unsigned_xml(five[0].id).unwrap().is_some(), "the hash of the draft was made from its bytes");
}

/// Whatever was damaged before is told afterwards, and never served.
#[test]
fn bytes_that_were_damaged_before_are_told() {
    let installation = version_two();
    let connection = Connection::open(installation.database()).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER documents_signed_bytes_are_final;
             UPDATE documents SET signed_xml = CAST(replace(CAST(signed_xml AS TEXT), 'Hotel', 'Motel') AS BLOB) WHERE id = 4;",
        )
        .unwrap();
    drop(connection);
    // It is brought up to date; a copy of damaged bytes is none.
    installation.run(WRITING).exits(5);
    let clave = installation.value("SELECT clave FROM documents WHERE id = 4");
    let refused = installation.run(&["show", &clave, "--xml"]).exits(5);
    assert!(refused.stderr.contains("damaged") && refused.stderr.contains(&clave), "{refused:?}");
    assert!(refused.stderr.contains("restore the latest backup"), "{refused:?}");
}

#[test]
fn killed_at_any_instant_it_starts_over_and_nothing_is_lost() {
    let installation = version_two();
    let before = bytes_of(&fixture());
    let (mut unfinished, mut finished) = (0, 0);
    for step in 0..60 {
        let mut child = installation.start(WRITING);
        thread::sleep(Duration::from_millis(step * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        match version(&installation.database()) {
            2 | 1002 => {
                unfinished += 1;
                assert_eq!(
                    number(&installation.database(), "SELECT count(*) FROM documents WHERE length(xml) > 0"),
                    11
                );
            }
            3 => {
                finished += 1;
                holds_everything(&installation, &before);
                for name in names(&installation) {
                    fs::remove_file(installation.path(&name)).unwrap();
                }
                put_version_two(&installation);
            }
            other => panic!("version {other}"),
        }
    }
    assert!(unfinished > 0, "none was killed in time");
    installation.run(WRITING).exits(0);
    holds_everything(&installation, &before);
    assert!(finished == 0 || names(&installation).contains(&"cr-einvoice.db.v2".to_owned()));
    assert!(!names(&installation).iter().any(|name| name.starts_with('.')), "{:?}", names(&installation));
}

/// A program of the earlier version looks for a version that it knows, and finds none.
#[test]
fn while_it_is_under_way_nobody_else_uses_it() {
    let installation = version_two();
    Connection::open(installation.database()).unwrap().pragma_update(None, "user_version", 1002).unwrap();
    let looks = installation.run(&["list"]).exits(5);
    assert!(looks.stderr.contains("is being brought up to date"), "{looks:?}");
    installation.write(".cr-einvoice-0123.new", b"what a killed upgrade left");
    installation.run(WRITING).exits(0);
    holds_everything(&installation, &bytes_of(&fixture()));
    assert_eq!(names(&installation), ["cr-einvoice.db", "cr-einvoice.db.v2"]);
    assert!(!installation.path(".cr-einvoice-0123.new").exists());
}

#[test]
fn it_waits_until_the_earlier_program_has_let_go() {
    let installation = version_two();
    let other = Connection::open(installation.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; UPDATE documents SET reason = 'the last word' WHERE id = 10").unwrap();
    let child = installation.start(WRITING);
    thread::sleep(Duration::from_millis(600));
    assert_eq!(number(&installation.database(), "SELECT count(*) FROM documents"), 11);
    assert_eq!(version(&installation.database()), 2, "nothing is done beside a program that writes");
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    finish(child, WRITING).exits(0);
    assert_eq!(installation.value("SELECT reason FROM documents WHERE id = 10"), "the last word");
}

#[test]
fn what_cannot_be_brought_up_to_date_stays_as_it_was() {
    let installation = version_two();
    let mut bytes = fs::read(installation.database()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40_000].fill(0x5A);
    fs::write(installation.database(), &bytes).unwrap();
    let refused = installation.run(WRITING).exits(5);
    assert!(refused.stderr.contains("damaged"), "{refused:?}");
    assert_eq!(version(&installation.database()), 2, "the earlier program may still open it");
    assert_eq!(names(&installation), ["cr-einvoice.db"]);
}
