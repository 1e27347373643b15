//! The document of every template, to the letter: `UPDATE=1 cargo test --test generate golden` writes them anew.

use std::fs;

use cr_einvoice::document::Kind;
use cr_einvoice::generate::template;
use cr_einvoice::named::Named;

use crate::support::make;

#[test]
fn every_template_makes_its_golden_document() {
    for &kind in Kind::ALL {
        let path =
            format!("{}/tests/fixtures/generated/{}.xml", env!("CARGO_MANIFEST_DIR"), kind.name().to_lowercase());
        let xml = make(template(kind)).unwrap();
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &xml).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert!(golden == xml, "{kind} differs from {path}; look at the difference, then UPDATE=1\n{xml}");
    }
}
