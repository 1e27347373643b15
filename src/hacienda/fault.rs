//! Why an exchange failed, as a cause: from the kind of transport error, the HTTP status, `X-Error-Cause` and the stage,
//! never from digits or words of the user's data.

use super::http::RawAnswer;
use super::transport::TransportError;
use crate::cause::{AnswerFault, Cause, Stage};
use crate::document::DocumentKey;

/// No whole answer came from `host`.
pub(crate) fn of_transport(stage: Stage, host: String, error: TransportError) -> Cause {
    Cause::Disturbance { stage, host, kind: error.kind, detail: error.detail }
}

/// The service answered, and this is what is wrong with it. `words` are its own, and hold no secret.
pub(crate) fn of_answer(stage: Stage, fault: AnswerFault, answer: &RawAnswer, words: Option<&str>) -> Cause {
    Cause::Answer {
        stage,
        http_status: answer.http_status,
        fault,
        words: words.map(tidy).filter(|words| !words.is_empty()),
        not_before: answer.not_before,
    }
}

/// The cause in an answer that is no success, where the status alone decides (API reference, "Status codes").
pub(crate) fn of_status(stage: Stage, answer: &RawAnswer) -> Cause {
    let fault = match answer.http_status {
        300..400 => AnswerFault::Redirect,
        400 if answer.error_cause.is_none() && answer.is_html() => AnswerFault::WebPage,
        400 | 413 | 415 | 422 if matches!(stage, Stage::Submit | Stage::Status) => AnswerFault::Refused,
        401 => AnswerFault::TokenRefused,
        403 => AnswerFault::NotAllowed,
        404 | 405 | 410 => AnswerFault::NothingThere,
        408 | 425 => AnswerFault::GaveUpWaiting,
        429 => AnswerFault::TooMany,
        500.. => AnswerFault::Failed,
        _ => AnswerFault::Undocumented,
    };
    of_answer(stage, fault, answer, answer.error_cause.as_deref())
}

/// Whether the cause says that this clave was received before: `El comprobante con la Clave [..] ya fue recibido.`
pub(crate) fn says_already_received(cause: &str, clave: &str) -> bool {
    fixed_words(cause, clave).contains("ya fue recibido")
}

/// Whether the cause says that the clave is not known: `No existe el recurso con Clave = [..]`.
pub(crate) fn says_not_found(cause: &str, clave: &str) -> bool {
    fixed_words(cause, clave).contains("no existe el recurso")
}

/// The clave that the words name, when it is not `key`: what they say is then about another document. `key` has 50
/// characters, or 71 for a MensajeReceptor, of which the service may name the first 50.
pub(crate) fn other_clave(words: &str, key: &str) -> Option<String> {
    let (bare, _) = DocumentKey::parts_of(key);
    let is_ours = |named: &&str| named.eq_ignore_ascii_case(key) || named.eq_ignore_ascii_case(bare);
    let tokens = words.split(|character: char| !character.is_ascii_alphanumeric() && character != '-');
    let named: Vec<&str> = tokens.map(|token| token.trim_matches('-')).filter(|token| is_key(token)).collect();
    if named.iter().any(is_ours) {
        return None;
    }
    named.first().map(|other| (*other).to_owned())
}

/// Whether a word has the form of a clave, with or without the consecutivo of a MensajeReceptor.
fn is_key(word: &str) -> bool {
    let (clave, consecutivo) = DocumentKey::parts_of(word);
    let has_form = clave.len() == 50 && clave.bytes().all(|byte| byte.is_ascii_alphanumeric());
    has_form && consecutivo.is_none_or(|digits| digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The service's own words: without the clave, without what it quotes in brackets, in lower case, single-spaced.
fn fixed_words(cause: &str, clave: &str) -> String {
    let mut text = cause.to_lowercase();
    if !clave.is_empty() {
        text = text.replace(&clave.to_lowercase(), " ");
    }
    while let Some(open) = text.find('[') {
        let Some(length) = text[open..].find(']') else { break };
        text.replace_range(open..=open + length, " ");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text of the service as it may appear in a sentence: one line, no control characters, not endless.
fn tidy(text: &str) -> String {
    const LONGEST: usize = 500;
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}
