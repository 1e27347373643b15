//! ResumenFactura: every total against the lines and against the totals it is made of.

use rust_decimal::Decimal;

use super::Subject;
use super::amounts::{Amount, product, round, settle, settle_any};
use super::finding::{Report, Sentence, Severity};
use super::lines::{Class, Line};
use super::payments;
use crate::document::{Kind, Node};

/// A total by class: element, finding, and the class it sums for services and for goods.
const BY_CLASS: [(&str, &str, bool, Part); 8] = [
    ("TotalServGravados", "total-serv-gravados", true, Part::Taxed),
    ("TotalServExentos", "total-serv-exentos", true, Part::Exempt),
    ("TotalServExonerado", "total-serv-exonerado", true, Part::Exonerated),
    ("TotalServNoSujeto", "total-serv-no-sujeto", true, Part::NotSubject),
    ("TotalMercanciasGravadas", "total-mercancias-gravadas", false, Part::Taxed),
    ("TotalMercanciasExentas", "total-mercancias-exentas", false, Part::Exempt),
    ("TotalMercExonerada", "total-merc-exonerada", false, Part::Exonerated),
    ("TotalMercNoSujeta", "total-merc-no-sujeta", false, Part::NotSubject),
];

/// What a total by class sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Taxed,
    Exempt,
    Exonerated,
    NotSubject,
}

/// Checks the summary; gives TotalComprobante for the payments.
pub(super) fn check_summary<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    lines: &[Line<'t>],
) -> Amount {
    let charges = payments::check_charges(report, subject);
    let Some(summary) = subject.root.child("ResumenFactura") else { return Amount::default() };
    let sold: Amount = lines.iter().map(|line| line.total).sum();
    let sale = match subject.kind {
        Kind::ReciboPago => settle(report, summary, "TotalVenta", "total-venta", sold),
        _ => check_classes(report, summary, lines, sold),
    };
    let discounts: Amount = lines.iter().map(|line| line.discounts).sum();
    let discounts = match subject.kind {
        Kind::ReciboPago => Amount::default(),
        _ => settle(report, summary, "TotalDescuentos", "total-descuentos", discounts),
    };
    let net = settle(report, summary, "TotalVentaNeta", "total-venta-neta", sale - discounts);
    super::breakdown::check_breakdown(report, summary, lines);
    let taxes: Amount = lines.iter().map(|line| line.net_tax).sum();
    let tax = settle(report, summary, "TotalImpuesto", "total-impuesto", taxes);
    let assumed: Amount = lines.iter().map(|line| line.assumed).sum();
    if subject.kind != Kind::ReciboPago {
        settle(report, summary, "TotalImpAsumEmisorFabrica", "total-impuesto-asumido", assumed);
    }
    payments::check_returned_tax(report, subject, tax.written);
    let returned = Amount::given(summary.amount_or_zero("TotalIVADevuelto"));
    check_total(report, subject, summary, net + tax + charges - returned, sale)
}

/// TotalComprobante. For the REP the annex also says "the sum of Total de la venta", without the tax: not refused.
fn check_total<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    summary: Node<'t, 'a>,
    expected: Amount,
    sale: Amount,
) -> Amount {
    let found = summary.amount_or_zero("TotalComprobante");
    if subject.kind == Kind::ReciboPago && found == sale.written && found != expected.written {
        let es = "el anexo da dos fórmulas para el REP; la general suma el impuesto";
        let sentence = Sentence::new(es, "the annex gives two formulas for the REP; the general one adds the tax");
        report.add(summary.child_or_self("TotalComprobante"), Severity::Warn, "total-without-tax", sentence);
        return Amount::given(found);
    }
    settle(report, summary, "TotalComprobante", "total-comprobante", expected)
}

/// The totals by class, their sums two by two, and TotalVenta.
fn check_classes<'t, 'a>(
    report: &mut Report<'t, 'a>,
    summary: Node<'t, 'a>,
    lines: &[Line<'t>],
    sold: Amount,
) -> Amount {
    let clear = lines.iter().all(|line| line.class != Class::Open && line.service.is_some());
    let amounts = BY_CLASS.map(|(element, name, service, part)| {
        if !clear {
            return Amount::given(summary.amount_or_zero(element));
        }
        let of_class = || lines.iter().filter(|line| line.service == Some(service));
        let (readings, slack) = readings(of_class, part);
        settle_any(report, summary, element, name, &readings, slack)
    });
    let [serv_taxed, serv_exempt, serv_exonerated, serv_not, merc_taxed, merc_exempt, merc_exonerated, merc_not] =
        amounts;
    let mut pair = |element, name, one: Amount, other: Amount| settle(report, summary, element, name, one + other);
    let taxed = pair("TotalGravado", "total-gravado", serv_taxed, merc_taxed);
    let exempt = pair("TotalExento", "total-exento", serv_exempt, merc_exempt);
    let exonerated = pair("TotalExonerado", "total-exonerado", serv_exonerated, merc_exonerated);
    let not_subject = pair("TotalNoSujeto", "total-no-sujeto", serv_not, merc_not);
    let mut sum = taxed + exempt + exonerated + not_subject;
    if !clear {
        // Without knowing the classes the lines still say what was sold.
        sum.right = sold.right;
    }
    settle(report, summary, "TotalVenta", "total-venta", sum)
}

/// The readings of a total by class, and by how many units of the last decimal they may be off: a share is exonerated,
/// and the annex does not say whether by line or by class, nor of which tax when a line has several.
fn readings<'l, 't: 'l, I>(lines: impl Fn() -> I, part: Part) -> (Vec<Amount>, i64)
where
    I: Iterator<Item = &'l Line<'t>>,
{
    let plain = |class: Class| lines().filter(|line| line.class == class).map(|line| line.total).sum::<Amount>();
    match part {
        Part::Exempt => (vec![plain(Class::Exempt)], 0),
        Part::NotSubject => (vec![plain(Class::NotSubject)], 0),
        Part::Taxed | Part::Exonerated => {
            let taxed = || lines().filter(|line| line.class == Class::Taxed);
            let exonerated_lines = taxed().filter(|line| is_exonerated(line)).count();
            let whole = plain(Class::Taxed);
            if exonerated_lines == 0 {
                return (vec![if part == Part::Taxed { whole } else { Amount::default() }], 0);
            }
            let by_amount: Amount = taxed().map(|line| share(line.total, amount_share(line))).sum();
            let by_rate: Amount = taxed().map(|line| share(line.total, rate_share(line))).sum();
            let by_class = share(whole, class_share(taxed()));
            let readings = [by_amount, by_rate, by_class];
            let slack = i64::try_from(exonerated_lines).unwrap_or(i64::MAX);
            (readings.map(|one| if part == Part::Taxed { whole - one } else { one }).to_vec(), slack)
        }
    }
}

fn is_exonerated(line: &Line<'_>) -> bool {
    line.taxes.iter().any(|tax| tax.points.is_some() || !tax.exonerated.written.is_zero())
}

/// The exonerated part of a total.
fn share(total: Amount, factor: Decimal) -> Amount {
    Amount { written: round(product(total.written, factor)), right: round(product(total.right, factor)) }
}

/// The exonerated share of the line's taxes.
fn amount_share(line: &Line<'_>) -> Decimal {
    class_share(std::iter::once(line))
}

/// The exonerated share of the rate.
fn rate_share(line: &Line<'_>) -> Decimal {
    line.taxes.iter().find_map(|tax| tax.points).unwrap_or_default()
}

/// The exonerated share of the taxes of several lines.
fn class_share<'l, 't: 'l>(lines: impl Iterator<Item = &'l Line<'t>>) -> Decimal {
    let (mut exonerated, mut taxes) = (Decimal::ZERO, Decimal::ZERO);
    for tax in lines.flat_map(|line| &line.taxes) {
        exonerated = exonerated.saturating_add(tax.exonerated.right);
        taxes = taxes.saturating_add(tax.amount.right);
    }
    exonerated.checked_div(taxes).unwrap_or_default()
}
