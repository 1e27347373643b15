//! DetalleMensaje, the text in which Hacienda says what it found. It has no official grammar, so this reader takes
//! every form seen and never fails: what it cannot read as a row of four columns becomes a row with a message alone.

use serde::{Deserialize, Serialize};

/// One remark or error of Hacienda about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailRow {
    /// Hacienda's code, a negative number; an opaque label for display. None for a bare sentence.
    pub code: Option<String>,
    /// The sentence, with quotes and white space put right.
    pub message: String,
    /// Line in the submitted XML, 0 when the remark is about the whole.
    pub row: Option<u32>,
    /// Column in the submitted XML.
    pub column: Option<u32>,
}

impl DetailRow {
    /// Code and sentence: Hacienda's words alone.
    pub fn bare(&self) -> String {
        match &self.code {
            Some(code) => format!("{code} {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The rows of a DetalleMensaje: `code, "message", row, column`, or bare sentences.
///
/// Seen: rows between brackets after a preamble (2024 to 2026); rows without brackets after a lone `.` on an accepted
/// document (2026-08); messages in doubled quotes; commas, quotes, braces and line ends inside a message; bare
/// sentences between the brackets for a bad signature; the text `.` alone, which says nothing.
pub(crate) fn parse_detail(text: &str) -> Vec<DetailRow> {
    let text = text.replace("&#13;", "\r");
    let text = text.as_str();
    let bracketed = bracketed(text);
    let mut rows = Vec::new();
    let mut rest = bracketed.unwrap_or(text);
    // When the first row has no end, no later one has: the search stays linear, whatever the text.
    while let Some((start, row, end)) = next_row(rest) {
        rows.extend(sentences(&rest[..start]));
        rows.push(row);
        rest = &rest[end..];
    }
    rows.extend(sentences(rest));
    rows
}

/// What stands between the first `[` that opens a line and the last `]`; none when there is no such list.
fn bracketed(text: &str) -> Option<&str> {
    let open = text.match_indices('[').map(|(at, _)| at).find(|at| {
        let before = text[..*at].trim_end_matches([' ', '\t', '\r']);
        before.is_empty() || before.ends_with(['\n', ':', '.'])
    })?;
    let close = text.rfind(']').filter(|close| *close > open).unwrap_or(text.len());
    Some(&text[open + 1..close])
}

/// The first complete row: where it starts, what it says, where the text goes on.
fn next_row(text: &str) -> Option<(usize, DetailRow, usize)> {
    let (start, code, quote) = next_start(text)?;
    let body = quote + 1;
    let (length, row, column, rest) = message_end(&text[body..])?;
    let row = DetailRow { code: Some(code.into()), message: unquote(&text[body..body + length]), row, column };
    Some((start, row, body + rest))
}

/// The next `code, "`: where the code starts, the code, and the place of the quote.
fn next_start(text: &str) -> Option<(usize, &str, usize)> {
    text.match_indices('"').find_map(|(quote, _)| {
        let before = text[..quote].trim_end().strip_suffix(',')?.trim_end();
        let digits = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let start = digits.strip_suffix('-').unwrap_or(digits).len();
        let stands_alone = text[..start].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '[');
        (digits.len() < before.len() && stands_alone).then_some((start, &before[start..], quote))
    })
}

/// The end of a message that begins at the text's start: its length, row, column, and where the text goes on.
fn message_end(text: &str) -> Option<(usize, Option<u32>, Option<u32>, usize)> {
    text.match_indices('"').find_map(|(quote, _)| {
        let (row, after_row) = integer_after_comma(&text[quote + 1..])?;
        let (column, after_column) = integer_after_comma(after_row)?;
        // A number inside a message goes on with words; the last column does not.
        let line = after_column.trim_start_matches([' ', '\t', '\r']);
        let ends = line.is_empty() || line.starts_with(['\n', ']', '-']);
        ends.then_some((quote, row.parse().ok(), column.parse().ok(), text.len() - after_column.len()))
    })
}

/// `, 12` at the start of the text: the digits, and the text after them.
fn integer_after_comma(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().strip_prefix(',')?.trim_start();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let rest = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < unsigned.len()).then(|| (&text[..text.len() - rest.len()], rest))
}

/// The message without the quotes that wrapped it, inner quotes single again.
fn unquote(message: &str) -> String {
    // `""…""` is a message in doubled quotes: one of each pair is left at both ends.
    let inner = message.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(message);
    inner.replace("\"\"", "\"").replace('\r', "").trim().to_string()
}

/// The bare sentences of a stretch without rows, one a line; the fixed phrases around a list are not sentences.
fn sentences(text: &str) -> impl Iterator<Item = DetailRow> {
    text.lines()
        .map(|line| line.trim().trim_matches(['[', ']']).trim())
        .filter(|line| line.chars().any(char::is_alphanumeric) && !is_frame(line))
        .map(|line| unquoted_row(line).unwrap_or_else(|| bare(line)))
}

/// The sandbox sentence, the sentence before the list, and the header of its columns.
fn is_frame(line: &str) -> bool {
    let line = line.to_lowercase();
    line.contains("ambiente de pruebas")
        || line.starts_with("el comprobante electrónico fue aceptado")
        || line.ends_with("los siguientes errores:")
        || line.ends_with("las siguientes observaciones:")
        || (line.starts_with("codigo,") || line.starts_with("código,")) && line.ends_with("columna")
}

/// A row whose message has no quotes: `-99, message, 0, 0`.
fn unquoted_row(line: &str) -> Option<DetailRow> {
    let (code, rest) = line.split_once(',')?;
    let mut ends = rest.rsplitn(3, ',').map(str::trim);
    let (column, row, message) = (ends.next()?, ends.next()?, ends.next()?);
    code.trim().parse::<i32>().ok()?;
    Some(DetailRow {
        code: Some(code.trim().into()),
        message: message.into(),
        row: Some(row.parse().ok()?),
        column: Some(column.parse().ok()?),
    })
}

/// A sentence without code or place.
fn bare(line: &str) -> DetailRow {
    DetailRow { code: None, message: line.into(), row: None, column: None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = (Option<String>, String, Option<u32>, Option<u32>);

    fn rows(text: &str) -> Vec<Row> {
        parse_detail(text).into_iter().map(|row| (row.code, row.message, row.row, row.column)).collect()
    }

    fn row(code: &str, message: &str, row: u32, column: u32) -> Row {
        (Some(code.into()), message.into(), Some(row), Some(column))
    }

    const FRAME: &str = "Este comprobante fue recibido en el ambiente de pruebas, por lo cual no tiene validez para fines \
                         tributarios.\n\nEl comprobante electrónico tiene los siguientes errores: \n[\ncodigo, mensaje, fila, columna\n";

    #[test]
    fn rows_between_brackets() {
        let text = format!(
            "{FRAME}-1, \"\"cvc: '{{\"\"https://x\"\":Impuesto}}'. One of, 3, is expected.\"\", 60, 37\n-99, \"La numeración, ya existe.\", 0, 0\n]"
        );
        assert_eq!(
            rows(&text),
            [
                row("-1", "cvc: '{\"https://x\":Impuesto}'. One of, 3, is expected.", 60, 37),
                row("-99", "La numeración, ya existe.", 0, 0)
            ]
        );
    }

    #[test]
    fn rows_without_brackets_and_with_carriage_returns() {
        let text = ".\n\ncodigo, mensaje, fila, columna\r\n-37, \"\"del 'emisor', no concuerdan.\"\", 0, 0\r\n";
        assert_eq!(rows(text), [row("-37", "del 'emisor', no concuerdan.", 0, 0)]);
        let escaped = text.replace('\r', "&#13;");
        assert_eq!(rows(&escaped), rows(text));
    }

    #[test]
    fn messages_over_several_lines_and_rows_on_one() {
        let text = format!("{FRAME}-53, \"primera línea\n[segunda], \"\"tercera\"\"\", 1, 0\n]");
        assert_eq!(rows(&text), [row("-53", "primera línea\n[segunda], \"tercera\"", 1, 0)]);
        let one = "[ codigo, mensaje, fila, columna -1, \"a\", 1, 2 -2, \"b\", 3, 4 ]";
        assert_eq!(rows(one)[rows(one).len() - 2..], [row("-1", "a", 1, 2), row("-2", "b", 3, 4)]);
    }

    #[test]
    fn sentences_without_a_code() {
        let bare = |text: &str| vec![(None, text.to_string(), None, None)];
        assert_eq!(
            rows("[ La firma del documento no tiene el Policy Id ]"),
            bare("La firma del documento no tiene el Policy Id")
        );
        let text =
            format!("{}\nLa firma no es válida\n]", &FRAME[..FRAME.len() - "codigo, mensaje, fila, columna\n".len()]);
        assert_eq!(rows(&text), bare("La firma no es válida"));
        assert_eq!(rows("Error al comunicarse con el Signum One"), bare("Error al comunicarse con el Signum One"));
    }

    #[test]
    fn nothing_to_say_gives_no_row() {
        for text in [
            "",
            ".",
            " .\r\n",
            "[]",
            "[\n]",
            "Este comprobante fue aceptado en el ambiente de pruebas, por lo cual no tiene validez",
        ] {
            assert_eq!(rows(text), [], "{text:?}");
        }
    }

    #[test]
    fn rows_without_quotes_and_broken_rows_survive() {
        assert_eq!(rows("[\n-99, La numeración, ya existe, 0, 0\n]"), [row("-99", "La numeración, ya existe", 0, 0)]);
        assert_eq!(rows("[\n-99, \"sin fin\n]")[0].1, "-99, \"sin fin");
        assert_eq!(rows("[\n-1, \"a\", 99999999999, 0\n]")[0].2, None);
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        let text = "-1,\"".repeat(300_000);
        let begun = std::time::Instant::now();
        parse_detail(&text);
        assert!(begun.elapsed().as_secs() < 5);
    }

    proptest! {
        #[test]
        fn it_never_fails(text in "[-0-9,\"\\[\\] \na-zé.&#;]{0,200}") {
            parse_detail(&text);
        }
    }
}
