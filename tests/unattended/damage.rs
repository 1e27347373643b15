//! Stored bytes that are damaged, lost or another document's: told, and never signed, sent or shown.

use rusqlite::Connection;
use serde_json::Value;

use crate::common::{Installation, invoice, invoices};

/// What SQLite's `.recover` may leave, or a bad disk: the program's own guards do not stand before it.
fn spoil(installation: &Installation, sql: &str) {
    let connection = Connection::open(installation.database()).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER IF EXISTS papers_stay; DROP TRIGGER IF EXISTS papers_never_change;
             DROP TRIGGER IF EXISTS documents_signed_bytes_are_final; DROP TRIGGER IF EXISTS dictionaries_never_change;",
        )
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

/// Two signed documents whose bytes are spoilt so.
fn two_signed(sql: &str) -> (Installation, Vec<String>) {
    let installation = Installation::new();
    let documents = invoices(2);
    installation.signed(&documents);
    spoil(&installation, sql);
    (installation, documents.into_iter().map(|document| document.clave).collect())
}

const LOST: &str = "DELETE FROM papers WHERE paper = 'signed' AND document_id = 1";
const OTHER_HASH: &str = "UPDATE documents SET signed_hash = CAST(substr(signed_hash, 1, 31) || iif(substr(signed_hash, 32) = x'00', x'01', x'00') AS BLOB) WHERE id = 1";
const SWAPPED: &str = "UPDATE papers SET document_id = 3 - document_id WHERE paper = 'signed'";
const FLIPPED: &str = "UPDATE papers SET bytes = CAST(substr(bytes, 1, 99) || iif(substr(bytes, 100, 1) = x'00', x'01', x'00') || substr(bytes, 101) AS BLOB) WHERE paper = 'signed' AND document_id = 1";

/// A lost paper went out as a POST of nothing, with exit code 0; a swapped one as the other document's.
#[test]
fn what_is_not_the_document_is_never_sent() {
    for sql in [LOST, OTHER_HASH, SWAPPED, FLIPPED] {
        let (installation, claves) = two_signed(sql);
        let report = installation.json(&["submit", &claves[0]], 5);
        assert_eq!(report["documents"][0]["result"], "failed", "{sql}: {report}");
        assert_eq!(report["documents"][0]["error"]["cause"], "damaged", "{sql}: {report}");
        assert!(installation.requests(&claves[0]).is_empty(), "{sql}: {:?}", installation.requests(&claves[0]));
        assert_eq!(installation.state(&claves[0]), "signed");
        let posts = "SELECT count(*) FROM events WHERE operation = 'submit' AND detail LIKE '%posted%'";
        assert_eq!(installation.value(posts), "0", "nothing was intended: {sql}");
        // The others go on, and the run says what it met.
        if sql != SWAPPED {
            installation.run(&["submit"]).exits(0);
            assert_eq!(installation.state(&claves[1]), "submitted", "{sql}");
        }
        // What is kept of it is data, told in the reader's language.
        let kept: Value = serde_json::from_str(&installation.value("SELECT last_error FROM retry_queue")).unwrap();
        assert!(kept["damaged"]["fault"].is_string() || kept["damaged"]["fault"]["frame"].is_object(), "{kept}");
        let spanish = installation.run(&["--language", "es", "retry", "list"]).exits(0).stdout;
        assert!(spanish.contains("dañados") && !spanish.contains("not"), "{spanish}");
    }
}

#[test]
fn what_is_not_the_document_is_never_shown() {
    for sql in [LOST, OTHER_HASH, SWAPPED, FLIPPED] {
        let (installation, claves) = two_signed(sql);
        let clave = claves[0].as_str();
        let commands: [&[&str]; 4] = [
            &["show", clave, "--xml"],
            &["verify", clave],
            &["validate", clave],
            &["generate", "--of", clave, "--kind", "NC"],
        ];
        for command in commands {
            let refused = installation.run(command).exits(5);
            assert!(refused.stdout.is_empty(), "{sql}: {refused:?}");
            assert!(refused.stderr.contains("damaged") && refused.stderr.contains(clave), "{sql}: {refused:?}");
        }
        // The rest of its story is all the more wanted.
        installation.run(&["show", clave]).exits(0);
    }
}

/// A question about a document whose bytes are lost gets its answer; when Hacienda does not have it, nothing is sent again.
#[test]
fn lost_bytes_are_not_sent_again_after_a_question() {
    let mut installation = Installation::new();
    let clave = installation.one_submitted();
    spoil(&installation, LOST);
    installation.run(&["poll", &clave]).exits(0);
    assert_eq!(installation.state(&clave), "accepted");

    installation = Installation::new();
    let document = invoice(2);
    installation.signed(std::slice::from_ref(&document));
    spoil(
        &installation,
        "DELETE FROM papers WHERE paper = 'signed'; UPDATE documents SET delivery_unknown = 1, submit_attempted_at = created_at",
    );
    installation.json(&["submit", &document.clave], 5);
    assert_eq!(installation.requests(&document.clave), ["GET 404"]);
}

#[test]
fn a_draft_that_is_not_the_document_is_never_signed() {
    for sql in [
        "DELETE FROM papers WHERE document_id = 1",
        "UPDATE papers SET document_id = 3 - document_id",
        "UPDATE documents SET source_hash = CAST(zeroblob(32) AS BLOB) WHERE id = 1",
    ] {
        let installation = Installation::new();
        let documents = invoices(2);
        installation.import(&documents);
        spoil(&installation, sql);
        let report = installation.json(&["sign", &documents[0].clave], 5);
        assert_eq!(report["documents"][0]["error"]["cause"], "damaged", "{sql}: {report}");
        assert_eq!(installation.state(&documents[0].clave), "draft");
        installation.run(&["show", &documents[0].clave, "--xml"]).exits(5);
    }
}
