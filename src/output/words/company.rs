//! What is wrong with a company's means: key, login, addresses.

use super::config::address_fault;
use super::values::{day, moment};
use super::{InWords, say};
use crate::cause::{CertificateFault, CommandFault, CompanyFault, SecretFault};
use crate::language::Language;

/// What is wrong, with the company's name where it is the company's own.
pub(super) fn company_fault(company: &str, fault: &CompanyFault, language: Language) -> String {
    let what = match fault {
        CompanyFault::NotConfigured => {
            return say!(
                language,
                "the company `{company}` is not in the configuration any more; add it again",
                "la empresa `{company}` ya no está en la configuración; agréguela de nuevo"
            );
        }
        CompanyFault::Address { key, address, fault } => {
            let detail = address_fault(fault, language);
            say!(language, "{key} `{address}` cannot be used: {detail}", "{key} `{address}` no se puede usar: {detail}")
        }
        CompanyFault::ExtraRootUnreadable { path, detail } => {
            say!(language, "cannot read ca_file {path}: {detail}", "no se puede leer ca_file {path}: {detail}")
        }
        CompanyFault::ExtraRootUnusable { detail } => {
            say!(language, "ca_file is not a PEM certificate: {detail}", "ca_file no es un certificado PEM: {detail}")
        }
        CompanyFault::Tls { detail } => say!(
            language,
            "TLS could not be set up: {detail}; install the system's ca-certificates or set ca_file",
            "no se pudo preparar TLS: {detail}; instale ca-certificates en el sistema o indique ca_file"
        ),
        CompanyFault::Password(fault) => {
            let fault = secret_fault(fault, language);
            say!(language, "password: {fault}", "contraseña (password): {fault}")
        }
        CompanyFault::Pin(fault) => format!("pin: {}", secret_fault(fault, language)),
        CompanyFault::NamedFile(fault) => secret_fault(fault, language),
        CompanyFault::CertificateUnreadable { path, detail } => {
            say!(language, "cannot read {path}: {detail}", "no se puede leer {path}: {detail}")
        }
        CompanyFault::Certificate { path, fault } => certificate_fault(path, fault, language),
        CompanyFault::LoginRefused { since, last } => {
            let (since, last) = (moment(*since, language), last.in_words(language));
            say!(
                language,
                "the login is refused since {since} and not tried again: {last}. Correct user name and password, or try with \
                 `cr-einvoice retry now --company {company}`",
                "el ingreso se rechaza desde el {since} y no se intenta más: {last}. Corrija usuario y contraseña, o intente \
                 con `cr-einvoice retry now --company {company}`"
            )
        }
    };
    format!("{company}: {what}")
}

/// Why a PIN or password could not be had.
pub(super) fn secret_fault(fault: &SecretFault, language: Language) -> String {
    match fault {
        SecretFault::Unreadable { path, detail } => {
            say!(language, "{path} cannot be read: {detail}", "no se puede leer {path}: {detail}")
        }
        SecretFault::NotAFile { path } => {
            say!(language, "{path} is not a regular file", "{path} no es un archivo común")
        }
        SecretFault::Exposed { path, mode } => say!(
            language,
            "{path} is open to every user of this machine (mode {mode:04o}); close it with `chmod 600 {path}`",
            "{path} está abierto a todos los usuarios de esta máquina (modo {mode:04o}); ciérrelo con `chmod 600 {path}`"
        ),
        SecretFault::EmptyFile { path } => {
            say!(language, "the file {path} is empty", "el archivo {path} está vacío")
        }
        SecretFault::EmptyVariable { name } => {
            say!(language, "the environment variable {name} is empty", "la variable de entorno {name} está vacía")
        }
        SecretFault::EmptyOutput { program } => {
            say!(language, "the command {program} is empty", "el comando {program} no escribió nada")
        }
        SecretFault::EmptyCredential { name } => {
            say!(language, "the systemd credential {name} is empty", "la credencial {name} de systemd está vacía")
        }
        SecretFault::TooLong { path, limit } => {
            say!(language, "{path} has more than {limit} bytes", "{path} tiene más de {limit} bytes")
        }
        SecretFault::NoVariable { name } => say!(
            language,
            "the environment variable {name} is not set",
            "la variable de entorno {name} no está definida"
        ),
        SecretFault::Command { program, fault } => {
            let fault = command_fault(fault, language);
            say!(
                language,
                "the command {program} gave no secret: {fault}",
                "el comando {program} no dio el secreto: {fault}"
            )
        }
        SecretFault::NoCredentials { name } => say!(
            language,
            "the credential {name} is not there: CREDENTIALS_DIRECTORY is not set; it is set where systemd starts the \
             program with LoadCredential=, by hand with `cr-einvoice-manage`",
            "no está la credencial {name}: CREDENTIALS_DIRECTORY no está definida; lo está donde systemd inicia el programa \
             con LoadCredential=, a mano con `cr-einvoice-manage`"
        ),
    }
}

/// Why a program did not do its work.
pub(super) fn command_fault(fault: &CommandFault, language: Language) -> String {
    match fault {
        CommandFault::NotStarted { detail } => {
            say!(language, "it could not be started: {detail}", "no se pudo iniciar: {detail}")
        }
        CommandFault::TimedOut { seconds } => say!(
            language,
            "it was still running after {seconds} s and was stopped",
            "seguía trabajando después de {seconds} s y se detuvo"
        ),
        CommandFault::Failed { status } => say!(
            language,
            "it ended with {status}; run it by hand to see why",
            "terminó con {status}; ejecútelo a mano para ver por qué"
        ),
        CommandFault::TooMuch { limit } => {
            say!(language, "it printed more than {limit} bytes", "escribió más de {limit} bytes")
        }
        CommandFault::Lost { detail } => {
            say!(language, "its output was lost: {detail}", "se perdió lo que escribió: {detail}")
        }
    }
}

/// Why a .p12 file gives no key that signs.
pub(super) fn certificate_fault(path: &str, fault: &CertificateFault, language: Language) -> String {
    match fault {
        CertificateFault::WrongPin => say!(
            language,
            "{path}: the PIN does not open the .p12 file; check it against the one that ATV showed",
            "{path}: el PIN no abre el archivo .p12; compárelo con el que mostró ATV"
        ),
        CertificateFault::UnsupportedAlgorithm { detail } => say!(
            language,
            "{path}: the .p12 file uses what is not supported here ({detail}); export it again with AES-256 or 3DES and \
             an RSA key",
            "{path}: el archivo .p12 usa algo que aquí no se admite ({detail}); expórtelo de nuevo con AES-256 o 3DES y una \
             llave RSA"
        ),
        CertificateFault::Damaged { detail } => say!(
            language,
            "{path}: the .p12 file is damaged or no .p12 file ({detail}); download it again",
            "{path}: el archivo .p12 está dañado o no es un .p12 ({detail}); descárguelo de nuevo"
        ),
        CertificateFault::NoKey => say!(
            language,
            "{path}: the .p12 file holds no private key; export it again with its key",
            "{path}: el archivo .p12 no contiene llave privada; expórtelo de nuevo con su llave"
        ),
        CertificateFault::NoCertificate => say!(
            language,
            "{path}: the .p12 file holds no certificate for its private key",
            "{path}: el archivo .p12 no contiene el certificado de su llave privada"
        ),
        CertificateFault::KeyLength { bits } => say!(
            language,
            "{path}: the RSA key has {bits} bits; annex 2 takes 2048 and 4096 alone: have a new key issued with one of them",
            "{path}: la llave RSA es de {bits} bits; el anexo 2 solo admite 2048 y 4096: pida una llave nueva de uno de ellos"
        ),
        CertificateFault::NotYetValid { from } => {
            let from = day(*from, language);
            say!(
                language,
                "{path} is not valid before {from}; check the clock",
                "{path} no es válido antes del {from}; revise el reloj"
            )
        }
        CertificateFault::Expired { on } => {
            let on = day(*on, language);
            say!(
                language,
                "{path} expired on {on}; generate a new llave criptográfica and configure it",
                "{path} venció el {on}; genere una llave criptográfica nueva y configúrela"
            )
        }
        CertificateFault::OtherHolder { holder, ours } => say!(
            language,
            "{path} belongs to {holder}, not to {ours}; Hacienda would reject it. Configure the company's own \
             certificate (or allow_other_certificate_holder = true)",
            "{path} es de {holder}, no de {ours}; Hacienda lo rechazaría. Configure el certificado propio de la empresa (o \
             allow_other_certificate_holder = true)"
        ),
        CertificateFault::NoHolder => say!(
            language,
            "{path} does not say whose it is (no CPF-, CPJ-, … serial number in its subject); set \
             allow_other_certificate_holder = true if it is right",
            "{path} no dice de quién es (sin CPF-, CPJ-, … como número de serie en su sujeto); indique \
             allow_other_certificate_holder = true si es el correcto"
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
            assert_eq!(certificate_fault("a.p12", &error.clone().into(), Language::English), format!("a.p12: {error}"));
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
            assert_eq!(secret_fault(&error.into(), Language::English), said);
        }
    }
}
