//! A line: every amount from quantity, price, discounts and taxes, in the order in which the annex computes them.

use rust_decimal::Decimal;

use super::arithmetic::{percent_of, product, round, settle};
use super::error::Path;
use super::group::Group;
use super::read::{Reader, Result};
use super::surtido;
use super::taxes::{self, Bases, Charged, exonerate, is_in_base, is_iva};
use crate::document::Kind;

/// How the totals count a line (annex, ResumenFactura).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Taxed,
    Exempt,
    NotSubject,
}

/// What the totals need of a line.
#[derive(Debug)]
pub(super) struct LineTotals {
    pub(super) service: bool,
    /// A health service (CAByS division 93), whose IVA may be given back.
    pub(super) health: bool,
    pub(super) class: Class,
    /// MontoTotal.
    pub(super) total: Decimal,
    pub(super) discounts: Decimal,
    /// The part of MontoTotal that is exonerated.
    pub(super) exonerated: Decimal,
    pub(super) assumed: Decimal,
    pub(super) net_tax: Decimal,
    /// What is charged of each tax and tariff.
    pub(super) charged: Vec<Charged>,
}

/// Computes a line, or complains of all that it lacks for it.
pub(super) fn derive(reader: Reader<'_>, line: &mut Group, index: usize, path: Path<'_>) -> Option<LineTotals> {
    check_given(reader, line, path);
    // What follows from something that is wrong already is not worth a word.
    if reader.complaints.concern(&path) {
        return None;
    }
    reader.complaints.attempt(compute(reader, line, index, path))
}

fn check_given(reader: Reader<'_>, line: &Group, path: Path<'_>) {
    let complain = |word: &'static str, message: &str| {
        let path = path.key(word);
        if !reader.complaints.concern(&path) {
            reader.complaints.add(path.refuse(message));
        }
    };
    if reader.kind == Kind::ReciboPago {
        if !line.has("MontoTotal") {
            complain("amount", "is missing: the amount paid");
        }
        return;
    }
    if line.number("Cantidad").is_some_and(|quantity| quantity <= Decimal::ZERO) {
        complain("quantity", "must be above 0");
    }
    if line.has("DetalleSurtido") {
        return;
    }
    match line.number("PrecioUnitario") {
        Some(price) if price > Decimal::ZERO => {}
        Some(_) => complain("price", "must be above 0"),
        None => complain("price", "is missing: the price of one unit, without taxes"),
    }
    if !line.has("Impuesto") {
        let what =
            "is missing: the rate of the IVA like 13, or `exento`; a line without tax is an exempt one and says so";
        complain("tax", what);
    }
}

fn compute(reader: Reader<'_>, line: &mut Group, index: usize, path: Path<'_>) -> Result<LineTotals> {
    line.set_text("NumeroLinea", (index + 1).to_string());
    let surtido = line.has("DetalleSurtido");
    let components = surtido::derive(reader, line, path)?;
    let quantity = defaults(reader, line);
    let total = total(reader, line, quantity, path)?;
    let discounts = discounts(line, total, path)?;
    let subtotal = match reader.kind {
        Kind::ReciboPago => line.number("SubTotal").unwrap_or(total),
        _ => total - discounts,
    };
    settle(line, "SubTotal", subtotal, path)?;
    let gift = line.groups("Descuento").any(|one| matches!(one.text("CodigoDescuento"), Some("01" | "03")));
    let bases = Bases { quantity, total, subtotal, base: subtotal, gift };
    let base = taxes(reader, line, bases, components.as_deref(), path)?;
    let exonerated_tax = exonerations(line, base, surtido, path)?;
    net(reader, line, subtotal, gift, exonerated_tax, path)?;
    let charged = charged(line, components);
    Ok(totals(reader, line, total, discounts, charged))
}

/// Quantity and unit: one piece, or one service, unless the line says otherwise.
fn defaults(reader: Reader<'_>, line: &mut Group) -> Decimal {
    if reader.kind == Kind::ReciboPago {
        return Decimal::ONE;
    }
    if !line.has("UnidadMedida") {
        let unit = if is_service(line) { "Sp" } else { "Unid" };
        line.add_text("UnidadMedida", unit);
    }
    if !line.has("Cantidad") {
        line.set("Cantidad", Decimal::ONE);
    }
    line.number_or_zero("Cantidad")
}

/// The first digit of the CAByS code alone decides: 0-4 goods, 5-9 services (nota 17). A financial note may have no
/// code; then the unit tells.
fn is_service(line: &Group) -> bool {
    match line.text("CodigoCABYS").and_then(|code| code.bytes().next()) {
        Some(first) => first >= b'5',
        None => !matches!(line.text("UnidadMedida"), Some("Unid" | "Kg" | "L" | "M" | "m" | "G" | "g")),
    }
}

/// MontoTotal = Cantidad x PrecioUnitario; of a REP the amount paid.
fn total(reader: Reader<'_>, line: &mut Group, quantity: Decimal, path: Path<'_>) -> Result<Decimal> {
    let amount = match reader.kind {
        Kind::ReciboPago => line.number_or_zero("MontoTotal"),
        _ => round(product(quantity, line.number_or_zero("PrecioUnitario"))),
    };
    settle(line, "MontoTotal", amount, path)
}

/// Each discount on the base less the ones before it (annex, Descuento), and never more than is left.
pub(super) fn discounts(line: &mut Group, total: Decimal, path: Path<'_>) -> Result<Decimal> {
    let mut left = total;
    for discount in line.groups_mut("Descuento") {
        if let Some(percent) = discount.number("@percent") {
            settle(discount, "MontoDescuento", percent_of(left, percent), path.key("discount"))?;
        }
        let amount = discount.number_or_zero("MontoDescuento");
        if amount > left {
            let message =
                format!("{} is more than the {} that is left of the line", amount.normalize(), left.normalize());
            return Err(path.key("discount").refuse(message));
        }
        left -= amount;
    }
    Ok(total - left)
}

/// Completes and computes the taxes, the ones in the base first; gives the base of the IVA.
fn taxes(
    reader: Reader<'_>,
    line: &mut Group,
    mut bases: Bases,
    components: Option<&[Charged]>,
    path: Path<'_>,
) -> Result<Decimal> {
    let at_factory = line.text("IVACobradoFabrica") == Some("01");
    let mut added = Decimal::ZERO;
    let mut special = false;
    if let Some(components) = components {
        surtido::main_taxes(line, components);
    }
    for tax in line.groups_mut("Impuesto") {
        if components.is_none() {
            taxes::complete(reader, tax, &taxes::LINE, path.key("tax"))?;
        }
        let code = tax.text("Codigo").unwrap_or_default().to_owned();
        special |= code == "07";
        if is_iva(&code) {
            continue;
        }
        let amount = match components {
            None => taxes::amount(tax, &taxes::LINE, &bases, path.key("tax"))?,
            Some(_) => tax.number_or_zero("Monto"),
        };
        added += if is_in_base(&code) { amount } else { Decimal::ZERO };
    }
    if !has(reader, "BaseImponible") {
        bases.base = bases.subtotal;
    } else if at_factory || special {
        // The annex leaves the base free here, above zero.
        bases.base = line.number("BaseImponible").filter(|base| *base > Decimal::ZERO).ok_or_else(|| {
            path.key("tax_base").refuse("is needed, above 0, with `factory_iva` 01 and with tax 07 (BaseImponible)")
        })?;
    } else {
        bases.base = settle(line, "BaseImponible", bases.subtotal + added, path)?;
    }
    if components.is_none() {
        for tax in line.groups_mut("Impuesto").filter(|tax| tax.text("Codigo").is_some_and(is_iva)) {
            taxes::amount(tax, &taxes::LINE, &bases, path.key("tax"))?;
        }
    }
    Ok(bases.base)
}

/// Whether the lines of this kind have an element.
fn has(reader: Reader<'_>, name: &str) -> bool {
    let structure = reader.children_at(&["DetalleServicio", "LineaDetalle"]);
    structure.iter().any(|element| element.name == name && element.occurrence(reader.kind).is_some())
}

/// The exoneration of the line goes to its IVA; gives the sum of all.
fn exonerations(line: &mut Group, base: Decimal, surtido: bool, path: Path<'_>) -> Result<Decimal> {
    if let Some(exoneration) = line.take("@exoneration").pop() {
        let mut iva = line
            .groups_mut("Impuesto")
            .filter(|tax| tax.text("Codigo").is_some_and(|code| code == "01" || code == "07"));
        let Some(tax) = iva.next() else {
            return Err(path.key("exoneration").refuse("there is no IVA on this line to exonerate"));
        };
        tax.add("Exoneracion", exoneration);
    }
    let mut sum = Decimal::ZERO;
    for tax in line.groups_mut("Impuesto") {
        sum += exonerate(tax, base, surtido, path)?;
    }
    Ok(sum)
}

/// ImpuestoAsumidoEmisorFabrica, ImpuestoNeto and MontoTotalLinea.
///
/// The issuer assumes the tax of a gift (discount codes 01 and 03), and what IVACobradoFabrica 01 says was charged at
/// the factory; where the annex leaves it open, `assumed_tax` says another amount.
fn net(
    reader: Reader<'_>,
    line: &mut Group,
    subtotal: Decimal,
    gift: bool,
    exonerated: Decimal,
    path: Path<'_>,
) -> Result<()> {
    let owed = line.groups("Impuesto").map(|tax| tax.number_or_zero("Monto")).sum::<Decimal>() - exonerated;
    let given = line.number("ImpuestoAsumidoEmisorFabrica");
    let assumed = match given {
        _ if !has(reader, "ImpuestoAsumidoEmisorFabrica") => Decimal::ZERO,
        _ if gift => owed,
        Some(given) => given,
        None if line.text("IVACobradoFabrica") == Some("01") => iva_owed(line),
        None => Decimal::ZERO,
    };
    if assumed > owed {
        return Err(path.key("assumed_tax").refuse(format!(
            "{} is above the tax of the line, {}",
            assumed.normalize(),
            owed.normalize()
        )));
    }
    let always = matches!(reader.kind, Kind::Factura | Kind::Tiquete);
    if always || !assumed.is_zero() {
        settle(line, "ImpuestoAsumidoEmisorFabrica", assumed, path)?;
    }
    settle(line, "ImpuestoNeto", owed - assumed, path)?;
    settle(line, "MontoTotalLinea", subtotal + owed - assumed, path)?;
    Ok(())
}

fn iva_owed(line: &Group) -> Decimal {
    line.groups("Impuesto").filter(|tax| tax.text("Codigo").is_some_and(is_iva)).map(owed).sum()
}

/// A tax less its exoneration.
fn owed(tax: &Group) -> Decimal {
    let exonerated = tax.group("Exoneracion").map(|one| one.number_or_zero("MontoExoneracion")).unwrap_or_default();
    tax.number_or_zero("Monto") - exonerated
}

/// What is charged of each tax: its amount less exoneration and assumed part. What is assumed is the IVA first.
fn charged(line: &Group, components: Option<Vec<Charged>>) -> Vec<Charged> {
    let mut assumed = line.number_or_zero("ImpuestoAsumidoEmisorFabrica");
    let mut charged: Vec<Charged> = match components {
        Some(components) => surtido::charged(line, components),
        None => line
            .groups("Impuesto")
            .map(|tax| Charged {
                code: tax.text("Codigo").unwrap_or_default().to_owned(),
                other: tax.text("CodigoImpuestoOTRO").map(str::to_owned),
                tariff: tax.text("CodigoTarifaIVA").map(str::to_owned),
                amount: owed(tax),
            })
            .collect(),
    };
    let (iva, other): (Vec<&mut Charged>, Vec<&mut Charged>) = charged.iter_mut().partition(|one| is_iva(&one.code));
    for one in iva.into_iter().chain(other) {
        let part = assumed.min(one.amount);
        one.amount -= part;
        assumed -= part;
    }
    charged
}

fn totals(reader: Reader<'_>, line: &Group, total: Decimal, discounts: Decimal, charged: Vec<Charged>) -> LineTotals {
    let class = class_of(reader, &charged);
    let sum = |name: &str| line.groups("Impuesto").map(|tax| tax.number_or_zero(name)).sum::<Decimal>();
    let exonerated: Decimal = line
        .groups("Impuesto")
        .filter_map(|tax| tax.group("Exoneracion"))
        .map(|one| one.number_or_zero("MontoExoneracion"))
        .sum();
    // The annex gives the share of the taxes; per line it is exact for documents that mix lines.
    let share = exonerated.checked_div(sum("Monto")).unwrap_or_default();
    LineTotals {
        service: is_service(line),
        health: line.text("CodigoCABYS").is_some_and(|code| code.starts_with("93")),
        class,
        total,
        discounts,
        exonerated: round(product(total, share)),
        assumed: line.number_or_zero("ImpuestoAsumidoEmisorFabrica"),
        net_tax: line.number_or_zero("ImpuestoNeto"),
        charged,
    }
}

/// Not subject are tariffs 01 and 11, exempt is 10, the rest is taxed. A FEE has no totals for what is not subject.
fn class_of(reader: Reader<'_>, charged: &[Charged]) -> Class {
    let class = |tariff: &str| match tariff {
        "10" => Class::Exempt,
        "01" | "11" if reader.kind == Kind::FacturaExportacion => Class::Exempt,
        "01" | "11" => Class::NotSubject,
        _ => Class::Taxed,
    };
    let classes: Vec<Class> = charged.iter().filter_map(|one| one.tariff.as_deref()).map(class).collect();
    match classes[..] {
        [first, ..] if classes.iter().all(|class| *class == first) => first,
        _ => Class::Taxed,
    }
}
