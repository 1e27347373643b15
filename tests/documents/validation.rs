//! Validation: good documents pass, and each wrong one is caught by exactly its finding.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::agreement::AGREEMENT;
use crate::cases::{Case, KEYS, LINES, MESSAGES, PARTIES, REFERENCES, SALES, SHAPE, TOTALS, VALUES};
use crate::rare::RARE;
use chrono::NaiveDate;
use cr_einvoice::validation::{Finding, Options, Severity, validate};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn folder(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Where sample comprobantes are: those for users too, and those for tests alone.
const SAMPLES: [&str; 2] = ["examples/documents", "tests/fixtures/documents"];

fn fixture(name: &str) -> String {
    let mut found = SAMPLES.iter().filter_map(|samples| fs::read_to_string(folder(samples).join(name)).ok());
    found.next().unwrap_or_else(|| panic!("there is no sample {name}"))
}

/// The paths of all samples.
fn fixtures() -> impl Iterator<Item = std::path::PathBuf> {
    let entries = SAMPLES.into_iter().flat_map(|samples| fs::read_dir(folder(samples)).unwrap());
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "xml"))
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()
}

fn findings(document: &str) -> Vec<Finding> {
    validate(document.as_bytes(), today(), &Options::default())
}

/// The findings but the advice.
fn serious(document: &str) -> Vec<Finding> {
    findings(document).into_iter().filter(|finding| finding.severity != Severity::Advice).collect()
}

#[test]
fn the_fixtures_pass() {
    for path in fixtures() {
        let document = fs::read_to_string(&path).unwrap();
        assert_eq!(serious(&document), [], "{}", path.display());
    }
}

#[test]
fn the_official_samples_pass() {
    let samples = folder("../shared/spec/samples");
    let Ok(entries) = fs::read_dir(&samples) else {
        eprintln!("skipped: {} is not here", samples.display());
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let answer = ["respuesta", "hacienda", "placeholder"].iter().any(|start| name.starts_with(start));
        if name.ends_with(".xml") && !answer {
            assert_eq!(findings(&fs::read_to_string(&path).unwrap()), [], "{name}");
        }
    }
}

/// A base document: a file, or one made here that no file needs to hold.
fn base(name: &str) -> String {
    match name {
        // The same note, of the month before the revision of 2026-04-22.
        "nc-2026-03.xml" => fixture("nc.xml")
            .replace("2026-11-1", "2026-03-1")
            .replace("<Clave>506191126", "<Clave>506190326")
            .replace("<Numero>506181126", "<Numero>506180326"),
        // An issuer with a letter in its number, before letters were allowed.
        "fe-letras-2026-03.xml" => fixture("fe-cedula-con-letras.xml")
            .replace("2026-11-1", "2026-03-1")
            .replace("<Clave>506181126", "<Clave>506180326"),
        "rep-sin-impuesto.xml" => rep_without_tax(),
        "fe-surtido-con-descuento.xml" => discounted_assortment(),
        name => fixture(name),
    }
}

/// A receipt without the tax of the sale it pays, its totals in agreement.
fn rep_without_tax() -> String {
    let document = fixture("rep.xml");
    let cut = |document: String, from: &str, to: &str| {
        let (before, rest) = document.split_once(from).unwrap();
        format!("{before}{}", rest.split_once(to).unwrap().1)
    };
    let document = cut(document, "<Impuesto>", "</Impuesto>");
    let document = cut(document, "<TotalDesgloseImpuesto>", "</TotalDesgloseImpuesto>");
    document.replace("4333.33333", "0").replace("37666.66666", "33333.33333")
}

/// An assortment one of whose components costs 100 less, so that the line of two carries a discount of 200.
fn discounted_assortment() -> String {
    let edits = [
        (
            "<SubTotalSurtido>1000",
            "<DescuentoSurtido><MontoDescuentoSurtido>100</MontoDescuentoSurtido><CodigoDescuentoSurtido>04</CodigoDescuentoSurtido></DescuentoSurtido><SubTotalSurtido>900",
        ),
        ("<BaseImponibleSurtido>1000", "<BaseImponibleSurtido>900"),
        ("<MontoImpuestoSurtido>130", "<MontoImpuestoSurtido>117"),
        (
            "<SubTotal>3000",
            "<Descuento><MontoDescuento>200</MontoDescuento><CodigoDescuento>04</CodigoDescuento></Descuento><SubTotal>2800",
        ),
        ("<BaseImponible>3000", "<BaseImponible>2800"),
        ("<Monto>270", "<Monto>244"),
        ("<ImpuestoNeto>270", "<ImpuestoNeto>244"),
        ("<MontoTotalLinea>3270", "<MontoTotalLinea>3044"),
        ("<TotalVentaNeta>3000", "<TotalDescuentos>200</TotalDescuentos><TotalVentaNeta>2800"),
        ("<TotalMontoImpuesto>260", "<TotalMontoImpuesto>234"),
        ("<TotalImpuesto>270", "<TotalImpuesto>244"),
        ("<TotalComprobante>3270", "<TotalComprobante>3044"),
    ];
    edits.iter().fold(fixture("fe-surtido.xml"), |document, (from, to)| document.replacen(from, to, 1))
}

fn edited((name, edits, _): &Case) -> String {
    edits.iter().fold(base(name), |document, (from, to)| {
        assert!(document.contains(from), "{name} does not hold {from}");
        document.replacen(from, to, 1)
    })
}

fn cases() -> impl Iterator<Item = &'static Case> {
    let groups: [&'static [Case]; 10] =
        [&SHAPE, &VALUES, &KEYS, &PARTIES, &SALES, &LINES, &TOTALS, &REFERENCES, &MESSAGES, &RARE];
    groups.into_iter().flatten().chain(AGREEMENT.iter().map(|(_, case)| case))
}

#[test]
fn each_wrong_document_is_caught_by_exactly_its_finding() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found: Vec<&str> = serious(&edited(case)).iter().map(|finding| finding.name).collect();
        let expected: Vec<&str> = case.2.split(' ').collect();
        if found != expected {
            wrong.push(format!("{} {:?}\n  expected {expected:?}\n  found    {found:?}", case.0, case.1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_contradicts_itself_has_the_severity_that_the_annex_gives_it() {
    assert_eq!(serious(&discounted_assortment()), []);
    for (severity, case) in &AGREEMENT {
        let found = serious(&edited(case));
        assert!(found.iter().all(|finding| finding.severity == *severity), "{:?} {severity:?}: {found:?}", case.1);
    }
}

/// A receipt names the sale that it pays, and may name beside it the note that lowered it.
#[test]
fn a_receipt_may_name_a_note_beside_the_sale() {
    let note = "<InformacionReferencia><TipoDocIR>03</TipoDocIR>\
                <Numero>50603102600310199988800100001030000000044140506070</Numero>\
                <FechaEmisionIR>2026-10-03T09:00:00-06:00</FechaEmisionIR><Codigo>04</Codigo><Razon>Rebaja</Razon>\
                </InformacionReferencia></Recibo";
    assert_eq!(serious(&fixture("rep.xml").replace("</Recibo", note)), []);
}

/// The severities of each row of the list of findings, by their first words: `reject`, `warn`, `advice`.
#[test]
fn every_severity_found_is_one_that_the_list_names() {
    let list = fs::read_to_string(folder("src/validation/findings.md")).unwrap();
    for case in cases() {
        for finding in serious(&edited(case)) {
            let row = list.lines().find(|line| line.contains(&format!("`{}`", finding.name))).unwrap();
            let cell = row.rsplit('|').nth(2).unwrap();
            let word = format!("{:?}", finding.severity).to_lowercase();
            assert!(cell.contains(&word), "{}: {word} is not in {row}", finding.name);
        }
    }
}

/// The words in kebab-case that stand in a text between two marks.
fn names(text: &str, mark: char) -> BTreeSet<String> {
    let is_name = |word: &&str| word.contains('-') && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    text.split(mark).filter(is_name).map(Into::into).collect()
}

#[test]
fn every_finding_is_listed_and_has_its_wrong_document() {
    let mut source = String::new();
    let mut folders = vec![folder("src/validation")];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => source.push_str(&fs::read_to_string(path).unwrap()),
            }
        }
    }
    let used = names(&source, '"');
    assert_eq!(used, names(&fs::read_to_string(folder("src/validation/findings.md")).unwrap(), '`'));
    let mut shown: BTreeSet<String> = cases().flat_map(|case| case.2.split(' ')).map(Into::into).collect();
    // These need another document, a catalogue or a hundred faults, and have tests of their own.
    shown.extend(["version-not-checked", "cabys-unknown", "more-findings"].map(String::from));
    shown.extend(["original", "receptor", "currency", "cabys", "amount"].map(|word| format!("note-{word}")));
    shown.extend(["number-used", "message-document"].map(String::from));
    assert_eq!(used, shown);
}

/// A document with a fault in each of its many elements takes time in proportion to its size, and is told in a hundred
/// findings of a name and how many more there are. It took a minute for 300,000 elements, and four for twice as many.
#[test]
fn many_faults_take_no_longer_than_their_number() {
    const FAULTS: usize = 300_000;
    let document = |fault: &str| {
        fixture("fe.xml").replace("</FacturaElectronica>", &format!("{}</FacturaElectronica>", fault.repeat(FAULTS)))
    };
    let started = Instant::now();
    for fault in ["<a/>", "<a></a>", "\n<Otros>\n<b>x</b></Otros>", "<Emisor>"] {
        let found = findings(&document(fault));
        assert!(found.len() < 500, "{fault}: {}", found.len());
        assert!(found.iter().any(|finding| finding.severity == Severity::Reject), "{fault}");
    }
    let found = findings(&document("<a/>"));
    let unknown: Vec<_> = found.iter().filter(|finding| finding.name == "unknown-element").collect();
    assert_eq!((unknown.len(), unknown[99].element.as_str()), (100, "FacturaElectronica/a[100]"));
    let more = found.last().unwrap();
    assert_eq!((more.name, more.element.as_str()), ("more-findings", "FacturaElectronica"));
    assert_eq!(more.message_en, "and 299900 more findings of `unknown-element`, which are not shown");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn notes_of_the_old_version_are_read_and_not_judged() {
    let found = findings(&fixture("nc-v4.3.xml"));
    assert_eq!(
        found.iter().map(|one| (one.name, one.severity)).collect::<Vec<_>>(),
        [("version-not-checked", Severity::Advice)]
    );
}

#[test]
fn what_hacienda_accepts_is_never_rejected() {
    let accepted: [(&str, &[(&str, &str)]); 12] = [
        (
            "fe.xml",
            &[(
                "<CondicionVenta>01</CondicionVenta>",
                "<CondicionVenta>01</CondicionVenta><PlazoCredito>0</PlazoCredito>",
            )],
        ),
        ("fe.xml", &[("<Tarifa>13.00<", "<Tarifa>13<")]),
        ("fe.xml", &[("<TotalMercExonerada>0.00000<", "<TotalMercExonerada>.00<")]),
        ("fe.xml", &[(">4690.1<", ">4690.9<")]),
        ("fe.xml", &[("140506070</Clave>", "100000000</Clave>")]),
        ("fe.xml", &[("<Barrio>El Puerto</Barrio>", "<Barrio></Barrio>")]),
        (
            "fe.xml",
            &[(
                "<Telefono>\n      <CodigoPais>506</CodigoPais>\n      <NumTelefono>26610000</NumTelefono>\n    </Telefono>",
                "<Telefono/>",
            )],
        ),
        ("fe.xml", &[("</ResumenFactura>", "</ResumenFactura>\r\n  <Otros>\r\n  </Otros>")]),
        (
            "fe.xml",
            &[(
                "<FacturaElectronica ",
                "<FacturaElectronica xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" ",
            )],
        ),
        ("fe.xml", &[("<NumTelefono>26610000<", "<NumTelefono>911<")]),
        ("fe.xml", &[("<Distrito>08<", "<Distrito>08<!-- comentario --><")]),
        ("fe.xml", &[("<Nombre>Cooperativa Imaginaria del Sur R.L.<", "<Nombre><![CDATA[Cooperativa Imaginaria]]><")]),
    ];
    for (name, edits) in accepted {
        let found = serious(&edited(&(name, edits, "")));
        assert!(found.iter().all(|finding| finding.severity != Severity::Reject), "{edits:?}: {found:?}");
    }
    let crlf = fixture("fe.xml").replace('\n', "\r\n");
    assert_eq!(findings(&crlf), []);
    assert_eq!(serious(&crlf.replace("</ResumenFactura>", "</ResumenFactura><Otros/>")), []);
    assert_eq!(findings(&fixture("fe.xml").replace('\n', "\r")), []);
}

#[test]
fn systems_that_count_in_two_decimals_are_warned_only() {
    let document = fixture("fe.xml")
        .replace("197.37787", "197.38")
        .replace("19935.16437", "19935.17")
        .replace("6958.54787", "6958.55")
        .replace("162105.33437", "162105.34");
    let found = serious(&document);
    assert!(!found.is_empty() && found.iter().all(|finding| finding.severity == Severity::Warn), "{found:?}");
}

#[test]
fn a_finding_says_where_and_what_in_both_languages() {
    let document = fixture("fe.xml").replacen("<SubTotal>19737.78650<", "<SubTotal>19738.78650<", 1);
    let [finding] = &findings(&document)[..] else { panic!("one finding") };
    assert_eq!(finding.element, "FacturaElectronica/DetalleServicio/LineaDetalle[2]/SubTotal");
    let line = document.lines().position(|line| line.contains("19738.78650")).unwrap() + 1;
    assert_eq!((finding.position.line, finding.position.column), (line, 7));
    assert_eq!(finding.message_es, "SubTotal es 19738.78650 y según su fórmula debe ser 19737.7865");
    assert_eq!(finding.message_en, "SubTotal is 19738.78650 and by its formula must be 19737.7865");
}

/// Elements whose value nothing in the document computes.
const FREE: [&str; 5] = ["CodigoActividad", "PorcentajeOC", "TipoCambio", "MontoTotalImpuesto>", "TotalFactura"];

#[test]
fn no_amount_can_change_unnoticed() {
    for path in fixtures() {
        let document = fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<&str> = document.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let (Some(open), Some(close)) = (line.find('>'), line.rfind("</")) else { continue };
            let value =
                line.get(open + 1..close).filter(|value| value.contains('.')).and_then(|value| value.parse().ok());
            let Some(value): Option<Decimal> = value else { continue };
            if document.contains("/v4.3/") || FREE.iter().any(|free| line.contains(free)) {
                continue;
            }
            let changed = format!("{}{}{}", &line[..=open], value + Decimal::ONE, &line[close..]);
            let mut edited = lines.clone();
            edited[at] = &changed;
            assert!(!serious(&edited.join("\n")).is_empty(), "{}: {changed}", path.display());
        }
    }
}

#[test]
fn several_wrong_amounts_are_each_found_once() {
    let document = fixture("fe.xml")
        .replacen("<BaseImponible>15009.00000<", "<BaseImponible>15010.00000<", 1)
        .replacen("<ImpuestoNeto>4810.00000<", "<ImpuestoNeto>4811.00000<", 1)
        .replacen("<TotalVenta>155396.65650<", "<TotalVenta>155390.65650<", 1);
    let names: Vec<&str> = findings(&document).iter().map(|finding| finding.name).collect();
    assert_eq!(names, ["line-base", "line-net-tax", "total-venta"]);
}

#[test]
fn cabys_codes_are_looked_up_when_there_is_a_catalogue() {
    let all = "2132100000100\n0111200000100\n8713100000000\n0141900000100\n";
    let catalogue = cr_einvoice::catalogue::CabysCatalogue::read(all.as_bytes()).unwrap();
    let options = Options { cabys: Some(&catalogue) };
    let found = validate(fixture("fe.xml").as_bytes(), today(), &options);
    assert_eq!(found.iter().map(|finding| finding.name).collect::<Vec<_>>(), ["cabys-unknown"]);
}

proptest! {
    /// Whatever is broken, the validation says something and does not fall over.
    #[test]
    fn nothing_makes_it_panic(
        name in prop::sample::select(vec!["fe.xml", "fe-impuestos-especiales.xml", "fe-surtido.xml", "nc.xml", "fee.xml", "rep.xml", "fec.xml", "mensaje-parcial.xml"]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..6), 1..6),
    ) {
        let mut lines: Vec<String> = fixture(name).lines().map(Into::into).collect();
        for (index, edit) in edits {
            let at = index.index(lines.len());
            let line = lines[at].clone();
            let value = |text: &str| match (line.find('>'), line.rfind("</")) {
                (Some(open), Some(close)) if open < close => format!("{}{text}{}", &line[..=open], &line[close..]),
                _ => line.clone(),
            };
            lines[at] = match edit {
                0 => String::new(),
                1 => format!("{line}{line}"),
                2 => value("9999999999999.99999"),
                3 => value("0"),
                4 => value("9999999999999999"),
                _ => value("-79228162514264337593543950335"),
            };
        }
        let document = lines.join("\n");
        for finding in findings(&document) {
            prop_assert!(!finding.message_es.is_empty() && !finding.message_en.is_empty());
        }
    }
}

/// Run with `cargo test --release --test documents validation -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check"]
fn rate_of_five_lines() {
    let document = fixture("fe.xml");
    let begun = std::time::Instant::now();
    let count = 20_000;
    for _ in 0..count {
        assert_eq!(findings(&document).len(), 0);
    }
    println!("{:.0} documents of five lines a second on a core", f64::from(count) / begun.elapsed().as_secs_f64());
}
