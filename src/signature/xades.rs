//! A XAdES-EPES signature (ETSI TS 101 903 v1.3.2) for a comprobante, to stand in it as the last child of its root.
//!
//! One small function for each element, in the order of the schema. Each part is canonicalised where it will stand, with the
//! namespaces of the root in scope, since inclusive canonicalisation adds those.

use std::borrow::Cow;
use std::io::{self, Write};

use aws_lc_rs::rand;
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::Writer;
use quick_xml::events::BytesText;
use quick_xml::events::attributes::Attribute;
use quick_xml::name::QName;

use super::canonical::{self, Method, Omit};
use super::names::{
    C14N, DS, ENVELOPED, EXCLUSIVE_C14N, NOT_A_SIGNATURE, SHA256, SIGNED_PROPERTIES_TYPE, XADES, XPATH,
};
use super::{Credential, Digest, Profile, SignOptions, SignatureError, SignaturePolicy, digest};
use crate::clock;
use crate::xml::{Context, Outline};

type Xml = Writer<Vec<u8>>;

/// A signature of the document of this outline; it stands right before the end of the root.
pub(super) fn signature(
    outline: &Outline<'_>,
    credential: &Credential,
    options: &SignOptions,
    signing_time: DateTime<Utc>,
) -> Result<Vec<u8>, SignatureError> {
    Signing { outline, credential, options, ids: Ids::random()? }.signature(signing_time)
}

/// The Ids of one signature, unlike those of any other in the document.
struct Ids {
    signature: String,
    document: String,
    value: String,
    key_info: String,
    signed_properties: String,
}

impl Ids {
    fn random() -> Result<Self, SignatureError> {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes).map_err(|_| SignatureError::Provider("give random bytes"))?;
        let unique = format!("{:032x}", u128::from_be_bytes(bytes));
        // An Id is an NCName and cannot begin with a digit.
        Ok(Self {
            signature: format!("id-{unique}"),
            document: format!("r-id-{unique}"),
            value: format!("value-id-{unique}"),
            key_info: format!("KeyInfo-{unique}"),
            signed_properties: format!("xades-id-{unique}"),
        })
    }
}

impl Profile {
    fn canonicalization(self) -> &'static str {
        match self {
            Self::Widest => C14N,
            Self::Annex => EXCLUSIVE_C14N,
        }
    }

    fn method(self) -> Method {
        match self {
            Self::Widest => Method::inclusive(),
            Self::Annex => Method::exclusive(),
        }
    }

    fn mime_type(self) -> &'static str {
        match self {
            Self::Widest => "text/xml",
            Self::Annex => "application/octet-stream",
        }
    }
}

/// One signature in the making.
struct Signing<'s, 'a> {
    outline: &'s Outline<'a>,
    credential: &'s Credential,
    options: &'s SignOptions,
    ids: Ids,
}

impl Signing<'_, '_> {
    /// `ds:Signature` (XML Signature, section 4.2). The parts that are digested or signed are written first.
    fn signature(&self, signing_time: DateTime<Utc>) -> Result<Vec<u8>, SignatureError> {
        let key_info = written(|xml| self.key_info(xml))?;
        let signed_properties = written(|xml| self.signed_properties(xml, signing_time))?;
        let signed_info = self.signed_info(&key_info, &signed_properties)?;
        let signature_value = self.signature_value(&signed_info)?;
        let signature = written(|xml| {
            let element = xml.create_element("ds:Signature").with_attribute(plain("xmlns:ds", DS));
            element.with_attribute(plain("Id", &self.ids.signature)).write_inner_content(|xml| {
                xml.get_mut().write_all(signed_info.as_bytes())?;
                let element = xml.create_element("ds:SignatureValue").with_attribute(plain("Id", &self.ids.value));
                element.write_text_content(BytesText::from_escaped(&signature_value))?;
                xml.get_mut().write_all(key_info.as_bytes())?;
                self.object(xml, &signed_properties)
            })?;
            Ok(())
        })?;
        Ok(signature.into_bytes())
    }

    /// `ds:SignedInfo` (XML Signature, section 4.4): the references, each with its digest.
    fn signed_info(&self, key_info: &str, signed_properties: &str) -> Result<String, SignatureError> {
        let document = self.document_digest()?;
        let key_info = self.digest_of(key_info, &self.inside_signature())?;
        let signed_properties = self.digest_of(signed_properties, &self.inside_qualifying_properties())?;
        written(|xml| {
            xml.create_element("ds:SignedInfo").write_inner_content(|xml| {
                algorithm(xml, "ds:CanonicalizationMethod", self.options.profile.canonicalization())?;
                algorithm(xml, "ds:SignatureMethod", self.options.digest.signature_uri())?;
                self.document_reference(xml, &document)?;
                if self.options.profile == Profile::Widest {
                    self.key_info_reference(xml, &key_info)?;
                }
                self.signed_properties_reference(xml, &signed_properties)
            })?;
            Ok(())
        })
    }

    /// The reference to the document (annex 2). With XPath every signature is left out, so that later ones do not break
    /// this one; `enveloped-signature` leaves out its own, and every verifier knows it.
    fn document_reference(&self, xml: &mut Xml, digest: &str) -> io::Result<()> {
        let element = xml.create_element("ds:Reference").with_attribute(plain("Id", &self.ids.document));
        element.with_attribute(plain("URI", "")).write_inner_content(|xml| {
            xml.create_element("ds:Transforms").write_inner_content(|xml| match self.options.profile {
                Profile::Widest => algorithm(xml, "ds:Transform", ENVELOPED),
                Profile::Annex => {
                    let transform = xml.create_element("ds:Transform").with_attribute(plain("Algorithm", XPATH));
                    transform.write_inner_content(|xml| plain_text(xml, "ds:XPath", NOT_A_SIGNATURE))?;
                    algorithm(xml, "ds:Transform", EXCLUSIVE_C14N)
                }
            })?;
            digest_method_and_value(xml, self.options.digest, digest)
        })?;
        Ok(())
    }

    /// The reference to `ds:KeyInfo`, canonicalised as XML Signature does without a transform (section 4.4.3.2).
    fn key_info_reference(&self, xml: &mut Xml, digest: &str) -> io::Result<()> {
        let uri = format!("#{}", self.ids.key_info);
        let element = xml.create_element("ds:Reference").with_attribute(plain("URI", &uri));
        element.write_inner_content(|xml| digest_method_and_value(xml, self.options.digest, digest))?;
        Ok(())
    }

    /// The reference to the signed properties, known by its Type (XAdES, section 6.3.1).
    fn signed_properties_reference(&self, xml: &mut Xml, digest: &str) -> io::Result<()> {
        let uri = format!("#{}", self.ids.signed_properties);
        let element = xml.create_element("ds:Reference").with_attribute(plain("Type", SIGNED_PROPERTIES_TYPE));
        element.with_attribute(plain("URI", &uri)).write_inner_content(|xml| {
            if self.options.profile == Profile::Annex {
                let transforms = xml.create_element("ds:Transforms");
                transforms.write_inner_content(|xml| algorithm(xml, "ds:Transform", EXCLUSIVE_C14N))?;
            }
            digest_method_and_value(xml, self.options.digest, digest)
        })?;
        Ok(())
    }

    /// `ds:SignatureValue` (XML Signature, section 4.3).
    fn signature_value(&self, signed_info: &str) -> Result<String, SignatureError> {
        let mut canonical = Vec::with_capacity(signed_info.len() + 512);
        let method = self.options.profile.method();
        canonical::element(signed_info, 0, &self.inside_signature(), &method, Omit::Nothing, &mut canonical)?;
        Ok(digest::base64(&self.credential.sign(&canonical, self.options.digest)?))
    }

    /// `ds:KeyInfo` with the certificate alone (XML Signature, section 4.5). It has an Id only where it is referred to.
    fn key_info(&self, xml: &mut Xml) -> io::Result<()> {
        let mut element = xml.create_element("ds:KeyInfo");
        if self.options.profile == Profile::Widest {
            element = element.with_attribute(plain("Id", &self.ids.key_info));
        }
        element.write_inner_content(|xml| {
            let data = xml.create_element("ds:X509Data");
            let certificate = self.credential.certificate_base64();
            data.write_inner_content(|xml| plain_text(xml, "ds:X509Certificate", certificate))?;
            Ok(())
        })?;
        Ok(())
    }

    /// `ds:Object` with the qualifying properties of this signature (XAdES, section 6.2).
    fn object(&self, xml: &mut Xml, signed_properties: &str) -> io::Result<()> {
        let target = format!("#{}", self.ids.signature);
        xml.create_element("ds:Object").write_inner_content(|xml| {
            let element = xml.create_element("xades:QualifyingProperties").with_attribute(plain("xmlns:xades", XADES));
            element
                .with_attribute(plain("Target", &target))
                .write_inner_content(|xml| xml.get_mut().write_all(signed_properties.as_bytes()))?;
            Ok(())
        })?;
        Ok(())
    }

    /// `xades:SignedProperties` (XAdES, section 6.2.1); the children's order is the schema's.
    fn signed_properties(&self, xml: &mut Xml, signing_time: DateTime<Utc>) -> io::Result<()> {
        let id = plain("Id", &self.ids.signed_properties);
        xml.create_element("xades:SignedProperties").with_attribute(id).write_inner_content(|xml| {
            xml.create_element("xades:SignedSignatureProperties").write_inner_content(|xml| {
                plain_text(xml, "xades:SigningTime", &local_time(signing_time))?;
                self.signing_certificate(xml)?;
                signature_policy(xml, &self.options.policy)
            })?;
            let properties = xml.create_element("xades:SignedDataObjectProperties");
            properties.write_inner_content(|xml| self.data_object_format(xml))?;
            Ok(())
        })?;
        Ok(())
    }

    /// `xades:SigningCertificate` (XAdES, section 7.2.2): digest, issuer in RFC 2253 order, serial in decimal.
    fn signing_certificate(&self, xml: &mut Xml) -> io::Result<()> {
        let certificate = self.credential.certificate();
        xml.create_element("xades:SigningCertificate").write_inner_content(|xml| {
            xml.create_element("xades:Cert").write_inner_content(|xml| {
                xml.create_element("xades:CertDigest").write_inner_content(|xml| {
                    algorithm(xml, "ds:DigestMethod", SHA256)?;
                    plain_text(xml, "ds:DigestValue", self.credential.certificate_digest())
                })?;
                xml.create_element("xades:IssuerSerial").write_inner_content(|xml| {
                    text(xml, "ds:X509IssuerName", &certificate.issuer)?;
                    plain_text(xml, "ds:X509SerialNumber", &certificate.serial)
                })?;
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(())
    }

    /// `xades:DataObjectFormat` of the document (XAdES, section 7.2.5).
    fn data_object_format(&self, xml: &mut Xml) -> io::Result<()> {
        let reference = format!("#{}", self.ids.document);
        let element = xml.create_element("xades:DataObjectFormat");
        element
            .with_attribute(plain("ObjectReference", &reference))
            .write_inner_content(|xml| plain_text(xml, "xades:MimeType", self.options.profile.mime_type()))?;
        Ok(())
    }

    /// The digest of the document as both filters see it: there is no other signature to leave out or to keep.
    fn document_digest(&self) -> Result<String, SignatureError> {
        let mut digest = self.options.digest.context();
        let method = self.options.profile.method();
        if self.outline.is_plain() {
            canonical::outlined(self.outline, &[], &method, &mut digest)?;
        } else {
            canonical::document(self.outline.text().as_bytes(), &method, Omit::Nothing, &mut digest)?;
        }
        Ok(digest::finish_base64(digest))
    }

    fn digest_of(&self, part: &str, context: &Context) -> Result<String, SignatureError> {
        let mut digest = self.options.digest.context();
        canonical::element(part, 0, context, &self.options.profile.method(), Omit::Nothing, &mut digest)?;
        Ok(digest::finish_base64(digest))
    }

    fn inside_signature(&self) -> Context<'_> {
        let mut context = self.outline.context.clone();
        context.declare("ds", DS);
        context
    }

    fn inside_qualifying_properties(&self) -> Context<'_> {
        let mut context = self.inside_signature();
        context.declare("xades", XADES);
        context
    }
}

/// `xades:SignaturePolicyIdentifier` (XAdES, section 7.2.3). No `xades:Description`: the official example has none.
fn signature_policy(xml: &mut Xml, policy: &SignaturePolicy) -> io::Result<()> {
    xml.create_element("xades:SignaturePolicyIdentifier").write_inner_content(|xml| {
        xml.create_element("xades:SignaturePolicyId").write_inner_content(|xml| {
            let element = xml.create_element("xades:SigPolicyId");
            element.write_inner_content(|xml| text(xml, "xades:Identifier", &policy.identifier))?;
            xml.create_element("xades:SigPolicyHash").write_inner_content(|xml| {
                algorithm(xml, "ds:DigestMethod", SHA256)?;
                text(xml, "ds:DigestValue", &policy.digest)
            })?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn digest_method_and_value(xml: &mut Xml, digest: Digest, value: &str) -> io::Result<()> {
    algorithm(xml, "ds:DigestMethod", digest.uri())?;
    plain_text(xml, "ds:DigestValue", value)
}

/// An empty element that names an algorithm.
fn algorithm(xml: &mut Xml, element: &str, uri: &str) -> io::Result<()> {
    xml.create_element(element).with_attribute(plain("Algorithm", uri)).write_empty()?;
    Ok(())
}

/// An attribute whose value has nothing to escape: a name of a standard, or an Id of ours.
fn plain<'v>(name: &'v str, value: &'v str) -> Attribute<'v> {
    Attribute { key: QName(name), value: Cow::Borrowed(value) }
}

/// An element whose text has nothing to escape: Base64, digits, a name of a standard.
fn plain_text(xml: &mut Xml, element: &str, content: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::from_escaped(content))?;
    Ok(())
}

fn text(xml: &mut Xml, element: &str, content: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(content))?;
    Ok(())
}

/// The instant with Costa Rica's offset.
fn local_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&clock::costa_rica()).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// What a function writes, as text.
fn written(write: impl FnOnce(&mut Xml) -> io::Result<()>) -> Result<String, SignatureError> {
    let mut xml = Writer::new(Vec::with_capacity(8 * 1024));
    let cannot_fail = |_| SignatureError::Provider("write into memory");
    write(&mut xml).map_err(cannot_fail)?;
    String::from_utf8(xml.into_inner()).map_err(|_| SignatureError::Provider("write UTF-8"))
}
