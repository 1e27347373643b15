//! Documents made, numbered and stored: each is computed and validated, then a batch gets its numbers in the
//! transaction that stores it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use rust_decimal::Decimal;

use super::generated::{Generated, GeneratedLine, Label, check_folder, write_file};
use super::notes;
use super::problem::Problem;
use super::selector;
use crate::catalogue::CabysCatalogue;
use crate::clock::{Clock, costa_rica_day};
use crate::config::Company;
use crate::document::{DocumentError, Figures, Header, Kind, View};
use crate::error::Error;
use crate::generate::{self, Draft, Input, InputError, InputErrors, Maker, Numbered, Original, Value};
use crate::lifecycle::State;
use crate::store::{NewDocument, Paper, SeriesKey, Store, StoreError, Write};
use crate::validation::{self, Options, Severity};

/// Documents that share a transaction: few enough to be short, many enough to share its cost.
const DOCUMENTS_AT_ONCE: usize = 500;
/// Bytes of XML that share one: documents of a thousand lines are fewer.
const BYTES_AT_ONCE: usize = 4 << 20;
/// Lines of the report that are told together.
const LINES_AT_ONCE: usize = 500;

/// A document that waits for its number.
struct Ready<'a> {
    label: Label,
    company: &'a Company,
    draft: Draft,
    /// What the database keeps of it; clave and consecutivo follow with the number.
    header: Header,
    /// What the books need of it, whatever its number.
    figures: Figures,
    security_code: u32,
    /// Bytes of its XML.
    size: usize,
}

/// What documents are made with.
pub(crate) struct Given<'a> {
    /// For whom.
    pub companies: Vec<&'a Company>,
    /// The time.
    pub clock: Clock,
    /// The CAByS catalogue, when the user has one.
    pub cabys: Option<CabysCatalogue>,
    /// The folder that every document is also written to.
    pub output: Option<PathBuf>,
    /// Nothing is stored and no number is taken.
    pub dry_run: bool,
    /// Nothing is stored before all is known to be right, and nothing at all if one document is not. All documents are
    /// held in memory until then.
    pub all_or_nothing: bool,
    /// Hears how many inputs have been worked.
    pub progress: &'a dyn Fn(u64),
    /// Hears what became of them, soon after it did; no line is kept.
    pub told: &'a dyn Fn(&[GeneratedLine]),
}

/// Documents in the making. Dropped before [`Issuance::finish`] it loses those that wait for their numbers, as if they had
/// not been given.
pub(crate) struct Issuance<'a> {
    store: Store,
    given: Given<'a>,
    /// One for each company, made anew for each batch: documents carry the instant at which they are made.
    makers: HashMap<&'a str, Maker<'a>>,
    /// Numbers that a dry run would have used.
    shown: HashMap<String, u64>,
    batch: Vec<Ready<'a>>,
    /// Of the XML of the batch.
    bytes: usize,
    /// What has not been told yet.
    lines: Vec<GeneratedLine>,
    /// Kind and total of what the documents of the batch do to others: they count as if they were stored.
    pending: HashMap<String, Vec<(Kind, Decimal)>>,
    report: Generated,
}

impl<'a> Issuance<'a> {
    /// Begins, with a look at whether what is made can be written.
    pub(crate) fn new(store: Store, given: Given<'a>) -> Result<Self, Error> {
        if let Some(folder) = given.output.as_ref().filter(|_| !given.dry_run) {
            check_folder(folder)?;
        }
        let report = Generated { dry_run: given.dry_run, ..Generated::default() };
        Ok(Issuance {
            store,
            given,
            makers: HashMap::new(),
            shown: HashMap::new(),
            batch: Vec::new(),
            bytes: 0,
            lines: Vec::new(),
            pending: HashMap::new(),
            report,
        })
    }

    /// The database.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Makes one document; what is wrong with it is reported and stops no other.
    pub(crate) fn take(&mut self, label: Label, input: &Input) -> Result<(), Error> {
        let kind = generate::kind_of(&input.value).ok();
        match (self.prepare(&label, &input.value), &input.errors[..]) {
            (Err(Problem::Run(error)), _) => return Err(*error),
            (Ok(Some(ready)), []) => self.add(ready),
            (Ok(None), []) => {}
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
        self.report.failed += 1;
        self.lines.push(GeneratedLine { kind, errors: Some(errors), ..label.into() });
    }

    fn tell(&mut self) {
        (self.given.told)(&std::mem::take(&mut self.lines));
    }

    /// Adds a document to the batch.
    fn add(&mut self, ready: Ready<'a>) {
        for clave in ready.draft.adjusts() {
            self.pending.entry(clave.to_owned()).or_default().push((ready.draft.kind, ready.draft.total));
        }
        self.bytes += ready.size;
        self.batch.push(ready);
    }

    /// Computes and validates a document; none when its id has made one before.
    fn prepare(&mut self, label: &Label, input: &Value) -> Result<Option<Ready<'a>>, Problem> {
        let (original, company) = self.original(input)?;
        let environment = company.settings.environment;
        if let Some(id) = &label.id
            && let Some(clave) = self.store.generated_as(&company.id, environment, id)?
        {
            self.unchanged(label.clone(), company, clave)?;
            return Ok(None);
        }
        let now = self.given.clock.now();
        let maker = match self.makers.entry(&company.id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Maker::new(company, now)?),
        };
        let mut draft = maker.make(input, original.as_ref())?;
        notes::check(&self.store, company.settings.environment, &draft, &self.pending)?;
        let security_code = generate::security_code().map_err(|message| Problem::from(Error::Fault(message)))?;
        // Numbered 1 for a look: validation and header need a whole document.
        let preview = draft.number(1, security_code).map_err(|error| InputError::new("", error.to_string()))?;
        let unread = |error: DocumentError| InputError::new("", error.to_string());
        let view = View::read(&preview.xml).map_err(unread)?;
        let options = Options { cabys: self.given.cabys.as_ref() };
        let findings = validation::validate_view(&view, costa_rica_day(now), &options);
        refuse_rejected(&findings)?;
        for finding in findings {
            log::info!("{} {}: {}: {}", label.path, label.number, finding.element, finding.message_en);
        }
        let header = view.header().map_err(unread)?;
        let (figures, size) = (view.figures(), preview.xml.len());
        Ok(Some(Ready { label: label.clone(), company, draft, header, figures, security_code, size }))
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

    /// Reports a document that an earlier run made, and how far it has come.
    fn unchanged(&mut self, label: Label, company: &Company, clave: String) -> Result<(), StoreError> {
        self.report.unchanged += 1;
        let before = self.store.document(company.settings.environment, &clave)?;
        let (clave, unchanged, line) = (Some(clave), true, GeneratedLine::from(label));
        self.lines.push(match before {
            None => GeneratedLine { clave, unchanged, ..line },
            Some(before) => GeneratedLine {
                clave,
                unchanged,
                consecutivo: Some(before.consecutivo.to_string()),
                kind: Some(before.kind),
                total: Some(before.total),
                currency: Some(before.currency),
                state: Some(before.state),
                ..line
            },
        });
        Ok(())
    }

    /// Gives the batch its numbers and stores it, in one transaction.
    fn keep(&mut self) -> Result<(), Error> {
        let mut batch = std::mem::take(&mut self.batch);
        self.makers.clear();
        self.pending.clear();
        self.bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let kept: Vec<Kept> = if self.given.dry_run {
            batch.iter_mut().map(|ready| self.show(ready)).collect::<Result<_, _>>()?
        } else {
            let now = self.given.clock.now();
            self.store.write(now, |write| batch.iter_mut().map(|ready| store(write, ready)).collect())?
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
        let kept = self.keep();
        self.tell();
        kept.map(|()| self.report)
    }
}

/// What became of a document in the transaction.
enum Kept {
    New(Numbered),
    /// Its id has made a document before.
    Known(String),
}

/// Reserves the number and stores the document that has it.
fn store(write: &Write<'_>, ready: &mut Ready<'_>) -> Result<Kept, StoreError> {
    let company = ready.company;
    let environment = company.settings.environment;
    if let Some(id) = &ready.label.id
        && let Some(clave) = write.generated_as(&company.id, environment, id)?
    {
        return Ok(Kept::Known(clave));
    }
    let number = write.reserve_number(&series_key(company, &ready.draft))?;
    let numbered = number_of(ready, number)?;
    let paper = write.sealer(&company.id, Paper::Draft)?.seal(&numbered.xml);
    let new = NewDocument {
        header: &ready.header,
        figures: &ready.figures,
        company: &company.id,
        environment,
        paper: &paper,
        signed: false,
    };
    write.keep_generated(&new, ready.label.id.as_deref(), &ready.draft.adjusts())?;
    Ok(Kept::New(numbered))
}

fn number_of(ready: &mut Ready<'_>, number: u64) -> Result<Numbered, StoreError> {
    let refused = |message: String| StoreError::Numbering { message };
    let numbered = ready.draft.number(number, ready.security_code).map_err(|error| refused(error.to_string()))?;
    if ready.draft.kind != Kind::MensajeReceptor {
        ready.header.clave = numbered.clave.parse().map_err(|error: DocumentError| refused(error.to_string()))?;
    }
    ready.header.consecutivo = numbered.consecutivo.clone();
    Ok(numbered)
}

fn series_key<'k>(company: &'k Company, draft: &Draft) -> SeriesKey<'k> {
    SeriesKey {
        company: &company.id,
        environment: company.settings.environment,
        branch: draft.series.branch,
        terminal: draft.series.terminal,
        kind_code: draft.series.kind_code,
    }
}

fn line(ready: Ready<'_>, numbered: &Numbered, dry_run: bool) -> GeneratedLine {
    GeneratedLine {
        clave: Some(numbered.clave.clone()),
        consecutivo: Some(numbered.consecutivo.to_string()),
        kind: Some(ready.draft.kind),
        total: Some(ready.header.total_text),
        currency: Some(ready.header.currency),
        state: Some(State::Draft).filter(|_| !dry_run),
        ..ready.label.into()
    }
}

/// Everything that Hacienda would reject, at once.
fn refuse_rejected(findings: &[validation::Finding]) -> Result<(), InputErrors> {
    let rejected = findings.iter().filter(|finding| finding.severity == Severity::Reject);
    let errors: Vec<InputError> = rejected
        .map(|finding| InputError::new(&finding.element, format!("{} ({})", finding.message_en, finding.name)))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(InputErrors { errors, more: 0 }) }
}
