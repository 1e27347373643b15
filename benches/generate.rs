//! Generation: documents a second on one core from parsed input to validated XML, and through the binary with storage.
//! `CR_EINVOICE_BENCH_DOCUMENTS=100000 cargo bench --bench generate`; the goal is 5,000 a second before storage.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chrono::{DateTime, Utc};
use cr_einvoice::clock::costa_rica_day;
use cr_einvoice::config::Config;
use cr_einvoice::generate::{Maker, Value};
use cr_einvoice::store::Store;
use cr_einvoice::validation::{Options, Severity, validate};

const CONFIG: &str = r#"
database = "cr-einvoice.db"
[[company]]
id = "imaginaria"
name = "Cooperativa Imaginaria del Sur R.L."
identification_type = "02"
identification = "3101999888"
certificate = "bench.p12"
pin = { file = "bench.pin" }
username = "bench"
password = { file = "bench.password" }
[company.issuer]
activity = "6201.0"
location = "1-01-08"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

fn main() {
    let variable = std::env::var("CR_EINVOICE_BENCH_DOCUMENTS");
    let documents: usize = variable.map_or(10_000, |text| text.parse().expect("a number"));
    on_one_core(documents);
    through_the_binary(documents);
}

/// An invoice of five lines: two rates, a discount, an exempt good.
fn input(number: usize) -> String {
    let mut lines = String::new();
    for line in 0..5 {
        let comma = if line == 0 { "" } else { "," };
        let (cabys, tax, discount) = match line {
            0 => ("4523000000100", "13", r#", "discount": "10%""#),
            1 => ("2132100000000", "1", ""),
            2 => ("2132100000000", "\"exento\"", ""),
            _ => ("8314100000000", "13", ""),
        };
        let price = 1000 + (number * 7 + line * 31) % 90_000;
        write!(
            lines,
            r#"{comma}{{"cabys": "{cabys}", "quantity": {}, "description": "Producto número {line}", "price": {price}.55, "tax": {tax}{discount}}}"#,
            line + 1
        )
        .expect("memory");
    }
    format!(
        r#"{{"kind": "FE", "receptor": {{"name": "Ana Prueba Inventada", "identification": "109990888", "email": "ana@ejemplo.test"}}, "lines": [{lines}], "payment": "efectivo"}}"#
    )
}

fn on_one_core(documents: usize) {
    let config = Config::parse(Path::new("/bench/cr-einvoice.toml"), CONFIG).expect("the configuration");
    let now: DateTime<Utc> = "2026-11-24T15:00:00Z".parse().expect("an instant");
    let maker = Maker::new(&config.companies[0], now).expect("the issuer");
    let inputs: Vec<String> = (0..documents).map(input).collect();
    let make = |text: &String, number: usize| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let mut draft = maker.make(&value, None, None).expect("a document");
        draft.number(number as u64 + 1, 12_345_678).expect("a number")
    };
    let rate = |started: Instant| documents as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    let bytes: usize = inputs.iter().enumerate().map(|(number, text)| make(text, number).xml.len()).sum();
    println!("{documents} invoices of five lines, {} bytes each, on one core", bytes / documents);
    println!("  read, computed, written             {:>7.0} a second", rate(started));
    let started = Instant::now();
    for (number, text) in inputs.iter().enumerate() {
        let numbered = make(text, number);
        let findings = validate(&numbered.xml, costa_rica_day(now), &Options::default());
        assert!(findings.iter().all(|finding| finding.severity != Severity::Reject), "{findings:?}");
    }
    println!("  read, computed, written, validated  {:>7.0} a second", rate(started));
}

fn through_the_binary(documents: usize) {
    let folder = tempfile::Builder::new().prefix("cr-einvoice-bench-").tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("cr-einvoice.toml"), CONFIG).expect("the configuration");
    Store::create(&path("cr-einvoice.db")).expect("a database");
    let inputs: Vec<String> = (0..documents).map(input).collect();
    fs::write(path("invoices.json"), format!("[{}]", inputs.join(",\n"))).expect("the input");
    let output = Command::new(env!("CARGO_BIN_EXE_cr-einvoice"))
        .current_dir(folder.path())
        .env("CR_EINVOICE_CONFIG", path("cr-einvoice.toml"))
        .args(["generate", "invoices.json"])
        .output()
        .expect("the binary");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("  through the binary, stored: {}", said.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
