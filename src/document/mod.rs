//! What a comprobante is: its kinds, its keys, its parties, and how its XML is read.
//!
//! Words of the law, used as they are: a *comprobante* is an electronic document of sale; its *clave* is the 50-character
//! key that Hacienda knows it by; its *consecutivo* is the 20-digit number in the issuer's own series; the *emisor* issues
//! it and the *receptor* receives it; a *MensajeReceptor* is the receiver's confirmation of a document.

mod amount;
mod clave;
mod consecutivo;
mod detail;
mod error;
mod fields;
mod header;
mod identification;
mod tree;
mod verdict;
mod version;
mod view;

use std::fmt;
use std::str::FromStr;

pub use amount::{parse_amount, parse_date_time};
pub use clave::{Clave, Situation};
pub use consecutivo::Consecutivo;
pub use detail::{DetailRow, parse_detail};
pub use error::DocumentError;
pub use header::{Header, Party, read_header};
pub use identification::{Identification, IdentificationType};
pub(crate) use tree::{Node, Tree, mark};
pub(crate) use version::{SIGNATURE_NAMESPACE, identify};
pub use version::{Version, namespace};
pub use view::View;
pub use verdict::{MensajeHacienda, Verdict, read_mensaje_hacienda};

use serde::{Deserialize, Serialize};

/// The kinds that are signed and sent (annex 1, nota 3). The code is digits 9-10 of the consecutivo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Factura electrónica, 01.
    #[serde(rename = "FE")]
    Factura,
    /// Nota de débito electrónica, 02.
    #[serde(rename = "ND")]
    NotaDebito,
    /// Nota de crédito electrónica, 03.
    #[serde(rename = "NC")]
    NotaCredito,
    /// Tiquete electrónico, 04.
    #[serde(rename = "TE")]
    Tiquete,
    /// MensajeReceptor, 05, 06 or 07 by its verdict.
    #[serde(rename = "MR")]
    MensajeReceptor,
    /// Factura electrónica de compra, 08: signed by the buyer.
    #[serde(rename = "FEC")]
    FacturaCompra,
    /// Factura electrónica de exportación, 09.
    #[serde(rename = "FEE")]
    FacturaExportacion,
    /// Recibo electrónico de pago, 10.
    #[serde(rename = "REP")]
    ReciboPago,
}

impl Kind {
    /// Every kind, in the order of its code.
    pub const ALL: [Kind; 8] = [
        Kind::Factura,
        Kind::NotaDebito,
        Kind::NotaCredito,
        Kind::Tiquete,
        Kind::MensajeReceptor,
        Kind::FacturaCompra,
        Kind::FacturaExportacion,
        Kind::ReciboPago,
    ];

    /// The short name used in tables, JSON and the database: `FE`, `ND`, `NC`, `TE`, `MR`, `FEC`, `FEE`, `REP`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Factura => "FE",
            Kind::NotaDebito => "ND",
            Kind::NotaCredito => "NC",
            Kind::Tiquete => "TE",
            Kind::MensajeReceptor => "MR",
            Kind::FacturaCompra => "FEC",
            Kind::FacturaExportacion => "FEE",
            Kind::ReciboPago => "REP",
        }
    }

    /// The name of the root element.
    pub fn root(self) -> &'static str {
        match self {
            Kind::Factura => "FacturaElectronica",
            Kind::NotaDebito => "NotaDebitoElectronica",
            Kind::NotaCredito => "NotaCreditoElectronica",
            Kind::Tiquete => "TiqueteElectronico",
            Kind::MensajeReceptor => "MensajeReceptor",
            Kind::FacturaCompra => "FacturaElectronicaCompra",
            Kind::FacturaExportacion => "FacturaElectronicaExportacion",
            Kind::ReciboPago => "ReciboElectronicoPago",
        }
    }

    /// The last part of the root's namespace, after `…/xml-schemas/v4.4/`.
    pub fn namespace_suffix(self) -> &'static str {
        match self {
            Kind::Factura => "facturaElectronica",
            Kind::NotaDebito => "notaDebitoElectronica",
            Kind::NotaCredito => "notaCreditoElectronica",
            Kind::Tiquete => "tiqueteElectronico",
            Kind::MensajeReceptor => "mensajeReceptor",
            Kind::FacturaCompra => "facturaElectronicaCompra",
            Kind::FacturaExportacion => "facturaElectronicaExportacion",
            Kind::ReciboPago => "reciboElectronicoPago",
        }
    }

    /// The document types of the consecutivo that this kind may carry.
    pub fn codes(self) -> &'static [&'static str] {
        match self {
            Kind::Factura => &["01"],
            Kind::NotaDebito => &["02"],
            Kind::NotaCredito => &["03"],
            Kind::Tiquete => &["04"],
            Kind::MensajeReceptor => &["05", "06", "07"],
            Kind::FacturaCompra => &["08"],
            Kind::FacturaExportacion => &["09"],
            Kind::ReciboPago => &["10"],
        }
    }

    /// Whether the receiver signs it, not the issuer: FEC and MensajeReceptor.
    pub fn signed_by_receptor(self) -> bool {
        matches!(self, Kind::FacturaCompra | Kind::MensajeReceptor)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Kind::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("`{text}` is not a kind of document: FE, ND, NC, TE, MR, FEC, FEE or REP"))
    }
}
