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
    let mut discounts: Vec<Kept> = Vec::new();
    let (mut price, mut subtotal) = (Decimal::ZERO, Decimal::ZERO);
    let components = path.key("components");
    for (index, component) in line.group_mut("DetalleSurtido").groups_mut("LineaDetalleSurtido").enumerate() {
        price += derive_component(reader, component, components.member(index))?;
        for discount in component.groups("DescuentoSurtido") {
            let one = Kept::of(discount);
            match discounts.iter_mut().find(|known| (&known.code, &known.other) == (&one.code, &one.other)) {
                Some(known) => known.amount += one.amount,
                None => discounts.push(one),
            }
        }
        subtotal += component.number_or_zero("SubTotalSurtido");
        charged.extend(component.groups("ImpuestoSurtido").map(|tax| Charged {
            code: tax.text(taxes::COMPONENT.code).unwrap_or_default().to_owned(),
            other: tax.text("CodigoImpuestoOTROSurtido").map(str::to_owned),
            tariff: tax.text(taxes::COMPONENT.tariff).map(str::to_owned),
            amount: product(tax.number_or_zero(taxes::COMPONENT.amount), quantity),
        }));
    }
    settle(line, "PrecioUnitario", price, path)?;
    let whole = Whole { total: round(product(price, quantity)), subtotal: round(product(subtotal, quantity)) };
    add_discounts(line, discounts, quantity, whole, path)?;
    Ok(Some(charged))
}

/// What the components' discounts of one kind come to in one unit.
struct Kept {
    code: String,
    /// What a discount 99 says it is.
    other: Option<String>,
    amount: Decimal,
}

impl Kept {
    fn of(discount: &Group) -> Self {
        Kept {
            code: discount.text("CodigoDescuentoSurtido").unwrap_or_default().to_owned(),
            other: discount.text("DescuentoSurtidoOtros").map(str::to_owned),
            amount: discount.number_or_zero("MontoDescuentoSurtido"),
        }
    }
}

/// MontoTotal and SubTotal of the line, each the product rounded once: Cantidad may have decimals.
struct Whole {
    total: Decimal,
    subtotal: Decimal,
}

/// Puts the components' discounts on the line, one for each kind. What their single roundings leave of the difference
/// between MontoTotal and SubTotal goes to the largest, so that both formulas of the annex hold.
///
/// More kinds than a line has room for are refused: merged they would lose their code, and with 01 and 03 who pays the
/// tax; left out, the customer would be charged what was promised as a discount.
fn add_discounts(
    line: &mut Group,
    discounts: Vec<Kept>,
    quantity: Decimal,
    whole: Whole,
    path: Path<'_>,
) -> Result<()> {
    const ROOM: usize = 5;
    let path = path.key("components");
    if discounts.len() > ROOM {
        let message = format!(
            "have {} kinds of discount and their line has room for {ROOM}: join some, or sell them as lines of their own",
            discounts.len()
        );
        return Err(path.refuse(message));
    }
    let mut amounts: Vec<Decimal> = discounts.iter().map(|one| round(product(one.amount, quantity))).collect();
    let rest = whole.total - whole.subtotal - amounts.iter().sum::<Decimal>();
    if let Some(largest) = amounts.iter_mut().max() {
        *largest += rest;
    }
    for (one, amount) in discounts.into_iter().zip(amounts) {
        let mut discount = Group::default();
        discount.set("MontoDescuento", amount);
        if one.code == "99" {
            // Nota 20 asks for both of a discount 99; a component says one thing.
            let Some(other) = &one.other else {
                return Err(path.refuse("have a discount 99 without its name: `code_other` says what it is"));
            };
            if other.chars().count() < 5 {
                let message = format!("call a discount 99 `{other}`; the name on their line needs 5 characters");
                return Err(path.refuse(message));
            }
            discount.add_text("CodigoDescuentoOTRO", &**other);
            discount.add_text("NaturalezaDescuento", &**other);
        }
        discount.add_text("CodigoDescuento", one.code);
        line.add("Descuento", Node::Group(discount));
    }
    Ok(())
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
    let mut sums: Vec<(&str, Option<&str>, Decimal)> = Vec::new();
    for one in components {
        match sums.iter_mut().find(|(code, other, _)| *code == one.code && *other == one.other.as_deref()) {
            Some((_, _, sum)) => *sum += one.amount,
            None => sums.push((&one.code, one.other.as_deref(), one.amount)),
        }
    }
    for (code, other, sum) in sums {
        let mut tax = Group::default();
        tax.add_text("Codigo", code);
        tax.add_some("CodigoImpuestoOTRO", other);
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
            charged.push(Charged { code: code.to_owned(), other: None, tariff: Some("08".to_owned()), amount: left });
            continue;
        }
        let mut parts: Vec<Charged> = Vec::new();
        let other = tax.text("CodigoImpuestoOTRO");
        for one in components.iter().filter(|one| one.code == code && one.other.as_deref() == other) {
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
