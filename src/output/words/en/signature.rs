//! What the verification of a signature found, part by part. `Display` is the same English, for the log and for errors that
//! end a run.

use std::fmt;

use crate::cause::{ReferenceFault, SignatureCheck, SignatureFault, SignerFault, StructureFault};
use crate::clock::costa_rica_text;
use crate::signature::Found;

/// What the check of a signature found.
pub(crate) fn signature_check(check: &SignatureCheck) -> String {
    match check {
        SignatureCheck::Valid => "valid".to_owned(),
        SignatureCheck::None => "none".to_owned(),
        SignatureCheck::Fails { part, fault } => format!("{part}: {}", signature_fault(fault)),
        SignatureCheck::OtherSigner { identification, name } => {
            let whose = match (name, identification) {
                (Some(name), Some(identification)) => format!("{name} ({identification})"),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => "nobody who is named".to_owned(),
            };
            format!("valid, but the seal is that of {whose}, not Hacienda's")
        }
        SignatureCheck::Words(words) => words.clone(),
    }
}

/// How a part is that is as it must be.
pub(crate) fn found(found: &Found) -> String {
    match found {
        Found::Enveloped { xades, others } => {
            let kind = if *xades { "XAdES" } else { "plain XML" };
            let more = if *others > 0 { format!(", and {others} more signatures") } else { String::new() };
            format!("one enveloped {kind} signature, as a child of the root{more}")
        }
        Found::SignatureValue(bits) => format!("made with the key of the certificate, RSA {bits} bits"),
        Found::Unchanged(root) => format!("{root} is as it was when it was signed"),
        Found::KeyInfo => "as it was when it was signed".to_owned(),
        Found::KeyInfoNotCovered => "holds the certificate; not covered itself, as in the official example".to_owned(),
        Found::SignedProperties => "as they were when they were signed".to_owned(),
        Found::NamedCertificate { weakly: false } => "the signature names this certificate".to_owned(),
        Found::NamedCertificate { weakly: true } => {
            "the signature names this certificate (by SHA-1, which is weak but usual in Hacienda's answers)".to_owned()
        }
        Found::NoPolicy => "none, as usual in Hacienda's answers".to_owned(),
        Found::OtherPolicy(identifier) => format!("another than the official one: {identifier}"),
        Found::OfficialPolicy { right_digest: true } => "the official one of v4.4".to_owned(),
        Found::OfficialPolicy { right_digest: false } => {
            "the official one of v4.4, with a digest that is not that of its document".to_owned()
        }
        Found::Dates { signed, from, until } => {
            let [signed, from, until] = [signed, from, until].map(|at| costa_rica_text(*at));
            format!("signed {signed}, certificate valid from {from} to {until}")
        }
        Found::DatesOfIssue { issued, from, until } => {
            let [from, until] = [from, until].map(|at| costa_rica_text(*at));
            let issued = issued.map(|at| format!("the document is of {}, ", costa_rica_text(at))).unwrap_or_default();
            format!("the signature does not say when it was made; {issued}certificate valid from {from} to {until}")
        }
        Found::CoSignature(signer) => format!("also signed by {signer}"),
    }
}

/// Why a part does not hold.
pub(crate) fn signature_fault(fault: &SignatureFault) -> String {
    match fault {
        SignatureFault::NotXml { detail } => format!("the document is not acceptable XML: {detail}"),
        SignatureFault::NotCanonical { detail } => detail.clone(),
        SignatureFault::Misplaced => {
            "a ds:Signature stands inside the body; it belongs into the root: the document may be forged".to_owned()
        }
        SignatureFault::Unsigned => "the document carries no signature".to_owned(),
        SignatureFault::TooMany { count, allowed } => {
            format!("the document carries {count} signatures; {allowed} are allowed")
        }
        SignatureFault::CoSignature { place, part, fault } => {
            let part = part.as_ref().map(|part| format!("{part}: ")).unwrap_or_default();
            format!("signature {place}: {part}{}", signature_fault(fault))
        }
        SignatureFault::WholeNotCovered => {
            "no reference covers the whole document: what it says is not signed".to_owned()
        }
        SignatureFault::DocumentNotCovered => "no reference covers the document".to_owned(),
        SignatureFault::Algorithm { name } => {
            format!("the algorithm `{name}` is not accepted; annex 2 takes RSA with SHA-256 or SHA-512")
        }
        SignatureFault::WeakKey { bits } => format!(
            "the key of the certificate is RSA {bits}, with which nothing is proved; annex 2 takes 2048 and 4096"
        ),
        SignatureFault::SignedInfoChanged => {
            "ds:SignedInfo was changed after it was signed, or another key signed it than that of the certificate"
                .to_owned()
        }
        SignatureFault::NotXades => {
            "there are no xades:SignedProperties; Hacienda takes XAdES signatures only".to_owned()
        }
        SignatureFault::PropertiesNotCovered => "no reference covers xades:SignedProperties".to_owned(),
        SignatureFault::NoPolicy => {
            "the signature names no policy; Hacienda refuses that (`no tiene el Policy Id`)".to_owned()
        }
        SignatureFault::NotATime { text } => format!("xades:SigningTime `{text}` is not a date and time"),
        SignatureFault::Dates { at, by_signature, from, until } => {
            let what = if *by_signature { "signed" } else { "issued" };
            let [at, from, until] = [at, from, until].map(|at| costa_rica_text(*at));
            format!("{what} {at}, but the certificate is valid from {from} to {until}: expired, or a wrong clock")
        }
        SignatureFault::Structure(fault) => structure(fault),
        SignatureFault::Reference(fault) => reference(fault),
        SignatureFault::Signer(fault) => signer(fault),
    }
}

fn structure(fault: &StructureFault) -> String {
    match fault {
        StructureFault::IdTwice { id } => {
            format!("the Id `{id}` stands on more than one element: the document may have been forged")
        }
        StructureFault::ReferenceCount { count, allowed } => {
            format!("a signature has 1 to {allowed} references; this one has {count}")
        }
        StructureFault::NoAlgorithm { element } => format!("ds:{element} names no Algorithm"),
        StructureFault::NoElement { parent, name } => format!("ds:{parent} has no ds:{name}"),
        StructureFault::SeveralElements { parent, name, count } => {
            format!("ds:{parent} has {count} ds:{name}; one is allowed")
        }
        StructureFault::SeveralQualifyingProperties => {
            "the signature has more than one xades:QualifyingProperties".to_owned()
        }
        StructureFault::SeveralSignedProperties => "the signature has more than one xades:SignedProperties".to_owned(),
        StructureFault::OtherTarget { target } => {
            format!("xades:QualifyingProperties has the Target `{target}`, not the Id of its signature")
        }
        StructureFault::ElementsInValue { element } => format!("{element} holds elements where only a value may be"),
        StructureFault::NotBase64 { element } => format!("{element} is not Base64"),
    }
}

fn reference(fault: &ReferenceFault) -> String {
    match fault {
        ReferenceFault::DigestAlgorithm { name } => {
            format!("the digest `{name}` is not accepted; annex 2 takes SHA-256 and SHA-512")
        }
        ReferenceFault::OtherCanonicalization { made_exclusive } => {
            let (made, declared) =
                if *made_exclusive { ("exclusive", "inclusive") } else { ("inclusive", "exclusive") };
            format!("the digest was made with {made} canonicalisation, but the signature declares the {declared} one")
        }
        ReferenceFault::SignatureAddedLater => {
            "another signature was added later, and `enveloped-signature` leaves out only its own".to_owned()
        }
        ReferenceFault::DocumentChanged => "the document was changed after it was signed: edited, re-indented or \
                                            re-encoded; ask for the very file that was sent, or sign the original again"
            .to_owned(),
        ReferenceFault::WithoutNamespaces => {
            "the digest was made without the namespaces of the root, which inclusive canonicalisation adds".to_owned()
        }
        ReferenceFault::PartChanged => "this part was changed after it was signed".to_owned(),
        ReferenceFault::NoUri => "a reference has no URI".to_owned(),
        ReferenceFault::Outside { uri } => format!("the reference `{uri}` points outside the document"),
        ReferenceFault::Dangling { uri } => format!("the reference `{uri}` points at nothing"),
        ReferenceFault::Partial { uri } => {
            format!("the reference `{uri}` covers a part of the document instead of the whole: it may have been moved")
        }
        ReferenceFault::LateTransform { name } => {
            format!("the transform `{name}` comes after the canonicalisation, where none is accepted")
        }
        ReferenceFault::PartTransform { name } => {
            format!("the transform `{name}` is accepted for the whole document only")
        }
        ReferenceFault::OtherFilter { filter, accepted } => format!("the XPath filter `{filter}` is not `{accepted}`"),
        ReferenceFault::UnknownTransform { name } => {
            format!("`{name}` is no canonicalisation or transform that is accepted here")
        }
    }
}

fn signer(fault: &SignerFault) -> String {
    match fault {
        SignerFault::NoKeyInfo => "the signature has no ds:KeyInfo, so no certificate".to_owned(),
        SignerFault::NoCertificate => "ds:KeyInfo holds no X509Certificate".to_owned(),
        SignerFault::Unreadable { detail } => format!("the certificate cannot be read ({detail})"),
        SignerFault::NotRsa => "the certificate's key is not RSA; Hacienda takes RSA 2048 and 4096 only".to_owned(),
        SignerFault::NegativeSerial => {
            "the certificate's serial number is negative; no authority issues such".to_owned()
        }
        SignerFault::NotNamed => "the signature does not name its certificate (xades:SigningCertificate)".to_owned(),
        SignerFault::NoDigest => "xades:Cert has no xades:CertDigest".to_owned(),
        SignerFault::DigestAlgorithm { name } => format!("the digest `{name}` is not accepted for a certificate"),
        SignerFault::OtherCertificate => {
            "the certificate in ds:KeyInfo is not the one that the signature names".to_owned()
        }
        SignerFault::OtherSerial { named, actual } => {
            format!("the signature names the certificate with serial {named}; the one in it has {actual}")
        }
        SignerFault::OtherKeyValue => "ds:KeyValue is another key than that of the certificate".to_owned(),
    }
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signature_fault(self))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&found(self))
    }
}
