//! `stats`: counts, answered from indexes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::queue::EntryState;
use super::responses::MessageType;
use super::{Result, Store};
use crate::clock::utc_text;
use crate::lifecycle::{Operation, State};
use crate::retry::Category;

/// The documents that are counted, by the instant of issue, and the beginning of today in Costa Rica.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Issued at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Issued before this instant.
    pub before: Option<DateTime<Utc>>,
    /// Midnight in Costa Rica.
    pub today: DateTime<Utc>,
}

/// Documents by state.
pub type StateCounts = BTreeMap<&'static str, u64>;

/// What `stats` tells.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// When it was counted.
    pub generated_at: DateTime<Utc>,
    /// The company that it is restricted to.
    pub company: Option<String>,
    /// Documents by state.
    pub documents: StateCounts,
    /// Seconds from submission to acceptance, ascending.
    pub acceptance_seconds: Vec<u64>,
    /// Responses by type.
    pub responses: BTreeMap<&'static str, u64>,
    /// Retry entries by state.
    pub queue: BTreeMap<&'static str, u64>,
    /// Entries that are due now.
    pub due: u64,
    /// Live entries by operation.
    pub by_operation: BTreeMap<&'static str, u64>,
    /// Live entries by category.
    pub by_category: BTreeMap<&'static str, u64>,
    /// When the oldest document that is not resolved was issued.
    pub oldest_waiting: Option<String>,
    /// Steps of today.
    pub today: BTreeMap<&'static str, u64>,
    /// Documents by state of each company.
    pub companies: BTreeMap<String, StateCounts>,
}

/// Accepted documents of all that have a verdict, in hundredths of a percent; `None` when there is no verdict.
pub fn acceptance_rate(documents: &StateCounts) -> Option<u64> {
    let count = |state: State| documents.get(state.name()).copied().unwrap_or_default();
    let verdicts = count(State::Accepted) + count(State::Rejected);
    (verdicts > 0).then(|| (count(State::Accepted) * 10_000 + verdicts / 2) / verdicts)
}

impl Store {
    /// Counts the documents of one company, or of all, and what belongs to them.
    pub fn statistics(
        &self,
        company: Option<&str>,
        companies: &[String],
        period: &Period,
        now: DateTime<Utc>,
    ) -> Result<Statistics> {
        self.ask(|connection| {
            let counted =
                Counted { connection, company, from: period.from.map(utc_text), before: period.before.map(utc_text) };
            let mut by_company = counted.states_by_company()?;
            let mut total: StateCounts = State::ALL.iter().map(|state| (state.name(), 0)).collect();
            for counts in by_company.values() {
                for (state, count) in counts {
                    *total.entry(state).or_default() += count;
                }
            }
            for id in companies {
                by_company
                    .entry(id.clone())
                    .or_insert_with(|| State::ALL.iter().map(|state| (state.name(), 0)).collect());
            }
            Ok(Statistics {
                generated_at: now,
                company: company.map(str::to_owned),
                documents: total,
                acceptance_seconds: counted.acceptance_seconds()?,
                responses: counted.responses()?,
                queue: counted.queue("state", EntryState::ALL.map(EntryState::name), "1 = 1")?,
                due: counted.due(now)?,
                by_operation: counted.queue("operation", Operation::ALL.map(Operation::name), LIVE)?,
                by_category: counted.queue("error_category", Category::ALL.map(Category::name), LIVE)?,
                oldest_waiting: counted.oldest_waiting()?,
                today: counted.today(&utc_text(period.today))?,
                companies: by_company,
            })
        })
    }
}

const LIVE: &str = "retry_queue.state IN ('pending', 'processing', 'failed')";

struct Counted<'a> {
    connection: &'a Connection,
    company: Option<&'a str>,
    from: Option<String>,
    before: Option<String>,
}

const OF_PERIOD: &str =
    "(?1 IS NULL OR company = ?1) AND (?2 IS NULL OR issued_at >= ?2) AND (?3 IS NULL OR issued_at < ?3)";

impl Counted<'_> {
    fn states_by_company(&self) -> rusqlite::Result<BTreeMap<String, StateCounts>> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT company, state, count(*) FROM documents WHERE {OF_PERIOD} GROUP BY company, state"
        ))?;
        let mut rows = statement.query(params![self.company, self.from, self.before])?;
        let mut counts: BTreeMap<String, StateCounts> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let state: State = super::parsed(row, "state")?;
            let company: String = row.get(0)?;
            let of_company =
                counts.entry(company).or_insert_with(|| State::ALL.iter().map(|state| (state.name(), 0)).collect());
            of_company.insert(state.name(), row.get(2)?);
        }
        Ok(counts)
    }

    fn acceptance_seconds(&self) -> rusqlite::Result<Vec<u64>> {
        self.connection
            .prepare(&format!(
                "SELECT max(0, unixepoch(resolved_at) - unixepoch(submitted_at)) FROM documents
                 WHERE state = 'accepted' AND submitted_at IS NOT NULL AND {OF_PERIOD} ORDER BY 1"
            ))?
            .query_map(params![self.company, self.from, self.before], |row| row.get(0))?
            .collect()
    }

    fn responses(&self) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let counts = self.grouped(&format!(
            "SELECT message_type, count(*) FROM responses JOIN documents ON documents.id = document_id
             WHERE {OF_PERIOD} GROUP BY message_type"
        ))?;
        Ok(filled(MessageType::ALL.map(MessageType::name), &counts))
    }

    fn queue<const N: usize>(
        &self,
        column: &str,
        names: [&'static str; N],
        condition: &str,
    ) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let counts = self.grouped(&format!(
            "SELECT retry_queue.{column}, count(*) FROM retry_queue JOIN documents ON documents.id = document_id
             WHERE {condition} AND {OF_PERIOD} GROUP BY 1"
        ))?;
        Ok(filled(names, &counts))
    }

    fn grouped(&self, sql: &str) -> rusqlite::Result<BTreeMap<String, u64>> {
        self.connection
            .prepare(sql)?
            .query_map(params![self.company, self.from, self.before], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    fn due(&self, now: DateTime<Utc>) -> rusqlite::Result<u64> {
        self.connection.query_row(
            "SELECT count(*) FROM retry_queue JOIN documents ON documents.id = document_id
             WHERE retry_queue.state IN ('pending', 'failed') AND next_attempt <= ?1 AND (?2 IS NULL OR company = ?2)",
            params![utc_text(now), self.company],
            |row| row.get(0),
        )
    }

    fn oldest_waiting(&self) -> rusqlite::Result<Option<String>> {
        self.connection.query_row(
            "SELECT min(issued_at) FROM documents WHERE state IN ('draft', 'signed', 'submitted') AND (?1 IS NULL OR company = ?1)",
            [self.company],
            |row| row.get(0),
        )
    }

    fn today(&self, midnight: &str) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let mut today: BTreeMap<&'static str, u64> =
            ["imported", "signed", "submitted", "accepted", "rejected", "failed"].map(|name| (name, 0)).into();
        let moves = self
            .connection
            .prepare(
                "SELECT operation, to_state, count(*) FROM events JOIN documents ON documents.id = document_id
                 WHERE at >= ?1 AND to_state IS NOT NULL AND (?2 IS NULL OR company = ?2) GROUP BY 1, 2",
            )?
            .query_map(params![midnight, self.company], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, u64>(2)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for (operation, state, count) in moves {
            let name = if operation == "import" { "imported" } else { state.as_str() };
            if let Some(total) = today.get_mut(name) {
                *total += count;
            }
        }
        let failed = self.connection.query_row(
            "SELECT count(*) FROM retry_queue JOIN documents ON documents.id = document_id
             WHERE retry_queue.state = 'failed' AND finished_at >= ?1 AND (?2 IS NULL OR company = ?2)",
            params![midnight, self.company],
            |row| row.get(0),
        )?;
        today.insert("failed", failed);
        Ok(today)
    }
}

fn filled<const N: usize>(names: [&'static str; N], counts: &BTreeMap<String, u64>) -> BTreeMap<&'static str, u64> {
    names.map(|name| (name, counts.get(name).copied().unwrap_or_default())).into()
}
