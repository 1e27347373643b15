//! submit and poll against the stand-in for Hacienda, which runs in this process and shares the cores.
//! `cargo bench --bench service`; a minute.

use cr_einvoice::simulator::{Script, Simulator, SimulatorOptions};
use installation::{Installation, Ran};

mod installation;

const LINES: usize = 5;

fn main() {
    println!("latency  workers  documents  submit a second     poll a second");
    for (latency_ms, workers, documents) in [(0, 3, 2000), (0, 16, 2000), (100, 3, 300), (100, 16, 1600)] {
        measure(latency_ms, workers, documents);
    }
}

fn measure(latency_ms: u64, workers: usize, documents: usize) {
    let script = Script { latency_ms, ..Script::default() };
    let simulator = Simulator::start(SimulatorOptions { script, ..SimulatorOptions::default() }).expect("a stand-in");
    let installation = Installation::new(&format!(
        "api_url = \"{}\"\ntoken_url = \"{}\"\nmax_concurrent_batches = {workers}\nbatch_delay = 0\n\
         polling_interval = 0\npolling_min_age = 0",
        simulator.url(),
        simulator.token_url()
    ));
    installation.write_documents(1, documents, LINES);
    let folder = installation.path("documents");
    installation.run(&["-q", "import", folder.to_str().expect("UTF-8")]);
    installation.run(&["-q", "sign"]);
    let submit = installation.run(&["-q", "submit"]);
    let poll = installation.run(&["-q", "poll"]);
    let shown = |ran: &Ran| rate(documents, ran, workers, latency_ms);
    println!("{latency_ms:>4} ms  {workers:>7}  {documents:>9}  {}  {}", shown(&submit), shown(&poll));
}

/// Documents a second and, where the network has a latency, the share of what it allows: workers / latency.
fn rate(documents: usize, ran: &Ran, workers: usize, latency_ms: u64) -> String {
    let a_second = documents as f64 / ran.time.as_secs_f64();
    let share = match latency_ms {
        0 => String::new(),
        _ => format!("{:.0} %", 100.0 * a_second * latency_ms as f64 / 1000.0 / workers as f64),
    };
    format!("{a_second:>7.0} {share:>7}")
}
