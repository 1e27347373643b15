//! Emisor and Receptor: identification (nota 4), place (nota 14), telephone and e-mail.

use super::Subject;
use super::document::identification;
use super::finding::Report;
use crate::catalogue::List;
use crate::document::{IdentificationType, Kind, Node};

/// Districts made after the official list was published: Pijije of Bagaces and Cabagra of Buenos Aires.
const NEW_DISTRICTS: [&str; 2] = ["5-04-05", "6-03-10"];

/// The longest OtrasSenas of a receiver by the annex; the XSD takes 250.
const RECEPTOR_ADDRESS: usize = 160;

/// Checks both parties and the provider of the system.
pub(super) fn check_parties<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let emisor = subject.root.child("Emisor");
    let receptor = subject.root.child("Receptor");
    for party in [emisor, receptor].into_iter().flatten() {
        if let Some(node) = party.child("Identificacion") {
            check_identification(report, node);
        }
        party.all("Ubicacion").for_each(|place| check_place(report, place));
        party.all("CorreoElectronico").for_each(|address| check_email(report, address));
        party.all("Telefono").for_each(|telephone| check_telephone(report, telephone));
    }
    check_provider(report, subject.root);
    if let Some(emisor) = emisor {
        check_emisor_type(report, subject, emisor);
        check_foreign_address(report, emisor);
        check_alcohol_register(report, subject, emisor);
    }
    if let Some(receptor) = receptor {
        check_receptor(report, subject, receptor);
    }
}

/// Numero has the format of its Tipo.
pub(super) fn check_identification<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>) {
    let Some(kind) = node.text_of("Tipo").and_then(|code| code.parse::<IdentificationType>().ok()) else { return };
    if identification(node).is_none() {
        let number = node.child_or_self("Numero");
        let text = node.text_of("Numero").unwrap_or_default();
        let es = format!("`{text}` no tiene el formato del tipo {kind} (nota 4)");
        report.reject(
            number,
            "identification-format",
            es,
            format!("`{text}` has not the format of type {kind}: {}", kind.format()),
        );
    }
}

/// ProveedorSistemas has the format of an identification, without a type.
fn check_provider<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>) {
    let Some(node) = root.child("ProveedorSistemas") else { return };
    if !IdentificationType::Extranjero.admits(node.text()) {
        let es = format!("`{}` no es un número de identificación sin guiones", node.text());
        report.reject(
            node,
            "provider-format",
            es,
            format!("`{}` is not an identification number without dashes", node.text()),
        );
    }
}

/// 05 and 06 only sell in a FEC: 05 with a reference of type 16, 06 with sale condition 13 (nota 4).
fn check_emisor_type<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, emisor: Node<'t, 'a>) {
    let Some(node) = emisor.at(&["Identificacion", "Tipo"]) else { return };
    match node.text() {
        "05" | "06" if subject.kind != Kind::FacturaCompra => {
            let es = "los tipos 05 y 06 solo emiten en una factura de compra, como vendedor";
            report.reject(node, "issuer-type", es, "types 05 and 06 issue only in a FEC, as seller");
        }
        "05" if !subject.root.all("InformacionReferencia").any(|one| one.text_of("TipoDocIR") == Some("16")) => {
            let es = "un vendedor del tipo 05 pide una referencia con TipoDocIR 16";
            report.reject(
                node,
                "foreign-seller-reference",
                es,
                "a seller of type 05 asks for a reference with TipoDocIR 16",
            );
        }
        "06" if subject.root.text_of("CondicionVenta") != Some("13") => {
            let es = "un vendedor del tipo 06 pide CondicionVenta 13";
            report.reject(node, "non-taxpayer-condition", es, "a seller of type 06 asks for CondicionVenta 13");
        }
        _ => {}
    }
}

/// Registrofiscal8707 where alcohol is invoiced (Ley 8707); its absence is only warned of. Which CAByS codes are
/// alcohol the catalogue does not say, so the tax on alcohol tells.
fn check_alcohol_register<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, emisor: Node<'t, 'a>) {
    let mut taxes = subject.root.lines().flat_map(|line| line.all("Impuesto"));
    let has_place = !matches!(subject.kind, Kind::ReciboPago | Kind::FacturaCompra);
    if has_place
        && emisor.text_of("Registrofiscal8707").is_none()
        && taxes.any(|tax| tax.text_of("Codigo") == Some("04"))
    {
        let es = "falta Registrofiscal8707: se facturan bebidas alcohólicas";
        report.warn(emisor, "alcohol-register-missing", es, "Registrofiscal8707 is missing: alcohol is invoiced");
    }
}

/// The receiver's type by kind (nota 4), its address, and the identification that the annex asks for in a FEE.
fn check_receptor<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, receptor: Node<'t, 'a>) {
    let kind = subject.kind;
    if let Some(node) = receptor.at(&["Identificacion", "Tipo"]) {
        let foreign = node.text() == "05";
        let allowed = match kind {
            Kind::Factura => subject.root.text_of("CondicionVenta") == Some("12"),
            Kind::FacturaCompra | Kind::ReciboPago => false,
            _ => true,
        };
        if foreign && !allowed {
            let es = "un receptor del tipo 05 no se admite aquí; en una FE solo con CondicionVenta 12";
            report.reject(
                node,
                "receptor-type",
                es,
                "a receiver of type 05 is not allowed here; in a FE only with CondicionVenta 12",
            );
        } else if node.text() == "06" {
            report.reject(node, "receptor-type", "el tipo 06 solo vende, en una FEC", "type 06 only sells, in a FEC");
        }
    } else if kind == Kind::FacturaExportacion {
        let es = "el anexo pide la Identificacion del receptor";
        report.reject(receptor, "receptor-identification", es, "the annex asks for the receiver's Identificacion");
    }
    if kind == Kind::Factura {
        check_foreign_address(report, receptor);
    }
    if let Some(place) = receptor.child("Ubicacion").filter(|_| is_foreign(receptor)) {
        let es = "un receptor del tipo 05 no tiene Ubicacion en el país, sino OtrasSenasExtranjero";
        let en = "a receiver of type 05 has no Ubicacion in the country but OtrasSenasExtranjero";
        report.warn(place, "foreign-receptor-place", es, en);
    }
    if let Some(node) = receptor.at(&["Ubicacion", "OtrasSenas"])
        && node.text().chars().count() > RECEPTOR_ADDRESS
    {
        let es = format!("el anexo admite {RECEPTOR_ADDRESS} caracteres, el XSD 250");
        report.warn(
            node,
            "address-too-long",
            es,
            format!("the annex allows {RECEPTOR_ADDRESS} characters, the XSD 250"),
        );
    }
}

/// Whether the party is of type 05, a foreigner.
fn is_foreign(party: Node<'_, '_>) -> bool {
    party.at(&["Identificacion", "Tipo"]).is_some_and(|code| code.text() == "05")
}

/// OtrasSenasExtranjero only with type 05: of the seller in a FEC, of the receiver in a FE.
fn check_foreign_address<'t, 'a>(report: &mut Report<'t, 'a>, party: Node<'t, 'a>) {
    let Some(node) = party.child("OtrasSenasExtranjero").filter(|node| !node.text().is_empty()) else { return };
    if !is_foreign(party) {
        report.reject(node, "foreign-address", "solo va con el tipo 05", "goes with type 05 only");
    }
}

/// Provincia, Canton and Distrito exist (nota 14).
fn check_place<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>) {
    let part = |name| node.text_of(name).unwrap_or_default();
    let canton = format!("{}-{}", part("Provincia"), part("Canton"));
    let district = format!("{canton}-{}", part("Distrito"));
    let unknown = if List::Provinces.find(part("Provincia")).is_none() {
        "Provincia"
    } else if List::Cantons.find(&canton).is_none() {
        "Canton"
    } else if List::Districts.find(&district).is_none() && !NEW_DISTRICTS.contains(&district.as_str()) {
        "Distrito"
    } else {
        return;
    };
    // A value of the wrong form has been reported as such.
    if [("Provincia", 1), ("Canton", 2), ("Distrito", 2)].iter().all(|(name, length)| part(name).len() == *length) {
        let es = format!("`{district}` no existe en la nota 14");
        report.reject(
            node.child_or_self(unknown),
            "place-unknown",
            es,
            format!("`{district}` does not exist in nota 14"),
        );
    }
}

/// At least 8 digits; since the revision of 2026-04-22 special numbers such as 911 are exempt.
fn check_telephone<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>) {
    let Some(number) = node.child("NumTelefono") else { return };
    if (4..8).contains(&number.text().len()) {
        let es = format!("`{}` tiene menos de 8 dígitos", number.text());
        report.warn(number, "telephone-too-short", es, format!("`{}` has fewer than 8 digits", number.text()));
    }
}

/// The annex's pattern of an e-mail address.
fn check_email<'t, 'a>(report: &mut Report<'t, 'a>, node: Node<'t, 'a>) {
    let address = node.text();
    if !address.is_empty() && !is_email(address) {
        let es = format!("`{address}` no es una dirección de correo");
        report.reject(node, "email-format", es, format!("`{address}` is not an e-mail address"));
    }
}

/// `local@domain.` of the annex's regular expression: the local part is dotted words or a quoted text, the domain is
/// words that each end in a dot, and a last word that may be empty.
pub(crate) fn is_email(address: &str) -> bool {
    let word =
        |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "<>()[].,;:@\"".contains(c));
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let Some((domain, last)) = domain.rsplit_once('.') else { return false };
    (quoted || local.split('.').all(word)) && domain.split('.').all(word) && (last.is_empty() || word(last))
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_as_the_annex_writes_them() {
        for address in ["a@b.cr", "ana.maria+x@sub.ejemplo.test", "\"a b\"@x.cr", "ñandú@ejemplo.cr", "a@b."] {
            assert!(is_email(address), "{address}");
        }
        for address in ["", "a", "a@b", "a@@b.cr", "a b@c.cr", "a@b..cr", "a.@b.cr", "a@b.cr;c@d.cr"] {
            assert!(!is_email(address), "{address}");
        }
    }
}
