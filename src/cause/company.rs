//! What keeps a whole company from signing or sending: its place in the configuration, its key, its login, its addresses.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Cause;

/// What is wrong with a company's means. Every document of it fails alike, so no attempt is spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyFault {
    /// The configuration does not have the company any more.
    NotConfigured,
    /// An address must not be used.
    Address {
        /// The configuration key that holds it.
        key: String,
        /// The address as written.
        address: String,
        /// What is wrong with it.
        fault: AddressFault,
    },
    /// `ca_file` cannot be read.
    ExtraRootUnreadable {
        /// The file.
        path: String,
        /// The system's word.
        detail: String,
    },
    /// `ca_file` holds no PEM certificate.
    ExtraRootUnusable {
        /// The parser's word.
        detail: String,
    },
    /// TLS could not be set up.
    Tls {
        /// The library's word.
        detail: String,
    },
    /// There is no password.
    Password(SecretFault),
    /// There is no PIN.
    Pin(SecretFault),
    /// The .p12 file cannot be read.
    CertificateUnreadable {
        /// The file.
        path: String,
        /// The system's word.
        detail: String,
    },
    /// A file that the configuration names is none that is read: a pipe, a folder, too long.
    NamedFile(SecretFault),
    /// The .p12 file gives no key to sign with, or one that Hacienda would refuse.
    Certificate {
        /// The file.
        path: String,
        /// Why.
        fault: CertificateFault,
    },
    /// The identity provider refused these credentials before, and they are not tried again by themselves.
    LoginRefused {
        /// Since when.
        since: DateTime<Utc>,
        /// The refusal.
        last: Box<Cause>,
    },
}

/// Why no secret is sent to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressFault {
    /// It is no address.
    NotAnAddress {
        /// The parser's word.
        detail: String,
    },
    /// It holds a user name or a password.
    HoldsLogin,
    /// It holds a query or a fragment.
    HoldsQuery,
    /// Plain http to another machine.
    PlainHttp,
    /// Neither https nor http.
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
}

/// Why a secret could not be had. Holds no part of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretFault {
    /// The file cannot be opened or read.
    Unreadable {
        /// The file.
        path: String,
        /// The system's word.
        detail: String,
    },
    /// It is a folder, a pipe or a device.
    NotAFile {
        /// Its path.
        path: String,
    },
    /// Every user of the machine may read it.
    Exposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// A file with nothing in it.
    EmptyFile {
        /// The file.
        path: String,
    },
    /// An environment variable with nothing in it.
    EmptyVariable {
        /// Its name.
        name: String,
    },
    /// A command that printed nothing.
    EmptyOutput {
        /// The program.
        program: String,
    },
    /// A systemd credential with nothing in it.
    EmptyCredential {
        /// Its name.
        name: String,
    },
    /// The file has more bytes than any secret.
    TooLong {
        /// The file.
        path: String,
        /// The most that is read.
        limit: u64,
    },
    /// The environment has no such variable.
    NoVariable {
        /// Its name.
        name: String,
    },
    /// The program did not print it.
    Command {
        /// The program, without its arguments.
        program: String,
        /// Why.
        fault: CommandFault,
    },
    /// Not started by systemd with `LoadCredential`.
    NoCredentials {
        /// The credential's name.
        name: String,
    },
}

/// Why a program did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandFault {
    /// It could not be started.
    NotStarted {
        /// The system's word.
        detail: String,
    },
    /// It was still running at the time limit.
    TimedOut {
        /// The limit, in seconds.
        seconds: u64,
    },
    /// It ended with a failure.
    Failed {
        /// `exit status: 3`, `signal: 9 (SIGKILL)`: the system's word.
        status: String,
    },
    /// It printed more than was wanted.
    TooMuch {
        /// The limit, in bytes.
        limit: u64,
    },
    /// Its output or its end could not be read.
    Lost {
        /// The system's word.
        detail: String,
    },
}

/// Why a .p12 file gives no key that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateFault {
    /// The PIN does not open it.
    WrongPin,
    /// It is protected in a way that is not supported, or its key is not RSA.
    UnsupportedAlgorithm {
        /// The library's word.
        detail: String,
    },
    /// It is not a whole .p12.
    Damaged {
        /// The library's word.
        detail: String,
    },
    /// It holds no private key.
    NoKey,
    /// It holds no certificate for its key.
    NoCertificate,
    /// The RSA key has a length that annex 2 does not take.
    KeyLength {
        /// Its bits.
        bits: usize,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// The day in Costa Rica on which it begins.
        from: NaiveDate,
    },
    /// The certificate has ended.
    Expired {
        /// The day in Costa Rica on which it did.
        on: NaiveDate,
    },
    /// It belongs to somebody else.
    OtherHolder {
        /// Whose it is.
        holder: String,
        /// The company's identification.
        ours: String,
    },
    /// It does not say whose it is.
    NoHolder,
}
