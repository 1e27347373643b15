//! `[notify]`: whom to tell when a person is needed, by a command, by e-mail, or both.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ConfigError;
use super::fault::ConfigFault;
use super::secret_source::{SecretSource, secret};
use super::section::{Section, Setting};

/// How a person is told.
#[derive(Debug, Clone)]
pub struct Notify {
    /// A program that gets one JSON object on stdin; run without a shell.
    pub command: Option<Vec<String>>,
    /// A mail server and its recipients.
    pub email: Option<Email>,
    /// How long the program, or the mail server, may take.
    pub timeout: Duration,
}

/// The mail server and who gets the mail.
#[derive(Debug, Clone)]
pub struct Email {
    /// The server's name.
    pub host: String,
    /// Its port: 587 with STARTTLS, 465 with TLS, 25 on this machine.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// An extra trusted root, PEM, for a server with a certificate of the house.
    pub ca_file: Option<PathBuf>,
    /// The login, where the server wants one.
    pub login: Option<(String, SecretSource)>,
    /// The sender.
    pub from: String,
    /// Who gets it, unless the company has its own list.
    pub to: Vec<String>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the clear and must turn to TLS before anything is said.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: only to a server on this machine.
    NoneOnLoopback,
}

impl Tls {
    fn usual_port(self) -> u16 {
        match self {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::NoneOnLoopback => 25,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Notify, ConfigError> {
    section.only(&["command", "timeout", "email"], |_| None)?;
    let seconds = section.setting("timeout").map_or(Ok(30), |setting| setting.number(1..=600))?;
    let notify = Notify {
        command: section.setting("command").map(|setting| setting.texts()).transpose()?,
        email: section.section("email")?.map(|email| read_email(&email)).transpose()?,
        timeout: Duration::from_secs(u64::from(seconds)),
    };
    if notify.command.is_none() && notify.email.is_none() {
        return Err(section.refuse(ConfigFault::NobodyTold));
    }
    Ok(notify)
}

fn read_email(section: &Section<'_>) -> Result<Email, ConfigError> {
    section.only(&["host", "port", "tls", "ca_file", "username", "password", "from", "to"], |_| None)?;
    let host = section.required("host")?;
    let tls = section.setting("tls").map_or(Ok(Tls::Starttls), |setting| read_tls(&setting, host.text()?))?;
    let port = section.setting("port").map(|setting| setting.number(1..=65_535)).transpose()?;
    let to = section.required("to")?;
    to.array()?.iter().try_for_each(check_mailbox)?;
    check_mailbox(&section.required("from")?)?;
    Ok(Email {
        host: host.text()?.to_owned(),
        port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(tls.usual_port()),
        tls,
        ca_file: section.setting("ca_file").map(|setting| setting.path()).transpose()?,
        login: read_login(section)?,
        from: section.required("from")?.text()?.to_owned(),
        to: to.texts()?,
    })
}

fn read_tls(setting: &Setting<'_>, host: &str) -> Result<Tls, ConfigError> {
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match setting.text()? {
        "starttls" => Ok(Tls::Starttls),
        "tls" => Ok(Tls::Implicit),
        "none-on-loopback" if loopback => Ok(Tls::NoneOnLoopback),
        "none-on-loopback" => Err(setting.refuse(ConfigFault::ClearMailElsewhere { host: host.to_owned() })),
        other => Err(setting.refuse(ConfigFault::UnknownTls { text: other.to_owned() })),
    }
}

fn read_login(section: &Section<'_>) -> Result<Option<(String, SecretSource)>, ConfigError> {
    match (section.setting("username"), section.setting("password")) {
        (None, None) => Ok(None),
        (Some(username), Some(password)) => Ok(Some((username.text()?.to_owned(), secret(&password)?))),
        (Some(alone), None) => Err(alone.refuse(ConfigFault::Alone { needs: "password" })),
        (None, Some(alone)) => {
            secret(&alone)?;
            Err(alone.refuse(ConfigFault::Alone { needs: "username" }))
        }
    }
}

/// `name@host` or `Name <name@host>`; the mail library has the last word when it sends.
pub(super) fn check_mailbox(setting: &Setting<'_>) -> Result<(), ConfigError> {
    let text = setting.text()?;
    let address = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    let well_formed = address
        .rsplit_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !address.contains(char::is_whitespace));
    if well_formed { Ok(()) } else { Err(setting.refuse(ConfigFault::NotAMailbox { text: text.to_owned() })) }
}
