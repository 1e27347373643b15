//! A service that does not answer, and very many documents for it: what a run costs, and how many requests it makes. The goal: a
//! run with 150,000 due entries in less than two seconds, with one request.
//! `CR_EINVOICE_BENCH_DOCUMENTS=200000 cargo bench --bench outage`; a minute and 1 GB in the temporary folder.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script, Simulator, SimulatorOptions};
use installation::Installation;
use rusqlite::Connection;

mod installation;

/// The exit code of a run that did not reach the service.
const UNAVAILABLE: i32 = 4;
/// The exit code where nothing was due.
const DONE: i32 = 0;

fn main() {
    let variable = std::env::var("CR_EINVOICE_BENCH_DOCUMENTS");
    let documents: usize = variable.map_or(200_000, |text| text.parse().expect("a number"));
    let waiting = documents / 4 * 3;
    let simulator = Simulator::start(SimulatorOptions { script: unavailable(), ..SimulatorOptions::default() })
        .expect("a stand-in");
    let installation = Installation::new(&format!(
        "api_url = \"{}\"\ntoken_url = \"{}\"\nbatch_delay = 0\npolling_interval = 0\npolling_min_age = 0",
        simulator.url(),
        simulator.token_url()
    ));
    fill(&installation, documents, waiting);
    println!("{documents} documents, {waiting} of them signed and waiting; the service answers 503");
    measure(&installation, &simulator, UNAVAILABLE, &["submit"]);
    let due = "UPDATE retry_queue SET next_attempt = '2026-01-01T00:00:00Z' WHERE state = 'pending'";
    database(&installation).execute(due, []).expect("due entries");
    println!("all of them due in the queue:");
    measure(&installation, &simulator, UNAVAILABLE, &["retry", "run"]);
    measure(&installation, &simulator, UNAVAILABLE, &["run"]);
    measure(&installation, &simulator, DONE, &["submit"]);
}

fn unavailable() -> Script {
    let down = |endpoint| Rule::new(Action::Status { code: 503, cause: None }).at(endpoint);
    Script::default().with(down(Endpoint::Submit)).with(down(Endpoint::Status))
}

fn measure(installation: &Installation, simulator: &Simulator, code: i32, arguments: &[&str]) {
    let before = simulator.record().len();
    let ran = installation.run_to(code, &[&["-q"], arguments].concat());
    let asked = |endpoint| matches!(endpoint, Endpoint::Submit | Endpoint::Status);
    let requests = simulator.record()[before..].iter().filter(|request| asked(request.endpoint)).count();
    let (seconds, peak) = (ran.time.as_secs_f64(), ran.peak_kib / 1024);
    println!("  {:<12} {seconds:>7.3} s, {requests} requests, at most {peak} MB", arguments.join(" "));
}

fn database(installation: &Installation) -> Connection {
    Connection::open(installation.path("cr-einvoice.db")).expect("the database")
}

/// Signs one document and copies it: `waiting` times as it is, and the rest accepted.
fn fill(installation: &Installation, documents: usize, waiting: usize) {
    installation.write_documents(1, 1, 5);
    installation.run(&["-q", "import", installation.path("documents").to_str().expect("UTF-8")]);
    installation.run(&["-q", "sign"]);
    database(installation)
        .execute_batch(&format!(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
             BEGIN;
             WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {documents})
             INSERT INTO documents (clave, consecutivo, company, environment, kind, state, issued_at, issued_text,
                 emisor_type, emisor_id, total, currency, source_hash, signed_hash, submitted_at, resolved_at, created_at)
             SELECT substr(clave, 1, 31) || printf('%010d', n) || substr(clave, 42),
                 substr(consecutivo, 1, 10) || printf('%010d', n), company, environment, kind,
                 iif(n > {waiting}, 'accepted', state), issued_at, issued_text, emisor_type, emisor_id, total, currency,
                 source_hash, signed_hash, iif(n > {waiting}, issued_at, NULL), iif(n > {waiting}, issued_at, NULL), created_at
             FROM numbers, (SELECT * FROM documents WHERE id = 1);
             INSERT INTO papers (document_id, paper, sha256, size, dictionary_id, bytes)
             SELECT documents.id, paper, sha256, size, dictionary_id, bytes
             FROM documents, (SELECT * FROM papers WHERE document_id = 1 AND paper = 'signed') WHERE documents.id > 1;
             UPDATE documents SET answered = 1 WHERE state = 'accepted';
             COMMIT;"
        ))
        .expect("documents");
}
