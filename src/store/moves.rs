//! Moves of a document: guarded updates, each with its event. What may follow what is `lifecycle`'s.

use rusqlite::params;

use super::documents::Document;
use super::events::Step;
use super::papers::{Paper, Sealed};
use super::{Result, RunId, StoreError, Write};
use crate::cause::{Detail, Receipt, Remark, SignatureCheck, Stored};
use crate::clock::utc_text;
use crate::lifecycle::{Event, Operation, State};
use crate::named::Named;

/// The verdict and its paper.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resolution<'a> {
    /// The final MensajeHacienda, where it came.
    pub answer: Option<&'a Sealed>,
    /// The check of its signature.
    pub signature: Option<&'a SignatureCheck>,
    /// Why.
    pub reason: Option<&'a Remark>,
}

impl Write<'_> {
    /// Keeps the signed bytes: `draft` becomes `signed`. The draft goes where the signed bytes give it back.
    pub fn keep_signed(&self, document: &Document, signed: &Sealed, holds_draft: bool) -> Result<()> {
        let changed = self
            .transaction
            .prepare_cached("UPDATE documents SET state = 'signed', signed_hash = ? WHERE id = ? AND state = 'draft'")?
            .execute(params![signed.sha256, document.id.0])?;
        self.moved(changed, document, Event::Signed, Some(&Detail::Signed { sha256: signed.sha256() }))?;
        self.keep_paper(document.id, Paper::Signed, signed)?;
        if holds_draft { self.drop_draft(document.id) } else { Ok(()) }
    }

    /// Commits the intent of a POST, so that after a crash the next request for this clave is a GET. `false` when the document
    /// has its verdict or is no longer this run's: then nothing may be sent.
    pub fn intend_to_submit(&self, run: RunId, document: &Document) -> Result<bool> {
        let changed = self
            .transaction
            .prepare_cached(
                "UPDATE documents SET submit_attempted_at = ?, delivery_unknown = 1
                 WHERE id = ? AND state IN ('signed', 'submitted', 'error')
                   AND EXISTS (SELECT 1 FROM leases WHERE document_id = documents.id AND run_id = ?)",
            )?
            .execute(params![utc_text(self.now), document.id.0, run.0])?;
        if changed == 1 {
            let sha256 = document.signed_sha256.clone().unwrap_or_default();
            self.note(document.id, Operation::Submit.name(), &Detail::Posted { sha256 })?;
            self.note_post(&document.company, document.environment)?;
        }
        Ok(changed == 1)
    }

    /// The service surely did not take it.
    pub fn was_not_delivered(&self, document: &Document) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE documents SET delivery_unknown = 0 WHERE id = ? AND delivery_unknown = 1")?
            .execute([document.id.0])?;
        Ok(())
    }

    /// The service has it: `signed` becomes `submitted`, and so does `error`, whose window begins anew.
    pub fn received(&self, document: &Document, receipt: &Receipt) -> Result<()> {
        let changed = self
            .transaction
            .prepare_cached(
                "UPDATE documents SET state = 'submitted', delivery_unknown = 0, submitted_at = ?, resolved_at = NULL,
                     reason = NULL
                 WHERE id = ? AND state = ? AND state IN ('signed', 'error')",
            )?
            .execute(params![utc_text(self.now), document.id.0, document.state.name()])?;
        self.moved(changed, document, Event::Received, Some(&Detail::Received(receipt.clone())))
    }

    /// Its status was asked and there is no verdict yet.
    pub fn still_waiting(&self, document: &Document) -> Result<()> {
        self.transaction
            .prepare_cached("UPDATE documents SET last_polled_at = ?, delivery_unknown = 0 WHERE id = ?")?
            .execute(params![utc_text(self.now), document.id.0])?;
        Ok(())
    }

    /// The verdict, or the end of the window.
    pub fn resolve(&self, document: &Document, event: Event, resolution: Resolution<'_>) -> Result<()> {
        let to = self.target(document, event)?;
        let now = utc_text(self.now);
        let polled = (event != Event::WindowClosed).then_some(&now);
        let changed = self
            .transaction
            .prepare_cached(
                "UPDATE documents SET state = ?, resolved_at = ?, last_polled_at = coalesce(?, last_polled_at),
                     delivery_unknown = 0, reason = ?, response_signature = ?
                 WHERE id = ? AND state = ?",
            )?
            .execute(params![
                to.name(),
                now,
                polled,
                resolution.reason.map(Stored::to_text),
                resolution.signature.map(Stored::to_text),
                document.id.0,
                document.state.name()
            ])?;
        if let Some(answer) = resolution.answer {
            self.keep_paper(document.id, Paper::Answer, answer)?;
        }
        let detail = resolution.reason.map(|remark| Detail::Resolved(remark.clone()));
        self.moved(changed, document, event, detail.as_ref())
    }

    /// The verdict is known already and its MensajeHacienda has come at last.
    pub fn keep_answer(&self, document: &Document, resolution: Resolution<'_>) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE documents SET last_polled_at = ?, reason = coalesce(reason, ?),
                     response_signature = coalesce(?, response_signature)
                 WHERE id = ?",
            )?
            .execute(params![
                utc_text(self.now),
                resolution.reason.map(Stored::to_text),
                resolution.signature.map(Stored::to_text),
                document.id.0
            ])?;
        if let (Some(answer), None) = (resolution.answer, self.newest_answer(document.id)?) {
            self.keep_paper(document.id, Paper::Answer, answer)?;
        }
        Ok(())
    }

    /// A person ends a document that was never sent; its retry entries end with it. Nobody's lease matters: a run that holds it
    /// finds it ended when it means to sign or send it, and leaves it.
    pub fn discard(&self, document: &Document, reason: &Remark) -> Result<()> {
        let changed = self
            .transaction
            .prepare_cached(
                "UPDATE documents SET state = 'discarded', resolved_at = ?, reason = ?
                 WHERE id = ? AND state = ? AND submit_attempted_at IS NULL AND delivery_unknown = 0",
            )?
            .execute(params![utc_text(self.now), reason.to_text(), document.id.0, document.state.name()])?;
        for operation in Operation::ALL {
            self.step_cancelled(document.id, *operation)?;
        }
        self.moved(changed, document, Event::Discarded, Some(&Detail::Resolved(reason.clone())))
    }

    fn target(&self, document: &Document, event: Event) -> Result<State> {
        document.state.after(event).ok_or_else(|| StoreError::Transition {
            clave: document.clave.to_string(),
            from: document.state,
            event,
        })
    }

    /// Records a move, and refuses it where the guarded update found the document elsewhere.
    fn moved(&self, changed: usize, document: &Document, event: Event, detail: Option<&Detail>) -> Result<()> {
        let to = self.target(document, event)?;
        if changed != 1 {
            return Err(StoreError::Transition { clave: document.clave.to_string(), from: document.state, event });
        }
        let operation = match event {
            Event::Signed => Operation::Sign.name(),
            Event::Received => Operation::Submit.name(),
            Event::Accepted | Event::Rejected | Event::WindowClosed => Operation::CheckStatus.name(),
            Event::Discarded => "discard",
        };
        self.record(Step { document: Some(document.id), operation, from: Some(document.state), to: Some(to), detail })
    }
}
