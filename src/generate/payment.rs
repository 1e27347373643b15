//! The lines of a receipt (REP) that pays a whole sale: one for each tariff of the sale, since a receipt has no price
//! or quantity, only what is paid and its tax.

use rust_decimal::Decimal;

use super::group::{Group, Node};

/// DetalleServicio of the receipt that pays the lines of the sale with this consecutivo.
pub(super) fn receipt_lines<'o>(sold: impl Iterator<Item = &'o Group>, consecutivo: &str) -> Group {
    let mut paid: Vec<(Option<String>, Decimal)> = Vec::new();
    for line in sold {
        let iva = line.groups("Impuesto").find(|tax| matches!(tax.text("Codigo"), Some("01" | "07")));
        let tariff = iva.and_then(|tax| tax.text("CodigoTarifaIVA")).map(str::to_owned);
        let amount = line.number_or_zero("SubTotal");
        match paid.iter_mut().find(|(known, _)| *known == tariff) {
            Some((_, sum)) => *sum += amount,
            None => paid.push((tariff, amount)),
        }
    }
    let mut detail = Group::default();
    for (tariff, amount) in paid {
        let mut line = Group::default();
        line.add_text("Detalle", format!("Pago total de la factura {consecutivo}"));
        line.set("MontoTotal", amount);
        if let Some(tariff) = tariff {
            let mut tax = Group::default();
            tax.add_text("Codigo", "01");
            tax.add_text("CodigoTarifaIVA", tariff);
            line.add("Impuesto", Node::Group(tax));
        }
        detail.add("LineaDetalle", Node::Group(line));
    }
    detail
}
