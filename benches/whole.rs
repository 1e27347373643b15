//! One invoice as a whole process: start, configuration, database, a legacy .p12, signature, verification, commit.
//! `cargo bench --bench whole`; some seconds.

use std::time::{Duration, Instant};

use installation::{Installation, row};

mod installation;

const RUNS: usize = 200;
const LINES: usize = 5;

fn main() {
    let bare = bare_start();
    let installation = Installation::new("");
    let size = installation.write_documents(1, RUNS, LINES);
    let (mut times, mut peak) = (Vec::new(), 0);
    for number in 1..=RUNS {
        let document = installation.path("documents").join(format!("{number:010}.xml"));
        let ran = installation.run(&["-q", "sign", document.to_str().expect("UTF-8")]);
        times.push(ran.time);
        peak = peak.max(ran.peak_kib);
    }
    let (whole, memory) = (shown(median(times)), peak / 1024);
    row(
        &format!("`sign FILE` as a whole process: import, validate, sign, verify, store ({LINES} lines, {size} bytes)"),
        &format!("{whole}, {memory} MB (`--version`, the process alone: {})", shown(bare)),
    );
}

fn bare_start() -> Duration {
    let once = || {
        let start = Instant::now();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cr-einvoice"));
        command.arg("--version").stdout(std::process::Stdio::null()).status().expect("the binary");
        start.elapsed()
    };
    median((0..RUNS).map(|_| once()).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
