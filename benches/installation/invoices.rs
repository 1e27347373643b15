//! Invented invoices, no two alike: descriptions, codes, quantities, prices, rates and discounts vary from line to line, so
//! that neither a dictionary nor a cache can know the next one.

use std::fmt::Write;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use cr_einvoice::config::Config;
use cr_einvoice::generate::{Maker, Value};

/// The company of all benches, as its configuration has it after `[[company]]`.
pub const COMPANY: &str = r#"
id = "imaginaria"
name = "Cooperativa Imaginaria del Sur R.L."
identification_type = "02"
identification = "3101999888"
certificate = "bench.p12"
pin = { file = "bench.pin" }
username = "cpj-3-101-999888@stag.comprobanteselectronicos.go.cr"
password = { file = "bench.pin" }
[company.issuer]
activity = "6201.0"
location = "1-01-08"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

const CODES: [&str; 8] = [
    "4523000000100",
    "2132100000000",
    "8314100000000",
    "8711000000000",
    "2391300000100",
    "4651000000200",
    "0111200000100",
    "6399000000000",
];
const RATES: [&str; 8] = ["13", "13", "13", "13", "1", "2", "4", "\"exento\""];
const UNITS: [&str; 5] = ["Unid", "kg", "Sp", "Os", "cm"];
const THINGS: [&str; 16] = [
    "Tornillo",
    "Cable",
    "Café",
    "Asesoría",
    "Pintura",
    "Lámpara",
    "Bomba",
    "Filtro",
    "Aceite",
    "Tubo",
    "Arroz",
    "Cuaderno",
    "Sensor",
    "Válvula",
    "Mesa",
    "Harina",
];
const QUALITIES: [&str; 16] = [
    "galvanizado",
    "molido",
    "industrial",
    "de 1/2\\\"",
    "azul",
    "para exterior",
    "importado",
    "N.º 8",
    "económico",
    "fino",
    "doble",
    "orgánico",
    "trifásico",
    "con empaque",
    "de repuesto",
    "a granel",
];
const NAMES: [&str; 8] = ["Ana", "José", "María", "Carlos", "Lucía", "Andrés", "Sofía", "Óscar"];
const SURNAMES: [&str; 8] = ["Prueba", "Ensayo", "Muestra", "Modelo", "Ejemplo", "Ficticia", "Supuesta", "Inventada"];

/// Numbers that look drawn by lot and are the same in every run (the generator of Knuth's MMIX).
struct Lots(u64);

impl Lots {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// What `generate` reads of an invoice of so many lines.
pub fn input(number: usize, lines: usize) -> String {
    let mut lots = Lots(number as u64);
    let mut text = format!(
        r#"{{"kind": "FE", "receptor": {{"name": "{} {} {}", "identification": "1{:08}", "email": "r{number}@ejemplo.test"}}, "payment": "efectivo", "lines": ["#,
        lots.one_of(&NAMES),
        lots.one_of(&SURNAMES),
        lots.one_of(&SURNAMES),
        10_000_000 + lots.below(90_000_000),
    );
    for line in 0..lines {
        let discount =
            if lots.below(4) == 0 { format!(r#", "discount": "{}%""#, 1 + lots.below(20)) } else { String::new() };
        write!(
            text,
            r#"{}{{"cabys": "{}", "quantity": {}, "unit": "{}", "description": "{} {} {}", "price": {}.{:02}, "tax": {}{discount}}}"#,
            if line == 0 { "" } else { ", " },
            lots.one_of(&CODES),
            1 + lots.below(40),
            lots.one_of(&UNITS),
            lots.one_of(&THINGS),
            lots.one_of(&QUALITIES),
            100 + lots.below(9_900),
            50 + lots.below(90_000),
            lots.below(100),
            lots.one_of(&RATES),
        )
        .expect("memory");
    }
    text + "]}"
}

/// Makes the XML of invoices.
pub struct Press {
    config: Config,
    day: DateTime<Utc>,
}

impl Press {
    /// One that issues them of yesterday, so that no clock finds them in the future.
    pub fn new() -> Self {
        let text = format!("database = \"cr-einvoice.db\"\n[[company]]\n{COMPANY}");
        let config = Config::parse(Path::new("/bench/cr-einvoice.toml"), &text).expect("the configuration");
        Press { config, day: Utc::now() - TimeDelta::days(1) }
    }

    pub fn day(&self) -> DateTime<Utc> {
        self.day
    }

    pub fn maker(&self) -> Maker<'_> {
        Maker::new(&self.config.companies[0], self.day).expect("the issuer")
    }
}

/// The XML of an invoice from what `generate` reads of it.
pub fn made(maker: &Maker<'_>, input: &str, number: usize) -> Vec<u8> {
    let value: Value = serde_json::from_str(input).expect("JSON");
    let mut draft = maker.make(&value, None).expect("a document");
    draft.number(number as u64, 12_345_678).expect("a number").xml
}
