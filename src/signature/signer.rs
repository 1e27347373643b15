//! Whose key a signature says it was made with: the certificate in it, and what stands beside the certificate.

use std::sync::Arc;

use super::markup::{Markup, algorithm, not_base64, required};
use super::names::{DS, XADES};
use super::tree::Node;
use super::{Certificate, digest};
use crate::cause::{SignatureFault, SignerFault};

/// Who signed, by the signature's own words.
pub(super) struct Signer {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// Its digest is the one that the properties name.
    pub is_named: bool,
}

/// The certificate of the signature: the one it names among those in `ds:X509Data`, or else the first.
pub(super) fn signing_certificate(markup: &Markup, known: Option<&Arc<Certificate>>) -> Result<Signer, SignatureFault> {
    let key_info = markup.key_info.ok_or(SignerFault::NoKeyInfo)?;
    let nodes = key_info.all(DS, "X509Data").flat_map(|data| data.all(DS, "X509Certificate"));
    let der = |node: &Node| digest::from_base64(node.value()?).ok_or_else(|| not_base64("ds:X509Certificate"));
    let ders = nodes.map(der).collect::<Result<Vec<_>, _>>()?;
    let wanted =
        markup.signature_properties().and_then(named_certificate).and_then(|named| certificate_digest_of(named).ok());
    let is_named = |der: &&Vec<u8>| match &wanted {
        Some((algorithm, expected)) => digest::of_certificate(algorithm, der).as_ref() == Some(expected),
        None => false,
    };
    let named = ders.iter().find(is_named);
    let der = named.or(ders.first()).ok_or(SignerFault::NoCertificate)?;
    let certificate = match known {
        Some(known) if known.der() == der => Arc::clone(known),
        _ => Arc::new(Certificate::from_der(der).map_err(SignerFault::from)?),
    };
    Ok(Signer { certificate, is_named: named.is_some() })
}

/// The certificate that the properties name, in the form of XAdES 1.3.2 or of EN 319 132.
pub(super) fn named_certificate<'n, 'a>(properties: &'n Node<'a>) -> Option<&'n Node<'a>> {
    let list =
        properties.only(XADES, "SigningCertificate").or_else(|| properties.only(XADES, "SigningCertificateV2"))?;
    // The first names the signer's certificate; further ones may name the rest of the chain.
    list.all(XADES, "Cert").next()
}

pub(super) fn certificate_digest_of(named: &Node) -> Result<(String, Vec<u8>), SignatureFault> {
    let digest = named.only(XADES, "CertDigest").ok_or(SignerFault::NoDigest)?;
    let expected = digest::from_base64(required(digest, "DigestValue")?.value()?)
        .ok_or_else(|| not_base64("its ds:DigestValue"))?;
    Ok((algorithm(required(digest, "DigestMethod")?)?, expected))
}

/// A `ds:KeyValue` is the key of the certificate, as far as it says anything: both numbers, since another exponent makes
/// another key of the same modulus.
pub(super) fn check_key_value(value: &Node, certificate: &Certificate) -> Result<(), SignatureFault> {
    let another = || SignatureFault::from(SignerFault::OtherKeyValue);
    let Some(key) = value.only(DS, "RSAKeyValue") else { return Err(another()) };
    for (name, expected) in [("Modulus", certificate.modulus()), ("Exponent", certificate.exponent())] {
        for number in key.all(DS, name) {
            let number = digest::from_base64(number.value()?).ok_or_else(|| not_base64(&format!("ds:{name}")))?;
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            if &number[zeros..] != expected {
                return Err(another());
            }
        }
    }
    Ok(())
}
