//! The company as the emisor of its comprobantes (of a FEC the receptor), from its configuration.

use super::error::{InputError, Path};
use super::group::{Group, Node};
use super::party;
use super::value::Value;
use crate::config::Company;
use crate::validation::is_email;

/// The company's own group: every element that any kind may write; the writer takes what the kind has.
pub(super) fn own_party(company: &Company) -> Result<Group, InputError> {
    let issuer = &company.issuer;
    let mut own = Group::default();
    own.add_text("Nombre", issuer.name.as_deref().unwrap_or(&company.name));
    let identification = own.group_mut("Identificacion");
    identification.add_text("Tipo", company.identification.kind.code());
    identification.add_text("Numero", &*company.identification.number);
    own.add_some("Registrofiscal8707", issuer.registro_fiscal_8707.as_deref());
    own.add_some("NombreComercial", issuer.commercial_name.as_deref());
    let table = format!("[company.issuer] of `{}`", company.id);
    let path = Path::Root.key(&table);
    if let Some(location) = &issuer.location {
        let place = own.group_mut("Ubicacion");
        party::location(&Value::Text(location.clone()), path.key("location"), place)?;
        place.add_some("Barrio", issuer.neighbourhood.as_deref());
        place.add_some("OtrasSenas", issuer.address.as_deref());
    }
    if let Some(phone) = &issuer.phone {
        party::phone(&Value::Text(phone.clone()), path.key("phone"), &mut own)?;
    }
    for email in &issuer.email {
        own.add("CorreoElectronico", Node::Text(email.clone()));
    }
    Ok(own)
}

/// Who made the issuing system: the vendor, or the company itself (annex, ProveedorSistemas).
pub(super) fn systems_provider(company: &Company) -> &str {
    company.issuer.systems_provider.as_deref().unwrap_or(&company.identification.number)
}

/// Whether a company can issue as it is configured. The error is a sentence.
pub(crate) fn check_issuer(company: &Company) -> Result<(), String> {
    own_party(company).map_err(|error| error.to_string())?;
    match company.issuer.email.iter().find(|address| !is_email(address)) {
        Some(address) => {
            Err(format!("[company.issuer] of `{}`: email: `{address}` is not an e-mail address", company.id))
        }
        None => Ok(()),
    }
}
