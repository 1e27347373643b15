//! The reception API: documents in, verdicts out, and the list of what is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use chrono::Utc;
use serde_json::{Value, json};

use super::action::Action;
use super::asked::Asked;
use super::docket::{Document, Progress};
use super::judge::{self, Party};
use super::service::{Acted, Service, lock};
use super::wire::{Reply, Request};
use super::{identity, mensaje};
use crate::clock;

/// The most items of one list (annex 3: `Accept-Range: resource 50`).
const PAGE_SIZE: usize = 50;
/// The clave put into an answer that is to be about another document.
const OTHER_CLAVE: &str = "50601010100000000000000100001010000000001100000001";

impl Service {
    /// `POST recepcion`.
    pub(super) fn submit(&self, asked: &Asked) -> Acted {
        let (body, xml) = match &asked.body {
            Some(Ok(whole)) => whole,
            Some(Err(reason)) => return refused(reason).into(),
            None => return refused("El cuerpo de la solicitud está vacío").into(),
        };
        let key = body.key();
        let duplicate = || refused(&format!("El comprobante con la Clave [{key}] ya fue recibido.")).into();
        if lock(&self.docket).holds(&key) {
            return duplicate();
        }
        let judgement = match judge::judge(body, xml, self.script.check_signature) {
            Ok(judgement) => judgement,
            Err(reason) => return refused(&reason).into(),
        };
        let now = self.now();
        let mut docket = lock(&self.docket);
        // Another connection may have brought the same document while this one was looked at.
        if docket.holds(&key) {
            return duplicate();
        }
        let actions = lock(&self.rules).on_reception(&asked.subject);
        docket.take_in(&key, judgement, self.delay(), &actions, now);
        let reply = Reply::new(self.script.created_code).with("Location", self.location(&key));
        Acted { reply, taken_in: true, status: None }
    }

    fn location(&self, key: &str) -> String {
        format!("{}/recepcion-sandbox/v1/recepcion/{key}", self.origin)
    }

    /// `GET recepcion/{clave}`.
    pub(super) fn status(&self, asked: &Asked, action: Option<&Action>) -> Acted {
        let key = asked.subject.key.as_deref().unwrap_or_default();
        if let Some(Action::NotFound { code }) = action {
            return not_found(*code, key).into();
        }
        let now = self.now();
        let Some(progress) = lock(&self.docket).look(key, now) else {
            return not_found(self.script.not_found_code, key).into();
        };
        let (mut word, mut xml) = match progress {
            Progress::Pending(word) => (word.to_owned(), None),
            Progress::Final { judgement, verdict, answer } => {
                let word = if verdict.accepted { "aceptado" } else { "rechazado" };
                let written = match action {
                    Some(Action::Paper(texts)) => texts.clone(),
                    _ => BTreeMap::new(),
                };
                let sealed_oddly =
                    matches!(action, Some(Action::OtherSeal | Action::BrokenSeal | Action::Unsealed)).then_some(action);
                let is_odd = sealed_oddly.is_some() || !written.is_empty();
                let signed = match answer.filter(|_| !is_odd) {
                    Some(answer) => Ok(answer),
                    None => mensaje::write(&judgement, &verdict, &written)
                        .map_err(|cause| cause.to_string())
                        .and_then(|unsigned| sealed(unsigned, now, sealed_oddly.flatten()))
                        .map(
                            |signed| {
                                if is_odd { Arc::new(signed) } else { lock(&self.docket).keep_answer(key, signed) }
                            },
                        ),
                };
                match signed {
                    Ok(signed) => (word.to_owned(), Some(signed)),
                    Err(cause) => {
                        log::error!("the stand-in could not write its answer: {cause}");
                        return Reply::new(500).into();
                    }
                }
            }
        };
        match action {
            Some(Action::Word(other)) => (word, xml) = (other.clone(), None),
            Some(Action::WithoutXml) => xml = None,
            _ => {}
        }
        let clave = if action == Some(&Action::WrongClave) { OTHER_CLAVE } else { key };
        let body = status_body(clave, now, &word, xml.as_deref().map(Vec::as_slice), action);
        Acted { reply: Reply::json(200, &body), taken_in: false, status: Some(word) }
    }

    /// `GET comprobantes` and `GET comprobantes/{clave}`.
    pub(super) fn list(&self, request: &Request, action: Option<&Action>) -> Reply {
        let rest = request.path.split("/comprobantes").nth(1).unwrap_or_default();
        let key = rest.trim_matches('/');
        let mut docket = lock(&self.docket);
        if let Some(Action::Arrive { documents }) = action {
            docket.arrive(*documents, self.now());
        }
        if !key.is_empty() {
            return match docket.get(key) {
                Some(document) => Reply::json(200, &summary(key, document)),
                None => not_found(self.script.not_found_code, key),
            };
        }
        let wanted = Wanted::read(&request.query);
        let found: Vec<Value> = docket
            .newest_first()
            .filter(|(_, document)| wanted.fits(document))
            .map(|(key, document)| summary(key, document))
            .collect();
        let total = found.len();
        let page: Vec<Value> = found.into_iter().skip(wanted.offset).take(wanted.limit).collect();
        let complete = page.len() == total;
        let reply = Reply::json(if complete { 200 } else { 206 }, &Value::Array(page));
        let reply = reply.with("Accept-Range", format!("resource {PAGE_SIZE}"));
        if complete {
            return reply;
        }
        reply.with("Content-Range", format!("{}-{}/{total}", wanted.offset, wanted.limit))
    }
}

/// Seals an answer, or does what the script wants instead.
fn sealed(unsigned: Vec<u8>, now: DateTime<Utc>, odd: Option<&Action>) -> Result<Vec<u8>, String> {
    match odd {
        Some(Action::Unsealed) => Ok(unsigned),
        Some(Action::BrokenSeal) => {
            let signed = identity::sign(&unsigned, now, false)?;
            let text = String::from_utf8(signed).map_err(|cause| cause.to_string())?;
            Ok(text.replacen("<NombreEmisor>", "<NombreEmisor>X", 1).into_bytes())
        }
        odd => identity::sign(&unsigned, now, odd == Some(&Action::OtherSeal)),
    }
}

fn refused(cause: &str) -> Reply {
    Reply::new(400).with("X-Error-Cause", cause.replace(['\r', '\n'], " ")).with("validation-exception", "true")
}

fn not_found(code: u16, key: &str) -> Reply {
    Reply::new(code).with("X-Error-Cause", format!("No existe el recurso con Clave = [{key}]"))
}

fn status_body(clave: &str, now: DateTime<Utc>, word: &str, xml: Option<&[u8]>, action: Option<&Action>) -> Value {
    let annex = action == Some(&Action::AnnexSpelling);
    let (status_key, xml_key) = if annex { ("indEstado", "respuestaXml") } else { ("ind-estado", "respuesta-xml") };
    let word = if annex { word.to_uppercase() } else { word.to_owned() };
    let fecha = now.with_timezone(&clock::costa_rica()).to_rfc3339();
    let mut body = json!({ "clave": clave, "fecha": fecha, status_key: word });
    if let Some(xml) = xml {
        body[xml_key] = Value::String(STANDARD.encode(xml));
    }
    body
}

/// What a list is asked for.
struct Wanted<'a> {
    offset: usize,
    limit: usize,
    emisor: Option<&'a str>,
    receptor: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn read(query: &'a str) -> Self {
        let field = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        Wanted {
            offset: field("offset").and_then(|text| text.parse().ok()).unwrap_or(0),
            limit: field("limit").and_then(|text| text.parse().ok()).unwrap_or(PAGE_SIZE).min(PAGE_SIZE),
            emisor: field("emisor"),
            receptor: field("receptor"),
        }
    }

    /// A party is asked for by its type and its number padded to 12: `02003101123456`.
    fn fits(&self, document: &Document) -> bool {
        let judgement = &document.judgement;
        let is = |party: &Party, wanted: &str| format!("{}{:0>12}", party.code, party.number) == wanted;
        self.emisor.is_none_or(|wanted| is(&judgement.emisor, wanted))
            && self.receptor.is_none_or(|wanted| judgement.receptor.as_ref().is_some_and(|party| is(party, wanted)))
    }
}

fn summary(key: &str, document: &Document) -> Value {
    let party = |party: &Party| json!({ "tipoIdentificacion": party.code, "numeroIdentificacion": party.number, "nombre": party.name });
    let judgement = &document.judgement;
    let mut item = json!({ "clave": key, "fecha": judgement.fecha, "emisor": party(&judgement.emisor) });
    if let Some(receptor) = &judgement.receptor {
        item["receptor"] = party(receptor);
    }
    item
}
