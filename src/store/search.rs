//! What a person remembers of a document, found without reading every row: the searchable words of 256 documents at a time lie
//! together in one block, folded (small letters, no accents), and are looked through at the speed of memory.
//!
//! What is searched never changes once a document is stored, so a block is written once, by whoever stores its last document. The few
//! newest documents, whose block is not full, are read from their rows.

use memchr::{memchr_iter, memmem};
use rusqlite::{Connection, Row, params};

use super::{Result, Write};

/// Documents of a block.
pub(super) const BLOCK: i64 = 256;
/// What stands between the words of a document, and between documents.
const FIELD: u8 = b'\t';
const DOCUMENT: u8 = b'\n';

/// What is looked for; both must be found.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// A part of the clave, the consecutivo or the receiver's name.
    pub anywhere: Option<String>,
    /// The receiver's identification, or a part of the name.
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
    Ok(format!("{clave}\t{consecutivo}\t{}\t{}", text("receptor_id")?, text("receptor_name")?))
}

const WORDS: &str =
    "SELECT id, clave, consecutivo, receptor_id, receptor_name FROM documents WHERE id BETWEEN ? AND ? ORDER BY id";

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
    let needles = Needles::of(wanted);
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached("SELECT first_id, text FROM search_blocks ORDER BY first_id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        needles.look_through(row.get_ref("text")?.as_str()?.as_bytes(), row.get("first_id")?, &mut found);
    }
    let first = next_block(connection)?;
    let mut statement = connection.prepare_cached(WORDS)?;
    let mut rows = statement.query([first, i64::MAX])?;
    while let Some(row) = rows.next()? {
        let text = line(row)? + "\n";
        needles.look_through(text.as_bytes(), row.get("id")?, &mut found);
    }
    Ok(found)
}

struct Needles {
    anywhere: Option<memmem::Finder<'static>>,
    receptor: Option<memmem::Finder<'static>>,
}

impl Needles {
    fn of(wanted: &Wanted) -> Self {
        let finder =
            |text: &Option<String>| text.as_ref().map(|text| memmem::Finder::new(folded(text).as_bytes()).into_owned());
        Needles { anywhere: finder(&wanted.anywhere), receptor: finder(&wanted.receptor) }
    }

    /// Goes from one hit of the first needle to the next, and holds the document of each against everything.
    fn look_through(&self, text: &[u8], first: i64, found: &mut Vec<i64>) {
        let Some(needle) = self.anywhere.as_ref().or(self.receptor.as_ref()) else { return };
        let (mut start, mut id) = (0, first);
        while start < text.len()
            && let Some(hit) = needle.find(&text[start..]).map(|at| start + at)
        {
            let begin = memchr::memrchr(DOCUMENT, &text[..hit]).map_or(0, |at| at + 1);
            let end = memchr::memchr(DOCUMENT, &text[hit..]).map_or(text.len(), |at| hit + at);
            id += memchr_iter(DOCUMENT, &text[start..begin]).count() as i64;
            if self.are_in(&text[begin..end]) {
                found.push(id);
            }
            (start, id) = (end + 1, id + 1);
        }
    }

    fn are_in(&self, line: &[u8]) -> bool {
        let mut fields = line.splitn(4, |byte| *byte == FIELD);
        let [clave, consecutivo, receptor, name] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        let anywhere = self
            .anywhere
            .as_ref()
            .is_none_or(|it| [clave, consecutivo, name].iter().any(|field| it.find(field).is_some()));
        let is_receptor = self.receptor.as_ref().is_none_or(|it| it.needle() == receptor || it.find(name).is_some());
        anywhere && is_receptor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str], anywhere: Option<&str>, receptor: Option<&str>) -> Vec<i64> {
        let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        let wanted = Wanted { anywhere: anywhere.map(str::to_owned), receptor: receptor.map(str::to_owned) };
        let mut found = Vec::new();
        Needles::of(&wanted).look_through(text.as_bytes(), 257, &mut found);
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
        assert_eq!(found(&lines, Some("310"), None), [0; 0], "the identification is `receptor`'s");
        assert_eq!(found(&lines, None, Some("310")), [257, 261]);
        assert_eq!(found(&lines, None, Some("31")), [0; 0], "and is told whole");
        assert_eq!(found(&lines, None, Some("dos")), [261]);
        assert_eq!(found(&lines, Some("506d"), Some("310")), [261]);
        assert_eq!(found(&lines, Some("506b"), Some("310")), [0; 0]);
        assert_eq!(found(&lines, Some("nothing"), None), [0; 0]);
        assert_eq!(found(&lines, Some(""), None), [257, 258, 259, 260, 261]);
    }
}
