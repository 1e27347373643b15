//! Many documents: rates of import and signature, beside what the RSA of the same library does alone on the same cores just
//! before; memory; times to look at them. No two documents are alike.
//! `CR_EINVOICE_BENCH_DOCUMENTS=100000 cargo bench --bench volume`; a minute and 300 MB in the temporary folder for 20,000.

use std::fs;

use cr_einvoice::simulator::{Simulator, SimulatorOptions};
use installation::{Installation, Ran, bare_rsa_rate, documents_or, row};

mod installation;

const LINES: usize = 5;
const LONG_LINES: usize = 1000;
const LONG_DOCUMENTS: usize = 800;

/// Documents that are followed to their acceptance.
const ACCEPTED: usize = 4_000;

fn main() {
    short(documents_or(20_000));
    long();
    accepted(ACCEPTED, LINES);
    accepted(1, LONG_LINES);
}

/// From draft to accepted, against a stand-in in this process: what is written, and what stays.
fn accepted(documents: usize, lines: usize) {
    let simulator = Simulator::start(SimulatorOptions::default()).expect("a stand-in");
    let installation = Installation::new(&format!(
        "api_url = \"{}\"\ntoken_url = \"{}\"\nbatch_delay = 0\npolling_interval = 0\npolling_min_age = 0",
        simulator.url(),
        simulator.token_url()
    ));
    installation.write_documents(1, documents, lines);
    let steps = [import(&installation), sign(&installation, &[])].into_iter();
    let asked = [["-q", "submit"], ["-q", "poll"]].map(|step| installation.run(&step));
    let written: u64 = steps.chain(asked).map(|ran| ran.written).sum();
    let figures = format!(
        "{} bytes written, {} kept",
        written / documents as u64,
        database_bytes(&installation) / documents as u64
    );
    row(
        &format!("a document of {lines} lines from draft to accepted, with its answer ({documents} followed)"),
        &figures,
    );
}

fn short(documents: usize) {
    let installation = Installation::new("");
    let size = installation.write_documents(1, documents, LINES);
    let import = import(&installation);
    let figures = format!("{}, {} MB at {documents} files", rate(documents, &import), import.peak_kib / 1024);
    row(&format!("`import`, {LINES} lines ({:.1} KB)", size as f64 / 1e3), &figures);
    let half = documents / 2;
    let (bare, sign) = (bare_rsa_rate(), sign(&installation, &["--no-validate", "--limit", &half.to_string()]));
    let unvalidated = share(half, &sign, bare);
    let (bare, sign) = (bare_rsa_rate(), self::sign(&installation, &[]));
    let validated = share(documents - half, &sign, bare);
    row(
        &format!("`sign` of stored drafts, {LINES} lines, all cores, of RSA-2048 alone on all ({bare:.0} a second)"),
        &format!("{validated}; not validated {unvalidated}"),
    );
    let consecutivo = format!("0010000101{:010}", documents / 2);
    row("database, a signed document", &format!("{} bytes", database_bytes(&installation) / documents as u64));
    for look in [
        &["list"][..],
        &["list", "--search", "no hit"],
        &["list", "--receptor", "no hit"],
        &["list", "--limit", "0", "--json"],
        &["show", &consecutivo],
        &["stats"],
        &["doctor", "--offline"],
        &["doctor", "--offline", "--full"],
    ] {
        let ran = installation.run(look);
        let figures = format!("{:.1} ms, {} MB", ran.time.as_secs_f64() * 1e3, ran.peak_kib / 1024);
        row(&format!("`{}` among {documents}", look.join(" ")), &figures);
    }
}

fn long() {
    let installation = Installation::new("");
    let size = installation.write_documents(1, LONG_DOCUMENTS, LONG_LINES);
    let import = import(&installation);
    let (bare, sign) = (bare_rsa_rate(), sign(&installation, &[]));
    row(
        &format!("{LONG_LINES} varied lines ({} KB), all cores: `import`; `sign` of stored drafts", size / 1000),
        &format!("{}; {}", rate(LONG_DOCUMENTS, &import), share(LONG_DOCUMENTS, &sign, bare)),
    );
}

fn import(installation: &Installation) -> Ran {
    installation.run(&["-q", "import", installation.path("documents").to_str().expect("UTF-8")])
}

fn sign(installation: &Installation, arguments: &[&str]) -> Ran {
    installation.run(&[&["-q", "sign"], arguments].concat())
}

fn database_bytes(installation: &Installation) -> u64 {
    fs::metadata(installation.path("cr-einvoice.db")).expect("the database").len()
}

fn share(documents: usize, ran: &Ran, bare: f64) -> String {
    let share = 100.0 * documents as f64 / ran.time.as_secs_f64() / bare;
    format!("{} ({share:.0} %)", rate(documents, ran))
}

fn rate(documents: usize, ran: &Ran) -> String {
    format!("{:.0} a second", documents as f64 / ran.time.as_secs_f64())
}
