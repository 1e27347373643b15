//! What happened to a document, and what is said about Hacienda's answers.

use super::say;
use super::step::cause;
use super::values::operation_verb;
use crate::cause::{Detail, Receipt, Remark};
use crate::document::{DetailRow, Difference};
use crate::language::Language;
use crate::pipeline::Note;
use crate::store::Hold;

/// What an event tells beside its move.
pub(super) fn detail(detail: &Detail, language: Language) -> String {
    match detail {
        Detail::Imported { sha256 } | Detail::Generated { sha256 } | Detail::Signed { sha256 } => {
            format!("sha256 {sha256}")
        }
        Detail::Posted { sha256 } => say!(language, "POST of sha256 {sha256}", "POST de sha256 {sha256}"),
        Detail::Received(receipt) => received(receipt, language),
        Detail::PostedAgain => say!(
            language,
            "the service did not know it: the same bytes were posted again",
            "el servicio no lo conocía: se enviaron otra vez los mismos bytes"
        ),
        Detail::Resolved(remark) => self::remark(remark, language),
        Detail::VerdictStands { said, stands } => say!(
            language,
            "the service now says {said}; the verdict {stands} stands",
            "el servicio ahora dice {said}; queda la respuesta {stands}"
        ),
        Detail::Failed(why) => format!("{}: {}", why.category(), cause(why, language)),
        Detail::OutcomeNotUsed => say!(
            language,
            "an outcome came after another run had gone on; it is not used",
            "llegó un resultado después de que otra ejecución había continuado; no se usa"
        ),
        Detail::RetryCancelled => say!(language, "retry cancelled", "reintento cancelado"),
        Detail::SeriesContinued { company, series, last } => say!(
            language,
            "{company}: series {series} goes on after {last}",
            "{company}: la serie {series} sigue después de {last}"
        ),
        Detail::Restored { knows_until: None } => {
            say!(language, "a backup was put in place", "se puso en su lugar una copia de respaldo")
        }
        Detail::Restored { knows_until: Some(until) } => say!(
            language,
            "a backup was put in place that knows what was done until {until}",
            "se puso en su lugar una copia de respaldo que sabe lo hecho hasta {until}"
        ),
        Detail::Words(words) => words.clone(),
    }
}

fn received(receipt: &Receipt, language: Language) -> String {
    match receipt {
        Receipt::Location(address) => address.clone(),
        Receipt::Confirmed => say!(language, "received", "recibido"),
        Receipt::AlreadyReceived => "ya fue recibido".to_owned(),
        Receipt::ReceivedBefore => say!(
            language,
            "ya fue recibido, at the first POST from here: somebody sent this clave before, perhaps with other bytes",
            "ya fue recibido, en el primer envío desde aquí: alguien envió antes esta clave, quizá con otros bytes"
        ),
        Receipt::ArrivedEarlier { status } => {
            say!(language, "an earlier attempt had arrived: {status}", "un intento anterior sí había llegado: {status}")
        }
        Receipt::Judged => {
            say!(language, "an earlier attempt had arrived", "un intento anterior sí había llegado")
        }
    }
}

/// An answer in one sentence.
pub(super) fn remark(remark: &Remark, language: Language) -> String {
    match remark {
        Remark::Rows(rows) => listed(rows, language).join("; "),
        Remark::Differs { rows, differences } => {
            let mut parts = listed(rows, language);
            parts.extend(differences.iter().map(|one| difference(one, language)));
            parts.join("; ")
        }
        Remark::NotFound => {
            say!(language, "the service does not know this clave yet", "el servicio aún no conoce esta clave")
        }
        Remark::NotBase64 { detail } => say!(
            language,
            "respuesta-xml cannot be decoded: respuesta-xml is not Base64: {detail}",
            "no se puede decodificar respuesta-xml: no es Base64: {detail}"
        ),
        Remark::UnreadablePaper { detail } => say!(
            language,
            "the MensajeHacienda cannot be read: {detail}",
            "no se puede leer el MensajeHacienda: {detail}"
        ),
        Remark::Discarded { reason } => reason.clone(),
        Remark::Failed(why) => cause(why, language),
        Remark::Words(words) => words.clone(),
    }
}

/// What the answer says otherwise; the verdict is the service's word.
fn difference(difference: &Difference, language: Language) -> String {
    let Difference { element, answer, document } = difference;
    let shown = |text: &str| if text.is_empty() { say!(language, "nothing", "nada") } else { text.to_owned() };
    let other = if element == "Mensaje" {
        say!(language, "the service", "el servicio")
    } else {
        say!(language, "the document", "el documento")
    };
    let (answer, document) = (shown(answer), shown(document));
    say!(
        language,
        "(the MensajeHacienda has {element} {answer}, {other} {document})",
        "(el MensajeHacienda trae {element} {answer}, {other} {document})"
    )
}

/// Hacienda's words stay Hacienda's; only the place in the XML is said in ours.
fn listed(rows: &[DetailRow], language: Language) -> Vec<String> {
    let row = |row: &DetailRow| {
        let place = match (row.row, row.column) {
            (Some(line), Some(column)) if line > 1 || column > 0 => {
                say!(language, " (line {line}, column {column})", " (línea {line}, columna {column})")
            }
            _ => String::new(),
        };
        format!("{}{place}", row.bare())
    };
    rows.iter().map(row).collect()
}

/// Why a document waits for a person, and what ends that.
fn held(hold: &Hold, language: Language) -> String {
    match hold {
        Hold::SentBefore => say!(
            language,
            "Hacienda has it with a signature that is not here: import the signed XML that was sent",
            "Hacienda lo tiene con una firma que aquí no está: importe el XML firmado que se envió"
        ),
        Hold::NumberTaken { clave } => say!(
            language,
            "its number is that of {clave}, which Hacienda has: `cr-einvoice discard` it and make it anew",
            "su número es el de {clave}, que Hacienda ya tiene: descártelo con `cr-einvoice discard` y hágalo de nuevo"
        ),
        Hold::SeriesStopped { clave } => say!(
            language,
            "its series is stopped: Hacienda has {clave}, which is not here; see `cr-einvoice numbering`",
            "su serie está detenida: Hacienda tiene {clave}, que aquí no está; vea `cr-einvoice numbering`"
        ),
    }
}

/// What a person may want to know of a document that did not fail.
pub(super) fn note(note: &Note, language: Language) -> String {
    match note {
        Note::WouldAskThenSubmit => say!(
            language,
            "would ask whether an earlier attempt arrived, then submit",
            "preguntaría si un intento anterior llegó, y si no lo enviaría"
        ),
        Note::WouldDo(operation) => {
            let verb = operation_verb(*operation, language);
            say!(language, "would {verb}", "tocaría {verb}")
        }
        Note::HeldByAnotherRun => {
            say!(language, "another run is working on it", "otra ejecución está trabajando en él")
        }
        Note::OtherEnvironment => say!(
            language,
            "it belongs to another environment than its company sends to now",
            "pertenece a otro ambiente que aquel al que su empresa envía ahora"
        ),
        Note::NotSubmittedYet => say!(language, "it has not been submitted yet", "todavía no se ha enviado"),
        Note::SignedAlready => say!(language, "it is signed already", "ya está firmado"),
        Note::NumbersUnsure => say!(
            language,
            "the database may not know every number that was given; nothing is signed",
            "la base de datos puede no conocer todos los números ya usados; no se firma nada"
        ),
        Note::Held(hold) => held(hold, language),
        Note::ReceivedBefore => received(&Receipt::ReceivedBefore, language),
        Note::NotSignedYet => say!(language, "it is not signed yet", "todavía no está firmado"),
        Note::ServiceHasIt => say!(language, "the service has it already", "el servicio ya lo tiene"),
        Note::HasVerdict => say!(
            language,
            "it has its verdict; nothing is ever sent again",
            "ya tiene respuesta; no se envía nunca más"
        ),
        Note::Discarded => say!(
            language,
            "it was discarded; nothing is ever done with it",
            "fue descartado; no se hace nada más con él"
        ),
        Note::RunEnded => {
            say!(language, "the run ended before its turn", "la ejecución terminó antes de su turno")
        }
        Note::EntryIsOver => {
            say!(language, "its retry entry is over already", "su entrada en la cola ya terminó")
        }
        Note::LongPause => say!(
            language,
            "the service asked for a pause longer than this run",
            "el servicio pidió una pausa más larga que esta ejecución"
        ),
        Note::TakenOver => say!(language, "another run has taken it over", "otra ejecución se hizo cargo de él"),
        Note::PostedAgain => detail(&Detail::PostedAgain, language),
        Note::Answer(answer) => remark(answer, language),
    }
}
