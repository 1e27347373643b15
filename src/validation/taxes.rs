//! The taxes of a line (notas 8 and 8.1): what each code asks for, and the formula of its Monto.

use rust_decimal::Decimal;

use super::Subject;
use super::amounts::{Amount, percent, product, round, settle, settle_any};
use super::exonerations::check_exoneration;
use super::finding::Report;
use crate::catalogue::List;
use crate::document::{Kind, Node, parse_amount};

/// The taxes that add to BaseImponible.
const IN_BASE: [&str; 4] = ["02", "04", "05", "12"];
/// IVA, by its general rule and by its special one.
pub(super) const IVA: [&str; 2] = ["01", "07"];
/// The taxes counted on measures of the product.
const SPECIFIC: [&str; 4] = ["03", "04", "05", "06"];

/// What the formulas of a line's taxes need.
#[derive(Clone, Copy)]
pub(super) struct Bases {
    pub(super) quantity: Decimal,
    pub(super) total: Amount,
    pub(super) subtotal: Amount,
    /// BaseImponible, or the subtotal where the kind has none.
    pub(super) base: Amount,
    /// A gift or bonus whose IVA the issuer assumes: discount codes 01 and 03.
    pub(super) gift: bool,
}

/// One tax of a line as the totals need it.
#[derive(Debug, Clone)]
pub(super) struct LineTax<'t> {
    pub(super) code: &'t str,
    pub(super) tariff: &'t str,
    pub(super) amount: Amount,
    pub(super) exonerated: Amount,
    /// The share of the rate that is exonerated.
    pub(super) points: Option<Decimal>,
    /// Whether it carries what its code asks for.
    pub(super) sound: bool,
}

/// Checks the taxes of a line. The other taxes come before the IVA: some of them are part of its base.
pub(super) fn check_taxes<'t, 'a>(
    report: &mut Report<'t, 'a>,
    subject: &Subject<'t, 'a>,
    line: Node<'t, 'a>,
    mut bases: Bases,
) -> Vec<LineTax<'t>> {
    let surtido = line.child("DetalleSurtido").is_some();
    let nodes: Vec<Node<'t, 'a>> = line.all("Impuesto").collect();
    check_iva_once(report, nodes.iter().filter(|tax| tax.text_of("Codigo").is_some_and(|code| IVA.contains(&code))));
    let mut taxes: Vec<LineTax<'t>> = nodes.iter().map(|tax| read_tax(report, *tax, surtido)).collect();
    for (tax, node) in taxes.iter_mut().zip(&nodes).filter(|(tax, _)| tax.sound && !IVA.contains(&tax.code)) {
        tax.amount = match surtido {
            true => check_main_tax(report, line, *node, bases.quantity),
            false => check_amount(report, *node, &bases, subject.kind),
        };
    }
    if line.child("BaseImponible").is_some() {
        match check_base(report, line, bases.subtotal, &taxes) {
            Some(base) => bases.base = base,
            None => taxes.iter_mut().for_each(|tax| tax.sound = false),
        }
    }
    for (tax, node) in taxes.iter_mut().zip(&nodes).filter(|(tax, _)| tax.sound && IVA.contains(&tax.code)) {
        tax.amount = match surtido {
            true => check_main_tax(report, line, *node, bases.quantity),
            false => check_amount(report, *node, &bases, subject.kind),
        };
    }
    for (tax, node) in taxes.iter_mut().zip(&nodes) {
        tax.exonerated = check_exoneration(report, subject, *node, [bases.base, bases.subtotal], surtido);
    }
    taxes
}

/// Each tax of a line with an assortment is that of its components x Cantidad; only they have its rate or measures.
fn check_main_tax<'t, 'a>(
    report: &mut Report<'t, 'a>,
    line: Node<'t, 'a>,
    tax: Node<'t, 'a>,
    quantity: Decimal,
) -> Amount {
    let components = line.child("DetalleSurtido").into_iter().flat_map(|detail| detail.all("LineaDetalleSurtido"));
    let taxes = components.flat_map(|component| component.all("ImpuestoSurtido"));
    let is_iva = |code: &str| IVA.contains(&code);
    let code = tax.text_of("Codigo").unwrap_or_default();
    let same = taxes.filter(|one| {
        let of_component = one.text_of("CodigoImpuestoSurtido").unwrap_or_default();
        let is_named_so = one.text_of("CodigoImpuestoOTROSurtido") == tax.text_of("CodigoImpuestoOTRO");
        of_component == code && is_named_so || is_iva(of_component) && is_iva(code)
    });
    let sum: Decimal = same.map(|one| one.amount_or_zero("MontoImpuestoSurtido")).sum();
    settle_any(report, tax, "Monto", "tax-amount", &[(Amount::given(sum) * quantity).rounded()], 1)
}

/// A line has one IVA, that of its CAByS code. Nothing in the annex says that a second is refused, and the totals take
/// both: the customer pays twice.
pub(super) fn check_iva_once<'n, 't: 'n, 'a: 'n>(
    report: &mut Report<'t, 'a>,
    iva: impl Iterator<Item = &'n Node<'t, 'a>>,
) {
    for again in iva.skip(1) {
        report.warn(*again, "tax-iva-twice", "la línea ya lleva IVA", "the line has IVA already");
    }
}

/// A tax as it is written, before its amounts are checked.
fn read_tax<'t, 'a>(report: &mut Report<'t, 'a>, tax: Node<'t, 'a>, surtido: bool) -> LineTax<'t> {
    let rate = tax.amount_of("Tarifa").filter(|rate| !rate.is_zero());
    let points = tax.child("Exoneracion").and_then(|node| node.amount_of("TarifaExonerada"));
    LineTax {
        code: tax.text_of("Codigo").unwrap_or_default(),
        tariff: tax.text_of("CodigoTarifaIVA").unwrap_or_default(),
        amount: Amount::given(tax.amount_or_zero("Monto")),
        exonerated: Amount::default(),
        points: points.zip(rate).and_then(|(points, rate)| points.checked_div(rate)),
        sound: check_conditions(report, tax, surtido),
    }
}

/// Checks that a tax carries what its code asks for. Only a tax that does can be counted.
fn check_conditions<'t, 'a>(report: &mut Report<'t, 'a>, tax: Node<'t, 'a>, surtido: bool) -> bool {
    let before = report.count();
    let code = tax.text_of("Codigo").unwrap_or_default();
    match code {
        _ if IVA.contains(&code) && !surtido => check_rate(report, tax),
        "08" if tax.child("FactorCalculoIVA").is_none() => {
            let es = "falta FactorCalculoIVA: lo pide el impuesto 08";
            report.reject(tax, "tax-factor-missing", es, "FactorCalculoIVA is missing: tax 08 asks for it");
        }
        "12" if tax.amount_of("Tarifa") != Some(Decimal::from(5)) => {
            let es = "el impuesto al cemento lleva Tarifa 5";
            report.reject(tax.child_or_self("Tarifa"), "tax-rate", es, "the tax on cement has Tarifa 5");
        }
        _ if SPECIFIC.contains(&code) && !surtido => check_measures(report, tax, code),
        _ => {}
    }
    report.count() == before
}

/// CodigoTarifaIVA is there and Tarifa is its rate (-505).
fn check_rate<'t, 'a>(report: &mut Report<'t, 'a>, tax: Node<'t, 'a>) {
    let Some(code) = tax.text_of("CodigoTarifaIVA") else {
        let es = "falta CodigoTarifaIVA: lo piden los impuestos 01 y 07";
        report.reject(tax, "tax-tariff-missing", es, "CodigoTarifaIVA is missing: taxes 01 and 07 ask for it");
        return;
    };
    let Some(rate) = List::IvaRates.find(code).and_then(|entry| parse_amount(&entry.value)) else { return };
    match tax.amount_of("Tarifa") {
        Some(found) if found != rate => {
            let es = format!("Tarifa es {found} y la del código {code} es {rate}");
            let en = format!("Tarifa is {found} and that of code {code} is {rate}");
            report.reject(tax.child_or_self("Tarifa"), "tax-rate", es, en);
        }
        // Exempt lines are accepted without it.
        None if !rate.is_zero() => {
            let es = format!("falta Tarifa: la del código {code} es {rate}");
            report.reject(tax, "tax-rate-missing", es, format!("Tarifa is missing: that of code {code} is {rate}"));
        }
        _ => {}
    }
}

/// DatosImpuestoEspecifico with the measures of the tax. Only kinds that have the element can carry these taxes
/// rightly.
fn check_measures<'t, 'a>(report: &mut Report<'t, 'a>, tax: Node<'t, 'a>, code: &str) {
    let needed: &[&str] = match code {
        "04" => &["Porcentaje", "Proporcion"],
        "05" => &["VolumenUnidadConsumo"],
        _ => &[],
    };
    match tax.child("DatosImpuestoEspecifico") {
        // A REP and a FEC have no place for measures.
        None if matches!(
            tax.parent().parent().parent().name(),
            "ReciboElectronicoPago" | "FacturaElectronicaCompra"
        ) => {}
        None => {
            let es = format!("falta DatosImpuestoEspecifico: lo pide el impuesto {code}");
            report.reject(
                tax,
                "tax-measures-missing",
                es,
                format!("DatosImpuestoEspecifico is missing: tax {code} asks for it"),
            );
        }
        Some(measures) => {
            for element in needed.iter().filter(|element| measures.child(element).is_none()) {
                let es = format!("falta {element}: lo pide el impuesto {code}");
                report.reject(
                    measures,
                    "tax-measures-missing",
                    es,
                    format!("{element} is missing: tax {code} asks for it"),
                );
            }
        }
    }
}

/// BaseImponible = SubTotal + taxes 02, 04, 05, 12. Free, but above zero, with IVACobradoFabrica 01 or tax 07: none
/// when it is not, as nothing can be counted on it.
fn check_base<'t, 'a>(
    report: &mut Report<'t, 'a>,
    line: Node<'t, 'a>,
    subtotal: Amount,
    taxes: &[LineTax<'t>],
) -> Option<Amount> {
    let free = line.text_of("IVACobradoFabrica") == Some("01") || taxes.iter().any(|tax| tax.code == "07");
    if free {
        let base = line.amount_or_zero("BaseImponible");
        if base.is_zero() {
            let es = "con IVACobradoFabrica 01 o el impuesto 07 debe ser mayor que 0";
            report.reject(
                line.child_or_self("BaseImponible"),
                "base-zero",
                es,
                "with IVACobradoFabrica 01 or tax 07 it must be above 0",
            );
        }
        return (!base.is_zero()).then(|| Amount::given(base));
    }
    if line.text_of("IVACobradoFabrica") == Some("02") && taxes.iter().any(|tax| tax.tariff != "10") {
        let es = "IVACobradoFabrica 02 pide la tarifa exenta, CodigoTarifaIVA 10";
        report.reject(
            line.child_or_self("IVACobradoFabrica"),
            "factory-tariff",
            es,
            "IVACobradoFabrica 02 asks for the exempt CodigoTarifaIVA 10",
        );
    }
    let added: Amount = taxes.iter().filter(|tax| IN_BASE.contains(&tax.code)).map(|tax| tax.amount).sum();
    Some(settle(report, line, "BaseImponible", "line-base", subtotal + added))
}

/// Monto against the formula of the tax (rules of the annex, table of Impuesto/Monto).
fn check_amount<'t, 'a>(report: &mut Report<'t, 'a>, tax: Node<'t, 'a>, bases: &Bases, kind: Kind) -> Amount {
    let code = tax.text_of("Codigo").unwrap_or_default();
    let by_rate = |base: Amount| (base * percent(tax.amount_or_zero("Tarifa"))).rounded();
    let expected = match code {
        "01" if tax.text_of("CodigoTarifaIVA") == Some("10") => vec![Amount::default()],
        // The IVA of a gift is counted on what it was worth; on the rest as ever when only a part is given away.
        "01" if bases.gift && bases.base.written.is_zero() => vec![by_rate(bases.total)],
        "01" if bases.gift => vec![by_rate(bases.total), by_rate(bases.base)],
        "01" | "07" => vec![by_rate(bases.base)],
        "02" | "12" | "99" => vec![by_rate(bases.subtotal)],
        "08" => vec![(bases.subtotal * tax.amount_or_zero("FactorCalculoIVA")).rounded()],
        _ => specific(tax, code, bases.quantity),
    };
    if expected.is_empty() || kind == Kind::FacturaExportacion && SPECIFIC.contains(&code) {
        return Amount::given(tax.amount_or_zero("Monto"));
    }
    settle_any(report, tax, "Monto", "tax-amount", &expected, 0)
}

/// The specific taxes, counted on measures. The annex leaves two readings open: whether Porcentaje enters as 40 or as
/// 0.40 (taken as Proporcion has it), and beverages and soap share code 05 with different formulas.
fn specific(tax: Node<'_, '_>, code: &str, quantity: Decimal) -> Vec<Amount> {
    let Some(measures) = tax.child("DatosImpuestoEspecifico") else { return Vec::new() };
    let measure = |name: &str| measures.amount_or_zero(name);
    let (content, unit_tax) = (measure("CantidadUnidadMedida"), measure("ImpuestoUnidad"));
    let volume = measure("VolumenUnidadConsumo");
    let given = |value: Decimal| Amount::given(round(value));
    match code {
        "03" => vec![given(product(content, unit_tax)), given(product(product(quantity, content), unit_tax))],
        "04" => {
            let proportion = measure("Proporcion");
            let amount = product(product(quantity, proportion), unit_tax);
            vec![given(amount), given(percent(amount))]
        }
        "05" => {
            let soap = product(product(quantity, volume), unit_tax);
            let share = unit_tax.checked_div(volume).unwrap_or_default();
            vec![given(product(product(quantity, content), share)), given(soap)]
        }
        "06" => vec![given(product(product(quantity, content), unit_tax))],
        _ => Vec::new(),
    }
}
