//! A document that is computed and validated: it gets its number in the transaction that stores it.

use super::generated::{GeneratedLine, Label};
use super::origin::Source;
use super::problem::Problem;
use crate::config::Company;
use crate::document::{DocumentError, Figures, Header, Kind, Link};
use crate::generate::{Draft, InputError, InputErrors, Numbered};
use crate::lifecycle::State;
use crate::store::{Confirmed, Earlier, NewDocument, Origin, Paper, SeriesKey, Store, StoreError, Write};
use crate::validation::{self, Severity};

/// A document that waits for its number.
pub(super) struct Ready<'a> {
    pub(super) label: Label,
    pub(super) company: &'a Company,
    pub(super) draft: Draft,
    /// What the database keeps of it; clave and consecutivo follow with the number.
    pub(super) header: Header,
    /// What the books need of it, whatever its number.
    pub(super) figures: Figures,
    pub(super) security_code: u32,
    /// Bytes of its XML.
    pub(super) size: usize,
    /// What it is to other documents.
    pub(super) links: Vec<Link>,
    /// SHA-256 of what the input says.
    pub(super) content: String,
    /// Its input, where it is known by that.
    pub(super) source: Option<usize>,
    pub(super) again: bool,
}

/// What became of a document in the transaction.
pub(super) enum Kept {
    New(Numbered),
    /// Its id has made a document before.
    Known(String),
    /// Another process confirmed the document meanwhile.
    Confirmed(Confirmed),
    /// Another process made it of the same input meanwhile.
    Repeated(Earlier),
}

/// Reserves the number and stores the document that has it.
pub(super) fn store(write: &Write<'_>, ready: &mut Ready<'_>, sources: &mut [Source]) -> Result<Kept, StoreError> {
    let company = ready.company;
    let environment = company.settings.environment;
    if let Some(id) = &ready.label.id
        && let Some(earlier) = write.generated_as(&company.id, environment, id)?
        && earlier.state != State::Rejected
    {
        return Ok(Kept::Known(earlier.clave));
    }
    if ready.draft.kind == Kind::MensajeReceptor
        && !ready.again
        && let Some(earlier) = write.confirmation_of(environment, ready.header.clave.as_str())?
    {
        return Ok(Kept::Confirmed(earlier));
    }
    let mut input = None;
    if let Some(source) = ready.source.and_then(|at| sources.get_mut(at)) {
        if !ready.again
            && let Some(earlier) = source.made_meanwhile(write, company, ready.label.number)?
        {
            return Ok(Kept::Repeated(earlier));
        }
        input = Some((source.row(write, company)?, ready.label.number));
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
        links: &ready.links,
    };
    write.keep_generated(&new, &Origin { id: ready.label.id.as_deref(), content: &ready.content, input })?;
    Ok(Kept::New(numbered))
}

pub(super) fn number_of(ready: &mut Ready<'_>, number: u64) -> Result<Numbered, StoreError> {
    let refused = |message: String| StoreError::Numbering { message };
    let numbered = ready.draft.number(number, ready.security_code).map_err(|error| refused(error.to_string()))?;
    if ready.draft.kind != Kind::MensajeReceptor {
        ready.header.clave = numbered.clave.parse().map_err(|error: DocumentError| refused(error.to_string()))?;
    }
    ready.header.consecutivo = numbered.consecutivo.clone();
    Ok(numbered)
}

pub(super) fn series_key<'k>(company: &'k Company, draft: &Draft) -> SeriesKey<'k> {
    SeriesKey {
        company: &company.id,
        environment: company.settings.environment,
        branch: draft.series.branch,
        terminal: draft.series.terminal,
        kind_code: draft.series.kind_code,
    }
}

pub(super) fn line(ready: Ready<'_>, numbered: &Numbered, dry_run: bool) -> GeneratedLine {
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

/// Findings that are warnings of a validation and that no confirmation is made with: amounts that do not go with what becomes of
/// the IVA.
const NOT_CONFIRMED_WITH: [&str; 2] = ["message-condition", "message-amount"];

/// Everything that Hacienda would reject, at once, and what does not fit in a confirmation that is made here.
pub(super) fn refuse_findings(findings: &[validation::Finding], kind: Kind, despite: bool) -> Result<(), InputErrors> {
    let is_refused = |finding: &&validation::Finding| {
        let doubtful = kind == Kind::MensajeReceptor && !despite && NOT_CONFIRMED_WITH.contains(&finding.name);
        finding.severity == Severity::Reject || doubtful
    };
    let errors: Vec<InputError> = findings
        .iter()
        .filter(is_refused)
        .map(|finding| InputError::new(&finding.element, format!("{} ({})", finding.message_en, finding.name)))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(InputErrors { errors, more: 0 }) }
}

/// A series in which Hacienda has a document that is not here gives no number.
pub(super) fn refuse_stopped(store: &Store, company: &Company, draft: &Draft) -> Result<(), Problem> {
    let Some(clave) = store.stop_of(&series_key(company, draft))? else { return Ok(()) };
    let message = format!(
        "its series is stopped: Hacienda has {clave}, which is not here; `cr-einvoice numbering` says what to do"
    );
    Err(InputError::new("kind", message).into())
}
