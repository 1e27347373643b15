//! The words of a party: `identification`, `location`, `phone` (notas 4 and 14).

use super::error::Path;
use super::group::Group;
use super::read::{Reader, Result};
use super::value::Value;
use crate::catalogue::List;
use crate::document::{Identification, IdentificationType};

/// `"3-101-999888"`, or a table with `type` and `number`. The type follows from the number unless it is given.
pub(super) fn identification(value: &Value, path: Path<'_>, party: &mut Group) -> Result<()> {
    let (kind, text) = match value {
        Value::Table(_) => (value.get("type"), value.get("number")),
        _ => (None, Some(value)),
    };
    let Some(text) = text.and_then(Value::scalar) else {
        return Err(path.refuse("must be a number like 3-101-123456, or a table with `type` and `number`"));
    };
    let bare: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let given = party.group("Identificacion").and_then(|group| group.text("Tipo")).map(str::to_owned);
    let group = party.group_mut("Identificacion");
    if let Some(kind) = kind.and_then(Value::scalar).map(|kind| format!("{kind:0>2}")).or(given) {
        group.set_text("Tipo", kind);
    }
    group.set_text("Numero", bare.to_ascii_uppercase());
    Ok(())
}

/// Checks the number of a party against its type, which is inferred where it was not given (nota 4).
pub(super) fn settle_identification(party: &mut Group, path: Path<'_>) -> Result<()> {
    let Some(group) = party.group("Identificacion") else { return Ok(()) };
    let path = path.key("identification");
    let Some(number) = group.text("Numero") else { return Err(path.refuse("has no number")) };
    let kind = match group.text("Tipo") {
        Some(code) => code.parse::<IdentificationType>().map_err(|error| path.refuse(error.to_string()))?,
        None => match Identification::infer(number).kind {
            // Whatever has no format of the country would be a foreigner's: a mistyped number must not become one.
            IdentificationType::Extranjero => {
                return Err(path.refuse(format!(
                    "`{number}` is no cédula (9 or 10 digits), DIMEX (11 or 12) or NITE (10); for a foreigner give the type: \
                     {{\"type\": \"05\", \"number\": \"{number}\"}}"
                )));
            }
            kind => kind,
        },
    };
    let checked = Identification::new(kind, number).map_err(|error| path.refuse(error.to_string()))?;
    let group = party.group_mut("Identificacion");
    group.set_text("Tipo", checked.kind.code());
    group.set_text("Numero", checked.number);
    Ok(())
}

/// `1-01-08`: province, canton and district (nota 14), or the names from the province down, `San José, Escazú, San
/// Rafael`.
pub(super) fn location(value: &Value, path: Path<'_>, place: &mut Group) -> Result<()> {
    let text = value.scalar().unwrap_or_default();
    let Some(entry) = List::Districts.find(text) else {
        return Err(path.refuse(format!(
            "`{text}` is not a district: write province-canton-district like 1-01-08 (`cr-einvoice codes districts NAME` finds it)"
        )));
    };
    for (name, part) in ["Provincia", "Canton", "Distrito"].into_iter().zip(entry.code.split('-')) {
        place.set_text(name, part);
    }
    Ok(())
}

pub(super) fn place(
    reader: Reader<'_>,
    name: &'static str,
    value: &Value,
    path: Path<'_>,
    party: &mut Group,
) -> Result<()> {
    let structure = reader.children_at(&["Emisor", "Ubicacion"]);
    let Some(element) = structure.iter().find(|element| element.name == name) else { return Ok(()) };
    reader.element(element, value, path, party.group_mut("Ubicacion"))
}

/// `2222-0000` or `+1 305 555 0100`: the country is 506 unless a `+` says otherwise.
pub(super) fn phone(value: &Value, path: Path<'_>, party: &mut Group) -> Result<()> {
    if let Value::Table(_) = value {
        return Err(
            path.refuse("must be text like 2222-0000 or +506 2222-0000; the official name of the table is Telefono")
        );
    }
    let text = value.scalar().unwrap_or_default();
    let (country, rest) = match text.strip_prefix('+') {
        Some(international) => international.split_once([' ', '-']).unwrap_or(("", "")),
        None => ("506", text),
    };
    let digits: String = rest.chars().filter(|c| !matches!(c, '-' | ' ' | '(' | ')')).collect();
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=3).contains(&country.len())
        || !(3..=20).contains(&digits.len())
        || !all_digits(country)
        || !all_digits(&digits)
    {
        return Err(path.refuse(format!("`{text}` is not a telephone number like 2222-0000 or +1 305 555 0100")));
    }
    let phone = party.group_mut("Telefono");
    phone.set_text("CodigoPais", country);
    phone.set_text("NumTelefono", digits);
    Ok(())
}

pub(super) fn third_party(value: &Value, path: Path<'_>, charge: &mut Group) -> Result<()> {
    let mut party = Group::default();
    let number = value.get("identification").unwrap_or(&Value::Null);
    identification(number, path.key("identification"), &mut party)?;
    if let Some(kind) = value.get("identification_type").and_then(Value::scalar) {
        party.group_mut("Identificacion").set_text("Tipo", format!("{kind:0>2}"));
    }
    settle_identification(&mut party, path)?;
    for node in party.take("Identificacion") {
        charge.add("IdentificacionTercero", node);
    }
    charge.add_some("NombreTercero", value.get("name").and_then(Value::scalar));
    Ok(())
}
