//! Random invoices: the totals are those of a checker that is written differently, and validation finds nothing.

use cr_einvoice::validation::{Options, Severity, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::checker;
use crate::support::make;

/// A decimal with so many decimals at most, above zero.
fn decimal(largest: u64, decimals: usize) -> impl Strategy<Value = String> {
    let scale = 10_u64.pow(u32::try_from(decimals).unwrap());
    (1..=largest * scale).prop_map(move |number| format!("{}.{:0decimals$}", number / scale, number % scale))
}

fn tax() -> impl Strategy<Value = (&'static str, Value, u32)> {
    prop_oneof![
        6 => Just(("tax", json!(13), 13)),
        2 => Just(("tax", json!("4%"), 4)),
        1 => Just(("tax", json!(2), 2)),
        1 => Just(("tax", json!(1), 1)),
        1 => Just(("tax", json!("exento"), 0)),
        1 => Just(("tariff", json!("01"), 0)),
        1 => Just(("tariff", json!("11"), 0)),
    ]
}

fn discounts() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(
        (1u32..5000).prop_map(
            |hundredths| json!({"percent": format!("{}.{:02}", hundredths / 100, hundredths % 100), "code": "07"}),
        ),
        0..4,
    )
}

fn line() -> impl Strategy<Value = Value> {
    let product = prop_oneof![Just("8314100000000"), Just("2132100000000"), Just("4523000000100")];
    (product, decimal(9999, 3), decimal(1_000_000, 5), tax(), discounts(), proptest::option::weighted(0.3, 1u32..1300))
        .prop_map(|(cabys, quantity, price, (key, tax, rate), discounts, points)| {
            let mut line =
                json!({"cabys": cabys, "description": "Producto", "quantity": quantity, "price": price, key: tax});
            if !discounts.is_empty() {
                line["discounts"] = json!(discounts);
            }
            if let Some(points) = points.filter(|points| *points <= rate * 100) {
                line["exoneration"] = json!({"document": "03", "number": "9635", "article": 8, "institution": "01",
                    "date": "2025-03-01", "rate": format!("{}.{:02}", points / 100, points % 100)});
            }
            line
        })
}

fn invoice() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![3 => Just("FE"), 1 => Just("TE"), 1 => Just("NC"), 1 => Just("ND")];
    (kind, proptest::collection::vec(line(), 1..8), any::<bool>(), any::<bool>()).prop_map(
        |(kind, lines, service_charge, credit)| {
            let mut input = json!({"kind": kind, "lines": lines,
                "receptor": {"name": "Ana Prueba", "identification": "109990888"}});
            if service_charge {
                input["charges"] = json!({"type": "06", "description": "Servicio", "percent": 10});
            }
            if credit {
                input["credit_days"] = json!(30);
            } else {
                input["payment"] = json!([{"means": "tarjeta", "amount": "0.00001"}, {"means": "efectivo"}]);
            }
            if matches!(kind, "NC" | "ND") {
                input["references"] =
                    json!({"number": "50620112600310199988800100001010000000015112345678", "code": "02"});
            }
            input
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_totals_are_right_and_validation_finds_nothing(input in invoice()) {
        // A document that comes to nothing at all cannot be paid in two ways.
        let xml = match make(&input.to_string()) {
            Ok(xml) => xml,
            Err(error) => {
                prop_assert!(error.message.contains("document comes to") || error.message.contains("must be above 0"), "{error}\n{input}");
                return Ok(());
            }
        };
        checker::check(&xml);
        let found = validate(xml.as_bytes(), "2026-11-24".parse().unwrap(), &Options::default());
        let found: Vec<_> = found.iter().filter(|finding| finding.severity != Severity::Advice).collect();
        prop_assert!(found.is_empty(), "{found:?}\n{xml}");
    }
}
