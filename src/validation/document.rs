//! Clave, consecutivo and dates (notas 1, 3 and 4.1), and their agreement with the document.

use chrono::NaiveDate;

use super::finding::{Report, Severity};
use super::{Sentence, Subject};
use crate::document::{Clave, Consecutivo, Identification, Kind, Node};

/// The first day of the revision that allows letters in a clave.
const LETTERS_SINCE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 4, 22);

/// Checks clave and consecutivo, each in itself, and what they must agree with. Values whose form the structure has
/// already refused are left alone.
pub(super) fn check_keys<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let root = subject.root;
    if let Some(second) = root.children().filter(|child| child.is_signature()).nth(1) {
        let es = "a Hacienda se le envía con una sola firma";
        report.warn(second, "several-signatures", es, "it is sent to Hacienda with one signature alone");
    }
    let element = if subject.kind == Kind::MensajeReceptor { "NumeroConsecutivoReceptor" } else { "NumeroConsecutivo" };
    let clave = parsed::<Clave>(report, root, "Clave", "clave-format", 50);
    let consecutivo = parsed::<Consecutivo>(report, root, element, "consecutivo-format", 20);
    if let Some((node, consecutivo)) = &consecutivo {
        check_kind(report, subject, *node, consecutivo);
    }
    check_day(report, subject);
    let (Some((node, clave)), false) = (clave, subject.kind == Kind::MensajeReceptor) else { return };
    if let Some((_, consecutivo)) = consecutivo
        && clave.consecutivo() != consecutivo
    {
        let inside = clave.consecutivo();
        let es = format!("las posiciones 22 a 41 son `{inside}` y NumeroConsecutivo es `{consecutivo}`");
        report.reject(
            node,
            "clave-consecutivo",
            es,
            format!("positions 22 to 41 are `{inside}` and NumeroConsecutivo is `{consecutivo}`"),
        );
    }
    let has_date = root.text_of("FechaEmision").is_some_and(|text| crate::document::parse_date_time(text).is_some());
    if has_date && clave.date() != subject.day {
        let (date, day) = (clave.date(), subject.day);
        let es = format!("lleva la fecha {date} y FechaEmision es {day} en Costa Rica");
        report.reject(
            node,
            "clave-date",
            es,
            format!("carries the date {date} and FechaEmision is {day} in Costa Rica"),
        );
    }
    check_issuer(report, subject, node, &clave);
    if clave.identification().bytes().any(|byte| byte.is_ascii_alphabetic())
        && LETTERS_SINCE.is_some_and(|since| subject.day < since)
    {
        report.reject(
            node,
            "clave-letters",
            "las letras se admiten desde 2026-04-22",
            "letters are allowed from 2026-04-22 on",
        );
    }
}

/// The value of a child; a finding when it has the length but not the parts.
fn parsed<'t, 'a, T>(
    report: &mut Report<'t, 'a>,
    root: Node<'t, 'a>,
    element: &str,
    name: &'static str,
    length: usize,
) -> Option<(Node<'t, 'a>, T)>
where
    T: std::str::FromStr<Err = crate::document::DocumentError>,
{
    let node = root.child(element)?;
    match node.text().parse() {
        Ok(value) => Some((node, value)),
        Err(error) => {
            let digits = name != "consecutivo-format" || node.text().bytes().all(|byte| byte.is_ascii_digit());
            if node.text().len() == length && digits && node.text().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                report.reject(node, name, format!("no cumple la nota 3: {error}"), error.to_string());
            }
            None
        }
    }
}

/// Digits 9 and 10 of the consecutivo name the kind (nota 3).
fn check_kind<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    node: Node<'t, 'a>,
    consecutivo: &Consecutivo,
) {
    let (code, kind) = (consecutivo.kind_code(), subject.kind);
    if !kind.codes().contains(&code) {
        let es = format!("el tipo `{code}` no es el de {}", kind.root());
        report.reject(node, "consecutivo-kind", es, format!("type `{code}` is not that of {}", kind.root()));
    }
}

/// Positions 10-21 are the issuer's padded number; in a FEC the buyer's, as accepted documents have it, or the
/// seller's, as the annex words it.
fn check_issuer<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, node: Node<'t, 'a>, clave: &Clave) {
    let number = |party: &str| subject.root.at(&[party, "Identificacion", "Numero"]).map(Node::text);
    let (emisor, receptor) = (number("Emisor"), number("Receptor"));
    let candidates = if subject.kind == Kind::FacturaCompra { [receptor, emisor] } else { [emisor, None] };
    let same = |number: &&str| format!("{:0>12}", number.to_ascii_uppercase()) == clave.identification();
    if candidates.iter().flatten().any(same) {
        return;
    }
    let (inside, number) = (clave.identification(), candidates[0].unwrap_or_default());
    let es = format!("las posiciones 10 a 21 son `{inside}` y quien lo emite es `{number}`");
    report.reject(
        node,
        "clave-issuer",
        es,
        format!("positions 10 to 21 are `{inside}` and the one who issues it is `{number}`"),
    );
}

/// A date ahead of Hacienda's clock is refused (-53). For a MensajeReceptor no such answer is known.
fn check_day<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    if subject.day <= subject.today {
        return;
    }
    let message = subject.kind == Kind::MensajeReceptor;
    let (element, severity) =
        if message { ("FechaEmisionDoc", Severity::Warn) } else { ("FechaEmision", Severity::Reject) };
    let sentence = Sentence::new(
        format!("{} está en el futuro: hoy es {} en Costa Rica", subject.day, subject.today),
        format!("{} is in the future: today is {} in Costa Rica", subject.day, subject.today),
    );
    report.add(subject.root.child_or_self(element), severity, "date-in-future", sentence);
}

/// Whether a text is a clave, for references.
pub(super) fn is_clave(text: &str) -> Result<Clave, String> {
    text.parse::<Clave>().map_err(|error| error.to_string())
}

/// The identification at a node of Tipo and Numero, when both have the form of nota 4.
pub(super) fn identification(node: Node<'_, '_>) -> Option<Identification> {
    Identification::new(node.text_of("Tipo")?.parse().ok()?, node.text_of("Numero")?).ok()
}
