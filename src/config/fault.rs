//! What may be wrong with a key or a value of the file, as data; the words are made in `output/words`. None holds a value that
//! might be a secret.

use std::ops::RangeInclusive;

use rust_decimal::Decimal;

use crate::cause::AddressFault;
use crate::document::{DocumentError, IdentificationType};
use crate::hacienda::Environment;
use crate::named::Unknown;

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigFault {
    /// The file is not TOML.
    Syntax {
        /// The parser's words.
        detail: String,
    },
    /// A key that nobody knows.
    UnknownKey {
        /// The key.
        key: String,
        /// The known one that it looks like.
        nearest: Option<String>,
        /// All that may stand there.
        known: Vec<String>,
    },
    /// A key that stands in another table than its own.
    Misplaced {
        /// The key.
        key: String,
        /// Where it belongs.
        home: Home,
        /// It holds a secret as plain text.
        plain_secret: bool,
    },
    /// `companies` instead of `[[company]]`.
    Companies,
    /// A key that must be there is not.
    Missing {
        /// The key.
        key: String,
    },
    /// A value of another kind.
    Expected {
        /// What it must be.
        expected: Expected,
        /// What it is.
        found: ValueKind,
    },
    /// Text, or a list, with nothing in it.
    Empty,
    /// A list with nothing in it.
    EmptyList,
    /// A word that is the name of nothing.
    Unknown(Unknown),
    /// A whole number outside its range.
    OutOfRange {
        /// The range.
        range: RangeInclusive<u32>,
        /// The number, as written.
        found: String,
    },
    /// A number that is no decimal.
    NotDecimal {
        /// As written.
        text: String,
    },
    /// A text that is no day.
    NotADay {
        /// As written.
        text: String,
    },
    /// A multiplier of delays that is not above 0 and at most 100.
    Multiplier {
        /// As written.
        found: Decimal,
    },
    /// No list of 1 to 100 delays.
    Delays,
    /// A secret that stands in the file.
    PlainSecret,
    /// A secret with none, or several, of its four sources.
    SecretSources,
    /// Not the name of an environment variable.
    NotAVariable,
    /// Not the name of a systemd credential.
    NotACredential,
    /// A text of the wrong length.
    Length {
        /// Characters that it must have.
        allowed: RangeInclusive<usize>,
        /// Characters that it has.
        found: usize,
    },
    /// A place that is no district of nota 14.
    NotADistrict {
        /// As written.
        text: String,
    },
    /// More mail addresses than a comprobante takes.
    TooManyAddresses {
        /// How many.
        found: usize,
        /// How many are allowed.
        most: usize,
    },
    /// The id of a company that another has.
    IdTaken {
        /// The id.
        id: String,
    },
    /// Two companies between which a document could not tell.
    SameTaxpayer {
        /// The other company.
        twin: String,
        /// The environment of both.
        environment: Environment,
    },
    /// Not an id that is safe in file names, metrics and shells.
    NotAnId,
    /// A type of identification that Hacienda gives no certificate to.
    CannotSign {
        /// The type.
        kind: IdentificationType,
    },
    /// A type of identification, or a number of one, that cannot be.
    Identification(DocumentError),
    /// Not an identification, with or without dashes.
    NotASeal,
    /// An address to which no secret may be sent.
    Address(AddressFault),
    /// A key without the one that belongs to it.
    Alone {
        /// The other key.
        needs: &'static str,
    },
    /// Not a SHA-256 digest in Base64.
    NotADigest,
    /// `[notify]` tells nobody.
    NobodyTold,
    /// A mail server elsewhere would be talked to in the clear.
    ClearMailElsewhere {
        /// The server.
        host: String,
    },
    /// A way to protect a mail connection that does not exist.
    UnknownTls {
        /// As written.
        text: String,
    },
    /// Not a mail address.
    NotAMailbox {
        /// As written.
        text: String,
    },
}

/// Where a misplaced key belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// `[defaults]` or a `[[company]]`.
    Settings,
    /// A `[[company]]`.
    Company,
    /// Beside `[defaults]`, as `[retry.network]`.
    Retry,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Text in quotes.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    WholeNumber,
    /// A number.
    Number,
    /// A day.
    Day,
    /// A list in brackets.
    List,
    /// A table.
    Table,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Text.
    Text,
    /// A whole number.
    WholeNumber,
    /// A number with decimals.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A date, or a date and time.
    Date,
    /// A list.
    List,
    /// A table.
    Table,
}

/// What is wrong with `CR_EINVOICE_CLOCK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixedClockFault {
    /// A company is in production.
    Production {
        /// Its id.
        company: String,
    },
    /// It is no instant.
    NotAnInstant {
        /// As it is set.
        text: String,
    },
}

/// One of every kind, for tests of words.
#[cfg(test)]
pub(crate) fn examples() -> Vec<ConfigFault> {
    use crate::cause::testing::address_faults;

    let text = || "§".to_owned();
    let unknown = "§".parse::<Environment>().unwrap_err();
    let expected = [
        Expected::Text,
        Expected::Boolean,
        Expected::WholeNumber,
        Expected::Number,
        Expected::Day,
        Expected::List,
        Expected::Table,
    ];
    let found = [
        ValueKind::List,
        ValueKind::Text,
        ValueKind::WholeNumber,
        ValueKind::Number,
        ValueKind::Boolean,
        ValueKind::Date,
        ValueKind::Table,
    ];
    let mut all: Vec<ConfigFault> =
        expected.into_iter().zip(found).map(|(expected, found)| ConfigFault::Expected { expected, found }).collect();
    for home in [Home::Settings, Home::Company, Home::Retry] {
        all.push(ConfigFault::Misplaced { key: text(), home, plain_secret: home == Home::Company });
    }
    for nearest in [None, Some(text())] {
        all.push(ConfigFault::UnknownKey { key: text(), nearest, known: vec![text(), text()] });
    }
    all.extend(address_faults("§").into_iter().map(ConfigFault::Address));
    all.extend([
        ConfigFault::Syntax { detail: text() },
        ConfigFault::Companies,
        ConfigFault::Missing { key: text() },
        ConfigFault::Empty,
        ConfigFault::EmptyList,
        ConfigFault::Unknown(unknown),
        ConfigFault::OutOfRange { range: 1..=9, found: text() },
        ConfigFault::NotDecimal { text: text() },
        ConfigFault::NotADay { text: text() },
        ConfigFault::Multiplier { found: Decimal::ZERO },
        ConfigFault::Delays,
        ConfigFault::PlainSecret,
        ConfigFault::SecretSources,
        ConfigFault::NotAVariable,
        ConfigFault::NotACredential,
        ConfigFault::Length { allowed: 5..=100, found: 3 },
        ConfigFault::NotADistrict { text: text() },
        ConfigFault::TooManyAddresses { found: 5, most: 4 },
        ConfigFault::IdTaken { id: text() },
        ConfigFault::SameTaxpayer { twin: text(), environment: Environment::Sandbox },
        ConfigFault::NotAnId,
        ConfigFault::CannotSign { kind: IdentificationType::Extranjero },
        ConfigFault::Identification("§".parse::<IdentificationType>().unwrap_err()),
        ConfigFault::NotASeal,
        ConfigFault::Alone { needs: "password" },
        ConfigFault::NotADigest,
        ConfigFault::NobodyTold,
        ConfigFault::ClearMailElsewhere { host: text() },
        ConfigFault::UnknownTls { text: text() },
        ConfigFault::NotAMailbox { text: text() },
    ]);
    all
}
