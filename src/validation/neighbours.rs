//! A document against what is known of others: the original of a note, and whoever has its number. Hacienda compares a note with the
//! document that it refers to (annex, NC and ND: receptor, currency and rate, CAByS; InformacionReferencia/Numero: the
//! adjustments together stay within it), and rejects a consecutivo that another clave has (-99).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::finding::{Finding, Report, Sentence, Severity};
use super::issue_day;
use super::references::is_financial_note;
use crate::document::{Kind, Node, Version, View, left_to_credit};
use crate::lifecycle::State;

/// What the database knows of the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours {
    /// The documents that a note or a receipt refers to, as far as they are here.
    pub(crate) originals: Vec<Original>,
    /// Every document that it refers to is here.
    pub(crate) all_known: bool,
    /// Another document with its consecutivo, and how far that has come.
    pub(crate) number: Option<(String, State)>,
}

/// A document that a note refers to, as far as the note must agree with it.
#[derive(Debug, Clone)]
pub(crate) struct Original {
    clave: String,
    kind: Kind,
    state: State,
    receptor: Option<String>,
    currency: String,
    rate: Decimal,
    /// The codes of its lines; empty where nobody can say.
    cabys: BTreeSet<String>,
    total: Decimal,
    /// What is left to credit.
    left: Decimal,
}

impl Original {
    /// Reads it; `notes` are the other notes on it.
    pub(crate) fn of(view: &View<'_>, state: State, notes: impl IntoIterator<Item = (Kind, Decimal)>) -> Self {
        let root = view.root();
        let (currency, rate) = currency_of(root);
        let total = root.child("ResumenFactura").and_then(|it| it.amount_of("TotalComprobante")).unwrap_or_default();
        let day = issue_day(root);
        // Codes of before 2020-12-01 are not compared, and v4.3 writes them otherwise.
        let compared = view.version() == Version::V44 && day.is_some_and(|day| day >= CABYS_SINCE);
        let codes: BTreeSet<String> =
            lines(root).filter_map(|line| line.text_of("CodigoCABYS")).map(Into::into).collect();
        Original {
            clave: root.text_of("Clave").unwrap_or_default().to_uppercase(),
            kind: view.kind(),
            state,
            receptor: receptor_of(root).map(Into::into),
            currency: currency.to_owned(),
            rate,
            cabys: if compared { codes } else { BTreeSet::new() },
            total,
            left: left_to_credit(total, notes),
        }
    }
}

/// The first day of the codes.
const CABYS_SINCE: NaiveDate = NaiveDate::from_ymd_opt(2020, 12, 1).unwrap();

fn lines<'t, 'a>(root: Node<'t, 'a>) -> impl Iterator<Item = Node<'t, 'a>> {
    root.child("DetalleServicio").into_iter().flat_map(|detail| detail.all("LineaDetalle"))
}

fn receptor_of<'a>(root: Node<'a, '_>) -> Option<&'a str> {
    root.at(&["Receptor", "Identificacion"])?.text_of("Numero")
}

/// Colones at 1 are meant where nothing is said.
fn currency_of<'a>(root: Node<'a, '_>) -> (&'a str, Decimal) {
    let said = root.at(&["ResumenFactura", "CodigoTipoMoneda"]);
    let currency = said.and_then(|it| it.text_of("CodigoMoneda")).unwrap_or("CRC");
    (currency, said.and_then(|it| it.amount_of("TipoCambio")).unwrap_or(Decimal::ONE))
}

/// What a document has that does not go with what is known of others.
pub(crate) fn check_neighbours(view: &View<'_>, neighbours: &Neighbours) -> Vec<Finding> {
    let mut report = Report::new(view.tree());
    let root = view.root();
    if let Some((clave, state)) = &neighbours.number {
        let es = format!("es también el de {clave}, que está en `{state}`; Hacienda rechaza el segundo (-99)");
        let en = format!("is that of {clave} too, which is `{state}`; Hacienda rejects the second (-99)");
        let element = root.child("NumeroConsecutivo").or_else(|| root.child("NumeroConsecutivoReceptor"));
        report.reject(element.unwrap_or(root), "number-used", es, en);
    }
    for original in &neighbours.originals {
        let named = |node: &Node<'_, '_>| {
            node.text_of("Numero").is_some_and(|number| number.eq_ignore_ascii_case(&original.clave))
        };
        let reference = root.all("InformacionReferencia").find(named).unwrap_or(root).child_or_self("Numero");
        if check_effect(&mut report, reference, original) {
            check_receptor(&mut report, view, original);
            if view.kind() != Kind::ReciboPago {
                check_currency(&mut report, root, original);
            }
        }
    }
    if matches!(view.kind(), Kind::NotaCredito | Kind::NotaDebito) {
        check_cabys(&mut report, view, neighbours);
    }
    // Of several documents nobody can say which part goes to which.
    if let (Kind::NotaCredito, [original]) = (view.kind(), &neighbours.originals[..]) {
        check_left(&mut report, root, original, neighbours.all_known);
    }
    report.into_findings()
}

/// Whether there is anything to adjust or pay.
fn check_effect<'t, 'a>(report: &mut Report<'t, 'a>, reference: Node<'t, 'a>, original: &Original) -> bool {
    let (clave, kind) = (&original.clave, original.kind);
    let (es, en) = match original.state {
        State::Rejected => (
            format!(
                "{clave} fue rechazado por Hacienda: no tiene efecto, así que no hay nada que acreditar, debitar ni pagar. Emita \
                 uno nuevo en su lugar: `generate --of {clave} --kind {kind}`"
            ),
            format!(
                "{clave} was rejected by Hacienda: it has no effect, so there is nothing to credit, debit or pay. Issue a new \
                 one in its place: `generate --of {clave} --kind {kind}`"
            ),
        ),
        State::Discarded => (
            format!("{clave} fue descartado y nunca se envió: no hay nada que acreditar, debitar ni pagar"),
            format!("{clave} was discarded and never sent: there is nothing to credit, debit or pay"),
        ),
        _ => return true,
    };
    report.reject(reference, "note-original", es, en);
    false
}

/// A note and a receipt go to the receptor of the original (annex, Receptor/Identificacion/Numero). That one of the two is missing
/// is not known to be rejected.
fn check_receptor<'t, 'a>(report: &mut Report<'t, 'a>, view: &'t View<'a>, original: &Original) {
    let root = view.root();
    let own = receptor_of(root);
    let same = match (own, &original.receptor) {
        (Some(own), Some(receptor)) => own.eq_ignore_ascii_case(receptor),
        (None, None) => true,
        _ => false,
    };
    if same {
        return;
    }
    let nobody_es = || "nadie".to_owned();
    let theirs = original.receptor.clone();
    let es = format!(
        "el receptor es {}, y el de {} es {}",
        own.map_or_else(nobody_es, Into::into),
        original.clave,
        theirs.clone().unwrap_or_else(nobody_es)
    );
    let nobody = || "nobody".to_owned();
    let en = format!(
        "the receptor is {}, and that of {} is {}",
        own.map_or_else(nobody, Into::into),
        original.clave,
        theirs.unwrap_or_else(nobody)
    );
    let severity = if own.is_some() && original.receptor.is_some() { Severity::Reject } else { Severity::Warn };
    report.add(root.child_or_self("Receptor"), severity, "note-receptor", Sentence::new(es, en));
}

/// Currency and rate of exchange are those of the original.
fn check_currency<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>, original: &Original) {
    let (currency, rate) = currency_of(root);
    if currency == original.currency && rate == original.rate {
        return;
    }
    let own = format!("{currency} a {}", rate.normalize());
    let theirs = format!("{} a {}", original.currency, original.rate.normalize());
    let place = root.child_or_self("ResumenFactura");
    let es = format!("la moneda es {own}, y la de {} es {theirs}", original.clave);
    let (own, theirs) = (own.replace(" a ", " at "), theirs.replace(" a ", " at "));
    let en = format!("the currency is {own}, and that of {} is {theirs}", original.clave);
    report.reject(place.child_or_self("CodigoTipoMoneda"), "note-currency", es, en);
}

/// The codes of a note are among those of its originals, and none is missing where they have them; not of a financial note
/// (reference codes 09 and 10). A note of debit may charge for something else, as far as is known.
fn check_cabys<'t, 'a>(report: &mut Report<'t, 'a>, view: &'t View<'a>, neighbours: &Neighbours) {
    let root = view.root();
    let originals = &neighbours.originals;
    let comparable = !originals.is_empty() && originals.iter().all(|original| !original.cabys.is_empty());
    if !comparable || !neighbours.all_known || is_financial_note(root) {
        return;
    }
    let claves = originals.iter().map(|original| original.clave.as_str()).collect::<Vec<_>>().join(", ");
    for line in lines(root) {
        match line.text_of("CodigoCABYS") {
            Some(code) if originals.iter().any(|original| original.cabys.contains(code)) => {}
            Some(code) => {
                let es = format!("{code} no está en {claves}");
                let severity = if view.kind() == Kind::NotaCredito { Severity::Reject } else { Severity::Warn };
                let sentence = Sentence::new(es, format!("{code} is not in {claves}"));
                report.add(line.child_or_self("CodigoCABYS"), severity, "note-cabys", sentence);
            }
            None => {
                let es = format!("falta el código CAByS, que {claves} tiene");
                report.reject(line, "note-cabys", es, format!("the CAByS code is missing, which {claves} has"));
            }
        }
    }
}

/// The original and its debit notes, less its credit notes, are what is left to credit.
fn check_left<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>, original: &Original, alone: bool) {
    let summary = root.child_or_self("ResumenFactura");
    let credit = summary.amount_or_zero("TotalComprobante");
    if !alone || credit <= original.left || currency_of(root).0 != original.currency {
        return;
    }
    let (credit, left, total) = (credit.normalize(), original.left.normalize(), original.total.normalize());
    let clave = &original.clave;
    let es = format!(
        "la nota suma {credit} y de {clave} ({total}) solo quedan {left} por acreditar; Hacienda rechaza más que el original"
    );
    let en = format!(
        "the note comes to {credit} and only {left} of {clave} ({total}) is left to credit; Hacienda rejects more than the original"
    );
    report.reject(summary.child_or_self("TotalComprobante"), "note-amount", es, en);
}
