//! Finding documents by what a person remembers of them: `list` and its filters.

use serde_json::Value;

use crate::common::{HOTEL, Installation, Setup, content, example, invoice, invoices, numbered, of_hotel};

fn listed(installation: &Installation, arguments: &[&str]) -> Value {
    installation.json(&[["list"].as_slice(), arguments].concat(), 0)
}

#[test]
fn a_document_is_found_by_identification_amount_month_and_letters_of_any_case() {
    let installation = Setup::default().two_companies().build();
    installation.import(&[invoice(1), invoice(2), numbered("te.xml", 3), of_hotel(&numbered("nc.xml", 4))]);
    let total = content(&example("fe.xml"), "TotalComprobante").to_owned();
    let (whole, fraction) = total.split_once('.').unwrap();
    let spaced = format!("₡{} {},{}", &whole[..whole.len() - 3], &whole[whole.len() - 3..], &fraction[..2]);
    let dashed = format!("{}-{}-{}", &HOTEL[..1], &HOTEL[1..4], &HOTEL[4..]);
    let cases: [(&[&str], usize); 18] = [
        (&["--search", &dashed], 3),
        (&["--search", HOTEL], 3),
        (&["--receptor", &dashed], 3),
        (&["--search", "HOTEL INEXISTENTÉ"], 3),
        (&["--search", &total], 2),
        (&["--search", &spaced], 2),
        (&["--min-total", &total, "--max-total", &total], 2),
        (&["--min-total", &spaced], 2),
        (&["--min-total", "99999999999"], 0),
        (&["--month", "2026-11"], 4),
        (&["--month", "11/2026", "--kind", "TE,NC"], 2),
        (&["--month", "2026-10"], 0),
        (&["--from", "19/11/2026"], 1),
        (&["--to", "18/11/2026"], 3),
        (&["--state", "draft,signed"], 4),
        (&["--state", "accepted,rejected"], 0),
        (&["--kind", "FE"], 2),
        (&["--search", "no such words"], 0),
    ];
    for (arguments, expected) in cases {
        let json = listed(&installation, arguments);
        assert_eq!(json["documents"].as_array().unwrap().len(), expected, "{arguments:?}");
        assert_eq!(
            (json["total"].as_u64(), json["more"].as_bool()),
            (Some(expected as u64), Some(false)),
            "{arguments:?}"
        );
    }
    for wrong in [
        ["--month", "2026-11", "--from", "2026-11-01"].as_slice(),
        &["--from", "11/20/2026"],
        &["--min-total", "1.250"],
        &["--min-total", "2", "--max-total", "1"],
    ] {
        installation.json(&[["list"].as_slice(), wrong].concat(), 2);
    }
}

#[test]
fn a_limit_says_what_it_left_out_and_an_offset_goes_on() {
    let installation = Installation::new();
    installation.import(&invoices(5));
    let claves = |arguments: &[&str]| -> (Vec<String>, u64, bool) {
        let json = listed(&installation, arguments);
        let claves = json["documents"].as_array().unwrap().iter().map(|it| it["clave"].as_str().unwrap().to_owned());
        (claves.collect(), json["total"].as_u64().unwrap(), json["more"].as_bool().unwrap())
    };
    let (all, total, more) = claves(&["--limit", "0"]);
    assert_eq!((all.len(), total, more), (5, 5, false));
    assert_eq!(claves(&["--limit", "2"]), (all[..2].to_vec(), 5, true));
    assert_eq!(claves(&["--limit", "2", "--offset", "2"]), (all[2..4].to_vec(), 5, true));
    assert_eq!(claves(&["--limit", "2", "--offset", "4"]), (all[4..].to_vec(), 5, false));
    assert_eq!(claves(&["--limit", "0", "--offset", "3"]), (all[3..].to_vec(), 5, false));
    assert_eq!(claves(&["--limit", "5"]), (all.clone(), 5, false));
    assert_eq!(claves(&["--limit", "1", "--search", "hotel", "--kind", "FE"]), (all[..1].to_vec(), 5, true));
    assert_eq!(claves(&["--limit", "1", "--state", "draft", "--month", "2026-11"]), (all[..1].to_vec(), 5, true));
    assert_eq!(claves(&["--limit", "1", "--min-total", "1"]), (all[..1].to_vec(), 5, true));
    let text = installation.run(&["list", "--limit", "2", "--offset", "2"]).exits(0).stdout;
    assert!(text.ends_with("3 to 4 of 5 documents; --offset 4 goes on, --limit 0 lists all\n"), "{text}");
    assert!(!installation.run(&["list"]).exits(0).stdout.contains("--offset"));
}

#[test]
fn whose_a_document_is_stands_in_the_list_of_several_companies() {
    let installation = Setup::default().two_companies().build();
    installation.import(&[invoice(1), of_hotel(&invoice(2))]);
    let text = installation.run(&["list"]).exits(0).stdout;
    assert!(text.contains("Company") && text.contains("imaginaria") && text.contains("hotel"), "{text}");
    assert!(!installation.run(&["list", "--company", "hotel"]).exits(0).stdout.contains("Company"));
}
