//! Notices by mail: one plain text to all recipients, over TLS unless the server is this machine.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Encryption, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use super::Notice;
use crate::config::{Email, SecretError, Tls};

/// Why a mail did not go out. The server's words hold no secret: it never repeats a password.
#[derive(Debug)]
pub enum EmailError {
    /// An address is none.
    Address(String),
    /// The text could not be made into a mail.
    Message(lettre::error::Error),
    /// The password could not be had, or is not text.
    Password(Option<SecretError>),
    /// `ca_file` cannot be read.
    ExtraRoot(PathBuf, io::Error),
    /// The server could not be reached, or refused.
    Server(lettre::transport::smtp::Error),
}

pub(super) fn send(notice: &Notice, email: &Email, to: &[String], timeout: Duration) -> Result<(), EmailError> {
    let message = compose(notice, &email.from, to)?;
    transport(email, timeout)?.send(&message).map(|_| ()).map_err(EmailError::Server)
}

fn compose(notice: &Notice, from: &str, to: &[String]) -> Result<Message, EmailError> {
    let from = mailbox(from)?;
    // The same notice always has the same Message-ID: when a crash hides that it was sent, mail programs show it once.
    let id = format!("<notice-{}-{}@{}>", notice.id, notice.at.timestamp(), from.email.domain());
    let builder = Message::builder()
        .message_id(Some(id))
        .date(SystemTime::from(notice.at))
        .from(from)
        .subject(notice.subject())
        .header(ContentType::TEXT_PLAIN);
    let addressed = to
        .iter()
        .try_fold(builder, |builder: MessageBuilder, address| Ok::<_, EmailError>(builder.to(mailbox(address)?)))?;
    addressed.body(notice.text()).map_err(EmailError::Message)
}

fn mailbox(address: &str) -> Result<Mailbox, EmailError> {
    address.parse().map_err(|_| EmailError::Address(address.to_owned()))
}

fn transport(email: &Email, timeout: Duration) -> Result<SmtpTransport, EmailError> {
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
        let password = source.read().map_err(|cause| EmailError::Password(Some(cause)))?;
        let password = password.expose_text().ok_or(EmailError::Password(None))?.to_owned();
        builder = builder.credentials(Credentials::new(username.clone(), password));
    }
    Ok(builder.build())
}

fn tls_parameters(email: &Email) -> Result<TlsParameters, EmailError> {
    let mut builder = TlsParameters::builder(email.host.clone());
    if let Some(path) = &email.ca_file {
        let pem = fs::read(path).map_err(|cause| EmailError::ExtraRoot(path.clone(), cause))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(EmailError::Server)?);
    }
    builder.build().map_err(EmailError::Server)
}

impl fmt::Display for EmailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmailError::Address(address) => write!(f, "`{address}` is not a mail address"),
            EmailError::Message(cause) => cause.fmt(f),
            EmailError::Password(Some(cause)) => write!(f, "there is no password: {cause}"),
            EmailError::Password(None) => write!(f, "the password is not UTF-8 text, which SMTP needs"),
            EmailError::ExtraRoot(path, cause) => write!(f, "ca_file {} cannot be read: {cause}", path.display()),
            EmailError::Server(cause) => with_sources(f, cause),
        }
    }
}

/// The library says only the kind of failure; what failed is in its sources.
fn with_sources(f: &mut fmt::Formatter<'_>, error: &dyn std::error::Error) -> fmt::Result {
    write!(f, "{error}")?;
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !said.contains(&words) {
            write!(f, ": {words}")?;
            said = words;
        }
        source = cause.source();
    }
    Ok(())
}

impl std::error::Error for EmailError {}
