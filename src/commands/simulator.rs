//! `simulator`

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use super::Outcome;
use crate::clock::Clock;
use crate::error::{Error, ExitCode};
use crate::intake::read_input;
use crate::output::{self, Finished};
use crate::simulator::{Script, Simulator, SimulatorError, SimulatorOptions};

/// Serves until SIGTERM or SIGINT.
pub(super) fn run(listen: SocketAddr, script: Option<&Path>) -> Outcome {
    let script = match script {
        Some(path) => read(path)?,
        None => Script::default(),
    };
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|error| Error::Fault(format!("cannot listen for signal {signal}: {error}")))?;
    }
    let simulator = Simulator::start(SimulatorOptions { listen, script, clock: Clock::System }).map_err(refused)?;
    output::say("the stand-in for Hacienda listens; in the configuration:");
    output::say(&format!("  api_url = \"{}\"", simulator.url()));
    output::say(&format!("  token_url = \"{}\"", simulator.token_url()));
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(simulator);
    Ok(Finished::Silent(ExitCode::Done))
}

fn read(path: &Path) -> Result<Script, Error> {
    let bytes = read_input(path).map_err(|unread| unread.ends_run(path))?;
    let wrong = |message: String| {
        Error::usage(format!("{}: {message}", path.display()), "examples/simulator.toml shows every key")
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| wrong(error.to_string()))?;
    Script::parse(text).map_err(wrong)
}

fn refused(error: SimulatorError) -> Error {
    Error::usage(error.to_string(), "name another address with --listen, for example 127.0.0.1:0")
}
