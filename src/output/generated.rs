//! What `generate` shows: a line for each document as soon as it is made, so that a run of a million keeps none of them.

use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

use serde_json::{Map, Value, json};

use super::words::{money, plural};
use super::{Finished, print_error_line, printable, signs};
use crate::cli::Global;
use crate::error::{Error, ExitCode};
use crate::intake::{Generated, GeneratedLine};
use crate::lifecycle::State;

/// Runs this long are worth their rate.
const LONG_RUN: u64 = 1000;

/// The report of a run while it goes on.
pub(crate) struct GenerationReport {
    json: bool,
    quiet: bool,
    out: BufWriter<Stdout>,
    /// Documents told as JSON.
    told: u64,
    /// The first failure of standard output; nothing is written after it.
    broken: Option<io::Error>,
}

impl GenerationReport {
    /// Nothing said yet.
    pub(crate) fn new(global: &Global) -> Self {
        let out = BufWriter::new(io::stdout());
        GenerationReport { json: global.json, quiet: global.quiet, out, told: 0, broken: None }
    }

    /// Says what became of some documents, at once: whoever ends the run must know what was made.
    pub(crate) fn tell(&mut self, lines: &[GeneratedLine]) {
        if self.broken.is_none() {
            let said = lines.iter().try_for_each(|line| if self.json { self.member(line) } else { self.line(line) });
            self.broken = said.and_then(|()| self.out.flush()).err();
        }
    }

    fn member(&mut self, line: &GeneratedLine) -> io::Result<()> {
        self.out.write_all(if self.told == 0 { b"{\n  \"documents\": [\n    " } else { b",\n    " })?;
        self.told += 1;
        serde_json::to_writer(&mut self.out, &generated_json(line)).map_err(io::Error::from)
    }

    fn line(&mut self, line: &GeneratedLine) -> io::Result<()> {
        // `-q` leaves what needs a person.
        if self.quiet && line.errors.is_none() && line.unwritten.is_none() {
            return Ok(());
        }
        self.out.write_all(printable(&generated_text(line)).as_bytes())
    }

    /// Says what was done in all. An error that ended the run is said in the same object.
    pub(crate) fn finish(mut self, report: &Result<Generated, Error>, seconds: f64) -> Finished {
        let code = match report {
            Ok(report) => code_of(report),
            Err(error) => error.exit_code(),
        };
        let said = match self.broken.take() {
            Some(error) => Err(error),
            None if self.json => self.end_of_object(report),
            None => self.end_of_text(report, seconds),
        };
        if let Err(error) = report {
            // Nobody is left to hear that this failed.
            let _ = print_error_line(error);
        }
        match said.and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Finished::Silent(ExitCode::Storage),
            _ => Finished::Silent(code),
        }
    }

    fn end_of_object(&mut self, report: &Result<Generated, Error>) -> io::Result<()> {
        let mut end = Map::new();
        match report {
            Ok(report) => {
                let counts = [
                    ("generated", report.generated),
                    ("unchanged", report.unchanged),
                    ("failed", report.failed),
                    ("withheld", report.withheld),
                    ("unwritten", report.unwritten),
                ];
                end.extend(counts.map(|(name, count)| (name.to_owned(), count.into())));
                end.insert("interrupted".to_owned(), report.interrupted_by.is_some().into());
                if report.dry_run {
                    end.insert("dry_run".to_owned(), true.into());
                }
            }
            Err(error) => {
                end.insert("error".to_owned(), super::error_json(error));
            }
        }
        let end = format!("{:#}", Value::Object(end));
        match self.told {
            0 if report.is_err() => writeln!(self.out, "{end}"),
            0 => writeln!(self.out, "{{\n  \"documents\": [],{}", end.trim_start_matches('{')),
            _ => writeln!(self.out, "\n  ],{}", end.trim_start_matches('{')),
        }
    }

    fn end_of_text(&mut self, report: &Result<Generated, Error>, seconds: f64) -> io::Result<()> {
        let Ok(report) = report else { return Ok(()) };
        let needs_person = report.failed > 0 || report.unwritten > 0 || report.interrupted_by.is_some();
        if self.quiet && !needs_person { Ok(()) } else { self.out.write_all(summary(report, seconds).as_bytes()) }
    }
}

fn code_of(report: &Generated) -> ExitCode {
    if report.unwritten > 0 {
        return ExitCode::Storage;
    }
    match report.interrupted_by.and_then(ExitCode::of_signal) {
        Some(code) => code,
        None if report.failed > 0 => ExitCode::NeedsPerson,
        None => ExitCode::Done,
    }
}

fn generated_json(line: &GeneratedLine) -> Value {
    let errors: Option<Vec<Value>> = line.errors.as_ref().map(|errors| {
        errors.errors.iter().map(|error| json!({"path": error.path, "message": error.message})).collect()
    });
    json!({
        "clave": line.clave, "consecutivo": line.consecutivo, "kind": line.kind, "total": line.total,
        "currency": line.currency, "error": line.errors.as_ref().map(ToString::to_string), "errors": errors,
        "path": line.path, "number": line.number, "row": line.row, "id": line.id, "state": line.state,
        "unwritten": line.unwritten,
        "result": match (&line.errors, line.unchanged, line.withheld) {
            (Some(_), _, _) => "failed",
            (None, true, _) => "unchanged",
            (None, _, true) => "withheld",
            (None, false, false) => "generated",
        },
    })
}

/// Claves stand alone at the beginning of their lines, so that a pipe can take them.
fn generated_text(line: &GeneratedLine) -> String {
    let id = signs(line.id.as_deref().unwrap_or_default());
    let path = signs(&line.path);
    if let Some(errors) = &line.errors {
        let id = line.id.as_ref().map(|_| format!(" ({id})")).unwrap_or_default();
        let number = if line.number > 0 { format!(", document {}", line.number) } else { String::new() };
        let row = line.row.map(|row| format!(", row {row}")).unwrap_or_default();
        let more = (errors.more > 0).then(|| format!("and {} more", errors.more));
        let said = errors.errors.iter().map(ToString::to_string).chain(more);
        return said.map(|error| format!("REFUSED {path}{number}{row}{id}: {}\n", signs(&error))).collect();
    }
    let Some(clave) = &line.clave else { return String::new() };
    let rest = match (line.unchanged, line.kind, &line.total) {
        (false, Some(kind), Some(total)) => {
            format!("{kind}  {} {}  {id}", money(total), line.currency.as_deref().unwrap_or_default())
        }
        _ if line.state == Some(State::Rejected) => {
            format!("made before from {id} and rejected since; `generate --of` replaces it")
        }
        _ => format!("made before from {id}"),
    };
    let unwritten = match &line.unwritten {
        Some(why) => format!("{}; the draft stands, and `show --xml {clave}` prints it\n", signs(why)),
        None => String::new(),
    };
    format!("{}\n{unwritten}", format!("{clave}  {rest}").trim_end())
}

fn summary(report: &Generated, seconds: f64) -> String {
    let would = if report.dry_run { "would be " } else { "" };
    let mut text = format!("generate: {} {would}generated", plural(report.generated, "document"));
    let counts = [
        (report.unchanged, "made before"),
        (report.failed, "refused"),
        (report.withheld, "not made because of --all-or-nothing"),
        (report.unwritten, "not written to their files"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!(", {count} {what}"));
    }
    if report.interrupted_by.is_some() {
        text.push_str("; interrupted, the rest of the input was not read");
    }
    if report.generated >= LONG_RUN {
        let rate = report.generated as f64 / seconds.max(0.001);
        text.push_str(&format!(" in {seconds:.1} s, {rate:.0} a second"));
        if let Some(peak) = peak_memory() {
            text.push_str(&format!(", peak memory {} MiB", peak / 1024));
        }
    }
    text.push('\n');
    text
}

/// The most memory that the process has had, in KiB, as Linux tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse().ok()
}
