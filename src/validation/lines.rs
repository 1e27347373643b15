//! The lines: their conditions and the formula of each amount, in the order in which one follows from the other.

use rust_decimal::Decimal;

use super::Subject;
use super::amounts::{Amount, settle, settle_any};
use super::finding::Report;
use super::references::is_financial_note;
use super::surtido;
use super::taxes::{self, Bases, IVA, LineTax};
use crate::catalogue::List;
use crate::document::{Kind, Node};

/// How the totals count a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Taxed,
    Exempt,
    NotSubject,
    /// The annex does not say, or the line mixes classes.
    Open,
}

/// A line as the totals need it.
#[derive(Debug, Clone)]
pub(super) struct Line<'t> {
    /// None when there is no CAByS code to tell.
    pub(super) service: Option<bool>,
    pub(super) class: Class,
    pub(super) surtido: bool,
    pub(super) total: Amount,
    pub(super) discounts: Amount,
    pub(super) taxes: Vec<LineTax<'t>>,
    pub(super) assumed: Amount,
    pub(super) net_tax: Amount,
}

/// Checks every line.
pub(super) fn check_lines<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) -> Vec<Line<'t>> {
    let Some(detail) = subject.root.child("DetalleServicio") else {
        check_absence(report, subject);
        return Vec::new();
    };
    let lines = detail.all("LineaDetalle").enumerate();
    lines
        .map(|(index, line)| {
            check_number(report, line, index + 1);
            check_line(report, subject, line)
        })
        .collect()
}

/// No lines at all only beside charges for third parties, deposits, fines or interest (nota 16).
fn check_absence<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let excuses = |charge: Node<'_, '_>| matches!(charge.text_of("TipoDocumentoOC"), Some("04" | "08" | "09" | "10"));
    if !subject.root.all("OtrosCargos").any(excuses) {
        let es = "falta DetalleServicio: solo se omite con OtrosCargos 04, 08, 09 o 10";
        report.reject(
            subject.root,
            "detail-missing",
            es,
            "DetalleServicio is missing: only OtrosCargos 04, 08, 09 or 10 do without it",
        );
    }
}

/// Lines are numbered from 1 without gaps.
fn check_number<'t, 'a>(report: &mut Report<'t, 'a>, line: Node<'t, 'a>, expected: usize) {
    let number = line.text_of("NumeroLinea").unwrap_or_default();
    if number.parse::<usize>().is_ok_and(|number| number != expected) {
        let es = format!("es {number} y le toca {expected}");
        report.reject(
            line.child_or_self("NumeroLinea"),
            "line-number",
            es,
            format!("is {number} and its turn is {expected}"),
        );
    }
}

/// One line: conditions first, then each amount from those before it.
fn check_line<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, line: Node<'t, 'a>) -> Line<'t> {
    let surtido = line.child("DetalleSurtido").is_some();
    check_product(report, subject, line);
    let quantity = line.amount_of("Cantidad").unwrap_or(Decimal::ONE);
    let total = check_total(report, subject, line, quantity);
    let discounts = check_discounts(report, line, total);
    let subtotal = check_subtotal(report, subject, line, total, discounts, quantity);
    let gift = line.all("Descuento").any(|one| matches!(one.text_of("CodigoDescuento"), Some("01" | "03")));
    let bases = Bases { quantity, total, subtotal, base: subtotal, gift };
    let taxes = taxes::check_taxes(report, subject, line, bases);
    let assumed = check_assumed(report, line, &taxes, gift);
    let net_tax = check_net(report, subject, line, subtotal, &taxes, assumed);
    let class = class_of(line, &taxes, subject.kind, surtido);
    let service = line.text_of("CodigoCABYS").and_then(|code| code.bytes().next()).map(|first| first >= b'5');
    // Where SubTotal was found wrong the discounts may be: what it leaves room for is taken too.
    let discounts = Amount { written: discounts, right: total.right.saturating_sub(subtotal.written) };
    Line { service, class, surtido, total, discounts, taxes, assumed, net_tax }
}

/// CAByS, quantity, price, medicine and export heading.
fn check_product<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, line: Node<'t, 'a>) {
    for element in ["Cantidad", "PrecioUnitario"] {
        if line.amount_of(element).is_some_and(|amount| amount <= Decimal::ZERO) {
            let name = if element == "Cantidad" { "quantity-zero" } else { "price-zero" };
            report.reject(line.child_or_self(element), name, "debe ser mayor que 0", "must be above 0");
        }
    }
    let financial = is_financial_note(subject.root);
    if let Some(discount) = line.child("Descuento").filter(|_| financial) {
        let es = "una nota financiera (códigos 09 y 10) no lleva descuentos";
        report.reject(
            discount,
            "discount-on-financial-note",
            es,
            "a financial note (codes 09 and 10) has no discounts",
        );
    }
    if line.child("Impuesto").is_none() {
        // Only the structure of the REP lets a line do without: it always pays a sale with deferred IVA.
        let es = "falta Impuesto: el recibo paga una venta con el IVA diferido";
        report.reject(line, "tax-missing", es, "Impuesto is missing: the receipt pays a sale with deferred IVA");
    }
    if line.text_of("CodigoCABYS").is_none() && subject.kind != Kind::ReciboPago && !financial {
        let es = "falta CodigoCABYS: lo lleva la nota a un documento que lo tiene";
        report.warn(line, "cabys-missing", es, "CodigoCABYS is missing: a note on a document that has it carries it");
    }
    if let Some(code) = line.text_of("CodigoCABYS") {
        check_cabys(report, subject, line, code);
        let good = matches!(code.as_bytes().first(), Some(b'0'..=b'4'));
        if subject.kind == Kind::FacturaExportacion && good && line.text_of("PartidaArancelaria").is_none() {
            let es = "falta PartidaArancelaria: la exportación de una mercancía la pide";
            report.reject(
                line,
                "export-heading-missing",
                es,
                "PartidaArancelaria is missing: the export of a good asks for it",
            );
        }
    }
    if let Some(form) = line.text_of("FormaFarmaceutica").filter(|form| List::PharmaceuticalForms.find(form).is_none())
    {
        let es = format!("`{form}` no está en la nota 19");
        report.reject(
            line.child_or_self("FormaFarmaceutica"),
            "pharmaceutical-form",
            es,
            format!("`{form}` is not in nota 19"),
        );
    }
    if line.text_of("FormaFarmaceutica").is_some() != line.text_of("RegistroMedicamento").is_some() {
        let es = "un medicamento lleva RegistroMedicamento y FormaFarmaceutica";
        report.warn(line, "medicine-incomplete", es, "a medicine has RegistroMedicamento and FormaFarmaceutica");
    }
}

/// 13 digits, and in the catalogue when the user has one.
fn check_cabys<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, line: Node<'t, 'a>, code: &str) {
    let node = line.child_or_self("CodigoCABYS");
    if code.len() == 13 && !code.bytes().all(|byte| byte.is_ascii_digit()) {
        report.reject(
            node,
            "cabys-format",
            format!("`{code}` no son 13 dígitos"),
            format!("`{code}` is not 13 digits"),
        );
    } else if code.len() == 13 && subject.cabys.is_some_and(|catalogue| !catalogue.contains(code)) {
        let es = format!("`{code}` no está en el catálogo CAByS");
        report.reject(node, "cabys-unknown", es, format!("`{code}` is not in the CAByS catalogue"));
    }
}

/// MontoTotal = Cantidad x PrecioUnitario. In a REP it is the amount paid, which nothing computes.
fn check_total<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    line: Node<'t, 'a>,
    quantity: Decimal,
) -> Amount {
    match line.amount_of("PrecioUnitario") {
        // What is not above zero has been reported, and says nothing about the total.
        Some(price) if subject.kind != Kind::ReciboPago && price > Decimal::ZERO && quantity > Decimal::ZERO => {
            settle(report, line, "MontoTotal", "line-total", (Amount::given(price) * quantity).rounded())
        }
        _ => Amount::given(line.amount_or_zero("MontoTotal")),
    }
}

/// Each discount, and all together, at most MontoTotal.
fn check_discounts<'t, 'a>(report: &mut Report<'t, 'a>, line: Node<'t, 'a>, total: Amount) -> Decimal {
    let mut sum = Decimal::ZERO;
    let most = total.written.max(total.right);
    for discount in line.all("Descuento") {
        let before = sum;
        sum = sum.saturating_add(discount.amount_or_zero("MontoDescuento"));
        if sum > most && before <= most {
            let es = format!("los descuentos suman {sum} y MontoTotal es {most}");
            let en = format!("the discounts add up to {sum} and MontoTotal is {most}");
            report.reject(discount.child_or_self("MontoDescuento"), "discount-too-high", es, en);
        }
    }
    sum
}

/// SubTotal = MontoTotal - discounts; of an assortment also the components' subtotals x Cantidad. Free in a REP.
fn check_subtotal<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    line: Node<'t, 'a>,
    total: Amount,
    discounts: Decimal,
    quantity: Decimal,
) -> Amount {
    if subject.kind == Kind::ReciboPago {
        return Amount::given(line.amount_or_zero("SubTotal"));
    }
    let simple = total - Amount::given(discounts);
    if discounts > total.written.max(total.right) {
        return Amount::given(line.amount_or_zero("SubTotal"));
    }
    match line.child("DetalleSurtido") {
        None => settle(report, line, "SubTotal", "line-subtotal", simple),
        Some(detail) => {
            let components = surtido::check_components(report, detail);
            surtido::check_subtotal(report, line, (components * quantity).rounded(), simple, quantity)
        }
    }
}

/// ImpuestoAsumidoEmisorFabrica: the net tax of a gift, zero otherwise. With factory taxes the annex gives no formula:
/// anything up to the net tax is taken.
fn check_assumed<'t, 'a>(report: &mut Report<'t, 'a>, line: Node<'t, 'a>, taxes: &[LineTax<'t>], gift: bool) -> Amount {
    let net = |tax: &LineTax<'t>| tax.amount - tax.exonerated;
    let whole: Amount = taxes.iter().map(net).sum();
    let written = line.amount_or_zero("ImpuestoAsumidoEmisorFabrica");
    let at_factory =
        line.text_of("IVACobradoFabrica") == Some("01") || taxes.iter().any(|tax| !IVA.contains(&tax.code));
    if !gift && at_factory && written <= whole.written.max(whole.right)
        || line.child("ImpuestoAsumidoEmisorFabrica").is_none()
    {
        return Amount::given(written);
    }
    let iva: Amount = taxes.iter().filter(|tax| IVA.contains(&tax.code)).map(net).sum();
    let expected = if gift { [whole, iva] } else { [Amount::default(); 2] };
    settle_any(report, line, "ImpuestoAsumidoEmisorFabrica", "line-assumed-tax", &expected, 0)
}

/// ImpuestoNeto = taxes - exonerations - assumed, and MontoTotalLinea = SubTotal + ImpuestoNeto. A FEE writes no
/// ImpuestoNeto: its line total takes the taxes themselves.
fn check_net<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    line: Node<'t, 'a>,
    subtotal: Amount,
    taxes: &[LineTax<'t>],
    assumed: Amount,
) -> Amount {
    let owed: Amount = taxes.iter().map(|tax| tax.amount - tax.exonerated).sum();
    let expected = owed - assumed;
    let net = match subject.kind {
        Kind::FacturaExportacion => expected,
        _ => settle(report, line, "ImpuestoNeto", "line-net-tax", expected),
    };
    settle(report, line, "MontoTotalLinea", "line-total-with-tax", subtotal + net);
    net
}

/// How the totals count the line: by its IVA (rules of the annex, summary).
fn class_of(line: Node<'_, '_>, taxes: &[LineTax<'_>], kind: Kind, surtido: bool) -> Class {
    let tariff = taxes.iter().find(|tax| IVA.contains(&tax.code)).map(|tax| tax.tariff);
    match tariff {
        _ if surtido || line.text_of("CodigoCABYS").is_none() => Class::Open,
        Some("10") => Class::Exempt,
        // A FEE has no totals of what is not subject; the class of the transitory 05 is open.
        Some("01" | "11") if kind != Kind::FacturaExportacion => Class::NotSubject,
        Some("01" | "11" | "05") => Class::Open,
        _ => Class::Taxed,
    }
}
