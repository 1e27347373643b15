//! A temporary installation for the benches, driven as a user drives it: through the release binary.
// Each bench uses its part of this.
#![allow(dead_code)]

pub mod invoices;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use chrono::NaiveDate;
use cr_einvoice::signature::rehearsal::{Authority, KeyHolder, Protection};
use cr_einvoice::store::Store;
use invoices::{COMPANY, Press};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tempfile::TempDir;

const PIN: &str = "a PIN of the benches";

/// A folder with a legacy .p12, a configuration, a database and documents.
pub struct Installation {
    folder: TempDir,
}

/// How a command ran.
pub struct Ran {
    /// From start to end.
    pub time: Duration,
    /// The most memory that it held, as the kernel counts it.
    pub peak_kib: u64,
    /// The bytes that it gave to the disk: the database, its log and all other files.
    pub written: u64,
}

impl Installation {
    /// `defaults` are lines of the `[defaults]` section.
    pub fn new(defaults: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("cr-einvoice-bench-").tempdir().expect("a folder");
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
        let holder = KeyHolder {
            name: "COOPERATIVA IMAGINARIA DEL SUR R.L.",
            serial_number: "CPJ-3-101-999888",
            from: day(2025),
            until: day(2040),
            long_key: false,
        };
        let issued = Authority::new().and_then(|authority| authority.issue(&holder)).expect("a certificate");
        let installation = Installation { folder };
        installation.write("bench.p12", &issued.p12(PIN, Protection::TripleDes).expect("a .p12"));
        installation.write("bench.pin", PIN.as_bytes());
        installation.write("cr-einvoice.toml", configuration(defaults).as_bytes());
        Store::create(&installation.path("cr-einvoice.db")).expect("a database");
        installation
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file");
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).expect("its mode");
    }

    /// Writes invoices of so many lines, numbered from `first`, no two alike; returns what one has on average, in bytes.
    pub fn write_documents(&self, first: usize, count: usize, lines: usize) -> usize {
        fs::create_dir_all(self.path("documents")).expect("a folder");
        let press = Press::new();
        let maker = press.maker();
        let mut bytes = 0;
        for number in first..first + count {
            let xml = invoices::made(&maker, &invoices::input(number, lines), number);
            bytes += xml.len();
            fs::write(self.path("documents").join(format!("{number:010}.xml")), xml).expect("a document");
        }
        bytes / count.max(1)
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_to(0, arguments)
    }

    /// Runs a command to its end, which must be this exit code.
    pub fn run_to(&self, code: i32, arguments: &[&str]) -> Ran {
        let start = Instant::now();
        let mut child = self.start(arguments);
        let mut peak_kib = 0;
        while !has_ended(&child) {
            peak_kib = peak_of(&child).unwrap_or(peak_kib);
            thread::sleep(Duration::from_micros(300));
        }
        let time = start.elapsed();
        let written = figure_of(&child, "io", "write_bytes:").unwrap_or_default();
        let status = child.wait().expect("the command");
        assert_eq!(status.code(), Some(code), "{arguments:?}: {status}");
        Ran { time, peak_kib, written }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_cr-einvoice"))
            .arg("--config")
            .arg(self.path("cr-einvoice.toml"))
            .args(arguments)
            .env_clear()
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary")
    }
}

fn configuration(defaults: &str) -> String {
    format!(
        r#"database = "cr-einvoice.db"
[defaults]
{defaults}
[[company]]
{COMPANY}"#
    )
}

/// Whether the process has ended; what the kernel knows of it stays until it is waited for.
fn has_ended(child: &Child) -> bool {
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(Pid::from_child(child)), ended).expect("the command").is_some()
}

/// `VmHWM` of proc(5) `status`; none once the process has ended.
fn peak_of(child: &Child) -> Option<u64> {
    figure_of(child, "status", "VmHWM:")
}

/// The number behind a name in a file of proc(5).
fn figure_of(child: &Child, file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/{file}", child.id())).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Prints a row of the table of figures in README.
pub fn row(what: &str, measured: &str) {
    println!("| {what} | {measured} |");
}

/// How many documents a bench works on.
pub fn documents_or(usual: usize) -> usize {
    std::env::var("CR_EINVOICE_BENCH_DOCUMENTS").map_or(usual, |text| text.parse().expect("a number"))
}

/// RSA-2048 signatures a second of the library that we sign with, on all cores: the bound of any signer.
pub fn bare_rsa_rate() -> f64 {
    const SPAN: Duration = Duration::from_secs(3);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let sign_for_a_while = || {
        let (start, mut count, mut signature) = (Instant::now(), 0_u32, [0; 256]);
        while start.elapsed() < SPAN {
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &[7; 1500], &mut signature).expect("signed");
            count += 1;
        }
        f64::from(count) / start.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(sign_for_a_while)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
    })
}
