//! What an input says that was said before: by its word or its bytes, and what becomes of it then.

use super::generated::{GeneratedLine, Label};
use super::number::Issuance;
use super::origin::{self, Word};
use super::problem::Problem;
use super::ready::Ready;
use crate::config::Company;
use crate::document::{Header, Identification};
use crate::generate::{InputError, Original};
use crate::lifecycle::State;
use crate::store::{Earlier, StoreError};

impl<'a> Issuance<'a> {
    /// What is known of where the document comes from; what was made of it before is refused.
    pub(super) fn word(&mut self, label: &Label, company: &'a Company, content: &str) -> Result<Word, Problem> {
        let Some(id) = &label.id else {
            if let Some(source) = self.sources.last_mut().filter(|_| !self.given.again) {
                source.refuse_repetition(&self.store, company, label.number, content)?;
            }
            return Ok(Word::New);
        };
        if let Some(number) = self.pending.words.get(&(company.id.clone(), id.clone())).copied() {
            if self.given.all_or_nothing || self.given.dry_run {
                return Err(InputError::new("id", format!("`{id}` is that of document {number} too")).into());
            }
            // Stored, it is found like any other.
            self.keep()?;
        }
        let environment = company.settings.environment;
        let earlier = self.store.generated_as(&company.id, environment, id)?;
        let stands = earlier.as_ref().is_some_and(|earlier| earlier.state != State::Rejected);
        if !stands
            && !self.given.again
            && let Some(earlier) = self.store.discarded_as(&company.id, environment, id, content)?
        {
            return Err(Problem::Made(origin::discarded(&earlier, "id")));
        }
        Ok(Word::of(earlier, content))
    }

    /// A rejected document, as far as its replacement refers to it.
    pub(super) fn rejected(&self, company: &Company, clave: &str) -> Result<Original, Problem> {
        let document = self.store.document(company.settings.environment, clave)?;
        let xml = match &document {
            Some(document) => self.store.signed_xml(document.id)?.unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Original::read(&xml, State::Rejected).map_err(|message| InputError::new("id", message))?)
    }

    /// The word has another document already: named with this one, unless it is from before contents were kept and
    /// comes to the same.
    pub(super) fn other_content(
        &mut self,
        label: &Label,
        company: &Company,
        earlier: Earlier,
        header: &Header,
    ) -> Result<Option<Ready<'a>>, Problem> {
        let Some(before) = self.store.document(company.settings.environment, &earlier.clave)? else { return Ok(None) };
        let receptor = header.receptor.as_ref().and_then(|party| party.identification.clone());
        let is_alike = (before.kind, &before.total, &before.currency, &before.receptor)
            == (header.kind, &header.total_text, &header.currency, &receptor);
        if earlier.content.is_none() && is_alike {
            self.unchanged(label.clone(), company, earlier.clave)?;
            return Ok(None);
        }
        let to = |receptor: &Option<Identification>| {
            receptor.as_ref().map(|receptor| format!(" to {}", receptor.number)).unwrap_or_default()
        };
        let message = format!(
            "`{}` made {} already, a {} of {} {}{}, and this says something else, a {} of {} {}{}: give it an id of its own",
            label.id.as_deref().unwrap_or_default(),
            before.clave,
            before.kind,
            before.total,
            before.currency,
            to(&before.receptor),
            header.kind,
            header.total_text,
            header.currency,
            to(&receptor)
        );
        Err(InputError::new("id", message).into())
    }

    /// Reports a document that an earlier run made, and how far it has come.
    pub(super) fn unchanged(&mut self, label: Label, company: &Company, clave: String) -> Result<(), StoreError> {
        self.report.unchanged += 1;
        let before = self.store.document(company.settings.environment, &clave)?;
        let (clave, unchanged, line) = (Some(clave), true, GeneratedLine::from(label));
        self.lines.push(match before {
            None => GeneratedLine { clave, unchanged, ..line },
            Some(before) => GeneratedLine {
                clave,
                unchanged,
                consecutivo: Some(before.consecutivo.to_string()),
                kind: Some(before.kind),
                total: Some(before.total),
                currency: Some(before.currency),
                state: Some(before.state),
                ..line
            },
        });
        Ok(())
    }
}
