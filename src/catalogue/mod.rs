//! The code lists of the annex, in the binary: each a CSV file beside this one, with the description shown to people
//! (nota 7), the kinds a code is for and the day from which it counts.

mod cabys;
mod lists;

use std::collections::HashMap;
use std::sync::OnceLock;

use chrono::NaiveDate;

pub use cabys::CabysCatalogue;
pub(crate) use lists::List;

use crate::document::Kind;
use crate::named::Named;

/// One code of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code as the XML writes it; for cantons and districts the codes from the province down, `1-01-08`.
    pub code: String,
    /// The description of the annex, in Spanish.
    pub name: String,
    /// The kinds that may use it by the annex; none: every kind whose schema lists it.
    pub kinds: Option<Vec<Kind>>,
    /// The kinds whose XML schema lists it; none: all that have the element.
    pub schema_kinds: Option<Vec<Kind>>,
    /// The first day it may be used, for codes of a later revision.
    pub since: Option<NaiveDate>,
    /// What the code stands for where that is more than a name: the rate of a tariff; `clave`, `article` for what it
    /// needs.
    pub value: String,
    /// A remark for people.
    pub note: String,
}

impl Code {
    /// Whether the XML schema of a kind lists the code, in the revision in force on a day.
    pub fn in_schema(&self, kind: Kind, day: NaiveDate) -> bool {
        self.schema_kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
            && self.since.is_none_or(|since| day >= since)
    }

    /// Whether the annex lets a kind use the code.
    pub fn is_for(&self, kind: Kind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

/// A list read from its file.
struct Table {
    codes: Vec<Code>,
    by_code: HashMap<String, usize>,
}

/// A table for each list, read at its first use: a run needs few of them, and to read all takes longer than to sign.
static TABLES: [OnceLock<Table>; List::ALL.len()] = [const { OnceLock::new() }; List::ALL.len()];

impl List {
    /// Its codes, in the order of the annex.
    pub fn codes(self) -> &'static [Code] {
        &self.table().codes
    }

    /// The code that is written so.
    pub fn find(self, code: &str) -> Option<&'static Code> {
        let table = self.table();
        table.by_code.get(code).and_then(|at| table.codes.get(*at))
    }

    fn table(self) -> &'static Table {
        TABLES[self as usize].get_or_init(|| read(self.source()))
    }

    /// The codes whose code is the text or whose description holds all its words, whatever case and accents.
    pub fn search(self, text: &str) -> Vec<&'static Code> {
        let folded = fold(text);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let matches = |code: &&Code| {
            let name = fold(&code.name);
            code.code.eq_ignore_ascii_case(text.trim()) || words.iter().all(|word| name.contains(word))
        };
        self.codes().iter().filter(matches).collect()
    }
}

/// Small letters without accents, so that `electrica` finds `eléctrica`.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            other => other,
        })
        .collect()
}

/// Reads a list; a line that cannot be read is left out, and a test counts the lines.
fn read(source: &str) -> Table {
    let mut reader = csv::Reader::from_reader(source.as_bytes());
    let columns: Vec<String> = reader.headers().map(|row| row.iter().map(Into::into).collect()).unwrap_or_default();
    let codes: Vec<Code> = reader.records().flatten().map(|record| code(&columns, &record)).collect();
    let by_code = codes.iter().enumerate().map(|(at, code)| (code.code.clone(), at)).collect();
    Table { codes, by_code }
}

/// One line of a list; columns that its file has not are empty.
fn code(columns: &[String], record: &csv::StringRecord) -> Code {
    let column = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| record.get(at)).unwrap_or_default()
    };
    let kinds = |name: &str| {
        let names = column(name);
        (!names.is_empty()).then(|| names.split(' ').filter_map(|name| name.parse().ok()).collect())
    };
    Code {
        code: column("code").into(),
        name: column("name").into(),
        kinds: kinds("kinds"),
        schema_kinds: kinds("schema_kinds"),
        since: column("since").parse().ok(),
        value: column("value").into(),
        note: column("note").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_whole_and_its_codes_are_unique() {
        for &list in List::ALL {
            let lines = list.source().lines().count() - 1;
            assert_eq!(list.codes().len(), lines, "{}", list.name());
            let table = list.table();
            assert_eq!(table.by_code.len(), lines, "{}", list.name());
            assert!(list.codes().iter().all(|code| !code.code.is_empty() && !code.name.is_empty()), "{}", list.name());
            assert_eq!(list.name().parse::<List>(), Ok(list));
        }
        let counts = [(List::Units, 101), (List::Currencies, 168), (List::Provinces, 7), (List::Cantons, 84)];
        for (list, count) in counts.into_iter().chain([(List::Districts, 492), (List::PharmaceuticalForms, 229)]) {
            assert_eq!(list.codes().len(), count, "{}", list.name());
        }
    }

    #[test]
    fn codes_are_found_by_words_without_accents() {
        let codes =
            |list: List, text: &str| list.search(text).iter().map(|code| code.code.as_str()).collect::<Vec<_>>();
        assert_eq!(codes(List::SaleConditions, "CREDITO iva"), ["10", "11"]);
        assert_eq!(codes(List::Districts, "san rafael").len(), List::Districts.search("San Rafael").len());
        assert_eq!(codes(List::Currencies, "crc"), ["CRC"]);
        assert!("unit".parse::<List>().unwrap_err().to_string().contains("units"));
    }

    #[test]
    fn codes_know_their_kinds_and_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let error = List::ReferenceCodes.find("16").unwrap();
        assert!(
            !error.in_schema(Kind::Factura, day("2026-04-21")) && error.in_schema(Kind::Factura, day("2026-04-22"))
        );
        let payment = List::ReferenceCodes.find("17").unwrap();
        assert!(
            payment.in_schema(Kind::ReciboPago, day("2026-11-24"))
                && !payment.in_schema(Kind::Factura, day("2026-11-24"))
        );
        assert!(!List::IvaRates.find("07").unwrap().is_for(Kind::Factura));
    }
}
