//! `import`: comprobante XML into the database, in batches, with flat memory.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;

use super::{Context, Outcome};
use crate::config::Company;
use crate::document::{Header, read_header};
use crate::error::{Error, ExitCode};
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::output::{self, Finished, Progress, Table, View, plural};
use crate::retry::Category;
use crate::sha256::sha256;
use crate::signature;
use crate::store::{Imported, NewDocument, Paper, Sealed, Store};
use crate::xml::Limits;

/// Files whose documents share a transaction, and the bytes that they may hold together.
const FILES_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: usize = 8 << 20;

/// One line of the report.
#[derive(Debug, Serialize)]
struct Line {
    path: String,
    clave: Option<String>,
    state: Option<State>,
    result: &'static str,
    error: Option<LineError>,
}

#[derive(Debug, Serialize)]
struct LineError {
    category: Category,
    message: String,
}

/// A file that has been read and checked and is ready to be stored.
struct Ready<'a> {
    path: String,
    bytes: Vec<u8>,
    header: Header,
    company: &'a Company,
    sha256: String,
}

/// Why a file was not taken.
enum Refusal {
    /// It could not be read.
    File(io::Error),
    /// What is in it is not a document of ours, or not right.
    Document { clave: Option<String>, message: String },
}

#[derive(Default)]
struct Report {
    imported: u64,
    unchanged: u64,
    failed: u64,
    lines: Vec<Line>,
    codes: Vec<ExitCode>,
    /// Of a dry run: what it would have stored, by environment and key, and the hash of it.
    planned: HashMap<(Environment, String), String>,
}

/// Imports files, folders and standard input.
pub fn run(context: &Context, paths: &[PathBuf], dry_run: bool) -> Outcome {
    let mut store = if dry_run { context.store_to_read()? } else { context.store()? };
    let progress = Progress::new(output::watches(&context.global), "import");
    let mut report = Report::default();
    let mut batch: Vec<Ready<'_>> = Vec::new();
    let mut bytes = 0;
    let mut take = |path: &Path, content: io::Result<Vec<u8>>| -> Result<(), Error> {
        let shown = path.display().to_string();
        match content.map_err(Refusal::File).and_then(|content| check(context, &shown, content)) {
            Ok(ready) => {
                bytes += ready.bytes.len();
                batch.push(ready);
            }
            Err(refusal) => report.refuse(shown, refusal),
        }
        if batch.len() >= FILES_AT_ONCE || bytes >= BYTES_AT_ONCE {
            keep(context, &mut store, &mut batch, &mut report, dry_run)?;
            bytes = 0;
        }
        progress.at(report.imported + report.unchanged + report.failed);
        Ok(())
    };
    for path in paths {
        each_file(path, &mut take)?;
    }
    keep(context, &mut store, &mut batch, &mut report, dry_run)?;
    drop(progress);
    Ok(report.finished(context.global.json, dry_run))
}

/// Imports one file that a selector named; what is wrong with it ends the run, for it is what the run is about.
pub fn one_file(context: &Context, store: &mut Store, path: &Path) -> Result<(), Error> {
    let mut batch = vec![ready(context, path)?];
    let mut report = Report::default();
    keep(context, store, &mut batch, &mut report, false)?;
    match report.lines.into_iter().find_map(|line| line.error) {
        Some(error) => Err(Error::Document(error.message)),
        None => Ok(()),
    }
}

/// The stored document of a file that a selector named.
pub fn already_imported(context: &Context, store: &Store, path: &Path) -> Result<crate::store::Document, Error> {
    let ready = ready(context, path)?;
    let found = store.document(ready.company.settings.environment, &ready.header.key())?;
    found.ok_or_else(|| {
        Error::usage(format!("{} has not been imported yet", path.display()), "import it, or run without --dry-run")
    })
}

fn ready<'a>(context: &'a Context, path: &Path) -> Result<Ready<'a>, Error> {
    let shown = path.display().to_string();
    let bytes = read_bounded(path).map_err(|error| Error::file(path, "read", error))?;
    check(context, &shown, bytes).map_err(|refusal| match refusal {
        Refusal::File(source) => Error::file(path, "read", source),
        Refusal::Document { message, .. } => Error::Document(format!("{shown}: {message}")),
    })
}

/// What is done with a file's content.
type Take<'a> = dyn FnMut(&Path, io::Result<Vec<u8>>) -> Result<(), Error> + 'a;

/// Calls `take` for every file of a path, those of a folder in the order of their names.
fn each_file(path: &Path, take: &mut Take<'_>) -> Result<(), Error> {
    if path == Path::new("-") {
        return take(path, read_all(io::stdin().lock()));
    }
    if !path.is_dir() {
        return take(path, read_bounded(path));
    }
    let mut entries: Vec<PathBuf> = match fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>())
    {
        Ok(entries) => entries,
        Err(error) => return take(path, Err(error)),
    };
    entries.sort_unstable();
    let is_xml = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    for entry in entries {
        if entry.is_symlink() && entry.is_dir() {
            // A link may lead back up, and then there is no end to it.
            log::warn!("{} is a link to a folder and is not followed; name the folder itself", entry.display());
        } else if entry.is_dir() {
            each_file(&entry, take)?;
        } else if is_xml(&entry) {
            take(&entry, read_bounded(&entry))?;
        }
    }
    Ok(())
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    read_all(fs::File::open(path)?)
}

/// Reads at most one byte more than any document may have; the scanner then refuses it by its size.
fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(Limits::default().max_bytes as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check<'a>(context: &'a Context, path: &str, bytes: Vec<u8>) -> Result<Ready<'a>, Refusal> {
    let refuse = |clave: Option<&Header>, message: String| Refusal::Document { clave: clave.map(Header::key), message };
    let header = read_header(&bytes).map_err(|error| refuse(None, error.to_string()))?;
    let company = signing_company(context, &header).map_err(|message| refuse(Some(&header), message))?;
    if header.signatures > 0 {
        check_signature(&bytes, &header, company).map_err(|message| refuse(Some(&header), message))?;
    }
    let sha256 = sha256(&bytes);
    Ok(Ready { path: path.to_owned(), bytes, header, company, sha256 })
}

/// The configured company that signs this document: the issuer, of a FEC or MensajeReceptor the receiver.
fn signing_company<'a>(context: &'a Context, header: &Header) -> Result<&'a Company, String> {
    let Some(signer) = header.signer().and_then(|party| party.identification.as_ref()) else {
        return Err("it does not say who signs it (no identification)".to_owned());
    };
    let mut ours = context.companies();
    ours.retain(|company| company.identification.number.eq_ignore_ascii_case(&signer.number));
    match ours.as_slice() {
        [company] => Ok(company),
        [] => Err(format!(
            "it is signed by {} ({}), which is not a configured company; add a [[company]] with this identification",
            signer.number,
            if header.kind.signed_by_receptor() { "its receptor" } else { "its emisor" }
        )),
        several => {
            let ids: Vec<_> = several.iter().map(|company| company.id.as_str()).collect();
            Err(format!("{} is configured as {}; say which with --company", signer.number, ids.join(" and ")))
        }
    }
}

/// A document that comes signed must be signed rightly, and by its signer: it is sent as it is.
fn check_signature(bytes: &[u8], header: &Header, company: &Company) -> Result<(), String> {
    let verification = signature::verify(bytes);
    if let Some(part) = verification.failure() {
        return Err(format!("its signature does not hold: {}: {}", part.name, part.message()));
    }
    let holder = verification.certificate.as_ref().and_then(|certificate| certificate.holder());
    let signer = header.signer().and_then(|party| party.identification.as_ref()).map(|it| it.number.as_str());
    if holder.as_deref() != signer && !company.settings.allow_other_certificate_holder {
        let holder = holder.unwrap_or_else(|| "nobody that its certificate names".to_owned());
        return Err(format!("it is signed by {holder}, not by {}", signer.unwrap_or_default()));
    }
    Ok(())
}

fn keep(
    context: &Context,
    store: &mut Store,
    batch: &mut Vec<Ready<'_>>,
    report: &mut Report,
    dry_run: bool,
) -> Result<(), Error> {
    if batch.is_empty() {
        return Ok(());
    }
    let results: Vec<Imported> = if dry_run {
        batch.iter().map(|ready| report.would_be(store, ready)).collect::<Result<_, Error>>()?
    } else {
        let sealed = seal(context, store, batch)?;
        store.write(context.clock.now(), |write| {
            batch.iter().zip(&sealed).map(|(ready, paper)| write.import(&new(ready, paper))).collect()
        })?
    };
    for (ready, result) in batch.drain(..).zip(results) {
        if matches!(result, Imported::New(_)) {
            warn_of_reused_number(store, &ready)?;
        }
        report.add(ready, result, context.global.json);
    }
    Ok(())
}

/// Makes the batch's bytes ready for the database; the first large batch of a company teaches its dictionary.
fn seal(context: &Context, store: &mut Store, batch: &[Ready<'_>]) -> Result<Vec<Sealed>, Error> {
    let paper_of = |ready: &Ready<'_>| if ready.header.signatures > 0 { Paper::Signed } else { Paper::Draft };
    for company in context.companies() {
        for paper in [Paper::Draft, Paper::Signed] {
            let is_like = |ready: &&Ready<'_>| ready.company.id == company.id && paper_of(ready) == paper;
            let papers: Vec<&[u8]> = batch.iter().filter(is_like).map(|ready| ready.bytes.as_slice()).collect();
            store.learn_from(&company.id, paper, &papers, context.clock.now())?;
        }
    }
    batch.iter().map(|ready| Ok(store.sealer(&ready.company.id, paper_of(ready))?.seal(&ready.bytes))).collect()
}

fn new<'a>(ready: &'a Ready<'_>, paper: &'a Sealed) -> NewDocument<'a> {
    NewDocument {
        header: &ready.header,
        company: &ready.company.id,
        environment: ready.company.settings.environment,
        paper,
        signed: ready.header.signatures > 0,
    }
}

/// A consecutivo used twice is received and then rejected (code -99), whatever the clave.
fn warn_of_reused_number(store: &Store, ready: &Ready<'_>) -> Result<(), Error> {
    let consecutivo = ready.header.consecutivo.as_str();
    let claves = store.claves_numbered(&ready.company.id, ready.company.settings.environment, consecutivo)?;
    if let [first, .., last] = claves.as_slice() {
        log::warn!(
            "{}: the consecutivo {consecutivo} of {last} is that of {first} too; Hacienda rejects it",
            ready.path
        );
    }
    Ok(())
}

impl Report {
    /// What importing this file would come to, after the files before it.
    fn would_be(&mut self, store: &Store, ready: &Ready<'_>) -> Result<Imported, Error> {
        let state = if ready.header.signatures > 0 { State::Signed } else { State::Draft };
        let environment = ready.company.settings.environment;
        let key = (environment, ready.header.key());
        if let Some(known) = store.document(environment, &key.1)? {
            let is_same = known.source_sha256 == ready.sha256 || known.signed_sha256.as_ref() == Some(&ready.sha256);
            let conflict = Imported::Conflict { stored_sha256: known.source_sha256 };
            return Ok(if is_same { Imported::Unchanged(known.state) } else { conflict });
        }
        Ok(match self.planned.get(&key) {
            Some(sha256) if *sha256 == ready.sha256 => Imported::Unchanged(state),
            Some(sha256) => Imported::Conflict { stored_sha256: sha256.clone() },
            None => {
                self.planned.insert(key, ready.sha256.clone());
                Imported::New(state)
            }
        })
    }

    fn refuse(&mut self, path: String, refusal: Refusal) {
        let (clave, message, code) = match refusal {
            Refusal::File(error) => (None, format!("cannot be read: {error}"), ExitCode::Storage),
            Refusal::Document { clave, message } => (clave, message, ExitCode::NeedsPerson),
        };
        self.fail(path, clave, message, code);
    }

    fn fail(&mut self, path: String, clave: Option<String>, message: String, code: ExitCode) {
        self.failed += 1;
        self.codes.push(code);
        let error = Some(LineError { category: Category::Validation, message });
        self.lines.push(Line { path, clave, state: None, result: "failed", error });
    }

    fn add(&mut self, ready: Ready<'_>, result: Imported, keep_line: bool) {
        let (clave, path) = (ready.header.key(), ready.path);
        let (result, state) = match result {
            Imported::New(state) => ("imported", state),
            Imported::Unchanged(state) => ("unchanged", state),
            Imported::Conflict { stored_sha256 } => {
                let message = format!(
                    "other bytes are stored under clave {clave}: stored sha256 {stored_sha256}, this file {}; a document is \
                     never replaced, issue a new one",
                    ready.sha256
                );
                return self.fail(path, Some(clave), message, ExitCode::NeedsPerson);
            }
        };
        self.imported += u64::from(result == "imported");
        self.unchanged += u64::from(result == "unchanged");
        if keep_line {
            self.lines.push(Line { path, clave: Some(clave), state: Some(state), result, error: None });
        }
    }

    fn finished(self, json: bool, dry_run: bool) -> Finished {
        let code = ExitCode::most_pressing(&self.codes);
        let would = if dry_run { "would be " } else { "" };
        let mut text = String::new();
        if self.failed > 0 && !json {
            let mut table = Table::new(&["Refused", "Why"]);
            for line in &self.lines {
                table.row([
                    line.path.clone(),
                    line.error.as_ref().map(|error| error.message.clone()).unwrap_or_default(),
                ]);
            }
            text.push_str(&table.text());
        }
        text.push_str(&format!("import: {} {would}imported", plural(self.imported, "document")));
        if self.unchanged > 0 {
            text.push_str(&format!(", {} here already", self.unchanged));
        }
        if self.failed > 0 {
            text.push_str(&format!(", {} refused", self.failed));
        }
        text.push('\n');
        let mut json = json!({
            "imported": self.imported, "unchanged": self.unchanged, "failed": self.failed, "documents": self.lines,
        });
        if dry_run {
            json["dry_run"] = true.into();
        }
        Finished::Shown(View { json, text, all_is_well: self.failed == 0 }, code)
    }
}
