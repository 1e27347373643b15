//! The namespaces of the comprobantes: each tells a kind and a version.

use super::Kind;
use crate::named::Named;

/// What every namespace of a comprobante begins with; the version and the kind follow.
const NAMESPACE: &str = "https://cdn.comprobanteselectronicos.go.cr/xml-schemas/";
/// The namespace of the elements of an XML signature.
pub(crate) const SIGNATURE_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The roots that are taken, for the sentence that refuses another.
pub(super) const ROOTS: &str = "FacturaElectronica, TiqueteElectronico, NotaCreditoElectronica, NotaDebitoElectronica, \
    FacturaElectronicaCompra, FacturaElectronicaExportacion, ReciboElectronicoPago or MensajeReceptor in its v4.4 namespace, \
    or one of the two notes in its v4.3 namespace";

/// The version of the structures, told by the root's namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// 4.3: since 2025-09-01 only for notes on documents of that version.
    V43,
    /// 4.4: mandatory since 2025-09-01.
    V44,
}

impl Version {
    /// The segment of the namespace: `v4.3`, `v4.4`.
    pub fn segment(self) -> &'static str {
        match self {
            Version::V43 => "v4.3",
            Version::V44 => "v4.4",
        }
    }
}

/// The namespace of a kind in a version.
pub(crate) fn namespace(kind: Kind, version: Version) -> String {
    format!("{NAMESPACE}{}/{}", version.segment(), kind.namespace_suffix())
}

/// The kind and version of a root element; none for what is not taken (v4.3 of anything but the two notes).
pub(crate) fn identify(namespace: &str, root: &str) -> Option<(Kind, Version)> {
    let (segment, suffix) = namespace.strip_prefix(NAMESPACE)?.split_once('/')?;
    let kind = Kind::ALL.iter().copied().find(|kind| kind.namespace_suffix() == suffix && kind.root() == root)?;
    match segment {
        "v4.4" => Some((kind, Version::V44)),
        "v4.3" if matches!(kind, Kind::NotaCredito | Kind::NotaDebito) => Some((kind, Version::V43)),
        _ => None,
    }
}
