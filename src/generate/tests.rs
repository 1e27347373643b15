//! Every template makes a document in which validation finds nothing, and the amounts are those of the annex.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::config::Config;
use crate::document::Kind;
use crate::validation::{self, Options, Severity};

const CONFIG: &str = r#"
[[company]]
id = "ejemplo"
name = "Soluciones Ejemplo del Valle Sociedad Anónima"
identification_type = "02"
identification = "3101999888"
certificate = "a.p12"
pin = { file = "a.pin" }
username = "u"
password = { file = "a.password" }
[company.issuer]
commercial_name = "Ejemplo del Valle"
activity = "6201.0"
location = "1-01-08"
neighbourhood = "Rohrmoser"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

fn now() -> DateTime<Utc> {
    "2026-11-24T15:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn make(input: &str) -> Result<Numbered, InputError> {
    let config = Config::parse(Path::new("/nowhere/cr-einvoice.toml"), CONFIG).unwrap();
    let maker = Maker::new(&config.companies[0], now())?;
    let value: Value = serde_json::from_str(input).unwrap();
    Ok(maker.make(&value, None)?.number(7, 12_345_678).unwrap())
}

fn findings(xml: &[u8]) -> Vec<String> {
    let found = validation::validate(xml, today(), &Options::default());
    found
        .iter()
        .filter(|one| one.severity != Severity::Advice)
        .map(|one| format!("{} {}: {}", one.name, one.element, one.message_en))
        .collect()
}

#[test]
fn every_template_makes_a_valid_document() {
    for kind in Kind::ALL {
        let numbered = make(template(kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let text = String::from_utf8(numbered.xml.clone()).unwrap();
        assert_eq!(findings(&numbered.xml), Vec::<String>::new(), "{kind}\n{text}");
        let header = crate::document::read_header(&numbered.xml).unwrap();
        assert_eq!((header.kind, header.key()), (kind, numbered.clave), "{kind}");
    }
}

fn error(input: &str) -> String {
    make(input).unwrap_err().to_string()
}
