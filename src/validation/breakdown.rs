//! TotalDesgloseImpuesto: one entry for each tax and tariff of the lines (-487 when missing or wrong).

use rust_decimal::Decimal;

use super::amounts::{Amount, settle_any};
use super::finding::Report;
use super::lines::Line;
use crate::document::Node;

/// A tax and tariff with what is charged of it; open when the annex does not say how the lines divide it.
struct TaxLine<'t> {
    code: &'t str,
    tariff: &'t str,
    charged: Amount,
    open: bool,
}

/// Checks the breakdown against the lines.
pub(super) fn check_breakdown<'t, 'a>(report: &mut Report<'t, 'a>, summary: Node<'t, 'a>, lines: &[Line<'t>]) {
    // A tax that lacks what its code asks for cannot be told apart.
    if lines.iter().any(|line| line.taxes.iter().any(|tax| !tax.sound)) {
        return;
    }
    // Assortments contribute the taxes of their components, whose tariffs the main line does not carry.
    if lines.iter().any(|line| line.surtido) {
        check_sum(report, summary, lines);
        return;
    }
    let expected = expected(lines);
    let written: Vec<Node<'t, 'a>> = summary.all("TotalDesgloseImpuesto").collect();
    let charges_tax = expected.iter().any(|entry| !entry.charged.right.is_zero());
    if written.is_empty() && !charges_tax {
        return;
    }
    for entry in &expected {
        let found = written.iter().find(|node| is_of(node, entry.code, entry.tariff));
        match found {
            Some(_) if entry.open => {}
            Some(node) => {
                settle_any(report, *node, "TotalMontoImpuesto", "tax-breakdown-amount", &[entry.charged], 0);
            }
            None => report_missing(report, summary, entry),
        }
    }
    for (index, node) in written.iter().enumerate() {
        let code = node.text_of("Codigo").unwrap_or_default();
        let tariff = node.text_of("CodigoTarifaIVA").unwrap_or_default();
        let repeated = written.iter().take(index).any(|earlier| is_of(earlier, code, tariff));
        if repeated || !expected.iter().any(|entry| entry.code == code && entry.tariff == tariff) {
            let es = format!("ninguna línea lleva el impuesto {code} {tariff}, o ya está en el desglose");
            report.reject(
                *node,
                "tax-breakdown-extra",
                es,
                format!("no line has tax {code} {tariff}, or it is there already"),
            );
        }
    }
}

/// The entries add up to what the lines charge.
fn check_sum<'t, 'a>(report: &mut Report<'t, 'a>, summary: Node<'t, 'a>, lines: &[Line<'t>]) {
    let charged: Amount = lines.iter().map(|line| line.net_tax).sum();
    let sum: Decimal =
        summary.all("TotalDesgloseImpuesto").map(|entry| entry.amount_or_zero("TotalMontoImpuesto")).sum();
    if sum != charged.written && sum != charged.right {
        let es = format!("el desglose suma {sum} y las líneas cobran {}", charged.right);
        let en = format!("the breakdown adds up to {sum} and the lines charge {}", charged.right);
        report.reject(summary.child_or_self("TotalDesgloseImpuesto"), "tax-breakdown-sum", es, en);
    }
}

fn is_of(node: &Node<'_, '_>, code: &str, tariff: &str) -> bool {
    node.text_of("Codigo").unwrap_or_default() == code && node.text_of("CodigoTarifaIVA").unwrap_or_default() == tariff
}

/// What each tax and tariff comes to. A tax that the issuer assumes whole appears with 0; how a part of it divides over
/// several taxes the annex does not say.
fn expected<'t>(lines: &[Line<'t>]) -> Vec<TaxLine<'t>> {
    let mut entries: Vec<TaxLine<'t>> = Vec::new();
    for line in lines {
        let owed: Amount = line.taxes.iter().map(|tax| tax.amount - tax.exonerated).sum();
        let assumed_whole = !line.assumed.right.is_zero() && line.assumed.right >= owed.right;
        let assumed_part = !line.assumed.right.is_zero() && !assumed_whole;
        for tax in &line.taxes {
            let charged = if assumed_whole { Amount::default() } else { tax.amount - tax.exonerated };
            match entries.iter_mut().find(|entry| entry.code == tax.code && entry.tariff == tax.tariff) {
                Some(entry) => {
                    entry.charged += charged;
                    entry.open |= assumed_part;
                }
                None => entries.push(TaxLine { code: tax.code, tariff: tax.tariff, charged, open: assumed_part }),
            }
        }
    }
    entries
}

/// An entry that charges nothing is only missed: documents without it are accepted.
fn report_missing<'t, 'a>(report: &mut Report<'t, 'a>, summary: Node<'t, 'a>, entry: &TaxLine<'t>) {
    let (code, tariff) = (entry.code, entry.tariff);
    let es = format!("falta el desglose del impuesto {code} {tariff}");
    let en = format!("the breakdown of tax {code} {tariff} is missing");
    if entry.charged.right == Decimal::ZERO {
        report.warn(summary, "tax-breakdown-zero-missing", es, en);
    } else {
        report.reject(summary, "tax-breakdown-missing", es, en);
    }
}
