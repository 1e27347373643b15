//! Bodies out of values and values out of bodies, as pure functions.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use serde::Serialize;

use super::fault;
use super::fields::{self, Fields};
use super::http::{RawAnswer, decode_text};
use crate::cause::{AnswerFault, Cause, Stage};
use crate::document::{DocumentKey, Identification};

/// The longest number that the API documents (`numeroIdentificacion`, maxLength 12).
const LONGEST_NUMBER: usize = 12;

/// One document as it is posted.
#[derive(Debug, Clone)]
pub struct Submission {
    /// 50 characters; for a MensajeReceptor that of the document it confirms.
    pub clave: String,
    /// Exactly the document's `FechaEmision` (`FechaEmisionDoc` for a MensajeReceptor).
    pub fecha: String,
    /// The `Emisor` of the XML; for a MensajeReceptor the issuer of the confirmed document.
    pub emisor: Identification,
    /// The receptor, where the document identifies one.
    pub receptor: Option<Identification>,
    /// `NumeroConsecutivoReceptor` of a MensajeReceptor.
    pub consecutivo_receptor: Option<String>,
    /// The very bytes that were signed.
    pub xml: Vec<u8>,
}

impl Submission {
    /// What the service knows it by: 50 characters, 71 for a MensajeReceptor.
    pub(crate) fn key(&self) -> String {
        match &self.consecutivo_receptor {
            Some(consecutivo) => format!("{}-{consecutivo}", self.clave),
            None => self.clave.clone(),
        }
    }

    /// The JSON body. The same submission always gives the same bytes.
    pub(crate) fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&SubmissionBody {
            clave: &self.clave,
            fecha: &self.fecha,
            emisor: PartyBody::of(&self.emisor),
            receptor: self.receptor.as_ref().filter(|party| fits(party)).map(PartyBody::of),
            consecutivo_receptor: self.consecutivo_receptor.as_deref(),
            comprobante_xml: STANDARD.encode(&self.xml),
        })
    }
}

/// A receptor of type 05 or 06 may have up to 20 characters while the API documents 12; the object is optional and what
/// the API does with longer numbers is not known, so it is left out then (API reference, POST recepcion).
fn fits(party: &Identification) -> bool {
    party.number.chars().count() <= LONGEST_NUMBER
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubmissionBody<'a> {
    clave: &'a str,
    fecha: &'a str,
    emisor: PartyBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receptor: Option<PartyBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consecutivo_receptor: Option<&'a str>,
    comprobante_xml: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartyBody<'a> {
    tipo_identificacion: &'a str,
    numero_identificacion: &'a str,
}

impl<'a> PartyBody<'a> {
    fn of(party: &'a Identification) -> Self {
        PartyBody { tipo_identificacion: party.kind.code(), numero_identificacion: &party.number }
    }
}

/// The service's answer to a POST that counts as success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reception {
    /// The service has it; validation is pending.
    Received {
        /// The address of the state resource, for the record.
        location: Option<String>,
    },
    /// An earlier POST of this clave counted.
    AlreadyReceived,
}

/// Reads the answer to a POST: 201, 202 and any other 2xx that says something are reception.
pub(crate) fn interpret_submit(answer: &RawAnswer, clave: &str) -> Result<Reception, Cause> {
    let already = |cause: &String| fault::says_already_received(cause, clave);
    if let Some(cause) = about_another(Stage::Submit, answer, clave) {
        return Err(cause);
    }
    match answer.http_status {
        200..300 if answer.is_html() => {
            // A gateway's page with status 200 says nothing about the document; a question will.
            Err(fault::of_answer(Stage::Submit, AnswerFault::WebPage, answer, None))
        }
        // The reference and practice have 201 and 202. Any other success with nothing in it was seen from something that never
        // handed the document on, so it is no word about the document; a question will be.
        200 | 203..300 if answer.location.is_none() && says_nothing(&answer.body) => {
            Err(fault::of_answer(Stage::Submit, AnswerFault::Empty, answer, None))
        }
        200..300 => Ok(Reception::Received { location: answer.location.clone() }),
        400 if answer.error_cause.as_ref().is_some_and(already) => Ok(Reception::AlreadyReceived),
        409 => Ok(Reception::AlreadyReceived),
        _ => Err(fault::of_status(Stage::Submit, answer)),
    }
}

/// A body without a word in it.
fn says_nothing(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"" | b"{}" | b"[]" | b"null" | b"\"\"")
}

/// `X-Error-Cause` that names another clave than ours says nothing about our document, whatever it says.
fn about_another(stage: Stage, answer: &RawAnswer, key: &str) -> Option<Cause> {
    let words = answer.error_cause.as_deref().filter(|_| matches!(answer.http_status, 400 | 404 | 409))?;
    let clave = fault::other_clave(words, key)?;
    Some(fault::of_answer(stage, AnswerFault::OtherClave { clave }, answer, Some(words)))
}

/// The service's own word for how far a document is with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceStatus {
    /// `recibido`: not processed yet.
    Received,
    /// `procesando`: being validated.
    Processing,
    /// `aceptado`: final.
    Accepted,
    /// `rechazado`: final, the document has no validity.
    Rejected,
    /// `error`: no official meaning and no answer in law; asked again until the window closes.
    Error,
    /// Any other word, in lower case; not final.
    Unknown(String),
}

impl ServiceStatus {
    /// Reads the word, whatever its case.
    pub fn of_word(word: &str) -> Self {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "recibido" => ServiceStatus::Received,
            "procesando" => ServiceStatus::Processing,
            "aceptado" => ServiceStatus::Accepted,
            "rechazado" => ServiceStatus::Rejected,
            "error" => ServiceStatus::Error,
            _ => ServiceStatus::Unknown(word),
        }
    }

    /// The word in lower case.
    pub fn word(&self) -> &str {
        match self {
            ServiceStatus::Received => "recibido",
            ServiceStatus::Processing => "procesando",
            ServiceStatus::Accepted => "aceptado",
            ServiceStatus::Rejected => "rechazado",
            ServiceStatus::Error => "error",
            ServiceStatus::Unknown(word) => word,
        }
    }

    /// Hacienda has given its verdict.
    pub fn is_final(&self) -> bool {
        matches!(self, ServiceStatus::Accepted | ServiceStatus::Rejected)
    }
}

/// What the service says about one clave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It does not know the clave (yet).
    NotFound,
    /// It does.
    Found(StatusAnswer),
}

/// The body of `GET recepcion/{clave}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusAnswer {
    /// The clave that the answer is about; must be compared with ours.
    pub clave: Option<String>,
    /// `fecha`, as written.
    pub date: Option<String>,
    /// `ind-estado`.
    pub status: ServiceStatus,
    /// `respuesta-xml`, decoded: the signed MensajeHacienda, or the library's word on why it is no Base64.
    pub xml: Option<Result<Vec<u8>, String>>,
}

impl StatusAnswer {
    /// Whether the answer is about the document with this key (50 characters, or 71 for a MensajeReceptor, whose answer
    /// may name only the first 50). An answer without a clave is about nothing.
    pub fn is_about(&self, key: &DocumentKey) -> bool {
        self.clave.as_deref().is_some_and(|clave| key.is_meant_by(clave))
    }
}

/// Reads the answer to a status query about `key`.
pub fn interpret_status(answer: &RawAnswer, key: &str) -> Result<Answer, Cause> {
    let unknown_clave = |cause: &String| fault::says_not_found(cause, key);
    if let Some(cause) = about_another(Stage::Status, answer, key) {
        return Err(cause);
    }
    match answer.http_status {
        200..300 => read_status(answer).map(Answer::Found),
        404 => Ok(Answer::NotFound),
        400 if answer.error_cause.as_ref().is_some_and(unknown_clave) => Ok(Answer::NotFound),
        _ => Err(fault::of_status(Stage::Status, answer)),
    }
}

fn read_status(answer: &RawAnswer) -> Result<StatusAnswer, Cause> {
    let refuse = |fault| fault::of_answer(Stage::Status, fault, answer, None);
    if answer.is_html() {
        return Err(refuse(AnswerFault::WebPage));
    }
    let text = decode_text(&answer.body);
    let fields: Fields = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|cause| refuse(AnswerFault::NotJson { detail: Some(cause.to_string()) }))?;
    let field = |bare| fields.text(bare).map_err(|key| refuse(AnswerFault::Ambiguous { key }));
    let word = field("indestado")?.ok_or_else(|| refuse(AnswerFault::NoStatus))?;
    Ok(StatusAnswer {
        clave: field("clave")?.map(str::to_owned),
        date: field("fecha")?.map(str::to_owned),
        status: ServiceStatus::of_word(word),
        xml: field(fields::XML)?.map(decode_xml),
    })
}

/// The MensajeHacienda in the body of an answer to a status query, where one can be read.
pub(crate) fn paper_in(body: &[u8]) -> Option<Vec<u8>> {
    let text = decode_text(body);
    let fields: Fields = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    decode_xml(fields.text(fields::XML).ok()??).ok()
}

fn decode_xml(text: &str) -> Result<Vec<u8>, String> {
    let bare: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD_PAD_INDIFFERENT.decode(bare).map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::cause::Delivery;
    use crate::document::IdentificationType;
    use crate::retry::Category;

    use super::super::http::tests::answer;
    use super::*;

    const CLAVE: &str = "50620112600310199988800100001010000000015112345678";

    fn refused(cause: &str) -> RawAnswer {
        RawAnswer { error_cause: Some(cause.to_owned()), ..answer(400, "") }
    }

    fn submission() -> Submission {
        Submission {
            clave: CLAVE.to_owned(),
            fecha: "2026-11-20T09:15:00-06:00".to_owned(),
            emisor: Identification { kind: IdentificationType::Juridica, number: "3101999888".to_owned() },
            receptor: None,
            consecutivo_receptor: None,
            xml: b"<a>\r\n</a>".to_vec(),
        }
    }

    #[test]
    fn a_body_has_the_documented_fields_in_their_order() {
        let body = String::from_utf8(submission().body().unwrap()).unwrap();
        assert_eq!(
            body,
            format!(r#"{{"clave":"{CLAVE}","fecha":"2026-11-20T09:15:00-06:00","emisor":{{"tipoIdentificacion":"02","#)
                + r#""numeroIdentificacion":"3101999888"},"comprobanteXml":"PGE+DQo8L2E+"}"#
        );
    }

    #[test]
    fn a_receptor_with_a_number_longer_than_documented_is_left_out() {
        let mut submission = submission();
        submission.consecutivo_receptor = Some("00100001050000000001".to_owned());
        submission.receptor =
            Some(Identification { kind: IdentificationType::Extranjero, number: "1234567890123".to_owned() });
        let body = String::from_utf8(submission.body().unwrap()).unwrap();
        assert!(!body.contains("receptor\":{"), "{body}");
        assert!(body.contains(r#""consecutivoReceptor":"00100001050000000001""#), "{body}");
    }

    #[test]
    fn any_2xx_that_says_something_is_reception_but_not_a_gateways_page() {
        let received = |location: Option<&str>| Ok(Reception::Received { location: location.map(str::to_owned) });
        for (status, body) in [(201, ""), (202, ""), (200, "recibido"), (299, r#"{"clave":"506"}"#)] {
            assert_eq!(interpret_submit(&answer(status, body), CLAVE), received(None), "{status} {body}");
        }
        let located = RawAnswer { location: Some("/recepcion/506".to_owned()), ..answer(200, "") };
        assert_eq!(interpret_submit(&located, CLAVE), received(Some("/recepcion/506")));
        for (status, body) in [(200, ""), (200, " \n"), (200, "{}"), (200, "null"), (204, ""), (299, "[]")] {
            let cause = interpret_submit(&answer(status, body), CLAVE).unwrap_err();
            let is_empty = matches!(cause, Cause::Answer { fault: AnswerFault::Empty, .. });
            assert!(is_empty && cause.delivery() == Some(Delivery::Unknown), "{status} {body}: {cause:?}");
        }
        let fault = interpret_submit(&answer(200, "<html><body>login</body></html>"), CLAVE).unwrap_err();
        assert_eq!((fault.category(), fault.delivery()), (Category::Server, Some(Delivery::Unknown)));
    }

    #[test]
    fn a_duplicate_is_success() {
        for cause in [
            format!("El comprobante con la Clave [{CLAVE}] ya fue recibido."),
            format!("El comprobante con la clave {CLAVE} YA  FUE recibido anteriormente"),
        ] {
            assert_eq!(interpret_submit(&refused(&cause), CLAVE), Ok(Reception::AlreadyReceived), "{cause}");
        }
        assert_eq!(interpret_submit(&answer(409, ""), CLAVE), Ok(Reception::AlreadyReceived));
    }

    #[test]
    fn words_of_the_users_data_make_no_duplicate() {
        let cause = "El nombre [ya fue recibido] no es permitido";
        let fault = interpret_submit(&refused(cause), CLAVE).unwrap_err();
        assert_eq!((fault.category(), fault.delivery()), (Category::Validation, Some(Delivery::NotDelivered)));
        assert!(matches!(fault, Cause::Answer { words: Some(words), .. } if words == cause));
    }

    #[test]
    fn the_status_decides_the_category() {
        let table = [
            (302, Category::Server, Delivery::Unknown),
            (400, Category::Validation, Delivery::NotDelivered),
            (401, Category::Auth, Delivery::NotDelivered),
            (403, Category::Auth, Delivery::NotDelivered),
            (404, Category::Server, Delivery::NotDelivered),
            (408, Category::Transient, Delivery::Unknown),
            (413, Category::Validation, Delivery::NotDelivered),
            (418, Category::Unknown, Delivery::NotDelivered),
            (425, Category::Transient, Delivery::NotDelivered),
            (429, Category::RateLimit, Delivery::NotDelivered),
            (500, Category::Server, Delivery::Unknown),
            (503, Category::Server, Delivery::Unknown),
        ];
        for (status, category, delivery) in table {
            let fault = interpret_submit(&answer(status, ""), CLAVE).unwrap_err();
            assert_eq!((fault.category(), fault.delivery()), (category, Some(delivery)), "{status}");
            assert!(!fault.login_refused());
        }
    }

    fn found(body: &str) -> StatusAnswer {
        match interpret_status(&answer(200, body), CLAVE) {
            Ok(Answer::Found(found)) => found,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_spellings_and_any_case_are_understood() {
        for body in [
            r#"{"clave":"506","fecha":"x","ind-estado":"aceptado","respuesta-xml":"PGEvPg=="}"#,
            r#"{"CLAVE":"506","fecha":"x","indEstado":"ACEPTADO","respuestaXml":"PGEv\r\nPg","extra":[1]}"#,
            "\u{feff}{\"clave\":\"506\",\"fecha\":\"x\",\"IND_ESTADO\":\" Aceptado \",\"Respuesta-XML\":\"PGEvPg\"}",
        ] {
            let found = found(body);
            assert_eq!(found.status, ServiceStatus::Accepted, "{body}");
            assert_eq!(found.xml, Some(Ok(b"<a/>".to_vec())), "{body}");
            assert_eq!(found.clave.as_deref(), Some("506"));
        }
    }

    #[test]
    fn unknown_words_and_missing_xml_are_kept_as_they_are() {
        let answer = found(r#"{"clave":"1","ind-estado":"En Espera","respuesta-xml":null}"#);
        assert_eq!(answer.status, ServiceStatus::Unknown("en espera".to_owned()));
        assert_eq!(answer.status.word(), "en espera");
        assert_eq!(answer.xml, None);
        let broken = found(r#"{"clave":"1","ind-estado":"rechazado","respuesta-xml":"***"}"#);
        assert!(matches!(broken.xml, Some(Err(_))) && broken.status.is_final());
    }

    #[test]
    fn the_answer_must_be_about_our_document() {
        let about = |clave: &str| found(&format!(r#"{{"clave":"{clave}","ind-estado":"recibido"}}"#));
        let invoice: DocumentKey = CLAVE.parse().unwrap();
        let message: DocumentKey = format!("{CLAVE}-00100001050000000001").parse().unwrap();
        assert!(
            about(CLAVE).is_about(&invoice) && about(CLAVE).is_about(&message) && about(&message).is_about(&message)
        );
        assert!(!about(&message).is_about(&invoice) && !about("506").is_about(&invoice));
        assert!(!found(r#"{"ind-estado":"recibido"}"#).is_about(&invoice));
    }

    /// What the service says of another document is no word about ours: neither a duplicate nor an unknown clave.
    #[test]
    fn words_about_another_clave_say_nothing_about_ours() {
        let other = format!("{}9", &CLAVE[..49]);
        let received = refused(&format!("El comprobante con la Clave [{other}] ya fue recibido."));
        let cause = interpret_submit(&received, CLAVE).unwrap_err();
        assert_eq!((cause.category(), cause.delivery()), (Category::Server, Some(Delivery::Unknown)));
        let conflict = RawAnswer { http_status: 409, ..received };
        assert_eq!(interpret_submit(&conflict, CLAVE).unwrap_err().delivery(), Some(Delivery::Unknown));
        let ours = Submission { consecutivo_receptor: Some("00100001050000000001".to_owned()), ..submission() };
        for named in [CLAVE.to_owned(), ours.key()] {
            let received = refused(&format!("El comprobante con la Clave [{named}] ya fue recibido."));
            assert_eq!(interpret_submit(&received, &ours.key()), Ok(Reception::AlreadyReceived));
        }
        let unknown = refused(&format!("No existe el recurso con Clave = [{other}]"));
        let fault = AnswerFault::OtherClave { clave: other.clone() };
        assert!(
            matches!(interpret_status(&unknown, CLAVE).unwrap_err(), Cause::Answer { fault: found, .. } if found == fault)
        );
        let message = format!("{CLAVE}-00100001050000000001");
        let of_message = refused(&format!("No existe el recurso con Clave = [{message}]"));
        assert!(interpret_status(&of_message, CLAVE).is_err());
        assert_eq!(interpret_status(&of_message, &message), Ok(Answer::NotFound));
        assert_eq!(
            interpret_status(&refused(&format!("No existe el recurso con Clave = [{CLAVE}]")), &message),
            Ok(Answer::NotFound)
        );
    }

    #[test]
    fn an_answer_that_says_two_things_is_none() {
        for body in [
            format!(r#"{{"clave":"{CLAVE}","ind-estado":"aceptado","ind-estado":"rechazado"}}"#),
            format!(r#"{{"clave":"{CLAVE}","ind-estado":"aceptado","indEstado":"rechazado"}}"#),
            format!(r#"{{"clave":"{CLAVE}","clave":"506","ind-estado":"aceptado"}}"#),
            format!(
                r#"{{"clave":"{CLAVE}","ind-estado":"aceptado","respuesta-xml":"PGEvPg==","respuestaXml":"PGIvPg=="}}"#
            ),
            format!(
                r#"{{"clave":"{CLAVE}","ind-estado":"aceptado","respuesta-xml":"PGEvPg==","respuestaXml":"pGEvPg=="}}"#
            ),
        ] {
            let cause = interpret_status(&answer(200, &body), CLAVE).unwrap_err();
            let is_ambiguous = matches!(cause, Cause::Answer { fault: AnswerFault::Ambiguous { .. }, .. });
            assert!(is_ambiguous && cause.category() == Category::Transient, "{body}: {cause:?}");
        }
    }

    #[test]
    fn not_found_has_two_forms() {
        let reference = refused(&format!("No existe el recurso con Clave = [{CLAVE}]"));
        assert_eq!(interpret_status(&reference, CLAVE), Ok(Answer::NotFound));
        assert_eq!(interpret_status(&answer(404, "<html>"), CLAVE), Ok(Answer::NotFound));
        assert_eq!(interpret_status(&answer(400, ""), CLAVE).unwrap_err().category(), Category::Validation);
    }

    #[test]
    fn what_is_not_the_services_answer_is_a_fault() {
        let category = |body: &str| interpret_status(&answer(200, body), CLAVE).unwrap_err().category();
        assert_eq!(category("<!DOCTYPE html><p>"), Category::Server);
        assert_eq!(category(r#"{"clave":"50"#), Category::Transient);
        assert_eq!(category(r#"{"clave":"506"}"#), Category::Transient);
        assert_eq!(category("[]"), Category::Transient);
        assert_eq!(category(""), Category::Transient);
    }

    /// Ways in which a clave appears in the service's words.
    fn causes(clave: &str) -> Vec<String> {
        vec![
            format!("El comprobante con la Clave [{clave}] ya fue recibido."),
            format!("El comprobante {clave} ya fue recibido anteriormente"),
            format!("No existe el recurso con Clave = [{clave}]"),
            format!("La clave {clave} no es válida"),
            format!("{clave}"),
        ]
    }

    proptest! {
        #[test]
        fn no_clave_changes_the_class(clave in "[0-9A-Z]{50}", hostile in "(ya fue recibido|No existe el recurso|429|503){1,3}") {
            for (cause, usual) in causes(&clave).iter().zip(causes(CLAVE)) {
                let class = |cause: &str, clave: &str| {
                    let submit = interpret_submit(&refused(cause), clave).map_err(|fault| fault.category());
                    let status = interpret_status(&refused(cause), clave).map_err(|fault| fault.category());
                    (submit, status)
                };
                prop_assert_eq!(class(cause, &clave), class(&usual, CLAVE));
            }
            let cause = format!("La clave {hostile} no es válida");
            let class = interpret_submit(&refused(&cause), &hostile).map_err(|fault| fault.category());
            prop_assert_eq!(class, Err(Category::Validation));
        }

        #[test]
        fn no_answer_makes_the_reader_fail_otherwise(body in proptest::collection::vec(any::<u8>(), 0..200), status in 100u16..600) {
            let answer = RawAnswer { body, ..answer(status, "") };
            let _ = interpret_status(&answer, CLAVE);
            let _ = interpret_submit(&answer, CLAVE);
        }
    }
}
