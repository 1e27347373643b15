//! Notices by mail, to a real server on loopback: STARTTLS, TLS, a login, recipients for each company.

#[path = "../../src/notice/smtp_server.rs"]
mod smtp_server;

use cr_einvoice::simulator::{Action, Rule, Script};
use smtp_server::{Mode, SmtpServer};

use crate::common::{Installation, Setup, invoice};

const MAIL_PASSWORD: &str = "correo-Kp4-que-no-se-muestra";

/// A rejected document, and a mail server.
fn rejected(mode: Mode, tls: &str) -> (Installation, SmtpServer, String) {
    let script = Script::default().with(Rule::new(Action::Reject(vec![-37])));
    let lines = "notify_to = [\"contadora@imaginaria.test\"]";
    let installation = Setup::default().script(script).company_lines(lines).build();
    let server = SmtpServer::start(mode);
    installation.write("mail.pem", server.root.as_bytes());
    installation.write_private("mail.password", MAIL_PASSWORD.as_bytes());
    let path = installation.path("cr-einvoice.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let email = format!(
        "\n[notify]\ntimeout = 2\n[notify.email]\nhost = \"localhost\"\nport = {}\ntls = \"{tls}\"\nca_file = \"mail.pem\"\n\
         username = \"facturas\"\npassword = {{ file = \"mail.password\" }}\nfrom = \"facturas@imaginaria.test\"\n\
         to = [\"sysadmin@imaginaria.test\"]\n",
        server.port
    );
    std::fs::write(path, text + &email).unwrap();
    let clave = installation.one_submitted();
    (installation, server, clave)
}

#[test]
fn a_rejection_reaches_the_companys_own_recipients() {
    for (mode, tls) in [(Mode::Starttls, "starttls"), (Mode::Tls, "tls")] {
        let (installation, server, clave) = rejected(mode, tls);
        let ran = installation.run(&["poll"]).exits(3);
        assert!(!ran.stderr.contains("notice"), "{ran:?}");
        let heard = server.heard();
        let login = heard.commands.iter().position(|command| command.starts_with("AUTH ")).unwrap();
        if tls == "starttls" {
            let begun = heard.commands.iter().position(|command| command == "STARTTLS").unwrap();
            assert!(begun < login, "no password before TLS: {:?}", heard.commands);
        }
        let recipients: Vec<_> = heard.commands.iter().filter(|command| command.starts_with("RCPT")).collect();
        assert_eq!(recipients, ["RCPT TO:<contadora@imaginaria.test>"]);
        assert!(
            heard.mail.contains("Subject: [cr-einvoice] imaginaria: Hacienda rejected a document"),
            "{}",
            heard.mail
        );
        assert!(heard.mail.contains(&clave));
        assert!(heard.mail.lines().any(|line| line.starts_with("Reason") && line.contains("-37")), "{}", heard.mail);
        assert!(!heard.mail.contains(MAIL_PASSWORD));
        let buyer = crate::common::content(&invoice(1).xml, "CorreoElectronico").to_owned();
        assert!(!heard.mail.contains(&buyer), "no customer data");
        assert_eq!(installation.value("SELECT way, sent_at IS NOT NULL FROM notices"), "email 1");
    }
}

#[test]
fn a_server_that_refuses_or_says_nothing_is_tried_again() {
    for (mode, tls) in [(Mode::Plain, "starttls"), (Mode::Silent, "tls")] {
        let (installation, server, _) = rejected(mode, tls);
        let started = std::time::Instant::now();
        let ran = installation.run(&["poll"]).exits(3);
        assert!(ran.stderr.contains("the mail could not be sent") && !ran.stderr.contains(MAIL_PASSWORD), "{ran:?}");
        assert!(started.elapsed() < std::time::Duration::from_secs(8), "{:?}", started.elapsed());
        let heard = server.heard();
        assert!(!heard.commands.iter().any(|command| command.starts_with("AUTH")), "{:?}", heard.commands);
        let row = installation.value("SELECT attempts, next_attempt, sent_at, last_error FROM notices");
        assert!(row.starts_with("1 2026-11-20T18:05:00Z - "), "{row}");
        assert!(!row.contains(MAIL_PASSWORD));
    }
}
