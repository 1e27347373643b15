//! `list`: documents by what a person remembers of them.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::documents::{Document, read, select};
use super::search::{self, Wanted};
use super::{Result, Store};
use crate::clock::{costa_rica_day, utc_text};
use crate::document::Kind;
use crate::lifecycle::State;
use crate::named::Named;

/// Which documents are listed; every part narrows.
#[derive(Debug, Clone, Default)]
pub struct DocumentFilter {
    /// Of this company.
    pub company: Option<String>,
    /// In one of these states; none: in any.
    pub states: Vec<State>,
    /// Of one of these kinds; none: of any.
    pub kinds: Vec<Kind>,
    /// Issued at this instant or later: midnight in Costa Rica.
    pub from: Option<DateTime<Utc>>,
    /// Issued before this instant: midnight in Costa Rica.
    pub before: Option<DateTime<Utc>>,
    /// Receiver's identification, or a part of the name.
    pub receptor: Option<String>,
    /// A part of the clave, the consecutivo, the receiver's identification or name; or the total.
    pub search: Option<String>,
    /// With a total of this or more, in its own currency.
    pub min_total: Option<Decimal>,
    /// With a total of this or less, in its own currency.
    pub max_total: Option<Decimal>,
    /// Without so many of the newest.
    pub offset: u64,
    /// At most so many, the newest.
    pub limit: Option<u32>,
}

/// How many pass a filter, and whether its limit left some out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listed {
    /// All that pass, whatever the limit.
    pub total: u64,
    /// Some after the last were left out.
    pub more: bool,
}

impl Listed {
    /// What a limit and an offset leave out of so many.
    pub fn of(total: u64, limit: Option<u32>, offset: u64) -> Self {
        let more = limit.is_some_and(|limit| total > offset.saturating_add(u64::from(limit)));
        Listed { total, more }
    }
}

/// So many that were found are read one by one; more are read as they come in the order of their issue.
const FEW: usize = 2_000;

const NEWEST_FIRST: &str = "ORDER BY issued_at DESC, documents.id DESC";

/// The total in hundred-thousandths, which are the decimals of the annex (`xs:decimal` with 13 and 5 digits): exact, as money is.
const UNITS: &str = "(CAST(total AS INTEGER) * 100000 + iif(instr(total, '.') = 0, 0,
    CAST(substr(substr(total, instr(total, '.') + 1) || '00000', 1, 5) AS INTEGER)))";

/// What is asked of the rows, and the values for it.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// The plus keeps SQLite from an index that would leave everything to be sorted.
    fn of(filter: &DocumentFilter) -> Self {
        let mut conditions = Conditions::default();
        if let Some(company) = &filter.company {
            conditions.add("+company = ?", company.clone());
        }
        if !filter.states.is_empty() {
            conditions.add("+state IN (SELECT value FROM json_each(?))", names(&filter.states));
        }
        if !filter.kinds.is_empty() {
            conditions.add("kind IN (SELECT value FROM json_each(?))", names(&filter.kinds));
        }
        for (at, sql) in [(filter.from, "issued_at >= ?"), (filter.before, "issued_at < ?")] {
            if let Some(at) = at {
                conditions.add(sql, utc_text(at));
            }
        }
        let bounds = [
            (filter.min_total, ">=", RoundingStrategy::ToPositiveInfinity),
            (filter.max_total, "<=", RoundingStrategy::ToNegativeInfinity),
        ];
        for (amount, sign, rounding) in bounds {
            if let Some(amount) = amount {
                conditions.add(&format!("{UNITS} {sign} ?"), units(amount, rounding));
            }
        }
        conditions
    }

    fn add(&mut self, sql: &str, value: impl Into<Value>) {
        self.sql.push(sql.to_owned());
        self.values.push(value.into());
    }

    fn among(mut self, ids: &[i64]) -> Self {
        self.add("id IN (SELECT value FROM json_each(?))", serde_json::to_string(ids).unwrap_or_default());
        self
    }

    fn clause(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!("WHERE {}", self.sql.join(" AND ")) }
    }
}

fn names<T: Named>(values: &[T]) -> String {
    let names: Vec<&str> = values.iter().map(|value| value.name()).collect();
    serde_json::to_string(&names).unwrap_or_default()
}

fn units(amount: Decimal, rounding: RoundingStrategy) -> i64 {
    let units = amount.checked_mul(Decimal::from(100_000)).map(|units| units.round_dp_with_strategy(0, rounding));
    units.and_then(|units| units.to_i64()).unwrap_or(i64::MAX)
}

impl Store {
    /// Documents that pass a filter, newest issue first, each handed over as it is read, until `each` has enough.
    pub fn each_document(
        &self,
        filter: &DocumentFilter,
        mut each: impl FnMut(Document) -> ControlFlow<()>,
    ) -> Result<Listed> {
        self.ask(|connection| {
            let wanted = Wanted { anywhere: filter.search.clone(), receptor: filter.receptor.clone() };
            let found = match (&wanted.anywhere, &wanted.receptor) {
                (None, None) => None,
                _ => Some(search::find(connection, &wanted)?),
            };
            let conditions = match &found {
                Some(few) if few.len() <= FEW => Conditions::of(filter).among(few),
                _ => Conditions::of(filter),
            };
            let many: Option<HashSet<i64>> =
                found.filter(|found| found.len() > FEW).map(|found| found.into_iter().collect());
            let is_wanted = |id: i64| many.as_ref().is_none_or(|many| many.contains(&id));
            let mut statement = connection.prepare(&select(&format!("{} {NEWEST_FIRST}", conditions.clause())))?;
            let mut rows = statement.query(params_from_iter(&conditions.values))?;
            let (mut passed, last) = (0, filter.limit.map_or(u64::MAX, |limit| filter.offset + u64::from(limit)));
            while passed < last
                && let Some(row) = rows.next()?
            {
                if !is_wanted(row.get("id")?) {
                    continue;
                }
                passed += 1;
                if passed > filter.offset && each(read(row)?).is_break() {
                    return Ok(Listed::default());
                }
            }
            // All were seen, unless the limit ended it.
            let total = if passed < last { passed } else { count(connection, filter, &conditions, many.as_ref())? };
            Ok(Listed { total, more: total > last })
        })
    }

    /// All of them at once.
    pub fn documents(&self, filter: &DocumentFilter) -> Result<(Vec<Document>, Listed)> {
        let mut documents = Vec::new();
        let listed = self.each_document(filter, |document| {
            documents.push(document);
            ControlFlow::Continue(())
        })?;
        Ok((documents, listed))
    }
}

/// How many pass. Where the counts that `stats` keeps can tell, no row is read.
fn count(
    connection: &Connection,
    filter: &DocumentFilter,
    conditions: &Conditions,
    many: Option<&HashSet<i64>>,
) -> rusqlite::Result<u64> {
    let clause = conditions.clause();
    if let Some(many) = many {
        if clause.is_empty() {
            return Ok(many.len() as u64);
        }
        let mut statement = connection.prepare(&format!("SELECT id FROM documents {clause}"))?;
        let mut rows = statement.query(params_from_iter(&conditions.values))?;
        let mut total = 0;
        while let Some(row) = rows.next()? {
            total += u64::from(many.contains(&row.get(0)?));
        }
        return Ok(total);
    }
    let is_counted = filter.kinds.is_empty()
        && filter.min_total.is_none()
        && filter.max_total.is_none()
        && filter.search.is_none()
        && filter.receptor.is_none();
    if !is_counted {
        let sql = format!("SELECT count(*) FROM documents {clause}");
        return connection.query_row(&sql, params_from_iter(&conditions.values), |row| row.get(0));
    }
    let day = |at: Option<DateTime<Utc>>| at.map(|at| costa_rica_day(at).to_string());
    connection.query_row(
        "SELECT coalesce(sum(count), 0) FROM document_counts
         WHERE (?1 IS NULL OR company = ?1) AND (?2 = '[]' OR state IN (SELECT value FROM json_each(?2)))
             AND (?3 IS NULL OR day >= ?3) AND (?4 IS NULL OR day < ?4)",
        rusqlite::params![filter.company, names(&filter.states), day(filter.from), day(filter.before)],
        |row| row.get(0),
    )
}
