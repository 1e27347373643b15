//! A login that is refused: one attempt, the company's documents wait, the other company goes on.

use cr_einvoice::secret::Secret;
use cr_einvoice::simulator::{Action, Rule, Script, User};

use crate::common::{Installation, PASSWORD, Setup, invoices, of_hotel};

fn only_the_hotel() -> Script {
    let user =
        |username: &str, password: &str| User { username: username.into(), password: Secret::new(password.to_owned()) };
    Script {
        users: vec![
            user("cpj-3-102-999666@stag.test", PASSWORD),
            user("cpj-3-101-999888@stag.test", "the new password"),
        ],
        ..Script::default()
    }
}

fn two_companies() -> Installation {
    let installation = Setup::default().two_companies().script(only_the_hotel()).build();
    let mut documents = invoices(5);
    documents.extend(invoices(3).iter().map(of_hotel));
    installation.signed(&documents);
    installation
}

fn refusals(installation: &Installation) -> usize {
    installation.logins().iter().filter(|login| login.starts_with("password 4")).count()
}

#[test]
fn a_refused_login_is_tried_once_and_the_other_company_goes_on() {
    let mut installation = two_companies();
    installation.run(&["submit"]).exits(6);
    assert_eq!(refusals(&installation), 1, "{:?}", installation.logins());
    let of_company = "SELECT company, state, count(*) FROM documents GROUP BY 1, 2 ORDER BY 1";
    assert_eq!(installation.rows(of_company), ["hotel submitted 3", "imaginaria signed 5"]);
    assert_eq!(
        installation.rows("SELECT operation, state, max(retry_count), count(*) FROM retry_queue GROUP BY 1, 2"),
        ["submit pending 0 5"],
    );

    for hour in 19..24 {
        installation.set_clock(&format!("2026-11-20T{hour}:00:00Z"));
        let ran = installation.run(&["retry", "run"]).exits(6);
        assert!(!ran.stderr.contains(PASSWORD) && !ran.stdout.contains(PASSWORD));
        installation.run(&["run"]).exits(6);
    }
    assert_eq!(refusals(&installation), 1, "the same credentials are not tried again by themselves");
    assert_eq!(
        installation.rows("SELECT state, max(retry_count), count(*) FROM retry_queue GROUP BY 1"),
        ["pending 0 5"],
        "no attempt was spent"
    );

    installation.write_private("imaginaria.password", b"the new password\n");
    installation.reconfigure(
        "username = \"cpj-3-101-999888@stag.test\"\npassword = { file = \"password\" }",
        "username = \"cpj-3-101-999888@stag.test\"\npassword = { file = \"imaginaria.password\" }",
    );
    installation.set_clock("2026-11-21T00:00:00Z");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(installation.rows(of_company), ["hotel accepted 3", "imaginaria submitted 5"]);
    assert_eq!(installation.value("SELECT count(*) FROM refused_logins"), "0");
    installation.nothing_doubled_or_changed();
}

#[test]
fn a_person_may_try_the_same_credentials_again() {
    let installation = two_companies();
    installation.run(&["submit"]).exits(6);
    installation.run(&["retry", "now", "1"]).exits(6);
    assert_eq!(refusals(&installation), 2, "`retry now` tries");
    installation.run(&["retry", "run"]).exits(0);
    assert_eq!(refusals(&installation), 2, "nothing is due, so nothing is tried");
}

/// A lifetime that makes no sense fails no login whose token works, and asks for no login more.
#[test]
fn an_odd_lifetime_fails_no_login() {
    for odd in ["-5", "1.5", "\"300\"", "null", "\"soon\""] {
        let script = Script::default().with(Rule::new(Action::ExpiresIn(odd.to_owned())));
        let installation = Setup::default().script(script).setting("max_concurrent_batches", 1).build();
        installation.signed(&invoices(3));
        assert_eq!(installation.json(&["submit"], 0)["succeeded"], 3, "{odd}");
        if odd != "1.5" {
            assert_eq!(installation.logins(), ["password 200", "logout 204"], "{odd}");
        }
        installation.run(&["poll"]).exits(0);
    }
}
