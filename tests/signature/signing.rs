//! What we sign verifies, whatever the document looks like, and its bytes stay as they were.

use cr_einvoice::document::Kind;
use cr_einvoice::named::Named;
use cr_einvoice::signature::{Profile, SignOptions, SignatureError, SignaturePolicy, sign, verify};

use crate::support::{between, credential, credential_of, document, every_option, explain, now, options, signed};

#[test]
fn every_kind_in_every_shape_verifies() {
    for &kind in Kind::ALL {
        for options in every_option() {
            let signed = signed(&document(kind), &options);
            let verification = verify(signed.as_bytes());
            assert!(verification.valid(), "{kind} {options:?}\n{}", explain(&verification));
            assert_eq!(verification.signer.as_deref(), Some("EMPRESA <INVENTADA>, S.A."));
            assert_eq!(verification.signer_identification.as_deref(), Some("3101999888"));
            assert_eq!(verification.signed_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-20T09:15:02-06:00"));
            assert_eq!(verification.policy, Some(options.policy.identifier));
        }
    }
}

/// Documents that tempt a signer to write them anew.
pub const ODD_DOCUMENTS: [&str; 16] = [
    "<a/>",
    "<a />",
    "<a></a>",
    "<a></a\n>",
    "<a xml:lang='es' xml:space='preserve' xmlns='urn:a'/>",
    "\u{FEFF}<?xml version='1.0' encoding='utf-8'?>\r\n<a xmlns='urn:a'>\r\n  <b/>\r\n</a>\r\n",
    "<!-- before --><?go?><a>text</a><?stop now?><!-- after -->\n",
    "<a><!-- inside --><b>x<!-- y -->z</b><?pi  spaced   out ?></a>",
    "<a><![CDATA[<no> & ]]>&amp;<![CDATA[]]></a>",
    "<a>line&#13;\nline&#xD;\r\n&#10;&#9;&quot;&apos;&gt; > </a>",
    "<a z='1' y=\"2\" b='&#10;&lt;\"' c=\"'\" xmlns:q='urn:q' q:a='3' xmlns:p='urn:p' p:a=' 4 '><p:b q:c=''/></a>",
    "<ds:a xmlns:ds='urn:not-a-signature' xmlns:xades='urn:neither' xmlns='urn:b'><b/><xades:c/></ds:a>",
    "<a xmlns='urn:a' xmlns:unused='urn:unused'><b xmlns=''><c xmlns='urn:a'/></b><unused:d/></a>",
    "<a xmlns='http://www.w3.org/2000/09/xmldsig#'><b/></a>",
    "<a Id='r-id-1'><b id='x'/><b id='x'/></a>",
    "<a xmlns='urn:a' b='ü'>日本語 \u{1F600}</a>",
];

#[test]
fn odd_documents_keep_their_bytes_and_verify() {
    for xml in ODD_DOCUMENTS {
        for options in every_option() {
            let signed = signed(xml, &options);
            let verification = verify(signed.as_bytes());
            assert!(verification.valid(), "{xml}\n{}", explain(&verification));
            let (before, rest) = signed.split_once("<ds:Signature xmlns:ds=").expect("a signature");
            let after = rest.split_once("</ds:Signature>").expect("its end").1;
            let unchanged = format!("{before}{after}") == xml || xml.ends_with("/>") && after == "</a>";
            assert!(unchanged, "{xml}\nbecame {before}…{after}");
        }
    }
}

#[test]
fn the_signature_is_the_last_child_and_targets_itself() {
    for profile in [Profile::Widest, Profile::Annex] {
        let signed = signed(&document(Kind::Factura), &options(profile));
        assert!(signed.ends_with("</ds:Object></ds:Signature></FacturaElectronica>\n"), "{signed}");
        let id = between(&signed, "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"", "\"");
        assert_eq!(between(&signed, "Target=\"#", "\""), id);
        assert!(!signed.contains("Description") && !signed.contains("&#13;"));
        assert!(between(&signed, "<ds:X509Certificate>", "<").bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

#[test]
fn two_signatures_never_share_an_id() {
    let id = || between(&signed("<a/>", &SignOptions::default()), " Id=\"id-", "\"").to_owned();
    assert_ne!(id(), id());
}

#[test]
fn a_long_key_signs_too() {
    let credential = credential_of(2026, 2030, true);
    assert_eq!(credential.certificate().key_bits, 4096);
    let signed = sign(document(Kind::Tiquete).as_bytes(), &credential, &SignOptions::default(), now()).expect("signed");
    assert!(verify(&signed).valid());
}

#[test]
fn another_policy_can_be_named_and_is_told() {
    let policy = SignaturePolicy { identifier: "urn:example & more".into(), digest: "AAAA".into() };
    let signed = signed("<a/>", &SignOptions { policy, ..SignOptions::default() });
    let verification = verify(signed.as_bytes());
    assert!(verification.valid(), "{}", explain(&verification));
    assert_eq!(verification.policy.as_deref(), Some("urn:example & more"));
    assert!(explain(&verification).contains("policy: another than the official one: urn:example & more"));
}

#[test]
fn what_must_not_be_signed_is_refused() {
    let sign_at = |xml: &str, from, until| {
        let credential = credential_of(from, until, false);
        sign(xml.as_bytes(), &credential, &SignOptions::default(), now()).expect_err("refused").to_string()
    };
    assert!(sign_at("<a/>", 2020, 2024).contains("the certificate expired on 2023-12-31 18:00:00"));
    assert!(sign_at("<a/>", 2027, 2030).contains("the certificate is not valid before 2026-12-31"));
    let again = signed("<a/>", &SignOptions::default());
    let error = sign(again.as_bytes(), credential(), &SignOptions::default(), now()).expect_err("refused");
    assert!(matches!(error, SignatureError::AlreadySigned), "{error}");
    let broken = sign(b"<a><!DOCTYPE b></a>", credential(), &SignOptions::default(), now()).expect_err("refused");
    assert!(broken.to_string().contains("line 1, column 4: a DOCTYPE"), "{broken}");
}
