//! The rows of taxes from the lines.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Supply, TaxClass, TaxRow, sum};
use crate::document::{Clave, Kind, Node, Version, View};

/// IVA, IVA of special calculation, IVA of used goods (nota 8).
const IVA: [&str; 3] = ["01", "07", "08"];

/// The lines of a document, summed.
pub(super) fn rows(view: &View<'_>) -> Vec<TaxRow> {
    let mut rows = Rows { version: view.version(), export: is_export(view), sums: BTreeMap::new() };
    for line in view.root().lines() {
        rows.add_line(line);
    }
    rows.sums.into_iter().map(|(key, sums)| key.row(sums)).collect()
}

/// A FEE, or a note that refers to one.
fn is_export(view: &View<'_>) -> bool {
    let refers_to_one = |reference: Node<'_, '_>| {
        let clave = reference.text_of("Numero").and_then(|number| number.parse::<Clave>().ok());
        clave.and_then(|clave| clave.consecutivo().kind()) == Some(Kind::FacturaExportacion)
    };
    match view.kind() {
        Kind::FacturaExportacion => true,
        Kind::NotaCredito | Kind::NotaDebito => view.root().all("InformacionReferencia").any(refers_to_one),
        _ => false,
    }
}

/// What tells one row from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'t> {
    code: Option<&'t str>,
    rate_code: Option<&'t str>,
    rate: Option<Decimal>,
    class: TaxClass,
    supply: Option<Supply>,
}

impl Key<'_> {
    fn row(self, sums: Sums) -> TaxRow {
        TaxRow {
            code: self.code.map(str::to_owned),
            rate_code: self.rate_code.map(str::to_owned),
            rate: self.rate,
            class: self.class,
            supply: self.supply,
            gross: sums.gross,
            discounts: sums.discounts,
            base: sums.base,
            tax: sums.tax,
            exonerated: sums.exonerated,
            assumed: sums.assumed,
        }
    }
}

/// The amounts of a row, or of a line's part in one.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    gross: Decimal,
    discounts: Decimal,
    base: Decimal,
    tax: Decimal,
    exonerated: Decimal,
    assumed: Decimal,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        for (sum, amount) in [
            (&mut self.gross, other.gross),
            (&mut self.discounts, other.discounts),
            (&mut self.base, other.base),
            (&mut self.tax, other.tax),
            (&mut self.exonerated, other.exonerated),
            (&mut self.assumed, other.assumed),
        ] {
            *sum = sum.saturating_add(amount);
        }
    }

    /// The exonerated share of a taxed part, MontoExoneracion / Monto, and what is left of it.
    fn split(self) -> (Sums, Sums) {
        let weights = [self.exonerated, self.tax.saturating_sub(self.exonerated)];
        let share = |whole| apportion(whole, &weights)[0];
        let exonerated = Sums {
            gross: share(self.gross),
            discounts: share(self.discounts),
            base: share(self.base),
            tax: self.exonerated,
            exonerated: self.exonerated,
            assumed: Decimal::ZERO,
        };
        let rest = Sums {
            gross: self.gross.saturating_sub(exonerated.gross),
            discounts: self.discounts.saturating_sub(exonerated.discounts),
            base: self.base.saturating_sub(exonerated.base),
            tax: weights[1],
            exonerated: Decimal::ZERO,
            assumed: self.assumed,
        };
        (exonerated, rest)
    }
}

/// A tax of a line.
#[derive(Debug, Clone, Copy)]
struct Tax<'t> {
    code: Option<&'t str>,
    rate_code: Option<&'t str>,
    rate: Option<Decimal>,
    amount: Decimal,
    exonerated: Decimal,
    assumed: Decimal,
}

impl<'t> Tax<'t> {
    fn of(tax: Node<'t, '_>) -> Self {
        Tax {
            code: tax.text_of("Codigo"),
            rate_code: tax.text_of("CodigoTarifaIVA").or_else(|| tax.text_of("CodigoTarifa")),
            rate: tax.amount_of("Tarifa").map(|rate| rate.normalize()),
            amount: tax.amount_or_zero("Monto"),
            exonerated: sum(tax.all("Exoneracion"), "MontoExoneracion"),
            assumed: Decimal::ZERO,
        }
    }

    fn is_iva(&self) -> bool {
        self.code.is_some_and(|code| IVA.contains(&code))
    }

    fn owed(&self) -> Decimal {
        self.amount.saturating_sub(self.exonerated)
    }

    /// Its amounts, without those of the line.
    fn sums(&self) -> Sums {
        Sums { tax: self.amount, exonerated: self.exonerated, assumed: self.assumed, ..Sums::default() }
    }
}

/// A rate inside an assortment, with what its component comes to.
struct Component<'t> {
    rate_code: Option<&'t str>,
    rate: Option<Decimal>,
    gross: Decimal,
    discounts: Decimal,
    base: Decimal,
    tax: Decimal,
}

struct Rows<'t> {
    version: Version,
    export: bool,
    sums: BTreeMap<Key<'t>, Sums>,
}

impl<'t> Rows<'t> {
    fn add_line(&mut self, line: Node<'t, '_>) {
        let supply = supply_of(line);
        let mut taxes: Vec<Tax<'t>> = line.all("Impuesto").map(Tax::of).collect();
        let assumed = line.amount_or_zero("ImpuestoAsumidoEmisorFabrica");
        let unplaced = place_assumed(&mut taxes, assumed);
        let base = line.amount_of("BaseImponible").or_else(|| line.amount_of("SubTotal")).unwrap_or_default();
        // Gross and discounts go with the first IVA; a second one of the same line is only taxed on the same base.
        let mut whole = Sums {
            gross: line.amount_or_zero("MontoTotal"),
            discounts: sum(line.all("Descuento"), "MontoDescuento"),
            base,
            ..Sums::default()
        };
        let mut has_iva = false;
        for tax in &taxes {
            if !tax.is_iva() {
                let key = Key { code: tax.code, rate_code: None, rate: tax.rate, class: TaxClass::Other, supply };
                self.add(key, tax.sums());
                continue;
            }
            has_iva = true;
            let part = Sums { gross: whole.gross, discounts: whole.discounts, base, ..tax.sums() };
            whole = Sums::default();
            let components = components_of(line, tax);
            if components.is_empty() {
                self.add_iva(tax.code, tax.rate_code, tax.rate, supply, part);
            } else {
                self.add_assortment(tax.code, &components, supply, part);
            }
        }
        if !has_iva {
            let class = TaxClass::Unspecified;
            let key = Key { code: None, rate_code: None, rate: None, class, supply };
            self.add(key, Sums { assumed: unplaced, ..whole });
        }
    }

    /// The IVA of an assortment has no tariff of its own: it is that of its components, in proportion.
    fn add_assortment(
        &mut self,
        code: Option<&'t str>,
        components: &[Component<'t>],
        supply: Option<Supply>,
        whole: Sums,
    ) {
        let parts = |whole, weight: fn(&Component<'t>) -> Decimal| {
            apportion(whole, &components.iter().map(weight).collect::<Vec<_>>())
        };
        let gross = parts(whole.gross, |component| component.gross);
        let discounts = parts(whole.discounts, |component| component.discounts);
        let base = parts(whole.base, |component| component.base);
        let tax = parts(whole.tax, |component| component.tax);
        let exonerated = parts(whole.exonerated, |component| component.tax);
        let assumed = parts(whole.assumed, |component| component.tax);
        for (index, component) in components.iter().enumerate() {
            let part = Sums {
                gross: gross[index],
                discounts: discounts[index],
                base: base[index],
                tax: tax[index],
                exonerated: exonerated[index],
                assumed: assumed[index],
            };
            self.add_iva(code, component.rate_code, component.rate, supply, part);
        }
    }

    fn add_iva(
        &mut self,
        code: Option<&'t str>,
        rate_code: Option<&'t str>,
        rate: Option<Decimal>,
        supply: Option<Supply>,
        part: Sums,
    ) {
        let key = |class| Key { code, rate_code, rate, class, supply };
        if part.exonerated <= Decimal::ZERO {
            self.add(key(self.class_of(rate_code, rate, part.tax)), part);
        } else if part.exonerated >= part.tax {
            self.add(key(TaxClass::Exonerated), part);
        } else {
            let (exonerated, rest) = part.split();
            self.add(key(TaxClass::Exonerated), exonerated);
            self.add(key(self.class_of(rate_code, rate, rest.tax)), rest);
        }
    }

    /// How an IVA counts (nota 8.1; v4.3 had one tariff for what is exempt, 01).
    fn class_of(&self, rate_code: Option<&str>, rate: Option<Decimal>, tax: Decimal) -> TaxClass {
        let untaxed = tax.is_zero() && rate.unwrap_or_default().is_zero();
        match (rate_code, self.version) {
            _ if self.export && untaxed => TaxClass::Export,
            (Some("10"), _) | (Some("01"), Version::V43) => TaxClass::Exempt,
            (Some("01" | "11"), _) => TaxClass::NotSubject,
            (None, _) if untaxed => TaxClass::Unspecified,
            _ => TaxClass::Taxed,
        }
    }

    fn add(&mut self, key: Key<'t>, part: Sums) {
        self.sums.entry(key).or_default().add(part);
    }
}

/// Goods or services, by the first digit of the CAByS code; `Codigo` of v4.3.
fn supply_of(line: Node<'_, '_>) -> Option<Supply> {
    let code = line.text_of("CodigoCABYS").or_else(|| line.text_of("Codigo"))?;
    match code.bytes().next()? {
        b'0'..=b'4' => Some(Supply::Goods),
        b'5'..=b'9' => Some(Supply::Services),
        _ => None,
    }
}

/// Says of which taxes the issuer assumes a line's ImpuestoAsumidoEmisorFabrica: of the IVA or of the others where it is
/// just that (a gift, a tax at factory), else of the IVA first. Gives what belongs to no tax at all; what is more than
/// the taxes stays with the last of them, so that the rows say what the document says.
fn place_assumed(taxes: &mut [Tax<'_>], assumed: Decimal) -> Decimal {
    if assumed.is_zero() || taxes.is_empty() {
        return assumed;
    }
    let owed = |iva: bool| {
        let those = taxes.iter().filter(|tax| tax.is_iva() == iva);
        those.fold(Decimal::ZERO, |sum, tax| sum.saturating_add(tax.owed()))
    };
    let others_alone = owed(true) != assumed && owed(false) == assumed;
    let mut left = assumed;
    for iva in if others_alone { [false, true] } else { [true, false] } {
        for tax in taxes.iter_mut().filter(|tax| tax.is_iva() == iva) {
            tax.assumed = left.min(tax.owed().max(Decimal::ZERO));
            left = left.saturating_sub(tax.assumed);
        }
    }
    if let Some(last) = taxes.last_mut() {
        last.assumed = last.assumed.saturating_add(left);
    }
    Decimal::ZERO
}

/// The components of an assortment that bear this tax, when it says no tariff itself.
fn components_of<'t>(line: Node<'t, '_>, tax: &Tax<'t>) -> Vec<Component<'t>> {
    let Some(detail) = line.child("DetalleSurtido").filter(|_| tax.rate_code.is_none()) else { return Vec::new() };
    let mut components = Vec::new();
    for part in detail.all("LineaDetalleSurtido") {
        let bears_it = |one: &Node<'_, '_>| one.text_of("CodigoImpuestoSurtido") == tax.code;
        let Some(own) = part.all("ImpuestoSurtido").find(bears_it) else { continue };
        let subtotal = || part.amount_or_zero("SubTotalSurtido");
        components.push(Component {
            rate_code: own.text_of("CodigoTarifaIVASurtido"),
            rate: own.amount_of("TarifaSurtido").map(|rate| rate.normalize()),
            gross: part.amount_or_zero("MontoTotalSurtido"),
            discounts: sum(part.all("DescuentoSurtido"), "MontoDescuentoSurtido"),
            base: part.amount_of("BaseImponibleSurtido").unwrap_or_else(subtotal),
            tax: own.amount_or_zero("MontoImpuestoSurtido"),
        });
    }
    components
}

/// An amount in parts that are to each other as the weights: of five decimals, half up, but for the last, which takes
/// what is left, so that they add up. Without weights all of it is the last's.
fn apportion(whole: Decimal, weights: &[Decimal]) -> Vec<Decimal> {
    let sum = weights.iter().fold(Decimal::ZERO, |sum, weight| sum.saturating_add(*weight));
    let part = |weight: &Decimal| {
        let exact = whole.checked_mul(*weight).and_then(|product| product.checked_div(sum)).unwrap_or_default();
        exact.round_dp_with_strategy(5, RoundingStrategy::MidpointAwayFromZero)
    };
    let mut parts: Vec<Decimal> = weights.iter().map(part).collect();
    if let Some((last, others)) = parts.split_last_mut() {
        *last = others.iter().fold(whole, |left, part| left.saturating_sub(*part));
    }
    parts
}
