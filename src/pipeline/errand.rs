//! One run, described: what it is called, what it works on, which companies take part.

use std::collections::VecDeque;

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::catalogue::CabysCatalogue;
use crate::config::Company;
use crate::lifecycle::Operation;
use crate::named::Named;
use crate::store::{Document, EntryId};

/// What a run is called: in the table of runs, in JSON, on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(parse_err_ty = crate::named::Unknown, parse_err_fn = crate::named::unknown::<ErrandName>)]
pub enum ErrandName {
    /// Drafts are signed.
    #[strum(serialize = "sign")]
    Sign,
    /// Signed documents are sent.
    #[strum(serialize = "submit")]
    Submit,
    /// The verdicts of submitted ones are asked for.
    #[strum(serialize = "poll")]
    Poll,
    /// The queue's due entries are worked.
    #[strum(serialize = "retry run")]
    RetryRun,
    /// A person wants entries tried now.
    #[strum(serialize = "retry now")]
    RetryNow,
}

impl Named for ErrandName {
    const WHAT: &'static str = "a run";
}

impl ErrandName {
    /// What a run over everything that is due for this step is called.
    pub(crate) fn of(operation: Operation) -> Self {
        match operation {
            Operation::Sign => ErrandName::Sign,
            Operation::Submit => ErrandName::Submit,
            Operation::CheckStatus => ErrandName::Poll,
        }
    }

    /// Whether the company takes part when nobody has named its documents: `auto_polling_enabled`, `auto_retry_enabled`.
    pub fn takes(self, company: &Company) -> bool {
        match self {
            ErrandName::Poll => company.settings.auto_polling_enabled,
            ErrandName::RetryRun => company.settings.auto_retry_enabled,
            ErrandName::Sign | ErrandName::Submit | ErrandName::RetryNow => true,
        }
    }
}

/// A document or entry that a person named.
#[derive(Debug)]
pub(super) enum Selected {
    /// Do this step of this document.
    Document(Operation, Box<Document>),
    /// Work this entry now.
    Entry(EntryId),
}

/// What a run works on.
#[derive(Debug)]
pub(super) enum Work {
    /// Every document that is due for a step.
    Due(Operation),
    /// What a person named, in that order.
    Named(VecDeque<Selected>),
    /// The entries of the queue that are due.
    Queue,
}

impl Work {
    /// Whether everything of it is signed, and nothing sent.
    pub(super) fn only_signs(&self) -> bool {
        match self {
            Work::Due(operation) => *operation == Operation::Sign,
            Work::Named(selected) => {
                let signs = |it: &Selected| matches!(it, Selected::Document(Operation::Sign, _));
                !selected.is_empty() && selected.iter().all(signs)
            }
            Work::Queue => false,
        }
    }
}

/// How drafts are validated before they are signed.
#[derive(Debug, Default)]
pub(crate) struct Validation {
    /// The CAByS catalogue that codes are checked against, when there is one.
    pub cabys: Option<CabysCatalogue>,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Errand<'a> {
    pub(super) name: ErrandName,
    pub(super) work: Work,
    /// Those who take part, by id.
    pub(super) companies: Vec<&'a Company>,
    /// None signs drafts as they are.
    pub(super) validation: Option<Validation>,
    /// Keeps a line for every document, not only for those that a person must see.
    pub(super) reports_all: bool,
}

impl<'a> Errand<'a> {
    /// Every document of these companies that is due for a step.
    pub(crate) fn due(operation: Operation, companies: impl IntoIterator<Item = &'a Company>) -> Self {
        let name = ErrandName::of(operation);
        let taking_part = companies.into_iter().filter(|company| name.takes(company));
        Self::new(name, Work::Due(operation), taking_part, false)
    }

    /// These documents, whatever the configuration says of runs that nobody asked for.
    pub(crate) fn named(
        operation: Operation,
        documents: impl IntoIterator<Item = Document>,
        companies: impl IntoIterator<Item = &'a Company>,
    ) -> Self {
        let selected = documents.into_iter().map(|it| Selected::Document(operation, Box::new(it))).collect();
        Self::new(ErrandName::of(operation), Work::Named(selected), companies, true)
    }

    /// The due entries of these companies.
    pub(crate) fn queue(companies: impl IntoIterator<Item = &'a Company>) -> Self {
        let name = ErrandName::RetryRun;
        Self::new(name, Work::Queue, companies.into_iter().filter(|company| name.takes(company)), false)
    }

    /// These entries, now. A login that was refused before is tried again, for a person asked for it.
    pub(crate) fn entries(
        entries: impl IntoIterator<Item = EntryId>,
        companies: impl IntoIterator<Item = &'a Company>,
    ) -> Self {
        let selected = entries.into_iter().map(Selected::Entry).collect();
        Self::new(ErrandName::RetryNow, Work::Named(selected), companies, true)
    }

    fn new(name: ErrandName, work: Work, companies: impl IntoIterator<Item = &'a Company>, reports_all: bool) -> Self {
        let mut companies: Vec<_> = companies.into_iter().collect();
        companies.sort_by(|one, other| one.id.cmp(&other.id));
        Errand { name, work, companies, validation: Some(Validation::default()), reports_all }
    }

    /// Drafts are validated so before they are signed, or not at all.
    pub(crate) fn validating(self, validation: Option<Validation>) -> Self {
        Errand { validation, ..self }
    }

    /// Every document is reported where someone wants them all.
    pub(crate) fn reporting_all(mut self, all: bool) -> Self {
        self.reports_all |= all;
        self
    }

    /// The steps that it takes of whatever is due, and that the queue may have of other documents.
    pub(crate) fn steps_over_all(&self) -> &'static [Operation] {
        match &self.work {
            Work::Due(Operation::Sign) => &[Operation::Sign],
            Work::Due(Operation::Submit) => &[Operation::Submit],
            Work::Due(Operation::CheckStatus) => &[Operation::CheckStatus],
            Work::Queue => Operation::ALL,
            Work::Named(_) => &[],
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> ErrandName {
        self.name
    }
}
