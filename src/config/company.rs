//! One `[[company]]`: who signs and sends, with which certificate and which login.

use std::collections::HashMap;
use std::path::PathBuf;

use super::error::ConfigError;
use super::fault::ConfigFault;
use super::issuer::{self, Issuer};
use super::keys;
use super::secret_source::{SecretError, SecretSource, read_file, secret};
use super::section::{Section, Setting};
use super::settings::{Layers, Settings};
use crate::document::{Identification, IdentificationType};

/// Larger than any `.p12` with its chain.
const MAX_CERTIFICATE_BYTES: u64 = 1024 * 1024;

/// A taxpayer whose documents are signed and sent.
#[derive(Debug, Clone)]
pub struct Company {
    /// The word for it in commands, tables and file names.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Its identification; documents are its own when their signer has the same.
    pub identification: Identification,
    /// The `.p12` with its key.
    pub certificate: PathBuf,
    /// The PIN of the `.p12`.
    pub pin: SecretSource,
    /// The user name at the identity provider; opaque, never built from the identification.
    pub username: String,
    /// The password that goes with it.
    pub password: SecretSource,
    /// Who gets its notices by e-mail, instead of `[notify.email] to`.
    pub notify_to: Option<Vec<String>>,
    /// What its comprobantes say of it.
    pub issuer: Issuer,
    /// Its settings, complete.
    pub settings: Settings,
}

impl Company {
    /// The bytes of its `.p12`. `doctor` warns when others may read it too.
    pub fn read_certificate(&self) -> Result<Vec<u8>, SecretError> {
        read_file(&self.certificate, MAX_CERTIFICATE_BYTES).map(|(_, bytes)| bytes)
    }
}

/// Reads all companies and holds them against each other.
pub(super) fn read_all<'a>(sections: &[Section<'a>], fallback: &Layers<'a>) -> Result<Vec<Company>, ConfigError> {
    let mut companies: Vec<Company> = Vec::with_capacity(sections.len());
    let mut seen = HashMap::new();
    for section in sections {
        let company = read(section, fallback)?;
        // Ids become file names, and some file systems do not tell `Acme` from `acme`.
        if seen.insert(company.id.to_lowercase(), ()).is_some() {
            return Err(section.required("id")?.refuse(ConfigFault::IdTaken { id: company.id }));
        }
        let twin = companies.iter().find(|other| {
            other.identification == company.identification && other.settings.environment == company.settings.environment
        });
        if let Some(twin) = twin {
            // A document says who signs it and nothing more: with two candidates there would be no right one.
            let (twin, environment) = (twin.id.clone(), company.settings.environment);
            let fault = ConfigFault::SameTaxpayer { twin, environment };
            return Err(section.required("identification")?.refuse(fault));
        }
        companies.push(company);
    }
    Ok(companies)
}

fn read<'a>(section: &Section<'a>, fallback: &Layers<'a>) -> Result<Company, ConfigError> {
    let known: Vec<&str> = keys::COMPANY.iter().chain(&keys::SETTINGS).copied().collect();
    section.only(&known, |_| None)?;
    Ok(Company {
        id: id(&section.required("id")?)?,
        name: section.required("name")?.text()?.to_owned(),
        identification: identification(section)?,
        certificate: section.required("certificate")?.path()?,
        pin: secret(&section.required("pin")?)?,
        username: section.required("username")?.text()?.to_owned(),
        password: secret(&section.required("password")?)?,
        notify_to: section.setting("notify_to").map(|setting| setting.texts()).transpose()?,
        issuer: section.section("issuer")?.map(|it| issuer::read(&it)).transpose()?.unwrap_or_default(),
        settings: fallback.under(section)?.resolve()?,
    })
}

/// Letters, digits, `-`, `_` and `.`, beginning with a letter or digit: safe in file names, metrics and shells.
fn id(setting: &Setting<'_>) -> Result<String, ConfigError> {
    let text = setting.text()?;
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(safe) {
        return Ok(text.to_owned());
    }
    Err(setting.refuse(ConfigFault::NotAnId))
}

/// Only the types that Hacienda gives certificates to: a company signs.
fn identification(section: &Section<'_>) -> Result<Identification, ConfigError> {
    let setting = section.required("identification_type")?;
    let kind = setting.text()?.parse().map_err(|error| setting.refuse(ConfigFault::Identification(error)))?;
    if matches!(kind, IdentificationType::Extranjero | IdentificationType::NoContribuyente) {
        return Err(setting.refuse(ConfigFault::CannotSign { kind }));
    }
    let setting = section.required("identification")?;
    Identification::new(kind, setting.text()?).map_err(|cause| setting.refuse(ConfigFault::Identification(cause)))
}
