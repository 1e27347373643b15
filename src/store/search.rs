//! What a person remembers of a document, found without reading every row: the searchable words of 256 documents at a time lie
//! together in one block, folded (small letters, no accents), and are looked through at the speed of memory.
//!
//! What is searched never changes once a document is stored, so a block is written once, by whoever stores its last document. The few
//! newest documents, whose block is not full, are read from their rows.

use memchr::{memchr_iter, memmem};
use rusqlite::{Connection, Row, params};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Result, Write};
use crate::document::{parse_amount, typed_amounts};

/// Documents of a block.
pub(super) const BLOCK: i64 = 256;
/// What stands between the words of a document, and between documents.
const FIELD: u8 = b'\t';
const DOCUMENT: u8 = b'\n';

/// What is looked for; both must be found.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// A part of the clave, the consecutivo, the receiver's identification or name; or the total.
    pub anywhere: Option<String>,
    /// The receiver's identification, with or without dashes, or a part of the name.
    pub receptor: Option<String>,
}

/// Small letters without accents, and nothing that a block uses between words.
pub(super) fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'á' | 'à' | 'ä' | 'â' | 'ã' | 'å' => 'a',
            'é' | 'è' | 'ë' | 'ê' => 'e',
            'í' | 'ì' | 'ï' | 'î' => 'i',
            'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
            'ú' | 'ù' | 'ü' | 'û' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            'ý' | 'ÿ' => 'y',
            other if other.is_control() => ' ',
            other => other,
        })
        // An accent that stands by itself.
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .collect()
}

/// The searchable words of a document.
fn line(row: &Row<'_>) -> rusqlite::Result<String> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map(|text| folded(&text.unwrap_or_default()));
    let (clave, consecutivo) = (text("clave")?, text("consecutivo")?);
    // A clave holds its consecutivo (resolution MH-DGT-RES-0027-2024, article 5); what is found in one is found in both.
    let consecutivo = if clave.contains(&consecutivo) { "" } else { &consecutivo };
    let total = text("total")?;
    Ok(format!("{clave}\t{consecutivo}\t{}\t{}\t{total}", text("receptor_id")?, text("receptor_name")?))
}

const WORDS: &str = "SELECT id, clave, consecutivo, receptor_id, receptor_name, total FROM documents
    WHERE id BETWEEN ? AND ? ORDER BY id";

/// The block that begins with a document.
fn block(connection: &Connection, first: i64) -> rusqlite::Result<String> {
    let mut statement = connection.prepare_cached(WORDS)?;
    let mut rows = statement.query([first, first + BLOCK - 1])?;
    let (mut text, mut next) = (String::new(), first);
    while let Some(row) = rows.next()? {
        let id: i64 = row.get("id")?;
        // The number of a line is the number of its document, whatever is missing before it.
        while next < id {
            text.push('\n');
            next += 1;
        }
        text.push_str(&line(row)?);
        text.push('\n');
        next = id + 1;
    }
    Ok(text)
}

/// Writes the blocks that are full and not there yet.
pub(super) fn fill_blocks(connection: &Connection) -> rusqlite::Result<()> {
    let newest: i64 = connection.query_row("SELECT coalesce(max(id), 0) FROM documents", [], |row| row.get(0))?;
    let mut first = next_block(connection)?;
    while first + BLOCK - 1 <= newest {
        connection
            .prepare_cached("INSERT INTO search_blocks (first_id, text) VALUES (?, ?)")?
            .execute(params![first, block(connection, first)?])?;
        first += BLOCK;
    }
    Ok(())
}

/// The first document that is in no block.
fn next_block(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(max(first_id) + ?, 1) FROM search_blocks")?
        .query_row([BLOCK], |row| row.get(0))
}

impl Write<'_> {
    /// A document was stored: its block may be full now.
    pub(super) fn note_for_search(&self, id: i64) -> Result<()> {
        if id % BLOCK == 0 { Ok(fill_blocks(&self.transaction)?) } else { Ok(()) }
    }
}

/// The documents in which everything that is wanted is found, in the order of their numbers.
pub(super) fn find(connection: &Connection, wanted: &Wanted) -> rusqlite::Result<Vec<i64>> {
    let search = Search::of(wanted);
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached("SELECT first_id, text FROM search_blocks ORDER BY first_id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        search.look_through(row.get_ref("text")?.as_str()?.as_bytes(), row.get("first_id")?, &mut found);
    }
    let first = next_block(connection)?;
    let mut statement = connection.prepare_cached(WORDS)?;
    let mut rows = statement.query([first, i64::MAX])?;
    while let Some(row) = rows.next()? {
        let text = line(row)? + "\n";
        search.look_through(text.as_bytes(), row.get("id")?, &mut found);
    }
    Ok(found)
}

/// One reading of what somebody looks for.
struct Needle {
    finder: memmem::Finder<'static>,
    /// It is the beginning of a total, which must be this amount.
    amount: Option<Decimal>,
}

impl Needle {
    fn text(text: &str) -> Self {
        Needle { finder: memmem::Finder::new(text.as_bytes()).into_owned(), amount: None }
    }

    /// A total begins with the whole part of what is looked for.
    fn amount(amount: Decimal) -> Self {
        let total = format!("{}{}", char::from(FIELD), amount.trunc().normalize());
        Needle { amount: Some(amount), ..Needle::text(&total) }
    }

    /// Every way to read it: any of them finds a document.
    fn any_of(text: &str) -> Vec<Self> {
        let folded = folded(text);
        let number = without_dashes(&folded);
        let mut needles = vec![Needle::text(&folded)];
        if number != folded && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            needles.push(Needle::text(&number));
        }
        if !text.starts_with('0') {
            needles.extend(typed_amounts(text).into_iter().map(Needle::amount));
        }
        needles
    }

    fn is_in(&self, fields: &Fields<'_>) -> bool {
        match self.amount {
            Some(amount) => fields.comes_to(amount),
            None => [fields.clave, fields.consecutivo, fields.receptor, fields.name]
                .iter()
                .any(|field| self.finder.find(field).is_some()),
        }
    }
}

/// Identifications are stored as the law writes them, without the dashes that people know them by.
fn without_dashes(text: &str) -> String {
    text.replace('-', "")
}

/// The receiver, as somebody named it.
struct Receptor {
    /// The whole identification.
    number: String,
    /// A part of the name.
    name: memmem::Finder<'static>,
}

impl Receptor {
    fn of(text: &str) -> Self {
        let folded = folded(text);
        let name = memmem::Finder::new(folded.as_bytes()).into_owned();
        Receptor { number: without_dashes(&folded), name }
    }

    fn is_in(&self, fields: &Fields<'_>) -> bool {
        self.number.as_bytes() == fields.receptor || self.name.find(fields.name).is_some()
    }
}

/// The words of one document.
struct Fields<'a> {
    clave: &'a [u8],
    consecutivo: &'a [u8],
    receptor: &'a [u8],
    name: &'a [u8],
    total: &'a [u8],
}

impl<'a> Fields<'a> {
    fn of(line: &'a [u8]) -> Self {
        let mut fields = line.splitn(5, |byte| *byte == FIELD);
        let [clave, consecutivo, receptor, name, total] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Fields { clave, consecutivo, receptor, name, total }
    }

    /// Documents have five decimals, people remember two, or none.
    fn comes_to(&self, amount: Decimal) -> bool {
        let Some(total) = std::str::from_utf8(self.total).ok().and_then(parse_amount) else { return false };
        let cents = total.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        total == amount || cents == amount || (amount.scale() == 0 && total.trunc() == amount)
    }
}

struct Search {
    /// One of these is in the document.
    needles: Vec<Needle>,
    /// And this is its receiver.
    receptor: Option<Receptor>,
}

impl Search {
    fn of(wanted: &Wanted) -> Self {
        let receptor = wanted.receptor.as_deref().map(Receptor::of);
        let needles = match (&wanted.anywhere, &receptor) {
            (Some(text), _) => Needle::any_of(text),
            // The receiver alone: by either of its parts.
            (None, Some(Receptor { number, name })) => {
                let name = Needle { finder: name.clone(), amount: None };
                let is_other = number.as_bytes() != name.finder.needle();
                [name].into_iter().chain(is_other.then(|| Needle::text(number))).collect()
            }
            (None, None) => Vec::new(),
        };
        Search { needles, receptor }
    }

    fn look_through(&self, text: &[u8], first: i64, found: &mut Vec<i64>) {
        let mut ids: Vec<i64> = Vec::new();
        for needle in &self.needles {
            self.follow(needle, text, first, &mut ids);
        }
        if self.needles.len() > 1 {
            ids.sort_unstable();
            ids.dedup();
        }
        found.extend(ids);
    }

    /// Goes from one hit of a needle to the next, and holds the document of each against everything.
    fn follow(&self, needle: &Needle, text: &[u8], first: i64, found: &mut Vec<i64>) {
        let (mut start, mut id) = (0, first);
        while start < text.len()
            && let Some(hit) = needle.finder.find(&text[start..]).map(|at| start + at)
        {
            let begin = memchr::memrchr(DOCUMENT, &text[..hit]).map_or(0, |at| at + 1);
            let end = memchr::memchr(DOCUMENT, &text[hit..]).map_or(text.len(), |at| hit + at);
            id += memchr_iter(DOCUMENT, &text[start..begin]).count() as i64;
            let fields = Fields::of(&text[begin..end]);
            if needle.is_in(&fields) && self.receptor.as_ref().is_none_or(|receptor| receptor.is_in(&fields)) {
                found.push(id);
            }
            (start, id) = (end + 1, id + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str], anywhere: Option<&str>, receptor: Option<&str>) -> Vec<i64> {
        let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        let wanted = Wanted { anywhere: anywhere.map(str::to_owned), receptor: receptor.map(str::to_owned) };
        let mut found = Vec::new();
        Search::of(&wanted).look_through(text.as_bytes(), 257, &mut found);
        found
    }

    #[test]
    fn letters_are_folded() {
        assert_eq!(folded("ÁÉÍÓÚÜÑ Pen\u{303}a\t\n"), "aeiouun pena  ");
    }

    #[test]
    fn a_hit_tells_its_document() {
        let lines =
            ["506a\t\t310\tagencia", "506b\t\t\t", "", "506c\t001\t311\tpeña y compañia", "506d\t\t310\tagencia dos"];
        let lines: Vec<String> = lines.iter().map(|line| line.replace('ñ', "n")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(found(&lines, Some("506"), None), [257, 258, 260, 261]);
        assert_eq!(found(&lines, Some("AGENCIA"), None), [257, 261]);
        assert_eq!(found(&lines, Some("Peña"), None), [260]);
        assert_eq!(found(&lines, Some("001"), None), [260]);
        assert_eq!(found(&lines, Some("310"), None), [257, 261]);
        assert_eq!(found(&lines, None, Some("310")), [257, 261]);
        assert_eq!(found(&lines, None, Some("31")), [0; 0], "and is told whole");
        assert_eq!(found(&lines, None, Some("dos")), [261]);
        assert_eq!(found(&lines, Some("506d"), Some("310")), [261]);
        assert_eq!(found(&lines, Some("506b"), Some("310")), [0; 0]);
        assert_eq!(found(&lines, Some("nothing"), None), [0; 0]);
        assert_eq!(found(&lines, Some(""), None), [257, 258, 259, 260, 261]);
    }

    #[test]
    fn identifications_are_found_with_and_without_dashes_and_amounts_as_people_write_them() {
        let lines = [
            "50618112600310299966600100001010000000001140506070\t\t3102999666\thotel\t135603.41550",
            "50618112600310299966600100001010000000002140506070\t\t109990888\tana 3-b\t1250",
            "50618112600310299966600100001010000000003140506070\t\t\t\t1.25",
        ];
        for text in ["3102999666", "3-102-999666", "135 603,42", "₡135,603.4155", "135603", "hotel"] {
            let expected = if text.starts_with('3') { vec![257, 258, 259] } else { vec![257] };
            assert_eq!(found(&lines, Some(text), None), expected, "{text}: the issuer's is in every clave");
        }
        assert_eq!(found(&lines, Some("1-0999-0888"), None), [258]);
        assert_eq!(found(&lines, Some("1.250"), None), [258, 259], "either reading");
        assert_eq!(found(&lines, Some("3-b"), None), [258]);
        for text in ["109990888", "1-0999-0888", "ana"] {
            assert_eq!(found(&lines, None, Some(text)), [258], "{text}");
        }
        assert_eq!(found(&lines, Some("135603.43"), None), [0; 0]);
        assert_eq!(found(&lines, Some("5603"), None), [0; 0], "a part of an amount is none");
    }
}
