//! What notices say, and that they go out by each way, or fail in time and with words.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::smtp_server::{Mode, SmtpServer};
use super::*;
use crate::cause::{CommandFault, SecretFault, Stored};
use crate::config::{Email, SecretSource, Tls};
use crate::language::Language;
use crate::output::{InWords, worded};
use crate::store::Outgoing;

const CLAVE: &str = "50620112600310112345600100001010000000001100000001";

/// One fact of every kind.
pub(crate) fn facts() -> Vec<Fact> {
    let at = "2026-11-20T15:00:00Z".parse().unwrap();
    let ends = |days| Fact::CertificateEnds { at, days, serial: "77".to_owned() };
    let mut facts: Vec<_> = LegalRule::ALL
        .iter()
        .flat_map(|rule| [true, false].map(|passed| Fact::Term { rule: *rule, due_at: at, passed }))
        .collect();
    facts.extend([
        Fact::RetriesSpent { operation: Operation::CheckStatus, category: Category::RateLimit, retries: 4 },
        Fact::Rejected,
        Fact::RejectedFor { reason: Remark::Words("La firma no es válida".to_owned()) },
        Fact::NoVerdict { hours: 24, since: None },
        Fact::NoVerdict { hours: 24, since: Some(DateTime::UNIX_EPOCH) },
        Fact::AnswerDiffers { elements: vec!["TotalFactura".to_owned(), "Mensaje".to_owned()] },
        Fact::OtherSeal { holder: Some("3101999888".to_owned()) },
        Fact::OtherSeal { holder: None },
        Fact::SealFails { part: Some("reference_document".to_owned()) },
        Fact::SealFails { part: None },
        Fact::SeriesStopped {
            series: "0010000101".to_owned(),
            clave: "50620112600310199988800100001010000000015112345678".to_owned(),
        },
        Fact::SeriesStopped { series: "x".to_owned(), clave: "506".to_owned() },
        Fact::ReceivedBefore,
        ends(7),
        ends(0),
        Fact::LoginRefused { since: at },
    ]);
    facts
}

/// Every reason for which a notice does not go out, holding this text wherever it holds any.
pub(crate) fn faults(text: &str) -> Vec<NoticeFault> {
    let text = || text.to_owned();
    vec![
        NoticeFault::Command(CommandFault::TimedOut { seconds: 10 }),
        NoticeFault::Unwritable { detail: text() },
        NoticeFault::Address { address: text() },
        NoticeFault::Mail { detail: text() },
        NoticeFault::Password(SecretFault::NoVariable { name: text() }),
        NoticeFault::PasswordNotText,
        NoticeFault::ExtraRoot { path: text(), detail: text() },
        NoticeFault::Server { detail: text() },
        NoticeFault::NotConfigured { way: text() },
        NoticeFault::Words(text()),
    ]
}

/// A kind that the table does not know would be lost with the transaction of what it reports.
#[test]
fn the_schema_knows_every_kind() {
    let schema = include_str!("../../schema.sql");
    let table = &schema[schema.find("CREATE TABLE notices (").unwrap()..];
    let list = table.split("(kind IN (").nth(1).unwrap().split(')').next().unwrap();
    let mut known: Vec<&str> = list.split(',').map(|kind| kind.trim().trim_matches('\'')).collect();
    let mut kinds = crate::named::names::<NoticeKind>();
    known.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(known, kinds);
}

#[test]
fn every_fact_reads_back_and_what_is_none_stays_words() {
    let facts = facts();
    for kind in NoticeKind::ALL {
        assert!(facts.iter().any(|fact| fact.kind() == *kind), "{kind}");
    }
    for fact in facts {
        assert_eq!(Told::of_text(&serde_json::to_string(&fact).unwrap()), Told::Fact(fact));
    }
    for words in ["It has no legal validity.", r#"{"comet":{"tail":3}}"#, ""] {
        assert_eq!(Told::of_text(words), Told::Words(words.to_owned()));
    }
    for fault in faults("x") {
        assert_eq!(NoticeFault::of_text(&fault.to_text()), fault);
    }
}

fn notice() -> Notice {
    let outgoing = Outgoing {
        id: 7,
        at: "2026-11-20T15:00:00Z".parse().unwrap(),
        kind: NoticeKind::Rejected,
        company: "acme".to_owned(),
        clave: Some(CLAVE.to_owned()),
        consecutivo: Some("00100001010000000001".to_owned()),
        receptor_name: Some("Peña e Hijos\r\nBcc: x@example.test".to_owned()),
        told: Told::Fact(Fact::Rejected),
        way: Way::Email,
        attempts: 0,
    };
    worded(&outgoing, Language::English)
}

fn said(fault: &NoticeFault) -> String {
    fault.in_words(Language::English)
}

fn by_command(script: &str, timeout: Duration) -> Result<(), NoticeFault> {
    let command = Some(["sh", "-c", script].map(str::to_owned).to_vec());
    send(&notice(), Way::Command, &Notify { command, email: None, timeout }, None)
}

fn email(server: &SmtpServer, tls: Tls) -> Email {
    Email {
        host: "localhost".to_owned(),
        port: server.port,
        tls,
        ca_file: None,
        login: None,
        from: "cr-einvoice <einvoice@example.test>".to_owned(),
        to: vec!["accounting@example.test".to_owned()],
    }
}

fn by_email(email: Email, recipients: Option<&[String]>) -> Result<(), NoticeFault> {
    let timeout = Duration::from_secs(5);
    send(&notice(), Way::Email, &Notify { command: None, email: Some(email), timeout }, recipients)
}

/// A file of the test's own folder, closed to others.
fn file(folder: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn the_command_gets_one_json_object() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("got.json");
    by_command(&format!("cat > {}", path.display()), Duration::from_secs(10)).unwrap();
    let got: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let keys: Vec<&str> = got.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "at", "kind", "company", "clave", "consecutivo", "receptor_name", "message", "reason"]);
    assert_eq!((got["at"].as_str(), got["kind"].as_str()), (Some("2026-11-20T15:00:00Z"), Some("rejected")));
}

#[test]
fn a_hanging_or_failing_command_is_an_error_in_time() {
    let started = Instant::now();
    let error = by_command("sleep 60", Duration::from_millis(300)).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(said(&error).starts_with("the notify command failed: it was still running after"), "{error:?}");
    let error = by_command("exit 3", Duration::from_secs(10)).unwrap_err();
    assert!(said(&error).contains("exit status: 3"), "{error:?}");
    by_command("exec <&-; yes | head -c 200000", Duration::from_secs(10)).unwrap();
}

#[test]
fn a_mail_says_what_happened_and_nothing_more() {
    let server = SmtpServer::start(Mode::Plain);
    let own = ["boss@acme.example".to_owned(), "Second <second@acme.example>".to_owned()];
    by_email(email(&server, Tls::NoneOnLoopback), Some(&own)).unwrap();
    let heard = server.heard();
    let recipients: Vec<&String> = heard.commands.iter().filter(|it| it.starts_with("RCPT")).collect();
    assert_eq!(recipients, ["RCPT TO:<boss@acme.example>", "RCPT TO:<second@acme.example>"]);
    assert!(heard.mail.contains("Subject: [cr-einvoice] acme: Hacienda rejected a document\r\n"), "{}", heard.mail);
    assert!(heard.mail.contains("Message-ID: <notice-7-1795186800@example.test>"), "{}", heard.mail);
    assert!(heard.mail.contains(CLAVE) && heard.mail.contains("2026-11-20 09:00:00"));
    assert!(!heard.mail.contains("\r\nBcc:"), "a name cannot add a line: {}", heard.mail);
}

#[test]
fn starttls_and_tls_are_verified_and_carry_the_login() {
    for (mode, tls) in [(Mode::Starttls, Tls::Starttls), (Mode::Tls, Tls::Implicit)] {
        let folder = tempfile::tempdir().unwrap();
        let server = SmtpServer::start(mode);
        let mut email = email(&server, tls);
        email.ca_file = Some(file(&folder, "root.pem", &server.root));
        let password = file(&folder, "password", "pa%&=+ss\n");
        email.login = Some(("mailer".to_owned(), SecretSource::File(password)));
        by_email(email, None).unwrap();
        let heard = server.heard();
        assert!(heard.commands.iter().any(|it| it.starts_with("AUTH PLAIN")), "{:?}", heard.commands);
        let login = heard.commands.iter().position(|it| it.starts_with("AUTH"));
        let secured = heard.commands.iter().position(|it| it == "STARTTLS");
        assert!(mode == Mode::Tls || secured.is_some() && secured < login);
        assert!(heard.mail.contains(CLAVE));
    }
}

#[test]
fn an_untrusted_or_unencrypted_server_hears_nothing() {
    for (mode, tls) in [(Mode::Tls, Tls::Implicit), (Mode::Starttls, Tls::Starttls), (Mode::Plain, Tls::Starttls)] {
        let server = SmtpServer::start(mode);
        let error = by_email(email(&server, tls), None).unwrap_err();
        assert!(said(&error).starts_with("the mail could not be sent: "), "{error:?}");
        let heard = server.heard();
        assert!(heard.mail.is_empty() && !heard.commands.iter().any(|it| it.starts_with("MAIL")));
    }
}

#[test]
fn a_refused_login_and_a_silent_server_are_errors_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(Mode::Refusing);
    let mut refused = email(&server, Tls::NoneOnLoopback);
    refused.login = Some(("mailer".to_owned(), SecretSource::File(file(&folder, "password", "hunter2"))));
    let error = by_email(refused, None).unwrap_err();
    let shown = format!("{} {error:?}", said(&error));
    assert!(shown.contains("bad credentials") && !shown.contains("hunter2"), "{shown}");
    // "\0mailer\0hunter2" in Base64, as it was sent.
    assert!(!shown.contains("AG1haWxlcgBodW50ZXIy") && shown.contains("(redacted)"), "{shown}");

    let server = SmtpServer::start(Mode::Silent);
    let started = Instant::now();
    let timeout = Duration::from_millis(300);
    let notify = Notify { command: None, email: Some(email(&server, Tls::NoneOnLoopback)), timeout };
    assert!(send(&notice(), Way::Email, &notify, None).is_err());
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn the_same_fact_has_the_same_identity_and_another_has_another() {
    let at = "2026-11-20T15:00:00Z".parse().unwrap();
    let ends = |days, serial: &str| Fact::CertificateEnds { at, days, serial: serial.to_owned() };
    assert_eq!(ends(15, "77").identity(), "certificate_ends 77 15");
    assert_ne!(ends(15, "77").identity(), ends(7, "77").identity());
    assert_ne!(ends(15, "77").identity(), ends(15, "78").identity());
    let term = |passed| Fact::Term { rule: LegalRule::Offline, due_at: at, passed };
    assert_ne!(term(false).identity(), term(true).identity());
    assert_eq!(Fact::Rejected.identity(), "rejected");
    let reason = Remark::Words("-37".to_owned());
    assert_eq!(
        Fact::RejectedFor { reason }.identity(),
        "rejected",
        "one notice, whether or not a reason could be read"
    );
}

#[test]
fn every_kind_is_read_back_from_its_name() {
    for &kind in NoticeKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
}

#[test]
fn a_way_that_is_not_configured_is_said() {
    let notify = Notify { command: None, email: None, timeout: Duration::from_secs(1) };
    assert_eq!(Way::of(&notify), []);
    let error = send(&notice(), Way::Email, &notify, None).unwrap_err();
    assert_eq!(said(&error), "[notify] no longer has the way `email`");
}
