//! What is wrong with the configuration, said so that one can go there and mend it. `Display` is the English, for JSON and the
//! log.

use std::fmt;

use super::{InWords, say};
use crate::cause::AddressFault;
use crate::config::{ConfigError, ConfigFault, Expected, FixedClockFault, Home, ValueKind};
use crate::language::Language;
use crate::named::Unknown;

/// Why there is no usable configuration.
pub(super) fn config_error(error: &ConfigError, language: Language) -> String {
    match error {
        ConfigError::NotFound { searched } => {
            let places: Vec<String> = searched.iter().map(|path| path.display().to_string()).collect();
            let places = places.join(", ");
            say!(
                language,
                "there is no configuration; looked for {places}",
                "no hay configuración; se buscó en {places}"
            )
        }
        ConfigError::Missing { path, by } => {
            let path = path.display();
            say!(
                language,
                "there is no configuration {path}, which {by} names",
                "no existe la configuración {path}, que indica {by}"
            )
        }
        ConfigError::Unreadable { path, cause } => {
            let path = path.display();
            say!(
                language,
                "the configuration {path} cannot be read: {cause}",
                "no se puede leer la configuración {path}: {cause}"
            )
        }
        ConfigError::Invalid { path, place, key, fault } => {
            let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
            let fault = config_fault(fault, language);
            format!("{}:{}:{}: {key}{fault}", path.display(), place.line, place.column)
        }
        ConfigError::FixedClock { fault } => fixed_clock(fault, language),
        ConfigError::UnknownCompany { id, known } if known.is_empty() => say!(
            language,
            "there is no company `{id}`: the configuration has none",
            "no hay empresa `{id}`: la configuración no tiene ninguna"
        ),
        ConfigError::UnknownCompany { id, known } => {
            let known = known.join(", ");
            say!(
                language,
                "there is no company `{id}`; the configuration has {known}",
                "no hay empresa `{id}`; la configuración tiene {known}"
            )
        }
    }
}

/// What to do next, where the sentence itself does not say it.
pub(in crate::output) fn config_help(error: &ConfigError, language: Language) -> Option<String> {
    Some(match error {
        ConfigError::NotFound { .. } => say!(
            language,
            "write one with `cr-einvoice init`, or name it with --config",
            "escriba una con `cr-einvoice init`, o indíquela con --config"
        ),
        ConfigError::Missing { path, .. } => {
            let path = path.display();
            say!(
                language,
                "correct the name, or write one there: `cr-einvoice --config {path} init`",
                "corrija el nombre, o escriba una ahí: `cr-einvoice --config {path} init`"
            )
        }
        ConfigError::Unreadable { path, .. } => {
            let path = path.display();
            say!(language, "check that this user may read {path}", "revise que este usuario pueda leer {path}")
        }
        ConfigError::Invalid { path, place, .. } => {
            let (path, line) = (path.display(), place.line);
            say!(
                language,
                "mend {path} at line {line}; `cr-einvoice doctor --offline` checks it",
                "corrija {path} en la línea {line}; `cr-einvoice doctor --offline` la revisa"
            )
        }
        ConfigError::FixedClock { .. } => {
            say!(language, "unset CR_EINVOICE_CLOCK", "quite CR_EINVOICE_CLOCK del entorno")
        }
        ConfigError::UnknownCompany { .. } => return None,
    })
}

/// What is wrong with a key or a value.
pub(super) fn config_fault(fault: &ConfigFault, language: Language) -> String {
    match fault {
        ConfigFault::Syntax { detail } => detail.clone(),
        ConfigFault::UnknownKey { key, nearest: Some(nearest), .. } => say!(
            language,
            "unknown key `{key}`; did you mean `{nearest}`?",
            "la clave `{key}` no existe; ¿quiso decir `{nearest}`?"
        ),
        ConfigFault::UnknownKey { key, nearest: None, known } => {
            let known = known.join(", ");
            say!(
                language,
                "unknown key `{key}`; known here are {known}",
                "la clave `{key}` no existe; aquí existen {known}"
            )
        }
        ConfigFault::Misplaced { key, home, plain_secret } => misplaced(key, *home, *plain_secret, language),
        ConfigFault::Companies => say!(
            language,
            "unknown key `companies`; did you mean `company`, once for each: [[company]]?",
            "la clave `companies` no existe; ¿quiso decir `company`, una vez por empresa: [[company]]?"
        ),
        ConfigFault::Missing { key } => say!(language, "the key `{key}` is missing", "falta la clave `{key}`"),
        ConfigFault::Expected { expected, found } => {
            let (expected, found) = (self::expected(*expected, language), value_kind(*found, language));
            say!(language, "must be {expected}, not {found}", "debe ser {expected}, no {found}")
        }
        ConfigFault::Empty => say!(language, "must not be empty", "no puede estar vacío"),
        ConfigFault::EmptyList => say!(language, "must not be an empty list", "no puede ser una lista vacía"),
        ConfigFault::Unknown(unknown) => unknown.in_words(language),
        ConfigFault::OutOfRange { range, found } => {
            let (start, end) = (range.start(), range.end());
            say!(language, "must be from {start} to {end}, not {found}", "debe estar entre {start} y {end}, no {found}")
        }
        ConfigFault::NotDecimal { text } => {
            say!(language, "`{text}` is not a decimal number like 1.5", "`{text}` no es un número decimal como 1.5")
        }
        ConfigFault::NotADay { text } => {
            say!(language, "`{text}` is not a day like 2026-12-24", "`{text}` no es un día como 2026-12-24")
        }
        ConfigFault::Multiplier { found } => say!(
            language,
            "must be above 0 and at most 100, not {found}",
            "debe ser mayor que 0 y a lo sumo 100, no {found}"
        ),
        ConfigFault::Delays => {
            say!(language, "must hold 1 to 100 numbers of minutes", "debe tener de 1 a 100 cantidades de minutos")
        }
        ConfigFault::PlainSecret => plain_secret(language),
        ConfigFault::SecretSources => say!(
            language,
            "must have exactly one of `file`, `env`, `command` and `credential`",
            "debe tener exactamente uno de `file`, `env`, `command` y `credential`"
        ),
        ConfigFault::NotAVariable => say!(
            language,
            "must be the name of an environment variable: letters, digits and `_`",
            "debe ser el nombre de una variable de entorno: letras, dígitos y `_`"
        ),
        ConfigFault::NotACredential => say!(
            language,
            "must be the name given to LoadCredential, without a folder",
            "debe ser el nombre dado a LoadCredential, sin carpeta"
        ),
        ConfigFault::Length { allowed, found } => {
            let (min, max) = (allowed.start(), allowed.end());
            say!(
                language,
                "must have {min} to {max} characters, not {found}",
                "debe tener de {min} a {max} caracteres, no {found}"
            )
        }
        ConfigFault::NotADistrict { text } => say!(
            language,
            "`{text}` is not a district: write province-canton-district like 1-01-08 (`cr-einvoice codes districts NAME`)",
            "`{text}` no es un distrito: escriba provincia-cantón-distrito como 1-01-08 (`cr-einvoice codes districts NOMBRE`)"
        ),
        ConfigFault::TooManyAddresses { found, most } => say!(
            language,
            "has {found} addresses; at most {most} are allowed",
            "tiene {found} direcciones; se permiten a lo sumo {most}"
        ),
        ConfigFault::IdTaken { id } => {
            say!(language, "there is already a company `{id}`", "ya hay una empresa `{id}`")
        }
        ConfigFault::SameTaxpayer { twin, environment } => say!(
            language,
            "company `{twin}` has the same identification in {environment}; documents could belong to either",
            "la empresa `{twin}` tiene la misma identificación en {environment}; un documento podría ser de cualquiera"
        ),
        ConfigFault::NotAnId => say!(
            language,
            "must be 1 to 64 letters, digits, `-`, `_` or `.`, beginning with a letter or a digit",
            "debe tener de 1 a 64 letras, dígitos, `-`, `_` o `.`, y comenzar con letra o dígito"
        ),
        ConfigFault::CannotSign { kind } => say!(
            language,
            "`{kind}` cannot sign: use 01 (cédula física), 02 (cédula jurídica), 03 (DIMEX) or 04 (NITE)",
            "`{kind}` no puede firmar: use 01 (cédula física), 02 (cédula jurídica), 03 (DIMEX) o 04 (NITE)"
        ),
        ConfigFault::Identification(error) => error.to_string(),
        ConfigFault::NotASeal => say!(
            language,
            "must be an identification, such as 2-100-042005",
            "debe ser una identificación, como 2-100-042005"
        ),
        ConfigFault::Address(fault) => {
            let fault = address_fault(fault, language);
            say!(language, "this address cannot be used: {fault}", "esta dirección no se puede usar: {fault}")
        }
        ConfigFault::Alone { needs } => say!(language, "needs `{needs}` beside it", "necesita `{needs}` a su lado"),
        ConfigFault::NotADigest => say!(
            language,
            "must be a SHA-256 digest in Base64: 44 characters",
            "debe ser un resumen SHA-256 en Base64: 44 caracteres"
        ),
        ConfigFault::NobodyTold => say!(
            language,
            "needs `command` or [notify.email]; leave [notify] out to tell nobody",
            "necesita `command` o [notify.email]; quite [notify] si no hay a quién avisar"
        ),
        ConfigFault::ClearMailElsewhere { host } => say!(
            language,
            "`none-on-loopback` is for a mail server on this machine (127.0.0.1, ::1, localhost), not for `{host}`",
            "`none-on-loopback` es para un servidor de correo en esta máquina (127.0.0.1, ::1, localhost), no para `{host}`"
        ),
        ConfigFault::UnknownTls { text } => say!(
            language,
            "must be starttls, tls or none-on-loopback, not `{text}`",
            "debe ser starttls, tls o none-on-loopback, no `{text}`"
        ),
        ConfigFault::NotAMailbox { text } => {
            say!(language, "`{text}` is not a mail address", "`{text}` no es una dirección de correo")
        }
    }
}

/// The sentence for a secret that was written into the file. It does not repeat the value.
fn plain_secret(language: Language) -> String {
    let [file, env, command, credential] = ["file", "env", "command", "credential"].map(|key| match key {
        "command" => format!("{{ {key} = [\"…\"] }}"),
        _ => format!("{{ {key} = \"…\" }}"),
    });
    say!(
        language,
        "A secret never stands in this file: write where it comes from, {file}, {env}, {command} or {credential}, and change \
         the one that stood here",
        "Un secreto nunca va en este archivo: escriba de dónde se toma, {file}, {env}, {command} o {credential}, y cambie el \
         que estaba aquí"
    )
}

fn misplaced(key: &str, home: Home, is_plain_secret: bool, language: Language) -> String {
    let belongs = match home {
        Home::Settings => say!(
            language,
            "`{key}` belongs into [defaults] or a [[company]]",
            "`{key}` va en [defaults] o en una [[company]]"
        ),
        Home::Company => say!(language, "`{key}` belongs into a [[company]]", "`{key}` va en una [[company]]"),
        Home::Retry => say!(
            language,
            "the retry tables stand beside [defaults]: write [retry.network]",
            "las tablas de reintento van al lado de [defaults]: escriba [retry.network]"
        ),
    };
    if is_plain_secret { format!("{belongs}. {}", plain_secret(language)) } else { belongs }
}

fn expected(expected: Expected, language: Language) -> String {
    match expected {
        Expected::Text => say!(language, "text in quotes", "texto entre comillas"),
        Expected::Boolean => say!(language, "true or false", "true o false"),
        Expected::WholeNumber => say!(language, "a whole number", "un número entero"),
        Expected::Number => say!(language, "a number", "un número"),
        Expected::Day => say!(language, "a day like 2026-12-24", "un día como 2026-12-24"),
        Expected::List => say!(language, "a list in [ ]", "una lista entre [ ]"),
        Expected::Table => say!(language, "a table", "una tabla"),
    }
}

fn value_kind(kind: ValueKind, language: Language) -> String {
    match kind {
        ValueKind::Text => say!(language, "text", "texto"),
        ValueKind::WholeNumber => say!(language, "a whole number", "un número entero"),
        ValueKind::Number => say!(language, "a number with decimals", "un número con decimales"),
        ValueKind::Boolean => say!(language, "true or false", "true o false"),
        ValueKind::Date => say!(language, "a date", "una fecha"),
        ValueKind::List => say!(language, "a list", "una lista"),
        ValueKind::Table => say!(language, "a table", "una tabla"),
    }
}

fn fixed_clock(fault: &FixedClockFault, language: Language) -> String {
    match fault {
        FixedClockFault::Production { company } => say!(
            language,
            "CR_EINVOICE_CLOCK is set, but company `{company}` is in production: a fixed clock is for rehearsals only",
            "CR_EINVOICE_CLOCK está definida, pero la empresa `{company}` está en producción: un reloj fijo es solo para ensayos"
        ),
        FixedClockFault::NotAnInstant { text } => say!(
            language,
            "CR_EINVOICE_CLOCK is `{text}`, not an instant like 2026-11-20T09:15:00-06:00",
            "CR_EINVOICE_CLOCK es `{text}`, no un instante como 2026-11-20T09:15:00-06:00"
        ),
    }
}

/// Why no secret is sent to an address.
pub(super) fn address_fault(fault: &AddressFault, language: Language) -> String {
    match fault {
        AddressFault::NotAnAddress { detail } => {
            say!(language, "it is not an address ({detail})", "no es una dirección ({detail})")
        }
        AddressFault::HoldsLogin => say!(
            language,
            "it holds a user name or password; those belong in `username` and `password`",
            "contiene usuario o contraseña; su lugar es `username` y `password`"
        ),
        AddressFault::HoldsQuery => say!(
            language,
            "it holds a query or a fragment; write the bare address",
            "contiene una consulta o un fragmento; escriba solo la dirección"
        ),
        AddressFault::PlainHttp => say!(
            language,
            "plain http is only for this machine (127.0.0.1, [::1], localhost); use https",
            "http sin cifrar es solo para esta máquina (127.0.0.1, [::1], localhost); use https"
        ),
        AddressFault::OtherScheme { scheme } => say!(language, "`{scheme}` is not https", "`{scheme}` no es https"),
    }
}

/// A word that is the name of nothing.
pub(super) fn unknown(unknown: &Unknown, language: Language) -> String {
    let Unknown { text, what, names } = unknown;
    let listed = |or: &str| match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {or} {last}", others.join(", ")),
        None => String::new(),
    };
    match language {
        Language::English => format!("`{text}` is not {what}: {}", listed("or")),
        Language::Spanish => format!("`{text}` no se admite aquí: {}", listed("o")),
    }
}

impl ConfigError {
    /// What to do next, where the sentence itself does not say it; in English, as [`fmt::Display`].
    pub(crate) fn help(&self) -> Option<String> {
        config_help(self, Language::English)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Language::English))
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&unknown(self, Language::English))
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&address_fault(self, Language::English))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::config_fault_examples;
    use crate::named::Named;

    #[test]
    fn every_fault_has_a_sentence_in_each_language() {
        for fault in config_fault_examples() {
            let said: Vec<String> = Language::ALL.iter().map(|language| config_fault(&fault, *language)).collect();
            assert!(said.iter().all(|sentence| !sentence.trim().is_empty()), "{fault:?}");
            let is_of_others = matches!(fault, ConfigFault::Syntax { .. } | ConfigFault::Identification(_));
            assert!(is_of_others || said[0] != said[1], "{fault:?}: {}", said[0]);
        }
    }
}
