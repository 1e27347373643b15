//! The header reader and the reader of answers over the sample files, and over the official samples where they are.

use std::fs;
use std::path::{Path, PathBuf};

use cr_einvoice::document::{DocumentError, Header, Kind, Verdict, Version, read_header, read_mensaje_hacienda};

/// A sample: one of those for users, or one for tests alone.
fn fixture(name: &str) -> Vec<u8> {
    let read = |folder: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name)).ok();
    read("examples").or_else(|| read("tests/fixtures")).unwrap_or_else(|| panic!("there is no sample {name}"))
}

fn header(name: &str) -> Header {
    read_header(&fixture(&format!("documents/{name}"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The sentence about `name` after one edit.
fn refusal(name: &str, from: &str, to: &str) -> String {
    let text = String::from_utf8(fixture(&format!("documents/{name}"))).unwrap();
    assert!(text.contains(from), "{name} does not hold {from}");
    read_header(text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
}

/// The official samples beside the crate; none where they are not.
fn official_samples() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/samples");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not here", folder.display());
        return None;
    };
    Some(
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "xml"))
            .collect(),
    )
}

#[test]
fn every_kind_is_read() {
    let cases = [
        ("fe.xml", Kind::Factura, Version::V44),
        ("te.xml", Kind::Tiquete, Version::V44),
        ("nc.xml", Kind::NotaCredito, Version::V44),
        ("nd.xml", Kind::NotaDebito, Version::V44),
        ("nc-v4.3.xml", Kind::NotaCredito, Version::V43),
        ("nd-v4.3.xml", Kind::NotaDebito, Version::V43),
        ("fec.xml", Kind::FacturaCompra, Version::V44),
        ("fee.xml", Kind::FacturaExportacion, Version::V44),
        ("rep.xml", Kind::ReciboPago, Version::V44),
        ("mensaje-aceptacion.xml", Kind::MensajeReceptor, Version::V44),
        ("mensaje-parcial.xml", Kind::MensajeReceptor, Version::V44),
        ("mensaje-rechazo.xml", Kind::MensajeReceptor, Version::V44),
    ];
    for (name, kind, version) in cases {
        let header = header(name);
        assert_eq!((header.kind, header.version, header.signatures), (kind, version, 0), "{name}");
        let signer = header.signer().and_then(|party| party.identification.as_ref()).unwrap();
        assert_eq!(signer.number, "3101999888", "{name}");
        assert_eq!(header.key().len(), if kind == Kind::MensajeReceptor { 71 } else { 50 }, "{name}");
    }
}

#[test]
fn the_header_holds_what_the_tables_need() {
    let fee = header("fee.xml");
    let receptor = fee.receptor.unwrap();
    assert_eq!(receptor.name.as_deref(), Some("Nowhere Trading GmbH"));
    assert_eq!(receptor.identification.unwrap().number, "DE999888777");
    assert_eq!((fee.currency.as_str(), fee.total_text.as_str()), ("USD", "1297.75000"));
    assert_eq!(fee.issued_text, "2026-11-18T10:05:00-06:00");
    assert_eq!(header("te.xml").receptor, None);
    assert_eq!(header("fe.xml").receptor.unwrap().name.as_deref(), Some("Hotel Inexistente & Asociados S.A."));
}

#[test]
fn oddities_that_hacienda_accepts_are_taken() {
    let odd = header("fe-rarezas.xml");
    assert_eq!(odd.clave.security_code(), "00000000");
    assert_eq!(header("fe-crlf.xml").clave, header("fe.xml").clave);
    assert_eq!(header("fe-cedula-con-letras.xml").clave.identification(), "003101A00888");
    let text = String::from_utf8(fixture("documents/fec.xml")).unwrap();
    let of_the_seller = text.replacen("003101999888", "000309990555", 1);
    assert!(
        read_header(of_the_seller.as_bytes()).is_ok(),
        "the annex reads as if the seller's number were in the clave"
    );
}

#[test]
fn signatures_are_counted_at_the_root_alone() {
    let text = String::from_utf8(fixture("documents/fe.xml")).unwrap();
    let signature = r#"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><Clave>x</Clave></ds:Signature>"#;
    let signed = text.replace("</FacturaElectronica>", &format!("{signature}{signature}</FacturaElectronica>"));
    assert_eq!(read_header(signed.as_bytes()).unwrap().signatures, 2);
    let inside = text.replace("</Emisor>", &format!("{signature}</Emisor>"));
    assert_eq!(read_header(inside.as_bytes()).unwrap().signatures, 0);
}

#[test]
fn disagreements_are_named() {
    let cases = [
        (
            "fe.xml",
            "<NumeroConsecutivo>0010000101000000010",
            "<NumeroConsecutivo>0010000101000000011",
            "positions 22 to 41",
        ),
        ("fe.xml", "2026-11-18T10", "2026-11-19T10", "FechaEmision `2026-11-19T10:05:00-06:00` disagree"),
        ("fe.xml", "2026-11-18T10:05:00-06:00", "2026-11-18T03:05:00Z", "day of FechaEmision in Costa Rica"),
        ("fe.xml", "<Numero>3101999888", "<Numero>3101999887", "identification in the clave `003101999888`"),
        ("fe.xml", "<Numero>3101999888", "<Numero>3-101-999888", "10 characters"),
        ("fe.xml", "<Tipo>02</Tipo>", "<Tipo>07</Tipo>", "identification type `07`"),
        ("fec.xml", "003101999888", "003101999887", "in a FEC the buyer's"),
        ("nc.xml", "v4.4/notaCredito", "v4.2/notaCredito", "is not taken"),
        ("fe.xml", "v4.4/facturaElectronica", "v4.3/facturaElectronica", "one of the two notes in its v4.3 namespace"),
        ("fe.xml", "v4.4/facturaElectronica", "v4.4/tiqueteElectronico", "root element `FacturaElectronica`"),
        ("mensaje-parcial.xml", "<Mensaje>2", "<Mensaje>1", "1 goes with 05, 2 with 06 and 3 with 07"),
        ("mensaje-parcial.xml", "<Mensaje>2", "<Mensaje>4", "Mensaje `4` is not allowed"),
        (
            "mensaje-parcial.xml",
            "0100001010000000812",
            "0100001050000000812",
            "clave of the document that is confirmed",
        ),
        ("mensaje-parcial.xml", "Emisor>3102999666", "Emisor>3102999665", "of this issuer"),
        ("fe.xml", "<TotalComprobante>", "<TotalComprobante>-", "a decimal with a point"),
        ("fe.xml", "<Clave>506", "<Clave>507", "country `507`"),
        ("fe.xml", "<FechaEmision>2026-11-18T10:05:00-06:00</FechaEmision>", "", "element FechaEmision is missing"),
        ("fe.xml", "<CondicionVenta>", "<Clave>1</Clave><CondicionVenta>", "element Clave occurs twice"),
        ("fe.xml", "</ResumenFactura>", "</ResumenFactura><", "not a readable XML document"),
    ];
    for (name, from, to, words) in cases {
        let sentence = refusal(name, from, to);
        assert!(sentence.contains(words), "{name}: {from} -> {to}\nsays: {sentence}");
    }
}

#[test]
fn the_kind_of_root_and_consecutivo_must_agree() {
    let text =
        String::from_utf8(fixture("documents/fe.xml")).unwrap().replace("00100001010000000101", "00100001040000000101");
    let sentence = read_header(text.as_bytes()).unwrap_err().to_string();
    assert!(
        sentence.contains("document type in the consecutivo `04` and root element `FacturaElectronica`"),
        "{sentence}"
    );
}

#[test]
fn answers_are_read() {
    let answer = |name: &str| read_mensaje_hacienda(&fixture(&format!("responses/{name}"))).unwrap();
    let accepted = answer("aceptada.xml");
    assert_eq!(
        (accepted.verdict, accepted.rows.len(), accepted.status_word.as_str()),
        (Some(Verdict::Accepted), 0, "Aceptado")
    );
    let warned = answer("aceptada-con-advertencia.xml");
    assert_eq!((warned.verdict, warned.rows.len()), (Some(Verdict::Accepted), 1));
    assert_eq!(warned.rows[0].code.as_deref(), Some("-37"));
    let rejected = answer("rechazada.xml");
    let places: Vec<_> = rejected.rows.iter().map(|row| (row.code.as_deref().unwrap(), row.row, row.column)).collect();
    assert_eq!(places, [("-1", Some(41), Some(17)), ("-99", Some(0), Some(0))]);
    assert_eq!(answer("rechazada-firma.xml").rows[0].message, "La firma del documento no tiene el Policy Id");
    let unread = answer("ilegible.xml");
    assert_eq!((unread.clave.as_str(), unread.issuer_name.as_str(), unread.rows.len()), ("", "DESCONOCIDO", 1));
    let error = read_mensaje_hacienda(&fixture("documents/fe.xml")).unwrap_err();
    assert!(matches!(error, DocumentError::Root { .. }), "{error}");
}

#[test]
fn the_official_samples_are_read() {
    for path in official_samples().into_iter().flatten() {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("placeholder") {
            continue;
        }
        if name.starts_with("respuesta") || name.starts_with("hacienda") {
            let answer = read_mensaje_hacienda(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(answer.verdict.is_some() && answer.signatures == 1, "{name}");
            let remarks = name.contains("advertencia") || name.contains("rechazada");
            assert_eq!(!answer.rows.is_empty(), remarks, "{name}: {:?}", answer.rows);
        } else {
            read_header(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
