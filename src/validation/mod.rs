//! What Hacienda would refuse or warn about, said before sending: structure, codes, conditions and arithmetic of the
//! annex.
//!
//! The levels are the annex's: structure and form of values first; a document whose shape is wrong is not looked into
//! further, and one whose numbers are none is not counted. What real accepted documents show (empty optional elements,
//! `PlazoCredito` 0 in a cash sale, `Tarifa` 13, amounts `.00`, activity codes with a dot, security codes of zeros) is
//! never reported as a rejection.

mod amounts;
mod breakdown;
mod confirmed;
mod document;
mod exonerations;
mod finding;
mod lines;
mod message;
mod neighbours;
mod others;
mod parties;
mod payments;
mod references;
pub mod structure;
mod summary;
mod surtido;
mod taxes;

use chrono::NaiveDate;
pub(crate) use parties::is_email;

pub use confirmed::against_confirmed;
pub use finding::{Finding, Severity};
use finding::{Report, Sentence};
pub(crate) use neighbours::{Neighbours, Original, check_neighbours};

use crate::catalogue::CabysCatalogue;
use crate::clock::costa_rica;
use crate::document::{DocumentError, Kind, Node, Version, View, parse_date_time};
use crate::xml::{Position, Reader};

/// What a validation may use beside the document.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'c> {
    /// The CAByS catalogue, when the user has one.
    pub cabys: Option<&'c CabysCatalogue>,
}

/// A document under validation, with what every rule asks for.
#[derive(Clone, Copy)]
struct Subject<'t, 'a> {
    root: Node<'t, 'a>,
    kind: Kind,
    /// The day it was issued in Costa Rica: codes count from a day on.
    day: NaiveDate,
    today: NaiveDate,
    cabys: Option<&'t CabysCatalogue>,
}

/// Everything to say about a document, in the order of the document. No finding of severity `Reject` means that as far
/// as this program can know Hacienda accepts it. `today` is the day in Costa Rica.
pub fn validate(bytes: &[u8], today: NaiveDate, options: &Options<'_>) -> Vec<Finding> {
    match View::read(bytes) {
        Ok(view) => validate_view(&view, today, options),
        Err(error) => vec![unreadable(bytes, error)],
    }
}

/// What there is to say about bytes that are no comprobante.
pub fn unreadable(bytes: &[u8], error: DocumentError) -> Finding {
    let (name, position, es, en) = match error {
        DocumentError::Xml(error) => {
            let message = error.message();
            let (es, en) = (format!("no es XML legible: {message}"), format!("not readable XML: {message}"));
            ("not-xml", error.position(), es, en)
        }
        DocumentError::Root { name, namespace, .. } => {
            let es = format!("`{name}` en el espacio de nombres `{namespace}` no es un comprobante v4.4");
            let en = format!("`{name}` in namespace `{namespace}` is not a comprobante of v4.4");
            ("unknown-root", position_of_root(bytes), es, en)
        }
        other => ("not-xml", position_of_root(bytes), other.to_string(), other.to_string()),
    };
    Finding { name, severity: Severity::Reject, position, element: String::new(), message_es: es, message_en: en }
}

/// Where the root begins, or where the document breaks before it.
fn position_of_root(bytes: &[u8]) -> Position {
    let mut reader = Reader::new(bytes);
    match reader.next() {
        Ok(_) => reader.position(),
        Err(error) => error.position(),
    }
}

/// The same of a document that has been read already.
pub fn validate_view(view: &View<'_>, today: NaiveDate, options: &Options<'_>) -> Vec<Finding> {
    let (root, kind) = (view.root(), view.kind());
    let mut report = Report::new(view.tree());
    if view.version() == Version::V43 {
        let es = "v4.3: solo se revisa que el XML esté bien formado";
        report.add(
            root,
            Severity::Advice,
            "version-not-checked",
            Sentence::new(es, "v4.3: only well-formedness is checked"),
        );
        return report.into_findings();
    }
    let subject = Subject { root, kind, day: issue_day(root).unwrap_or(today), today, cabys: options.cabys };
    check(&mut report, &subject);
    report.into_findings()
}

/// The levels one after the other.
fn check<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let shape = structure::check_structure(report, subject.root, subject.kind, subject.day);
    document::check_keys(report, subject);
    if !shape.elements {
        return;
    }
    if subject.kind == Kind::MensajeReceptor {
        message::check_message(report, subject);
        return;
    }
    parties::check_parties(report, subject);
    others::check_other_texts(report, subject.root);
    references::check_references(report, subject);
    if !shape.numbers {
        return;
    }
    let lines = lines::check_lines(report, subject);
    let totals = summary::check_summary(report, subject, &lines);
    payments::check_payments(report, subject, totals);
}

/// The day of FechaEmision or FechaEmisionDoc in Costa Rica.
fn issue_day(root: Node<'_, '_>) -> Option<NaiveDate> {
    let text = root.text_of("FechaEmision").or_else(|| root.text_of("FechaEmisionDoc"))?;
    Some(parse_date_time(text)?.with_timezone(&costa_rica()).date_naive())
}
