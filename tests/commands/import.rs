//! `import`: what is taken, what is refused and why, and that one bad file harms no other.

use std::fs;

use cr_einvoice::store::Paper;
use serde_json::Value;

use crate::common::{
    HOTEL, IMAGINARIA, Installation, Sample, Setup, content, example, invoice, invoices, of_hotel, sha256,
};

fn every_example() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/documents");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".xml"));
    names.sort();
    names
}

/// The one complaint about a document that is refused.
#[track_caller]
fn refusal(installation: &Installation, xml: &[u8]) -> String {
    let ran = installation.run_with_input(&["import", "-", "--json"], xml).exits(3);
    let json = ran.json();
    assert_eq!((json["imported"].as_u64(), json["failed"].as_u64()), (Some(0), Some(1)), "{json}");
    assert_eq!(json["documents"][0]["result"], "failed");
    assert_eq!(json["documents"][0]["error"]["category"], "validation");
    json["documents"][0]["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn every_kind_is_taken_from_a_folder_and_the_same_again_is_no_news() {
    let installation = Installation::new();
    let names = every_example();
    for name in &names {
        installation.write(&format!("in/below/{name}"), example(name).as_bytes());
    }
    installation.write("in/notes.txt", b"not XML, and not looked at");
    let json = installation.json(&["import", "in"], 0);
    assert_eq!(json["imported"].as_u64(), Some(names.len() as u64));
    let kinds = installation.rows("SELECT DISTINCT kind FROM documents ORDER BY kind");
    assert_eq!(kinds, ["FE", "FEC", "FEE", "MR", "NC", "ND", "REP", "TE"]);
    assert_eq!(installation.rows("SELECT DISTINCT state, company FROM documents"), ["draft imaginaria"]);

    let before = installation.rows("SELECT * FROM documents ORDER BY id");
    let events = installation.value("SELECT count(*) FROM events");
    let json = installation.json(&["import", "in"], 0);
    assert_eq!((json["imported"].as_u64(), json["unchanged"].as_u64()), (Some(0), Some(names.len() as u64)));
    assert_eq!(installation.rows("SELECT * FROM documents ORDER BY id"), before);
    assert_eq!(installation.value("SELECT count(*) FROM events"), events);
}

#[test]
fn the_header_is_read_into_the_row() {
    let installation = Installation::new();
    let xml = example("fe.xml");
    installation.write("fe.xml", xml.as_bytes());
    installation.run(&["import", "fe.xml"]).exits(0);
    let row = installation.value(
        "SELECT clave, consecutivo, environment, kind, issued_at, issued_text, emisor_type, emisor_id, receptor_type,
             receptor_id, total, currency, source_sha256, signed_sha256 FROM documents",
    );
    let clave = content(&xml, "Clave");
    let (total, hash) = (content(&xml, "TotalComprobante"), sha256(xml.as_bytes()));
    assert_eq!(
        row,
        format!(
            "{clave} {} sandbox FE 2026-11-18T16:05:00Z 2026-11-18T10:05:00-06:00 02 {IMAGINARIA} 02 {HOTEL} {total} CRC {hash} -",
            &clave[21..41]
        )
    );
    assert_eq!(installation.value("SELECT receptor_name FROM documents"), "Hotel Inexistente & Asociados S.A.");
    assert_eq!(installation.paper_text(1, Paper::Draft), xml, "the bytes are kept as they came");
}

#[test]
fn what_the_books_need_is_read_into_its_tables() {
    let installation = Installation::new();
    let names = every_example();
    for name in &names {
        installation.write(&format!("in/{name}"), example(name).as_bytes());
    }
    installation.run(&["import", "in"]).exits(0);
    let all = names.len().to_string();
    assert_eq!(installation.value("SELECT count(*) FROM documents JOIN figures ON document_id = id"), all);
    let of = |name: &str, columns: &str, table: &str| {
        let xml = example(name);
        let key = match name.starts_with("mensaje") {
            true => format!("{}-{}", content(&xml, "Clave"), content(&xml, "NumeroConsecutivoReceptor")),
            false => content(&xml, "Clave").to_owned(),
        };
        installation
            .rows(&format!("SELECT {columns} FROM {table} JOIN documents ON id = document_id WHERE clave = '{key}'"))
    };
    let columns = "position, code, rate_code, rate, class, supply, gross, discounts, base, tax, exonerated, assumed";
    assert_eq!(
        of("fe-exonerada.xml", columns, "tax_rows"),
        [
            "1 01 08 13 taxed services 24230.76923 0 24230.76923 3150 0 0",
            "2 01 08 13 exonerated goods 12507.5 0 12507.5 1625.975 1625.975 0",
            "3 01 08 13 exonerated services 38769.23077 0 38769.23077 5040 5040 0",
        ]
    );
    let facts =
        "counts_on, sale_condition, credit_days, exchange_rate, other_charges, returned_iva, total_tax, tax_condition";
    assert_eq!(of("fe-exonerada.xml", facts, "figures"), ["2026-11-18 02 45 1 0 0 3150 -"]);
    assert!(of("fee.xml", facts, "figures")[0].starts_with("2026-11-18 "), "{:?}", of("fee.xml", facts, "figures"));
    let message = of("mensaje-aceptacion.xml", "counts_on, tax_condition, exchange_rate", "figures");
    assert_eq!(message.len(), 1, "{message:?}");
    assert!(of("mensaje-aceptacion.xml", "*", "tax_rows").is_empty());
}

#[test]
fn standard_input_and_a_file_are_the_same() {
    let installation = Installation::new();
    let document = invoice(1);
    let json = installation.run_with_input(&["import", "-", "--json"], document.xml.as_bytes()).exits(0).json();
    assert_eq!(json["documents"][0]["path"], "-");
    assert_eq!(json["documents"][0]["clave"], document.clave.as_str());
    assert_eq!(json["documents"][0]["state"], "draft");
    assert_eq!(json["documents"][0]["result"], "imported");
    assert_eq!(json["documents"][0]["error"], Value::Null);
    installation.write("1.xml", document.xml.as_bytes());
    assert_eq!(installation.json(&["import", "1.xml"], 0)["documents"][0]["result"], "unchanged");
}

#[test]
fn other_bytes_under_a_known_clave_are_refused_with_both_hashes() {
    let installation = Installation::new();
    let document = invoice(1);
    installation.import(std::slice::from_ref(&document));
    let other = document.xml.replace("El Puerto", "El Otro Puerto");
    let message = refusal(&installation, other.as_bytes());
    for hash in [sha256(document.xml.as_bytes()), sha256(other.as_bytes())] {
        assert!(message.contains(&hash), "{message}");
    }
    assert_eq!(installation.paper_text(1, Paper::Draft), document.xml);
}

#[test]
fn a_document_that_was_signed_here_is_known_by_both_its_forms() {
    let installation = Installation::new();
    let clave = installation.one_signed();
    let signed = installation.run(&["show", &clave, "--xml"]).exits(0).stdout;
    installation.write("signed.xml", signed.as_bytes());
    for path in ["signed.xml", "in/00000.xml"] {
        let json = installation.json(&["import", path], 0);
        assert_eq!(json["documents"][0]["result"], "unchanged", "{path}");
        assert_eq!(json["documents"][0]["state"], "signed");
    }
}

#[test]
fn hostile_and_broken_files_are_refused_and_the_others_go_on() {
    let installation = Installation::new();
    let good = invoice(1).xml;
    let root = good.find("<FacturaElectronica").unwrap();
    let body = &good[root..];
    let doctype = |declaration: &str| format!("<?xml version=\"1.0\"?>{declaration}{body}").into_bytes();
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;&lol;&lol;\">]>";
    let put = |text: &str| good.replace("El Puerto", text).into_bytes();
    let mut bad_utf8 = good.clone().into_bytes();
    let place = good.find("El Puerto").unwrap();
    bad_utf8[place] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("doctype", doctype("<!DOCTYPE FacturaElectronica>"), "DOCTYPE"),
        ("laughs", doctype(laughs), "DOCTYPE"),
        ("external", doctype("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">"), "DOCTYPE"),
        ("entity", put("&unknown;"), "unknown"),
        ("depth", put(&format!("{}{}", "<a>".repeat(90), "</a>".repeat(90))), "deeper than"),
        (
            "attributes",
            put(&format!("<a {}/>", (0..90).map(|n| format!("b{n}='' ")).collect::<String>())),
            "attributes",
        ),
        ("name", put(&format!("<{}/>", "n".repeat(5000))), "name"),
        ("utf8", bad_utf8, "UTF-8"),
        ("utf16", good.encode_utf16().flat_map(u16::to_le_bytes).collect(), ""),
        ("truncated", good.as_bytes()[..good.len() / 2].to_vec(), "line"),
        ("two-roots", format!("{good}<b/>").into_bytes(), ""),
        ("empty", Vec::new(), ""),
        ("blank", b"   \n".to_vec(), ""),
        ("html", b"<html><body>no</body></html>".to_vec(), "root"),
        ("namespace", good.replace("v4.4/facturaElectronica", "v9.9/facturaElectronica").into_bytes(), "root"),
        ("nul", put("\0"), "U+0000"),
    ];
    for (name, bytes, _) in &cases {
        installation.write(&format!("in/{name}.xml"), bytes);
    }
    installation.write("in/good.xml", good.as_bytes());
    let json = installation.json(&["import", "in"], 3);
    assert_eq!((json["imported"].as_u64(), json["failed"].as_u64()), (Some(1), Some(cases.len() as u64)), "{json:#}");
    for (name, _, expected) in &cases {
        let path = format!("in/{name}.xml");
        let line = json["documents"].as_array().unwrap().iter().find(|line| line["path"] == path.as_str()).unwrap();
        let message = line["error"]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(message.len() < 600, "{name}: {message}");
    }
    let ran = installation.run(&["import", "in"]).exits(3);
    assert!(ran.stdout.contains("in/doctype.xml"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("import: 0 documents imported, 1 here already, 16 refused\n"), "{}", ran.stdout);
}

#[test]
fn a_document_larger_than_any_may_be_is_refused_without_being_read_whole() {
    let installation = Installation::new();
    let good = invoice(1).xml;
    let huge = good.replace("El Puerto", &"x".repeat(21 << 20));
    let message = refusal(&installation, huge.as_bytes());
    assert!(message.contains("MiB") || message.contains("bytes"), "{message}");
}

#[test]
fn what_the_document_says_of_itself_must_agree() {
    let installation = Installation::new();
    let Sample { clave, xml } = invoice(1);
    let consecutivo = clave[21..41].to_owned();
    let clave_with = |from: usize, digits: &str| {
        let other = format!("{}{digits}{}", &clave[..from], &clave[from + digits.len()..]);
        xml.replace(&clave, &other)
    };
    let cases = [
        ("another number in the element", xml.replace(&format!(">{consecutivo}<"), ">00100001010000000999<")),
        ("another day", clave_with(3, "19")),
        ("another issuer", clave_with(9, "003101999889")),
        ("another kind", clave_with(29, "04")),
        ("another country", clave_with(0, "507")),
        ("no such situation", clave_with(41, "9")),
        ("too short", xml.replace(&clave, &clave[..49])),
        ("no clave", xml.replace(&format!("<Clave>{clave}</Clave>"), "")),
        ("two claves", xml.replace(&format!("<Clave>{clave}</Clave>"), &format!("<Clave>{clave}</Clave>").repeat(2))),
        ("no date", xml.replace("2026-11-18T10:05:00-06:00", "yesterday")),
        ("no total", xml.replace("<TotalComprobante>", "<TotalComprobante>x")),
    ];
    for (name, document) in cases {
        assert_ne!(document, xml, "{name} changes nothing");
        let message = refusal(&installation, document.as_bytes());
        assert!(!message.is_empty() && message.len() < 600, "{name}: {message}");
    }
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "0");
}

#[test]
fn a_signer_who_is_not_configured_is_named() {
    let installation = Installation::new();
    let message = refusal(&installation, of_hotel(&invoice(1)).xml.as_bytes());
    assert!(message.contains(HOTEL) && message.contains("[[company]]"), "{message}");
    assert!(message.contains("its emisor"), "{message}");
}

#[test]
fn each_document_goes_to_the_company_that_signs_it() {
    let installation = Setup::default().two_companies().build();
    installation.import(&[invoice(1), of_hotel(&invoice(1))]);
    let rows = installation.rows("SELECT company, emisor_id FROM documents ORDER BY company");
    assert_eq!(rows, [format!("hotel {HOTEL}"), format!("imaginaria {IMAGINARIA}")]);
    let message = {
        let other = of_hotel(&invoice(2)).xml;
        let ran = installation.run_with_input(&["import", "-", "--company", "imaginaria", "--json"], other.as_bytes());
        ran.exits(3).json()["documents"][0]["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(message.contains(HOTEL), "{message}");
}

#[test]
fn a_signed_document_enters_as_signed_when_its_signature_holds() {
    let author = Installation::new();
    let clave = author.one_signed();
    let signed = author.run(&["show", &clave, "--xml"]).exits(0).stdout;

    let installation = Installation::new();
    let json = installation.run_with_input(&["import", "-", "--json"], signed.as_bytes()).exits(0).json();
    assert_eq!(json["documents"][0]["state"], "signed");
    let row = installation.value("SELECT state, signed_sha256 FROM documents");
    assert_eq!(row, format!("signed {}", sha256(signed.as_bytes())));
    assert_eq!(installation.paper_text(1, Paper::Draft), "-");
    assert_eq!(installation.paper_text(1, Paper::Signed), signed);

    let tampered = Installation::new();
    let message = refusal(&tampered, signed.replace("El Puerto", "El Huerto").as_bytes());
    assert!(message.contains("signature does not hold"), "{message}");
    assert_eq!(tampered.value("SELECT count(*) FROM documents"), "0");
}

#[test]
fn a_document_signed_by_somebody_else_is_refused_unless_that_is_allowed() {
    let author = Setup::default().setting("allow_other_certificate_holder", true).build();
    author.write_private("imaginaria.p12", &crate::common::key("CPF-01-1302-0487", (2026, 1, 1), (2030, 1, 1)));
    let clave = author.one_signed();
    let signed = author.run(&["show", &clave, "--xml"]).exits(0).stdout;

    let strict = Installation::new();
    let message = refusal(&strict, signed.as_bytes());
    assert!(message.contains("113020487") && message.contains(IMAGINARIA), "{message}");
    let lenient = Setup::default().setting("allow_other_certificate_holder", true).build();
    lenient.run_with_input(&["import", "-"], signed.as_bytes()).exits(0);
}

#[test]
fn a_dry_run_changes_nothing_and_says_the_same() {
    let installation = Installation::new();
    let (known, new) = (invoice(1), invoice(2));
    installation.import(std::slice::from_ref(&known));
    installation.write("new/known.xml", known.xml.as_bytes());
    installation.write("new/new.xml", new.xml.as_bytes());
    installation.write("new/new-again.xml", new.xml.as_bytes());
    installation.write("new/new-other.xml", new.xml.replace("El Puerto", "El Huerto").as_bytes());
    installation.write("new/bad.xml", b"<bad/>");
    let before = fs::read(installation.database()).unwrap();
    let planned = installation.json(&["import", "new", "--dry-run"], 3);
    assert_eq!(fs::read(installation.database()).unwrap(), before);
    assert_eq!(installation.value("SELECT count(*) FROM documents"), "1");
    let done = installation.json(&["import", "new"], 3);
    for field in ["imported", "unchanged", "failed", "documents"] {
        assert_eq!(planned[field], done[field], "{field}");
    }
    assert_eq!(planned["dry_run"], true);
}

#[test]
fn a_file_that_cannot_be_read_is_a_storage_error_and_the_others_go_on() {
    let installation = Installation::new();
    let good = installation.write("good.xml", invoice(1).xml.as_bytes());
    let json = installation.json(&["import", "absent.xml", good.to_str().unwrap()], 5);
    assert_eq!((json["imported"].as_u64(), json["failed"].as_u64()), (Some(1), Some(1)));
    assert!(json["documents"][0]["error"]["message"].as_str().unwrap().contains("cannot be read"), "{json}");
}

#[test]
fn a_folder_that_leads_back_to_itself_is_read_once() {
    let installation = Installation::new();
    installation.write("in/1.xml", invoice(1).xml.as_bytes());
    std::os::unix::fs::symlink(installation.path("in"), installation.path("in/again")).unwrap();
    std::os::unix::fs::symlink(installation.path("in"), installation.path("in/and-again")).unwrap();
    let json = installation.json(&["import", "in"], 0);
    assert_eq!((json["imported"].as_u64(), json["unchanged"].as_u64()), (Some(1), Some(0)));
}

#[test]
fn a_number_used_twice_is_warned_about() {
    let installation = Installation::new();
    let first = invoice(1);
    let other_clave = format!("{}99999999", &first.clave[..42]);
    let second = Sample { xml: first.xml.replace(&first.clave, &other_clave), clave: other_clave };
    installation.import(&[first]);
    installation.write("second.xml", second.xml.as_bytes());
    let ran = installation.run(&["import", "second.xml"]).exits(0);
    assert!(ran.stderr.contains("consecutivo") && ran.stderr.contains("Hacienda rejects"), "{}", ran.stderr);
}

#[test]
fn four_at_once_take_every_document_once() {
    let installation = Installation::new();
    for (number, document) in invoices(120).iter().enumerate() {
        installation.write(&format!("in/{number:05}.xml"), document.xml.as_bytes());
    }
    let imported: u64 = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| installation.json(&["import", "in"], 0)["imported"].as_u64().unwrap()))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(imported, 120);
    assert_eq!(installation.value("SELECT count(*), count(DISTINCT clave) FROM documents"), "120 120");
}

#[test]
fn a_writer_elsewhere_is_waited_for() {
    let installation = Installation::new();
    installation.write("1.xml", invoice(1).xml.as_bytes());
    let other = rusqlite::Connection::open(installation.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let child = installation.start(&["import", "1.xml"]);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(installation.json(&["list"], 0)["documents"], serde_json::json!([]), "a reader waits for nobody");
    other.execute_batch("COMMIT").unwrap();
    crate::common::finish(child, &["import", "1.xml"]).exits(0);
}
