//! InformacionReferencia (notas 9 and 10): what each reference must carry, and when a document must have one.

use chrono::{Months, NaiveDate};

use super::Subject;
use super::document::is_clave;
use super::finding::{Report, Sentence, Severity};
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::document::{Clave, Kind, Node, Situation, parse_date_time};

/// A reference may not be older than ten years.
const OLDEST: Months = Months::new(120);
/// The type that needs neither number nor code nor reason: income invoiced for a past month.
const PAST_MONTH: &str = "13";
/// The type for a document that Hacienda rejected.
const REJECTED: &str = "10";
/// The code of a payment.
const PAYMENT: &str = "17";
/// The fewest characters of Razon by the annex; the XSD takes none.
const SHORTEST_REASON: usize = 3;

/// Checks each reference, and that one is there where the annex asks for it.
pub(super) fn check_references<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    for reference in subject.root.all("InformacionReferencia") {
        check_reference(report, subject, reference);
    }
    if subject.kind == Kind::ReciboPago {
        check_paid(report, subject);
    }
    if subject.root.child("InformacionReferencia").is_none() {
        check_needed(report, subject);
    }
}

/// A receipt pays a sale (annex: the reference of a REP is the clave of the original, sold with condition 08 or 10). A
/// note of credit owes nothing: it may be named beside the sale that it lowered, not alone, and not as what is paid
/// (code 17).
fn check_paid<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let references: Vec<_> = subject.root.all("InformacionReferencia").collect();
    let kind = |node: &Node<'t, 'a>| is_clave(node.text_of("Numero")?).ok()?.consecutivo().kind();
    let credits = |node: &Node<'t, 'a>| kind(node) == Some(Kind::NotaCredito);
    let alone = references.iter().all(credits);
    for node in references.iter().filter(|node| credits(node) && (alone || node.text_of("Codigo") == Some(PAYMENT))) {
        let es = "es una nota de crédito: un recibo paga la venta original";
        let en = "is a note of credit: a receipt pays the original sale";
        report.reject(node.child_or_self("Numero"), "receipt-on-credit-note", es, en);
    }
}

/// A FE refers to a document with sale condition 12, with an exoneration of type 11; any document in contingency. For
/// those two the annex rejects; a document of 2026 in contingency without a reference is reported as accepted.
fn check_needed<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let root = subject.root;
    let clave = root.text_of("Clave").and_then(|text| text.parse::<Clave>().ok());
    let contingency = clave.is_some_and(|clave| clave.situation() == Situation::Contingency);
    let authorised = || {
        let lines = root.child("DetalleServicio").into_iter().flat_map(|detail| detail.all("LineaDetalle"));
        lines
            .flat_map(|line| line.all("Impuesto"))
            .any(|tax| tax.at(&["Exoneracion", "TipoDocumentoEX1"]).is_some_and(|code| code.text() == "11"))
    };
    let (severity, es, en) = if subject.kind == Kind::Factura && root.text_of("CondicionVenta") == Some("12") {
        (Severity::Reject, "CondicionVenta 12", "CondicionVenta 12")
    } else if subject.kind == Kind::Factura && authorised() {
        (Severity::Reject, "la exoneración del tipo 11", "an exoneration of type 11")
    } else if contingency {
        (Severity::Warn, "la situación 2 (contingencia)", "situación 2 (contingency)")
    } else {
        return;
    };
    let es = format!("falta InformacionReferencia: la pide {es}");
    let sentence = Sentence::new(es, format!("InformacionReferencia is missing: {en} asks for it"));
    report.add(root, severity, "reference-missing", sentence);
}

/// Whether the document is a financial note: reference codes 09 and 10.
pub(super) fn is_financial_note(root: Node<'_, '_>) -> bool {
    root.all("InformacionReferencia").any(|one| matches!(one.text_of("Codigo"), Some("09" | "10")))
}

/// One reference.
fn check_reference<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, node: Node<'t, 'a>) {
    let kind = node.text_of("TipoDocIR").unwrap_or_default();
    check_date(report, subject, node);
    if kind == REJECTED && matches!(subject.kind, Kind::NotaCredito | Kind::NotaDebito) {
        let es = "un documento rechazado no existe: se sustituye por uno nuevo, no se le hace nota";
        let en = "a rejected document is void: it is replaced by a new one, not noted";
        report.warn(node.child_or_self("TipoDocIR"), "note-on-rejected", es, en);
    }
    if kind == PAST_MONTH {
        return;
    }
    match node.text_of("Numero") {
        None if node.child("Numero").is_none() || subject.kind != Kind::ReciboPago => {
            let es = "falta Numero: solo TipoDocIR 13 lo dispensa";
            report.reject(node, "reference-number-missing", es, "Numero is missing: only TipoDocIR 13 does without it");
        }
        number => check_number(report, subject, node, kind, number.unwrap_or_default()),
    }
    if node.text_of("Codigo").is_none() {
        let es = "falta Codigo: solo TipoDocIR 13 lo dispensa";
        report.reject(node, "reference-code-missing", es, "Codigo is missing: only TipoDocIR 13 does without it");
    }
    match node.text_of("Razon") {
        None => {
            let es = "falta Razon: solo TipoDocIR 13 la dispensa";
            report.reject(node, "reference-reason-missing", es, "Razon is missing: only TipoDocIR 13 does without it");
        }
        Some(reason) if reason.chars().count() < SHORTEST_REASON => {
            let es = format!("`{reason}` es muy corta: de {SHORTEST_REASON} a 180 caracteres");
            let en = format!("`{reason}` is too short: {SHORTEST_REASON} to 180 characters");
            report.reject(node.child_or_self("Razon"), "reference-reason-short", es, en);
        }
        Some(_) => {}
    }
}

/// Numero is a clave for the electronic documents, and its kind is the one that TipoDocIR names.
fn check_number<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    node: Node<'t, 'a>,
    kind: &str,
    number: &str,
) {
    let place = node.child_or_self("Numero");
    let own = subject.root.text_of("Clave").unwrap_or_default();
    if number.eq_ignore_ascii_case(own) {
        // A document that refers to itself refers to none that Hacienda has accepted: its clave is not a valid one yet.
        report.reject(place, "reference-to-itself", "es la clave de este documento", "is the clave of this document");
        return;
    }
    let asks = List::ReferenceDocuments.find(kind).is_some_and(|entry| entry.value == "clave");
    match is_clave(number) {
        Err(error) if asks => {
            let es = format!("TipoDocIR {kind} pide una clave válida en Numero: {error}");
            report.reject(
                place,
                "reference-clave",
                es,
                format!("TipoDocIR {kind} asks for a valid clave in Numero: {error}"),
            );
        }
        Err(_) => {}
        Ok(clave) => {
            check_kind_named(report, place, kind, &clave);
            if clave.date() > subject.day {
                let (date, day) = (clave.date(), subject.day);
                let es = format!("el documento {number} es de {date}, posterior a este, {day}");
                report.warn(
                    place,
                    "reference-in-future",
                    es,
                    format!("document {number} is of {date}, after this one, {day}"),
                );
            }
        }
    }
}

/// The kinds that a TipoDocIR can mean: nota 10 numbers the first four as nota 3 does, and names the kind of some others.
/// The clave of another kind is no valid clave of that document, for which the annex rejects. A purchase or an export is
/// an invoice too, and had no type of its own before the revision of 2026-04-22: under 01 it is remarked on alone.
fn check_kind_named<'t, 'a>(report: &mut Report<'t, 'a>, place: Node<'t, 'a>, kind: &str, clave: &Clave) {
    let consecutivo = clave.consecutivo();
    let code = consecutivo.kind_code();
    let (severity, named): (Severity, &str) = match (kind, code) {
        ("01", "08" | "09") => (Severity::Warn, "01"),
        ("01" | "02" | "03" | "04", _) => (Severity::Reject, kind),
        ("12" | "19", _) => (Severity::Warn, "09"),
        ("15", _) => (Severity::Warn, "08"),
        ("20", _) => (Severity::Warn, "10"),
        _ => return,
    };
    if code != named {
        let es = format!("la clave es de un documento del tipo {code} y TipoDocIR es {kind}");
        let en = format!("the clave is of a document of type {code} and TipoDocIR is {kind}");
        report.add(place, severity, "reference-kind", Sentence::new(es, en));
    }
}

/// FechaEmisionIR is at most ten years old and not after the document, to the second on one day.
fn check_date<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, node: Node<'t, 'a>) {
    let Some(at) = node.text_of("FechaEmisionIR").and_then(parse_date_time) else { return };
    let issued = subject.root.text_of("FechaEmision").and_then(parse_date_time);
    let day = at.with_timezone(&costa_rica()).date_naive();
    let place = node.child_or_self("FechaEmisionIR");
    if is_too_old(day, subject.day) {
        let es = format!("{day} es de hace más de 10 años");
        report.reject(place, "reference-too-old", es, format!("{day} is more than 10 years ago"));
    } else if issued.is_some_and(|issued| at > issued) {
        let own = subject.root.text_of("FechaEmision").unwrap_or_default();
        let es = format!("{} es posterior al documento, {own}", place.text());
        report.warn(place, "reference-in-future", es, format!("{} is after the document, {own}", place.text()));
    }
}

/// Whether a day lies more than ten years before another.
pub(super) fn is_too_old(day: NaiveDate, now: NaiveDate) -> bool {
    now.checked_sub_months(OLDEST).is_some_and(|oldest| day < oldest)
}
