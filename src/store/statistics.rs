//! `stats`: counts, answered from indexes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::documents::COMPANIES;
use super::queue::EntryState;
use super::responses::MessageType;
use super::{Result, Store};
use crate::clock::{costa_rica_day, utc_text};
use crate::lifecycle::{Operation, State};
use crate::named::{Named, names};
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
pub(super) type StateCounts = BTreeMap<&'static str, u64>;

/// Seconds from submission to acceptance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// On average; none when nothing was accepted.
    pub average: Option<u64>,
    /// So many seconds 95 of 100 do not exceed: the longest time of the class in which the 95th of 100 lies.
    pub p95: Option<u64>,
}

/// Times that are kept together.
struct Class {
    count: u64,
    total: u64,
    longest: u64,
}

impl Acceptance {
    /// From classes in ascending order.
    fn of(classes: &[Class]) -> Self {
        let count: u64 = classes.iter().map(|class| class.count).sum();
        if count == 0 {
            return Acceptance::default();
        }
        let total: u64 = classes.iter().map(|class| class.total).sum();
        let mut before = 0;
        let holds_rank = |class: &&Class| {
            before += class.count;
            before * 100 >= count * 95
        };
        let p95 = classes.iter().find(holds_rank).map(|class| class.longest);
        Acceptance { average: Some((total + count / 2) / count), p95 }
    }
}

/// What `stats` tells.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// When it was counted.
    pub generated_at: DateTime<Utc>,
    /// The company that it is restricted to.
    pub company: Option<String>,
    /// Documents by state.
    pub documents: StateCounts,
    /// How long acceptance took.
    pub acceptance: Acceptance,
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
pub(crate) fn acceptance_rate(documents: &StateCounts) -> Option<u64> {
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
            let day = |at: DateTime<Utc>| costa_rica_day(at).to_string();
            let counted = Counted { connection, company, from: period.from.map(day), before: period.before.map(day) };
            let mut by_company = counted.states_by_company()?;
            let mut total: StateCounts = names::<State>().into_iter().map(|name| (name, 0)).collect();
            for counts in by_company.values() {
                for (state, count) in counts {
                    *total.entry(state).or_default() += count;
                }
            }
            for id in companies {
                by_company
                    .entry(id.clone())
                    .or_insert_with(|| names::<State>().into_iter().map(|name| (name, 0)).collect());
            }
            Ok(Statistics {
                generated_at: now,
                company: company.map(str::to_owned),
                documents: total,
                acceptance: counted.acceptance()?,
                responses: counted.responses()?,
                queue: counted.queue::<EntryState>("state", "1 = 1")?,
                due: counted.due(now)?,
                by_operation: counted.queue::<Operation>("operation", LIVE)?,
                by_category: counted.queue::<Category>("error_category", LIVE)?,
                oldest_waiting: counted.oldest_waiting()?,
                today: counted.today(period.today)?,
                companies: by_company,
            })
        })
    }
}

/// Entries that still mean something.
const LIVE: &str = "state IN ('pending', 'processing', 'failed')";

const DUE: &str = "SELECT count(*) FROM retry_queue
    WHERE state IN ('pending', 'failed') AND next_attempt <= ?1 AND company = ?2";

/// The same of all companies, from the index alone.
const ALL_DUE: &str =
    "SELECT count(*) FROM retry_queue WHERE state IN ('pending', 'failed') AND next_attempt <= ?1 AND ?2 IS NULL";

const FAILED: &str = "SELECT count(*) FROM retry_queue
    WHERE state = 'failed' AND finished_at >= ?1 AND company = ?2";

/// The same of all companies, from the index alone.
const ALL_FAILED: &str = "SELECT count(*) FROM retry_queue WHERE state = 'failed' AND finished_at >= ?1 AND ?2 IS NULL";

/// The first of each company by the index of open documents.
fn oldest_waiting_sql() -> String {
    format!(
        "WITH {COMPANIES} SELECT min(oldest) FROM (
             SELECT (SELECT min(issued_at) FROM documents INDEXED BY documents_waiting
                     WHERE (state = 'draft' OR state = 'signed' OR state = 'submitted')
                       AND company = companies.name) AS oldest
             FROM companies WHERE name IS NOT NULL AND (?1 IS NULL OR name = ?1))"
    )
}

/// Counts are kept by company and day of issue; the days are ISO 8601, which sort as text.
struct Counted<'a> {
    connection: &'a Connection,
    company: Option<&'a str>,
    from: Option<String>,
    before: Option<String>,
}

const OF_PERIOD: &str = "(?1 IS NULL OR company = ?1) AND (?2 IS NULL OR day >= ?2) AND (?3 IS NULL OR day < ?3)";

impl Counted<'_> {
    fn states_by_company(&self) -> rusqlite::Result<BTreeMap<String, StateCounts>> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT company, state, sum(count) FROM document_counts WHERE {OF_PERIOD} GROUP BY company, state"
        ))?;
        let mut rows = statement.query(params![self.company, self.from, self.before])?;
        let mut counts: BTreeMap<String, StateCounts> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let state: State = super::parsed(row, "state")?;
            let company: String = row.get(0)?;
            let of_company =
                counts.entry(company).or_insert_with(|| names::<State>().into_iter().map(|name| (name, 0)).collect());
            of_company.insert(state.name(), row.get(2)?);
        }
        Ok(counts)
    }

    fn acceptance(&self) -> rusqlite::Result<Acceptance> {
        let classes = self
            .connection
            .prepare(&format!(
                "SELECT sum(count), sum(total), max(longest) FROM acceptance_counts WHERE {OF_PERIOD} GROUP BY class
                 ORDER BY class"
            ))?
            .query_map(params![self.company, self.from, self.before], |row| {
                Ok(Class { count: row.get(0)?, total: row.get(1)?, longest: row.get(2)? })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Acceptance::of(&classes))
    }

    fn responses(&self) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let counts = self.grouped(&format!(
            "SELECT message_type, sum(count) FROM response_counts WHERE {OF_PERIOD} GROUP BY message_type"
        ))?;
        Ok(filled::<MessageType>(&counts))
    }

    fn queue<T: Named>(&self, column: &str, condition: &str) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let counts = self.grouped(&format!(
            "SELECT {column}, sum(count) FROM entry_counts WHERE {condition} AND {OF_PERIOD} GROUP BY 1"
        ))?;
        Ok(filled::<T>(&counts))
    }

    fn grouped(&self, sql: &str) -> rusqlite::Result<BTreeMap<String, u64>> {
        self.connection
            .prepare(sql)?
            .query_map(params![self.company, self.from, self.before], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    }

    fn due(&self, now: DateTime<Utc>) -> rusqlite::Result<u64> {
        let sql = if self.company.is_some() { DUE } else { ALL_DUE };
        self.connection.query_row(sql, params![utc_text(now), self.company], |row| row.get(0))
    }

    fn oldest_waiting(&self) -> rusqlite::Result<Option<String>> {
        self.connection.query_row(&oldest_waiting_sql(), [self.company], |row| row.get(0))
    }

    fn today(&self, midnight: DateTime<Utc>) -> rusqlite::Result<BTreeMap<&'static str, u64>> {
        let mut today: BTreeMap<&'static str, u64> =
            ["imported", "generated", "signed", "submitted", "accepted", "rejected", "failed"]
                .map(|name| (name, 0))
                .into();
        let steps = self
            .connection
            .prepare(
                "SELECT step, sum(count) FROM step_counts WHERE day >= ?1 AND (?2 IS NULL OR company = ?2) GROUP BY step",
            )?
            .query_map(params![costa_rica_day(midnight).to_string(), self.company], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(_, u64)>>>()?;
        for (step, count) in steps {
            // A new draft that was not imported was generated.
            let step = if step == "draft" { "generated" } else { &step };
            if let Some(total) = today.get_mut(step) {
                *total = count;
            }
        }
        let sql = if self.company.is_some() { FAILED } else { ALL_FAILED };
        let failed = self.connection.query_row(sql, params![utc_text(midnight), self.company], |row| row.get(0))?;
        today.insert("failed", failed);
        Ok(today)
    }
}

fn filled<T: Named>(counts: &BTreeMap<String, u64>) -> BTreeMap<&'static str, u64> {
    names::<T>().into_iter().map(|name| (name, counts.get(name).copied().unwrap_or_default())).collect()
}

/// The statements of `stats` that ask the growing tables, for the test of their plans.
#[cfg(test)]
pub(super) fn statements() -> Vec<String> {
    let mut statements: Vec<_> = [DUE, ALL_DUE, FAILED, ALL_FAILED].map(str::to_owned).into();
    statements.push(oldest_waiting_sql());
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(of: &[(u64, u64, u64)]) -> Vec<Class> {
        of.iter().map(|(count, total, longest)| Class { count: *count, total: *total, longest: *longest }).collect()
    }

    #[test]
    fn averages_and_percentiles_of_few_values() {
        assert_eq!(Acceptance::of(&[]), Acceptance::default());
        assert_eq!(Acceptance::of(&classes(&[(1, 4, 4)])), Acceptance { average: Some(4), p95: Some(4) });
        let hundred: Vec<_> = (1..=100).map(|seconds| (1, seconds, seconds)).collect();
        assert_eq!(Acceptance::of(&classes(&hundred)).p95, Some(95));
        assert_eq!(
            Acceptance::of(&classes(&[(19, 19, 1), (1, 100, 100)])),
            Acceptance { average: Some(6), p95: Some(1) }
        );
    }
}
