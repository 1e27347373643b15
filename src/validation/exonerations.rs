//! Exoneracion (notas 10.1 and 23) of one tax of a line.

use rust_decimal::Decimal;

use super::Subject;
use super::amounts::{Amount, percent, settle_any};
use super::finding::Report;
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::document::{Node, parse_date_time};

/// Checks the exoneration of a tax and gives its amount. `bases` are what it may be counted on: BaseImponible or
/// SubTotal.
pub(super) fn check_exoneration<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    tax: Node<'t, 'a>,
    bases: [Amount; 2],
    surtido: bool,
) -> Amount {
    let Some(node) = tax.child("Exoneracion") else { return Amount::default() };
    check_document(report, subject, node);
    let points = node.amount_or_zero("TarifaExonerada");
    let written = node.amount_or_zero("MontoExoneracion");
    if tax.amount_of("Tarifa").is_some_and(|rate| points > rate) {
        let es = format!("exonera {points} puntos de una tarifa de {}", tax.amount_or_zero("Tarifa"));
        let en = format!("exonerates {points} points of a rate of {}", tax.amount_or_zero("Tarifa"));
        report.reject(node.child_or_self("TarifaExonerada"), "exoneration-rate", es, en);
        return Amount::given(written);
    }
    if surtido {
        // With components of several rates the amount is free, up to the tax.
        check_ceiling(report, node, written, tax.amount_or_zero("Monto"));
        return Amount::given(written);
    }
    let expected = bases.map(|base| (base * percent(points)).rounded());
    settle_any(report, node, "MontoExoneracion", "exoneration-amount", &expected, 0)
}

fn check_ceiling<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>, exonerated: Decimal, tax: Decimal) {
    if exonerated > tax {
        let es = format!("exonera {exonerated} de un impuesto de {tax}");
        let en = format!("exonerates {exonerated} of a tax of {tax}");
        report.reject(node.child_or_self("MontoExoneracion"), "exoneration-amount", es, en);
    }
}

/// The document that grants it: its article where the law has one, and a date not after the sale.
fn check_document<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, node: Node<'t, 'a>) {
    let code = node.text_of("TipoDocumentoEX1").unwrap_or_default();
    let needs_article = List::ExonerationDocuments.find(code).is_some_and(|entry| entry.value == "article");
    if needs_article && node.text_of("Articulo").is_none() {
        let es = format!("falta Articulo: lo pide TipoDocumentoEX1 {code}");
        report.reject(
            node,
            "exoneration-article",
            es,
            format!("Articulo is missing: TipoDocumentoEX1 {code} asks for it"),
        );
    }
    let day = node.text_of("FechaEmisionEX").and_then(parse_date_time);
    if let Some(day) = day.map(|at| at.with_timezone(&costa_rica()).date_naive()).filter(|day| *day > subject.day) {
        let es = format!("{day} es posterior al documento, {}", subject.day);
        let en = format!("{day} is after the document, {}", subject.day);
        report.warn(node.child_or_self("FechaEmisionEX"), "exoneration-in-future", es, en);
    }
}
