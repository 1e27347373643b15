//! The company as the emisor of its comprobantes (of a FEC the receptor), from its configuration.

use super::error::{InputError, Path};
use super::group::{Group, Node};
use super::natural;
use super::value::Value;
use crate::config::Company;

/// The company's own group: every element that any kind may write; the writer takes what the kind has.
pub(super) fn party(company: &Company) -> Result<Group, InputError> {
    let issuer = &company.issuer;
    let mut party = Group::default();
    party.add_text("Nombre", issuer.name.as_deref().unwrap_or(&company.name));
    let identification = party.group_mut("Identificacion");
    identification.add_text("Tipo", company.identification.kind.code());
    identification.add_text("Numero", &*company.identification.number);
    party.add_some("Registrofiscal8707", issuer.registro_fiscal_8707.as_deref());
    party.add_some("NombreComercial", issuer.commercial_name.as_deref());
    let table = format!("[company.issuer] of `{}`", company.id);
    let path = Path::Root.key(&table);
    if let Some(location) = &issuer.location {
        let place = party.group_mut("Ubicacion");
        natural::location(&Value::Text(location.clone()), path.key("location"), place)?;
        place.add_some("Barrio", issuer.neighbourhood.as_deref());
        place.add_some("OtrasSenas", issuer.address.as_deref());
    }
    if let Some(phone) = &issuer.phone {
        natural::phone(&Value::Text(phone.clone()), path.key("phone"), &mut party)?;
    }
    for email in &issuer.email {
        party.add("CorreoElectronico", Node::Text(email.clone()));
    }
    Ok(party)
}

/// Who made the issuing system: the vendor, or the company itself (annex, ProveedorSistemas).
pub(super) fn systems_provider(company: &Company) -> &str {
    company.issuer.systems_provider.as_deref().unwrap_or(&company.identification.number)
}
