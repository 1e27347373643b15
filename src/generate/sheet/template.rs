//! A sheet of each kind to fill in, with Spanish columns; a test makes the documents of every one.

use crate::document::Kind;

/// The sheet of a kind, as CSV with semicolons, which is what spreadsheets of Costa Rica open as columns. The mark at
/// its beginning tells them that it is UTF-8.
pub(crate) fn sheet_template(kind: Kind) -> String {
    let rows = match kind {
        Kind::Factura => include_str!("../templates/fe.csv"),
        Kind::NotaDebito => include_str!("../templates/nd.csv"),
        Kind::NotaCredito => include_str!("../templates/nc.csv"),
        Kind::Tiquete => include_str!("../templates/te.csv"),
        Kind::MensajeReceptor => include_str!("../templates/mr.csv"),
        Kind::FacturaCompra => include_str!("../templates/fec.csv"),
        Kind::FacturaExportacion => include_str!("../templates/fee.csv"),
        Kind::ReciboPago => include_str!("../templates/rep.csv"),
    };
    format!("\u{feff}{rows}")
}
