//! CondicionVenta and MedioPago (notas 5 and 6), PlazoCredito, and the sum of the payments.

use rust_decimal::Decimal;

use super::Subject;
use super::amounts::{Amount, settle};
use super::finding::{Report, Sentence, Severity};
use crate::document::{Kind, Node};

/// Checks how the sale is paid.
pub(super) fn check_payments<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, total: Amount) {
    let root = subject.root;
    let condition = root.text_of("CondicionVenta").unwrap_or_default();
    if matches!(condition, "02" | "10") {
        check_credit_term(report, root, condition);
    }
    let Some(summary) = root.child("ResumenFactura") else { return };
    check_means(report, subject, summary, condition, total);
    check_currency(report, summary);
}

/// Days of credit, above zero, with conditions 02 and 10. Elsewhere accepted documents carry a 0.
fn check_credit_term<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>, condition: &str) {
    match root.text_of("PlazoCredito") {
        None => {
            let es = format!("falta PlazoCredito: lo pide CondicionVenta {condition}");
            report.reject(
                root,
                "credit-term-missing",
                es,
                format!("PlazoCredito is missing: CondicionVenta {condition} asks for it"),
            );
        }
        Some(term) if term.parse::<i64>().is_ok_and(|days| days <= 0) => {
            let es = format!("`{term}` no es un plazo: con CondicionVenta {condition} debe ser mayor que 0");
            let en = format!("`{term}` is no term: with CondicionVenta {condition} it must be above 0");
            report.reject(root.child_or_self("PlazoCredito"), "credit-term-zero", es, en);
        }
        Some(_) => {}
    }
}

/// The means of payment and their sum.
fn check_means<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    summary: Node<'t, 'a>,
    condition: &str,
    total: Amount,
) {
    let means: Vec<Node<'t, 'a>> = summary.all("MedioPago").collect();
    if means.is_empty() && !matches!(condition, "02" | "08" | "10") && subject.kind != Kind::ReciboPago {
        let es = "falta MedioPago: solo lo dispensan las condiciones 02, 08 y 10";
        report.reject(
            summary,
            "payment-missing",
            es,
            "MedioPago is missing: only conditions 02, 08 and 10 do without it",
        );
    }
    check_repeated(report, &means);
    let several = means.len() > 1;
    let mut sum = Decimal::ZERO;
    for one in &means {
        match one.amount_of("TotalMedioPago") {
            None if several => {
                let es = "falta TotalMedioPago: con dos o más medios es obligatorio";
                report.reject(
                    *one,
                    "payment-amount-missing",
                    es,
                    "TotalMedioPago is missing: with two or more means it is needed",
                );
                return;
            }
            // A document given away whole has nothing to pay.
            Some(amount) if amount.is_zero() && !total.written.is_zero() => {
                let place = one.child_or_self("TotalMedioPago");
                report.reject(place, "payment-amount-zero", "debe ser mayor que 0", "must be above 0");
            }
            amount => sum = sum.saturating_add(amount.unwrap_or_default()),
        }
    }
    let differs = sum != total.written && sum != total.right;
    let given = means.iter().any(|one| one.child("TotalMedioPago").is_some());
    if differs && given && !report.has_rejections() {
        // The annex asks for equality with two or more means; with one it lets the amount be left out.
        let severity =
            if several && (sum - total.written).abs() > Decimal::new(1, 2) { Severity::Reject } else { Severity::Warn };
        let es = format!("los medios de pago suman {sum} y TotalComprobante es {}", total.written);
        let en = format!("the means of payment add up to {sum} and TotalComprobante is {}", total.written);
        report.add(means[0], severity, "payment-sum", Sentence::new(es, en));
    }
}

/// One means of payment given twice. The XSD takes up to four and the annex does not say that they differ, so Hacienda
/// is not known to refuse it; a person should say whether it was paid twice or written twice.
fn check_repeated<'t, 'a>(report: &mut Report<'t, 'a>, means: &[Node<'t, 'a>]) {
    let key = |one: &Node<'t, 'a>| (one.text_of("TipoMedioPago"), one.text_of("MedioPagoOtros"));
    for (at, one) in means.iter().enumerate() {
        if one.child("TipoMedioPago").is_some() && means[..at].iter().any(|earlier| key(earlier) == key(one)) {
            let (es, en) = ("este medio de pago ya está", "this means of payment is there already");
            report.warn(one.child_or_self("TipoMedioPago"), "payment-repeated", es, en);
        }
    }
}

/// TipoCambio is exactly 1 for colones, and a rate for any other currency.
fn check_currency<'t, 'a>(report: &mut Report<'t, 'a>, summary: Node<'t, 'a>) {
    let Some(node) = summary.child("CodigoTipoMoneda") else { return };
    let Some(rate) = node.amount_of("TipoCambio") else { return };
    let place = node.child_or_self("TipoCambio");
    let currency = node.text_of("CodigoMoneda").unwrap_or_default();
    if currency == "CRC" && rate != Decimal::ONE {
        let es = format!("con CRC debe ser 1 y es {rate}");
        report.reject(place, "exchange-rate", es, format!("with CRC it must be 1 and it is {rate}"));
    } else if rate.is_zero() {
        report.reject(place, "exchange-rate", "debe ser mayor que 0", "must be above 0");
    } else if currency == "USD" && rate == Decimal::ONE {
        let es = "1 no es un tipo de cambio del dólar a colones";
        report.warn(place, "exchange-rate-odd", es, "1 is no rate of the dollar in colones");
    }
}

/// TotalIVADevuelto: only for health services paid by card, never above the tax.
pub(super) fn check_returned_tax<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, tax: Decimal) {
    let Some(summary) = subject.root.child("ResumenFactura") else { return };
    let returned = summary.amount_or_zero("TotalIVADevuelto");
    if returned.is_zero() {
        return;
    }
    let place = summary.child_or_self("TotalIVADevuelto");
    if !summary.all("MedioPago").any(|one| one.text_of("TipoMedioPago") == Some("02")) {
        let es = "solo se devuelve el IVA de lo pagado con tarjeta (TipoMedioPago 02)";
        report.reject(
            place,
            "returned-tax-without-card",
            es,
            "only the IVA of what was paid by card (TipoMedioPago 02) is returned",
        );
    } else if !subject.root.lines().any(|line| line.text_of("CodigoCABYS").is_some_and(is_health)) {
        // Among the checks of the annex that reject. CAByS follows the Central Product Classification of the United
        // Nations, where division 93 is human health.
        let es = "solo se devuelve el IVA de servicios de salud (CAByS 93…)";
        report.reject(place, "returned-tax-not-health", es, "only the IVA of health services (CAByS 93…) is returned");
    } else if returned > tax {
        let es = format!("{returned} supera el impuesto, {tax}");
        report.reject(place, "returned-tax-too-high", es, format!("{returned} is above the tax, {tax}"));
    }
}

/// Whether a CAByS code is of division 93, services of human health.
fn is_health(code: &str) -> bool {
    code.starts_with("93")
}

/// OtrosCargos: each above zero, and their sum.
pub(super) fn check_charges<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) -> Amount {
    let mut sum = Decimal::ZERO;
    for charge in subject.root.all("OtrosCargos") {
        if let Some(identification) = charge.child("IdentificacionTercero") {
            super::parties::check_identification(report, identification);
        }
        let amount = charge.amount_or_zero("MontoCargo");
        if amount.is_zero() {
            report.reject(charge.child_or_self("MontoCargo"), "charge-zero", "debe ser mayor que 0", "must be above 0");
        }
        sum = sum.saturating_add(amount);
    }
    match subject.root.child("ResumenFactura") {
        Some(summary) => settle(report, summary, "TotalOtrosCargos", "total-otros-cargos", Amount::given(sum)),
        None => Amount::given(sum),
    }
}
