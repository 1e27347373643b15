//! DetalleSurtido: the components of one unit of an assortment, and the taxes that the main line takes from them.

use rust_decimal::Decimal;

use super::amounts::{Amount, percent, settle, settle_any};
use super::finding::Report;
use crate::document::Node;

/// Checks what an assortment's line needs and every component; gives the sum of their subtotals.
pub(super) fn check_components<'t, 'a>(report: &mut Report<'t, 'a>, detail: Node<'t, 'a>) -> Amount {
    let line = detail.parent();
    // Nota 12: an assortment is known by the code of its manufacturer or importer.
    if !line.all("CodigoComercial").any(|code| code.text_of("Tipo") == Some("03")) {
        let es = "un surtido lleva el CodigoComercial del fabricante o importador, Tipo 03";
        let en = "an assortment has the CodigoComercial of its manufacturer or importer, Tipo 03";
        report.reject(line, "surtido-code-missing", es, en);
    }
    if let Some(tariff) = line.all("Impuesto").find_map(|tax| tax.child("CodigoTarifaIVA")) {
        let es = "la línea de un surtido no lleva tarifa: la llevan sus componentes";
        report.warn(tariff, "surtido-tariff", es, "the line of an assortment has no tariff: its components have it");
    }
    detail.all("LineaDetalleSurtido").map(|component| check_component(report, component)).sum()
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
    for tax in component.all("ImpuestoSurtido") {
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

/// The IVA of the main line is the components' IVA x Cantidad.
pub(super) fn check_main_tax<'t, 'a>(
    report: &mut Report<'t, 'a>,
    line: Node<'t, 'a>,
    tax: Node<'t, 'a>,
    quantity: Decimal,
) -> Amount {
    let components = line.child("DetalleSurtido").into_iter().flat_map(|detail| detail.all("LineaDetalleSurtido"));
    let taxes = components.flat_map(|component| component.all("ImpuestoSurtido"));
    let iva = taxes.filter(|one| matches!(one.text_of("CodigoImpuestoSurtido"), Some("01" | "07")));
    let sum: Decimal = iva.map(|one| one.amount_or_zero("MontoImpuestoSurtido")).sum();
    settle_any(report, tax, "Monto", "tax-amount", &[(Amount::given(sum) * quantity).rounded()], 1)
}
