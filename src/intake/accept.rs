//! Whether what is in a file is a document of ours, and right.

use std::fmt;

use super::read::Unread;
use crate::config::Company;
use crate::document::{DocumentKey, Figures, Header, Link, View};
use crate::sha256::sha256;
use crate::signature;

/// A document that has been read and checked and is ready to be stored.
#[derive(Debug)]
pub(super) struct Accepted<'c> {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they say of the document.
    pub header: Header,
    /// What the books need of it.
    pub figures: Figures,
    /// The company that signs it.
    pub company: &'c Company,
    /// What it is to other documents.
    pub links: Vec<Link>,
}

impl Accepted<'_> {
    /// SHA-256 of the bytes.
    pub(super) fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// Why a file was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It was not read.
    File(Unread),
    /// What is in it is not a document of ours, or not right.
    Document {
        /// The key of the document, where it can be read.
        key: Option<DocumentKey>,
        /// What is wrong.
        message: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::File(unread) => write!(f, "cannot be read: {unread}"),
            Refusal::Document { message, .. } => f.write_str(message),
        }
    }
}

/// Checks a file for one of the companies.
pub(super) fn accept<'c>(companies: &[&'c Company], content: Result<Vec<u8>, Unread>) -> Result<Accepted<'c>, Refusal> {
    let bytes = content.map_err(Refusal::File)?;
    let refuse = |header: Option<&Header>, message: String| Refusal::Document { key: header.map(Header::key), message };
    let view = View::read(&bytes).map_err(|error| refuse(None, error.to_string()))?;
    let header = view.header().map_err(|error| refuse(None, error.to_string()))?;
    let company = signing_company(companies, &header).map_err(|message| refuse(Some(&header), message))?;
    if header.signatures > 0 {
        check_signature(&bytes, &header, company).map_err(|message| refuse(Some(&header), message))?;
    }
    let figures = view.figures();
    let links = view.links();
    Ok(Accepted { bytes, header, figures, company, links })
}

/// The configured company that signs this document: the issuer, of a FEC or MensajeReceptor the receiver.
fn signing_company<'c>(companies: &[&'c Company], header: &Header) -> Result<&'c Company, String> {
    let Some(signer) = header.signer().and_then(|party| party.identification.as_ref()) else {
        return Err("it does not say who signs it (no identification)".to_owned());
    };
    let is_signer = |company: &&&Company| company.identification.number.eq_ignore_ascii_case(&signer.number);
    let ours: Vec<&Company> = companies.iter().filter(is_signer).copied().collect();
    match ours.as_slice() {
        [company] => Ok(company),
        [] => Err(format!(
            "it is signed by {} ({}), which is not a configured company; add a [[company]] with this identification",
            signer.number,
            if header.kind.signed_by_receptor() { "its receptor" } else { "its emisor" }
        )),
        several => {
            let ids: Vec<_> = several.iter().map(|company| company.id.as_str()).collect();
            Err(format!("{} is configured as {}; say which with --company", signer.number, ids.join(" and ")))
        }
    }
}

/// A document that comes signed must be signed rightly, and by its signer: it is sent as it is.
fn check_signature(bytes: &[u8], header: &Header, company: &Company) -> Result<(), String> {
    let verification = signature::verify(bytes);
    if let Some(part) = verification.failure() {
        return Err(format!("its signature does not hold: {}: {}", part.name, part.message()));
    }
    let holder = verification.certificate.as_ref().and_then(|certificate| certificate.holder());
    let signer = header.signer().and_then(|party| party.identification.as_ref()).map(|it| it.number.as_str());
    if holder.as_deref() != signer && !company.settings.allow_other_certificate_holder {
        let holder = holder.unwrap_or_else(|| "nobody that its certificate names".to_owned());
        return Err(format!("it is signed by {holder}, not by {}", signer.unwrap_or_default()));
    }
    Ok(())
}
