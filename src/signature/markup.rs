//! A `ds:Signature` taken apart: its pieces found, and their places in the schema checked (XML Signature, section 4;
//! XAdES, sections 6 and 7).

use super::names::{DS, XADES};
use super::tree::Node;
use crate::cause::{SignatureFault, StructureFault};
use crate::xml::Context;

/// The pieces of one signature that verification looks at.
#[derive(Debug)]
pub(super) struct Markup<'n, 'a> {
    /// The whole signature.
    pub signature: &'n Node<'a>,
    /// `ds:SignedInfo`.
    pub signed_info: &'n Node<'a>,
    /// `ds:CanonicalizationMethod`.
    pub canonicalization: &'n Node<'a>,
    /// The algorithm of `ds:SignatureMethod`.
    pub signature_method: String,
    /// The `ds:Reference` elements.
    pub references: Vec<&'n Node<'a>>,
    /// The text of `ds:SignatureValue`.
    pub value: &'n str,
    /// `ds:KeyInfo`.
    pub key_info: Option<&'n Node<'a>>,
    /// `xades:SignedProperties`, when the signature is a XAdES one.
    pub signed_properties: Option<&'n Node<'a>>,
    /// Whether the properties name this signature as theirs (XAdES, section 6.2).
    pub target: Result<(), SignatureFault>,
}

/// More references than any profile has; each costs a digest of the document.
const MOST_REFERENCES: usize = 8;

impl<'n, 'a> Markup<'n, 'a> {
    /// Takes a signature apart, or says what is wrong with its structure.
    pub(super) fn of(signature: &'n Node<'a>) -> Result<Self, SignatureFault> {
        let signed_info = required(signature, "SignedInfo")?;
        let method = required(signed_info, "SignatureMethod")?;
        let references: Vec<_> = signed_info.all(DS, "Reference").collect();
        if references.is_empty() || references.len() > MOST_REFERENCES {
            let fault = StructureFault::ReferenceCount { count: references.len(), allowed: MOST_REFERENCES };
            return Err(fault.into());
        }
        let qualifying = qualifying_properties(signature)?;
        Ok(Self {
            signature,
            signed_info,
            canonicalization: required(signed_info, "CanonicalizationMethod")?,
            signature_method: algorithm(method)?,
            references,
            value: required(signature, "SignatureValue")?.value()?,
            key_info: optional(signature, "KeyInfo")?,
            signed_properties: qualifying.map(signed_properties).transpose()?.flatten(),
            target: qualifying.map_or(Ok(()), |properties| check_target(signature, properties)),
        })
    }

    /// `xades:SignedSignatureProperties`.
    pub(super) fn signature_properties(&self) -> Option<&'n Node<'a>> {
        self.signed_properties?.only(XADES, "SignedSignatureProperties")
    }

    /// What the pieces directly inside the signature inherit.
    pub(super) fn context(&self) -> &Context<'a> {
        &self.signature.passed_on
    }
}

/// A value that is not Base64; the element with its prefix.
pub(super) fn not_base64(element: &str) -> SignatureFault {
    StructureFault::NotBase64 { element: element.to_owned() }.into()
}

/// The `Algorithm` of an element.
pub(super) fn algorithm(node: &Node) -> Result<String, SignatureFault> {
    let algorithm = node.attribute("Algorithm");
    let missing = || StructureFault::NoAlgorithm { element: node.name().to_owned() };
    Ok(algorithm.ok_or_else(missing)?.into_owned())
}

/// The one child of this name.
pub(super) fn required<'n, 'a>(parent: &'n Node<'a>, name: &str) -> Result<&'n Node<'a>, SignatureFault> {
    let missing = || StructureFault::NoElement { parent: parent.name().to_owned(), name: name.to_owned() };
    Ok(optional(parent, name)?.ok_or_else(missing)?)
}

fn optional<'n, 'a>(parent: &'n Node<'a>, name: &str) -> Result<Option<&'n Node<'a>>, SignatureFault> {
    match parent.children().iter().filter(|child| child.is(DS, name)).count() {
        0 => Ok(None),
        1 => Ok(parent.only(DS, name)),
        count => {
            let (parent, name) = (parent.name().to_owned(), name.to_owned());
            Err(StructureFault::SeveralElements { parent, name, count }.into())
        }
    }
}

/// The properties of the signature: one `QualifyingProperties`. A second set would leave it to the reader which one
/// counts.
fn qualifying_properties<'n, 'a>(signature: &'n Node<'a>) -> Result<Option<&'n Node<'a>>, SignatureFault> {
    let objects = signature.children().iter().filter(|child| child.is(DS, "Object"));
    let mut qualifying =
        objects.flat_map(|object| object.children()).filter(|child| child.is(XADES, "QualifyingProperties"));
    let properties = qualifying.next();
    match qualifying.next() {
        Some(_) => Err(StructureFault::SeveralQualifyingProperties.into()),
        None => Ok(properties),
    }
}

/// The properties are those of the signature that their Target names.
fn check_target(signature: &Node, properties: &Node) -> Result<(), SignatureFault> {
    let target = properties.attribute("Target").unwrap_or_default();
    let own_id = signature.attribute("Id").unwrap_or_default();
    if target.strip_prefix('#') == Some(&own_id) && !own_id.is_empty() {
        return Ok(());
    }
    Err(StructureFault::OtherTarget { target: target.into_owned() }.into())
}

fn signed_properties<'n, 'a>(properties: &'n Node<'a>) -> Result<Option<&'n Node<'a>>, SignatureFault> {
    match properties.children().iter().filter(|child| child.is(XADES, "SignedProperties")).count() {
        0 => Ok(None),
        1 => Ok(properties.only(XADES, "SignedProperties")),
        _ => Err(StructureFault::SeveralSignedProperties.into()),
    }
}
