//! The header of a comprobante: what the tables, the service and the signer need, checked for agreement. The lines are
//! `validation`'s and `figures`'; the signature is counted here and verified in `signature`.

use chrono::{DateTime, FixedOffset};
use rust_decimal::Decimal;

use super::fields::{Field, Fields};
use super::{
    Clave, Consecutivo, DocumentError, DocumentKey, Identification, IdentificationType, Kind, Version, View,
    parse_amount, parse_date_time,
};
use crate::clock::costa_rica;

/// Someone named in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The name, as written.
    pub name: Option<String>,
    /// Type and number; a tiquete may name a receptor without one.
    pub identification: Option<Identification>,
}

/// What is read of a document when it comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The kind, by namespace and root.
    pub kind: Kind,
    /// The version, by namespace.
    pub version: Version,
    /// The document's clave; in a MensajeReceptor that of the confirmed document.
    pub clave: Clave,
    /// The document's own consecutivo; in a MensajeReceptor the receiver's.
    pub consecutivo: Consecutivo,
    /// FechaEmision, or FechaEmisionDoc of a MensajeReceptor.
    pub issued_at: DateTime<FixedOffset>,
    /// The same as the XML writes it: the service wants that text.
    pub issued_text: String,
    /// The issuer; in a FEC the seller. In a MensajeReceptor the type is inferred from the number.
    pub emisor: Party,
    /// The receiver, where there is one.
    pub receptor: Option<Party>,
    /// TotalComprobante, or TotalFactura of a MensajeReceptor.
    pub total: Decimal,
    /// The same as the XML writes it.
    pub total_text: String,
    /// ISO code of the amounts, CRC where the document names none.
    pub currency: String,
    /// Signatures directly under the root.
    pub signatures: usize,
}

impl Header {
    /// What the tables and the service know the document by: the clave, or `clave-consecutivo` of a MensajeReceptor.
    pub fn key(&self) -> DocumentKey {
        match self.kind {
            Kind::MensajeReceptor => DocumentKey::of_message(&self.clave, &self.consecutivo),
            _ => DocumentKey::from(&self.clave),
        }
    }

    /// Who signs it: the issuer, or the receiver of a FEC or a MensajeReceptor.
    pub fn signer(&self) -> Option<&Party> {
        if self.kind.signed_by_receptor() { self.receptor.as_ref() } else { Some(&self.emisor) }
    }
}

/// Reads a document's header: [`View::read`] and [`View::header`] in one.
pub fn read_header(bytes: &[u8]) -> Result<Header, DocumentError> {
    View::read(bytes)?.header()
}

/// The header of a document, whose parts must agree. Amounts, lines and codes are not looked at.
pub(super) fn header_of(view: &View<'_>) -> Result<Header, DocumentError> {
    let fields = Fields::of(view.root())?;
    let header = match view.kind() {
        Kind::MensajeReceptor => message_header(&fields, view)?,
        _ => document_header(&fields, view)?,
    };
    check_kind(&header)?;
    Ok(header)
}

/// The header of every kind but the MensajeReceptor.
fn document_header(fields: &Fields<'_>, view: &View<'_>) -> Result<Header, DocumentError> {
    let clave: Clave = fields.required(Field::Clave)?.parse()?;
    let consecutivo: Consecutivo = fields.required(Field::NumeroConsecutivo)?.parse()?;
    let (issued_at, issued_text) = instant(fields, Field::FechaEmision)?;
    let emisor = Party {
        name: fields.optional(Field::EmisorNombre).map(str::to_owned),
        identification: identification(fields, Field::EmisorTipo, Field::EmisorNumero)?,
    };
    let receptor = Party {
        name: fields.optional(Field::ReceptorNombre).map(str::to_owned),
        identification: identification(fields, Field::ReceptorTipo, Field::ReceptorNumero)?,
    };
    let (total, total_text) = amount(fields, Field::TotalComprobante)?;
    let header = Header {
        kind: view.kind(),
        version: view.version(),
        clave,
        consecutivo,
        issued_at,
        issued_text,
        emisor,
        receptor: (receptor != Party::default()).then_some(receptor),
        total,
        total_text,
        currency: fields.optional(Field::CodigoMoneda).unwrap_or("CRC").to_owned(),
        signatures: view.signatures(),
    };
    check_clave(&header)?;
    check_issuer(&header)?;
    Ok(header)
}

/// The header of a MensajeReceptor, whose clave is that of the document it confirms.
fn message_header(fields: &Fields<'_>, view: &View<'_>) -> Result<Header, DocumentError> {
    let consecutivo: Consecutivo = fields.required(Field::NumeroConsecutivoReceptor)?.parse()?;
    let (issued_at, issued_text) = instant(fields, Field::FechaEmisionDoc)?;
    let (total, total_text) = amount(fields, Field::TotalFactura)?;
    let party = |field| -> Result<Party, DocumentError> {
        let number = fields.required(field)?;
        let identification = Identification::infer(number);
        if identification.kind.admits(&identification.number) {
            return Ok(Party { name: None, identification: Some(identification) });
        }
        let allowed = "9 to 12 digits of a cédula, DIMEX or NITE, or up to 20 letters and digits";
        Err(DocumentError::Value { element: field.path().into(), value: number.into(), allowed: allowed.into() })
    };
    let header = Header {
        kind: Kind::MensajeReceptor,
        version: view.version(),
        clave: fields.required(Field::Clave)?.parse()?,
        consecutivo,
        issued_at,
        issued_text,
        emisor: party(Field::NumeroCedulaEmisor)?,
        receptor: Some(party(Field::NumeroCedulaReceptor)?),
        total,
        total_text,
        currency: "CRC".into(),
        signatures: view.signatures(),
    };
    check_message(&header, fields.required(Field::Mensaje)?)?;
    Ok(header)
}

/// The two parts of an identification; none without a number: empty elements stand in accepted tiquetes. The format of
/// the number is checked where the clave depends on it: a receiver's odd number is Hacienda's to judge.
fn identification(fields: &Fields<'_>, kind: Field, number: Field) -> Result<Option<Identification>, DocumentError> {
    let Some(number) = fields.optional(number) else { return Ok(None) };
    let kind: IdentificationType = fields.required(kind)?.parse()?;
    Ok(Some(Identification { kind, number: number.to_ascii_uppercase() }))
}

/// An instant and its text.
fn instant(fields: &Fields<'_>, field: Field) -> Result<(DateTime<FixedOffset>, String), DocumentError> {
    let text = fields.required(field)?;
    let at = parse_date_time(text).ok_or_else(|| DocumentError::Value {
        element: field.path().into(),
        value: text.into(),
        allowed: "a date and time as `2026-11-20T09:15:00-06:00`".into(),
    })?;
    Ok((at, text.into()))
}

/// An amount and its text.
fn amount(fields: &Fields<'_>, field: Field) -> Result<(Decimal, String), DocumentError> {
    let text = fields.required(field)?;
    let value = parse_amount(text).filter(|value| value.is_sign_positive() || value.is_zero());
    let value = value.ok_or_else(|| DocumentError::Value {
        element: field.path().into(),
        value: text.into(),
        allowed: "a decimal with a point, without separators or sign".into(),
    })?;
    Ok((value, text.into()))
}

/// Digits 22-41 of the clave are the consecutivo, and its date is Costa Rica's day of FechaEmision (nota 3).
fn check_clave(header: &Header) -> Result<(), DocumentError> {
    let inside = header.clave.consecutivo();
    if inside != header.consecutivo {
        return Err(DocumentError::Disagreement {
            one: "consecutivo in the clave",
            one_value: inside.to_string(),
            other: "NumeroConsecutivo",
            other_value: header.consecutivo.to_string(),
            rule: "positions 22 to 41 of the clave are the NumeroConsecutivo",
        });
    }
    let day = header.issued_at.with_timezone(&costa_rica()).date_naive();
    if header.clave.date() != day {
        return Err(DocumentError::Disagreement {
            one: "date in the clave",
            one_value: header.clave.date().to_string(),
            other: "FechaEmision",
            other_value: header.issued_text.clone(),
            rule: "positions 4 to 9 of the clave are the day of FechaEmision in Costa Rica (UTC-06:00)",
        });
    }
    Ok(())
}

/// Positions 10-21 of the clave are the padded number of the issuer. In a FEC that is the buyer, who generates and
/// signs it (documents accepted in 2026); the annex says "emisor", so the seller's number is taken too.
fn check_issuer(header: &Header) -> Result<(), DocumentError> {
    let missing = |element| DocumentError::Missing { element };
    let emisor = header.emisor.identification.as_ref().ok_or(missing("Emisor/Identificacion"))?;
    let receptor = header.receptor.as_ref().and_then(|party| party.identification.as_ref());
    let candidates = match header.kind {
        Kind::FacturaCompra => vec![receptor.ok_or(missing("Receptor/Identificacion"))?, emisor],
        _ => vec![emisor],
    };
    let issuer = candidates[0];
    Identification::new(issuer.kind, &issuer.number)?;
    if candidates.iter().any(|one| one.padded().as_deref() == Some(header.clave.identification())) {
        return Ok(());
    }
    Err(DocumentError::Disagreement {
        one: "identification in the clave",
        one_value: header.clave.identification().into(),
        other: if header.kind == Kind::FacturaCompra { "Receptor/Identificacion" } else { "Emisor/Identificacion" },
        other_value: issuer.number.clone(),
        rule: "positions 10 to 21 of the clave are the issuer's number with zeros before it up to 12 (in a FEC the buyer's)",
    })
}

/// Digits 9-10 of the consecutivo name the kind of the root element (nota 3).
fn check_kind(header: &Header) -> Result<(), DocumentError> {
    if header.kind.codes().contains(&header.consecutivo.kind_code()) {
        return Ok(());
    }
    Err(DocumentError::Disagreement {
        one: "document type in the consecutivo",
        one_value: header.consecutivo.kind_code().into(),
        other: "root element",
        other_value: header.kind.root().into(),
        rule: "digits 9 and 10 of the consecutivo name the kind of document (nota 3)",
    })
}

/// A MensajeReceptor: Mensaje agrees with the consecutivo (nota 3 with nota 11), the clave is one of a document, and
/// its issuer is a party of the message.
fn check_message(header: &Header, message: &str) -> Result<(), DocumentError> {
    let code = match message {
        "1" => "05",
        "2" => "06",
        "3" => "07",
        _ => {
            let allowed = "1 accepted, 2 partially accepted, 3 rejected".into();
            return Err(DocumentError::Value { element: "Mensaje".into(), value: message.into(), allowed });
        }
    };
    if header.consecutivo.kind_code() != code {
        return Err(DocumentError::Disagreement {
            one: "Mensaje",
            one_value: message.into(),
            other: "document type in NumeroConsecutivoReceptor",
            other_value: header.consecutivo.kind_code().into(),
            rule: "1 goes with 05, 2 with 06 and 3 with 07",
        });
    }
    if header.clave.consecutivo().kind() == Some(Kind::MensajeReceptor) {
        return Err(DocumentError::Value {
            element: "Clave of a MensajeReceptor".into(),
            value: header.clave.to_string(),
            allowed: "the clave of the document that is confirmed, whose type is not 05, 06 or 07".into(),
        });
    }
    let parties = [Some(&header.emisor), header.receptor.as_ref()].into_iter().flatten();
    let mut numbers = parties.filter_map(|party| party.identification.as_ref()?.padded());
    // The clave of a FEC carries its buyer's number, which may be either party of a message about it.
    let first = numbers.next();
    let buyer_too = header.clave.consecutivo().kind() == Some(Kind::FacturaCompra);
    let issuer = Some(header.clave.identification());
    if first.as_deref() == issuer || buyer_too && numbers.any(|number| Some(number.as_str()) == issuer) {
        return Ok(());
    }
    Err(DocumentError::Disagreement {
        one: "identification in the clave",
        one_value: header.clave.identification().into(),
        other: "NumeroCedulaEmisor",
        other_value: header.emisor.identification.as_ref().map(ToString::to_string).unwrap_or_default(),
        rule: "the clave is that of a document of this issuer",
    })
}
