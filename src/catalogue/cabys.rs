//! The CAByS catalogue, when the user has its official spreadsheet exported to CSV (`cabys_file`). Without it a code is
//! checked for its form alone.

use std::collections::HashSet;
use std::io;

/// The codes of a catalogue file.
#[derive(Debug, Clone, Default)]
pub struct CabysCatalogue(HashSet<u64>);

impl CabysCatalogue {
    /// Takes every cell of 13 digits as a code; the official export has title lines and eight levels of other columns.
    /// The separator is the comma or, as spreadsheets in Spanish write it, the semicolon.
    pub fn read(mut source: impl io::Read) -> io::Result<Self> {
        let mut text = String::new();
        source.read_to_string(&mut text)?;
        let cells = text.split([',', ';', '\t', '\n', '\r']).map(|cell| cell.trim().trim_matches('"'));
        Ok(CabysCatalogue(cells.filter_map(code_number).collect()))
    }

    /// Whether the code is in the catalogue.
    pub fn contains(&self, code: &str) -> bool {
        code_number(code).is_some_and(|number| self.0.contains(&number))
    }

    /// Whether no code was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The number of a code of 13 digits.
fn code_number(code: &str) -> Option<u64> {
    (code.len() == 13 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_whatever_the_layout() {
        let file = "Catálogo;;\n\"Categoría 1\";Descripción;Código\n0;\"Maíz; en grano\";0111200000100\n8;Consultoría;\"8314100000000\"\n";
        let catalogue = CabysCatalogue::read(file.as_bytes()).unwrap();
        assert_eq!(catalogue.0.len(), 2);
        assert!(catalogue.contains("0111200000100") && !catalogue.contains("111200000100"));
    }
}
