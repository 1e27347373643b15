//! Documents that another program signed, in the shapes that production shows and in every combination of transforms
//! that we accept. Our own signatures serve as the forms to fill in.

use bergshamra_dsig::DsigContext;
use bergshamra_dsig::sign::sign;
use bergshamra_keys::KeysManager;
use bergshamra_keys::loader::load_pkcs12;
use cr_einvoice::document::Kind;
use cr_einvoice::signature::rehearsal::Protection;
use cr_einvoice::signature::{SignOptions, verify};

use crate::support::{document, explain, issued, replace, signed};

const ENVELOPED: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>";
const XPATH: &str = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath> \
                     not( ancestor-or-self::ds:Signature )\n</ds:XPath></ds:Transform>";
const C14N: &str = "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>";
const C14N_COMMENTS: &str =
    "<ds:Transform Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\"/>";
const EXCLUSIVE: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
const EXCLUSIVE_LIST: &str = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">\
                              <e:InclusiveNamespaces xmlns:e=\"http://www.w3.org/2001/10/xml-exc-c14n#\" \
                              PrefixList=\"xsi #default\"/></ds:Transform>";

/// Empties what a signer fills in, and has the other program fill it in again.
fn sign_by_another(form: &str) -> String {
    let mut empty = String::with_capacity(form.len());
    let (signed_info, rest) = form.split_once("</ds:SignedInfo>").expect("a ds:SignedInfo");
    let mut pieces = signed_info.split("<ds:DigestValue>");
    empty.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (_, after) = piece.split_once("</ds:DigestValue>").expect("the end of a digest");
        empty.push_str("<ds:DigestValue></ds:DigestValue>");
        empty.push_str(after);
    }
    let (tag, rest) = rest.split_once("\">").expect("the tag of ds:SignatureValue");
    let (_, rest) = rest.split_once("</ds:SignatureValue>").expect("its end");
    empty.push_str(&format!("</ds:SignedInfo>{tag}\"></ds:SignatureValue>{rest}"));
    let p12 = issued().p12("1234", Protection::Pbes2).expect("a .p12");
    let mut keys = KeysManager::new();
    keys.add_key(load_pkcs12(&p12, "1234").expect("a key"));
    sign(&DsigContext::new_permissive(keys), &empty).unwrap_or_else(|error| panic!("{error}\n{empty}"))
}

fn form() -> String {
    signed(&replace(&document(Kind::Factura), "<Emisor>", "<!-- c --><Emisor>"), &SignOptions::default())
}

#[test]
fn every_combination_of_transforms_is_understood() {
    let combinations = [
        [ENVELOPED, C14N].concat(),
        [ENVELOPED, C14N_COMMENTS].concat(),
        [ENVELOPED, EXCLUSIVE].concat(),
        [ENVELOPED, EXCLUSIVE_LIST].concat(),
        [XPATH, C14N].concat(),
        [XPATH, EXCLUSIVE].concat(),
        [ENVELOPED, XPATH, EXCLUSIVE].concat(),
        XPATH.to_owned(),
        ENVELOPED.to_owned(),
    ];
    for transforms in combinations {
        let signed = sign_by_another(&replace(&form(), ENVELOPED, &transforms));
        let verification = verify(signed.as_bytes());
        assert!(verification.valid(), "{transforms}\n{}\n{signed}", explain(&verification));
    }
}

#[test]
fn signed_info_may_be_canonicalised_either_way() {
    let method = "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>";
    // With comments in ds:SignedInfo the other program is no judge: it drops them always, xmlsec1 and we only where the
    // method says so (Canonical XML 1.0, section 2.1).
    for other in [
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><!-- dropped -->",
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>",
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments\"/>",
    ] {
        let signed = sign_by_another(&replace(&form(), method, other));
        let verification = verify(signed.as_bytes());
        assert!(verification.valid(), "{other}\n{}\n{signed}", explain(&verification));
    }
}

/// What three programs in production write (July to September 2026), and the unsigned properties of XAdES-XL.
#[test]
fn what_production_adds_is_accepted() {
    let form = replace(&form(), "</xades:MimeType>", "</xades:MimeType><xades:Encoding>UTF-8</xades:Encoding>");
    let form = replace(&form, "</xades:Identifier>", "</xades:Identifier><xades:Description/>");
    let role = "<xades:SignerRole><xades:ClaimedRoles><xades:ClaimedRole>emisor</xades:ClaimedRole></xades:ClaimedRoles>\
                </xades:SignerRole></xades:SignedSignatureProperties>";
    let form = replace(&form, "</xades:SignedSignatureProperties>", role);
    let unsigned = "</xades:SignedProperties><xades:UnsignedProperties><xades:UnsignedSignatureProperties>\
                    <xades:SignatureTimeStamp/><xades:CompleteCertificateRefs/><xades:RevocationValues/>\
                    </xades:UnsignedSignatureProperties></xades:UnsignedProperties>";
    let form = replace(&form, "</xades:SignedProperties>", unsigned);
    let form = replace(&form, "</ds:X509Data>", "</ds:X509Data><ds:KeyValue><ds:RSAKeyValue/></ds:KeyValue>");
    let verification = verify(sign_by_another(&form).as_bytes());
    assert!(verification.valid(), "{}", explain(&verification));
}

/// The elements from one mark to the end of another, taken out.
fn without(form: &str, from: &str, to: &str) -> String {
    let (before, rest) = form.split_once(from).expect("the beginning");
    format!("{before}{}", rest.split_once(to).expect("the end").1)
}

/// XAdES lets SigningTime be left out, and Hacienda accepted a document of 2026 without it: it is valid, with a note, and
/// its certificate is held against the day of issue.
#[test]
fn a_signature_that_does_not_say_when_is_held_against_the_day_of_issue() {
    let without_time = |issued: &str| {
        let form = replace(&form(), "<Emisor>", &format!("<FechaEmision>{issued}</FechaEmision><Emisor>"));
        verify(sign_by_another(&without(&form, "<xades:SigningTime>", "</xades:SigningTime>")).as_bytes())
    };
    let verification = without_time("2026-11-20T09:15:00-06:00");
    let sentences = explain(&verification);
    assert!(verification.valid() && verification.signed_at.is_none(), "{sentences}");
    assert!(sentences.contains("does not say when it was made; the document is of 2026-11-20 09:15"), "{sentences}");
    let before = without_time("2019-11-20T09:15:00-06:00");
    assert_eq!(before.failure().map(|part| part.name), Some("dates"), "{}", explain(&before));
    let answer = form().replace("FacturaElectronica", "MensajeHacienda");
    let answer = verify(sign_by_another(&without(&answer, "<xades:SigningTime>", "</xades:SigningTime>")).as_bytes());
    assert!(answer.valid(), "{}", explain(&answer));
}

/// The classic mistakes of signing programs are told by name.
#[test]
fn a_digest_that_was_made_otherwise_is_explained() {
    let swap = |form: &str, from: &str, to: &str| {
        let signed = sign_by_another(&replace(form, from, to));
        explain(&verify(replace(&signed, to, from).as_bytes()))
    };
    let exclusive = format!("{ENVELOPED}{EXCLUSIVE}");
    let sentences = swap(&form(), ENVELOPED, &exclusive);
    assert!(
        sentences.contains("made with exclusive canonicalisation, but the signature declares the inclusive"),
        "{sentences}"
    );
}
