//! A program run for its output or its effect: no shell, no terminal, a time limit, and an end for its children too.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::cause::CommandFault;

/// Why a program did not do its work.
#[derive(Debug)]
pub enum RunError {
    /// It could not be started.
    Start(io::Error),
    /// It, or a child of it that holds its output, was still running at the time limit and was killed.
    TimedOut(Duration),
    /// It ended with a failure.
    Failed(ExitStatus),
    /// It printed more than was wanted.
    TooMuch(u64),
    /// Its output or its end could not be read.
    Lost(io::Error),
}

/// Runs `argv` with `input` on its stdin and gives back what it printed on stdout, at most `max_output` bytes.
///
/// Its stderr goes nowhere: what a program says while it handles a secret belongs in no log of ours. Time is counted by
/// the machine's steady clock, because a fixed `now` would let a hanging program hang for ever.
pub(crate) fn run(argv: &[String], input: &[u8], timeout: Duration, max_output: u64) -> Result<Vec<u8>, RunError> {
    let deadline = Instant::now() + timeout;
    let mut child = start(argv)?;
    let group = Pid::from_child(&child);
    let feeder = child.stdin.take().map(|pipe| feed(pipe, input.to_vec()));
    let output = child.stdout.take().map(|pipe| collect(pipe, max_output));
    let ended = wait(child);

    let finished = receive(&ended, deadline).and_then(|status| match &output {
        Some(output) => receive(output, deadline).map(|bytes| (status, bytes)),
        None => Some((status, Ok(Vec::new()))),
    });
    let Some((status, bytes)) = finished else {
        // The whole group, so that a shell's children end with it. It may have ended by itself in this instant.
        let _ = kill_process_group(group, Signal::KILL);
        return Err(RunError::TimedOut(timeout));
    };
    drop(feeder);
    let status = status.map_err(RunError::Lost)?;
    let bytes = bytes.map_err(RunError::Lost)?;
    match () {
        () if !status.success() => Err(RunError::Failed(status)),
        () if bytes.len() as u64 > max_output => Err(RunError::TooMuch(max_output)),
        () => Ok(bytes),
    }
}

fn start(argv: &[String]) -> Result<Child, RunError> {
    let (program, arguments) =
        argv.split_first().ok_or_else(|| RunError::Start(io::Error::other("no program is named")))?;
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(RunError::Start)
}

/// Writes in a thread of its own: a program that does not read must not hold us. That it closed its stdin is its right.
fn feed(mut pipe: impl Write + Send + 'static, input: Vec<u8>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let _ = pipe.write_all(&input);
    })
}

/// Keeps what is wanted and one byte more, and goes on reading: a program whose output nobody reads would be killed by it.
fn collect(mut pipe: impl Read + Send + 'static, max_output: u64) -> Receiver<io::Result<Vec<u8>>> {
    in_thread(move || {
        let mut bytes = Vec::new();
        pipe.by_ref().take(max_output + 1).read_to_end(&mut bytes)?;
        io::copy(&mut pipe, &mut io::sink())?;
        Ok(bytes)
    })
}

fn wait(mut child: Child) -> Receiver<io::Result<ExitStatus>> {
    in_thread(move || child.wait())
}

fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver
}

fn receive<T>(receiver: &Receiver<T>, deadline: Instant) -> Option<T> {
    receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Start(cause) => write!(f, "it could not be started: {cause}"),
            RunError::TimedOut(limit) => write!(f, "it was still running after {} s and was stopped", limit.as_secs()),
            RunError::Failed(status) => write!(f, "it ended with {status}; run it by hand to see why"),
            RunError::TooMuch(limit) => write!(f, "it printed more than {limit} bytes"),
            RunError::Lost(cause) => write!(f, "its output was lost: {cause}"),
        }
    }
}

impl From<RunError> for CommandFault {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Start(cause) => CommandFault::NotStarted { detail: cause.to_string() },
            RunError::TimedOut(limit) => CommandFault::TimedOut { seconds: limit.as_secs() },
            RunError::Failed(status) => CommandFault::Failed { status: status.to_string() },
            RunError::TooMuch(limit) => CommandFault::TooMuch { limit },
            RunError::Lost(cause) => CommandFault::Lost { detail: cause.to_string() },
        }
    }
}

impl std::error::Error for RunError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &[u8], timeout: Duration) -> Result<Vec<u8>, RunError> {
        run(&["sh".to_owned(), "-c".to_owned(), script.to_owned()], input, timeout, 1000)
    }

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn input_goes_in_and_output_comes_out() {
        assert_eq!(shell("tr a-z A-Z", b"abc", LONG).unwrap(), b"ABC");
        assert_eq!(shell("exec <&-; echo deaf", &[b'x'; 200_000], LONG).unwrap(), b"deaf\n");
    }

    #[test]
    fn a_hanging_program_and_its_children_are_stopped() {
        let started = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let trace = folder.path().join("trace");
        let script = format!("(sleep 2; touch {}) & sleep 60", trace.display());
        let error = shell(&script, b"", Duration::from_millis(200)).unwrap_err();
        assert!(matches!(error, RunError::TimedOut(_)), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2));
        // A child that outlives its parent and keeps the pipe is no success either.
        assert!(matches!(shell("sleep 30 & exit 0", b"", Duration::from_millis(200)), Err(RunError::TimedOut(_))));
        thread::sleep(Duration::from_millis(2_200));
        assert!(!trace.exists(), "the child was killed with its parent");
    }

    #[test]
    fn failure_and_flood_are_told_apart() {
        assert!(matches!(shell("exit 4", b"", LONG), Err(RunError::Failed(status)) if status.code() == Some(4)));
        assert!(matches!(shell("yes | head -c 5000", b"", LONG), Err(RunError::TooMuch(1000))));
    }
}
