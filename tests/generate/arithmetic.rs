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

/// A line that the checker does not know: a gift, taxes other than the IVA, an assortment.
fn rare_line() -> impl Strategy<Value = Value> {
    let gift = (decimal(999, 3), decimal(100_000, 5), prop_oneof![Just("01"), Just("03"), Just("02")]).prop_map(
        |(quantity, price, code)| {
            json!({"cabys": "4523000000100", "description": "Muestra", "quantity": quantity, "price": price, "tax": 13,
                "discounts": {"percent": 100, "code": code}})
        },
    );
    let taxed = (
        decimal(999, 3),
        decimal(100_000, 5),
        1u32..9999,
        decimal(9_999, 2),
        decimal(9_999, 2),
        decimal(99, 5),
    )
        .prop_map(|(quantity, price, rate, content, volume, unit_tax)| {
            json!({"cabys": "2441000000000", "description": "Bebida", "quantity": quantity, "price": price, "taxes": [
                {"code": "02", "rate": format!("{}.{:02}", rate / 100, rate % 100)},
                {"code": "05", "measures": {"content": content, "volume": volume, "unit_tax": unit_tax}},
                {"code": "01", "rate": 13},
            ]})
        });
    let component = (decimal(99, 3), decimal(10_000, 5), tax(), 0u32..5000).prop_map(
        |(quantity, price, (key, tax, _), percent)| {
            json!({"cabys": "2132100000000", "description": "Parte", "quantity": quantity, "price": price, key: tax,
            "discount": format!("{}.{:02}%", percent / 100, percent % 100)})
        },
    );
    let assortment = (decimal(99, 3), proptest::collection::vec(component, 1..5)).prop_map(|(quantity, components)| {
        json!({"cabys": "2399900000000", "description": "Canasta", "quantity": quantity, "components": components,
            "codes": {"type": "03", "code": "7441000000000"}})
    });
    prop_oneof![gift, taxed, assortment]
}

/// Kinds whose structure is their own.
fn other_kind() -> impl Strategy<Value = Value> {
    let purchase = proptest::collection::vec(line(), 1..5).prop_map(|lines| {
        json!({"kind": "FEC", "lines": lines, "payment": "efectivo", "currency": "USD", "exchange_rate": "505.12",
            "emisor": {"name": "Imaginary Cloud Services Inc", "identification": {"type": "05", "number": "US998877665XA"}},
            "references": {"document": "16", "number": "INV-1", "date": "2026-11-18", "code": "11"}})
    });
    let exported = (decimal(999, 3), decimal(100_000, 5), discounts()).prop_map(|(quantity, price, discounts)| {
        json!({"cabys": "2391100000000", "heading": "090121000000", "description": "Café", "quantity": quantity,
            "price": price, "discounts": discounts, "tax": "exento"})
    });
    let export = proptest::collection::vec(exported, 1..5)
        .prop_map(|lines| json!({"kind": "FEE", "lines": lines, "credit_days": 30}));
    let paid = decimal(1_000_000, 5)
        .prop_map(|amount| json!({"description": "Cuota 1 de la factura", "amount": amount, "tax": 13}));
    let receipt = proptest::collection::vec(paid, 1..5).prop_map(|lines| {
        json!({"kind": "REP", "lines": lines, "condition": "11", "payment": "transferencia",
            "receptor": {"name": "Ana Prueba", "identification": "109990888"},
            "references": {"number": "50601102600310199988800100001010000000009127182818", "code": "17"}})
    });
    let rare = (proptest::collection::vec(rare_line(), 1..5), line()).prop_map(|(mut lines, usual)| {
        lines.push(usual);
        json!({"kind": "FE", "lines": lines, "payment": "efectivo",
            "receptor": {"name": "Ana Prueba", "identification": "109990888"}})
    });
    prop_oneof![1 => purchase, 1 => export, 1 => receipt, 3 => rare]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_totals_are_right_and_validation_finds_nothing(input in invoice()) {
        // A document that comes to nothing at all cannot be paid in two ways.
        let xml = match make(&input.to_string()) {
            Ok(xml) => xml,
            Err(error) => {
                prop_assert!(error.to_string().contains("document comes to") || error.to_string().contains("must be above 0"), "{error}\n{input}");
                return Ok(());
            }
        };
        checker::check(&xml);
        let found = validate(xml.as_bytes(), "2026-11-24".parse().unwrap(), &Options::default());
        let found: Vec<_> = found.iter().filter(|finding| finding.severity != Severity::Advice).collect();
        prop_assert!(found.is_empty(), "{found:?}\n{xml}");
    }

    #[test]
    fn validation_finds_nothing_in_the_other_kinds_and_in_rare_lines(input in other_kind()) {
        let xml = make(&input.to_string()).map_err(|error| TestCaseError::fail(format!("{error}\n{input}")))?;
        let found = validate(xml.as_bytes(), "2026-11-24".parse().unwrap(), &Options::default());
        let found: Vec<_> = found.iter().filter(|finding| finding.severity != Severity::Advice).collect();
        prop_assert!(found.is_empty(), "{found:?}\n{xml}");
        let net = |name: &str| checker::sum(&xml, name);
        prop_assert_eq!(net("TotalComprobante"), net("MontoTotalLinea"), "{}", xml);
    }
}
