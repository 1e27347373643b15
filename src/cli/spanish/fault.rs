//! What clap says of a command line that it does not take, in Spanish.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The whole message, help and usage included, as a person reads it after `error: `.
pub(crate) fn sentence(error: &Error) -> String {
    let mut text = fault(error);
    for (kind, what) in [
        (ContextKind::SuggestedSubcommand, "el comando"),
        (ContextKind::SuggestedArg, "la opción"),
        (ContextKind::SuggestedValue, "el valor"),
    ] {
        if let Some(names) = said(error, kind) {
            text.push_str(&format!("\n\n  sugerencia: existe {what} {names}"));
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        text.push_str(&format!("\n\nUso: {}", usage.trim_start_matches("Usage:").trim_start()));
    }
    text.push_str("\n\nCon `--help` se muestra la ayuda.\n");
    text
}

fn fault(error: &Error) -> String {
    let argument = said(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = said(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() || value == "``" => {
            format!("falta el valor de {argument}{}", choices(error))
        }
        ErrorKind::InvalidValue => format!("{value} no es un valor de {argument}{}", choices(error)),
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
            format!("{value} no es un valor de {argument}{reason}")
        }
        ErrorKind::UnknownArgument => format!("{argument} no existe aquí"),
        ErrorKind::InvalidSubcommand => {
            format!("{} no es un comando", said(error, ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("falta indicar {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let known = said(error, ContextKind::ValidSubcommand).map(|it| format!(": {it}")).unwrap_or_default();
            format!("falta el comando{known}")
        }
        ErrorKind::ArgumentConflict => match said(error, ContextKind::PriorArg) {
            Some(other) if other == argument => format!("{argument} se puede indicar una sola vez"),
            Some(other) => format!("{argument} no se puede combinar con {other}"),
            None => format!("{argument} no se puede combinar con otra de las opciones indicadas"),
        },
        ErrorKind::NoEquals => format!("{argument} y su valor se separan con `=`"),
        ErrorKind::TooManyValues => format!("{value} sobra después de {argument}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("la cantidad de valores de {argument} no es la debida")
        }
        ErrorKind::InvalidUtf8 => "un argumento no está en UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// The values that could have been chosen.
fn choices(error: &Error) -> String {
    match said(error, ContextKind::ValidValue) {
        Some(values) => format!("; se admite {values}"),
        None => String::new(),
    }
}

/// A part of the error, in quotes.
fn said(error: &Error, kind: ContextKind) -> Option<String> {
    let quoted = |text: &String| format!("`{text}`");
    match error.get(kind)? {
        ContextValue::String(text) => Some(quoted(text)),
        ContextValue::Strings(texts) => Some(texts.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;
    use crate::cli::spanish::in_spanish;

    #[track_caller]
    fn is_said(line: &[&str], words: &str) {
        let line = [&["cr-einvoice"][..], line].concat();
        let error = in_spanish(Cli::command()).try_get_matches_from(line).unwrap_err();
        let text = sentence(&error);
        assert!(text.contains(words), "{text}");
        assert!(text.contains("--help") && !text.contains("Usage"), "{text}");
    }

    #[test]
    fn what_is_wrong_with_a_command_line_is_said_in_spanish() {
        is_said(&["sing"], "`sing` no es un comando\n\n  sugerencia: existe el comando `sign`");
        is_said(
            &["sign", "--no-valdate"],
            "`--no-valdate` no existe aquí\n\n  sugerencia: existe la opción `--no-validate`",
        );
        is_said(
            &["--color", "blue", "stats"],
            "`blue` no es un valor de `--color <CUÁNDO>`; se admite `auto`, `always`, `never`",
        );
        is_said(&["import"], "falta indicar `<RUTA>...`");
        is_said(&["responses", "show", "1", "--xml", "--raw"], "`--xml` no se puede combinar con `--raw`");
        is_said(&["sign", "--limit"], "falta el valor de `--limit <N>`");
        is_said(&["list", "--json", "--json"], "`--json` se puede indicar una sola vez");
        is_said(&["retry", "cancel", "abc"], "`abc` no es un valor de `<ID>...`");
        is_said(&["import"], "Uso: cr-einvoice import [OPCIONES] <RUTA>...");
    }
}
