//! Values as people write them: instants, days, amounts, counts, and the names of closed lists.

use chrono::{DateTime, NaiveDate, Utc};

use super::say;
use crate::clock::{costa_rica, costa_rica_text};
use crate::language::Language;
use crate::lifecycle::Operation;
use crate::named::Named;

/// An instant in Costa Rica: `2026-11-24 10:05:03`, `24/11/2026 10:05`.
pub(super) fn moment(at: DateTime<Utc>, language: Language) -> String {
    match language {
        Language::English => costa_rica_text(at),
        Language::Spanish => at.with_timezone(&costa_rica()).format("%d/%m/%Y %H:%M").to_string(),
    }
}

/// A day: `2026-11-24`, `24/11/2026`.
pub(super) fn day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::English => day.to_string(),
        Language::Spanish => day.format("%d/%m/%Y").to_string(),
    }
}

/// A step as something that is done: `sign`, `firmar`.
pub(super) fn operation_verb(operation: Operation, language: Language) -> String {
    match (operation, language) {
        (_, Language::English) => operation.name().replace('_', " "),
        (Operation::Sign, Language::Spanish) => "firmar".to_owned(),
        (Operation::Submit, Language::Spanish) => "enviar".to_owned(),
        (Operation::CheckStatus, Language::Spanish) => "consultar el estado".to_owned(),
    }
}

/// A step as a thing: `sign`, `firma`.
pub(super) fn operation_noun(operation: Operation, language: Language) -> String {
    match operation {
        Operation::Sign => say!(language, "sign", "firma"),
        Operation::Submit => say!(language, "submit", "envío"),
        Operation::CheckStatus => say!(language, "check_status", "consulta de estado"),
    }
}

/// An amount for people, two decimals at least, no needless zeros beyond: `135 603.42`; in Spanish `135 603,42`.
pub(super) fn amount(text: &str, language: Language) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        let left = whole.len() - position;
        if position > 0 && left % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if grouped.is_empty() {
        grouped.push('0');
    }
    let sign = match language {
        Language::English => '.',
        Language::Spanish => ',',
    };
    format!("{grouped}{sign}{fraction:0<2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_lose_only_needless_zeros() {
        for (written, english) in [
            ("135603.41550", "135 603.4155"),
            ("1000", "1 000.00"),
            ("999.10000", "999.10"),
            (".00", "0.00"),
            ("-150.5", "-150.50"),
            ("9999999999999.99999", "9 999 999 999 999.99999"),
        ] {
            assert_eq!(amount(written, Language::English), english);
            assert_eq!(amount(written, Language::Spanish), english.replace('.', ","));
        }
    }

    #[test]
    fn instants_and_days_are_written_as_in_the_country() {
        let at = "2026-11-24T16:05:00Z".parse().unwrap();
        assert_eq!(moment(at, Language::Spanish), "24/11/2026 10:05");
        assert_eq!(moment(at, Language::English), "2026-11-24 10:05:00");
        let on = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!([day(on, Language::English), day(on, Language::Spanish)], ["2026-11-24", "24/11/2026"]);
    }
}
