//! Every template makes a document in which validation finds nothing, and the amounts are those of the annex.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::config::Config;
use crate::document::Kind;
use crate::named::Named;
use crate::validation::{self, Options, Severity};

const CONFIG: &str = r#"
[[company]]
id = "ejemplo"
name = "Soluciones Ejemplo del Valle Sociedad Anónima"
identification_type = "02"
identification = "3101999888"
certificate = "a.p12"
pin = { file = "a.pin" }
username = "u"
password = { file = "a.password" }
[company.issuer]
commercial_name = "Ejemplo del Valle"
activity = "6201.0"
location = "1-01-08"
neighbourhood = "Rohrmoser"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
registro_fiscal_8707 = "123456789012"
"#;

fn now() -> DateTime<Utc> {
    "2026-11-24T15:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn make(input: &str) -> Result<Numbered, InputErrors> {
    let config = Config::parse(Path::new("/nowhere/cr-einvoice.toml"), CONFIG).unwrap();
    let maker = Maker::new(&config.companies[0], now())?;
    let value: Value = serde_json::from_str(input).unwrap();
    Ok(maker.make(&value, None)?.number(7, 12_345_678).unwrap())
}

fn findings(xml: &[u8]) -> Vec<String> {
    let found = validation::validate(xml, today(), &Options::default());
    found
        .iter()
        .filter(|one| one.severity != Severity::Advice)
        .map(|one| format!("{} {}: {}", one.name, one.element, one.message_en))
        .collect()
}

#[test]
fn every_template_makes_a_valid_document() {
    for &kind in Kind::ALL {
        let numbered = make(template(kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let text = String::from_utf8(numbered.xml.clone()).unwrap();
        assert_eq!(findings(&numbered.xml), Vec::<String>::new(), "{kind}\n{text}");
        let header = crate::document::read_header(&numbered.xml).unwrap();
        assert_eq!((header.kind, header.key().to_string()), (kind, numbered.clave), "{kind}");
    }
}

fn error(input: &str) -> String {
    make(input).err().map(|error| error.to_string()).unwrap_or_default()
}

/// One FE with this line, and what is said around it.
fn invoice(line: &str, rest: &str) -> String {
    format!(
        r#"{{"kind": "FE", "receptor": {{"name": "Ana Prueba", "identification": "109990888"}}, "lines": [{line}]{rest}}}"#
    )
}

const LINE: &str = r#""cabys": "8314100000000", "description": "Soporte""#;
const PAID: &str = r#", "payment": "efectivo""#;

#[test]
fn an_error_names_the_place_and_what_is_allowed() {
    let line = |rest: &str| invoice(&format!("{{{LINE}, {rest}}}"), PAID);
    let cases = [
        (line(r#""prise": 5, "tax": 13"#), "lines[1].prise: unknown key; did you mean `price`?"),
        (line(r#""price": "1,5", "tax": 13"#), "lines[1].price: `1,5` is not a number"),
        (line(r#""price": 0, "tax": 13"#), "lines[1].price: must be above 0"),
        (line(r#""tax": 13"#), "lines[1].price: is missing"),
        (line(r#""price": 5"#), "lines[1].tax: is missing"),
        (line(r#""price": 5, "tax": 0"#), "lines[1].tax: a rate of 0 has three meanings"),
        (line(r#""price": 5, "tax": 12"#), "lines[1].tax: `12` is not a rate of the IVA"),
        (line(r#""price": 5, "tax": 13, "quantity": -1"#), "lines[1].quantity: must be above 0"),
        (line(r#""price": 5, "tax": 13, "quantity": 1.2345"#), "lines[1].quantity: `1.2345` has 4 decimals: at most 3"),
        (
            line(r#""price": 5, "tax": 13, "unit": "kilo"#).replace("kilo", "xyz\""),
            "lines[1].unit: `xyz` is not one code",
        ),
        (line(r#""price": 5, "tax": 13, "discount": 6"#), "lines[1].discount: 6 is more than the 5 that is left"),
        (line(r#""price": 5, "tax": 13, "MontoTotal": 6"#), "lines[1]: MontoTotal is given as 6 and comes to 5"),
        (line(r#""price": 5, "price": 6, "tax": 13"#), "lines[1].price: is there twice"),
        (invoice(&format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#), ""), "payment: is missing: how it is paid"),
        (
            invoice(&format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#), r#", "payment": "oro""#),
            "payment: `oro` is not one code",
        ),
        (
            invoice(&format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#), r#", "payment": "efectivo", "total": 6"#),
            "total: is given as 6 and the document comes to 5.65",
        ),
        (
            invoice(&format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#), r#", "payment": "efectivo", "currency": "USD""#),
            "exchange_rate: is missing",
        ),
        (
            invoice(
                &format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#),
                r#", "payment": "efectivo", "date": "2026-11-01""#,
            ),
            "date: a document carries the instant",
        ),
        (
            invoice(
                &format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#),
                r#", "payment": "efectivo", "date": "2026-12-01", "situation": 3"#,
            ),
            "date: 2026-12-01T00:00:00-06:00 is in the future",
        ),
        (r#"{"kind": "FX"}"#.to_owned(), "kind: `FX` is not a kind of document"),
        (r#"{"lines": []}"#.to_owned(), "kind: is missing"),
        (
            r#"{"kind": "REP", "receptor": {"name": "Ana", "NombreComercial": "A"}}"#.to_owned(),
            "receptor.NombreComercial: a REP has no NombreComercial",
        ),
        (invoice("", "").replace("109990888", "1-0999"), "receptor.identification:"),
        (r#"{"kind": "FE", "emisor": {"name": "Otra S.A."}}"#.to_owned(), "emisor: is the company `ejemplo` itself"),
        (r#"{"kind": "FE", "code": "01"}"#.to_owned(), "code: goes with `of` alone"),
        (
            r#"{"kind": "REP", "lines": [{"amount": 5, "tax": 13, "discount": 1}]}"#.to_owned(),
            "lines[1].discount: a REP has no Descuento here; leave it out",
        ),
        (
            r#"{"kind": "FEE", "receptor": {"name": "Ana", "location": "1-01-08"}}"#.to_owned(),
            "receptor.location: a FEE has no Ubicacion here; leave it out",
        ),
        (
            r#"{"kind": "FEE", "lines": [{"price": 5, "tax": 13, "exoneration": {"document": "03"}}]}"#.to_owned(),
            "lines[1].exoneration: a FEE has no Exoneracion here; leave it out",
        ),
        ("[]".to_owned(), "a document is a table of keys and values, not a list"),
    ];
    for (input, expected) in cases {
        let said = error(&input);
        assert!(said.starts_with(expected), "{input}\n{said}");
    }
}

/// The text of the elements of a name, in order.
fn texts<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
}

fn xml(input: &str) -> String {
    let numbered = make(input).unwrap_or_else(|error| panic!("{error}\n{input}"));
    assert_eq!(findings(&numbered.xml), Vec::<String>::new(), "{}", String::from_utf8_lossy(&numbered.xml));
    String::from_utf8(numbered.xml).unwrap()
}

#[test]
fn a_gift_carries_its_tax_and_the_issuer_assumes_it() {
    let line = format!(r#"{{{LINE}, "price": 1000, "tax": 13, "discounts": [{{"percent": 100, "code": "01"}}]}}"#);
    let other = format!(r#"{{{LINE}, "price": 100, "tax": 13}}"#);
    let xml = xml(&invoice(&format!("{line}, {other}"), PAID));
    assert_eq!(texts(&xml, "Monto"), ["130.00000", "13.00000"]);
    assert_eq!(texts(&xml, "ImpuestoAsumidoEmisorFabrica"), ["130.00000", "0.00000"]);
    assert_eq!(texts(&xml, "TotalComprobante"), ["113.00000"]);
    assert_eq!(texts(&xml, "TotalImpAsumEmisorFabrica"), ["130.00000"]);
}

#[test]
fn discounts_follow_each_other() {
    let line = format!(
        r#"{{{LINE}, "price": 1000, "tax": 13, "discounts": [{{"percent": 10, "code": "04"}}, {{"percent": 10, "code": "05"}}]}}"#
    );
    let xml = xml(&invoice(&line, PAID));
    assert_eq!(texts(&xml, "MontoDescuento"), ["100.00000", "90.00000"]);
    assert_eq!(texts(&xml, "SubTotal"), ["810.00000"]);
}

#[test]
fn an_exoneration_splits_the_total_of_its_line() {
    let exoneration = r#""exoneration": {"document": "08", "number": "7210", "article": 20, "institution": "01", "date": "2025-03-01", "rate": 5}"#;
    let xml = xml(&invoice(&format!(r#"{{{LINE}, "price": 100000, "tax": 13, {exoneration}}}"#), PAID));
    assert_eq!(texts(&xml, "MontoExoneracion"), ["5000.00000"]);
    assert_eq!(texts(&xml, "TotalServGravados"), ["61538.46154"]);
    assert_eq!(texts(&xml, "TotalServExonerado"), ["38461.53846"]);
    assert_eq!(texts(&xml, "TotalMontoImpuesto"), ["8000.00000"]);
}

#[test]
fn the_taxes_in_the_base_come_before_the_iva() {
    let taxes = r#""taxes": [{"code": "02", "rate": 10}, {"code": "01", "rate": 13}]"#;
    let xml = xml(&invoice(
        &format!(r#"{{"cabys": "4911300000000", "description": "Vehículo", "price": 1000, {taxes}}}"#),
        PAID,
    ));
    assert_eq!(texts(&xml, "BaseImponible"), ["1100.00000"]);
    assert_eq!(texts(&xml, "Monto"), ["100.00000", "143.00000"]);
}

#[test]
fn specific_taxes_are_counted_on_measures() {
    let beer = r#""taxes": [{"code": "04", "measures": {"content": 350, "percentage": 5, "unit_tax": 3.5}}, {"code": "01", "rate": 13}]"#;
    let water = r#""taxes": [{"code": "05", "measures": {"content": 600, "volume": 250, "unit_tax": 19}}, {"code": "01", "rate": 13}]"#;
    let soap = r#""taxes": [{"code": "05", "soap": true, "measures": {"content": 1, "volume": 125, "unit_tax": 0.248}}, {"code": "01", "rate": 13}]"#;
    let product = r#""cabys": "2431000000000", "description": "Producto", "quantity": 6, "price": 1000"#;
    let xml = xml(&invoice(&format!("{{{product}, {beer}}}, {{{product}, {water}}}, {{{product}, {soap}}}"), PAID));
    assert_eq!(texts(&xml, "Proporcion"), ["17.50000"]);
    assert_eq!(texts(&xml, "Monto")[0], "367.50000");
    assert_eq!(texts(&xml, "Monto")[2], "273.60000");
    assert_eq!(texts(&xml, "Monto")[4], "186.00000");
}

#[test]
fn an_assortment_takes_price_and_tax_from_its_components() {
    let components = r#""components": [
        {"cabys": "2132100000000", "description": "Arroz", "quantity": 2, "price": 1250.5, "tax": 1, "discount": "10%"},
        {"cabys": "2711000000000", "description": "Mantel", "price": 3000, "tax": 13}]"#;
    let codes = r#""codes": [{"type": "03", "code": "7441000000000"}]"#;
    let line =
        format!(r#"{{"cabys": "2399900000000", "description": "Canasta", "quantity": 3, {codes}, {components}}}"#);
    let xml = xml(&invoice(&line, PAID));
    assert_eq!(texts(&xml, "PrecioUnitario"), ["5501.00000"]);
    assert_eq!(texts(&xml, "MontoImpuestoSurtido"), ["22.50900", "390.00000"]);
    assert_eq!(texts(&xml, "Monto"), ["1237.52700"]);
    assert_eq!(texts(&xml, "TotalMontoImpuesto"), ["67.52700", "1170.00000"]);
}

/// One FE of an assortment with these components and this quantity.
fn assortment(quantity: &str, components: &[String]) -> String {
    let codes = r#""codes": [{"type": "03", "code": "7441000000000"}]"#;
    let line = format!(
        r#"{{"cabys": "2399900000000", "description": "Canasta", "quantity": {quantity}, {codes}, "components": [{}]}}"#,
        components.join(", ")
    );
    invoice(&line, PAID)
}

#[test]
fn an_assortment_keeps_every_discount_of_its_components_or_is_refused() {
    let component = |code: &str| {
        format!(
            r#"{{"cabys": "2132100000000", "description": "Arroz", "price": 1000, "tax": 13, "discounts": [{{"amount": 35, "code": "{code}"}}]}}"#
        )
    };
    let kinds = |codes: &[&str]| assortment("1", &codes.iter().map(|code| component(code)).collect::<Vec<_>>());
    let six = error(&kinds(&["02", "04", "05", "06", "07", "08"]));
    assert!(six.starts_with("lines[1].components: have 6 kinds of discount"), "{six}");
    let five = xml(&kinds(&["04", "05", "06", "07", "08", "08"]));
    assert_eq!(texts(&five, "MontoDescuento"), ["35.00000", "35.00000", "35.00000", "35.00000", "70.00000"]);
    assert_eq!((texts(&five, "TotalDescuentos"), texts(&five, "SubTotal")), (vec!["210.00000"], vec!["5790.00000"]));
}

#[test]
fn an_assortment_carries_other_taxes_and_named_discounts() {
    let taxed = r#"{"cabys": "2132100000000", "description": "Licor", "price": 1000, "taxes": [{"code": "02", "rate": 10}, {"code": "01", "rate": 13}]}"#;
    let named = r#"{"cabys": "2711000000000", "description": "Mantel", "price": 500, "tax": 13, "discounts": [{"amount": 50, "code": "99", "code_other": "Aniversario"}]}"#;
    let xml = xml(&assortment("2", &[taxed.to_owned(), named.to_owned()]));
    assert_eq!(texts(&xml, "Monto"), ["200.00000", "403.00000"]);
    assert_eq!(
        (texts(&xml, "CodigoDescuentoOTRO"), texts(&xml, "NaturalezaDescuento")),
        (vec!["Aniversario"], vec!["Aniversario"])
    );
    let nameless = error(&assortment("2", &[named.replace(r#", "code_other": "Aniversario""#, "")]));
    assert!(nameless.contains("discount 99 without its name"), "{nameless}");
}

#[test]
fn the_subtotal_of_an_assortment_is_rounded_once() {
    let components = [("333.33333", "7.77"), ("1111.11111", "3.33"), ("0.33333", "1.11")].map(|(price, percent)| {
        format!(
            r#"{{"cabys": "2132100000000", "description": "Arroz", "quantity": 3, "price": {price}, "tax": 13, "discounts": [{{"percent": {percent}, "code": "04"}}, {{"percent": 2.22, "code": "07"}}]}}"#
        )
    });
    let xml = xml(&assortment("14.777", &components));
    let number = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
    let sum = |name: &str| texts(&xml, name).into_iter().map(number).sum::<rust_decimal::Decimal>();
    let once = super::arithmetic::round(sum("SubTotalSurtido") * number("14.777"));
    assert_eq!(number(texts(&xml, "SubTotal")[0]), once);
    assert_eq!(number(texts(&xml, "MontoTotal")[0]) - sum("MontoDescuento"), once);
}

#[test]
fn every_official_name_is_understood() {
    let line = r#"{"CodigoCABYS": "8314100000000", "Cantidad": 2, "UnidadMedida": "Sp", "Detalle": "Soporte", "PrecioUnitario": 10,
        "TipoTransaccion": "01", "Impuesto": {"Codigo": "01", "CodigoTarifaIVA": "08"}}"#;
    let rest = r#", "CondicionVenta": "02", "PlazoCredito": 30, "Otros": {"OtroTexto": [{"codigo": "po", "text": "PO-1"}, "nota"]}"#;
    let xml = xml(&invoice(line, rest));
    assert!(xml.contains(r#"<OtroTexto codigo="po">PO-1</OtroTexto>"#), "{xml}");
    assert_eq!(texts(&xml, "PlazoCredito"), ["30"]);
}

#[test]
fn health_services_paid_by_card_give_their_iva_back() {
    let line = r#"{"cabys": "9312100000000", "description": "Consulta", "price": 1000, "tax": 4}"#;
    let xml = xml(&invoice(line, r#", "payment": "tarjeta", "iva_returned": true"#));
    assert_eq!(texts(&xml, "TotalIVADevuelto"), ["40.00000"]);
    assert_eq!(texts(&xml, "TotalComprobante"), ["1000.00000"]);
    let said = error(&invoice(line, r#", "payment": "efectivo", "iva_returned": true"#));
    assert!(said.starts_with("iva_returned: only the IVA of what a card paid"), "{said}");
}

#[test]
fn a_contingency_document_and_one_made_without_internet() {
    let line = format!(r#"{{{LINE}, "price": 5, "tax": 13}}"#);
    let reference = r#", "payment": "efectivo", "situation": 2, "references": [{"document": "08", "number": "A-17", "date": "2026-11-23", "code": "05"}]"#;
    assert_eq!(
        texts(&xml(&invoice(&line, reference)), "Razon"),
        ["Sustituye comprobante provisional por contingencia"]
    );
    let said = error(&invoice(&line, r#", "payment": "efectivo", "situation": 2"#));
    assert!(said.starts_with("situation: 2 replaces a provisional document"), "{said}");
    let offline = xml(&invoice(&line, r#", "payment": "efectivo", "situation": 3, "date": "2026-11-23T10:00:00""#));
    assert!(texts(&offline, "Clave")[0].starts_with("506231126"), "{offline}");
    assert_eq!(&texts(&offline, "Clave")[0][41..42], "3");
}
