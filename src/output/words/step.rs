//! Why a step failed.

use super::company::company_fault;
use super::say;
use super::signature::signature_check;
use super::values::moment;
use crate::cause::{AnswerFault, Cause, LastWord, PaperFault, Rejection, SigningFault, Stage, Transport};
use crate::language::Language;

/// Why a step failed, for the queue, the report of a run and the record.
pub(super) fn cause(cause: &Cause, language: Language) -> String {
    match cause {
        Cause::Disturbance { stage, host, kind, detail } => {
            format!("{}: {host}: {} ({detail})", failed_stage(*stage, language), transport(kind, language))
        }
        Cause::Answer { stage, http_status, fault, words, .. } => {
            let fault = answer(*stage, fault, words.as_deref(), language);
            format!("{}: HTTP {http_status}: {fault}", failed_stage(*stage, language))
        }
        Cause::Unwritable { detail } => say!(
            language,
            "the document could not be written as JSON: {detail}",
            "no se pudo escribir el documento como JSON: {detail}"
        ),
        Cause::OtherClave { clave } => {
            let none = say!(language, "none", "ninguna");
            let other = clave.as_ref().unwrap_or(&none);
            say!(
                language,
                "the service answered about another clave ({other}); its answer is kept and not used",
                "el servicio respondió sobre otra clave ({other}); su respuesta se conserva y no se usa"
            )
        }
        Cause::OtherClaveInPaper { clave } => say!(
            language,
            "the MensajeHacienda is about another clave ({clave}); it is kept and not used",
            "el MensajeHacienda es de otra clave ({clave}); se conserva y no se usa"
        ),
        Cause::Outage { since, last } => {
            let (since, last) = (moment(*since, language), self::cause(last, language));
            say!(
                language,
                "not tried: the service has not answered since {since} ({last})",
                "no se intentó: el servicio no responde desde el {since} ({last})"
            )
        }
        Cause::OutageLasts { last } => self::cause(last, language),
        Cause::Company { company, fault } => company_fault(company, fault, language),
        Cause::Clock { seconds } => clock(*seconds, language),
        Cause::Damaged { fault } => {
            let fault = paper_fault(fault, language);
            say!(
                language,
                "its stored bytes are damaged ({fault}) and were not used; restore the latest backup that has them",
                "los bytes guardados están dañados ({fault}) y no se usaron; restaure la copia de respaldo más reciente que los tenga"
            )
        }
        Cause::WouldBeRejected(rejection) => would_be_rejected(rejection, language),
        Cause::Signing(fault) => {
            let fault = signing(fault, language);
            say!(language, "it cannot be signed: {fault}", "no se puede firmar: {fault}")
        }
        Cause::WindowClosed { clave, hours, last } => window_closed(clave, *hours, last, language),
        Cause::Words(words) => words.clone(),
    }
}

/// What is wrong with stored bytes.
fn paper_fault(fault: &PaperFault, language: Language) -> String {
    match fault {
        PaperFault::Missing => say!(language, "they are not there", "no están"),
        PaperFault::Dictionary { id } => say!(
            language,
            "the dictionary {id} that they need is missing or damaged",
            "falta o está dañado el diccionario {id} que necesitan"
        ),
        PaperFault::Frame { detail } => {
            say!(language, "they cannot be decompressed: {detail}", "no se pueden descomprimir: {detail}")
        }
        PaperFault::Hash => {
            say!(language, "their SHA-256 is not that of this document", "su SHA-256 no es el de este documento")
        }
    }
}

fn failed_stage(stage: Stage, language: Language) -> String {
    match stage {
        Stage::Login => say!(language, "the login failed", "falló el ingreso"),
        Stage::Submit => {
            say!(
                language,
                "the document was not confirmed as received",
                "no se confirmó que el documento fuera recibido"
            )
        }
        Stage::Status => say!(language, "the status could not be asked", "no se pudo consultar el estado"),
        Stage::List => say!(
            language,
            "the list of what was sent could not be asked",
            "no se pudo consultar la lista de lo enviado"
        ),
        Stage::Logout => say!(language, "the session could not be closed", "no se pudo cerrar la sesión"),
        Stage::Probe => say!(language, "the service could not be looked at", "no se pudo comprobar el servicio"),
    }
}

/// What disturbed an exchange.
pub(super) fn transport(kind: &Transport, language: Language) -> String {
    match kind {
        Transport::Name => say!(language, "its name could not be resolved", "no se pudo resolver su nombre"),
        Transport::Connect => say!(language, "the connection could not be made", "no se pudo establecer la conexión"),
        Transport::Tls => say!(
            language,
            "no trusted encrypted connection could be made",
            "no se pudo establecer una conexión cifrada de confianza"
        ),
        Transport::ConnectTimeout => {
            say!(language, "the connection was not made in time", "la conexión no se estableció a tiempo")
        }
        Transport::Timeout => {
            say!(language, "no whole answer came in time", "no llegó a tiempo una respuesta completa")
        }
        Transport::Reset => say!(
            language,
            "the connection broke before an answer came",
            "la conexión se cortó antes de que llegara una respuesta"
        ),
        Transport::Cut => {
            say!(language, "the answer broke off or is not HTTP", "la respuesta quedó cortada o no es HTTP")
        }
        Transport::TooLarge => say!(
            language,
            "the answer is larger than any that the service gives",
            "la respuesta es más grande que cualquiera que da el servicio"
        ),
    }
}

fn answer(stage: Stage, fault: &AnswerFault, words: Option<&str>, language: Language) -> String {
    let reason = answer_fault(stage, fault, language);
    match words {
        None => reason,
        Some(words) if fault.is_login_refusal() => format!("{reason} ({words})"),
        Some(words) => format!("{reason}: {words}"),
    }
}

fn answer_fault(stage: Stage, fault: &AnswerFault, language: Language) -> String {
    match fault {
        AnswerFault::WebPage if stage == Stage::Login => {
            say!(language, "a web page instead of a token", "una página web en vez de un token")
        }
        AnswerFault::WebPage => say!(
            language,
            "a web page instead of the service's answer",
            "una página web en vez de la respuesta del servicio"
        ),
        AnswerFault::Redirect => say!(
            language,
            "a redirect, which is never followed; check the configured address",
            "una redirección, que nunca se sigue; revise la dirección configurada"
        ),
        AnswerFault::Empty => say!(
            language,
            "an answer with nothing in it; the service is asked before anything is sent again",
            "una respuesta vacía; se pregunta al servicio antes de enviar algo otra vez"
        ),
        AnswerFault::Refused => say!(language, "the service refused the request", "el servicio rechazó la solicitud"),
        AnswerFault::TokenRefused => say!(language, "the token was refused", "el token fue rechazado"),
        AnswerFault::NotAllowed => say!(
            language,
            "not allowed for this taxpayer or this address; check username and api_url",
            "no está permitido para este contribuyente o esta dirección; revise username y api_url"
        ),
        AnswerFault::NothingThere => say!(
            language,
            "nothing is at this address; check the configured address",
            "no hay nada en esta dirección; revise la dirección configurada"
        ),
        AnswerFault::GaveUpWaiting => say!(language, "the service gave up waiting", "el servicio dejó de esperar"),
        AnswerFault::TooMany => say!(
            language,
            "too many requests; the service asks for a pause",
            "demasiadas solicitudes; el servicio pide una pausa"
        ),
        AnswerFault::Failed => say!(language, "the service failed", "el servicio falló"),
        AnswerFault::Undocumented => {
            say!(language, "an answer that is not documented", "una respuesta que no está documentada")
        }
        AnswerFault::NotJson { detail: Some(detail) } => say!(
            language,
            "the answer is not the JSON expected ({detail})",
            "la respuesta no es el JSON que se esperaba ({detail})"
        ),
        AnswerFault::NotJson { detail: None } => {
            say!(language, "the answer is not the JSON expected", "la respuesta no es el JSON que se esperaba")
        }
        AnswerFault::NoStatus => say!(language, "the answer has no ind-estado", "la respuesta no trae ind-estado"),
        AnswerFault::Ambiguous { key } => say!(
            language,
            "the answer says two things in `{key}`; it is kept and not used",
            "la respuesta dice dos cosas en `{key}`; se conserva y no se usa"
        ),
        AnswerFault::OtherClave { clave } => say!(
            language,
            "the service answered about another clave ({clave})",
            "el servicio respondió sobre otra clave ({clave})"
        ),
        AnswerFault::NoToken => {
            say!(language, "the answer holds no usable access_token", "la respuesta no trae un access_token que sirva")
        }
        AnswerFault::LoginBlocked => say!(
            language,
            "the user is blocked or not allowed here; see to it in the Oficina Virtual",
            "el usuario está bloqueado o no tiene permiso aquí; resuélvalo en la Oficina Virtual"
        ),
        AnswerFault::ClientUnknown => say!(
            language,
            "client_id does not belong to this realm; check the configuration",
            "client_id no pertenece a este realm; revise la configuración"
        ),
        AnswerFault::CredentialsRefused => say!(
            language,
            "the credentials were refused; check username and password of this environment",
            "las credenciales fueron rechazadas; revise usuario y contraseña de este ambiente"
        ),
    }
}

fn clock(seconds: i64, language: Language) -> String {
    let off = seconds.unsigned_abs();
    if seconds > 0 {
        say!(
            language,
            "this machine's clock is {off} s ahead of Hacienda's; correct it (timedatectl) and sign again. \
             allow_wrong_clock = true signs all the same",
            "el reloj de esta máquina está {off} s adelantado respecto al de Hacienda; corríjalo (timedatectl) y firme de \
             nuevo. Con allow_wrong_clock = true se firma de todos modos"
        )
    } else {
        say!(
            language,
            "this machine's clock is {off} s behind Hacienda's; correct it (timedatectl) and sign again. \
             allow_wrong_clock = true signs all the same",
            "el reloj de esta máquina está {off} s atrasado respecto al de Hacienda; corríjalo (timedatectl) y firme de \
             nuevo. Con allow_wrong_clock = true se firma de todos modos"
        )
    }
}

fn window_closed(clave: &str, hours: u32, last: &LastWord, language: Language) -> String {
    let (word, next) = match last {
        LastWord::Status(status) => (
            status.clone(),
            say!(
                language,
                "Ask again with `cr-einvoice poll {clave}`",
                "Pregunte de nuevo con `cr-einvoice poll {clave}`"
            ),
        ),
        LastWord::NotFound => (
            say!(
                language,
                "that it does not know the clave, also after the same bytes were sent again",
                "que no conoce la clave, también después de enviar otra vez los mismos bytes"
            ),
            say!(
                language,
                "`cr-einvoice submit {clave}` asks and sends them once more",
                "`cr-einvoice submit {clave}` pregunta y los envía una vez más"
            ),
        ),
    };
    say!(
        language,
        "no verdict {hours} hours after submission; the service last said: {word}. {next}",
        "sin respuesta {hours} horas después del envío; lo último que dijo el servicio: {word}. {next}"
    )
}

fn would_be_rejected(rejection: &Rejection, language: Language) -> String {
    let Rejection { clave, name, element, en, es, more } = rejection;
    let more = match more {
        0 => String::new(),
        count => say!(language, " (and {count} more)", " (y {count} más)"),
    };
    let finding = match language {
        Language::English => en,
        Language::Spanish => es,
    };
    say!(
        language,
        "Hacienda would reject it: {element}: {finding} ({name}){more}; `cr-einvoice validate {clave}` shows all, \
         `sign --no-validate` signs it anyway",
        "Hacienda lo rechazaría: {element}: {finding} ({name}){more}; `cr-einvoice validate {clave}` lo muestra todo, \
         `sign --no-validate` lo firma de todos modos"
    )
}

fn signing(fault: &SigningFault, language: Language) -> String {
    match fault {
        SigningFault::NotXml { line, column, detail } => say!(
            language,
            "the document is not XML that can be signed: line {line}, column {column}: {detail}",
            "el documento no es un XML que se pueda firmar: línea {line}, columna {column}: {detail}"
        ),
        SigningFault::AlreadySigned => say!(
            language,
            "the document carries a signature already; import it as it is, or sign the unsigned original",
            "el documento ya trae una firma; impórtelo como está, o firme el original sin firma"
        ),
        SigningFault::NotYetValid { from } => {
            let from = moment(*from, language);
            say!(language, "the certificate is not valid before {from}", "el certificado no es válido antes del {from}")
        }
        SigningFault::Expired { at } => {
            let at = moment(*at, language);
            say!(
                language,
                "the certificate expired on {at}; get a new key in ATV and put its .p12 in place of this one",
                "el certificado venció el {at}; genere una llave nueva en ATV y ponga su .p12 en el lugar de este"
            )
        }
        SigningFault::Provider { action } => say!(
            language,
            "the cryptographic provider failed to {action}",
            "la biblioteca criptográfica falló ({action})"
        ),
        SigningFault::SelfCheck(found) => {
            let found = signature_check(found, language);
            say!(
                language,
                "the new signature did not verify ({found}); nothing was stored; please report this document",
                "la firma recién hecha no se verificó ({found}); no se guardó nada; por favor, reporte este documento"
            )
        }
    }
}
