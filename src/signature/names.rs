//! The names and identifiers of the standards: XML Signature, XAdES 1.3.2, and Hacienda's policy.

/// The namespace of XML Signature.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of XAdES (ETSI TS 101 903 v1.3.2).
pub(super) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

/// Canonical XML 1.0 without comments.
pub(super) const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// Exclusive XML Canonicalization 1.0 without comments; also the namespace of `InclusiveNamespaces`.
pub(super) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The transform that leaves out the signature that names it.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The transform that holds an XPath filter.
pub(super) const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
/// The one XPath filter in use: it leaves out every signature (annex 2).
pub(super) const NOT_A_SIGNATURE: &str = "not(ancestor-or-self::ds:Signature)";

/// The `Type` of the reference to the signed properties (XAdES, section 6.3.1).
pub(super) const SIGNED_PROPERTIES_TYPE: &str = "http://uri.etsi.org/01903#SignedProperties";

/// SHA-1, which is accepted as the digest of a certificate and nowhere else.
pub(super) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
/// SHA-256.
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// SHA-512.
pub(super) const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
/// RSA PKCS #1 v1.5 with SHA-256.
pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// RSA PKCS #1 v1.5 with SHA-512.
pub(super) const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";

/// Hacienda's signature policy for v4.4: the resolution's PDF (annex 2).
pub(crate) const POLICY_IDENTIFIER: &str = "https://cdn.comprobanteselectronicos.go.cr/xml-schemas/Resoluci%C3%B3n_General_sobre_disposiciones_t%C3%A9cnicas_comprobantes_electr%C3%B3nicos_para_efectos_tributarios.pdf";
/// The SHA-256 of that PDF, Base64. A constant: the PDF is never downloaded.
pub(crate) const POLICY_DIGEST: &str = "DWxin1xWOeI8OuWQXazh4VjLWAaCLAA954em7DMh0h8=";
