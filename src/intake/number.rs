//! Documents made, numbered and stored: each is computed and validated, then a batch gets its numbers in the
//! transaction that stores it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::confirmed;
use super::generated::{Generated, GeneratedLine, Label, check_folder, write_file};
use super::given::Given;
use super::notes;
use super::origin::{Source, Word, repeated};
use super::pending::Pending;
use super::problem::Problem;
use super::ready::{Kept, Ready, line, number_of, refuse_findings, refuse_stopped, series_key, store};
use super::selector;
use crate::clock::costa_rica_day;
use crate::config::Company;
use crate::document::{DocumentError, Kind, View};
use crate::error::Error;
use crate::generate::{self, Input, InputError, InputErrors, Maker, Original, Value};
use crate::lifecycle::State;
use crate::sha256::sha256;
use crate::store::{Store, StoreError};
use crate::validation::{self, Options};

/// Documents that share a transaction: few enough to be short, many enough to share its cost.
const DOCUMENTS_AT_ONCE: usize = 500;
/// Bytes of XML that share one: documents of a thousand lines are fewer.
const BYTES_AT_ONCE: usize = 4 << 20;
/// Lines of the report that are told together.
const LINES_AT_ONCE: usize = 500;

/// Documents in the making. Dropped before [`Issuance::finish`] it loses those that wait for their numbers, as if they had
/// not been given.
pub(crate) struct Issuance<'a> {
    pub(super) store: Store,
    pub(super) given: Given<'a>,
    /// One for each company, made anew for each batch: documents carry the instant at which they are made.
    pub(super) makers: HashMap<&'a str, Maker<'a>>,
    /// Numbers that a dry run would have used.
    pub(super) shown: HashMap<String, u64>,
    pub(super) batch: Vec<Ready<'a>>,
    /// Of the XML of the batch.
    pub(super) bytes: usize,
    /// What has not been told yet.
    pub(super) lines: Vec<GeneratedLine>,
    pub(super) pending: Pending,
    /// The inputs so far, the present one last.
    pub(super) sources: Vec<Source>,
    pub(super) report: Generated,
}

impl<'a> Issuance<'a> {
    /// Begins, with a look at whether what is made can be written, and whether the database knows every number that was given.
    pub(crate) fn new(mut store: Store, given: Given<'a>) -> Result<Self, Error> {
        if let Some(folder) = given.output.as_ref().filter(|_| !given.dry_run) {
            check_folder(folder)?;
        }
        if given.dry_run {
            store.refuse_behind_marks()?;
        } else {
            store.hold_to_marks(given.clock.now())?;
        }
        let ids: Vec<&str> = given.companies.iter().map(|company| company.id.as_str()).collect();
        store.refuse_numbers_in_doubt(&ids)?;
        let report = Generated { dry_run: given.dry_run, ..Generated::default() };
        Ok(Issuance {
            store,
            given,
            makers: HashMap::new(),
            shown: HashMap::new(),
            batch: Vec::new(),
            bytes: 0,
            lines: Vec::new(),
            pending: Pending::default(),
            sources: Vec::new(),
            report,
        })
    }

    /// The database.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The documents that come now are of this input.
    pub(crate) fn begin_input(&mut self, name: &str, content: &[u8]) {
        self.sources.push(Source::new(name.to_owned(), sha256(content)));
    }

    /// The input that was begun last has been read to its end.
    pub(crate) fn end_input(&mut self) {
        if let Some(source) = self.sources.last_mut() {
            source.is_whole = true;
        }
    }

    /// Makes one document; what is wrong with it is reported and stops no other.
    pub(crate) fn take(&mut self, label: Label, input: &Input) -> Result<(), Error> {
        let kind = generate::kind_of(&input.value).ok();
        match (self.prepare(&label, &input.value), &input.errors[..]) {
            (Err(Problem::Run(error)), _) => return Err(*error),
            (Ok(Some(ready)), []) => self.add(ready),
            (Ok(None), []) => {}
            (Err(Problem::Made(error)), _) => self.refuse_as(label, kind, error.into()),
            (Err(Problem::Input(errors)), of_rows) => self.refuse(label, kind, input.placed(of_rows, errors)),
            (Ok(_), of_rows) => self.refuse(label, kind, InputErrors { errors: of_rows.to_vec(), more: 0 }),
        }
        let is_full = self.batch.len() >= DOCUMENTS_AT_ONCE || self.bytes >= BYTES_AT_ONCE;
        if is_full && !self.given.all_or_nothing {
            self.keep()?;
        }
        if self.lines.len() >= LINES_AT_ONCE {
            self.tell();
        }
        (self.given.progress)(self.report.generated + self.report.failed);
        Ok(())
    }

    /// Reports an input that made no document.
    pub(crate) fn refuse(&mut self, label: Label, kind: Option<Kind>, errors: InputErrors) {
        if let Some(source) = self.sources.last_mut() {
            source.refused += 1;
        }
        self.refuse_as(label, kind, errors);
    }

    fn refuse_as(&mut self, label: Label, kind: Option<Kind>, errors: InputErrors) {
        self.report.failed += 1;
        self.lines.push(GeneratedLine { kind, errors: Some(errors), ..label.into() });
    }

    fn tell(&mut self) {
        (self.given.told)(&std::mem::take(&mut self.lines));
    }

    /// Adds a document to the batch.
    fn add(&mut self, ready: Ready<'a>) {
        self.pending.add(&ready.links, (ready.draft.kind, ready.draft.total));
        if ready.draft.kind == Kind::MensajeReceptor {
            self.pending.confirmed.insert(ready.header.clave.to_string());
        }
        if let Some(id) = &ready.label.id {
            self.pending.words.insert((ready.company.id.clone(), id.clone()), ready.label.number);
        }
        self.bytes += ready.size;
        self.batch.push(ready);
    }

    /// Computes and validates a document; none when its id has made one before.
    fn prepare(&mut self, label: &Label, input: &Value) -> Result<Option<Ready<'a>>, Problem> {
        let (original, company) = self.original(input)?;
        let content = generate::content_hash(input);
        let word = self.word(label, company, &content)?;
        if let Word::Same(earlier) = word {
            self.unchanged(label.clone(), company, earlier.clave)?;
            return Ok(None);
        }
        let replaced = match &word {
            Word::Rejected(earlier) => Some(self.rejected(company, &earlier.clave)?),
            _ => None,
        };
        let now = self.given.clock.now();
        let maker = match self.makers.entry(&company.id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Maker::new(company, now)?),
        };
        let mut draft = maker.make(input, original.as_ref(), replaced.as_ref())?;
        refuse_stopped(&self.store, company, &draft)?;
        let security_code = generate::security_code().map_err(|message| Problem::from(Error::Fault(message)))?;
        // Numbered 1 for a look: validation and header need a whole document.
        let preview = draft.number(1, security_code).map_err(|error| InputError::new("", error.to_string()))?;
        let unread = |error: DocumentError| InputError::new("", error.to_string());
        let view = View::read(&preview.xml).map_err(unread)?;
        let options = Options { cabys: self.given.cabys.as_ref() };
        let links = view.links();
        notes::check(&self.store, company, &view, &self.pending)?;
        let findings = validation::validate_view(&view, costa_rica_day(now), &options);
        refuse_findings(&findings, draft.kind, self.given.despite)?;
        for finding in findings {
            log::info!("{} {}: {}: {}", label.path, label.number, finding.element, finding.message_en);
        }
        let header = view.header().map_err(unread)?;
        if let Word::Other(earlier) = word {
            return self.other_content(label, company, earlier, &header);
        }
        let (again, despite) = (self.given.again, self.given.despite);
        confirmed::check(&self.store, company.settings.environment, &header, &self.pending, (again, despite))?;
        let (figures, size) = (view.figures(), preview.xml.len());
        let source = self.sources.len().checked_sub(1).filter(|_| label.id.is_none());
        let label = label.clone();
        Ok(Some(Ready { label, company, draft, header, figures, security_code, size, links, content, source, again }))
    }

    /// The document that this one is made from, and the company that issues it.
    fn original(&self, input: &Value) -> Result<(Option<Original>, &'a Company), Problem> {
        let of = input.get("of").and_then(Value::scalar);
        let Some(of) = of else { return Ok((None, self.company(input)?)) };
        let document = selector::document(&self.given.companies, &self.store, of)
            .map_err(|error| InputError::new("of", error.to_string()))?;
        if matches!(document.state, State::Signed | State::Submitted | State::Error) {
            log::warn!("{of} is `{}`: if Hacienda rejects it, what refers to it is rejected too", document.state);
        }
        let xml = match self.store.signed_xml(document.id)? {
            Some(signed) => signed,
            None => self.store.unsigned_xml(document.id)?.unwrap_or_default(),
        };
        let original = Original::read(&xml, document.state).map_err(|message| InputError::new("of", message))?;
        Ok((Some(original), self.named(&document.company)?))
    }

    /// The company of the document: the one it names, or the only one there is.
    fn company(&self, input: &Value) -> Result<&'a Company, InputError> {
        match (input.get("company").and_then(Value::scalar), &self.given.companies[..]) {
            (Some(id), _) => self.named(id),
            (None, [company]) => Ok(company),
            (None, _) => {
                Err(InputError::new("company", format!("is missing: one of {} (or use --company)", self.known())))
            }
        }
    }

    fn named(&self, id: &str) -> Result<&'a Company, InputError> {
        let found = self.given.companies.iter().copied().find(|company| company.id == id);
        found.ok_or_else(|| InputError::new("company", format!("`{id}` is not one of {}", self.known())))
    }

    fn known(&self) -> String {
        self.given.companies.iter().map(|company| company.id.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Gives the batch its numbers and stores it, in one transaction.
    pub(super) fn keep(&mut self) -> Result<(), Error> {
        let mut batch = std::mem::take(&mut self.batch);
        self.makers.clear();
        self.pending = Pending::default();
        self.bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let kept: Vec<Kept> = if self.given.dry_run {
            batch.iter_mut().map(|ready| self.show(ready)).collect::<Result<_, _>>()?
        } else {
            let (now, sources) = (self.given.clock.now(), &mut self.sources);
            let kept =
                self.store.write(now, |write| batch.iter_mut().map(|ready| store(write, ready, sources)).collect())?;
            // Nobody hears of a number before it is marked.
            self.store.hold_to_marks(now).inspect_err(|_| {
                log::warn!("the last {} documents stand as drafts", batch.len());
            })?;
            kept
        };
        for (ready, kept) in batch.into_iter().zip(kept) {
            match kept {
                Kept::New(numbered) => {
                    let folder = self.given.output.as_ref().filter(|_| !self.given.dry_run);
                    let written = folder.map(|folder| write_file(folder, &numbered.clave, &numbered.xml));
                    let unwritten = written.and_then(Result::err);
                    self.report.generated += 1;
                    self.report.unwritten += u64::from(unwritten.is_some());
                    self.lines.push(GeneratedLine { unwritten, ..line(ready, &numbered, self.given.dry_run) });
                }
                Kept::Known(clave) => self.unchanged(ready.label, ready.company, clave)?,
                Kept::Confirmed(earlier) => {
                    let errors = confirmed::confirmed_before(&earlier).into();
                    self.refuse_as(ready.label, Some(ready.draft.kind), errors);
                }
                Kept::Repeated(earlier) => {
                    self.refuse_as(ready.label, Some(ready.draft.kind), repeated(&earlier).into());
                }
            }
        }
        self.tell();
        Ok(())
    }

    /// The document as it would be, without taking a number.
    fn show(&mut self, ready: &mut Ready<'_>) -> Result<Kept, StoreError> {
        let key = series_key(ready.company, &ready.draft);
        let first = self.store.next_number(&key)?;
        let used = self.shown.entry(format!("{key:?}")).or_default();
        let number = first + *used;
        *used += 1;
        number_of(ready, number).map(Kept::New)
    }

    /// Stores what is left, and says what was done. Where a signal ended the input early, what was made until then
    /// stands; of all or nothing it is nothing.
    pub(crate) fn finish(mut self, interrupted_by: Option<i32>) -> Result<Generated, Error> {
        self.report.interrupted_by = interrupted_by;
        if self.given.all_or_nothing && (self.report.failed > 0 || interrupted_by.is_some()) {
            for ready in std::mem::take(&mut self.batch) {
                self.report.withheld += 1;
                let (kind, total) = (Some(ready.draft.kind), Some(ready.header.total_text));
                self.lines.push(GeneratedLine { kind, total, withheld: true, ..ready.label.into() });
            }
        }
        let kept = self.keep().and_then(|()| self.end_inputs());
        self.tell();
        kept.map(|()| self.report)
    }
}

impl Issuance<'_> {
    /// Says of every input that made something how it ended.
    fn end_inputs(&mut self) -> Result<(), Error> {
        if self.given.dry_run || !self.sources.iter().any(Source::has_made) {
            return Ok(());
        }
        let (now, sources) = (self.given.clock.now(), &self.sources);
        Ok(self.store.write(now, |write| sources.iter().try_for_each(|source| source.end(write)))?)
    }
}
