//! What is wrong with a company's means: key, login, addresses.

use super::cause;
use crate::cause::{CertificateFault, CommandFault, CompanyFault, SecretFault};
use crate::clock::costa_rica_text;

/// What is wrong, with the company's name where it is the company's own.
pub(super) fn company_fault(company: &str, fault: &CompanyFault) -> String {
    let what = match fault {
        CompanyFault::NotConfigured => {
            return format!("the company `{company}` is not in the configuration any more; add it again");
        }
        CompanyFault::Address { key, address, detail } => format!("{key} `{address}` cannot be used: {detail}"),
        CompanyFault::ExtraRootUnreadable { path, detail } => format!("cannot read ca_file {path}: {detail}"),
        CompanyFault::ExtraRootUnusable { detail } => format!("ca_file is not a PEM certificate: {detail}"),
        CompanyFault::Tls { detail } => {
            format!("TLS could not be set up: {detail}; install the system's ca-certificates or set ca_file")
        }
        CompanyFault::Password(fault) => format!("password: {}", secret_fault(fault)),
        CompanyFault::Pin(fault) => format!("pin: {}", secret_fault(fault)),
        CompanyFault::CertificateUnreadable { path, detail } => format!("cannot read {path}: {detail}"),
        CompanyFault::Certificate { path, fault } => certificate_fault(path, fault),
        CompanyFault::LoginRefused { since, last } => format!(
            "the login is refused since {} and not tried again: {}. Correct user name and password, or try with \
             `cr-einvoice retry now --company {company}`",
            costa_rica_text(*since),
            cause(last)
        ),
    };
    format!("{company}: {what}")
}

/// Why a PIN or password could not be had.
pub(super) fn secret_fault(fault: &SecretFault) -> String {
    match fault {
        SecretFault::Unreadable { path, detail } => format!("{path} cannot be read: {detail}"),
        SecretFault::NotAFile { path } => format!("{path} is not a regular file"),
        SecretFault::Exposed { path, mode } => {
            format!("{path} is open to every user of this machine (mode {mode:04o}); close it with `chmod 600 {path}`")
        }
        SecretFault::EmptyFile { path } => format!("the file {path} is empty"),
        SecretFault::EmptyVariable { name } => format!("the environment variable {name} is empty"),
        SecretFault::EmptyOutput { program } => format!("the command {program} is empty"),
        SecretFault::EmptyCredential { name } => format!("the systemd credential {name} is empty"),
        SecretFault::TooLong { path, limit } => format!("{path} has more than {limit} bytes"),
        SecretFault::NoVariable { name } => format!("the environment variable {name} is not set"),
        SecretFault::Command { program, fault } => {
            format!("the command {program} gave no secret: {}", command_fault(fault))
        }
        SecretFault::NoCredentials { name } => format!(
            "the credential {name} is not there: CREDENTIALS_DIRECTORY is not set; it is set where systemd starts the \
             service with LoadCredential={name}:…"
        ),
    }
}

/// Why a program did not do its work.
pub(super) fn command_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::NotStarted { detail } => format!("it could not be started: {detail}"),
        CommandFault::TimedOut { seconds } => format!("it was still running after {seconds} s and was stopped"),
        CommandFault::Failed { status } => format!("it ended with {status}; run it by hand to see why"),
        CommandFault::TooMuch { limit } => format!("it printed more than {limit} bytes"),
        CommandFault::Lost { detail } => format!("its output was lost: {detail}"),
    }
}

/// Why a .p12 file gives no key that signs.
pub(super) fn certificate_fault(path: &str, fault: &CertificateFault) -> String {
    match fault {
        CertificateFault::WrongPin => {
            format!("{path}: the PIN does not open the .p12 file; check it against the one that ATV showed")
        }
        CertificateFault::UnsupportedAlgorithm { detail } => format!(
            "{path}: the .p12 file uses what is not supported here ({detail}); export it again with AES-256 or 3DES and \
             an RSA key"
        ),
        CertificateFault::Damaged { detail } => {
            format!("{path}: the .p12 file is damaged or no .p12 file ({detail}); download it again")
        }
        CertificateFault::NoKey => format!("{path}: the .p12 file holds no private key; export it again with its key"),
        CertificateFault::NoCertificate => {
            format!("{path}: the .p12 file holds no certificate for its private key")
        }
        CertificateFault::KeyLength { bits } => {
            format!(
                "{path}: the RSA key has {bits} bits; annex 2 takes 2048 and 4096 alone: have a new key issued with one of them"
            )
        }
        CertificateFault::NotYetValid { from } => format!("{path} is not valid before {from}; check the clock"),
        CertificateFault::Expired { on } => {
            format!("{path} expired on {on}; generate a new llave criptográfica and configure it")
        }
        CertificateFault::OtherHolder { holder, ours } => format!(
            "{path} belongs to {holder}, not to {ours}; Hacienda would reject it. Configure the company's own \
             certificate (or allow_other_certificate_holder = true)"
        ),
        CertificateFault::NoHolder => format!(
            "{path} does not say whose it is (no CPF-, CPJ-, … serial number in its subject); set \
             allow_other_certificate_holder = true if it is right"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{SecretError, SecretSource};
    use crate::signature::CredentialError;
    use crate::subprocess::RunError;

    /// Checks that speak before anything is stored use the error's own words: both must be the same.
    #[test]
    fn a_certificate_is_refused_in_the_same_words_everywhere() {
        for error in [
            CredentialError::WrongPin,
            CredentialError::UnsupportedAlgorithm("RC4".to_owned()),
            CredentialError::Damaged("cut".to_owned()),
            CredentialError::NoKey,
            CredentialError::NoCertificate,
            CredentialError::KeyLength(1024),
        ] {
            assert_eq!(certificate_fault("a.p12", &error.clone().into()), format!("a.p12: {error}"));
        }
    }

    #[test]
    fn a_secret_is_missed_in_the_same_words_everywhere() {
        let unreadable = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let seconds = std::time::Duration::from_secs(10);
        let mut errors = vec![
            SecretError::Unreadable("pin".into(), unreadable()),
            SecretError::NotAFile("pin".into()),
            SecretError::Exposed { path: "pin".into(), mode: 0o644 },
            SecretError::TooLong("pin".into(), 9),
            SecretError::NoVariable("PIN".to_owned()),
            SecretError::NoCredentials("pin".to_owned()),
        ];
        for source in [
            SecretSource::File("pin".into()),
            SecretSource::Env("PIN".to_owned()),
            SecretSource::Command(vec!["pass".to_owned()]),
            SecretSource::Credential("pin".to_owned()),
        ] {
            errors.push(SecretError::Empty(source));
        }
        for error in [
            RunError::Start(unreadable()),
            RunError::TimedOut(seconds),
            RunError::Failed(std::os::unix::process::ExitStatusExt::from_raw(3 << 8)),
            RunError::TooMuch(9),
            RunError::Lost(unreadable()),
        ] {
            errors.push(SecretError::Command("pass".to_owned(), error));
        }
        for error in errors {
            let said = error.to_string();
            assert_eq!(secret_fault(&error.into()), said);
        }
    }
}
