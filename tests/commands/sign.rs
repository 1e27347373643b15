//! `sign`: what comes out verifies, whatever came in; what may not be signed is not, and the queue says why.

use std::fs;
use std::thread;

use cr_einvoice::store::{Paper, Store};

use crate::common::{IMAGINARIA, Installation, Sample, Setup, invoice, invoices, key, numbered, of_hotel, sha256};

fn signed_bytes(installation: &Installation, clave: &str) -> String {
    installation.run(&["show", clave, "--xml"]).exits(0).stdout
}

#[track_caller]
fn verifies(installation: &Installation, clave: &str) {
    let json = installation.json(&["verify", clave], 0);
    assert_eq!(json["valid"], true, "{json:#}");
}

#[test]
fn every_kind_is_signed_in_every_profile_and_digest() {
    for (profile, digest) in [("widest", "sha256"), ("widest", "sha512"), ("annex", "sha256"), ("annex", "sha512")] {
        let installation = Setup::default()
            .setting("signature_profile", format!("\"{profile}\""))
            .setting("signature_digest", format!("\"{digest}\""))
            .build();
        let names = ["fe", "te", "nc", "nd", "fec", "fee", "rep", "mensaje-aceptacion", "nc-v4.3"];
        let documents: Vec<Sample> =
            names.iter().zip(7..).map(|(name, number)| numbered(&format!("{name}.xml"), number)).collect();
        installation.import(&documents);
        let json = installation.json(&["sign"], 0);
        assert_eq!(json["operation"], "sign");
        for field in ["processed", "succeeded"] {
            assert_eq!(json[field].as_u64(), Some(names.len() as u64), "{field}");
        }
        assert_eq!((json["failed"].as_u64(), json["deferred"].as_u64()), (Some(0), Some(0)));
        assert_eq!(installation.value("SELECT count(*) FROM papers WHERE paper <> 'signed'"), "0", "the drafts went");
        for Sample { clave, xml } in &documents {
            verifies(&installation, clave);
            assert_eq!(unsigned(&installation, clave), *xml);
            let bytes = signed_bytes(&installation, clave);
            assert_eq!(bytes.contains("http://www.w3.org/TR/1999/REC-xpath-19991116"), profile == "annex");
            assert!(bytes.contains(&format!("rsa-{digest}")), "{profile} {digest}");
        }
    }
}

/// What was to be signed, as it can still be read.
fn unsigned(installation: &Installation, clave: &str) -> String {
    let store = Store::open_to_read(&installation.database()).unwrap();
    let id = store.documents_named(clave).unwrap()[0].id;
    String::from_utf8(store.unsigned_xml(id).unwrap().unwrap()).unwrap()
}

#[test]
fn odd_input_comes_out_verifiable_with_its_bytes_around_the_signature_untouched() {
    let plain = invoice(1).xml;
    let prefixed = {
        let marked = plain.replace("</", "</f:").replace('<', "<f:").replace("<f:/f:", "</f:").replace("<f:?", "<?");
        marked.replace("xmlns=", "xmlns:f=")
    };
    let cases = [
        ("crlf", plain.replace('\n', "\r\n")),
        ("bom", format!("\u{feff}{plain}")),
        ("comment", plain.replace("<Emisor>", "<!-- <Emisor> --><Emisor>")),
        ("comment-outside", format!("{plain}<!-- the end -->\n")),
        ("cdata", plain.replace("El Puerto", "<![CDATA[El <Puerto> & más]]>")),
        ("references", plain.replace("El Puerto", "El&#13;&#10;&#x9;Puerto &lt;&amp;&gt;&quot;&apos; ñ €")),
        ("instruction", plain.replace("<Emisor>", "<?printer tray=2?><Emisor>")),
        ("single-quotes", plain.replace("version=\"1.0\" encoding=\"UTF-8\"", "version='1.0' encoding='utf-8'")),
        ("no-declaration", plain[plain.find("<FacturaElectronica").unwrap()..].to_owned()),
        ("more-namespaces", plain.replace("xmlns=", "xmlns:zz=\"urn:z\" xmlns:aa=\"urn:a\" xmlns=")),
        ("prefixes", prefixed),
        ("one-line", plain.lines().map(str::trim).collect()),
        ("no-final-newline", plain.trim_end().to_owned()),
        ("many-final-newlines", format!("{plain}\n\n \t\n")),
        ("blanks-before-the-end", plain.replace("</FacturaElectronica>", " \t\n\n</FacturaElectronica>")),
        ("blanks-in-the-end", plain.replace("</FacturaElectronica>", "</FacturaElectronica \n>")),
        ("instruction-outside", format!("{plain}<?end of=\"it\"?>")),
        (
            "a-signature-in-a-comment",
            plain.replace("<Emisor>", "<!-- <ds:Signature a='b'>x</ds:Signature> --><Emisor>"),
        ),
    ];
    for (name, xml) in cases {
        assert_ne!(xml, plain, "{name} changes nothing");
        let installation = Installation::new();
        installation.write("odd.xml", xml.as_bytes());
        installation.run(&["sign", "odd.xml"]).exits(0);
        let clave = installation.value("SELECT clave FROM documents");
        verifies(&installation, &clave);
        let signed = signed_bytes(&installation, &clave);
        let start = signed.find("<ds:Signature").unwrap_or_else(|| panic!("{name}"));
        let end = signed.rfind("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        let start = signed.rfind("<ds:Signature ").filter(|_| name.starts_with("a-signature")).unwrap_or(start);
        assert_eq!(format!("{}{}", &signed[..start], &signed[end..]), xml, "{name}");
        assert_eq!(unsigned(&installation, &clave), xml, "{name}");
        assert_eq!(installation.rows("SELECT paper FROM papers"), ["signed"], "{name}");
    }
}

/// Where what is left without the signature is not what was signed, the draft stays.
#[test]
fn a_draft_that_its_signed_bytes_do_not_give_back_stays() {
    let xml = format!("{}<!-- </ds:Signature> -->", invoice(1).xml);
    let installation = Installation::new();
    installation.write("odd.xml", xml.as_bytes());
    installation.run(&["sign", "odd.xml"]).exits(0);
    let clave = installation.value("SELECT clave FROM documents");
    verifies(&installation, &clave);
    assert_eq!(installation.rows("SELECT paper FROM papers ORDER BY id"), ["draft", "signed"]);
    assert_eq!(unsigned(&installation, &clave), xml);
}

#[test]
fn what_is_stored_what_is_shown_and_what_is_sent_are_the_same_bytes() {
    let installation = Installation::new();
    let document = invoice(1);
    installation.signed(std::slice::from_ref(&document));
    let shown = signed_bytes(&installation, &document.clave);
    let stored = installation.paper_text(1, Paper::Signed);
    let hash = installation.value("SELECT signed_sha256 FROM documents");
    installation.run(&["submit"]).exits(0);
    let record = installation.simulator.record();
    let posted = record.iter().find_map(|request| request.sha256.clone()).unwrap();
    assert_eq!(stored, shown);
    assert_eq!([hash.as_str(), posted.as_str()], [sha256(shown.as_bytes()).as_str(); 2]);
    // The draft went, for the signed bytes hold it.
    assert_eq!(installation.rows("SELECT paper FROM papers"), ["signed"]);
    let store = Store::open_to_read(&installation.database()).unwrap();
    let id = store.documents_named(&document.clave).unwrap()[0].id;
    assert_eq!(store.unsigned_xml(id).unwrap().as_deref(), Some(document.xml.as_bytes()));
}

/// A credential that cannot be used: exit code 6, the draft stays, an entry of category `auth` that spends no attempt.
#[track_caller]
fn cannot_sign(installation: &Installation, words: &[&str]) {
    let json = installation.json(&["sign"], 6);
    let document = &json["documents"][0];
    assert_eq!((document["state"].as_str(), document["result"].as_str()), (Some("draft"), Some("failed")), "{json:#}");
    assert_eq!(document["error"]["category"], "auth");
    let message = document["error"]["message"].as_str().unwrap();
    for word in words {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert!(!message.contains(crate::common::PIN), "{message}");
    let entry = installation.rows("SELECT operation, state, retry_count, error_category FROM retry_queue");
    assert_eq!(entry, ["sign pending 0 auth"]);
    assert_eq!(installation.json(&["sign"], 0)["processed"], 0, "the queue has it");
}

#[test]
fn a_key_that_cannot_be_used_signs_nothing() {
    let with = |prepare: &dyn Fn(&Installation)| {
        let installation = Installation::new();
        installation.import(&[invoice(1)]);
        prepare(&installation);
        installation
    };
    let put_key = |serial: &str, from, to| {
        let bytes = key(serial, from, to);
        move |installation: &Installation| drop(installation.write_private("imaginaria.p12", &bytes))
    };
    let ours = "CPJ-3-101-999888";
    cannot_sign(&with(&|it| drop(it.write_private("pin", b"wrong"))), &["PIN"]);
    cannot_sign(&with(&|it| drop(it.write_private("imaginaria.p12", b"no key at all"))), &["imaginaria.p12"]);
    cannot_sign(&with(&|it| fs::remove_file(it.path("imaginaria.p12")).unwrap()), &["cannot read"]);
    cannot_sign(&with(&put_key(ours, (2025, 1, 1), (2026, 11, 20))), &["expired on 2026-11-19"]);
    cannot_sign(&with(&put_key(ours, (2026, 11, 21), (2030, 1, 1))), &["not valid before", "check the clock"]);
    cannot_sign(&with(&put_key("CPF-01-1302-0487", (2026, 1, 1), (2030, 1, 1))), &["113020487", IMAGINARIA]);
    cannot_sign(&with(&put_key("nobody", (2026, 1, 1), (2030, 1, 1))), &["does not say whose"]);
}

#[test]
fn once_the_key_is_right_the_queue_signs() {
    let mut installation = Installation::new();
    let document = invoice(1);
    installation.import(std::slice::from_ref(&document));
    installation.write_private("pin", b"wrong");
    installation.run(&["sign"]).exits(6);
    installation.write_private("pin", crate::common::PIN.as_bytes());
    installation.json(&["retry", "run"], 0);
    assert_eq!(installation.state(&document.clave), "draft", "it is not due yet");
    // auth: 5 minutes × 3.0
    installation.set_clock("2026-11-20T18:15:00Z");
    let json = installation.json(&["retry", "run"], 0);
    assert_eq!(json["succeeded"], 1, "{json:#}");
    assert_eq!(installation.state(&document.clave), "signed");
    assert_eq!(installation.rows("SELECT state, retry_count FROM retry_queue"), ["completed 0"]);
}

#[test]
fn another_holders_certificate_signs_where_that_is_allowed() {
    let installation = Setup::default().setting("allow_other_certificate_holder", true).build();
    installation.write_private("imaginaria.p12", &key("CPF-01-1302-0487", (2026, 1, 1), (2030, 1, 1)));
    let clave = installation.one_signed();
    verifies(&installation, &clave);
}

#[test]
fn a_certificate_near_its_end_is_warned_about_and_signs() {
    let installation = Installation::new();
    installation.write_private("imaginaria.p12", &key("CPJ-3-101-999888", (2026, 1, 1), (2026, 12, 1)));
    installation.import(&[invoice(1)]);
    let ran = installation.run(&["sign"]).exits(0);
    assert!(ran.stderr.contains("expires on 2026-11-30"), "{}", ran.stderr);
    installation.import(&[invoice(1), invoice(2)]);
    installation.run(&["sign", "-q"]).exits(0).is_silent();
}

#[test]
fn a_selector_may_be_a_path_a_clave_or_a_consecutivo() {
    let installation = Installation::new();
    let documents = invoices(3);
    installation.import(&documents[..2]);
    installation.write("third.xml", documents[2].xml.as_bytes());
    let clave = documents[0].clave.to_lowercase();
    let json = installation.json(&["sign", &clave, &documents[1].clave[21..41], "third.xml"], 0);
    assert_eq!(json["succeeded"], 3);
    assert_eq!(installation.rows("SELECT DISTINCT state FROM documents"), ["signed"]);
    let again = installation.json(&["sign", &clave], 0);
    assert_eq!(again["documents"][0]["result"], "skipped");
    assert_eq!(again["documents"][0]["state"], "signed");
}

#[test]
fn a_selector_that_means_nothing_ends_the_run_before_it_does_anything() {
    let installation = Installation::new();
    let document = invoice(1);
    installation.import(std::slice::from_ref(&document));
    let unknown = document.clave.replace("00000000011", "00000000091");
    let json = installation.json(&["sign", &document.clave, &unknown], 2);
    assert_eq!(json["error"]["kind"], "usage");
    assert!(json["error"]["message"].as_str().unwrap().contains(&unknown), "{json}");
    assert_eq!(installation.state(&document.clave), "draft");
    installation.json(&["sign", "no-such-file.xml"], 5);
    for mistyped in [&document.clave[..49], &document.clave[21..40], "1"] {
        for command in ["sign", "submit", "poll", "show"] {
            let json = installation.json(&[command, mistyped], 2);
            assert!(json["error"]["help"].as_str().unwrap().contains("50 characters"), "{json}");
        }
    }
    installation.write("bad.xml", b"<bad/>");
    let json = installation.json(&["sign", "bad.xml"], 3);
    assert_eq!(json["error"]["kind"], "document");
}

#[test]
fn a_dry_run_signs_nothing() {
    let installation = Installation::new();
    installation.import(&invoices(3));
    let before = fs::read(installation.database()).unwrap();
    let json = installation.json(&["sign", "--dry-run", "--limit", "2"], 0);
    assert_eq!(json["dry_run"], true);
    assert_eq!(json["documents"].as_array().unwrap().len(), 2);
    assert_eq!(fs::read(installation.database()).unwrap(), before);
    assert_eq!(installation.rows("SELECT DISTINCT state FROM documents"), ["draft"]);
}

#[test]
fn a_limit_is_kept() {
    let installation = Installation::new();
    installation.import(&invoices(5));
    assert_eq!(installation.json(&["sign", "--limit", "3"], 0)["processed"], 3);
    assert_eq!(installation.rows("SELECT state, count(*) FROM documents GROUP BY state"), ["draft 2", "signed 3"]);
    assert_eq!(installation.json(&["sign", "--limit", "0"], 0)["processed"], 0);
    assert_eq!(installation.json(&["sign", "--max-duration", "0"], 0)["processed"], 0);
}

#[test]
fn one_company_alone_is_signed_for() {
    let installation = Setup::default().two_companies().build();
    installation.import(&[invoice(1), of_hotel(&invoice(1))]);
    let json = installation.json(&["sign", "--company", "hotel"], 0);
    assert_eq!(json["documents"][0]["company"], "hotel");
    assert_eq!(
        installation.rows("SELECT company, state FROM documents ORDER BY 1"),
        ["hotel signed", "imaginaria draft"]
    );
}

#[test]
fn four_at_once_sign_every_document_once() {
    const DOCUMENTS: u64 = 200;
    let installation = Installation::new();
    installation.import(&invoices(DOCUMENTS));
    let processed: Vec<u64> = thread::scope(|scope| {
        let runs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| installation.json(&["sign"], 0)["processed"].as_u64().unwrap())).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(processed.iter().sum::<u64>(), DOCUMENTS, "{processed:?}");
    assert_eq!(installation.value("SELECT count(*) FROM documents WHERE state = 'signed'"), DOCUMENTS.to_string());
    let events = installation.value("SELECT count(*) FROM events WHERE operation = 'sign'");
    assert_eq!(events, DOCUMENTS.to_string());
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
}

#[test]
fn a_document_that_is_named_twice_is_one() {
    let installation = Installation::new();
    let document = invoice(1);
    installation.import(std::slice::from_ref(&document));
    let json = installation.json(&["sign", &document.clave[21..41], "in/00000.xml", &document.clave], 0);
    assert_eq!(json["documents"].as_array().unwrap().len(), 1, "{json:#}");
    assert_eq!(json["documents"][0]["result"], "done");
}

#[test]
fn large_documents_are_signed_without_holding_many_of_them() {
    let installation = Installation::new();
    let padding = format!("<!-- {} --><Emisor>", "large ".repeat(300_000));
    let documents: Vec<Sample> =
        invoices(24).into_iter().map(|it| Sample { xml: it.xml.replacen("<Emisor>", &padding, 1), ..it }).collect();
    installation.import(&documents);
    let json = installation.json(&["sign"], 0);
    assert_eq!((json["succeeded"].as_u64(), json["failed"].as_u64()), (Some(24), Some(0)));
    assert_eq!(installation.value("SELECT count(*) FROM leases"), "0");
}

#[test]
fn a_complaint_about_a_huge_value_does_not_repeat_all_of_it() {
    let installation = Installation::new();
    let xml = invoice(1).xml.replace("El Puerto", &"El Puerto ".repeat(100_000));
    installation.write("huge.xml", xml.as_bytes());
    let json = installation.json(&["sign", "huge.xml"], 3);
    let message = json["documents"][0]["error"]["message"].as_str().unwrap();
    assert!(message.len() < 1_000, "{} bytes", message.len());
    assert!(message.contains("Barrio") && message.contains("Hacienda would reject it"), "{message}");
}

/// Before a month is signed a person sees what it comes to.
#[test]
fn a_dry_run_shows_what_the_drafts_come_to_by_kind_and_currency() {
    let installation = Setup::default().two_companies().build();
    let in_dollars = |sample: Sample| {
        let xml = sample.xml.replace("<CodigoMoneda>CRC<", "<CodigoMoneda>USD<");
        Sample { xml, ..sample }
    };
    let mut documents = invoices(3);
    documents.push(in_dollars(invoice(4)));
    documents.extend([numbered("nc.xml", 5), invoice(6)]);
    installation.import(&documents);
    installation.run(&["discard", &documents[5].clave, "--reason", "error"]).exits(0);
    let json = installation.json(&["sign", "--dry-run"], 0);
    let one = |kind: &str, currency: &str, documents: u64, total: &str| serde_json::json!({"company": "imaginaria", "kind": kind, "currency": currency, "documents": documents, "total": total});
    let expected =
        [one("FE", "CRC", 3, "486316.00311"), one("FE", "USD", 1, "162105.33437"), one("NC", "CRC", 1, "2826.69500")];
    assert_eq!(json["totals"], serde_json::json!(expected), "{json:#}");
    let text = installation.run(&["sign", "--dry-run"]).exits(0).stdout;
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in
        ["Kind Currency Documents Total", "FE CRC 3 486 316.00311", "FE USD 1 162 105.33437", "NC CRC 1 2 826.695"]
    {
        assert!(lines.contains(&line.to_owned()), "{line}: {text}");
    }
    assert!(text.contains("sign: 5 documents would be worked on"), "{text}");
    // What would not be signed is not counted, and says why.
    let named = installation.json(&["sign", "--dry-run", &documents[5].clave, &documents[4].clave], 0);
    assert_eq!(named["totals"], serde_json::json!([one("NC", "CRC", 1, "2826.69500")]), "{named:#}");
    assert_eq!(named["documents"][0]["note"], "it was discarded; nothing is ever done with it");
    let limited = installation.json(&["sign", "--dry-run", "--limit", "2"], 0);
    assert_eq!(limited["totals"], serde_json::json!([one("FE", "CRC", 2, "324210.66874")]));
    // Of two companies each line says whose it is.
    installation.import(&[of_hotel(&invoice(7))]);
    assert!(installation.run(&["sign", "--dry-run"]).exits(0).stdout.contains("hotel"));
}
