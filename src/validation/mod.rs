//! What Hacienda would refuse or warn about, said before sending: structure, codes, conditions and arithmetic of the
//! annex.
//!
//! The levels are the annex's: structure and form of values first; a document whose shape is wrong is not looked into
//! further, and one whose numbers are none is not counted. What real accepted documents show (empty optional elements,
//! `PlazoCredito` 0 in a cash sale, `Tarifa` 13, amounts `.00`, activity codes with a dot, security codes of zeros) is
//! never reported as a rejection.

mod amounts;
mod breakdown;
mod document;
mod exonerations;
mod finding;
mod lines;
mod message;
mod others;
mod parties;
mod payments;
mod references;
pub mod structure;
mod summary;
mod surtido;
mod taxes;

use chrono::NaiveDate;

pub use finding::{Finding, Severity};
use finding::{Report, Sentence};

use crate::catalogue::CabysCatalogue;
use crate::clock::costa_rica;
use crate::document::{Kind, Node, Tree, Version, identify, parse_date_time};
use crate::xml::Position;

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
    let tree = match Tree::read(bytes) {
        Ok(tree) => tree,
        Err(error) => {
            let message = error.message();
            let sentence =
                Sentence::new(format!("no es XML legible: {message}"), format!("not readable XML: {message}"));
            return vec![without_tree("not-xml", error.position(), sentence)];
        }
    };
    let root = tree.root();
    let Some((kind, version)) = identify(root.namespace(), root.name()) else {
        let sentence = Sentence::new(
            format!("`{}` en el espacio de nombres `{}` no es un comprobante v4.4", root.name(), root.namespace()),
            format!("`{}` in namespace `{}` is not a comprobante of v4.4", root.name(), root.namespace()),
        );
        return vec![without_tree("unknown-root", tree.position(root), sentence)];
    };
    let mut report = Report::new(&tree);
    if version == Version::V43 {
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

/// A finding about a document that could not be read into a tree of its kind.
fn without_tree(name: &'static str, position: Position, sentence: Sentence) -> Finding {
    let Sentence { es: message_es, en: message_en } = sentence;
    Finding { name, severity: Severity::Reject, position, element: String::new(), message_es, message_en }
}
