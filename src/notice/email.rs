//! Notices by mail: one plain text to all recipients, over TLS unless the server is this machine.

use std::fs;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Encryption, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Notice, NoticeFault};
use crate::config::{Email, Tls};
use crate::hacienda::Redactor;

pub(super) fn send(notice: &Notice, email: &Email, to: &[String], timeout: Duration) -> Result<(), NoticeFault> {
    let message = compose(notice, &email.from, to)?;
    let mut redactor = Redactor::default();
    let transport = transport(email, timeout, &mut redactor)?;
    transport.send(&message).map(|_| ()).map_err(|error| of_server(&error, &redactor))
}

fn compose(notice: &Notice, from: &str, to: &[String]) -> Result<Message, NoticeFault> {
    let from = mailbox(from)?;
    // The same notice always has the same Message-ID: when a crash hides that it was sent, mail programs show it once.
    let id = format!("<notice-{}-{}@{}>", notice.id, notice.at.timestamp(), from.email.domain());
    let builder = Message::builder()
        .message_id(Some(id))
        .date(SystemTime::from(notice.at))
        .from(from)
        .subject(notice.subject.as_str())
        .header(ContentType::TEXT_PLAIN);
    let addressed = to
        .iter()
        .try_fold(builder, |builder: MessageBuilder, address| Ok::<_, NoticeFault>(builder.to(mailbox(address)?)))?;
    addressed.body(notice.text()).map_err(|error| NoticeFault::Mail { detail: with_sources(&error) })
}

fn mailbox(address: &str) -> Result<Mailbox, NoticeFault> {
    address.parse().map_err(|_| NoticeFault::Address { address: address.to_owned() })
}

/// The way to the server. Whatever secret it will be told, `redactor` takes out of its words.
fn transport(email: &Email, timeout: Duration, redactor: &mut Redactor) -> Result<SmtpTransport, NoticeFault> {
    let encryption = match email.tls {
        // Required, not opportunistic: nothing is said, least of all a password, to a server that offers no TLS.
        Tls::Starttls => Encryption::Required(tls_parameters(email)?),
        Tls::Implicit => Encryption::Wrapper(tls_parameters(email)?),
        Tls::NoneOnLoopback => Encryption::None,
    };
    // `dangerous` is the name of the builder that takes any encryption; the line above is what makes it safe.
    let mut builder =
        SmtpTransport::builder_dangerous(&email.host).port(email.port).tls(encryption).timeout(Some(timeout));
    if let Some((username, source)) = &email.login {
        let password = source.read().map_err(|error| NoticeFault::Password(error.into()))?;
        redactor.add(&password);
        // AUTH PLAIN (RFC 4616).
        let plain = [b"\0", username.as_bytes(), b"\0", password.expose()].concat();
        redactor.add_form(STANDARD.encode(plain).into_bytes());
        let password = password.expose_text().ok_or(NoticeFault::PasswordNotText)?.to_owned();
        builder = builder.credentials(Credentials::new(username.clone(), password));
    }
    Ok(builder.build())
}

fn tls_parameters(email: &Email) -> Result<TlsParameters, NoticeFault> {
    let mut builder = TlsParameters::builder(email.host.clone());
    if let Some(path) = &email.ca_file {
        let pem = fs::read(path)
            .map_err(|error| NoticeFault::ExtraRoot { path: path.display().to_string(), detail: error.to_string() })?;
        builder = builder.add_root_certificate(
            Certificate::from_pem(&pem).map_err(|error| of_server(&error, &Redactor::default()))?,
        );
    }
    builder.build().map_err(|error| of_server(&error, &Redactor::default()))
}

/// The server's words, should it repeat what it was told, without the password.
fn of_server(error: &lettre::transport::smtp::Error, redactor: &Redactor) -> NoticeFault {
    NoticeFault::Server { detail: redactor.text(with_sources(error)) }
}

/// The library says only the kind of failure; what failed is in its sources.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let next = cause.to_string();
        if words.last().is_none_or(|said| !said.contains(&next)) {
            words.push(next);
        }
        source = cause.source();
    }
    words.join(": ")
}
