//! The taxes of a line or of a component of an assortment (notas 8 and 8.1): what follows from the code, and the
//! formula of the amount (annex, Impuesto/Monto).

use rust_decimal::Decimal;

use super::arithmetic::{percent_of, product, round, settle};
use super::error::Path;
use super::group::Group;
use super::read::{Reader, Result};
use crate::catalogue::List;
use crate::document::parse_amount;

/// What is charged of a tax and tariff.
#[derive(Debug, Clone)]
pub(super) struct Charged {
    pub(super) code: String,
    /// What a tax 99 says it is.
    pub(super) other: Option<String>,
    pub(super) tariff: Option<String>,
    pub(super) amount: Decimal,
}

/// What the formulas need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bases {
    pub(super) quantity: Decimal,
    /// MontoTotal.
    pub(super) total: Decimal,
    /// SubTotal.
    pub(super) subtotal: Decimal,
    /// BaseImponible, or SubTotal where the kind has none.
    pub(super) base: Decimal,
    /// A gift whose IVA the issuer assumes, on what it is worth: discount codes 01 and 03.
    pub(super) gift: bool,
}

/// The official names of a tax's elements.
#[derive(Debug)]
pub(super) struct TaxNames {
    pub(super) code: &'static str,
    pub(super) tariff: &'static str,
    pub(super) rate: &'static str,
    pub(super) amount: &'static str,
    measures: &'static str,
    content: &'static str,
    percentage: &'static str,
    proportion: &'static str,
    volume: &'static str,
    unit_tax: &'static str,
}

/// Of a line.
pub(super) static LINE: TaxNames = TaxNames {
    code: "Codigo",
    tariff: "CodigoTarifaIVA",
    rate: "Tarifa",
    amount: "Monto",
    measures: "DatosImpuestoEspecifico",
    content: "CantidadUnidadMedida",
    percentage: "Porcentaje",
    proportion: "Proporcion",
    volume: "VolumenUnidadConsumo",
    unit_tax: "ImpuestoUnidad",
};

/// Of a component.
pub(super) static COMPONENT: TaxNames = TaxNames {
    code: "CodigoImpuestoSurtido",
    tariff: "CodigoTarifaIVASurtido",
    rate: "TarifaSurtido",
    amount: "MontoImpuestoSurtido",
    measures: "DatosImpuestoEspecificoSurtido",
    content: "CantidadUnidadMedidaSurtido",
    percentage: "PorcentajeSurtido",
    proportion: "ProporcionSurtido",
    volume: "VolumenUnidadConsumoSurtido",
    unit_tax: "ImpuestoUnidadSurtido",
};

/// Whether a code is IVA by its tariff: the general rule, or the special base.
pub(super) fn is_iva(code: &str) -> bool {
    matches!(code, "01" | "07")
}

/// Whether a tax adds to the base of the IVA.
pub(super) fn is_in_base(code: &str) -> bool {
    matches!(code, "02" | "04" | "05" | "12")
}

/// Fills in what follows from the code: IVA without a code has 01; tariff and rate follow from each other; cement has 5
/// %.
pub(super) fn complete(reader: Reader<'_>, tax: &mut Group, names: &TaxNames, path: Path<'_>) -> Result<()> {
    if !tax.has(names.code) && (tax.has(names.tariff) || tax.has(names.rate)) {
        tax.add_text(names.code, super::natural::IVA);
    }
    let Some(code) = tax.text(names.code) else {
        return Err(path.refuse("has no `code`: the code of the tax (nota 8), 01 for the IVA"));
    };
    if code == "12" && !tax.has(names.rate) {
        tax.set(names.rate, Decimal::from(5));
        return Ok(());
    }
    if !is_iva(code) {
        return Ok(());
    }
    match tax.text(names.tariff) {
        Some(tariff) => {
            let rate = List::IvaRates.find(tariff).and_then(|entry| parse_amount(&entry.value)).unwrap_or_default();
            settle(tax, names.rate, rate, path).map(|_| ())
        }
        None => {
            let Some(rate) = tax.number(names.rate) else {
                return Err(path.refuse("has no `tariff` (nota 8.1) and no `rate`; the IVA needs one"));
            };
            let value = super::value::Value::Number(rate.normalize().to_string());
            let tariff = super::natural::tariff_of_rate(reader, &value, path.key("rate"))?;
            tax.add_text(names.tariff, tariff);
            Ok(())
        }
    }
}

/// Computes the amount of a tax and puts it in its place.
pub(super) fn amount(tax: &mut Group, names: &TaxNames, bases: &Bases, path: Path<'_>) -> Result<Decimal> {
    let by_rate = |base: Decimal| percent_of(base, tax.number_or_zero(names.rate));
    let code = tax.text(names.code).unwrap_or_default();
    let derived = match code {
        "01" if bases.gift => by_rate(bases.total),
        "01" | "07" => by_rate(bases.base),
        "02" | "12" | "99" if tax.has(names.rate) => by_rate(bases.subtotal),
        "08" if tax.has("FactorCalculoIVA") => round(product(bases.subtotal, tax.number_or_zero("FactorCalculoIVA"))),
        "03" | "04" | "05" | "06" if tax.has(names.measures) => specific(tax, names, bases.quantity, path)?,
        _ => {
            // Nothing to compute it from: some kinds have no place for the measures.
            let needed = match code {
                "08" => "`factor` (FactorCalculoIVA)",
                "02" | "99" => "`rate`",
                _ => "`measures` (DatosImpuestoEspecifico), or `amount` where the kind has none",
            };
            return tax.number(names.amount).ok_or_else(|| path.refuse(format!("tax {code} needs {needed}")));
        }
    };
    settle(tax, names.amount, derived, path)
}

/// The specific taxes, counted on the measures of the product.
///
/// Two readings of the annex are open. Porcentaje is "a number (13 means 13 %)" and Proporcion is millilitres of
/// alcohol, which it is only when the percentage is divided by 100: so it is derived; a Proporcion that is given
/// stands. And code 05 has two formulas: beverages, or soap when the tax says `soap = true`.
fn specific(tax: &mut Group, names: &TaxNames, quantity: Decimal, path: Path<'_>) -> Result<Decimal> {
    let code = tax.text(names.code).unwrap_or_default().to_owned();
    let soap = tax.has("@soap");
    let measures = tax.group_mut(names.measures);
    let (content, unit_tax) = (measures.number_or_zero(names.content), measures.number_or_zero(names.unit_tax));
    let volume = measures.number_or_zero(names.volume);
    Ok(round(match code.as_str() {
        "03" => product(content, unit_tax),
        "04" => {
            if !measures.has(names.proportion) {
                let proportion = percent_of(content, measures.number_or_zero(names.percentage));
                measures.set(names.proportion, proportion);
            }
            product(product(quantity, measures.number_or_zero(names.proportion)), unit_tax)
        }
        "05" if soap => product(product(quantity, volume), unit_tax),
        "05" => {
            // One division, last: the quotient alone may not be exact.
            let whole = product(product(quantity, content), unit_tax);
            whole.checked_div(volume).ok_or_else(|| path.key("measures").key("volume").refuse("must be above 0"))?
        }
        _ => product(product(quantity, content), unit_tax),
    }))
}

/// Completes the exoneration of a tax and computes its amount: the points on the base, or on the subtotal without one.
pub(super) fn exonerate(tax: &mut Group, base: Decimal, surtido: bool, path: Path<'_>) -> Result<Decimal> {
    let rate = tax.number_or_zero("Tarifa");
    let owed = tax.number_or_zero("Monto");
    if !tax.has("Exoneracion") {
        return Ok(Decimal::ZERO);
    }
    let exoneration = tax.group_mut("Exoneracion");
    let path = path.key("exoneration");
    if surtido {
        // With components of several rates the amount is free, up to the tax; a code and a rate do not say it.
        if !exoneration.has("TarifaExonerada") {
            exoneration.set("TarifaExonerada", Decimal::ZERO);
        }
        return match exoneration.number("MontoExoneracion") {
            Some(amount) if amount <= owed => Ok(amount),
            Some(amount) => {
                Err(path.refuse(format!("amount {} is above the tax, {}", amount.normalize(), owed.normalize())))
            }
            None => Err(path.refuse("has no `amount`: on an assortment it does not follow from the rate")),
        };
    }
    let points = exoneration.number("TarifaExonerada").unwrap_or(rate);
    if points > rate {
        let (points, rate) = (points.normalize(), rate.normalize());
        return Err(path
            .key("rate")
            .refuse(format!("exonerates {points} points of a rate of {rate}; at most the rate")));
    }
    exoneration.set("TarifaExonerada", points);
    settle(exoneration, "MontoExoneracion", percent_of(base, points), path)
}
