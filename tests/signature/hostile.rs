//! Documents that must not pass: each part changed, and the known ways to make a verifier look elsewhere.

use cr_einvoice::document::Kind;
use cr_einvoice::signature::{Profile, SignOptions, verify};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::{between, document, every_option, explain, issued, options, outcome, replace, signed};

/// Changes one character of the Base64 that begins after a mark.
fn flip(xml: &str, before: &str) -> String {
    let at = xml.find(before).unwrap_or_else(|| panic!("no `{before}`")) + before.len() + 8;
    let other = if xml.as_bytes()[at] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &xml[..at], &xml[at + 1..])
}

/// The text with one Base64 text put in place of another.
fn digest_after<'x>(xml: &'x str, mark: &str) -> &'x str {
    let start = xml.find(mark).unwrap_or_else(|| panic!("no `{mark}`"));
    between(&xml[start..], "<ds:DigestValue>", "<")
}

#[test]
fn the_part_that_was_changed_is_named() {
    for options in every_option() {
        let good = signed(&document(Kind::Factura), &options);
        let document_digest = digest_after(&good, "<ds:Reference Id=");
        let properties_digest = digest_after(&good, "Type=\"http://uri.etsi.org/01903#SignedProperties\"");
        let certificate_digest = digest_after(&good, "<xades:CertDigest>");
        let changes = [
            ("signature_value", flip(&good, &format!("{}\">", between(&good, "<ds:SignatureValue ", "\">")))),
            ("signature_value", flip(&good, &good[..good.find(document_digest).expect("the digest") - 4])),
            ("signature_value", flip(&good, &good[..good.find(properties_digest).expect("the digest") - 4])),
            ("signature_value", replace(&good, "URI=\"\"", "URI=\"\" ")),
            ("document", replace(&good, "del Valle", "del Monte")),
            ("document", replace(&good, "<Emisor>", "<Emisor >")),
            ("document", replace(&good, "  <Emisor>", "<Emisor>")),
            ("document", replace(&good, "</Emisor>", "</Emisor><Extra/>")),
            ("signed_properties", replace(&good, "T09:15:02-06:00", "T09:15:03-06:00")),
            ("signed_properties", flip(&good, &good[..good.find(certificate_digest).expect("the digest") - 4])),
            ("signed_properties", replace(&good, "Resoluci%C3%B3n", "Resolucion")),
            ("signed_properties", replace(&good, "<xades:MimeType>", "<xades:MimeType> ")),
        ];
        for (part, changed) in changes {
            if changed == good || changed.contains("URI=\"\" ") || changed.contains("<Emisor >") {
                // White space inside a tag means nothing: it is not in the canonical form.
                assert_eq!(outcome(&changed), "valid");
                continue;
            }
            let verification = verify(changed.as_bytes());
            assert_eq!(verification.failure().map(|p| p.name), Some(part), "{}\n{changed}", explain(&verification));
        }
    }
}

#[test]
fn another_certificate_is_noticed() {
    let good = signed(&document(Kind::Factura), &SignOptions::default());
    let other = crate::support::credential_of(2026, 2030, false);
    let stranger = base64(other.certificate().der());
    let changed = replace(&good, between(&good, "<ds:X509Certificate>", "<"), &stranger);
    let verification = verify(changed.as_bytes());
    let failed: Vec<_> = verification.parts.iter().filter(|part| !part.valid()).map(|part| part.name).collect();
    assert_eq!(failed, ["signature_value", "key_info", "certificate_digest"], "{}", explain(&verification));
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Every refusal with the words that must be in its sentence.
#[test]
fn what_a_stranger_may_try_is_refused() {
    let good = signed(&document(Kind::Factura), &SignOptions::default());
    let annex = signed(&document(Kind::Factura), &options(Profile::Annex));
    let signature = &good[good.find("<ds:Signature ").expect("a signature")..good.find("</Factura").expect("the end")];
    let body = good.replace(signature, "");
    let root = body.split_once("?>\n").expect("a declaration").1.trim_end();
    let properties_id = between(&good, "<xades:SignedProperties Id=\"", "\"");
    let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
    let method = "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"";
    let digest = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>";
    let with_transform = |text: &str| replace(&good, transform, text);
    let algorithm = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"/>");
    let certificate = between(&good, "<ds:X509Certificate>", "<");
    let modulus = base64(issued().credential().expect("a credential").certificate().modulus());
    let key_value = |modulus: &str, exponent: &str| {
        format!(
            "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus><ds:Exponent>{exponent}</ds:Exponent>\
             </ds:RSAKeyValue></ds:KeyValue>"
        )
    };
    let with_key_value = |value: &str| replace(&good, "</ds:X509Data>", &format!("</ds:X509Data>{value}"));
    let right = explain(&verify(with_key_value(&key_value(&modulus, "AAEAAQ==")).as_bytes()));
    assert!(!right.contains("another key"), "{right}");
    let attempts = [
        ("carries no signature", body.clone()),
        ("not acceptable XML", replace(&good, "?>\n<Fact", "?>\n<!DOCTYPE Factura>\n<Fact")),
        ("not acceptable XML", "not XML at all".to_owned()),
        // The body moved into a wrapper, with the signature beside it or still inside.
        (
            "inside the body",
            format!("<Wrapper>{}</Wrapper>", root.replace("</Factura", &format!("{signature}</Factura"))),
        ),
        ("changed after it was signed", format!("<Wrapper>{root}{signature}</Wrapper>")),
        (
            "a part of the document instead of the whole",
            format!(
                "<Wrapper>{}{}</Wrapper>",
                root.replacen(" xmlns", " Id=\"body\" xmlns", 1),
                replace(signature, "URI=\"\"", "URI=\"#body\"")
            ),
        ),
        ("more than one element", replace(&good, "<Emisor>", &format!("<Emisor Id=\"{properties_id}\">"))),
        ("more than one element", replace(&good, "<Emisor>", &format!("<Emisor id=\"{properties_id}\">"))),
        ("more than one element", replace(&good, "<Emisor>", &format!("<Emisor ID=\"{properties_id}\">"))),
        ("points at nothing", replace(&good, &format!("URI=\"#{properties_id}\""), "URI=\"#nowhere\"")),
        ("outside the document", replace(&good, "URI=\"\"", "URI=\"http://example.test/\"")),
        ("has no URI", replace(&good, " URI=\"\"", "")),
        (
            "no reference covers the whole document",
            replace(&good, "URI=\"\"", &format!("URI=\"#{properties_id}\"")).replace(transform, ""),
        ),
        ("no canonicalisation or transform", with_transform(&algorithm("http://www.w3.org/TR/1999/REC-xslt-19991116"))),
        ("no canonicalisation or transform", with_transform(&algorithm("http://www.w3.org/2002/06/xmldsig-filter2"))),
        ("no canonicalisation or transform", with_transform(&algorithm("http://www.w3.org/2000/09/xmldsig#base64"))),
        (
            "after the canonicalisation",
            with_transform(&format!("{}{transform}", algorithm("http://www.w3.org/2001/10/xml-exc-c14n#"))),
        ),
        (
            "is not `not(ancestor-or-self::ds:Signature)`",
            replace(&annex, "not(ancestor-or-self::ds:Signature)", "not(ancestor-or-self::Emisor)"),
        ),
        (
            "is not `not(ancestor-or-self::ds:Signature)`",
            replace(&annex, "not(ancestor-or-self::ds:Signature)", "true()"),
        ),
        (
            "is not `not(ancestor-or-self::ds:Signature)`",
            replace(&annex, "not(ancestor-or-self::ds:Signature)", "not(ancestor-or-self::x:Signature)"),
        ),
        (
            "RSA with SHA-256 or SHA-512",
            replace(&good, method, "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\""),
        ),
        (
            "RSA with SHA-256 or SHA-512",
            replace(&good, method, "Algorithm=\"http://www.w3.org/2000/09/xmldsig#rsa-sha1\""),
        ),
        (
            "takes SHA-256 and SHA-512",
            good.replace(digest, "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>"),
        ),
        (
            "1 to 8 references",
            replace(&good, "</ds:SignedInfo>", &format!("{}</ds:SignedInfo>", "<ds:Reference/>".repeat(6))),
        ),
        ("2 ds:SignedInfo", replace(&good, "</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>")),
        ("2 ds:KeyInfo", replace(&good, "</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>")),
        (
            "no ds:KeyInfo, so no certificate",
            replace(&annex, between(&annex, "</ds:SignatureValue>", "<ds:Object>"), ""),
        ),
        (
            "more than one xades:QualifyingProperties",
            replace(
                &good,
                "</ds:Object>",
                "<xades:QualifyingProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"/></ds:Object>",
            ),
        ),
        (
            "holds elements where only a value may be",
            replace(&good, "</ds:X509Certificate>", "<x>AAAA</x></ds:X509Certificate>"),
        ),
        (
            "holds elements where only a value may be",
            replace(&good, "</ds:SignatureValue>", "<x/></ds:SignatureValue>"),
        ),
        ("holds elements where only a value may be", good.replacen("</ds:DigestValue>", "<x/></ds:DigestValue>", 1)),
        ("serial number is negative", good.replace(certificate, &with_negative_serial(certificate))),
        ("another key than that of the certificate", with_key_value(&key_value(&modulus, "AQAD"))),
        ("another key than that of the certificate", with_key_value(&key_value("AQAB", "AQAB"))),
        (
            "another key than that of the certificate",
            with_key_value(&format!("{}{}", key_value(&modulus, "AQAB"), key_value("AQAB", "AQAB"))),
        ),
        (
            "another key than that of the certificate",
            with_key_value("<ds:KeyValue><ds:DSAKeyValue><ds:Y>AQAB</ds:Y></ds:DSAKeyValue></ds:KeyValue>"),
        ),
        ("not the Id of its signature", replace(&good, "Target=\"#id-", "Target=\"#other-")),
        ("6 signatures; 5 are allowed", replace(&good, signature, &signature.repeat(6))),
        ("inside the body", replace(&good, "</Emisor>", &format!("{signature}</Emisor>"))),
    ];
    for (words, attempt) in attempts {
        let verification = verify(attempt.as_bytes());
        let sentences = explain(&verification);
        assert!(!verification.valid() && sentences.contains(words), "`{words}` is not in\n{sentences}\n{attempt}");
    }
}

/// The same certificate with the first bit of its serial number set: nothing but its bytes says that it is another.
fn with_negative_serial(certificate: &str) -> String {
    let mut der = STANDARD.decode(certificate).expect("Base64");
    // Version 3, then the tag of an INTEGER and its length.
    let version = [0xa0, 3, 2, 1, 2, 2];
    let at = der.windows(version.len()).position(|bytes| bytes == version).expect("a version and a serial") + 7;
    der[at] |= 0x80;
    base64(&der)
}

/// A key that is too short proves nothing, whatever it signed: that is said, not that something was changed.
#[test]
fn a_short_key_is_named_as_the_cause() {
    let good = signed(&document(Kind::Factura), &SignOptions::default());
    let p12 = include_bytes!("../fixtures/signatures/p12/weak.p12");
    let weak = p12_keystore::Pkcs12Archive::from_pkcs12(p12, "1234").expect("a .p12").certs[0].cert.as_der().to_vec();
    let verification = verify(good.replace(between(&good, "<ds:X509Certificate>", "<"), &base64(&weak)).as_bytes());
    let failure = verification.failure().expect("a failure");
    assert_eq!(failure.name, "signature_value");
    assert!(failure.message().contains("RSA 1024") && !failure.message().contains("changed"), "{}", failure.message());
}

/// The properties name another signature as theirs: that is told, and the rest is looked at all the same.
#[test]
fn a_target_that_names_another_signature_leaves_the_rest_checked() {
    let good = signed(&document(Kind::Factura), &SignOptions::default());
    let astray = replace(&good, "Target=\"#id-", "Target=\"#other-");
    let failed = |xml: &str| {
        let verification = verify(xml.as_bytes());
        verification.parts.iter().filter(|part| !part.valid()).map(|part| part.name).collect::<Vec<_>>()
    };
    let verification = verify(astray.as_bytes());
    assert_eq!(verification.failure().map(|part| part.name), Some("signed_properties"), "{}", explain(&verification));
    assert_eq!(failed(&astray), ["signed_properties"]);
    assert_eq!(failed(&replace(&astray, "del Valle", "del Monte")), ["document", "signed_properties"]);
    assert_eq!(verification.signer_identification.as_deref(), Some("3101999888"));
}

#[test]
fn a_later_signature_breaks_the_widest_one_and_not_the_annex_one() {
    let other = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/></ds:Signature>";
    let add = |signed: String| replace(&signed, "</FacturaElectronica>", &format!("{other}</FacturaElectronica>"));
    let widest = verify(add(signed(&document(Kind::Factura), &options(Profile::Widest))).as_bytes());
    assert!(explain(&widest).contains("another signature was added later"), "{}", explain(&widest));
    let annex = verify(add(signed(&document(Kind::Factura), &options(Profile::Annex))).as_bytes());
    let failed: Vec<_> = annex.parts.iter().filter(|part| !part.valid()).map(|part| part.name).collect();
    assert_eq!(failed, ["co_signature"], "{}", explain(&annex));
}

#[test]
fn a_document_without_a_policy_is_not_hacienda_s_taste() {
    let mut options = SignOptions::default();
    options.policy.identifier = "urn:none".into();
    let with_policy = signed("<MensajeHacienda/>", &options);
    assert_eq!(outcome(&with_policy), "valid");
    let start = with_policy.find("<xades:SignaturePolicyIdentifier>").expect("a policy");
    let end = with_policy.find("</xades:SignedSignatureProperties>").expect("its end");
    let without = format!("{}{}", &with_policy[..start], &with_policy[end..]);
    let sentences = explain(&verify(without.as_bytes()));
    assert!(sentences.contains("true policy: none, as usual in Hacienda's answers"), "{sentences}");
    let invoice = without.replace("MensajeHacienda", "FacturaElectronica");
    let sentences = explain(&verify(invoice.as_bytes()));
    assert!(sentences.contains("false policy: the signature names no policy"), "{sentences}");
}

#[test]
fn random_changes_never_pass_and_never_panic() {
    for profile in [Profile::Widest, Profile::Annex] {
        // Exclusive canonicalisation does not see a prefix that is declared and not used.
        let unused = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
        let good = signed(&replace(&document(Kind::Factura), unused, ""), &options(profile));
        for at in (0..good.len()).step_by(7) {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1;
            let verification = verify(&bytes);
            // The one thing that is not signed in the annex's shape is the form of Base64 and of white space.
            assert!(!verification.valid() || is_without_meaning(&good, at), "byte {at} of\n{good}");
        }
        for end in (0..good.len()).step_by(97) {
            assert!(!verify(&good.as_bytes()[..end]).valid());
        }
    }
}

/// Bytes that no signature covers: the XML declaration, what follows the root, the Id of the signature's value, the
/// unused bits at the end of Base64.
fn is_without_meaning(xml: &str, at: usize) -> bool {
    let declaration = xml.find("?>").expect("a declaration");
    let after = xml.rfind("</Factura").expect("the end") + "</FacturaElectronica>".len();
    let value = xml.find("<ds:SignatureValue Id=\"").expect("a value");
    let value = value..value + xml[value..].find('>').expect("its tag");
    at <= declaration || at >= after || value.contains(&at)
}
