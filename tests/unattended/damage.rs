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
const SWAPPED: &str = "UPDATE papers SET document_id = 3 - document_id WHERE paper = 'signed' AND document_id < 3";
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

/// Whatever the damage is, `doctor --full` names it.
#[test]
fn doctor_names_what_is_damaged_or_lost() {
    let named = [
        (LOST, "the signed paper of", "it is not there"),
        (OTHER_HASH, "the signed paper of", "SHA-256"),
        (SWAPPED, "the signed paper of", "SHA-256"),
        (FLIPPED, "the signed paper of", ""),
        (
            "UPDATE papers SET sha256 = zeroblob(32) WHERE document_id = 1 AND paper = 'signed'",
            "the signed paper of",
            "SHA-256",
        ),
    ];
    for (sql, what, why) in named {
        let (installation, claves) = two_signed(sql);
        for command in [&["doctor", "--offline", "--full"][..], &["doctor", "--offline"]] {
            let told = installation.run(command).exits(5).stdout;
            assert!(told.contains(what) && told.contains(why) && told.contains(&claves[0][..40]), "{sql}: {told}");
        }
    }
    let installation = Installation::new();
    installation.import(&invoices(1));
    spoil(&installation, "DELETE FROM papers");
    let told = installation.run(&["doctor", "--offline", "--full"]).exits(5).stdout;
    assert!(told.contains("the draft paper of"), "{told}");
}

/// Two accepted documents, whose answers are kept.
fn two_accepted() -> (Installation, Vec<String>) {
    let installation = Installation::new();
    let documents = invoices(2);
    installation.signed(&documents);
    installation.run(&["submit"]).exits(0);
    for document in &documents {
        installation.run(&["poll", &document.clave]).exits(0);
    }
    assert_eq!(installation.rows("SELECT state FROM documents"), ["accepted", "accepted"]);
    (installation, documents.into_iter().map(|document| document.clave).collect())
}

/// What stands around the Base64 of an answer, where it was cut, and which paper it refers to had no hash.
#[test]
fn an_answer_gives_back_the_bytes_that_came_or_none() {
    let id = "(SELECT min(id) FROM responses WHERE document_id = 1 AND has_xml)";
    let damages = [
        format!("UPDATE responses SET around = CAST('X' || substr(around, 2) AS BLOB) WHERE id = {id}"),
        format!("UPDATE responses SET cut = cut + 1 WHERE id = {id}"),
        format!("UPDATE responses SET cut = 99999999 WHERE id = {id}"),
        format!(
            "UPDATE responses SET answer_id = (SELECT id FROM papers WHERE paper = 'answer' AND document_id = 2) WHERE id = {id}"
        ),
        format!("UPDATE responses SET body_sha256 = zeroblob(32) WHERE id = {id}"),
        "UPDATE papers SET document_id = 3 - document_id WHERE paper = 'answer'".to_owned(),
        "PRAGMA foreign_keys = OFF; DELETE FROM papers WHERE paper = 'answer' AND document_id = 1".to_owned(),
    ];
    for sql in &damages {
        let (installation, claves) = two_accepted();
        let response = installation.value(&format!("SELECT {id}"));
        let whole = installation.run(&["responses", "show", &response, "--raw"]).exits(0).stdout;
        assert!(whole.contains("respuesta-xml"), "{whole}");
        installation.run(&["backup", "copy.db"]).exits(0);
        spoil(&installation, sql);
        for form in ["--raw", "--xml"] {
            let refused = installation.run(&["responses", "show", &response, form]).exits(5);
            assert!(refused.stdout.is_empty() && refused.stderr.contains("damaged"), "{sql}: {refused:?}");
            assert!(refused.stderr.contains(&claves[0]), "{sql}: {refused:?}");
        }
        installation.run(&["responses", "export", "--format", "xml", "-o", "answers"]).exits(5);
        let told = installation.run(&["doctor", "--offline", "--full"]).exits(5).stdout;
        assert!(told.contains("response") || told.contains("answer paper"), "{sql}: {told}");
        installation.run(&["backup", "copy.db"]).exits(5);
    }
}

/// A copy with damage was called checked, and after seven nights no copy was without it.
#[test]
fn a_damaged_database_pushes_no_good_copy_out() {
    for sql in [
        FLIPPED,
        LOST,
        SWAPPED,
        "UPDATE dictionaries SET bytes = CAST(substr(bytes, 1, 9) || x'AA' || substr(bytes, 11) AS BLOB)",
    ] {
        let installation = Installation::new();
        installation.signed(&invoices(40));
        std::fs::create_dir(installation.path("backups")).unwrap();
        for _ in 0..3 {
            installation.run(&["backup", "backups/night.db", "--keep", "2"]).exits(0);
        }
        let copies = ["night.db", "night.db.cr-einvoice.1", "night.db.cr-einvoice.2"]
            .map(|name| installation.path("backups").join(name));
        let before = copies.each_ref().map(|copy| std::fs::read(copy).unwrap());
        spoil(&installation, sql);
        for _ in 0..3 {
            let refused = installation.json(&["backup", "backups/night.db", "--keep", "2"], 5);
            let message = refused["error"]["message"].as_str().unwrap();
            assert!(message.contains("damaged") && message.contains("doctor --full"), "{sql}: {message}");
        }
        assert!(before == copies.each_ref().map(|copy| std::fs::read(copy).unwrap()), "{sql}");
        assert_eq!(std::fs::read_dir(installation.path("backups")).unwrap().count(), 3, "nothing is left over: {sql}");
        let latest = "SELECT exit_code FROM runs WHERE command = 'backup' ORDER BY id DESC LIMIT 1";
        assert_eq!(installation.value(latest), "5");
    }
}

/// A pipe with nobody at its other end held `sign` for ever, and SIGTERM did not end it.
#[test]
fn a_pipe_is_no_certificate_and_no_root() {
    let installation = Installation::new();
    installation.import(&invoices(1));
    let certificate = installation.path("imaginaria.p12");
    std::fs::rename(&certificate, installation.path("kept.p12")).unwrap();
    nix::unistd::mkfifo(&certificate, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let report = installation.json(&["sign"], 6);
    let message = report["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("is not a regular file"), "{message}");
    std::fs::remove_file(&certificate).unwrap();
    std::fs::rename(installation.path("kept.p12"), &certificate).unwrap();
    installation.run(&["retry", "now", "--all"]).exits(0);

    let root = installation.path("root.pem");
    nix::unistd::mkfifo(&root, nix::sys::stat::Mode::S_IRWXU).unwrap();
    installation.reconfigure("[defaults]\n", "[defaults]\nca_file = \"root.pem\"\n");
    let report = installation.json(&["submit"], 6);
    assert!(report["documents"][0]["error"]["message"].as_str().unwrap().contains("is not a regular file"), "{report}");
    installation.run(&["doctor"]).exits(5);
}
