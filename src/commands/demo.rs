//! `demo`: the whole life of sample comprobantes against the stand-in, in a temporary folder, needing nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use clap::Parser;

use super::Outcome;
use crate::cli::{Cli, Global};
use crate::clock::{Clock, costa_rica_day};
use crate::error::{Error, ExitCode};
use crate::output::{self, Finished};
use crate::signature::rehearsal::{KeyHolder, Protection};
use crate::simulator::{Action, Endpoint, Rule, Script, Simulator, SimulatorOptions};
use crate::store::Store;

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../examples/documents/", $name)))),*]
    };
}

/// A dozen comprobantes of every kind, all of one invented company.
const SAMPLES: &[(&str, &str)] = samples![
    "fe.xml",
    "fe-exonerada.xml",
    "fe-rarezas.xml",
    "te.xml",
    "nc.xml",
    "nc-v4.3.xml",
    "nd.xml",
    "fec.xml",
    "fee.xml",
    "rep.xml",
    "mensaje-aceptacion.xml",
    "mensaje-rechazo.xml",
];
/// The invented company of the samples.
const IDENTIFICATION: &str = "3101999888";
/// The consecutivo of the tiquete that is rejected.
const REJECTED: &str = "00300002040000000777";
/// The consecutivo of the invoice that is decided late.
const LATE: &str = "00100001010000000102";
/// The consecutivo of the invoice whose POST arrives and whose answer does not.
const LOST_ANSWER: &str = "00100001010000000101";
const PIN: &str = "a PIN of the demo";

/// Plays the life of the samples.
pub(super) fn run(global: &Global) -> Outcome {
    let folder = temporary_folder()?;
    let simulator = Simulator::start(SimulatorOptions { script: script(), ..SimulatorOptions::default() })
        .map_err(|error| Error::Fault(error.to_string()))?;
    let config = furnish(&folder, &simulator)?;
    let documents = folder.join("documents").display().to_string();
    output::say("A dozen sample comprobantes go to a stand-in for Hacienda on this machine.");
    let steps: [(&str, &[&str]); 9] = [
        ("Take the XML in:", &["import", &documents]),
        ("Sign it (XAdES-EPES):", &["sign"]),
        ("Send it. One POST is taken in, but its answer never comes:", &["submit"]),
        ("What failed is in the queue:", &["retry", "list"]),
        ("Asked first, the service says that it has the document; nothing is sent twice:", &["retry", "now", "1"]),
        ("Ask for the verdicts. One is rejected, one not decided yet:", &["poll"]),
        ("Ask again:", &["poll"]),
        ("What a user looks at:", &["list"]),
        ("And in numbers:", &["stats"]),
    ];
    for (title, arguments) in steps {
        output::say(&format!("\n{title}"));
        play(global, &config, arguments)?;
    }
    drop(simulator);
    farewell(&folder, &config);
    Ok(Finished::Silent(ExitCode::Done))
}

fn script() -> Script {
    let about = |consecutivo: &str, action| Rule { consecutivo: Some(consecutivo.to_owned()), ..Rule::new(action) };
    Script::default()
        .with(about(REJECTED, Action::Reject(vec![-37, -99])))
        .with(about(LATE, Action::Late { polls: 1, seconds: 0 }))
        .with(about(LOST_ANSWER, Action::TimeoutAfter).at(Endpoint::Submit).times(1))
}

fn temporary_folder() -> Result<PathBuf, Error> {
    let base = std::env::temp_dir();
    let name = format!("cr-einvoice-demo-{}-{}", std::process::id(), Clock::System.now().timestamp());
    let folder = base.join(name);
    fs::DirBuilder::new().mode(0o700).create(&folder).map_err(|error| Error::file(&folder, "create", error))?;
    Ok(folder)
}

/// Writes what an installation has: a key, its PIN, a password, a configuration, a database and the documents.
fn furnish(folder: &Path, simulator: &Simulator) -> Result<PathBuf, Error> {
    let today = costa_rica_day(Clock::System.now());
    let holder = KeyHolder {
        name: "COOPERATIVA IMAGINARIA DEL SUR R.L.",
        serial_number: "CPJ-3-101-999888",
        from: today - TimeDelta::days(1),
        until: today + TimeDelta::days(4 * 365),
        long_key: false,
    };
    let issued = holder.self_signed().map_err(|cause| Error::Fault(cause.to_string()))?;
    let p12 = issued.p12(PIN, Protection::TripleDes).map_err(|cause| Error::Fault(cause.to_string()))?;
    write(&folder.join("demo.p12"), &p12)?;
    write(&folder.join("demo.pin"), PIN.as_bytes())?;
    write(&folder.join("demo.password"), b"a password of the demo")?;
    let config = folder.join("cr-einvoice.toml");
    write(&config, configuration(simulator).as_bytes())?;
    Store::create(&folder.join("cr-einvoice.db"))?;
    let documents = folder.join("documents");
    fs::create_dir(&documents).map_err(|error| Error::file(&documents, "create", error))?;
    for (name, xml) in SAMPLES {
        write(&documents.join(name), xml.as_bytes())?;
    }
    Ok(config)
}

fn configuration(simulator: &Simulator) -> String {
    format!(
        r#"database = "cr-einvoice.db"

[defaults]
environment = "sandbox"
api_url = "{}"
token_url = "{}"
request_timeout = 1      # the stand-in withholds one answer
polling_interval = 0     # a real installation waits minutes
polling_min_age = 0
batch_delay = 0

[[company]]
id = "imaginaria"
name = "Cooperativa Imaginaria del Sur R.L."
identification_type = "02"
identification = "{IDENTIFICATION}"
certificate = "demo.p12"
pin = {{ file = "demo.pin" }}
username = "cpj-3-101-999888@stag.comprobanteselectronicos.go.cr"
password = {{ file = "demo.password" }}
"#,
        simulator.url(),
        simulator.token_url()
    )
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    const OWNER_ALONE: u32 = 0o600;
    let failed = |error: io::Error| Error::file(path, "write", error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}

/// Shows a command line, and runs it as it would run from a shell.
fn play(global: &Global, config: &Path, arguments: &[&str]) -> Result<(), Error> {
    output::say(&format!("$ cr-einvoice {}", arguments.join(" ")));
    let config = config.display().to_string();
    let line = ["cr-einvoice", "--config", &config].into_iter().chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(line).map_err(|error| Error::Fault(error.to_string()))?;
    let shown = Global { config: cli.global.config.clone(), json: false, quiet: false, ..global.clone() };
    match super::run(&cli) {
        Err(error) => Err(error),
        // A rejection and a lost answer are what the demo is about; they do not end it.
        shown_result => {
            output::report(&shown, shown_result);
            Ok(())
        }
    }
}

fn farewell(folder: &Path, config: &Path) {
    output::say(&format!("\nEverything is in {}; remove it when you have seen enough.", folder.display()));
    output::say("Try next (the stand-in has ended; these need no network):");
    for command in ["show 00300002040000000777", "responses list", "verify 00100001010000000101", "stats --json"] {
        output::say(&format!("  cr-einvoice --config {} {command}", config.display()));
    }
}
