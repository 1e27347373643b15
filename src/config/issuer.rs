//! `[company.issuer]`: what a comprobante says of the company that issues it. Needed by `generate` alone.

use super::error::ConfigError;
use super::fault::ConfigFault;
use super::section::{Section, Setting};
use crate::catalogue::List;
use crate::document::Consecutivo;

/// The keys of the table.
const KEYS: [&str; 12] = [
    "name",
    "commercial_name",
    "activity",
    "location",
    "neighbourhood",
    "address",
    "phone",
    "email",
    "systems_provider",
    "registro_fiscal_8707",
    "branch",
    "terminal",
];

/// What the company's comprobantes say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Emisor/Nombre; the company's name unless it is given.
    pub name: Option<String>,
    /// Emisor/NombreComercial.
    pub commercial_name: Option<String>,
    /// CodigoActividadEmisor, as in the registration: `6201.0`.
    pub activity: Option<String>,
    /// Province, canton and district, `1-01-08` (nota 14).
    pub location: Option<String>,
    /// Ubicacion/Barrio.
    pub neighbourhood: Option<String>,
    /// Ubicacion/OtrasSenas.
    pub address: Option<String>,
    /// `2222-0000`; another country's with a `+` before it.
    pub phone: Option<String>,
    /// CorreoElectronico, one to four.
    pub email: Vec<String>,
    /// ProveedorSistemas; without it the company's own number, as for a system of one's own.
    pub systems_provider: Option<String>,
    /// Emisor/Registrofiscal8707, of those who sell alcohol.
    pub registro_fiscal_8707: Option<String>,
    /// The branch whose documents are numbered here.
    pub branch: u16,
    /// The terminal.
    pub terminal: u32,
}

impl Default for Issuer {
    /// Nothing but the head office and its one terminal.
    fn default() -> Self {
        Issuer {
            name: None,
            commercial_name: None,
            activity: None,
            location: None,
            neighbourhood: None,
            address: None,
            phone: None,
            email: Vec::new(),
            systems_provider: None,
            registro_fiscal_8707: None,
            branch: 1,
            terminal: 1,
        }
    }
}

/// Reads the table; every value is checked as the XSD will check it.
pub(super) fn read(section: &Section<'_>) -> Result<Issuer, ConfigError> {
    section.only(&KEYS, |_| None)?;
    let text = |key: &str, min, max| section.setting(key).map(|setting| sized(&setting, min, max)).transpose();
    let number = |key: &str, most| section.setting(key).map_or(Ok(1), |setting| setting.number(1..=most));
    Ok(Issuer {
        name: text("name", 5, 100)?,
        commercial_name: text("commercial_name", 3, 80)?,
        activity: text("activity", 6, 6)?,
        location: section.setting("location").map(|setting| location(&setting)).transpose()?,
        neighbourhood: text("neighbourhood", 5, 50)?,
        address: text("address", 5, 250)?,
        phone: text("phone", 3, 30)?,
        email: emails(section)?,
        systems_provider: text("systems_provider", 9, 20)?,
        registro_fiscal_8707: text("registro_fiscal_8707", 1, 12)?,
        branch: u16::try_from(number("branch", 999)?).unwrap_or(1),
        terminal: number("terminal", Consecutivo::MAX_TERMINAL)?,
    })
}

fn sized(setting: &Setting<'_>, min: usize, max: usize) -> Result<String, ConfigError> {
    let text = setting.text()?.trim();
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(text.to_owned());
    }
    Err(setting.refuse(ConfigFault::Length { allowed: min..=max, found: length }))
}

fn location(setting: &Setting<'_>) -> Result<String, ConfigError> {
    let text = setting.text()?;
    match List::Districts.find(text) {
        Some(district) => Ok(district.code.clone()),
        None => Err(setting.refuse(ConfigFault::NotADistrict { text: text.to_owned() })),
    }
}

fn emails(section: &Section<'_>) -> Result<Vec<String>, ConfigError> {
    const MOST: usize = 4;
    let Some(setting) = section.setting("email") else { return Ok(Vec::new()) };
    let emails = if setting.is_text() { vec![setting.text()?.to_owned()] } else { setting.texts()? };
    match emails.len() {
        0..=MOST => Ok(emails),
        count => Err(setting.refuse(ConfigFault::TooManyAddresses { found: count, most: MOST })),
    }
}
