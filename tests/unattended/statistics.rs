//! `stats`: the contract's JSON, the day of Costa Rica, and metrics that a collector reads.

use cr_einvoice::simulator::{Action, Endpoint, Rule, Script};
use serde_json::{Value, json};

use crate::common::{Installation, Setup, invoices, numbered, of_hotel};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Nine documents in every condition, of two companies.
fn mixed() -> Installation {
    let samples = invoices(8);
    let script = Script { verdict_seconds: 600, ..Script::default() }
        .with(Rule::new(Action::Reject(vec![-37])).for_clave(&samples[0].clave))
        .with(Rule::new(Action::Status { code: 400, cause: None }).at(Endpoint::Submit).for_clave(&samples[1].clave))
        .with(Rule::new(Action::Late { polls: 9, seconds: 0 }).for_clave(&samples[2].clave));
    let mut installation = Setup::default().script(script).two_companies().setting("max_retry_attempts", 1).build();
    installation.signed(&samples[..6]);
    installation.run(&["submit"]).exits(3);
    installation.set_clock("2026-11-20T18:10:00Z");
    installation.run(&["poll"]).exits(3);
    installation.set_clock("2026-11-20T19:00:00Z");
    installation.run(&["retry", "run"]).exits(3);
    installation.import(&[samples[6].clone(), of_hotel(&numbered("te.xml", 1))]);
    installation
}

#[test]
fn the_json_has_the_contracts_fields_and_counts() {
    let installation = mixed();
    let stats = installation.json(&["stats"], 0);
    let documents = json!({"total": 8, "draft": 2, "signed": 1, "submitted": 1, "accepted": 3, "rejected": 1, "error": 0, "discarded": 0});
    assert_eq!(stats["documents"], documents);
    assert_eq!(stats["acceptance_rate"], 75.0);
    assert_eq!((&stats["average_acceptance_seconds"], &stats["p95_acceptance_seconds"]), (&json!(600), &json!(600)));
    assert_eq!(stats["responses"], json!({"total": 5, "acceptance": 3, "rejection": 1, "confirmation": 1, "other": 0}));
    let queue = &stats["queue"];
    for (state, count) in
        [("pending", 0), ("processing", 0), ("completed", 0), ("failed", 1), ("cancelled", 0), ("due", 0)]
    {
        assert_eq!(queue[state], count, "{state}: {queue}");
    }
    assert_eq!(queue["by_operation"], json!({"sign": 0, "submit": 1, "check_status": 0}));
    let categories = ["transient", "rate_limit", "network", "server", "auth", "validation", "unknown"];
    let mut found = keys(&queue["by_category"]);
    found.sort_unstable();
    let mut expected = categories;
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(queue["by_category"]["validation"], 1);
    assert_eq!(
        stats["today"],
        json!({"generated": 0, "imported": 8, "signed": 6, "submitted": 5, "accepted": 3, "rejected": 1, "failed": 1})
    );
    assert_eq!(stats["companies"]["hotel"]["documents"]["draft"], 1);
    assert_eq!(stats["companies"]["hotel"]["acceptance_rate"], Value::Null);
    assert_eq!(stats["companies"]["imaginaria"]["acceptance_rate"], 75.0);
    for (key, value) in [("company", Value::Null), ("from", Value::Null), ("to", Value::Null)] {
        assert_eq!(stats[key], value);
    }

    let of_one = installation.json(&["--company", "hotel", "stats"], 0);
    assert_eq!((&of_one["company"], &of_one["documents"]["total"]), (&json!("hotel"), &json!(1)));
    assert_eq!(of_one["acceptance_rate"], Value::Null);
}

/// The samples are issued on 18 November, Costa Rica.
#[test]
fn a_range_is_of_costa_rican_days() {
    let installation = mixed();
    let total = |from: &str, to: &str| {
        installation.json(&["stats", "--from", from, "--to", to], 0)["documents"]["total"].clone()
    };
    let issued = installation.value("SELECT DISTINCT date(issued_at, '-6 hours') FROM documents WHERE kind = 'FE'");
    assert_eq!(
        total(&issued, &issued),
        installation
            .value(&format!("SELECT count(*) FROM documents WHERE date(issued_at, '-6 hours') = '{issued}'"))
            .parse::<u64>()
            .unwrap()
    );
    assert_eq!(total("2026-12-01", "2026-12-31"), 0);
    let ranged = installation.json(&["stats", "--from", "2026-01-01", "--to", "2026-12-31"], 0);
    assert_eq!((&ranged["from"], &ranged["to"]), (&json!("2026-01-01"), &json!("2026-12-31")));
    assert_eq!(ranged["documents"]["total"], 8);
}

#[test]
fn an_empty_database_has_no_rates() {
    let stats = Installation::new().json(&["stats"], 0);
    for key in ["acceptance_rate", "average_acceptance_seconds", "p95_acceptance_seconds", "oldest_waiting"] {
        assert_eq!(stats[key], Value::Null, "{key}");
    }
    assert_eq!(stats["companies"]["imaginaria"]["documents"]["total"], 0);
}

#[test]
fn metrics_are_well_formed_and_appear_whole() {
    let installation = mixed();
    installation.run(&["stats", "--prometheus", "--output", "metrics.prom"]).exits(0);
    let text = std::fs::read_to_string(installation.path("metrics.prom")).unwrap();
    assert_eq!(text, installation.run(&["stats", "--prometheus"]).exits(0).stdout);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(series.starts_with("cr_einvoice_"), "{line}");
    }
    for metric in [
        "cr_einvoice_documents{company=\"imaginaria\",state=\"accepted\"} 3",
        "cr_einvoice_retry_entries{state=\"failed\"} 1",
        "cr_einvoice_breaker_open{environment=\"sandbox\"} 0",
    ] {
        assert!(text.contains(metric), "{metric}\n{text}");
    }
    for name in [
        "oldest_unresolved_seconds",
        "certificate_days_left{company=\"imaginaria\"}",
        "last_success_timestamp_seconds{command=\"sign\"}",
    ] {
        assert!(text.contains(&format!("cr_einvoice_{name}")), "{name}\n{text}");
    }
    // Where it cannot be written nothing half is left.
    installation.run(&["stats", "--prometheus", "--output", "no-such-folder/metrics.prom"]).exits(5);
}
