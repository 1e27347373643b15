//! What the books need of a comprobante: its lines by tax, rate and class, and the facts that say in which month, for
//! which activity and in which colones they count.
//!
//! It is taken from the lines and not from ResumenFactura, whose totals are gross of discounts. Every amount is in the
//! document's currency, exactly as written; only where one written amount is divided over several rows is the part
//! rounded (to five decimals, half up), and the parts add up to the whole. Nothing is judged and nothing is refused:
//! what cannot be read counts zero, and whether the document agrees with itself can be told by comparing
//! [`Figures::total_tax`] with the rows.

mod lines;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::{Clave, Kind, Node, Situation, View, parse_date_time};
use crate::clock::costa_rica;
use crate::named::{Named, unknown};

/// The figures of one comprobante. All of it is stored with the document when it comes in, so that a book of a month is
/// made without reading XML: one row a document, and one for each of `rows`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The day whose month the document belongs to: Costa Rica's day of FechaEmision, save where it stands for another
    /// (a contingency's, a past month's, one with a material error), whose day it is then. None when it has no date.
    pub counts_on: Option<NaiveDate>,
    /// CodigoActividadEmisor; CodigoActividad of v4.3.
    pub emisor_activity: Option<String>,
    /// CodigoActividadReceptor; CodigoActividad of a MensajeReceptor.
    pub receptor_activity: Option<String>,
    /// CondicionVenta (nota 5): 08 and 10 put the IVA off, 09 and 11 release it.
    pub sale_condition: Option<String>,
    /// PlazoCredito in days.
    pub credit_days: Option<i32>,
    /// ISO code of every amount here, CRC where the document names none.
    pub currency: String,
    /// TipoCambio, colones for one unit of the currency; 1 for colones. None where the document does not say.
    pub exchange_rate: Option<Decimal>,
    /// The lines, summed by what tells them apart, in the order of the keys. Empty for a MensajeReceptor and for a
    /// document of charges alone.
    pub rows: Vec<TaxRow>,
    /// The sum of OtrosCargos/MontoCargo.
    pub other_charges: Decimal,
    /// TotalIVADevuelto: what a health service paid by card gives back.
    pub returned_iva: Decimal,
    /// TotalImpuesto as the summary says it; MontoTotalImpuesto of a MensajeReceptor.
    pub total_tax: Option<Decimal>,
    /// TotalComprobante; TotalFactura of a MensajeReceptor.
    pub total: Option<Decimal>,
    /// What a MensajeReceptor says of the tax; none for every other kind.
    pub confirmation: Option<ConfirmedTax>,
}

impl Figures {
    /// What the taxes other than IVA come to, net.
    pub fn other_taxes(&self) -> Decimal {
        let other = self.rows.iter().filter(|row| row.class == TaxClass::Other);
        other.fold(Decimal::ZERO, |sum, row| sum.saturating_add(row.net()))
    }
}

/// Lines of one tax, rate, class and sort of supply.
///
/// A line is in exactly one row of IVA (two when it is exonerated in part, one for each rate of an assortment), so gross
/// amounts, discounts and bases may be added over all rows. Its other taxes have rows of their own, without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRow {
    /// Impuesto/Codigo (nota 8); none for lines without an IVA.
    pub code: Option<String>,
    /// CodigoTarifaIVA (nota 8.1); CodigoTarifa of v4.3.
    pub rate_code: Option<String>,
    /// Tarifa in percent, without trailing zeros.
    pub rate: Option<Decimal>,
    /// How the return counts it.
    pub class: TaxClass,
    /// Goods or services, by the CAByS code; none without one.
    pub supply: Option<Supply>,
    /// MontoTotal, before discounts.
    pub gross: Decimal,
    /// MontoDescuento.
    pub discounts: Decimal,
    /// BaseImponible; SubTotal where there is none (FEE, REP, v4.3).
    pub base: Decimal,
    /// Impuesto/Monto, before what follows.
    pub tax: Decimal,
    /// MontoExoneracion.
    pub exonerated: Decimal,
    /// ImpuestoAsumidoEmisorFabrica.
    pub assumed: Decimal,
}

impl TaxRow {
    /// What the receiver owes of it: over all rows the sum of ImpuestoNeto.
    pub fn net(&self) -> Decimal {
        self.tax.saturating_sub(self.exonerated).saturating_sub(self.assumed)
    }
}

/// How the books and the return of IVA count a row.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(into = "&'static str")]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<TaxClass>)]
pub enum TaxClass {
    /// Gravado: an IVA above zero, or the transitory 0 % (tariff 05), of which the annex does not say the class.
    Taxed,
    /// Exento: tariff 10; tariff 01 of v4.3.
    Exempt,
    /// Exonerado: the part of a taxed line that an authorisation frees, MontoExoneracion / Monto of it.
    Exonerated,
    /// No sujeto: tariffs 01 (with the right to credit) and 11 (without).
    NotSubject,
    /// Exportación: the untaxed lines of a FEE, and of a note on one.
    Export,
    /// A tax that is no IVA: 02 to 06, 12 and 99.
    Other,
    /// The line has no IVA, or one without tariff and amount: the document does not say.
    Unspecified,
}

impl Named for TaxClass {
    const WHAT: &'static str = "a class of tax";
}

/// Goods or services: the first digit of the CAByS code (nota 17).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(into = "&'static str")]
#[strum(serialize_all = "snake_case", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Supply>)]
pub enum Supply {
    /// 0 to 4.
    Goods,
    /// 5 to 9.
    Services,
}

impl Named for Supply {
    const WHAT: &'static str = "a sort of supply";
}

/// What a MensajeReceptor says for the book of purchases (nota 18); the tax itself is in [`Figures::total_tax`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedTax {
    /// CondicionImpuesto: 01 credit, 02 part of it, 03 capital goods, 04 none, 05 in proportion.
    pub condition: Option<String>,
    /// MontoTotalImpuestoAcreditar.
    pub creditable: Option<Decimal>,
    /// MontoTotalDeGastoAplicable.
    pub expense: Option<Decimal>,
}

/// The figures of a comprobante.
pub(super) fn figures_of(view: &View<'_>) -> Figures {
    let root = view.root();
    let text = |name: &str| root.text_of(name).map(str::to_owned);
    if view.kind() == Kind::MensajeReceptor {
        return Figures {
            counts_on: root.text_of("FechaEmisionDoc").and_then(day),
            emisor_activity: None,
            receptor_activity: text("CodigoActividad"),
            sale_condition: None,
            credit_days: None,
            currency: "CRC".to_owned(),
            exchange_rate: Some(Decimal::ONE),
            rows: Vec::new(),
            other_charges: Decimal::ZERO,
            returned_iva: Decimal::ZERO,
            total_tax: root.amount_of("MontoTotalImpuesto"),
            total: root.amount_of("TotalFactura"),
            confirmation: Some(ConfirmedTax {
                condition: text("CondicionImpuesto"),
                creditable: root.amount_of("MontoTotalImpuestoAcreditar"),
                expense: root.amount_of("MontoTotalDeGastoAplicable"),
            }),
        };
    }
    let summary = root.child("ResumenFactura");
    let amount = |name: &str| summary.and_then(|summary| summary.amount_of(name));
    let money = summary.and_then(|summary| summary.child("CodigoTipoMoneda"));
    let currency = money.and_then(|money| money.text_of("CodigoMoneda")).unwrap_or("CRC");
    let rate = money.and_then(|money| money.amount_of("TipoCambio"));
    Figures {
        counts_on: counts_on(root),
        emisor_activity: text("CodigoActividadEmisor").or_else(|| text("CodigoActividad")),
        receptor_activity: text("CodigoActividadReceptor"),
        sale_condition: text("CondicionVenta"),
        credit_days: root.text_of("PlazoCredito").and_then(|days| days.parse().ok()),
        currency: currency.to_owned(),
        exchange_rate: rate.or((currency == "CRC").then_some(Decimal::ONE)),
        rows: lines::rows(view),
        other_charges: sum(root.all("OtrosCargos"), "MontoCargo"),
        returned_iva: amount("TotalIVADevuelto").unwrap_or_default(),
        total_tax: amount("TotalImpuesto"),
        total: amount("TotalComprobante"),
        confirmation: None,
    }
}

/// The sum of an amount over elements.
fn sum<'t, 'a: 't>(elements: impl Iterator<Item = Node<'t, 'a>>, name: &str) -> Decimal {
    elements.fold(Decimal::ZERO, |sum, element| sum.saturating_add(element.amount_or_zero(name)))
}

/// The day of an instant in Costa Rica.
fn day(text: &str) -> Option<NaiveDate> {
    Some(parse_date_time(text)?.with_timezone(&costa_rica()).date_naive())
}

/// The day that decides the month (resolution MH-DGT-RES-0027-2024, art. 13; annex, footnote 36; revision of 2026-04-22):
/// that of the document it stands for when it replaces a provisional one of a contingency, bills a month that is past
/// (TipoDocIR 13), or puts a material error right (codes 13, 14, 15); its own otherwise.
fn counts_on(root: Node<'_, '_>) -> Option<NaiveDate> {
    let own = root.text_of("FechaEmision").and_then(day);
    let contingency = root
        .text_of("Clave")
        .and_then(|clave| clave.parse::<Clave>().ok())
        .is_some_and(|clave| clave.situation() == Situation::Contingency);
    let stands_for = |reference: &Node<'_, '_>| {
        let code = reference.text_of("Codigo");
        let document = reference.text_of("TipoDocIR").or_else(|| reference.text_of("TipoDoc"));
        document == Some("13")
            || matches!(code, Some("13" | "14" | "15"))
            || contingency && (code == Some("05") || document == Some("08"))
    };
    let reference = root.all("InformacionReferencia").find(stands_for);
    let other = reference.and_then(|one| one.text_of("FechaEmisionIR").or_else(|| one.text_of("FechaEmision")));
    other.and_then(day).or(own)
}
