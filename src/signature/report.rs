//! What verification found, part by part, as data and as JSON.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Certificate;
use crate::cause::{SignatureCheck, SignatureFault};

/// The outcome of a verification.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Who signed, by the certificate's common name.
    pub signer: Option<String>,
    /// The signer's identification, digits as comprobantes write it.
    pub signer_identification: Option<String>,
    /// When, by the signer's clock and offset.
    pub signed_at: Option<DateTime<FixedOffset>>,
    /// The identifier of the policy that the signature names.
    pub policy: Option<String>,
    /// The certificate of the first signature.
    pub certificate: Option<Arc<Certificate>>,
    /// What was looked at, in the order of looking.
    pub parts: Vec<Part>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `structure`, `signature_value`, `document`, `key_info`, `signed_properties`, `certificate_digest`, `policy`,
    /// `dates` of the first signature; `co_signature` for each further one.
    pub name: &'static str,
    /// What was found, or else the likeliest cause of what is wrong.
    pub found: Result<Found, SignatureFault>,
}

impl Part {
    /// Whether it is as it must be.
    pub fn valid(&self) -> bool {
        self.found.is_ok()
    }

    /// What was found, and when invalid the likeliest cause, in the English of the log.
    pub fn message(&self) -> String {
        match &self.found {
            Ok(found) => found.to_string(),
            Err(fault) => fault.to_string(),
        }
    }
}

impl From<Part> for SignatureCheck {
    fn from(part: Part) -> Self {
        match part.found {
            Ok(_) => SignatureCheck::Valid,
            Err(fault) => SignatureCheck::Fails { part: part.name.to_owned(), fault },
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Part", 3)?;
        fields.serialize_field("name", self.name)?;
        fields.serialize_field("valid", &self.valid())?;
        fields.serialize_field("message", &self.message())?;
        fields.end()
    }
}

/// How a part is that is as it must be. Its words are made when someone reads them: each signature that we write is verified,
/// and nobody reads about those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The first signature stands where it must.
    Enveloped {
        /// It has qualifying properties.
        xades: bool,
        /// How many further signatures there are.
        others: usize,
    },
    /// The key of the certificate made the signature; its bits.
    SignatureValue(usize),
    /// The document is unchanged; the name of its root.
    Unchanged(String),
    /// A reference covers `ds:KeyInfo`, which is unchanged.
    KeyInfo,
    /// `ds:KeyInfo` is not covered, as in the official example of annex 2.
    KeyInfoNotCovered,
    /// The signed properties are unchanged.
    SignedProperties,
    /// The properties name the certificate.
    NamedCertificate {
        /// By SHA-1.
        weakly: bool,
    },
    /// No policy, as in Hacienda's answers.
    NoPolicy,
    /// Another policy than Hacienda's; its identifier.
    OtherPolicy(String),
    /// Hacienda's policy.
    OfficialPolicy {
        /// With the digest of its document.
        right_digest: bool,
    },
    /// The certificate was valid when it signed.
    Dates {
        /// When it signed.
        signed: DateTime<Utc>,
        /// Since when the certificate is valid.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The signature does not say when it was made; the certificate was valid when the document was issued.
    DatesOfIssue {
        /// When it was issued; an answer of Hacienda does not say.
        issued: Option<DateTime<Utc>>,
        /// Since when the certificate is valid.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A further signature that holds; who signed.
    CoSignature(String),
}

impl Verification {
    /// Whether every part is as it must be.
    pub fn valid(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(Part::valid)
    }

    /// The first part that is not.
    pub fn failure(&self) -> Option<&Part> {
        self.parts.iter().find(|part| !part.valid())
    }

    /// Adds a part: its finding, or what is wrong.
    pub(super) fn add(&mut self, name: &'static str, found: Result<Found, SignatureFault>) {
        self.parts.push(Part { name, found });
    }
}

impl Serialize for Verification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signed_at = self.signed_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let mut fields = serializer.serialize_struct("Verification", 6)?;
        fields.serialize_field("valid", &self.valid())?;
        fields.serialize_field("signer", &self.signer)?;
        fields.serialize_field("signer_identification", &self.signer_identification)?;
        fields.serialize_field("signed_at", &signed_at)?;
        fields.serialize_field("policy", &self.policy)?;
        fields.serialize_field("parts", &self.parts)?;
        fields.end()
    }
}
