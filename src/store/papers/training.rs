//! When a company's papers are worth a dictionary, and from which of them it is trained.
//!
//! A dictionary is kept for ever, so there are few: one from the first papers, one each time that there are eight times as many, and
//! one when papers have become unlike those that the last was trained from (a new certificate, another template).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use zstd::zstd_safe;

use super::library::Trained;
use super::seal::{Dictionary, Sealer};
use super::{Library, Paper, Result, Store, read_sealed};
use crate::named::Named;

/// Bytes of a dictionary: 16 KB take a third more, 64 KB gain a few percent.
const CAPACITY: usize = 32 << 10;
/// The first papers that are worth one: by then it has paid for itself.
const FIRST: usize = 24;
/// Another when there are so many times as many documents.
const GROWTH: u64 = 8;
/// And never before so many new ones, whatever they look like.
const AT_LEAST: u64 = 500;
/// Papers that it is trained from, the newest, and the bytes that they may have together and each.
const SAMPLES: usize = 160;
const SAMPLE_BYTES: usize = 2 << 20;
const LONGEST_SAMPLE: usize = 48 << 10;
/// Papers that are looked through for samples of one company; it may share the database with a hundred others.
const LOOKED_THROUGH: u32 = 4_000;

/// Trains a dictionary; none where zstd finds nothing to learn.
pub(super) fn train<S: AsRef<[u8]>>(samples: &[S]) -> Option<Vec<u8>> {
    let sizes: Vec<usize> = samples.iter().map(|sample| sample.as_ref().len()).collect();
    let joined: Vec<u8> = samples.iter().flat_map(|sample| sample.as_ref().iter().copied()).collect();
    let mut dictionary = Vec::with_capacity(CAPACITY);
    zstd_safe::train_from_buffer(&mut dictionary, &joined, &sizes).ok()?;
    Some(dictionary)
}

/// Of a long paper its beginning and its end: there it is like the others.
fn shortened(sample: &[u8]) -> Vec<u8> {
    const END: usize = LONGEST_SAMPLE / 3;
    if sample.len() <= LONGEST_SAMPLE {
        return sample.to_vec();
    }
    [&sample[..LONGEST_SAMPLE - END], &sample[sample.len() - END..]].concat()
}

/// Samples, shortened, as far as they fit; none where they are too few.
fn enough_of(samples: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let mut bytes = 0;
    let mut fits = |sample: &Vec<u8>| {
        bytes += sample.len();
        bytes < SAMPLE_BYTES
    };
    let taken: Vec<_> = samples.iter().map(|sample| shortened(sample)).take_while(|sample| fits(sample)).collect();
    (taken.len() >= FIRST).then_some(taken)
}

/// Trains with three samples of four and tells with the fourth what it is worth.
pub(in crate::store) fn tried(samples: &[Vec<u8>], documents: u64) -> Option<Trained> {
    let samples = enough_of(samples)?;
    let (mut taught, mut held_back) = (Vec::new(), Vec::new());
    for (number, sample) in samples.iter().enumerate() {
        if number % 4 == 3 { held_back.push(sample) } else { taught.push(sample) }
    }
    let bytes = train(&taught)?;
    let sealer = Sealer::with(Arc::new(Dictionary::on_trial(bytes.clone())));
    let with: usize = held_back.iter().map(|sample| sealer.seal(sample).bytes.len()).sum();
    let without: usize = held_back.iter().map(|sample| Sealer::plain().seal(sample).bytes.len()).sum();
    let is_worth_it = !held_back.is_empty() && with * 10 < without * 9;
    is_worth_it.then(|| Trained { bytes, typical: with / held_back.len(), documents })
}

/// What is known of a company's newest dictionary.
struct Newest {
    documents: u64,
    typical: u64,
}

fn newest(connection: &Connection, company: &str, paper: Paper) -> rusqlite::Result<Option<Newest>> {
    connection
        .prepare_cached(
            "SELECT documents, typical FROM dictionaries WHERE company = ? AND paper = ? ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![company, paper.name()], |row| Ok(Newest { documents: row.get(0)?, typical: row.get(1)? }))
        .optional()
}

fn documents_of(connection: &Connection, company: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(sum(count), 0) FROM document_counts WHERE company = ?")?
        .query_row([company], |row| row.get(0))
}

/// Whether the latest papers take much more than those of the training did.
fn has_aged(connection: &Connection, company: &str, paper: Paper, typical: u64) -> rusqlite::Result<bool> {
    let (papers, bytes): (u64, u64) = connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(stored), 0) FROM
                 (SELECT document_id, paper, length(bytes) AS stored FROM papers ORDER BY id DESC LIMIT 64)
             JOIN documents ON documents.id = document_id WHERE company = ? AND paper = ?",
        )?
        .query_row(params![company, paper.name()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(papers >= 8 && bytes * 10 > papers * typical * 14)
}

fn is_due(connection: &Connection, company: &str, paper: Paper) -> rusqlite::Result<Option<u64>> {
    let documents = documents_of(connection, company)?;
    let due = match newest(connection, company, paper)? {
        None => documents >= FIRST as u64,
        Some(newest) if documents >= newest.documents.saturating_mul(GROWTH) => true,
        Some(newest) => {
            documents >= newest.documents + AT_LEAST && has_aged(connection, company, paper, newest.typical)?
        }
    };
    Ok(due.then_some(documents))
}

/// The company's newest papers of a sort. One that cannot be read is passed over: it is told where it is asked for.
fn samples(connection: &Connection, library: &Library, company: &str, paper: Paper) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement = connection.prepare_cached(
        "SELECT papers.sha256, papers.size, papers.dictionary_id, papers.bytes
         FROM (SELECT id, document_id, paper FROM papers ORDER BY id DESC LIMIT ?3) AS late
         JOIN documents ON documents.id = late.document_id JOIN papers ON papers.id = late.id
         WHERE documents.company = ?1 AND late.paper = ?2 ORDER BY late.id DESC LIMIT ?4",
    )?;
    let mut rows = statement.query(params![company, paper.name(), LOOKED_THROUGH, SAMPLES])?;
    let (mut samples, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let sealed = read_sealed(connection, library, row, ["sha256", "size", "dictionary_id", "bytes"])?;
        if let Ok(plain) = sealed.open() {
            let sample = shortened(&plain);
            bytes += sample.len();
            samples.push(sample);
        }
        if bytes >= SAMPLE_BYTES {
            break;
        }
    }
    Ok(samples)
}

impl Store {
    /// Trains a dictionary from a company's newest papers where one is due. Work of a fifth of a second, outside any transaction.
    pub fn learn(&mut self, company: &str, paper: Paper, now: DateTime<Utc>) -> Result<()> {
        let Some(documents) = self.ask(|connection| is_due(connection, company, paper))? else { return Ok(()) };
        let samples = self.ask(|connection| samples(connection, &self.library, company, paper))?;
        self.keep_what_is_learnt(company, paper, &samples, documents, now)
    }

    /// The same before the first papers are stored: from those that are about to be.
    pub fn learn_from(&mut self, company: &str, paper: Paper, papers: &[&[u8]], now: DateTime<Utc>) -> Result<()> {
        if papers.len() < SAMPLES || self.ask(|connection| newest(connection, company, paper))?.is_some() {
            return Ok(());
        }
        let step = papers.len() / SAMPLES;
        let samples: Vec<_> = papers.iter().step_by(step).map(|paper| shortened(paper)).collect();
        self.keep_what_is_learnt(company, paper, &samples, papers.len() as u64, now)
    }

    fn keep_what_is_learnt(
        &mut self,
        company: &str,
        paper: Paper,
        samples: &[Vec<u8>],
        documents: u64,
        now: DateTime<Utc>,
    ) -> Result<()> {
        match tried(samples, documents) {
            Some(trained) => self.write(now, |write| write.keep_dictionary(company, paper, &trained)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_nothing_in_common_is_worth_no_dictionary() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        let samples: Vec<Vec<u8>> = (0..40).map(|_| (0..2_000).map(|_| noise()).collect()).collect();
        assert!(tried(&samples, 40).is_none());
    }

    #[test]
    fn papers_of_one_template_are() {
        let sample =
            |number: u32| format!("<Factura>{}<Total>{number}</Total></Factura>", "<Linea>uno</Linea>".repeat(9));
        let samples: Vec<Vec<u8>> = (0..40).map(|number| sample(number * 7919).into_bytes()).collect();
        let trained = tried(&samples, 40).expect("a dictionary");
        assert!(trained.typical < 80, "{}", trained.typical);
    }

    #[test]
    fn a_long_sample_keeps_its_ends() {
        let long: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
        let short = shortened(&long);
        assert_eq!(short.len(), LONGEST_SAMPLE);
        assert_eq!(short[..1_000], long[..1_000]);
        assert_eq!(short[LONGEST_SAMPLE - 1_000..], long[199_000..]);
        assert_eq!(shortened(&[1; 10]), vec![1; 10]);
    }
}
