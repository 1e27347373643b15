//! What `doctor` sees.

use cr_einvoice::simulator::{Action, Rule, Script};
use serde_json::Value;

use crate::common::{Installation, Setup, invoice, invoices};

/// The checks of a name, as `status message`.
fn checks(installation: &Installation, arguments: &[&str], name: &str) -> Vec<String> {
    let json = installation.run(&[["doctor", "--json"].as_slice(), arguments].concat()).json();
    let said = |check: &Value| format!("{} {}", check["status"].as_str().unwrap(), check["message"].as_str().unwrap());
    json["checks"].as_array().unwrap().iter().filter(|check| check["name"] == name).map(said).collect()
}

#[test]
fn a_user_of_the_other_environment_is_seen() {
    let installation = Installation::new();
    assert!(checks(&installation, &["--offline"], "username")[0].starts_with("ok "));
    installation.reconfigure("@stag.test", "@prod.test");
    assert!(checks(&installation, &["--offline"], "username")[0].starts_with("failure "));
    installation.run(&["doctor", "--offline"]).exits(6);
    installation.reconfigure("@prod.test", "@stag.test");
    installation.reconfigure("environment = \"sandbox\"", "environment = \"production\"");
    let mut command = installation.command(&["doctor", "--offline"]);
    let output = command.env_remove("CR_EINVOICE_CLOCK").output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("is a user of the other environment"));
}

#[test]
fn numbers_that_another_document_has_are_seen_until_they_are_replaced() {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-99])));
    let installation = Setup::default().script(script).company_lines(ISSUER).build();
    assert!(checks(&installation, &["--offline"], "numbers").is_empty());
    installation.one_submitted();
    installation.run(&["poll"]).exits(3);
    let found = checks(&installation, &["--offline"], "numbers");
    assert!(
        found[0].starts_with("warning ") && found[0].contains("-99") && found[0].contains(&invoice(1).clave[21..41])
    );
    installation.run(&["generate", "--of", &invoice(1).clave, "--kind", "FE"]).exits(0);
    assert!(checks(&installation, &["--offline"], "numbers").iter().all(|found| !found.contains("-99")));
}

const ISSUER: &str = r#"
[company.issuer]
name = "Cooperativa Imaginaria del Sur R.L."
activity = "6201.0"
location = "1-01-08"
address = "Frente al parque, edificio blanco, oficina 4"
phone = "2222-0000"
email = "facturas@ejemplo.test"
"#;

#[test]
fn documents_of_elsewhere_in_a_series_that_is_numbered_here_are_seen() {
    let installation = Setup::default().company_lines(ISSUER).build();
    // The past of another system is none of it.
    installation.import(&invoices(3));
    installation.run(&["generate", "--of", &of_signed(&installation), "--kind", "NC"]).exits(0);
    assert!(checks(&installation, &["--offline"], "numbers").is_empty());
    let note = installation.value("SELECT consecutivo FROM documents WHERE kind = 'NC'");
    let series: u64 = note[10..].parse().unwrap();
    installation.import(&[crate::common::numbered("nc.xml", series + 1)]);
    let found = checks(&installation, &["--offline"], "numbers");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(&note[..10]) && found[0].contains("1 documents"), "{found:?}");
}

fn of_signed(installation: &Installation) -> String {
    installation.run(&["sign"]).exits(0);
    invoice(1).clave
}

#[test]
fn what_the_issuer_lacks_is_seen() {
    let installation = Setup::default().company_lines(ISSUER).build();
    assert_eq!(checks(&installation, &["--offline"], "issuer"), ["ok complete"]);
    installation.reconfigure("phone = \"2222-0000\"\nemail = \"facturas@ejemplo.test\"\n", "");
    assert_eq!(
        checks(&installation, &["--offline"], "issuer"),
        ["warning email and phone of [company.issuer] missing"]
    );
    installation.reconfigure("address =", "email = \"facturas ejemplo\"\naddress =");
    assert!(checks(&installation, &["--offline"], "issuer")[0].starts_with("failure "));
    installation.run(&["doctor", "--offline"]).exits(2);
    installation.reconfigure("facturas ejemplo", "facturas@ejemplo.test");
    installation.reconfigure("address =", "phone = \"ring me\"\naddress =");
    assert!(checks(&installation, &["--offline"], "issuer")[0].contains("not a telephone number"));
    assert!(checks(&Installation::new(), &["--offline"], "issuer").is_empty());
}

/// A login that was refused and works now is not shown as refused; what nobody uses any more is not shown at all.
#[test]
fn nothing_stale_stands_beside_the_fresh() {
    let script = Script::default().with(Rule::new(Action::InvalidGrant).times(1));
    let installation = Installation::with(script);
    installation.one_signed();
    installation.run(&["submit"]).exits(6);
    assert!(checks(&installation, &["--offline"], "login")[0].starts_with("failure refused since"));
    let fresh = checks(&installation, &[], "login");
    assert_eq!(fresh.len(), 1, "{fresh:?}");
    assert!(fresh[0].starts_with("ok "), "{fresh:?}");
    installation.reconfigure("id = \"imaginaria\"", "id = \"renamed\"");
    assert!(checks(&installation, &["--offline"], "login").is_empty());
}
