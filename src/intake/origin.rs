//! Whether an input has made its document before: by the word that the user gave it, or by the bytes that it stands in.
//!
//! A document without a word of its own is known by the bytes of its input and its place there. Whoever mends a file and
//! gives it again has other bytes: so of an input that was made in part only, each document is known by what it says too.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::problem::Problem;
use crate::clock::costa_rica;
use crate::config::Company;
use crate::generate::InputError;
use crate::lifecycle::State;
use crate::store::{Earlier, Store, StoreError, Write};

/// An input under way.
#[derive(Debug)]
pub(super) struct Source {
    /// As it was named.
    name: String,
    /// SHA-256 of its bytes.
    sha256: String,
    /// Its rows: one for each company that it made documents for.
    rows: HashMap<String, i64>,
    /// Documents of it that were not made, but for those that were made before.
    pub(super) refused: u64,
    /// Earlier inputs that this one repeats, mended.
    mended: HashSet<i64>,
    /// It was read to its end.
    pub(super) is_whole: bool,
}

impl Source {
    pub(super) fn new(name: String, sha256: String) -> Self {
        Source { name, sha256, rows: HashMap::new(), refused: 0, mended: HashSet::new(), is_whole: false }
    }

    /// Refuses what these bytes made before, or what an earlier form of them did.
    pub(super) fn refuse_repetition(
        &mut self,
        store: &Store,
        company: &Company,
        number: u64,
        content: &str,
    ) -> Result<(), Problem> {
        let environment = company.settings.environment;
        if let Some(earlier) = store.generated_from(&company.id, environment, &self.sha256, number)? {
            return Err(Problem::Made(repeated(&earlier)));
        }
        if let Some(earlier) = store.generated_in_part(&company.id, environment, content, &self.sha256)? {
            self.mended.extend(earlier.input);
            if earlier.state == State::Discarded {
                return Err(Problem::Made(discarded(&earlier, "")));
            }
            let message = format!(
                "{} was made of this on {} from `{}`, of which other documents were refused; `--again` makes it once more",
                earlier.clave,
                day_and_time(earlier.made_at),
                earlier.input_name.as_deref().unwrap_or_default()
            );
            return Err(Problem::Made(InputError::new("", message)));
        }
        Ok(())
    }

    /// The same in the transaction that would make it: another process may have been faster.
    pub(super) fn made_meanwhile(
        &self,
        write: &Write<'_>,
        company: &Company,
        number: u64,
    ) -> Result<Option<Earlier>, StoreError> {
        write.generated_from(&company.id, company.settings.environment, &self.sha256, number)
    }

    /// The row of this input for a company.
    pub(super) fn row(&mut self, write: &Write<'_>, company: &Company) -> Result<i64, StoreError> {
        if let Some(row) = self.rows.get(&company.id) {
            return Ok(*row);
        }
        let row = write.begin_input(&company.id, company.settings.environment, &self.sha256, &self.name)?;
        self.rows.insert(company.id.clone(), row);
        Ok(row)
    }

    /// Says how the input ended, and that earlier forms of it are whole now where this one is.
    pub(super) fn end(&self, write: &Write<'_>) -> Result<(), StoreError> {
        if !self.is_whole {
            return Ok(());
        }
        self.rows.values().try_for_each(|row| write.end_input(*row, self.refused))?;
        match self.refused {
            0 => self.mended.iter().try_for_each(|row| write.end_input(*row, 0)),
            _ => Ok(()),
        }
    }

    /// Whether there is anything to say of it.
    pub(super) fn has_made(&self) -> bool {
        !self.rows.is_empty() || !self.mended.is_empty()
    }
}

/// The sentence for bytes that made a document before.
pub(super) fn repeated(earlier: &Earlier) -> InputError {
    if earlier.state == State::Discarded {
        return discarded(earlier, "");
    }
    let message = format!(
        "this input was generated on {} and made {} of it; `--again` makes it once more",
        day_and_time(earlier.made_at),
        earlier.clave
    );
    InputError::new("", message)
}

/// The sentence for what made a document that a person has discarded: a list that is given again every night would bring it back.
pub(super) fn discarded(earlier: &Earlier, place: &str) -> InputError {
    let message = format!(
        "{} was made of this on {} and was discarded on {}; `--again` makes it anew",
        earlier.clave,
        day_and_time(earlier.made_at),
        earlier.ended_at.map(day_and_time).unwrap_or_default()
    );
    InputError::new(place, message)
}

pub(super) fn day_and_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&costa_rica()).format("%Y-%m-%d %H:%M").to_string()
}

/// What the word of an input says of it.
pub(super) enum Word {
    /// Nobody has used it, or what it made was discarded.
    New,
    /// The same was made before.
    Same(Earlier),
    /// It was used for a document that is not known to say the same.
    Other(Earlier),
    /// What it made was rejected: it makes the replacement.
    Rejected(Earlier),
}

impl Word {
    pub(super) fn of(earlier: Option<Earlier>, content: &str) -> Self {
        match earlier {
            None => Word::New,
            Some(earlier) => match earlier.state {
                State::Rejected => Word::Rejected(earlier),
                _ if earlier.content.as_deref() == Some(content) => Word::Same(earlier),
                _ => Word::Other(earlier),
            },
        }
    }
}
