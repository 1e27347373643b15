//! ResumenFactura: every total from the written amounts of the lines (annex, ResumenFactura), charges and payments.

use rust_decimal::Decimal;

use super::arithmetic::{percent_of, settle};
use super::error::Path;
use super::group::{Group, Node};
use super::line::{Class, LineTotals};
use super::read::{Reader, Result};
use super::taxes::Charged;
use crate::document::Kind;

/// The sale conditions that need no means of payment (nota 5).
const UNPAID: [&str; 3] = ["02", "08", "10"];

/// Computes the summary into the root; gives TotalComprobante.
pub(super) fn derive(kind: Kind, root: &mut Group, lines: &[LineTotals]) -> Result<Decimal> {
    let path = Path::Root.key("ResumenFactura");
    currency(root)?;
    let condition = root.text("CondicionVenta").unwrap_or_default().to_owned();
    let discounts: Decimal = lines.iter().map(|line| line.discounts).sum();
    let sold: Decimal = lines.iter().map(|line| line.total).sum();
    let summary = root.group_mut("ResumenFactura");
    let sale = match kind {
        Kind::ReciboPago => settle(summary, "TotalVenta", sold, path)?,
        _ => classes(summary, lines, path)?,
    };
    settle(summary, "TotalDescuentos", discounts, path)?;
    let net = settle(summary, "TotalVentaNeta", sale - discounts, path)?;
    breakdown(summary, lines);
    let tax = settle(summary, "TotalImpuesto", lines.iter().map(|line| line.net_tax).sum(), path)?;
    let assumed: Decimal = lines.iter().map(|line| line.assumed).sum();
    if !assumed.is_zero() {
        settle(summary, "TotalImpAsumEmisorFabrica", assumed, path)?;
    }
    let charges = charges(root, net)?;
    let summary = root.group_mut("ResumenFactura");
    if !charges.is_zero() {
        settle(summary, "TotalOtrosCargos", charges, path)?;
    }
    let returned = iva_returned(summary, lines)?;
    let total = settle(summary, "TotalComprobante", net + tax + charges - returned, path)?;
    payments(summary, &condition, total)?;
    Ok(total)
}

/// What the input must have said of currency and payment, checked where the lines are too wrong to add up.
pub(super) fn check_given(reader: Reader<'_>, root: &mut Group) {
    let is_wrong = |key: &str| reader.complaints.concern(&Path::Root.key(key));
    if !is_wrong("exchange_rate") && !is_wrong("currency") {
        reader.complaints.attempt(currency(root));
    }
    let condition = root.text("CondicionVenta").unwrap_or_default().to_owned();
    if !is_wrong("payment") && !is_wrong("condition") {
        reader.complaints.attempt(check_paid(root.group_mut("ResumenFactura"), &condition));
    }
}

/// Colones at 1, unless another currency is named; its rate nobody can derive.
fn currency(root: &mut Group) -> Result<()> {
    let currency = root.group_mut("ResumenFactura").group_mut("CodigoTipoMoneda");
    if !currency.has("CodigoMoneda") {
        currency.add_text("CodigoMoneda", "CRC");
    }
    let colones = currency.text("CodigoMoneda") == Some("CRC");
    match currency.number("TipoCambio") {
        None if colones => currency.set("TipoCambio", Decimal::ONE),
        Some(rate) if colones && rate != Decimal::ONE => {
            return Err(Path::Root.key("exchange_rate").refuse("must be 1 for CRC, or left out"));
        }
        Some(rate) if rate > Decimal::ZERO => {}
        _ => {
            let what = "is missing: the rate to colones; for USD the BCCR's reference selling rate of the day";
            return Err(Path::Root.key("exchange_rate").refuse(what));
        }
    }
    Ok(())
}

/// The totals by class, goods and services apart. The exonerated part of taxed lines is a total of its own.
fn classes(summary: &mut Group, lines: &[LineTotals], path: Path<'_>) -> Result<Decimal> {
    let sum = |service: bool, class: Class| -> Decimal {
        lines.iter().filter(|line| line.service == service && line.class == class).map(|line| line.total).sum()
    };
    let exonerated = |service: bool| -> Decimal {
        lines.iter().filter(|line| line.service == service).map(|line| line.exonerated).sum()
    };
    const NAMES: [[&str; 4]; 2] = [
        ["TotalServGravados", "TotalServExentos", "TotalServExonerado", "TotalServNoSujeto"],
        ["TotalMercanciasGravadas", "TotalMercanciasExentas", "TotalMercExonerada", "TotalMercNoSujeta"],
    ];
    let mut pairs = [Decimal::ZERO; 4];
    for (names, service) in NAMES.into_iter().zip([true, false]) {
        let amounts = [
            sum(service, Class::Taxed) - exonerated(service),
            sum(service, Class::Exempt),
            exonerated(service),
            sum(service, Class::NotSubject),
        ];
        for ((name, amount), pair) in names.into_iter().zip(amounts).zip(&mut pairs) {
            settle(summary, name, amount, path)?;
            *pair += amount;
        }
    }
    for (name, amount) in ["TotalGravado", "TotalExento", "TotalExonerado", "TotalNoSujeto"].into_iter().zip(pairs) {
        settle(summary, name, amount, path)?;
    }
    settle(summary, "TotalVenta", pairs.into_iter().sum(), path)
}

/// One entry for each tax and tariff of the lines, also where it comes to 0 (-487 without).
fn breakdown(summary: &mut Group, lines: &[LineTotals]) {
    summary.remove("TotalDesgloseImpuesto");
    let mut entries: Vec<Charged> = Vec::new();
    for one in lines.iter().flat_map(|line| &line.charged) {
        match entries.iter_mut().find(|entry| entry.code == one.code && entry.tariff == one.tariff) {
            Some(entry) => entry.amount += one.amount,
            None => entries.push(one.clone()),
        }
    }
    for entry in entries {
        let mut group = Group::default();
        group.add_text("Codigo", entry.code);
        group.add_some("CodigoTarifaIVA", entry.tariff.as_deref());
        group.set("TotalMontoImpuesto", entry.amount);
        summary.add("TotalDesgloseImpuesto", Node::Group(group));
    }
}

/// The charges beside the lines; a percentage counts on what was sold, net of discounts.
fn charges(root: &mut Group, net: Decimal) -> Result<Decimal> {
    let mut sum = Decimal::ZERO;
    let charges = Path::Root.key("charges");
    for (index, charge) in root.groups_mut("OtrosCargos").enumerate() {
        let path = charges.member(index);
        if let (None, Some(percent)) = (charge.number("MontoCargo"), charge.number("PorcentajeOC")) {
            charge.set("MontoCargo", percent_of(net, percent));
        }
        match charge.number("MontoCargo") {
            Some(amount) if amount > Decimal::ZERO => sum += amount,
            Some(_) => return Err(path.key("amount").refuse("must be above 0")),
            None => return Err(path.refuse("needs an `amount`, or a `percent` of the net sale")),
        }
    }
    Ok(sum)
}

/// TotalIVADevuelto: the IVA of health services paid by card (TipoMedioPago 02). With several means the amount is
/// given: the annex's formula for mixed payments is the revision of 2026's, (paid by card / TotalVentaNeta) x tax.
fn iva_returned(summary: &mut Group, lines: &[LineTotals]) -> Result<Decimal> {
    let path = Path::Root.key("iva_returned");
    let wanted = !summary.take("@iva_returned").is_empty();
    if !wanted && !summary.has("TotalIVADevuelto") {
        return Ok(Decimal::ZERO);
    }
    let by_card = |one: &Group| one.text("TipoMedioPago") == Some("02");
    if !summary.groups("MedioPago").any(by_card) {
        return Err(path.refuse("only the IVA of what a card paid is given back: `payment` has no `tarjeta`"));
    }
    if wanted {
        if !summary.groups("MedioPago").all(by_card) {
            return Err(path.refuse("with several means of payment give the amount instead of true"));
        }
        let returned: Decimal = lines.iter().filter(|line| line.health).map(|line| line.net_tax).sum();
        if returned.is_zero() {
            return Err(path.refuse("no line is a taxed health service (CAByS 93…)"));
        }
        summary.set("TotalIVADevuelto", returned);
    }
    Ok(summary.number_or_zero("TotalIVADevuelto"))
}

/// The means of payment come to the total: one means pays all; of several, one may be left without amount and pays the
/// rest.
fn payments(summary: &mut Group, condition: &str, total: Decimal) -> Result<()> {
    let path = Path::Root.key("payment");
    check_paid(summary, condition)?;
    if !summary.has("MedioPago") {
        return Ok(());
    }
    let open = summary.groups("MedioPago").filter(|one| !one.has("TotalMedioPago")).count();
    let given: Decimal = summary.groups("MedioPago").map(|one| one.number_or_zero("TotalMedioPago")).sum();
    if open > 1 {
        return Err(path.refuse("of several means at most one may be without `amount`; it pays the rest"));
    }
    if given > total || (open == 0 && given != total) {
        let (given, total) = (given.normalize(), total.normalize());
        return Err(path.refuse(format!("the amounts add up to {given} and the document comes to {total}")));
    }
    if open == 1 {
        let mut means = summary.groups_mut("MedioPago").filter(|one| !one.has("TotalMedioPago"));
        if let Some(means) = means.next() {
            means.set("TotalMedioPago", total - given);
        }
    }
    Ok(())
}

/// Somebody must have said how it is paid, unless the condition does without.
fn check_paid(summary: &Group, condition: &str) -> Result<()> {
    if summary.has("MedioPago") || UNPAID.contains(&condition) {
        return Ok(());
    }
    Err(Path::Root.key("payment").refuse(format!(
        "is missing: how it is paid, like `efectivo`, `tarjeta`, `transferencia` or `sinpe`; only the conditions {} do \
         without it",
        UNPAID.join(", ")
    )))
}
