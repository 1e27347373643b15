//! An assortment: the components of ONE unit (DetalleSurtido), and what the main line takes from them.

use rust_decimal::Decimal;

use super::arithmetic::{percent_of, product, round, settle};
use super::error::Path;
use super::group::{Group, Node};
use super::read::{Reader, Result};
use super::taxes::{self, Bases, Charged, is_in_base, is_iva};
use crate::document::Kind;

/// Computes the components; gives what each charges of each tax in the whole line, none for a line without them. The
/// price of the main line is the components' together, and its discounts are theirs.
pub(super) fn derive(reader: Reader<'_>, line: &mut Group, path: Path<'_>) -> Result<Option<Vec<Charged>>> {
    let Some(detail) = line.group("DetalleSurtido") else { return Ok(None) };
    if detail.groups("LineaDetalleSurtido").next().is_none() {
        return Err(path.key("components").refuse("is empty; an assortment has 1 to 20 components"));
    }
    if line.has("Descuento") || line.has("Impuesto") {
        let message = "an assortment has its discounts and taxes on its components; leave them out here";
        return Err(path.refuse(message));
    }
    let quantity = line.number("Cantidad").unwrap_or(Decimal::ONE);
    let mut charged = Vec::new();
    let mut discounts: Vec<(String, Decimal)> = Vec::new();
    let mut price = Decimal::ZERO;
    let components = path.key("components");
    for (index, component) in line.group_mut("DetalleSurtido").groups_mut("LineaDetalleSurtido").enumerate() {
        price += derive_component(reader, component, components.member(index))?;
        for discount in component.groups("DescuentoSurtido") {
            let code = discount.text("CodigoDescuentoSurtido").unwrap_or_default();
            let amount = discount.number_or_zero("MontoDescuentoSurtido");
            match discounts.iter_mut().find(|(known, _)| known == code) {
                Some((_, sum)) => *sum += amount,
                None => discounts.push((code.to_owned(), amount)),
            }
        }
        charged.extend(component.groups("ImpuestoSurtido").map(|tax| Charged {
            code: tax.text(taxes::COMPONENT.code).unwrap_or_default().to_owned(),
            tariff: tax.text(taxes::COMPONENT.tariff).map(str::to_owned),
            amount: product(tax.number_or_zero(taxes::COMPONENT.amount), quantity),
        }));
    }
    settle(line, "PrecioUnitario", price, path)?;
    for (code, amount) in discounts {
        add_discount(line, &code, round(product(amount, quantity)));
    }
    Ok(Some(charged))
}

/// One component: gives its MontoTotalSurtido.
fn derive_component(reader: Reader<'_>, component: &mut Group, path: Path<'_>) -> Result<Decimal> {
    if !component.has("CantidadSurtido") {
        component.set("CantidadSurtido", Decimal::ONE);
    }
    if !component.has("UnidadMedidaSurtido") {
        component.add_text("UnidadMedidaSurtido", "Unid");
    }
    let quantity = component.number_or_zero("CantidadSurtido");
    let price = component.number_or_zero("PrecioUnitarioSurtido");
    if price <= Decimal::ZERO || quantity <= Decimal::ZERO {
        return Err(path.refuse("`quantity` and `price` must be above 0"));
    }
    let total = settle(component, "MontoTotalSurtido", round(product(quantity, price)), path)?;
    let mut left = total;
    for discount in component.groups_mut("DescuentoSurtido") {
        if let Some(percent) = discount.number("@percent") {
            settle(discount, "MontoDescuentoSurtido", percent_of(left, percent), path.key("discount"))?;
        }
        left -= discount.number_or_zero("MontoDescuentoSurtido");
    }
    let subtotal = settle(component, "SubTotalSurtido", left, path)?;
    let bases = Bases { quantity, total, subtotal, base: subtotal, gift: false };
    component_taxes(reader, component, bases, path)?;
    Ok(total)
}

/// BaseImponibleSurtido = SubTotalSurtido + taxes 02, 04 and 05; then the IVA.
fn component_taxes(reader: Reader<'_>, component: &mut Group, mut bases: Bases, path: Path<'_>) -> Result<()> {
    let names = &taxes::COMPONENT;
    let is_iva_tax = |tax: &Group| tax.text(names.code).is_some_and(is_iva);
    let mut added = Decimal::ZERO;
    for tax in component.groups_mut("ImpuestoSurtido") {
        taxes::complete(reader, tax, names, path.key("tax"))?;
        if is_iva_tax(tax) {
            continue;
        }
        let amount = taxes::amount(tax, names, &bases, path.key("tax"))?;
        let in_base = tax.text(names.code).is_some_and(|code| is_in_base(code) && code != "12");
        added += if in_base { amount } else { Decimal::ZERO };
    }
    if !component.has("ImpuestoSurtido") {
        return Err(path.key("tax").refuse("is missing: the rate of the IVA like 13, or `exento`"));
    }
    let free = component.text("IVACobradoFabricaSurtido") == Some("01");
    if reader.kind != Kind::FacturaExportacion {
        bases.base = match component.number("BaseImponibleSurtido").filter(|_| free) {
            Some(base) => base,
            None => settle(component, "BaseImponibleSurtido", bases.subtotal + added, path)?,
        };
    }
    for tax in component.groups_mut("ImpuestoSurtido").filter(|tax| is_iva_tax(tax)) {
        taxes::amount(tax, names, &bases, path.key("tax"))?;
    }
    Ok(())
}

/// Puts the taxes of the components on the main line, one for each code, without tariff and rate.
pub(super) fn main_taxes(line: &mut Group, components: &[Charged]) {
    let mut sums: Vec<(&str, Decimal)> = Vec::new();
    for one in components {
        match sums.iter_mut().find(|(code, _)| *code == one.code) {
            Some((_, sum)) => *sum += one.amount,
            None => sums.push((&one.code, one.amount)),
        }
    }
    for (code, sum) in sums {
        let mut tax = Group::default();
        tax.add_text("Codigo", code);
        tax.set("Monto", round(sum));
        line.add("Impuesto", Node::Group(tax));
    }
}

/// What the line charges of each tax and tariff, so that the parts add up to the rounded taxes of the line. Where the
/// line is exonerated the annex counts it all with the general tariff, 08.
pub(super) fn charged(line: &Group, components: Vec<Charged>) -> Vec<Charged> {
    let mut charged: Vec<Charged> = Vec::new();
    for tax in line.groups("Impuesto") {
        let code = tax.text("Codigo").unwrap_or_default();
        let mut left = tax.number_or_zero("Monto");
        if let Some(exoneration) = tax.group("Exoneracion") {
            left -= exoneration.number_or_zero("MontoExoneracion");
            charged.push(Charged { code: code.to_owned(), tariff: Some("08".to_owned()), amount: left });
            continue;
        }
        let mut parts: Vec<Charged> = Vec::new();
        for one in components.iter().filter(|one| one.code == code) {
            match parts.iter_mut().find(|part| part.tariff == one.tariff) {
                Some(part) => part.amount += one.amount,
                None => parts.push(one.clone()),
            }
        }
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter_mut().enumerate() {
            part.amount = if index == last { left } else { round(part.amount).min(left) };
            left -= part.amount;
        }
        charged.append(&mut parts);
    }
    charged
}

/// Adds a derived discount, of an assortment's components.
fn add_discount(line: &mut Group, code: &str, amount: Decimal) {
    let mut discount = Group::default();
    discount.set("MontoDescuento", amount);
    discount.add_text("CodigoDescuento", code);
    line.add("Descuento", Node::Group(discount));
}
