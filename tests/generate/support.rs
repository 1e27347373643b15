//! A company that issues, and documents made in process with a fixed number and security code.

use std::path::Path;

use chrono::{DateTime, Utc};
use cr_einvoice::config::Config;
use cr_einvoice::generate::{InputErrors, Maker, Value};

use crate::common::{Installation, Setup};

/// What the company's documents say of it.
pub const ISSUER: &str = r#"
[company.issuer]
name = "Cooperativa Imaginaria del Sur R.L."
commercial_name = "La Imaginaria"
activity = "6201.0"
location = "1-01-08"
neighbourhood = "Rohrmoser"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

/// After every date in the templates.
pub const NOW: &str = "2026-11-24T15:00:00Z";

/// An installation whose company can issue.
pub fn installation() -> Installation {
    Setup::default().clock(NOW).company_lines(ISSUER).build()
}

/// The document of an input, numbered 7 with security code 12345678.
pub fn make(input: &str) -> Result<String, InputErrors> {
    let company = r#"
        [[company]]
        id = "imaginaria"
        name = "imaginaria"
        identification_type = "02"
        identification = "3101999888"
        certificate = "a.p12"
        pin = { file = "a.pin" }
        username = "u"
        password = { file = "a.password" }"#;
    let config = Config::parse(Path::new("/nowhere/cr-einvoice.toml"), &format!("{company}{ISSUER}")).unwrap();
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let maker = Maker::new(&config.companies[0], now)?;
    let value: Value = serde_json::from_str(input).unwrap();
    let numbered = maker.make(&value, None)?.number(7, 12_345_678).unwrap();
    Ok(String::from_utf8(numbered.xml).unwrap())
}
