//! Sheets as accountants make them, through the binary: what is ambiguous makes no document, what is Spanish is read.

use std::fs;

use cr_einvoice::document::Kind;
use cr_einvoice::named::Named;
use serde_json::Value;

use crate::common::Installation;
use crate::support::installation;

const HEAD: &str = "Documento;Tipo;Cliente;Cédula del cliente;Medio de pago;CABYS;Descripción;Cantidad;Precio;IVA\n";

fn row(document: &str, price: &str) -> String {
    format!("{document};FE;Ana Prueba;109990888;efectivo;8314100000000;Soporte;1;{price};13\n")
}

/// What `generate` says of a sheet.
fn generate(here: &Installation, sheet: &[u8], arguments: &[&str], code: i32) -> Value {
    here.write("sheet.csv", sheet);
    here.json(&[&["generate", "sheet.csv"], arguments].concat(), code)
}

fn error(result: &Value) -> &str {
    result["documents"][0]["error"].as_str().unwrap_or_else(|| panic!("{result}"))
}

#[test]
fn an_ambiguous_number_is_refused_with_both_readings() {
    let here = installation();
    let sheet = format!("{HEAD}{}", row("1", "40.000"));
    let refused = generate(&here, sheet.as_bytes(), &[], 3);
    assert!(
        error(&refused)
            .starts_with("row 2: price: `40.000` is 40.000 with a decimal point and 40000 with a decimal comma"),
        "{refused}"
    );
    assert!(error(&refused).contains("--decimal comma"), "{refused}");
    let comma = format!("{HEAD}{}", row("1", "40,000"));
    assert!(
        error(&generate(&here, comma.as_bytes(), &[], 3)).contains("`40,000` is 40000 with a decimal point and 40.000")
    );
    assert_eq!(here.value("SELECT count(*) FROM documents"), "0");
    generate(&here, sheet.as_bytes(), &["--decimal", "comma"], 0);
    generate(&here, comma.as_bytes(), &["--decimal", "comma"], 0);
    assert_eq!(here.rows("SELECT total FROM documents"), ["45200.00000", "45.20000"]);
    let contradicting = format!("{HEAD}{}", row("1", "1.250,50"));
    assert!(
        error(&generate(&here, contradicting.as_bytes(), &["--decimal", "point"], 3))
            .contains("`--decimal` says otherwise")
    );
}

#[test]
fn numbers_as_people_write_them() {
    let here = installation();
    let rows: String = ["1.250,50", "1 250,50", "₡1.250,50", "1250.50"]
        .iter()
        .enumerate()
        .map(|(n, price)| row(&n.to_string(), price))
        .collect();
    generate(&here, format!("{HEAD}{rows}").as_bytes(), &[], 0);
    assert_eq!(here.rows("SELECT DISTINCT total FROM documents"), ["1413.06500"]);
    let dollars = format!("{HEAD}{}", row("1", "$5"));
    assert!(error(&generate(&here, dollars.as_bytes(), &[], 3)).contains("`$5` is no amount in CRC"));
}

#[test]
fn the_printed_sheet_of_each_kind_makes_its_documents() {
    for &kind in Kind::ALL {
        let here = installation();
        let sheet = here.run(&["generate", "--template", kind.name(), "--csv"]).exits(0).stdout;
        assert!(sheet.starts_with("\u{feff}Documento;Tipo;"), "{sheet}");
        let made = generate(&here, sheet.as_bytes(), &[], 0);
        assert!(made["generated"].as_u64().unwrap() > 0 && made["failed"] == 0, "{kind}: {made}");
        let json = here.run(&["generate", "--template", kind.name()]).exits(0).stdout;
        here.write("one.json", json.as_bytes());
        // The sheet of a MensajeReceptor confirms the same document.
        let one = here.json(&["generate", "one.json", "--again"], 0);
        assert_eq!(one["documents"][0]["total"], made["documents"][0]["total"], "{kind}");
    }
}

#[test]
fn the_encodings_and_ends_of_spreadsheets_are_read() {
    let here = installation();
    let sheet = format!("{HEAD}{};;;;;;;;;\n;;;;;;;;;\n\n", row("1", "5")).replace("Ana", "Peña");
    let windows: Vec<u8> = sheet.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let wide: Vec<u8> =
        format!("\u{feff}{sheet}").replace(';', "\t").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [windows, wide, sheet.replace('\n', "\r\n").into_bytes()] {
        let made = generate(&here, &bytes, &[], 0);
        assert_eq!((&made["generated"], &made["failed"]), (&1.into(), &0.into()), "{made}");
    }
    assert_eq!(here.rows("SELECT DISTINCT receptor_name FROM documents"), ["Peña Prueba"]);
}

#[test]
fn a_workbook_is_read_as_it_is_seen() {
    let here = installation();
    let workbook = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invoices.xlsx")).unwrap();
    here.write("invoices.xlsx", &workbook);
    here.json(&["generate", "invoices.xlsx"], 0);
    // 2 x 1250.5 less the 10 % that the cell shows, and 1250.50 written as text; then 0.1 + 0.2.
    assert_eq!(here.rows("SELECT total FROM documents"), ["3956.58200", "0.33900"]);
    assert_eq!(here.value("SELECT receptor_id FROM documents WHERE kind = 'FE'"), "109990888");
    here.write("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on");
    assert!(error(&here.json(&["generate", "old.xls"], 3)).contains("save it as .xlsx"));
    here.write("broken.xlsx", &workbook[..workbook.len() / 2]);
    assert!(error(&here.json(&["generate", "broken.xlsx"], 3)).contains("is not an .xlsx workbook"));
}

#[test]
fn dates_are_of_the_country() {
    let here = installation();
    let sheet = "Documento;Tipo;Cliente;Cédula;Medio de pago;CABYS;Descripción;Precio;IVA;Clave de referencia;Fecha de referencia;Código de referencia\n\
                 1;NC;Ana Prueba;109990888;efectivo;8314100000000;Soporte;5;13;50620112600310199988800100001010000000015112345678;20/11/2026;02\n";
    let made = generate(&here, sheet.as_bytes(), &[], 0);
    let xml = here.run(&["show", "--xml", made["documents"][0]["clave"].as_str().unwrap()]).exits(0).stdout;
    assert!(xml.contains("<FechaEmisionIR>2026-11-20T00:00:00-06:00<"), "{xml}");
}

#[test]
fn a_wrong_document_stops_the_others_only_when_asked() {
    let here = installation();
    let sheet = format!("{HEAD}{}{}{}", row("1", "5"), row("2", "x"), row("3", "7"));
    let withheld = generate(&here, sheet.as_bytes(), &["--all-or-nothing"], 3);
    assert_eq!(
        (&withheld["generated"], &withheld["failed"], &withheld["withheld"]),
        (&0.into(), &1.into(), &2.into()),
        "{withheld}"
    );
    assert_eq!(here.value("SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM series)"), "0");
    let made = generate(&here, sheet.as_bytes(), &[], 3);
    assert_eq!((&made["generated"], &made["failed"]), (&2.into(), &1.into()), "{made}");
}

#[test]
fn a_row_of_nobody_knows_which_document_stops_the_one_above() {
    let here = installation();
    let sheet = format!("{HEAD}{}{}{}", row("1", "5"), row("", "7"), row("2", "9"));
    let made = generate(&here, sheet.as_bytes(), &[], 3);
    assert_eq!((&made["generated"], &made["failed"]), (&1.into(), &1.into()), "{made}");
    assert!(made.to_string().contains("row 3: its cell `document` is empty"), "{made}");
    assert_eq!(here.rows("SELECT total FROM documents"), ["10.17000"]);
}

#[test]
fn rows_of_a_document_that_stand_apart_are_one_document() {
    let here = installation();
    let sheet = format!("{HEAD}{}{}{}", row("1", "5"), row("2", "7"), row("1", "9"));
    generate(&here, sheet.as_bytes(), &[], 0);
    assert_eq!(here.rows("SELECT total FROM documents"), ["15.82000", "7.91000"]);
}

#[test]
fn all_that_is_wrong_with_a_document_is_told_at_once() {
    let here = installation();
    let sheet = "document;kind;receptor.name;receptor.identification;payment;cabys;description;price;tax\n\
                 1;FE;Ana Prueba;1;oro;83;Soporte;;13\n\
                 1;;;;;8314100000000;Curso;5;\n";
    let refused = generate(&here, sheet.as_bytes(), &[], 3);
    let errors = refused["documents"][0]["errors"].as_array().unwrap();
    let places: Vec<&str> = errors.iter().map(|error| error["path"].as_str().unwrap()).collect();
    assert_eq!(
        places,
        ["payment", "row 2: cabys", "receptor.identification", "row 2: price", "row 3: tax"],
        "{refused}"
    );
    let input = r#"{"kind": "TE", "paymnt": "efectivo", "lines": [{"cabys": "8314100000000", "descripcion": "Curso", "precio": 5, "tax": 13}]}"#;
    here.write("one.json", input.as_bytes());
    let refused = here.json(&["generate", "one.json"], 3);
    assert_eq!(
        error(&refused),
        "paymnt: unknown key; did you mean `payment`?\n\
         lines[1].descripcion: unknown key; did you mean `description`?\n\
         lines[1].precio: unknown key; did you mean `price`?"
    );
    let twice = r#"{"kind": "TE", "payment": "efectivo", "lines": [{"cabys": "8314100000000", "description": "Curso", "price": 5, "PrecioUnitario": 6, "tax": 13}]}"#;
    here.write("one.json", twice.as_bytes());
    assert!(error(&here.json(&["generate", "one.json"], 3)).contains("lines[1].PrecioUnitario: is there 2 times"));
}

#[test]
fn a_head_that_nobody_knows_makes_nothing() {
    let here = installation();
    let sheet = format!("{HEAD}{}", row("1", "5")).replace("Descripción", "Descripcon");
    let refused = generate(&here, sheet.as_bytes(), &[], 3);
    assert!(error(&refused).contains("`Descripcon` (did you mean `descripcion`?)"), "{refused}");
}
