//! An example of each kind to fill in; a test makes a document of every one.

use crate::document::Kind;

/// The example of a kind, as JSON.
pub fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Factura => include_str!("templates/fe.json"),
        Kind::NotaDebito => include_str!("templates/nd.json"),
        Kind::NotaCredito => include_str!("templates/nc.json"),
        Kind::Tiquete => include_str!("templates/te.json"),
        Kind::MensajeReceptor => include_str!("templates/mr.json"),
        Kind::FacturaCompra => include_str!("templates/fec.json"),
        Kind::FacturaExportacion => include_str!("templates/fee.json"),
        Kind::ReciboPago => include_str!("templates/rep.json"),
    }
}
