//! What verification found, part by part, in words and as JSON.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Certificate;

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
    pub certificate: Option<Certificate>,
    /// What was looked at, in the order of looking.
    pub parts: Vec<Part>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Part {
    /// `structure`, `signature_value`, `document`, `key_info`, `signed_properties`, `certificate_digest`, `policy`,
    /// `dates` of the first signature; `co_signature` for each further one.
    pub name: &'static str,
    /// Whether it is as it must be.
    pub valid: bool,
    /// What was found, and when invalid the likeliest cause.
    pub message: String,
}

impl Verification {
    /// Whether every part is as it must be.
    pub fn valid(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.valid)
    }

    /// The first part that is not.
    pub fn failure(&self) -> Option<&Part> {
        self.parts.iter().find(|part| !part.valid)
    }

    /// Adds a part: its finding, or what is wrong.
    pub(super) fn add(&mut self, name: &'static str, finding: Result<String, String>) {
        let valid = finding.is_ok();
        let message = finding.unwrap_or_else(|message| message);
        self.parts.push(Part { name, valid, message });
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
