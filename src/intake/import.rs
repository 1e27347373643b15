//! Comprobante XML into the database, in batches: one thread finds, reads and checks, the other stores.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde::Serialize;
use strum::IntoStaticStr;

use super::accept::{Accepted, Refusal, accept};
use super::read::{Unread, read_document};
use super::shelves::Shelves;
use super::walk::Walk;
use crate::clock::Clock;
use crate::config::Company;
use crate::document::{DocumentKey, Relation, View};
use crate::ending::Ending;
use crate::error::Error;
use crate::hacienda::Environment;
use crate::lifecycle::State;
use crate::store::{Holder, Imported, NewDocument, Paper, Place, Sealed, Store, StoreError};
use crate::validation::{Finding, Neighbours, check_neighbours};

/// Files whose documents share a transaction, and the bytes that they may hold together.
const FILES_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: usize = 8 << 20;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ImportResult {
    /// Its document is new and stored.
    Imported,
    /// The same bytes are here already.
    Unchanged,
    /// It was not taken.
    Failed,
}

/// A file with what became of it.
#[derive(Debug)]
pub(crate) struct ImportLine {
    /// The file, as it was named.
    pub path: String,
    /// The key of its document, where it can be read.
    pub clave: Option<DocumentKey>,
    /// How far the document has come.
    pub state: Option<State>,
    /// What became of it.
    pub result: ImportResult,
    /// Why it was not taken.
    pub error: Option<String>,
    /// What a person should know of it all the same.
    pub notes: Vec<ImportNote>,
    /// Where the file has been moved.
    pub moved_to: Option<PathBuf>,
}

/// What a person should know of a document that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImportNote {
    /// It was discarded: it stays so, and nothing is done with it.
    Discarded,
    /// It does not go with the document that it refers to, for which Hacienda rejects or warns.
    Neighbour(Finding),
    /// Its consecutivo is that of another document too: Hacienda rejects the later one (-99), whatever its clave.
    NumberUsed {
        /// The consecutivo.
        consecutivo: String,
        /// The other document.
        holder: Holder,
    },
}

/// How many files there were.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Imports {
    /// New documents.
    pub imported: u64,
    /// Documents that were here already.
    pub unchanged: u64,
    /// Files that were refused.
    pub refused: u64,
    /// Files that could not be read.
    pub unread: u64,
    /// A signal ended it before the files did.
    pub interrupted_by: Option<i32>,
}

impl Imports {
    /// All of them.
    pub(crate) fn files(&self) -> u64 {
        self.imported + self.unchanged + self.failed()
    }

    /// Those that were not taken.
    pub(crate) fn failed(&self) -> u64 {
        self.refused + self.unread
    }
}

/// Imports what the paths name, for the company that signs each; what is wrong with one file stops no other. `tell` hears
/// of every file in its turn, once its document is on disk. A dry run only says what would be. Files that the `shelves` leave
/// for a later run are passed over. When the run is to end, what has been checked is stored and no further file is taken.
#[allow(clippy::too_many_arguments)]
pub(crate) fn import(
    store: &mut Store,
    companies: &[&Company],
    clock: Clock,
    paths: &[PathBuf],
    shelves: &Shelves<'_>,
    dry_run: bool,
    ending: &Ending,
    tell: &mut dyn FnMut(&Imports, ImportLine),
) -> Result<Imports, Error> {
    let mut keeper = Keeper { store, clock, dry_run, planned: HashMap::new(), counts: Imports::default(), tell };
    let interrupted = thread::scope(|scope| {
        // One batch is checked while another is stored; no more are in memory.
        let (sender, batches) = sync_channel(1);
        let leave = |path: &Path| shelves.leave(path, clock.now());
        let checking = scope.spawn(move || check_all(companies, paths, &leave, ending, sender));
        batches.into_iter().try_for_each(|batch| keeper.keep(batch))?;
        Ok::<bool, Error>(checking.join().unwrap_or_default())
    })?;
    keeper.counts.interrupted_by = ending.signal().filter(|_| interrupted);
    Ok(keeper.counts)
}

/// Imports one file that a run is about: what is wrong with it ends the run. Gives the key of its document.
pub(crate) fn import_file(
    store: &mut Store,
    companies: &[&Company],
    clock: Clock,
    path: &Path,
) -> Result<DocumentKey, Error> {
    let accepted = accept_file(companies, path)?;
    let key = accepted.header.key();
    let mut failure = None;
    let mut tell = |_: &Imports, line: ImportLine| failure = line.error;
    let planned = HashMap::new();
    let mut keeper = Keeper { store, clock, dry_run: false, planned, counts: Imports::default(), tell: &mut tell };
    keeper.keep(vec![(path.display().to_string(), Ok(accepted))])?;
    failure.map_or(Ok(key), |message| Err(Error::Document(message)))
}

/// Reads and checks one file that a run is about.
pub(super) fn accept_file<'c>(companies: &[&'c Company], path: &Path) -> Result<Accepted<'c>, Error> {
    let shown = path.display().to_string();
    accept(companies, read_document(path)).map_err(|refusal| match refusal {
        Refusal::File(unread) => unread.ends_run(path),
        Refusal::Document { message, .. } => Error::Document(format!("{shown}: {message}")),
    })
}

/// Files with what they hold.
type Batch<'c> = Vec<(String, Result<Accepted<'c>, Refusal>)>;

/// Why no further file is read.
enum Halt {
    /// Who stores the batches has stopped.
    NobodyStores,
    /// The run is to end.
    Over,
}

/// Reads and checks every file that is not left for a later run; `true` when the end of the run came before.
fn check_all<'c>(
    companies: &[&'c Company],
    paths: &[PathBuf],
    leave: &dyn Fn(&Path) -> bool,
    ending: &Ending,
    sender: SyncSender<Batch<'c>>,
) -> bool {
    let mut batch = Batch::new();
    let mut bytes = 0;
    let mut walk = Walk::default();
    let send = |batch: &mut Batch<'c>| sender.send(std::mem::take(batch)).map_err(|_| Halt::NobodyStores);
    let walked = paths.iter().try_for_each(|path| {
        walk.path(path, &mut |path, content| {
            if ending.is_over() {
                return Err(Halt::Over);
            }
            if leave(path) {
                return Ok(());
            }
            let shown = path.display().to_string();
            bytes += content.as_ref().map_or(0, Vec::len);
            let checked = accept(companies, content);
            batch.push((shown, checked));
            if batch.len() >= FILES_AT_ONCE || bytes >= BYTES_AT_ONCE {
                bytes = 0;
                send(&mut batch)?;
            }
            Ok(())
        })
    });
    if !matches!(walked, Err(Halt::NobodyStores)) {
        // Nobody is left to tell when this one is not taken either.
        let _ = send(&mut batch);
    }
    matches!(walked, Err(Halt::Over))
}

/// Stores the batches.
struct Keeper<'k> {
    store: &'k mut Store,
    clock: Clock,
    dry_run: bool,
    /// Of a dry run: what it would have stored, by environment and key, and the hash of it.
    planned: HashMap<(Environment, DocumentKey), String>,
    counts: Imports,
    tell: &'k mut dyn FnMut(&Imports, ImportLine),
}

impl Keeper<'_> {
    /// Stores what was accepted of a batch in one transaction.
    fn keep(&mut self, batch: Batch<'_>) -> Result<(), Error> {
        let accepted: Vec<&Accepted<'_>> = batch.iter().filter_map(|(_, checked)| checked.as_ref().ok()).collect();
        let results: Vec<Imported> = if accepted.is_empty() {
            Vec::new()
        } else if self.dry_run {
            accepted.iter().map(|document| self.would_be(document)).collect::<Result<_, StoreError>>()?
        } else {
            let sealed = self.seal(&accepted)?;
            self.store.write(self.clock.now(), |write| {
                accepted.iter().zip(&sealed).map(|(document, paper)| write.import(&new(document, paper))).collect()
            })?
        };
        let mut results = results.into_iter();
        for (path, checked) in batch {
            match checked {
                Err(refusal) => self.refuse(path, &refusal),
                Ok(document) => {
                    let Some(result) = results.next() else { break };
                    let notes = self.notes(&document, &result)?;
                    if let Some(ImportNote::NumberUsed { consecutivo, holder }) = notes.first() {
                        let other = &holder.clave;
                        log::warn!("{path}: the consecutivo {consecutivo} is that of {other} too; Hacienda rejects it");
                    }
                    self.report(path, &document, result, notes);
                }
            }
        }
        Ok(())
    }

    /// Makes the bytes ready for the database; the first large batch of a company teaches its dictionary.
    fn seal(&mut self, accepted: &[&Accepted<'_>]) -> Result<Vec<Sealed>, StoreError> {
        let mut alike: HashMap<(&str, Paper), Vec<&[u8]>> = HashMap::new();
        for document in accepted {
            alike.entry((&document.company.id, paper_of(document))).or_default().push(&document.bytes);
        }
        for ((company, paper), bytes) in &alike {
            self.store.learn_from(company, *paper, bytes, self.clock.now())?;
        }
        let sealed = |document: &&Accepted<'_>| {
            let sealer = self.store.sealer(&document.company.id, paper_of(document))?;
            Ok(sealer.seal(&document.bytes))
        };
        accepted.iter().map(sealed).collect()
    }

    /// What importing this document would come to, after those before it.
    fn would_be(&mut self, document: &Accepted<'_>) -> Result<Imported, StoreError> {
        let state = if document.header.signatures > 0 { State::Signed } else { State::Draft };
        let environment = document.company.settings.environment;
        let (key, own) = ((environment, document.header.key()), document.sha256());
        if let Some(known) = self.store.document(environment, &key.1)? {
            let is_same = known.source_sha256 == own || known.signed_sha256.as_ref() == Some(&own);
            let conflict = Imported::Conflict { stored_sha256: known.source_sha256 };
            return Ok(if is_same { Imported::Unchanged(known.state) } else { conflict });
        }
        Ok(match self.planned.get(&key) {
            Some(sha256) if *sha256 == own => Imported::Unchanged(state),
            Some(sha256) => Imported::Conflict { stored_sha256: sha256.clone() },
            None => {
                self.planned.insert(key, own);
                Imported::New(state)
            }
        })
    }

    /// What a person should know of a document that is taken, or was here.
    fn notes(&self, document: &Accepted<'_>, result: &Imported) -> Result<Vec<ImportNote>, StoreError> {
        match result {
            Imported::Unchanged(State::Discarded) => Ok(vec![ImportNote::Discarded]),
            Imported::New(_) => {
                let (company, consecutivo) = (document.company, document.header.consecutivo.as_str());
                let environment = company.settings.environment;
                let holders = self.store.holders_of_number(&company.id, environment, consecutivo)?;
                let key = document.header.key();
                let other = holders.into_iter().find(|holder| holder.clave != key.as_str());
                let used = |holder| ImportNote::NumberUsed { consecutivo: consecutivo.to_owned(), holder };
                let mut notes: Vec<ImportNote> = other.map(used).into_iter().collect();
                notes.extend(self.of_original(document)?.into_iter().map(ImportNote::Neighbour));
                Ok(notes)
            }
            Imported::Unchanged(_) | Imported::Conflict { .. } | Imported::SentBefore => Ok(Vec::new()),
        }
    }

    /// What speaks against a note or a receipt beside its original.
    fn of_original(&self, document: &Accepted<'_>) -> Result<Vec<Finding>, StoreError> {
        if !document.links.iter().any(|link| link.relation == Relation::Adjusts) {
            return Ok(Vec::new());
        }
        let Ok(view) = View::read(&document.bytes) else { return Ok(Vec::new()) };
        let environment = document.company.settings.environment;
        let but = self.store.document(environment, document.header.key().as_str())?.map(|stored| stored.id);
        let place = Place { company: &document.company.id, environment, but };
        let neighbours = Neighbours { number: None, ..self.store.neighbours(&view, place, &|_| Vec::new())? };
        Ok(check_neighbours(&view, &neighbours))
    }

    fn refuse(&mut self, path: String, refusal: &Refusal) {
        let (clave, count) = match refusal {
            // Like any other document that cannot be taken as it is.
            Refusal::File(Unread::TooLarge { .. }) => (None, &mut self.counts.refused),
            Refusal::File(_) => (None, &mut self.counts.unread),
            Refusal::Document { key, .. } => (key.clone(), &mut self.counts.refused),
        };
        *count += 1;
        let error = Some(refusal.to_string());
        let (result, notes) = (ImportResult::Failed, Vec::new());
        (self.tell)(&self.counts, ImportLine { path, clave, state: None, result, error, notes, moved_to: None });
    }

    fn report(&mut self, path: String, document: &Accepted<'_>, result: Imported, notes: Vec<ImportNote>) {
        let clave = document.header.key();
        let (result, state) = match result {
            Imported::New(state) => (ImportResult::Imported, state),
            Imported::Unchanged(state) => (ImportResult::Unchanged, state),
            Imported::SentBefore => {
                let message = format!(
                    "Hacienda has {clave} with a signature that is not here, and this XML is unsigned: signed anew it would \
                     have other bytes. Import the signed XML that was sent (from what was archived or given to the customer)"
                );
                return self.refuse(path, &Refusal::Document { key: Some(clave), message });
            }
            Imported::Conflict { stored_sha256 } => {
                let message = format!(
                    "other bytes are stored under clave {clave}: stored sha256 {stored_sha256}, this file {}; a document is \
                     never replaced, issue a new one",
                    document.sha256()
                );
                return self.refuse(path, &Refusal::Document { key: Some(clave), message });
            }
        };
        match result {
            ImportResult::Imported => self.counts.imported += 1,
            _ => self.counts.unchanged += 1,
        }
        let (clave, state) = (Some(clave), Some(state));
        let line = ImportLine { path, clave, state, result, error: None, notes, moved_to: None };
        (self.tell)(&self.counts, line);
    }
}

fn paper_of(document: &Accepted<'_>) -> Paper {
    if document.header.signatures > 0 { Paper::Signed } else { Paper::Draft }
}

fn new<'a>(document: &'a Accepted<'_>, paper: &'a Sealed) -> NewDocument<'a> {
    NewDocument {
        header: &document.header,
        figures: &document.figures,
        company: &document.company.id,
        environment: document.company.settings.environment,
        paper,
        signed: document.header.signatures > 0,
        links: &document.links,
    }
}
