//! DetalleSurtido: the components of one unit of an assortment, and the taxes that the main line takes from them.

use rust_decimal::Decimal;

use super::amounts::{Amount, percent, product, settle, settle_any};
use super::finding::{Report, Sentence, Severity};
use super::taxes::{IVA, check_iva_once};
use crate::document::Node;

/// The fewest characters of the code of an assortment (annex, CodigoComercial).
const SHORTEST_CODE: usize = 3;
/// What systems that count in two decimals are off by.
const HUNDREDTH: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Checks what an assortment's line needs and every component; gives the sum of their subtotals.
pub(super) fn check_components<'t, 'a>(report: &mut Report<'t, 'a>, detail: Node<'t, 'a>) -> Amount {
    let line = detail.parent();
    // Nota 12: an assortment is known by the code of its manufacturer or importer.
    if !line.all("CodigoComercial").any(|code| code.text_of("Tipo") == Some("03")) {
        let es = "un surtido lleva el CodigoComercial del fabricante o importador, Tipo 03";
        let en = "an assortment has the CodigoComercial of its manufacturer or importer, Tipo 03";
        report.reject(line, "surtido-code-missing", es, en);
    } else if let Some(short) = too_short_code(line) {
        let es =
            format!("`{}` es muy corto: el código de un surtido tiene {SHORTEST_CODE} caracteres o más", short.text());
        let en = format!(
            "`{}` is too short: the code of an assortment has {SHORTEST_CODE} characters or more",
            short.text()
        );
        report.reject(short, "surtido-code-short", es, en);
    }
    if let Some(tariff) = line.all("Impuesto").find_map(|tax| tax.child("CodigoTarifaIVA")) {
        let es = "la línea de un surtido no lleva tarifa: la llevan sus componentes";
        report.warn(tariff, "surtido-tariff", es, "the line of an assortment has no tariff: its components have it");
    }
    detail.all("LineaDetalleSurtido").map(|component| check_component(report, component)).sum()
}

/// The manufacturer's code when none has the length that the annex asks for where goods are sold as an assortment; the
/// XSD takes any.
fn too_short_code<'t, 'a>(line: Node<'t, 'a>) -> Option<Node<'t, 'a>> {
    let own = || line.all("CodigoComercial").filter(|code| code.text_of("Tipo") == Some("03"));
    let length = |code: Node<'t, 'a>| code.text_of("Codigo").map_or(0, |text| text.chars().count());
    let short = own().all(|code| length(code) < SHORTEST_CODE);
    short.then(|| own().next().map(|code| code.child_or_self("Codigo"))).flatten()
}

/// SubTotal by the components, and by the line itself: MontoTotal less its discounts. Where the two part, the customer
/// was promised discounts that the line does not carry, or the reverse: TotalDescuentos, the sum of MontoDescuento, then
/// cannot agree with TotalVentaNeta.
pub(super) fn check_subtotal<'t, 'a>(
    report: &mut Report<'t, 'a>,
    line: Node<'t, 'a>,
    by_components: Amount,
    by_line: Amount,
    quantity: Decimal,
) -> Amount {
    let apart = |one: Decimal, other: Decimal| one.saturating_sub(other).abs();
    let difference = apart(by_components.right, by_line.right).min(apart(by_components.written, by_line.written));
    if difference <= HUNDREDTH {
        return settle_any(report, line, "SubTotal", "line-subtotal", &[by_components, by_line], 1);
    }
    let subtotal = settle_any(report, line, "SubTotal", "line-subtotal", &[by_components], 1);
    if apart(subtotal.written, by_components.right) <= HUNDREDTH {
        // A hundredth in one unit is rounding, however many units are sold.
        let is_rounding = difference <= product(HUNDREDTH, quantity);
        let severity = if is_rounding { Severity::Warn } else { Severity::Reject };
        let (found, right) = (by_line.right.normalize(), by_components.right.normalize());
        let es = format!("MontoTotal menos los descuentos de la línea es {found} y los componentes suman {right}");
        let en = format!("MontoTotal less the discounts of the line is {found} and the components add up to {right}");
        report.add(line.child("Descuento").unwrap_or(line), severity, "surtido-discounts", Sentence::new(es, en));
    }
    subtotal
}

/// MontoTotalSurtido, SubTotalSurtido, BaseImponibleSurtido and the taxes by rate.
fn check_component<'t, 'a>(report: &mut Report<'t, 'a>, component: Node<'t, 'a>) -> Amount {
    let quantity = component.amount_or_zero("CantidadSurtido");
    let price = component.amount_or_zero("PrecioUnitarioSurtido");
    for (element, value) in [("CantidadSurtido", quantity), ("PrecioUnitarioSurtido", price)] {
        if value <= Decimal::ZERO {
            report.reject(
                component.child_or_self(element),
                "component-zero",
                "debe ser mayor que 0",
                "must be above 0",
            );
        }
    }
    let total = match price > Decimal::ZERO && quantity > Decimal::ZERO {
        true => {
            let computed = (Amount::given(price) * quantity).rounded();
            settle(report, component, "MontoTotalSurtido", "component-total", computed)
        }
        false => Amount::given(component.amount_or_zero("MontoTotalSurtido")),
    };
    let discounts: Decimal =
        component.all("DescuentoSurtido").map(|one| one.amount_or_zero("MontoDescuentoSurtido")).sum();
    let subtotal = settle(report, component, "SubTotalSurtido", "component-subtotal", total - Amount::given(discounts));
    check_taxes(report, component, subtotal);
    subtotal
}

/// The base takes the taxes 02, 04 and 05; each tax by rate is counted on its base. Specific taxes are taken as
/// written.
fn check_taxes<'t, 'a>(report: &mut Report<'t, 'a>, component: Node<'t, 'a>, subtotal: Amount) {
    let code = |tax: &Node<'t, 'a>| tax.text_of("CodigoImpuestoSurtido").unwrap_or_default();
    let in_base = component.all("ImpuestoSurtido").filter(|tax| matches!(code(tax), "02" | "04" | "05"));
    let added: Decimal = in_base.map(|tax| tax.amount_or_zero("MontoImpuestoSurtido")).sum();
    let free = component.text_of("IVACobradoFabricaSurtido") == Some("01");
    let base = if free || component.child("BaseImponibleSurtido").is_none() {
        Amount::given(component.amount_of("BaseImponibleSurtido").unwrap_or(subtotal.written))
    } else {
        settle(report, component, "BaseImponibleSurtido", "component-base", subtotal + Amount::given(added))
    };
    let taxes: Vec<Node<'t, 'a>> = component.all("ImpuestoSurtido").collect();
    check_iva_once(report, taxes.iter().filter(|tax| IVA.contains(&code(tax))));
    for tax in taxes {
        let rate = percent(tax.amount_or_zero("TarifaSurtido"));
        let expected = match code(&tax) {
            "01" if tax.text_of("CodigoTarifaIVASurtido").is_none() => {
                let es = "falta CodigoTarifaIVASurtido: lo pide el impuesto 01";
                report.reject(tax, "tax-tariff-missing", es, "CodigoTarifaIVASurtido is missing: tax 01 asks for it");
                continue;
            }
            "01" | "07" => (base * rate).rounded(),
            "02" | "99" => (subtotal * rate).rounded(),
            _ => continue,
        };
        settle(report, tax, "MontoImpuestoSurtido", "component-tax", expected);
    }
}
