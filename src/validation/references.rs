//! InformacionReferencia (notas 9 and 10): what each reference must carry, and when a document must have one.

use chrono::{Months, NaiveDate};

use super::Subject;
use super::document::is_clave;
use super::finding::Report;
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::document::{Clave, Kind, Node, Situation, parse_date_time};

/// A reference may not be older than ten years.
const OLDEST: Months = Months::new(120);
/// The type that needs neither number nor code nor reason: income invoiced for a past month.
const PAST_MONTH: &str = "13";
/// The type for a document that Hacienda rejected.
const REJECTED: &str = "10";
/// The fewest characters of Razon by the annex; the XSD takes none.
const SHORTEST_REASON: usize = 3;

/// Checks each reference, and that one is there where the annex asks for it.
pub(super) fn check_references<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    for reference in subject.root.all("InformacionReferencia") {
        check_reference(report, subject, reference);
    }
    if subject.root.child("InformacionReferencia").is_none() {
        check_needed(report, subject);
    }
}

/// A FE refers to a document with sale condition 12, with an exoneration of type 11, and in contingency.
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
    let reason = if contingency {
        ("la situación 2 (contingencia)", "situación 2 (contingency)")
    } else if subject.kind == Kind::Factura && root.text_of("CondicionVenta") == Some("12") {
        ("CondicionVenta 12", "CondicionVenta 12")
    } else if subject.kind == Kind::Factura && authorised() {
        ("la exoneración del tipo 11", "an exoneration of type 11")
    } else {
        return;
    };
    let es = format!("falta InformacionReferencia: la pide {}", reason.0);
    report.reject(root, "reference-missing", es, format!("InformacionReferencia is missing: {} asks for it", reason.1));
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
        number => check_number(report, node, kind, number.unwrap_or_default()),
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
fn check_number<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>, kind: &str, number: &str) {
    let Some(entry) = List::ReferenceDocuments.find(kind) else { return };
    if entry.value != "clave" {
        return;
    }
    let place = node.child_or_self("Numero");
    match is_clave(number) {
        Err(error) => {
            let es = format!("TipoDocIR {kind} pide una clave válida en Numero: {error}");
            report.reject(
                place,
                "reference-clave",
                es,
                format!("TipoDocIR {kind} asks for a valid clave in Numero: {error}"),
            );
        }
        Ok(clave) => {
            let consecutivo = clave.consecutivo();
            let code = consecutivo.kind_code();
            // 01 to 04 name the kind by the same code as the consecutivo; the others name a reason.
            if matches!(kind, "01" | "02" | "03" | "04") && code != kind {
                let es = format!("la clave es de un documento del tipo {code} y TipoDocIR es {kind}");
                let en = format!("the clave is of a document of type {code} and TipoDocIR is {kind}");
                report.warn(place, "reference-kind", es, en);
            }
        }
    }
}

/// FechaEmisionIR is at most ten years old and not after the document.
fn check_date<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, node: Node<'t, 'a>) {
    let day = node.text_of("FechaEmisionIR").and_then(parse_date_time);
    let Some(day) = day.map(|at| at.with_timezone(&costa_rica()).date_naive()) else { return };
    let place = node.child_or_self("FechaEmisionIR");
    if is_too_old(day, subject.day) {
        let es = format!("{day} es de hace más de 10 años");
        report.reject(place, "reference-too-old", es, format!("{day} is more than 10 years ago"));
    } else if day > subject.day {
        let es = format!("{day} es posterior al documento, {}", subject.day);
        report.warn(place, "reference-in-future", es, format!("{day} is after the document, {}", subject.day));
    }
}

/// Whether a day lies more than ten years before another.
pub(super) fn is_too_old(day: NaiveDate, now: NaiveDate) -> bool {
    now.checked_sub_months(OLDEST).is_some_and(|oldest| day < oldest)
}
