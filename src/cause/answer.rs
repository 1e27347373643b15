//! What is said about an answer of Hacienda, and about the signature of its paper.

use serde::{Deserialize, Serialize};

use super::stored::stored_with_words;
use super::{Cause, SignatureFault};
use crate::document::{DetailRow, Difference};

/// The answer in one sentence, for people: Hacienda's own words where it gave any, ours where there is more to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Remark {
    /// The rows of DetalleMensaje.
    Rows(Vec<DetailRow>),
    /// The MensajeHacienda says otherwise than the document, than the service that delivered it, or than itself. The verdict
    /// is the service's word, and stands.
    Differs {
        /// The rows of DetalleMensaje.
        rows: Vec<DetailRow>,
        /// What it says otherwise.
        differences: Vec<Difference>,
    },
    /// The service does not know this clave yet.
    NotFound,
    /// `respuesta-xml` is not Base64.
    NotBase64 {
        /// The library's word.
        detail: String,
    },
    /// The MensajeHacienda cannot be read.
    UnreadablePaper {
        /// The reader's word.
        detail: String,
    },
    /// The answer tells nothing about the document, or came too late to wait for another.
    Failed(Cause),
    /// A person ended the document before it was ever sent.
    Discarded {
        /// Why, in the person's words.
        reason: String,
    },
    /// Hacienda's own words, or a sentence of an earlier version, to the letter.
    Words(String),
}

stored_with_words!(Remark);

impl Remark {
    /// What the rows say, and what differs; nothing when there is neither.
    pub fn of_paper(rows: &[DetailRow], differences: Vec<Difference>) -> Option<Self> {
        if !differences.is_empty() {
            return Some(Remark::Differs { rows: rows.to_vec(), differences });
        }
        (!rows.is_empty()).then(|| Remark::Rows(rows.to_vec()))
    }
}

/// What the check of a signature found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::EnumCount)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SignatureCheck {
    /// Every part is as it must be, and the seal is Hacienda's.
    Valid,
    /// Every part is as it must be, and the seal is somebody else's.
    OtherSigner {
        /// Whose it is: the identification in the certificate, as documents write it.
        identification: Option<String>,
        /// The name in the certificate.
        name: Option<String>,
    },
    /// There is no signature.
    None,
    /// A part of it is not.
    Fails {
        /// The part's stable name.
        part: String,
        /// Why.
        fault: SignatureFault,
    },
    /// A sentence of an earlier version, to the letter.
    Words(String),
}

impl super::Stored for SignatureCheck {
    fn of_words(words: String) -> Self {
        // The two words stand bare in the column, for those who ask the database.
        match words.as_str() {
            "valid" => SignatureCheck::Valid,
            "none" => SignatureCheck::None,
            _ => SignatureCheck::Words(words),
        }
    }

    fn words(&self) -> Option<&str> {
        match self {
            SignatureCheck::Valid => Some("valid"),
            SignatureCheck::None => Some("none"),
            SignatureCheck::Fails { .. } | SignatureCheck::OtherSigner { .. } => None,
            SignatureCheck::Words(words) => Some(words),
        }
    }
}
