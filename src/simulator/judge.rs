//! What Hacienda looks at: the body of a POST at once, the document itself for the verdict.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::document::{self, Kind};
use crate::signature;

/// A reason or a warning of a verdict: one row, or a bare sentence without a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub code: Option<i32>,
    pub message: String,
}

impl Remark {
    /// The words seen with this code in practice; no list is official.
    pub(super) fn of_code(code: i32) -> Self {
        let message = match code {
            -1 => "cvc-complex-type.2.4.a: Invalid content was found.",
            -15 => "La estructura de la clave numérica no es correcta.",
            -16 => "El comprobante fue enviado de forma extemporánea.",
            -37 => {
                "Estimado obligado tributario los datos suministrados en provincia, cantón y distrito del 'emisor' no \
                 concuerdan con la información registrada en la Dirección General de Tributación, favor proceder \
                 actualizar sus datos."
            }
            -53 => "La fecha de emisión es posterior a la fecha de recepción.",
            -78 => "La estructura del consecutivo no es correcta.",
            -99 => "La numeración consecutiva del comprobante ya existe en nuestras bases de datos.",
            -400 => "El código CAByS no existe en el catálogo.",
            -408 => "El código de actividad no es válido o no está registrado.",
            -487 => "El nodo TotalDesgloseImpuesto no concuerda.",
            -505 => "La tarifa no corresponde al código de tarifa del impuesto.",
            _ => "El comprobante no cumple con las validaciones.",
        };
        Remark { code: Some(code), message: message.to_owned() }
    }

    /// A sentence without a code.
    pub(super) fn sentence(message: &str) -> Self {
        Remark { code: None, message: message.to_owned() }
    }
}

/// A party as the answers name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Party {
    pub name: String,
    pub code: String,
    pub number: String,
}

impl Party {
    fn of(party: &document::Party) -> Self {
        let identification = party.identification.as_ref();
        Party {
            name: party.name.clone().unwrap_or_default(),
            code: identification.map(|known| known.kind.code().to_owned()).unwrap_or_default(),
            number: identification.map(|known| known.number.clone()).unwrap_or_default(),
        }
    }
}

/// What was found in a document.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    /// The clave in the XML; that of the body when the XML could not be read.
    pub clave: String,
    /// `FechaEmision`.
    pub fecha: String,
    pub emisor: Party,
    pub receptor: Option<Party>,
    pub total: String,
    /// TotalImpuesto; MontoTotalImpuesto of a MensajeReceptor.
    pub total_tax: Option<String>,
    /// The identification in whose series the consecutivo is, and the consecutivo.
    pub numbered_by: Option<String>,
    pub consecutivo: Option<String>,
    /// Reasons to reject it.
    pub remarks: Vec<Remark>,
}

/// The body of a POST.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub clave: String,
    pub fecha: String,
    pub emisor: BodyParty,
    pub receptor: Option<BodyParty>,
    pub consecutivo_receptor: Option<String>,
    pub comprobante_xml: String,
}

/// A party in the body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BodyParty {
    pub tipo_identificacion: String,
    pub numero_identificacion: String,
}

impl Body {
    /// Reads the JSON; the sentence says what is wrong with it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|cause| format!("El cuerpo de la solicitud no es válido: {cause}"))
    }

    /// The key under which the document is known.
    pub(super) fn key(&self) -> String {
        match &self.consecutivo_receptor {
            Some(consecutivo) => format!("{}-{consecutivo}", self.clave),
            None => self.clave.clone(),
        }
    }

    /// The signed bytes: standard Base64 with padding and without line breaks.
    pub(super) fn xml(&self) -> Result<Vec<u8>, String> {
        let parties = std::iter::once(&self.emisor).chain(&self.receptor);
        for party in parties {
            if party.tipo_identificacion.len() > 2 || party.numero_identificacion.len() > 12 {
                return Err("El número de identificación excede el tamaño permitido".to_owned());
            }
        }
        if self.clave.chars().count() != 50 {
            return Err("La clave debe tener 50 caracteres".to_owned());
        }
        STANDARD.decode(&self.comprobante_xml).map_err(|_| "El comprobanteXml no está en formato Base64".to_owned())
    }
}

/// Compares body and document. `Err` is a refusal of the POST; what is wrong with the document itself only rejects it.
pub(super) fn judge(body: &Body, xml: &[u8], check_signature: bool) -> Result<Judgement, String> {
    let (mut judgement, kind) = match read(xml) {
        Ok(read) => read,
        Err(reason) => return Ok(unreadable(body, &reason)),
    };
    if !judgement.clave.eq_ignore_ascii_case(&body.clave) {
        return Err("La clave del comprobante no coincide con la clave del XML".to_owned());
    }
    if judgement.fecha != body.fecha {
        return Err("La fecha no coincide con la fecha de emisión del XML".to_owned());
    }
    // Whom a FEC names as emisor differs between implementations that are accepted [practice].
    if kind != Kind::FacturaCompra && judgement.emisor.number != body.emisor.numero_identificacion {
        return Err("El emisor no coincide con el emisor del XML".to_owned());
    }
    let receiver_message = kind == Kind::MensajeReceptor;
    if receiver_message != body.consecutivo_receptor.is_some()
        || body.consecutivo_receptor.as_ref().is_some_and(|given| Some(given) != judgement.consecutivo.as_ref())
    {
        return Err("El consecutivoReceptor no coincide con el XML".to_owned());
    }
    if check_signature {
        judgement.remarks.extend(signature_remark(xml));
    }
    Ok(judgement)
}

/// Hacienda answers for a document that it cannot read with an unknown issuer and a total of zero.
fn unreadable(body: &Body, reason: &str) -> Judgement {
    let code = body.emisor.tipo_identificacion.clone();
    Judgement {
        clave: body.clave.clone(),
        fecha: body.fecha.clone(),
        emisor: Party { name: "DESCONOCIDO".to_owned(), code, number: body.emisor.numero_identificacion.clone() },
        receptor: None,
        total: "0".to_owned(),
        total_tax: None,
        numbered_by: None,
        consecutivo: None,
        remarks: vec![Remark { code: Some(-1), message: format!("cvc-: {reason}") }],
    }
}

/// Reads a document as far as the verdict needs it; the sentence says why it cannot be read.
fn read(xml: &[u8]) -> Result<(Judgement, Kind), String> {
    let view = document::View::read(xml).map_err(|cause| cause.to_string())?;
    let header = view.header().map_err(|cause| cause.to_string())?;
    let signer = header.signer().and_then(|party| party.identification.as_ref());
    let judgement = Judgement {
        numbered_by: signer.map(|identification| identification.number.clone()),
        consecutivo: Some(header.consecutivo.to_string()),
        emisor: Party::of(&header.emisor),
        receptor: header.receptor.as_ref().map(Party::of),
        clave: header.clave.to_string(),
        fecha: header.issued_text,
        total: header.total_text,
        total_tax: view.figures().total_tax.map(|tax| tax.to_string()),
        remarks: Vec::new(),
    };
    Ok((judgement, header.kind))
}

/// What is wrong with the signature, in the words seen in practice.
fn signature_remark(xml: &[u8]) -> Option<Remark> {
    let verification = signature::verify(xml);
    if verification.valid() {
        return verification.policy.is_none().then(|| Remark::sentence("La firma del documento no tiene el Policy Id"));
    }
    let changed = verification.failure().is_some_and(|part| part.name == "document");
    Some(Remark::sentence(if changed {
        "La firma del comprobante electrónico no es válida (El XML fue modificado luego de haber sido firmado)"
    } else {
        "La firma del comprobante electrónico no es válida"
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAVE: &str = "50620112600310199988800100001010000000015112345678";

    fn body(number: &str) -> Body {
        let json = serde_json::json!({
            "clave": CLAVE,
            "fecha": "2026-11-20T09:15:00-06:00",
            "emisor": { "tipoIdentificacion": "02", "numeroIdentificacion": number },
            "comprobanteXml": "PHgvPg==",
        });
        Body::read(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_document_that_cannot_be_read_is_rejected_not_refused() {
        let judgement = judge(&body("3101999888"), b"<x/>", true).unwrap();
        assert_eq!((judgement.emisor.name.as_str(), judgement.total.as_str()), ("DESCONOCIDO", "0"));
        assert_eq!(judgement.remarks[0].code, Some(-1));
    }

    #[test]
    fn the_body_is_checked_at_once() {
        assert_eq!(body("3101999888").xml(), Ok(b"<x/>".to_vec()));
        assert!(body("1234567890123").xml().is_err());
        assert!(Body::read(b"{}").is_err());
    }
}
