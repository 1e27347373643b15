//! The documents that the stand-in has, and how far each is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::action::Action;
use super::judge::{Judgement, Remark};

/// One document received.
#[derive(Debug)]
pub(super) struct Document {
    pub judgement: Arc<Judgement>,
    pub received_at: DateTime<Utc>,
    plan: Plan,
    polls: u32,
    /// The signed MensajeHacienda, once someone has asked for it.
    answer: Option<Arc<Vec<u8>>>,
}

/// What will be said about it, and when.
#[derive(Debug, Clone)]
struct Plan {
    polls: u32,
    seconds: u64,
    verdict: Verdict,
}

/// The verdict on a document and the remarks that go with it.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub accepted: bool,
    pub remarks: Vec<Remark>,
}

/// What a query finds.
#[derive(Debug)]
pub(super) enum Progress {
    /// `recibido` or `procesando`.
    Pending(&'static str),
    /// The verdict; its XML when it has been made before.
    Final { judgement: Arc<Judgement>, verdict: Verdict, answer: Option<Arc<Vec<u8>>> },
}

/// All documents, in the order of their reception.
#[derive(Debug, Default)]
pub(super) struct Docket {
    documents: HashMap<String, Document>,
    order: Vec<String>,
    /// Who has used which consecutivo: Hacienda takes a second use in and rejects it later with -99 [practice].
    consecutivos: HashSet<(String, String)>,
}

/// How verdicts are delayed by default.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delay {
    pub polls: u32,
    pub seconds: u64,
}

impl Docket {
    pub(super) fn holds(&self, key: &str) -> bool {
        self.documents.contains_key(key)
    }

    /// Takes a document in that is not there yet.
    pub(super) fn take_in(
        &mut self,
        key: &str,
        judgement: Judgement,
        delay: Delay,
        actions: &[Action],
        now: DateTime<Utc>,
    ) {
        let mut remarks = judgement.remarks.clone();
        if let (Some(emisor), Some(consecutivo)) = (&judgement.numbered_by, &judgement.consecutivo)
            && !self.consecutivos.insert((emisor.clone(), consecutivo.clone()))
        {
            remarks.push(Remark::of_code(-99));
        }
        let verdict = Verdict { accepted: remarks.is_empty(), remarks };
        let plan = planned(Plan { polls: delay.polls, seconds: delay.seconds, verdict }, actions);
        let document = Document { judgement: Arc::new(judgement), received_at: now, plan, polls: 0, answer: None };
        self.documents.insert(key.to_owned(), document);
        self.order.push(key.to_owned());
    }

    /// Takes in documents of another system: like the newest one here, at a terminal of their own.
    pub(super) fn arrive(&mut self, documents: u32, now: DateTime<Utc>) {
        let Some(like) = self.newest_first().next().map(|(_, document)| Judgement::clone(&document.judgement)) else {
            return;
        };
        for _ in 0..documents {
            let (Some(before), Some(kind), Some(after)) =
                (like.clave.get(..21), like.clave.get(29..31), like.clave.get(41..50))
            else {
                return;
            };
            let consecutivo = format!("99999999{kind}{:010}", self.order.len() + 1);
            let clave = format!("{before}{consecutivo}{after}");
            let judgement = Judgement { clave: clave.clone(), consecutivo: Some(consecutivo), ..like.clone() };
            self.take_in(&clave, judgement, Delay { polls: 0, seconds: 0 }, &[], now);
        }
    }

    /// Answers a query, which also brings the document nearer to its verdict.
    pub(super) fn look(&mut self, key: &str, now: DateTime<Utc>) -> Option<Progress> {
        let document = self.documents.get_mut(key)?;
        document.polls = document.polls.saturating_add(1);
        let waited = now - document.received_at;
        let wanted = TimeDelta::seconds(i64::try_from(document.plan.seconds).unwrap_or(i64::from(u32::MAX)));
        if document.polls <= document.plan.polls || waited < wanted {
            return Some(Progress::Pending(if document.polls == 1 { "recibido" } else { "procesando" }));
        }
        Some(Progress::Final {
            judgement: Arc::clone(&document.judgement),
            verdict: document.plan.verdict.clone(),
            answer: document.answer.clone(),
        })
    }

    /// Keeps the answer's bytes, so that every later query gets the same; of two made at once the first stays.
    pub(super) fn keep_answer(&mut self, key: &str, answer: Vec<u8>) -> Arc<Vec<u8>> {
        match self.documents.get_mut(key) {
            Some(document) => Arc::clone(document.answer.get_or_insert_with(|| Arc::new(answer))),
            None => Arc::new(answer),
        }
    }

    /// The documents, newest first, with their keys.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.order.iter().rev().filter_map(|key| Some((key.as_str(), self.documents.get(key)?)))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Document> {
        self.documents.get(key)
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

fn planned(mut plan: Plan, actions: &[Action]) -> Plan {
    for action in actions {
        match action {
            Action::Late { polls, seconds } => {
                plan.polls = plan.polls.max(*polls);
                plan.seconds = plan.seconds.max(*seconds);
            }
            Action::Reject(codes) => {
                plan.verdict.accepted = false;
                plan.verdict.remarks.extend(codes.iter().copied().map(Remark::of_code));
            }
            Action::Warn(codes) => plan.verdict.remarks.extend(codes.iter().copied().map(Remark::of_code)),
            _ => {}
        }
    }
    plan
}
