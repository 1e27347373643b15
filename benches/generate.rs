//! Generation: documents a second on one core from parsed input to validated XML, and through the binary with storage.
//! `CR_EINVOICE_BENCH_DOCUMENTS=100000 cargo bench --bench generate`; some seconds.

use std::fs;
use std::time::Instant;

use cr_einvoice::clock::costa_rica_day;
use cr_einvoice::validation::{Options, Severity, validate};
use installation::invoices::{self, Press};
use installation::{Installation, documents_or, row};

mod installation;

const LINES: usize = 5;

fn main() {
    let documents = documents_or(10_000);
    let (written, validated) = on_one_core(documents);
    let stored = through_the_binary(documents);
    row(
        "`generate`, 5 lines: computed / computed and validated / stored",
        &format!("{written:.0} / {validated:.0} a second on a core / {stored:.0} a second"),
    );
}

/// Invoices a second that are read, computed and written, and that are validated too.
fn on_one_core(documents: usize) -> (f64, f64) {
    let press = Press::new();
    let (maker, today) = (press.maker(), costa_rica_day(press.day()));
    let inputs: Vec<String> = (1..=documents).map(|number| invoices::input(number, LINES)).collect();
    let make = |text: &String, number: usize| invoices::made(&maker, text, number + 1);
    let rate = |started: Instant| documents as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    let bytes: usize = inputs.iter().enumerate().map(|(number, text)| make(text, number).len()).sum();
    let written = rate(started);
    println!("{documents} invoices of {LINES} lines, {} bytes each", bytes / documents);
    let started = Instant::now();
    for (number, text) in inputs.iter().enumerate() {
        let findings = validate(&make(text, number), today, &Options::default());
        assert!(findings.iter().all(|finding| finding.severity != Severity::Reject), "{findings:?}");
    }
    (written, rate(started))
}

/// Invoices a second from a file into the database.
fn through_the_binary(documents: usize) -> f64 {
    let installation = Installation::new("");
    let inputs: Vec<String> = (1..=documents).map(|number| invoices::input(number, LINES)).collect();
    fs::write(installation.path("invoices.json"), format!("[{}]", inputs.join(",\n"))).expect("the input");
    let ran = installation.run(&["-q", "generate", installation.path("invoices.json").to_str().expect("UTF-8")]);
    documents as f64 / ran.time.as_secs_f64()
}
