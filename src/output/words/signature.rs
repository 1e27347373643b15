//! What the verification of a signature found, part by part. `Display` is the English, for the log and for errors that end a
//! run.

use std::fmt;

use super::say;
use super::values::moment;
use crate::cause::{ReferenceFault, SignatureCheck, SignatureFault, SignerFault, StructureFault};
use crate::language::Language;
use crate::signature::Found;

/// What the check of a signature found.
pub(super) fn signature_check(check: &SignatureCheck, language: Language) -> String {
    match check {
        SignatureCheck::Valid => say!(language, "valid", "válida"),
        SignatureCheck::None => say!(language, "none", "ninguna"),
        SignatureCheck::Fails { part, fault } => format!("{part}: {}", signature_fault(fault, language)),
        SignatureCheck::OtherSigner { identification, name } => {
            let whose = match (name, identification) {
                (Some(name), Some(identification)) => format!("{name} ({identification})"),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => say!(language, "nobody who is named", "nadie que se nombre"),
            };
            say!(
                language,
                "valid, but the seal is that of {whose}, not Hacienda's",
                "válida, pero el sello es de {whose}, no de Hacienda"
            )
        }
        SignatureCheck::Words(words) => words.clone(),
    }
}

/// How a part is that is as it must be.
pub(super) fn found(found: &Found, language: Language) -> String {
    match found {
        Found::Enveloped { xades, others } => enveloped(*xades, *others, language),
        Found::SignatureValue(bits) => say!(
            language,
            "made with the key of the certificate, RSA {bits} bits",
            "hecha con la llave del certificado, RSA de {bits} bits"
        ),
        Found::Unchanged(root) => {
            say!(language, "{root} is as it was when it was signed", "{root} está como cuando se firmó")
        }
        Found::KeyInfo => say!(language, "as it was when it was signed", "como cuando se firmó"),
        Found::KeyInfoNotCovered => say!(
            language,
            "holds the certificate; not covered itself, as in the official example",
            "contiene el certificado; no lo cubre la firma, como en el ejemplo oficial"
        ),
        Found::SignedProperties => say!(language, "as they were when they were signed", "como cuando se firmaron"),
        Found::NamedCertificate { weakly: false } => {
            say!(language, "the signature names this certificate", "la firma nombra este certificado")
        }
        Found::NamedCertificate { weakly: true } => say!(
            language,
            "the signature names this certificate (by SHA-1, which is weak but usual in Hacienda's answers)",
            "la firma nombra este certificado (con SHA-1, débil pero usual en las respuestas de Hacienda)"
        ),
        Found::NoPolicy => say!(
            language,
            "none, as usual in Hacienda's answers",
            "ninguna, como es usual en las respuestas de Hacienda"
        ),
        Found::OtherPolicy(identifier) => {
            say!(language, "another than the official one: {identifier}", "otra que no es la oficial: {identifier}")
        }
        Found::OfficialPolicy { right_digest: true } => {
            say!(language, "the official one of v4.4", "la oficial de v4.4")
        }
        Found::OfficialPolicy { right_digest: false } => say!(
            language,
            "the official one of v4.4, with a digest that is not that of its document",
            "la oficial de v4.4, con un resumen que no es el de su documento"
        ),
        Found::Dates { signed, from, until } => {
            let [signed, from, until] = [signed, from, until].map(|at| moment(*at, language));
            say!(
                language,
                "signed {signed}, certificate valid from {from} to {until}",
                "firmado el {signed}; certificado válido del {from} al {until}"
            )
        }
        Found::DatesOfIssue { issued, from, until } => {
            let [from, until] = [from, until].map(|at| moment(*at, language));
            let issued = issued
                .map(|at| moment(at, language))
                .map(|at| say!(language, "the document is of {at}, ", "el documento es del {at}, "));
            let issued = issued.unwrap_or_default();
            say!(
                language,
                "the signature does not say when it was made; {issued}certificate valid from {from} to {until}",
                "la firma no dice cuándo se hizo; {issued}certificado válido del {from} al {until}"
            )
        }
        Found::CoSignature(signer) => say!(language, "also signed by {signer}", "firmado también por {signer}"),
    }
}

fn enveloped(xades: bool, others: usize, language: Language) -> String {
    let kind = if xades { "XAdES".to_owned() } else { say!(language, "plain XML", "XML simple") };
    let more = match others {
        0 => String::new(),
        1 => say!(language, ", and 1 more signature", ", y 1 firma más"),
        _ => say!(language, ", and {others} more signatures", ", y {others} firmas más"),
    };
    say!(
        language,
        "one enveloped {kind} signature, as a child of the root{more}",
        "una firma {kind} incluida (enveloped), hija de la raíz{more}"
    )
}

/// Why a part does not hold.
pub(super) fn signature_fault(fault: &SignatureFault, language: Language) -> String {
    match fault {
        SignatureFault::NotXml { detail } => {
            say!(language, "the document is not acceptable XML: {detail}", "el documento no es XML admisible: {detail}")
        }
        SignatureFault::NotCanonical { detail } => detail.clone(),
        SignatureFault::Misplaced => say!(
            language,
            "a ds:Signature stands inside the body; it belongs into the root: the document may be forged",
            "hay una ds:Signature dentro del cuerpo; su lugar es la raíz: el documento puede ser falso"
        ),
        SignatureFault::Unsigned => say!(language, "the document carries no signature", "el documento no trae firma"),
        SignatureFault::TooMany { count, allowed } => say!(
            language,
            "the document carries {count} signatures; {allowed} are allowed",
            "el documento trae {count} firmas; se permiten {allowed}"
        ),
        SignatureFault::CoSignature { place, part, fault } => {
            let part = part.as_ref().map(|part| format!("{part}: ")).unwrap_or_default();
            let fault = signature_fault(fault, language);
            say!(language, "signature {place}: {part}{fault}", "firma {place}: {part}{fault}")
        }
        SignatureFault::WholeNotCovered => say!(
            language,
            "no reference covers the whole document: what it says is not signed",
            "ninguna referencia cubre el documento entero: lo que dice no está firmado"
        ),
        SignatureFault::DocumentNotCovered => {
            say!(language, "no reference covers the document", "ninguna referencia cubre el documento")
        }
        SignatureFault::Algorithm { name } => say!(
            language,
            "the algorithm `{name}` is not accepted; annex 2 takes RSA with SHA-256 or SHA-512",
            "no se admite el algoritmo `{name}`; el anexo 2 admite RSA con SHA-256 o SHA-512"
        ),
        SignatureFault::WeakKey { bits } => say!(
            language,
            "the key of the certificate is RSA {bits}, with which nothing is proved; annex 2 takes 2048 and 4096",
            "la llave del certificado es RSA de {bits} bits, que no prueba nada; el anexo 2 admite 2048 y 4096"
        ),
        SignatureFault::SignedInfoChanged => say!(
            language,
            "ds:SignedInfo was changed after it was signed, or another key signed it than that of the certificate",
            "ds:SignedInfo se cambió después de firmarse, o lo firmó otra llave que no es la del certificado"
        ),
        SignatureFault::NotXades => say!(
            language,
            "there are no xades:SignedProperties; Hacienda takes XAdES signatures only",
            "no hay xades:SignedProperties; Hacienda solo admite firmas XAdES"
        ),
        SignatureFault::PropertiesNotCovered => say!(
            language,
            "no reference covers xades:SignedProperties",
            "ninguna referencia cubre xades:SignedProperties"
        ),
        SignatureFault::NoPolicy => say!(
            language,
            "the signature names no policy; Hacienda refuses that (`no tiene el Policy Id`)",
            "la firma no nombra ninguna política; Hacienda lo rechaza (`no tiene el Policy Id`)"
        ),
        SignatureFault::NotATime { text } => say!(
            language,
            "xades:SigningTime `{text}` is not a date and time",
            "xades:SigningTime `{text}` no es una fecha y hora"
        ),
        SignatureFault::Dates { at, by_signature, from, until } => {
            let what = if *by_signature {
                say!(language, "signed", "firmado el")
            } else {
                say!(language, "issued", "emitido el")
            };
            let [at, from, until] = [at, from, until].map(|at| moment(*at, language));
            say!(
                language,
                "{what} {at}, but the certificate is valid from {from} to {until}: expired, or a wrong clock",
                "{what} {at}, pero el certificado es válido del {from} al {until}: venció, o el reloj está mal"
            )
        }
        SignatureFault::Structure(fault) => structure(fault, language),
        SignatureFault::Reference(fault) => reference(fault, language),
        SignatureFault::Signer(fault) => signer(fault, language),
    }
}

fn structure(fault: &StructureFault, language: Language) -> String {
    match fault {
        StructureFault::IdTwice { id } => say!(
            language,
            "the Id `{id}` stands on more than one element: the document may have been forged",
            "el Id `{id}` está en más de un elemento: el documento puede ser falso"
        ),
        StructureFault::ReferenceCount { count, allowed } => say!(
            language,
            "a signature has 1 to {allowed} references; this one has {count}",
            "una firma tiene de 1 a {allowed} referencias; esta tiene {count}"
        ),
        StructureFault::NoAlgorithm { element } => {
            say!(language, "ds:{element} names no Algorithm", "ds:{element} no nombra un Algorithm")
        }
        StructureFault::NoElement { parent, name } => {
            say!(language, "ds:{parent} has no ds:{name}", "ds:{parent} no tiene ds:{name}")
        }
        StructureFault::SeveralElements { parent, name, count } => say!(
            language,
            "ds:{parent} has {count} ds:{name}; one is allowed",
            "ds:{parent} tiene {count} ds:{name}; se permite uno"
        ),
        StructureFault::SeveralQualifyingProperties => say!(
            language,
            "the signature has more than one xades:QualifyingProperties",
            "la firma tiene más de un xades:QualifyingProperties"
        ),
        StructureFault::SeveralSignedProperties => say!(
            language,
            "the signature has more than one xades:SignedProperties",
            "la firma tiene más de un xades:SignedProperties"
        ),
        StructureFault::OtherTarget { target } => say!(
            language,
            "xades:QualifyingProperties has the Target `{target}`, not the Id of its signature",
            "xades:QualifyingProperties tiene el Target `{target}`, que no es el Id de su firma"
        ),
        StructureFault::ElementsInValue { element } => say!(
            language,
            "{element} holds elements where only a value may be",
            "{element} contiene elementos donde solo puede haber un valor"
        ),
        StructureFault::NotBase64 { element } => say!(language, "{element} is not Base64", "{element} no es Base64"),
    }
}

fn reference(fault: &ReferenceFault, language: Language) -> String {
    match fault {
        ReferenceFault::DigestAlgorithm { name } => say!(
            language,
            "the digest `{name}` is not accepted; annex 2 takes SHA-256 and SHA-512",
            "no se admite el resumen `{name}`; el anexo 2 admite SHA-256 y SHA-512"
        ),
        ReferenceFault::OtherCanonicalization { made_exclusive: true } => say!(
            language,
            "the digest was made with exclusive canonicalisation, but the signature declares the inclusive one",
            "el resumen se hizo con canonicalización exclusiva, pero la firma declara la inclusiva"
        ),
        ReferenceFault::OtherCanonicalization { made_exclusive: false } => say!(
            language,
            "the digest was made with inclusive canonicalisation, but the signature declares the exclusive one",
            "el resumen se hizo con canonicalización inclusiva, pero la firma declara la exclusiva"
        ),
        ReferenceFault::SignatureAddedLater => say!(
            language,
            "another signature was added later, and `enveloped-signature` leaves out only its own",
            "después se agregó otra firma, y `enveloped-signature` solo deja fuera la propia"
        ),
        ReferenceFault::DocumentChanged => say!(
            language,
            "the document was changed after it was signed: edited, re-indented or re-encoded; ask for the very file that \
             was sent, or sign the original again",
            "el documento se cambió después de firmarse: editado, reacomodado o recodificado; pida el mismo archivo que se \
             envió, o firme de nuevo el original"
        ),
        ReferenceFault::WithoutNamespaces => say!(
            language,
            "the digest was made without the namespaces of the root, which inclusive canonicalisation adds",
            "el resumen se hizo sin los espacios de nombres de la raíz, que la canonicalización inclusiva agrega"
        ),
        ReferenceFault::PartChanged => {
            say!(language, "this part was changed after it was signed", "esta parte se cambió después de firmarse")
        }
        ReferenceFault::NoUri => say!(language, "a reference has no URI", "una referencia no tiene URI"),
        ReferenceFault::Outside { uri } => say!(
            language,
            "the reference `{uri}` points outside the document",
            "la referencia `{uri}` apunta fuera del documento"
        ),
        ReferenceFault::Dangling { uri } => {
            say!(language, "the reference `{uri}` points at nothing", "la referencia `{uri}` no apunta a nada")
        }
        ReferenceFault::Partial { uri } => say!(
            language,
            "the reference `{uri}` covers a part of the document instead of the whole: it may have been moved",
            "la referencia `{uri}` cubre una parte del documento y no todo: pudo haberse movido"
        ),
        ReferenceFault::LateTransform { name } => say!(
            language,
            "the transform `{name}` comes after the canonicalisation, where none is accepted",
            "la transformación `{name}` viene después de la canonicalización, donde no se admite ninguna"
        ),
        ReferenceFault::PartTransform { name } => say!(
            language,
            "the transform `{name}` is accepted for the whole document only",
            "la transformación `{name}` solo se admite para el documento entero"
        ),
        ReferenceFault::OtherFilter { filter, accepted } => say!(
            language,
            "the XPath filter `{filter}` is not `{accepted}`",
            "el filtro XPath `{filter}` no es `{accepted}`"
        ),
        ReferenceFault::UnknownTransform { name } => say!(
            language,
            "`{name}` is no canonicalisation or transform that is accepted here",
            "`{name}` no es una canonicalización ni una transformación que aquí se admita"
        ),
    }
}

fn signer(fault: &SignerFault, language: Language) -> String {
    match fault {
        SignerFault::NoKeyInfo => say!(
            language,
            "the signature has no ds:KeyInfo, so no certificate",
            "la firma no tiene ds:KeyInfo, y por tanto ningún certificado"
        ),
        SignerFault::NoCertificate => {
            say!(language, "ds:KeyInfo holds no X509Certificate", "ds:KeyInfo no contiene ningún X509Certificate")
        }
        SignerFault::Unreadable { detail } => {
            say!(language, "the certificate cannot be read ({detail})", "no se puede leer el certificado ({detail})")
        }
        SignerFault::NotRsa => say!(
            language,
            "the certificate's key is not RSA; Hacienda takes RSA 2048 and 4096 only",
            "la llave del certificado no es RSA; Hacienda solo admite RSA 2048 y 4096"
        ),
        SignerFault::NegativeSerial => say!(
            language,
            "the certificate's serial number is negative; no authority issues such",
            "el número de serie del certificado es negativo; ninguna autoridad los emite así"
        ),
        SignerFault::NotNamed => say!(
            language,
            "the signature does not name its certificate (xades:SigningCertificate)",
            "la firma no nombra su certificado (xades:SigningCertificate)"
        ),
        SignerFault::NoDigest => {
            say!(language, "xades:Cert has no xades:CertDigest", "xades:Cert no tiene xades:CertDigest")
        }
        SignerFault::DigestAlgorithm { name } => say!(
            language,
            "the digest `{name}` is not accepted for a certificate",
            "no se admite el resumen `{name}` para un certificado"
        ),
        SignerFault::OtherCertificate => say!(
            language,
            "the certificate in ds:KeyInfo is not the one that the signature names",
            "el certificado de ds:KeyInfo no es el que nombra la firma"
        ),
        SignerFault::OtherSerial { named, actual } => say!(
            language,
            "the signature names the certificate with serial {named}; the one in it has {actual}",
            "la firma nombra el certificado de serie {named}; el que trae tiene {actual}"
        ),
        SignerFault::OtherKeyValue => say!(
            language,
            "ds:KeyValue is another key than that of the certificate",
            "ds:KeyValue es otra llave que la del certificado"
        ),
    }
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signature_fault(self, Language::English))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&found(self, Language::English))
    }
}
