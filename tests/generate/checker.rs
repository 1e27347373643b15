//! A checker of totals that shares nothing with the program: whole numbers of hundred-thousandths, and text cut at
//! tags.

/// One unit is 0.00001.
const UNIT: i128 = 100_000;

/// The texts inside the elements of a name, outermost first.
pub fn all<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find(&open) {
        let inside = &rest[start + open.len()..];
        let end = inside.find(&close).unwrap();
        found.push(&inside[..end]);
        rest = &inside[end..];
    }
    found
}

/// A number as units.
fn units(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= 5, "{text}");
    whole.parse::<i128>().unwrap() * UNIT + format!("{fraction:0<5}").parse::<i128>().unwrap()
}

fn one(xml: &str, name: &str) -> i128 {
    all(xml, name).first().map_or(0, |text| units(text))
}

/// The sum of every element of a name, in units.
pub fn sum(xml: &str, name: &str) -> i128 {
    all(xml, name).into_iter().map(units).sum()
}

/// Division that rounds half up.
fn divide(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator).div_euclid(2 * denominator)
}

/// `rate` percent of an amount, both in units.
fn percent(amount: i128, rate: i128) -> i128 {
    divide(amount * rate, 100 * UNIT)
}

fn same(what: &str, found: i128, expected: i128, xml: &str) {
    assert_eq!(found, expected, "{what}\n{xml}");
}

/// The sums of one class: total of goods and of services.
#[derive(Default)]
struct Classes {
    taxed: [i128; 2],
    exempt: [i128; 2],
    exonerated: [i128; 2],
    not_subject: [i128; 2],
}

/// Recomputes every amount of a document whose only tax is IVA.
pub fn check(xml: &str) {
    let mut classes = Classes::default();
    let (mut discounts, mut net_tax, mut charged) = (0, 0, std::collections::BTreeMap::new());
    for line in all(xml, "LineaDetalle") {
        let total = divide(one(line, "Cantidad") * one(line, "PrecioUnitario"), UNIT);
        same("MontoTotal", one(line, "MontoTotal"), total, line);
        let discount = sum(line, "MontoDescuento");
        let subtotal = total - discount;
        same("SubTotal", one(line, "SubTotal"), subtotal, line);
        same("BaseImponible", one(line, "BaseImponible"), subtotal, line);
        let rate = one(line, "Tarifa");
        let tax = percent(subtotal, rate);
        same("Monto", one(line, "Monto"), tax, line);
        let exonerated = percent(subtotal, one(line, "TarifaExonerada"));
        same("MontoExoneracion", one(line, "MontoExoneracion"), exonerated, line);
        let net = tax - exonerated;
        same("ImpuestoNeto", one(line, "ImpuestoNeto"), net, line);
        same("MontoTotalLinea", one(line, "MontoTotalLinea"), subtotal + net, line);
        let good = usize::from(all(line, "CodigoCABYS")[0] < "5");
        let tariff = all(line, "CodigoTarifaIVA")[0];
        match tariff {
            "10" => classes.exempt[good] += total,
            "01" | "11" => classes.not_subject[good] += total,
            _ => {
                let part = if tax == 0 { 0 } else { divide(total * exonerated, tax) };
                classes.exonerated[good] += part;
                classes.taxed[good] += total - part;
            }
        }
        discounts += discount;
        net_tax += net;
        *charged.entry(tariff.to_owned()).or_insert(0) += net;
    }
    check_summary(xml, &classes, discounts, net_tax);
    for entry in all(xml, "TotalDesgloseImpuesto") {
        let expected = charged.remove(all(entry, "CodigoTarifaIVA")[0]).unwrap();
        same("TotalMontoImpuesto", one(entry, "TotalMontoImpuesto"), expected, entry);
    }
    assert!(charged.is_empty(), "no breakdown of {charged:?}");
}

fn check_summary(xml: &str, classes: &Classes, discounts: i128, net_tax: i128) {
    let summary = all(xml, "ResumenFactura")[0];
    let names = [
        ("TotalServGravados", "TotalMercanciasGravadas", "TotalGravado", classes.taxed),
        ("TotalServExentos", "TotalMercanciasExentas", "TotalExento", classes.exempt),
        ("TotalServExonerado", "TotalMercExonerada", "TotalExonerado", classes.exonerated),
        ("TotalServNoSujeto", "TotalMercNoSujeta", "TotalNoSujeto", classes.not_subject),
    ];
    let mut sale = 0;
    for (services, goods, both, [of_services, of_goods]) in names {
        same(services, one(summary, services), of_services, summary);
        same(goods, one(summary, goods), of_goods, summary);
        same(both, one(summary, both), of_services + of_goods, summary);
        sale += of_services + of_goods;
    }
    same("TotalVenta", one(summary, "TotalVenta"), sale, summary);
    same("TotalDescuentos", one(summary, "TotalDescuentos"), discounts, summary);
    same("TotalVentaNeta", one(summary, "TotalVentaNeta"), sale - discounts, summary);
    same("TotalImpuesto", one(summary, "TotalImpuesto"), net_tax, summary);
    let charges: i128 = sum(xml, "MontoCargo");
    for charge in all(xml, "OtrosCargos") {
        let percentage = one(charge, "PorcentajeOC");
        if percentage > 0 {
            same("MontoCargo", one(charge, "MontoCargo"), percent(sale - discounts, percentage), charge);
        }
    }
    same("TotalOtrosCargos", one(summary, "TotalOtrosCargos"), charges, summary);
    let total = sale - discounts + net_tax + charges;
    same("TotalComprobante", one(summary, "TotalComprobante"), total, summary);
    let paid = sum(summary, "TotalMedioPago");
    assert!(paid == total || all(summary, "MedioPago").is_empty(), "paid {paid} of {total}");
}

#[test]
fn the_checker_agrees_with_the_official_samples() {
    for sample in ["fe.xml", "fe-exonerada.xml"] {
        let path = format!("{}/examples/documents/{sample}", env!("CARGO_MANIFEST_DIR"));
        check(&std::fs::read_to_string(path).unwrap());
    }
}
