//! What a comprobante is: its kinds, its keys, its parties, and how its XML is read.
//!
//! Words of the law, used as they are: a *comprobante* is an electronic document of sale; its *clave* is the 50-character
//! key that Hacienda knows it by; its *consecutivo* is the 20-digit number in the issuer's own series; the *emisor* issues
//! it and the *receptor* receives it; a *MensajeReceptor* is the receiver's confirmation of a document.

mod amount;
mod clave;
mod comparison;
mod consecutivo;
mod decision;
mod detail;
mod error;
mod fields;
mod figures;
mod header;
mod identification;
mod key;
mod links;
mod places;
mod reading;
mod tree;
mod verdict;
mod version;
mod view;

pub(crate) use amount::{parse_amount, parse_date_time, typed_amounts};
pub(crate) use clave::{Clave, Situation};
pub(crate) use comparison::{Difference, differences};
pub(crate) use consecutivo::Consecutivo;
pub use decision::Decision;
pub(crate) use detail::{DetailRow, parse_detail};
pub use error::DocumentError;
pub(crate) use figures::{ConfirmedTax, Figures};
pub use figures::{Supply, TaxClass};
pub(crate) use header::Party;
pub use header::{Header, read_header};
pub use identification::{Identification, IdentificationType};
pub use key::DocumentKey;
pub(crate) use links::{Link, Relation, left_to_credit};
pub(crate) use places::{Place, places};
pub(crate) use tree::{Node, Tree, mark};
pub use verdict::{Verdict, read_mensaje_hacienda};
pub use version::Version;
pub(crate) use version::namespace;
pub(crate) use version::{SIGNATURE_NAMESPACE, identify};
pub(crate) use view::View;

use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::named::{Named, unknown};

/// The kinds that are signed and sent (annex 1, nota 3). The code is digits 9-10 of the consecutivo.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(into = "&'static str")]
#[strum(ascii_case_insensitive, parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<Kind>)]
pub enum Kind {
    /// Factura electrónica, 01.
    #[strum(serialize = "FE")]
    Factura,
    /// Nota de débito electrónica, 02.
    #[strum(serialize = "ND")]
    NotaDebito,
    /// Nota de crédito electrónica, 03.
    #[strum(serialize = "NC")]
    NotaCredito,
    /// Tiquete electrónico, 04.
    #[strum(serialize = "TE")]
    Tiquete,
    /// MensajeReceptor, 05, 06 or 07 by its verdict.
    #[strum(serialize = "MR")]
    MensajeReceptor,
    /// Factura electrónica de compra, 08: signed by the buyer.
    #[strum(serialize = "FEC")]
    FacturaCompra,
    /// Factura electrónica de exportación, 09.
    #[strum(serialize = "FEE")]
    FacturaExportacion,
    /// Recibo electrónico de pago, 10.
    #[strum(serialize = "REP")]
    ReciboPago,
}

impl Named for Kind {
    const WHAT: &'static str = "a kind of document";
}

impl Kind {
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
