//! Cells of tables that a spreadsheet opens.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, or passes over before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that a spreadsheet shows and does not run: texts come from suppliers, customers and Hacienda, and a formula in one
/// would run on the desk of whoever opens the table. A number, such as Hacienda's code -99, is no formula and stays one.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) && !is_number(text) { format!("'{text}").into() } else { text.into() }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_shown() {
        for text in
            ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "-1-1", "=", "＝1+1"]
        {
            assert_eq!(cell(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "-99", "+506", "-0.5", "aceptado", "a=1", "1-1"] {
            assert_eq!(cell(text), text, "{text:?}");
        }
    }
}
