//! Notices to a person: what happened, what to do, and why a notice did not go out.

use super::company::{command_fault, secret_fault};
use super::say;
use super::values::{moment, operation_noun};
use crate::deadlines::LegalRule;
use crate::language::Language;
use crate::notice::{Fact, NoticeFault, NoticeKind, Told};

/// What happened and what to do, in one or two sentences.
pub(super) fn told(told: &Told, language: Language) -> String {
    match told {
        Told::Fact(fact) => self::fact(fact, language),
        Told::Words(words) => words.clone(),
    }
}

fn fact(fact: &Fact, language: Language) -> String {
    match fact {
        Fact::RetriesSpent { operation, category, retries } => {
            let operation = operation_noun(*operation, language);
            say!(
                language,
                "{operation} failed for good after {retries} retries ({category}). See `cr-einvoice retry list --state \
                 failed`; when the cause is mended, `cr-einvoice retry now` with its clave, or `cr-einvoice retry now --state \
                 failed` for all.",
                "{operation}: falló del todo después de {retries} reintentos ({category}). Vea `cr-einvoice retry list --state \
                 failed`; cuando la causa esté corregida, `cr-einvoice retry now` con su clave, o `cr-einvoice retry now \
                 --state failed` para todos."
            )
        }
        Fact::Rejected | Fact::RejectedFor { .. } => say!(
            language,
            "It has no legal validity. `cr-einvoice show` with its clave says why; issue a new document that refers to this one.",
            "No tiene validez legal. `cr-einvoice show` con su clave dice por qué; emita un documento nuevo que haga referencia a \
             este."
        ),
        Fact::NoVerdict { hours, .. } => say!(
            language,
            "Hacienda gave no verdict in {hours} hours. `cr-einvoice poll` with its clave asks again, and sends the same bytes \
             again when Hacienda does not know it.",
            "Hacienda no respondió en {hours} horas. `cr-einvoice poll` con su clave pregunta de nuevo, y envía otra vez los \
             mismos bytes si Hacienda no lo conoce."
        ),
        Fact::AnswerDiffers { elements } => {
            let elements = elements.join(", ");
            say!(
                language,
                "The verdict stands, and the answer is kept; it differs in {elements}. Compare both by `cr-einvoice show` \
                 with its clave, and ask Hacienda when the document is right.",
                "El resultado vale y la respuesta se conserva; difiere en {elements}. Compare ambos con `cr-einvoice show` \
                 con su clave, y consulte a Hacienda si el documento está bien."
            )
        }
        Fact::OtherSeal { holder } => {
            let nobody = say!(
                language,
                "somebody whom the certificate does not identify",
                "alguien a quien el certificado no identifica"
            );
            let holder = holder.as_ref().unwrap_or(&nobody);
            say!(
                language,
                "They are whole, and signed by {holder}. If Hacienda has a new seal, say so as hacienda_seal; if not, somebody \
                 else answers in its name: check api_url and ca_file. `cr-einvoice responses export` shows the check of each.",
                "Están íntegras, y las firmó {holder}. Si Hacienda tiene un sello nuevo, indíquelo en hacienda_seal; si no, \
                 alguien más responde en su nombre: revise api_url y ca_file. `cr-einvoice responses export` muestra la \
                 revisión de cada una."
            )
        }
        Fact::SealFails { part: Some(part) } => say!(
            language,
            "The verdict stands, and the answer is kept; its signature does not hold ({part}). `cr-einvoice responses show` with \
             its clave and --xml prints it, `cr-einvoice verify FILE` says what fails; when it is not whole as it came, somebody \
             may have changed it on its way: check api_url and ca_file.",
            "El resultado vale y la respuesta se conserva; su firma no es válida ({part}). `cr-einvoice responses show` con su \
             clave y --xml la muestra, `cr-einvoice verify FILE` dice qué falla; si no está íntegra como llegó, alguien pudo \
             cambiarla en el camino: revise api_url y ca_file."
        ),
        Fact::SealFails { part: None } => say!(
            language,
            "The verdict stands, and the answer is kept; it carries no signature, so that nothing proves whose it is. Ask \
             Hacienda for it again: `cr-einvoice poll` with its clave.",
            "El resultado vale y la respuesta se conserva; no trae firma, así que nada prueba de quién es. Pídala otra vez a \
             Hacienda: `cr-einvoice poll` con su clave."
        ),
        Fact::SeriesStopped { series, clave } => {
            let start = start_beyond(series, clave);
            say!(
                language,
                "Hacienda has {clave}, which is not here: another system uses series {series}, or an earlier state of the \
                 database was put back. Nothing more of it is numbered, signed or sent. Import that document's signed XML; after \
                 a restore, `cr-einvoice restore cr-einvoice.db`, with the database itself; where another system has the series, \
                 `{start}` or a later number.",
                "Hacienda tiene {clave}, que aquí no está: otro sistema usa la serie {series}, o se repuso un estado anterior de \
                 la base de datos. No se numera, firma ni envía nada más de ella. Importe el XML firmado de ese documento; \
                 después de una restauración, `cr-einvoice restore cr-einvoice.db`, con la misma base de datos; si otro sistema \
                 tiene la serie, `{start}` o un número posterior."
            )
        }
        Fact::ReceivedBefore => say!(
            language,
            "It is received, and its verdict will be asked for; but this was its first POST from here, so that somebody sent \
             this clave before, and Hacienda may have other bytes than these. Compare with what the other system or the \
             database before a restore has sent, and give the customer what Hacienda has.",
            "Está recibido, y se preguntará por su resultado; pero este fue su primer envío desde aquí: alguien envió antes esta \
             clave, y Hacienda puede tener otros bytes. Compare con lo que envió el otro sistema o la base de datos anterior a \
             una restauración, y entregue al cliente lo que Hacienda tiene."
        ),
        Fact::CertificateEnds { at, days: 0, .. } => {
            let at = moment(*at, language);
            say!(
                language,
                "It ended on {at}. Nothing can be signed until a new one is in place.",
                "Venció el {at}. No se puede firmar nada hasta poner uno nuevo."
            )
        }
        Fact::CertificateEnds { at, days, .. } => {
            let at = moment(*at, language);
            say!(
                language,
                "It ends on {at}, in {days} days or less. Make a new llave criptográfica and put it in place with its PIN.",
                "Vence el {at}, en {days} días o menos. Genere una llave criptográfica nueva y póngala en su lugar con su PIN."
            )
        }
        Fact::LoginRefused { since } => {
            let since = moment(*since, language);
            say!(
                language,
                "Refused since {since}. The company's documents wait. Correct user name and password, then \
                 `cr-einvoice retry now --category auth`.",
                "Rechazado desde el {since}. Los documentos de la empresa esperan. Corrija usuario y contraseña, y luego \
                 `cr-einvoice retry now --category auth`."
            )
        }
        Fact::Term { rule, due_at, passed } => term(rule, &moment(*due_at, language), *passed, language),
    }
}

fn term(rule: &LegalRule, due_at: &str, passed: bool, language: Language) -> String {
    let duty = duty(rule, language);
    if passed {
        say!(
            language,
            "The term was {due_at} (Costa Rica): {duty}.",
            "El plazo venció el {due_at} (Costa Rica): {duty}."
        )
    } else {
        say!(language, "The term is {due_at} (Costa Rica): {duty}.", "El plazo vence el {due_at} (Costa Rica): {duty}.")
    }
}

/// What lets a series go on after the number of this document.
fn start_beyond(series: &str, clave: &str) -> String {
    let consecutivo = clave.split_once('-').map(|(_, consecutivo)| consecutivo).or_else(|| clave.get(21..41));
    let number = consecutivo.and_then(|it| it.get(10..)?.parse::<u64>().ok());
    let part = |range: std::ops::Range<usize>| series.get(range).and_then(|digits| digits.parse::<u32>().ok());
    match (number, part(0..3), part(3..8), series.get(8..)) {
        (Some(number), Some(branch), Some(terminal), Some(kind)) => {
            let next = number + 1;
            format!("cr-einvoice numbering start {kind} {next} --branch {branch} --terminal {terminal}")
        }
        _ => "cr-einvoice numbering".to_owned(),
    }
}

/// The subject of the mail.
pub(super) fn headline(kind: &NoticeKind, language: Language) -> String {
    match kind {
        NoticeKind::RetriesSpent => say!(
            language,
            "a document needs you: all retries are spent",
            "un documento lo necesita: se agotaron los reintentos"
        ),
        NoticeKind::Rejected => say!(language, "Hacienda rejected a document", "Hacienda rechazó un documento"),
        NoticeKind::NoVerdict => say!(language, "a document has no verdict", "un documento sigue sin respuesta"),
        NoticeKind::AnswerDiffers => say!(
            language,
            "Hacienda's answer does not agree with the document",
            "la respuesta de Hacienda no concuerda con el documento"
        ),
        NoticeKind::OtherSeal => say!(
            language,
            "answers carry another seal than Hacienda's",
            "hay respuestas con un sello que no es el de Hacienda"
        ),
        NoticeKind::SealFails => say!(
            language,
            "the signature of Hacienda's answer does not hold",
            "la firma de la respuesta de Hacienda no es válida"
        ),
        NoticeKind::SeriesStopped => say!(
            language,
            "a series is stopped: Hacienda has a document of it that is not here",
            "una serie está detenida: Hacienda tiene un documento de ella que aquí no está"
        ),
        NoticeKind::ReceivedBefore => say!(
            language,
            "a document was received before it was first sent from here",
            "un documento ya estaba recibido antes de enviarlo desde aquí"
        ),
        NoticeKind::CertificateEnds => say!(language, "the certificate ends", "el certificado vence"),
        NoticeKind::LoginRefused => say!(language, "the login was refused", "el ingreso fue rechazado"),
        NoticeKind::TermNear => say!(language, "a legal term is near its end", "un plazo de ley está por vencer"),
        NoticeKind::TermPassed => say!(language, "a legal term has passed", "un plazo de ley venció"),
    }
}

/// What a rule with a term asks for.
pub(super) fn duty(rule: &LegalRule, language: Language) -> String {
    match rule {
        LegalRule::Validation => say!(
            language,
            "Hacienda answers within 3 hours of reception; go on polling",
            "Hacienda responde dentro de las 3 horas de recibido; siga preguntando"
        ),
        LegalRule::Sending => {
            say!(language, "sign and send on the day of issue", "firmar y enviar el día de la emisión")
        }
        LegalRule::Offline => say!(
            language,
            "situación 3: send within 2 business days of issue",
            "situación 3: enviar dentro de los 2 días hábiles de la emisión"
        ),
        LegalRule::Contingency => say!(
            language,
            "situación 2: send within 2 business days after the contingency",
            "situación 2: enviar dentro de los 2 días hábiles posteriores a la contingencia"
        ),
        LegalRule::Confirmation => say!(
            language,
            "confirm within the first 8 business days of the month after the operation",
            "confirmar en los primeros 8 días hábiles del mes siguiente a la operación"
        ),
    }
}

/// The words before reason, company, consecutivo, clave, receiver and time in a mail.
pub(in crate::output) fn labels(language: Language) -> [&'static str; 6] {
    match language {
        Language::English => ["Reason", "Company", "Consecutivo", "Clave", "Receiver", "Time"],
        Language::Spanish => ["Motivo", "Empresa", "Consecutivo", "Clave", "Receptor", "Hora"],
    }
}

/// Why a notice did not go out.
pub(super) fn notice_fault(fault: &NoticeFault, language: Language) -> String {
    let mail =
        |cause: String| say!(language, "the mail could not be sent: {cause}", "no se pudo enviar el correo: {cause}");
    let command =
        |cause: &str| say!(language, "the notify command failed: {cause}", "falló el comando de avisos: {cause}");
    match fault {
        NoticeFault::Command(cause) => command(&command_fault(cause, language)),
        NoticeFault::Unwritable { detail } => command(detail),
        NoticeFault::Address { address } => {
            mail(say!(language, "`{address}` is not a mail address", "`{address}` no es una dirección de correo"))
        }
        NoticeFault::Mail { detail } | NoticeFault::Server { detail } => mail(detail.clone()),
        NoticeFault::Password(cause) => {
            let cause = secret_fault(cause, language);
            mail(say!(language, "there is no password: {cause}", "no hay contraseña: {cause}"))
        }
        NoticeFault::PasswordNotText => mail(say!(
            language,
            "the password is not UTF-8 text, which SMTP needs",
            "la contraseña no es texto UTF-8, como lo pide SMTP"
        )),
        NoticeFault::ExtraRoot { path, detail } => {
            mail(say!(language, "ca_file {path} cannot be read: {detail}", "no se puede leer ca_file {path}: {detail}"))
        }
        NoticeFault::NotConfigured { way } => {
            say!(language, "[notify] no longer has the way `{way}`", "[notify] ya no tiene la vía `{way}`")
        }
        NoticeFault::Words(words) => words.clone(),
    }
}
