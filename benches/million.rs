//! A million finished documents: what statistics and claiming cost beside a few that are open. The goals: `stats` in 100 ms,
//! and a claim that costs the same as in an empty database.
//! `CR_EINVOICE_BENCH_DOCUMENTS=1000000 cargo bench --bench million`; a minute and 2 GB in the temporary folder.

use installation::Installation;
use rusqlite::Connection;

mod installation;

/// Documents that still have a step before them.
const OPEN: usize = 50;
/// How often each command is run; the fastest counts, for the machine does other things too.
const TIMES: usize = 7;

const COMMANDS: [&[&str]; 7] = [
    &["stats"],
    &["stats", "--from", "2026-01-01", "--to", "2026-06-30"],
    &["stats", "--prometheus"],
    &["sign", "--dry-run"],
    &["poll", "--dry-run"],
    &["retry", "run", "--dry-run"],
    &["run", "--dry-run"],
];

fn main() {
    let variable = std::env::var("CR_EINVOICE_BENCH_DOCUMENTS");
    let documents: usize = variable.map_or(1_000_000, |text| text.parse().expect("a number"));
    let installation = Installation::new("");
    installation.write_documents(1, OPEN, 5);
    installation.run(&["-q", "import", installation.path("documents").to_str().expect("UTF-8")]);
    let few: Vec<f64> = COMMANDS.iter().map(|arguments| fastest(&installation, arguments)).collect();
    finish(&installation, documents);
    println!("{:<50} {OPEN} open   and {documents} finished", "");
    for (arguments, few) in COMMANDS.iter().zip(few) {
        println!("{:<50} {few:>6.1} ms {:>6.1} ms", arguments.join(" "), fastest(&installation, arguments));
    }
}

/// Copies the first document so many times over three years, accepted, each with its answer, its events and a healed entry.
fn finish(installation: &Installation, documents: usize) {
    let connection = Connection::open(installation.path("cr-einvoice.db")).expect("the database");
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
             BEGIN;
             WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {documents})
             INSERT INTO documents (clave, consecutivo, company, environment, kind, state, issued_at, issued_text,
                 emisor_type, emisor_id, total, currency, source_hash, signed_hash, submitted_at, created_at)
             SELECT printf('%050d', n), printf('%020d', n), company, environment, kind, 'submitted', at, at, emisor_type,
                 emisor_id, total, currency, zeroblob(32), zeroblob(32), at, at
             FROM (SELECT n, strftime('%Y-%m-%dT%H:%M:%SZ', '2024-01-01', '+' || (n % 1000) || ' days',
                                      '+' || (n % 50000) || ' seconds') AS at FROM numbers),
                  (SELECT * FROM documents WHERE id = 1);
             INSERT INTO papers (document_id, paper, sha256, size, bytes)
             SELECT id, 'signed', zeroblob(32), 500, zeroblob(500) FROM documents WHERE state = 'submitted';
             UPDATE documents SET state = 'accepted',
                 resolved_at = strftime('%Y-%m-%dT%H:%M:%SZ', submitted_at, '+' || (id % 4000) || ' seconds')
             WHERE state = 'submitted';
             INSERT INTO papers (document_id, paper, sha256, size, bytes)
             SELECT id, 'answer', zeroblob(32), 200, zeroblob(200) FROM documents WHERE state = 'accepted';
             INSERT INTO responses (document_id, message_type, http_status, is_final, response_date, body_sha256,
                 content_sha256, content_size, content)
             SELECT id, 'acceptance', 200, 1, resolved_at, zeroblob(32), zeroblob(32), 100, zeroblob(100) FROM documents WHERE state = 'accepted';
             INSERT INTO retry_queue (document_id, company, environment, operation, state, priority, retry_count, max_retries, error_category,
                 last_error, last_attempt, created_at, finished_at)
             SELECT id, company, environment, 'submit', 'completed', 2, 1, 5, 'network', 'no answer', submitted_at, submitted_at, resolved_at
             FROM documents WHERE state = 'accepted' AND id % 10 = 0;
             INSERT INTO events (document_id, at, actor, operation, to_state, hash)
             SELECT id, resolved_at, 'bench', 'check_status', 'accepted', zeroblob(32) FROM documents WHERE state = 'accepted';
             COMMIT;"
        ))
        .expect("documents");
}

/// In milliseconds, the start of the program included.
fn fastest(installation: &Installation, arguments: &[&str]) -> f64 {
    let runs = (0..TIMES).map(|_| installation.run(arguments).time.as_secs_f64() * 1e3);
    runs.fold(f64::INFINITY, f64::min)
}
