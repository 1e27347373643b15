//! What happened to a document, and what is said about Hacienda's answers.

use super::cause;
use crate::cause::{Detail, Receipt, Remark};
use crate::document::{DetailRow, Difference};
use crate::named::Named;
use crate::pipeline::Note;

/// What an event tells beside its move.
pub(crate) fn detail(detail: &Detail) -> String {
    match detail {
        Detail::Imported { sha256 } | Detail::Generated { sha256 } | Detail::Signed { sha256 } => {
            format!("sha256 {sha256}")
        }
        Detail::Posted { sha256 } => format!("POST of sha256 {sha256}"),
        Detail::Received(receipt) => received(receipt),
        Detail::PostedAgain => "the service did not know it: the same bytes were posted again".to_owned(),
        Detail::Resolved(remark) => self::remark(remark),
        Detail::VerdictStands { said, stands } => format!("the service now says {said}; the verdict {stands} stands"),
        Detail::Failed(why) => format!("{}: {}", why.category(), cause(why)),
        Detail::OutcomeNotUsed => "an outcome came after another run had gone on; it is not used".to_owned(),
        Detail::RetryCancelled => "retry cancelled".to_owned(),
        Detail::SeriesContinued { company, series, last } => {
            format!("{company}: series {series} goes on after {last}")
        }
        Detail::Words(words) => words.clone(),
    }
}

fn received(receipt: &Receipt) -> String {
    match receipt {
        Receipt::Location(address) => address.clone(),
        Receipt::Confirmed => "received".to_owned(),
        Receipt::AlreadyReceived => "ya fue recibido".to_owned(),
        Receipt::ArrivedEarlier { status } => format!("an earlier attempt had arrived: {status}"),
        Receipt::Judged => "an earlier attempt had arrived".to_owned(),
    }
}

/// An answer in one sentence.
pub(crate) fn remark(remark: &Remark) -> String {
    match remark {
        Remark::Rows(rows) => listed(rows).join("; "),
        Remark::Differs { rows, differences } => {
            let mut parts = listed(rows);
            parts.extend(differences.iter().map(difference));
            parts.join("; ")
        }
        Remark::NotFound => "the service does not know this clave yet".to_owned(),
        Remark::NotBase64 { detail } => {
            format!("respuesta-xml cannot be decoded: respuesta-xml is not Base64: {detail}")
        }
        Remark::UnreadablePaper { detail } => format!("the MensajeHacienda cannot be read: {detail}"),
        Remark::Failed(why) => cause(why),
        Remark::Discarded { reason } => reason.clone(),
        Remark::Words(words) => words.clone(),
    }
}

/// What the answer says otherwise; the verdict is the service's word.
fn difference(difference: &Difference) -> String {
    let Difference { element, answer, document } = difference;
    let nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    let other = if element == "Mensaje" { "the service" } else { "the document" };
    format!("(the MensajeHacienda has {element} {}, {other} {})", nothing(answer), nothing(document))
}

/// Hacienda's words stay Hacienda's; only the place in the XML is said in ours.
fn listed(rows: &[DetailRow]) -> Vec<String> {
    let row = |row: &DetailRow| {
        let place = match (row.row, row.column) {
            (Some(line), Some(column)) if line > 1 || column > 0 => format!(" (line {line}, column {column})"),
            _ => String::new(),
        };
        format!("{}{place}", row.bare())
    };
    rows.iter().map(row).collect()
}

/// What a person may want to know of a document that did not fail.
pub(crate) fn note(note: &Note) -> String {
    match note {
        Note::WouldAskThenSubmit => "would ask whether an earlier attempt arrived, then submit".to_owned(),
        Note::WouldDo(operation) => format!("would {}", operation.name().replace('_', " ")),
        Note::HeldByAnotherRun => "another run is working on it".to_owned(),
        Note::OtherEnvironment => "it belongs to another environment than its company sends to now".to_owned(),
        Note::NotSubmittedYet => "it has not been submitted yet".to_owned(),
        Note::SignedAlready => "it is signed already".to_owned(),
        Note::NotSignedYet => "it is not signed yet".to_owned(),
        Note::ServiceHasIt => "the service has it already".to_owned(),
        Note::HasVerdict => "it has its verdict; nothing is ever sent again".to_owned(),
        Note::Discarded => "it was discarded; nothing is ever done with it".to_owned(),
        Note::RunEnded => "the run ended before its turn".to_owned(),
        Note::EntryIsOver => "its retry entry is over already".to_owned(),
        Note::LongPause => "the service asked for a pause longer than this run".to_owned(),
        Note::TakenOver => "another run has taken it over".to_owned(),
        Note::PostedAgain => detail(&Detail::PostedAgain),
        Note::Answer(answer) => remark(answer),
    }
}
