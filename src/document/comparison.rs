//! Hacienda's answer held against the document that it is about.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::verdict::MensajeHacienda;
use super::{Header, Verdict, View};

/// What an answer says otherwise than the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The element of the MensajeHacienda.
    pub element: String,
    /// What the answer says there.
    pub answer: String,
    /// What the document says; for `Mensaje` what the service said, for an element that is there twice its other text.
    pub document: String,
}

/// How Hacienda names the issuer of a document that it could not read; of such a document it knows nothing.
const UNKNOWN_ISSUER: &str = "DESCONOCIDO";

/// Everything in an answer that is not as in the document: parties, total and tax, as far as the answer names them, and
/// what the answer says against itself. A document that does not say who issued it is held against nothing.
pub(crate) fn differences(answer: &MensajeHacienda, document: &View<'_>) -> Vec<Difference> {
    let mut found = against_itself(answer);
    let is_of_unread = answer.verdict == Some(Verdict::Rejected) && is_unread(answer);
    if let (Ok(header), false) = (document.header(), is_of_unread) {
        found.extend(parties(answer, &header));
        let tax = document.figures().total_tax.unwrap_or_default();
        let totals = [("TotalFactura", answer.total, header.total), ("MontoTotalImpuesto", answer.total_tax, tax)];
        found.extend(totals.into_iter().filter_map(|(element, theirs, ours)| amount(element, theirs?, ours)));
    }
    found
}

/// An answer about something that could not be read: no issuer, a total of zero (seen in practice).
fn is_unread(answer: &MensajeHacienda) -> bool {
    let nobody = answer.issuer_number.bytes().all(|byte| byte == b'0');
    answer.issuer_name.eq_ignore_ascii_case(UNKNOWN_ISSUER)
        || nobody && answer.total.is_none_or(|total| total.is_zero())
}

/// `Mensaje` and `EstadoMensaje` are two spellings of one verdict, and no element is there twice.
fn against_itself(answer: &MensajeHacienda) -> Vec<Difference> {
    let mut found = answer.repeated.clone();
    let word = match answer.verdict {
        Some(Verdict::Accepted) => "aceptado",
        Some(Verdict::Rejected) => "rechazado",
        _ => return found,
    };
    let other = answer.status_word.to_lowercase();
    if !other.is_empty() && other != word {
        found.push(Difference { element: "EstadoMensaje".into(), answer: other, document: word.into() });
    }
    found
}

/// The numbers of issuer and receiver. Whom an answer to a FEC or to a MensajeReceptor names as its emisor is not
/// established: there it is enough that both are parties of the document.
fn parties(answer: &MensajeHacienda, header: &Header) -> Vec<Difference> {
    let number = |party: Option<&super::Party>| Some(party?.identification.as_ref()?.number.clone());
    let (emisor, receptor) = (number(Some(&header.emisor)), number(header.receptor.as_ref()));
    let crossed = header.kind.signed_by_receptor();
    let named = [
        ("NumeroCedulaEmisor", &answer.issuer_number, emisor.clone(), receptor.clone()),
        ("NumeroCedulaReceptor", &answer.receptor_number, receptor, emisor),
    ];
    let differs = |(element, theirs, ours, other): (&str, &String, Option<String>, Option<String>)| {
        let same = |number: &Option<String>| number.as_deref().is_some_and(|number| is_same_number(number, theirs));
        let agrees = theirs.is_empty() || same(&ours) || crossed && same(&other);
        (!agrees).then(|| Difference {
            element: element.into(),
            answer: theirs.clone(),
            document: ours.unwrap_or_default(),
        })
    };
    named.into_iter().filter_map(differs).collect()
}

/// Numbers are the same with zeros before them, as a clave pads them.
fn is_same_number(one: &str, other: &str) -> bool {
    let bare = |number: &str| number.trim_start_matches('0').to_ascii_uppercase();
    bare(one) == bare(other)
}

/// Less than a hundredth apart is the same amount, written with two decimals.
fn amount(element: &str, theirs: Decimal, ours: Decimal) -> Option<Difference> {
    let apart = theirs.saturating_sub(ours).abs();
    (apart >= Decimal::new(1, 2)).then(|| Difference {
        element: element.into(),
        answer: theirs.to_string(),
        document: ours.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::read_mensaje_hacienda;

    const FE: &str = include_str!("../../examples/documents/fe.xml");

    fn answer(edits: &[(&str, &str)]) -> MensajeHacienda {
        let right = "<MensajeHacienda><Clave>x</Clave><NombreEmisor>Cooperativa</NombreEmisor>\
                     <NumeroCedulaEmisor>3101999888</NumeroCedulaEmisor><NombreReceptor>Otra</NombreReceptor>\
                     <NumeroCedulaReceptor>3102999666</NumeroCedulaReceptor><Mensaje>1</Mensaje>\
                     <EstadoMensaje>Aceptado</EstadoMensaje><DetalleMensaje>.</DetalleMensaje>\
                     <MontoTotalImpuesto>6958.55</MontoTotalImpuesto><TotalFactura>162105.33437</TotalFactura>\
                     </MensajeHacienda>";
        let edited = edits.iter().fold(right.to_owned(), |xml, (from, to)| {
            assert!(xml.contains(from), "{from}");
            xml.replacen(from, to, 1)
        });
        read_mensaje_hacienda(edited.as_bytes()).unwrap()
    }

    fn elements(edits: &[(&str, &str)]) -> Vec<String> {
        let found = differences(&answer(edits), &View::read(FE.as_bytes()).unwrap());
        found.into_iter().map(|difference| difference.element).collect()
    }

    #[test]
    fn an_answer_that_agrees_has_no_difference() {
        assert_eq!(elements(&[]), [""; 0]);
        assert_eq!(elements(&[(">3101999888<", ">003101999888<")]), [""; 0]);
        assert_eq!(elements(&[("<NumeroCedulaReceptor>3102999666</NumeroCedulaReceptor>", "")]), [""; 0]);
        assert_eq!(elements(&[("<MontoTotalImpuesto>6958.55</MontoTotalImpuesto>", "")]), [""; 0]);
    }

    #[test]
    fn every_part_is_held_against_the_document() {
        for (edit, element) in [
            ((">162105.33437<", ">162105.35<"), "TotalFactura"),
            ((">6958.55<", ">0<"), "MontoTotalImpuesto"),
            ((">3101999888<", ">3102999666<"), "NumeroCedulaEmisor"),
            ((">3102999666<", ">3101999888<"), "NumeroCedulaReceptor"),
            ((">Aceptado<", ">Rechazado<"), "EstadoMensaje"),
            (("<TotalFactura>", "<TotalFactura>1</TotalFactura><TotalFactura>"), "TotalFactura"),
            (("<Mensaje>", "<Mensaje>3</Mensaje><Mensaje>"), "Mensaje"),
        ] {
            assert_eq!(elements(&[edit]), [element], "{edit:?}");
        }
    }

    #[test]
    fn of_a_document_that_hacienda_could_not_read_it_knows_nothing() {
        let unread = [
            (">Cooperativa<", ">DESCONOCIDO<"),
            (">3101999888<", ">000000000<"),
            ("<Mensaje>1<", "<Mensaje>3<"),
            (">Aceptado<", ">Rechazado<"),
            (">162105.33437<", ">0<"),
        ];
        assert_eq!(elements(&unread), [""; 0]);
        let accepted: Vec<_> =
            unread.into_iter().filter(|(from, _)| !from.contains("1<") && !from.contains("Acep")).collect();
        assert_eq!(elements(&accepted), ["NumeroCedulaEmisor", "TotalFactura"]);
    }
}
