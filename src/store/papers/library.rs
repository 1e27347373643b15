//! The dictionaries of an open database: each read once, checked, and then shared by whoever seals and opens.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::seal::{Dictionary, Hash, Sealer, hash};
use super::{Paper, Result, Write};
use crate::clock::utc_text;
use crate::named::Named;

/// Dictionaries by their number, and the one with which each company's papers are sealed now.
#[derive(Default)]
pub(in crate::store) struct Library {
    known: RefCell<HashMap<i64, Arc<Dictionary>>>,
    latest: RefCell<HashMap<(String, Paper), Sealer>>,
}

impl Library {
    /// A dictionary that a paper names. One that is missing or damaged opens nothing, and says so.
    pub(crate) fn dictionary(&self, connection: &Connection, id: i64) -> rusqlite::Result<Arc<Dictionary>> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(Arc::clone(known));
        }
        let row: Option<(Hash, Vec<u8>)> = connection
            .prepare_cached("SELECT sha256, bytes FROM dictionaries WHERE id = ?")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let dictionary = match row {
            Some((sha256, bytes)) if hash(&bytes) == sha256 => Dictionary::new(id, bytes),
            _ => Dictionary::missing(id),
        };
        let dictionary = Arc::new(dictionary);
        self.known.borrow_mut().insert(id, Arc::clone(&dictionary));
        Ok(dictionary)
    }

    /// What seals a company's papers of a sort: its newest dictionary, or none.
    pub(crate) fn sealer(&self, connection: &Connection, company: &str, paper: Paper) -> rusqlite::Result<Sealer> {
        let key = (company.to_owned(), paper);
        if let Some(known) = self.latest.borrow().get(&key) {
            return Ok(known.clone());
        }
        let newest: Option<i64> = connection
            .prepare_cached("SELECT max(id) FROM dictionaries WHERE company = ? AND paper = ?")?
            .query_row(params![company, paper.name()], |row| row.get(0))?;
        let sealer = match newest {
            Some(id) => Sealer::with(self.dictionary(connection, id)?),
            None => Sealer::plain(),
        };
        self.latest.borrow_mut().insert(key, sealer.clone());
        Ok(sealer)
    }

    /// A newer dictionary is there.
    fn forget_latest(&self, company: &str, paper: Paper) {
        self.latest.borrow_mut().remove(&(company.to_owned(), paper));
    }
}

/// A dictionary that is to be kept.
pub(in crate::store) struct Trained {
    pub bytes: Vec<u8>,
    /// Bytes that a paper takes with it.
    pub typical: usize,
    /// How many documents the company has now.
    pub documents: u64,
}

impl Write<'_> {
    /// Keeps a dictionary, for ever.
    pub(super) fn keep_dictionary(&self, company: &str, paper: Paper, trained: &Trained) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO dictionaries (company, paper, documents, typical, created_at, sha256, bytes)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                company,
                paper.name(),
                trained.documents,
                trained.typical,
                utc_text(self.now),
                hash(&trained.bytes),
                trained.bytes
            ])?;
        self.library.forget_latest(company, paper);
        Ok(())
    }
}

/// The dictionaries that do not hold what was stored.
pub(in crate::store) fn damaged_dictionaries(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT id, sha256, bytes FROM dictionaries")?;
    let mut rows = statement.query([])?;
    let mut faults = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, sha256, bytes): (i64, Hash, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if hash(&bytes) != sha256 {
            faults.push(format!("dictionary {id}: its SHA-256 is not the one it was stored with"));
        }
    }
    Ok(faults)
}
