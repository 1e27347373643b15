//! Verify a signature: ours, a supplier's, Hacienda's.
//!
//! Nothing is trusted that the signature does not cover, and nothing is evaluated that a stranger wrote: transforms are
//! recognised, not run. The certificate's chain is not followed (no trust anchors are at hand); who signed is told.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::canonical::{self, Omit};
use super::markup::{Markup, not_base64};
use super::moment::{self, signing_time};
use super::names::{DS, SHA1, XADES};
use super::reference::{self, Reference, Target};
use super::report::{Found, Verification};
use super::signer::{self, Signer, certificate_digest_of, named_certificate, signing_certificate};
use super::survey::Survey;
use super::tree::Node;
use super::{Certificate, Digest, POLICY_DIGEST, POLICY_IDENTIFIER, digest};
use crate::cause::{SignatureFault, SignerFault, StructureFault};

/// More signatures than this no schema of Hacienda allows in a document.
const MOST_SIGNATURES: usize = 5;

/// Verifies the signatures of a document. Never fails: the parts say what is wrong.
pub fn verify(xml: &[u8]) -> Verification {
    verify_with(xml, None)
}

/// Verifies. A certificate that was parsed before and is found in the signature byte for byte is not parsed again.
pub(super) fn verify_with(xml: &[u8], known: Option<&Arc<Certificate>>) -> Verification {
    let mut verification = Verification::default();
    if let Err(fault) = verify_document(xml, known, &mut verification) {
        verification.add("structure", Err(fault));
    }
    verification
}

fn verify_document(
    xml: &[u8],
    known: Option<&Arc<Certificate>>,
    verification: &mut Verification,
) -> Result<(), SignatureFault> {
    let survey = Survey::of(xml).map_err(|error| SignatureFault::NotXml { detail: error.to_string() })?;
    check_places(&survey)?;
    let signatures = &survey.signatures;
    let issuer = Check::of(&signatures[0], &survey, known)?;
    let xades = issuer.markup.signed_properties.is_some();
    verification.add("structure", Ok(Found::Enveloped { xades, others: signatures.len() - 1 }));
    issuer.report(verification);
    for (place, node) in signatures.iter().enumerate().skip(1) {
        verification.add("co_signature", co_signature(node, &survey, place + 1));
    }
    Ok(())
}

fn check_places(survey: &Survey) -> Result<(), SignatureFault> {
    if survey.misplaced_signature.is_some() {
        return Err(SignatureFault::Misplaced);
    }
    match survey.signatures.len() {
        0 => Err(SignatureFault::Unsigned),
        1..=MOST_SIGNATURES => Ok(()),
        count => Err(SignatureFault::TooMany { count, allowed: MOST_SIGNATURES }),
    }
}

/// A further signature: of the receiver or of an endorser. One sentence says how it stands.
fn co_signature(node: &Node, survey: &Survey, place: usize) -> Result<Found, SignatureFault> {
    let fails = |part: Option<&str>, fault| SignatureFault::CoSignature {
        place,
        part: part.map(str::to_owned),
        fault: Box::new(fault),
    };
    let mut own = Verification::default();
    Check::of(node, survey, None).map_err(|fault| fails(None, fault))?.report(&mut own);
    // Who adds a signature later names no policy of Hacienda's, and need not.
    for part in own.parts.into_iter().filter(|part| part.name != "policy") {
        part.found.map_err(|fault| fails(Some(part.name), fault))?;
    }
    Ok(Found::CoSignature(own.signer.unwrap_or_default()))
}

/// One signature under examination.
struct Check<'n, 'a> {
    survey: &'n Survey<'a>,
    markup: Markup<'n, 'a>,
    references: Vec<Reference<'n, 'a>>,
    certificate: Result<Signer, SignatureFault>,
    signed_at: Result<Option<DateTime<FixedOffset>>, SignatureFault>,
}

impl<'n, 'a> Check<'n, 'a> {
    /// Understands a signature, or says why its structure is refused.
    fn of(
        node: &'n Node<'a>,
        survey: &'n Survey<'a>,
        known: Option<&Arc<Certificate>>,
    ) -> Result<Self, SignatureFault> {
        let markup = Markup::of(node)?;
        check_own_ids(&markup, survey)?;
        let references = markup.references.iter().map(|reference| Reference::of(reference, &markup, survey));
        let references = references.collect::<Result<Vec<_>, _>>()?;
        if !references.iter().any(|reference| matches!(reference.target, Target::Document | Target::Root)) {
            return Err(SignatureFault::WholeNotCovered);
        }
        let signed_at = signing_time(&markup);
        let certificate = signing_certificate(&markup, known);
        Ok(Self { survey, markup, references, certificate, signed_at })
    }

    fn certificate(&self) -> Result<&Arc<Certificate>, SignatureFault> {
        self.certificate.as_ref().map(|signer| &signer.certificate).map_err(Clone::clone)
    }

    fn report(&self, verification: &mut Verification) {
        if let Ok(certificate) = self.certificate() {
            verification.signer = Some(certificate.common_name.clone().unwrap_or_else(|| certificate.subject.clone()));
            verification.signer_identification = certificate.holder();
            verification.certificate = Some(Arc::clone(certificate));
        }
        verification.signed_at = self.signed_at.as_ref().ok().copied().flatten();
        verification.policy = self.policy_identifier();
        verification.add("signature_value", self.signature_value());
        verification.add("document", self.document());
        verification.add("key_info", self.key_info());
        verification.add("signed_properties", self.signed_properties());
        verification.add("certificate_digest", self.certificate_digest());
        verification.add("policy", self.policy());
        verification.add("dates", self.dates());
    }

    /// `ds:SignatureValue` over the canonical `ds:SignedInfo` (XML Signature, section 3.2.2).
    fn signature_value(&self) -> Result<Found, SignatureFault> {
        let certificate = self.certificate()?;
        let name = &self.markup.signature_method;
        let digest = Digest::of_signature_uri(name).ok_or_else(|| SignatureFault::Algorithm { name: name.clone() })?;
        if !certificate.has_usable_key() {
            return Err(SignatureFault::WeakKey { bits: certificate.key_bits });
        }
        let value = digest::from_base64(self.markup.value).ok_or_else(|| not_base64("ds:SignatureValue"))?;
        let method = reference::read_method(self.markup.canonicalization)?;
        let node = self.markup.signed_info;
        let mut signed = Vec::with_capacity(node.span.len() + 512);
        canonical::element(
            &self.survey.text()[..node.span.end],
            node.span.start,
            self.markup.context(),
            &method,
            Omit::Nothing,
            &mut signed,
        )
        .map_err(|error| SignatureFault::NotCanonical { detail: error.to_string() })?;
        if certificate.verifies(&signed, &value, digest) {
            return Ok(Found::SignatureValue(certificate.key_bits));
        }
        Err(SignatureFault::SignedInfoChanged)
    }

    fn check_references(&self, wanted: fn(&Target) -> bool) -> Option<Result<(), SignatureFault>> {
        let mut of_target = self.references.iter().filter(|reference| wanted(&reference.target)).peekable();
        of_target.peek()?;
        Some(of_target.try_for_each(|reference| reference.check(self.survey)))
    }

    fn document(&self) -> Result<Found, SignatureFault> {
        let checked = self.check_references(|target| matches!(target, Target::Document | Target::Root));
        checked.unwrap_or(Err(SignatureFault::DocumentNotCovered))?;
        Ok(Found::Unchanged(self.survey.outline.root_name.to_owned()))
    }

    /// The certificate is there, every `ds:KeyValue` beside it says the same, and its reference, if there is one, is right.
    fn key_info(&self) -> Result<Found, SignatureFault> {
        let certificate = self.certificate()?;
        let mut values = self.markup.key_info.into_iter().flat_map(|info| info.all(DS, "KeyValue"));
        values.try_for_each(|value| signer::check_key_value(value, certificate))?;
        match self.check_references(|target| matches!(target, Target::KeyInfo(_))) {
            Some(checked) => checked.map(|()| Found::KeyInfo),
            None => Ok(Found::KeyInfoNotCovered),
        }
    }

    /// The properties are covered by a reference; without that their date, policy and certificate mean nothing.
    fn signed_properties(&self) -> Result<Found, SignatureFault> {
        self.markup.target.clone()?;
        if self.markup.signed_properties.is_none() {
            return Err(SignatureFault::NotXades);
        }
        let checked = self.check_references(|target| matches!(target, Target::SignedProperties(_)));
        checked.unwrap_or(Err(SignatureFault::PropertiesNotCovered))?;
        self.check_references(|target| matches!(target, Target::Object(_))).unwrap_or(Ok(()))?;
        Ok(Found::SignedProperties)
    }

    /// `xades:SigningCertificate` names the certificate in use (XAdES, section 7.2.2).
    fn certificate_digest(&self) -> Result<Found, SignatureFault> {
        let Signer { certificate, is_named } = self.certificate.as_ref().map_err(Clone::clone)?;
        let named = self.markup.signature_properties().and_then(named_certificate);
        let named = named.ok_or(SignerFault::NotNamed)?;
        let (algorithm, _) = certificate_digest_of(named)?;
        if !digest::is_of_certificates(&algorithm) {
            return Err(SignerFault::DigestAlgorithm { name: algorithm }.into());
        }
        if !is_named {
            return Err(SignerFault::OtherCertificate.into());
        }
        let serial = named.path(XADES, &["IssuerSerial"]).and_then(|issuer| issuer.only(DS, "X509SerialNumber"));
        let serial = serial.map(Node::value).transpose()?;
        if let Some(named) = serial.filter(|serial| *serial != certificate.serial) {
            let (named, actual) = (named.to_owned(), certificate.serial.clone());
            return Err(SignerFault::OtherSerial { named, actual }.into());
        }
        Ok(Found::NamedCertificate { weakly: algorithm == SHA1 })
    }

    fn policy_node(&self) -> Option<&'n Node<'a>> {
        self.markup.signature_properties()?.path(XADES, &["SignaturePolicyIdentifier", "SignaturePolicyId"])
    }

    fn policy_identifier(&self) -> Option<String> {
        let identifier = self.policy_node()?.path(XADES, &["SigPolicyId", "Identifier"])?;
        Some(identifier.text().trim().to_owned())
    }

    /// Which policy is named. Hacienda does not compare it (observed in production, July to September 2026), but refuses
    /// a comprobante without one; its own answers name none.
    fn policy(&self) -> Result<Found, SignatureFault> {
        match self.policy_identifier() {
            None if self.survey.outline.root_name == "MensajeHacienda" => Ok(Found::NoPolicy),
            None => Err(SignatureFault::NoPolicy),
            Some(identifier) if identifier != POLICY_IDENTIFIER => Ok(Found::OtherPolicy(identifier)),
            Some(_) => {
                let hash = self.policy_node().and_then(|policy| policy.only(XADES, "SigPolicyHash"));
                let value = hash.and_then(|hash| hash.only(DS, "DigestValue")).map(|value| value.text().trim());
                Ok(Found::OfficialPolicy { right_digest: value == Some(POLICY_DIGEST) })
            }
        }
    }

    /// The certificate was valid when it signed. Revocation is not looked up.
    fn dates(&self) -> Result<Found, SignatureFault> {
        let certificate = self.certificate()?;
        moment::check(self.signed_at.clone()?, self.survey, certificate)
    }
}

/// The Ids of the signature and of its parts stand on one element each, whatever the spelling of the attribute.
fn check_own_ids(markup: &Markup, survey: &Survey) -> Result<(), SignatureFault> {
    let (inside, outside): (Vec<_>, Vec<_>) =
        survey.ids.iter().partition(|id| markup.signature.span.contains(&id.element));
    let mut own = HashSet::with_capacity(inside.len());
    let twice = inside.into_iter().find(|id| !own.insert(id.value.as_str()));
    match twice.or_else(|| outside.into_iter().find(|id| own.contains(id.value.as_str()))) {
        None => Ok(()),
        Some(id) => Err(StructureFault::IdTwice { id: id.value.to_string() }.into()),
    }
}
