//! A MensajeReceptor held against the document that it confirms, where that is at hand.

use super::finding::{Finding, Report};
use crate::document::{Identification, Node, View};

/// What the confirmed document says otherwise. Hacienda compares total and tax with it and rejects a difference (annex,
/// MontoTotalImpuesto and TotalFactura). `rejected`: Hacienda rejected it, and confirms only what was accepted.
pub fn against_confirmed(message: &View<'_>, confirmed: &View<'_>, rejected: bool) -> Vec<Finding> {
    let root = message.root();
    let mut report = Report::new(message.tree());
    if rejected {
        let es = "Hacienda rechazó ese documento: no hay nada que confirmar";
        report.reject(
            root.child_or_self("Clave"),
            "message-document",
            es,
            "Hacienda rejected that document: there is nothing to confirm",
        );
    }
    let Ok(header) = confirmed.header() else { return report.into_findings() };
    let tax = confirmed.figures().total_tax.unwrap_or_default();
    for (element, ours) in [("TotalFactura", header.total), ("MontoTotalImpuesto", tax)] {
        let theirs = root.amount_of(element);
        let node = root.child_or_self(element);
        match theirs {
            Some(theirs) if theirs != ours => {
                let es = format!("{theirs} no es lo que dice el documento confirmado, {ours}");
                let en = format!("{theirs} is not what the confirmed document says, {ours}");
                report.reject(node, "message-amount", es, en);
            }
            None if !ours.is_zero() => {
                let es = format!("{element} falta, y el documento confirmado dice {ours}");
                let en = format!("{element} is missing, and the confirmed document says {ours}");
                report.warn(node, "message-amount", es, en);
            }
            _ => {}
        }
    }
    check_party(&mut report, root, "NumeroCedulaEmisor", header.emisor.identification.as_ref());
    let receptor = header.receptor.as_ref().and_then(|party| party.identification.as_ref());
    check_party(&mut report, root, "NumeroCedulaReceptor", receptor);
    report.into_findings()
}

/// A party of the confirmed document under its element of the message, with or without leading zeros.
fn check_party<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>, element: &str, ours: Option<&Identification>) {
    let Some(theirs) = root.text_of(element) else { return };
    let bare = |number: &str| number.trim_start_matches('0').to_ascii_uppercase();
    match ours {
        Some(ours) if bare(&ours.number) == bare(theirs) => {}
        Some(ours) => {
            let es = format!("{theirs} no es quien dice el documento confirmado, {}", ours.number);
            let en = format!("{theirs} is not whom the confirmed document says, {}", ours.number);
            report.reject(root.child_or_self(element), "message-document", es, en);
        }
        None => {
            let es = "el documento confirmado no identifica a nadie ahí";
            report.warn(
                root.child_or_self(element),
                "message-document",
                es,
                "the confirmed document identifies nobody there",
            );
        }
    }
}
