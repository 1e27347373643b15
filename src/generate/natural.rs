//! The words of the input that are more than another name: `tax = 13`, `discount = "10%"`, `location = "1-01-08"`,
//! `payment = "tarjeta"`. Each becomes the elements it stands for, or a remark (`@…`) for the derivation.

use rust_decimal::Decimal;

use super::error::Path;
use super::group::{Group, Node};
use super::party::{identification, location, phone, place, third_party};
use super::read::{Reader, Result};
use super::value::Value;
use crate::catalogue::List;
use crate::document::parse_amount;
use crate::validation::structure;

/// The discount that a plain amount or percentage stands for: comercial (nota 20).
const COMMERCIAL_DISCOUNT: &str = "07";
/// The code of trade that a plain code stands for: the seller's (nota 12).
const SELLERS_CODE: &str = "01";
/// IVA (nota 8) and its exempt tariff (nota 8.1).
pub(super) const IVA: &str = "01";
pub(super) const EXEMPT: &str = "10";

/// Reads one such word. Words of the document as a whole (kind, date, series) are read by `document`.
pub(super) fn read(
    reader: Reader<'_>,
    group: &'static str,
    key: &str,
    value: &Value,
    path: Path<'_>,
    into: &mut Group,
) -> Result<()> {
    refuse_where_absent(reader, group, key, path)?;
    match (group, key) {
        ("", "lines") => lines(reader, value, path, into.group_mut("DetalleServicio")),
        ("", "payment") => payment(reader, value, path, into.group_mut("ResumenFactura")),
        ("", "currency" | "exchange_rate") => currency(reader, key, value, path, into),
        ("", "iva_returned") => iva_returned(reader, value, path, into.group_mut("ResumenFactura")),
        ("Emisor" | "Receptor", "identification") => identification(value, path, into),
        ("Emisor" | "Receptor", "identification_type") => {
            let node = reader.value(structure::Type::Code(List::IdentificationTypes), value, path)?;
            into.group_mut("Identificacion").add("Tipo", node);
            Ok(())
        }
        ("Emisor" | "Receptor", "location") => location(value, path, into.group_mut("Ubicacion")),
        ("Ubicacion", "location") => location(value, path, into),
        ("Emisor" | "Receptor", "neighbourhood") => place(reader, "Barrio", value, path, into),
        ("Emisor" | "Receptor", "address") => place(reader, "OtrasSenas", value, path, into),
        ("Emisor" | "Receptor", "phone") => phone(value, path, into),
        ("LineaDetalle", "line") => {
            into.add("@line", Node::Number(reader.number(value, path)?));
            Ok(())
        }
        ("LineaDetalle", "components") => components(reader, value, path, into),
        ("LineaDetalle", "exoneration") => {
            let exoneration = group_of(reader, "Exoneracion", EXONERATION_PLACE, value, path)?;
            into.add("@exoneration", Node::Group(exoneration));
            Ok(())
        }
        ("LineaDetalle" | "LineaDetalleSurtido", _) => product(reader, group, key, value, path, into),
        ("Descuento" | "DescuentoSurtido", "percent") => {
            into.add("@percent", Node::Number(percent(reader, value, path)?));
            Ok(())
        }
        ("Impuesto" | "ImpuestoSurtido", "soap") => flag("@soap", value, path, into),
        ("OtrosCargos", "third_party") => third_party(value, path, into),
        _ => Ok(()),
    }
}

/// The element that a word stands for must be one that the kind has: what cannot be written must not be computed
/// either.
fn refuse_where_absent(reader: Reader<'_>, group: &str, key: &str, path: Path<'_>) -> Result<()> {
    const LINE: &[&str] = &["DetalleServicio", "LineaDetalle"];
    let (place, name): (&[&str], &str) = match (group, key) {
        ("", "iva_returned") => (&["ResumenFactura"], "TotalIVADevuelto"),
        ("Emisor", "location" | "neighbourhood" | "address") => (&["Emisor"], "Ubicacion"),
        ("Receptor", "location" | "neighbourhood" | "address") => (&["Receptor"], "Ubicacion"),
        ("Emisor", "phone") => (&["Emisor"], "Telefono"),
        ("Receptor", "phone") => (&["Receptor"], "Telefono"),
        ("LineaDetalle", "components") => (LINE, "DetalleSurtido"),
        ("LineaDetalle", "discount") => (LINE, "Descuento"),
        ("LineaDetalle", "code") => (LINE, "CodigoComercial"),
        ("LineaDetalle", "exoneration") => (&["DetalleServicio", "LineaDetalle", "Impuesto"], "Exoneracion"),
        _ => return Ok(()),
    };
    let known = reader.children_at(place).iter().find(|element| element.name == name);
    match known.and_then(|element| element.occurrence(reader.kind)) {
        Some(_) => Ok(()),
        None => Err(path.refuse(format!("a {} has no {name} here; leave it out", reader.kind))),
    }
}

/// Where the elements of an exoneration are in the structure of a line.
const EXONERATION_PLACE: &[&str] = &["DetalleServicio", "LineaDetalle", "Impuesto", "Exoneracion"];

fn group_of(reader: Reader<'_>, name: &'static str, place: &[&str], value: &Value, path: Path<'_>) -> Result<Group> {
    let mut group = Group::default();
    reader.fill(name, reader.children_at(place), value, path, &mut group)?;
    Ok(group)
}

fn members(value: &Value) -> &[Value] {
    match value {
        Value::List(members) => members,
        one => std::slice::from_ref(one),
    }
}

fn lines(reader: Reader<'_>, value: &Value, path: Path<'_>, detail: &mut Group) -> Result<()> {
    const MOST: usize = 1000;
    if members(value).len() > MOST {
        return Err(path.refuse(format!("has {} lines; a document has at most {MOST}", members(value).len())));
    }
    for (index, line) in members(value).iter().enumerate() {
        let line = group_of(reader, "LineaDetalle", &["DetalleServicio", "LineaDetalle"], line, path.member(index))?;
        detail.add("LineaDetalle", Node::Group(line));
    }
    Ok(())
}

/// `"efectivo"`, `"02"`, or a list of tables with `means` and `amount`.
fn payment(reader: Reader<'_>, value: &Value, path: Path<'_>, summary: &mut Group) -> Result<()> {
    const MOST: usize = 4;
    if members(value).len() > MOST {
        return Err(path.refuse(format!("has {} means; at most {MOST} are allowed", members(value).len())));
    }
    for (index, means) in members(value).iter().enumerate() {
        let at = if matches!(value, Value::List(_)) { path.member(index) } else { path };
        let payment = match means.scalar() {
            Some(text) => {
                let mut payment = Group::default();
                payment.add_text("TipoMedioPago", reader.code(List::PaymentMethods, text, at)?);
                payment
            }
            None => group_of(reader, "MedioPago", &["ResumenFactura", "MedioPago"], means, at)?,
        };
        summary.add("MedioPago", Node::Group(payment));
    }
    Ok(())
}

fn currency(reader: Reader<'_>, key: &str, value: &Value, path: Path<'_>, into: &mut Group) -> Result<()> {
    let name = if key == "currency" { "CodigoMoneda" } else { "TipoCambio" };
    let structure = reader.children_at(&["ResumenFactura", "CodigoTipoMoneda"]);
    let Some(element) = structure.iter().find(|element| element.name == name) else { return Ok(()) };
    // A rate is in colones, whatever the document's amounts are in.
    let reader = Reader { currency: None, ..reader };
    reader.element(element, value, path, into.group_mut("ResumenFactura").group_mut("CodigoTipoMoneda"))
}

/// `true`: the IVA of health services is given back because a card paid all; or the amount given back.
fn iva_returned(reader: Reader<'_>, value: &Value, path: Path<'_>, summary: &mut Group) -> Result<()> {
    match value {
        Value::Boolean(_) => flag("@iva_returned", value, path, summary),
        _ => {
            let amount = reader.number(value, path)?;
            summary.set("TotalIVADevuelto", amount);
            Ok(())
        }
    }
}

fn flag(name: &'static str, value: &Value, path: Path<'_>, into: &mut Group) -> Result<()> {
    match value {
        Value::Boolean(true) => into.set_text(name, "true"),
        Value::Boolean(false) => {}
        // A spreadsheet has text only.
        _ => match value.scalar() {
            Some("true" | "verdadero" | "sí" | "si" | "x") => into.set_text(name, "true"),
            Some("false" | "falso" | "no") => {}
            _ => return Err(path.refuse("must be true or false")),
        },
    }
    Ok(())
}

fn components(reader: Reader<'_>, value: &Value, path: Path<'_>, line: &mut Group) -> Result<()> {
    const PLACE: &[&str] = &["DetalleServicio", "LineaDetalle", "DetalleSurtido", "LineaDetalleSurtido"];
    let detail = line.group_mut("DetalleSurtido");
    for (index, component) in members(value).iter().enumerate() {
        let component = group_of(reader, "LineaDetalleSurtido", PLACE, component, path.member(index))?;
        detail.add("LineaDetalleSurtido", Node::Group(component));
    }
    Ok(())
}

/// What a line and a component of an assortment have in common, under names that differ by their ending.
fn product(
    reader: Reader<'_>,
    group: &'static str,
    key: &str,
    value: &Value,
    path: Path<'_>,
    into: &mut Group,
) -> Result<()> {
    let names = if group == "LineaDetalle" { &PLAIN } else { &COMPONENT };
    let mut made = Group::default();
    match key {
        "code" => {
            made.add_text(names.code_type, SELLERS_CODE);
            made.add_some(names.code, value.scalar());
            into.add(names.codes, Node::Group(made));
        }
        "discount" => {
            discount(reader, names, value, path, &mut made)?;
            into.add(names.discount, Node::Group(made));
        }
        _ => {
            let tariff = if key == "tariff" {
                reader.code(List::IvaRates, value.scalar().unwrap_or_default(), path)?
            } else {
                tariff_of_rate(reader, value, path)?
            };
            made.add_text(names.tax_code, IVA);
            made.add_text(names.tariff, tariff);
            into.add(names.tax, Node::Group(made));
        }
    }
    Ok(())
}

/// The names of a line's parts.
struct Names {
    codes: &'static str,
    code_type: &'static str,
    code: &'static str,
    discount: &'static str,
    discount_amount: &'static str,
    discount_code: &'static str,
    tax: &'static str,
    tax_code: &'static str,
    tariff: &'static str,
}

static PLAIN: Names = Names {
    codes: "CodigoComercial",
    code_type: "Tipo",
    code: "Codigo",
    discount: "Descuento",
    discount_amount: "MontoDescuento",
    discount_code: "CodigoDescuento",
    tax: "Impuesto",
    tax_code: "Codigo",
    tariff: "CodigoTarifaIVA",
};

static COMPONENT: Names = Names {
    codes: "CodigoComercialSurtido",
    code_type: "TipoSurtido",
    code: "CodigoSurtido",
    discount: "DescuentoSurtido",
    discount_amount: "MontoDescuentoSurtido",
    discount_code: "CodigoDescuentoSurtido",
    tax: "ImpuestoSurtido",
    tax_code: "CodigoImpuestoSurtido",
    tariff: "CodigoTarifaIVASurtido",
};

/// `500` or `"10%"`.
fn discount(reader: Reader<'_>, names: &Names, value: &Value, path: Path<'_>, made: &mut Group) -> Result<()> {
    let text = value.scalar().ok_or_else(|| {
        path.refuse("must be an amount like 500 or a percentage like \"10%\"; `discounts` takes tables with a code")
    })?;
    if text.ends_with('%') {
        made.add("@percent", Node::Number(percent(reader, value, path)?));
    } else {
        made.add(names.discount_amount, Node::Number(reader.number(value, path)?));
    }
    made.add_text(names.discount_code, COMMERCIAL_DISCOUNT);
    Ok(())
}

/// `10` or `"10%"`, from 0 to 100.
fn percent(reader: Reader<'_>, value: &Value, path: Path<'_>) -> Result<Decimal> {
    let text = value.scalar().unwrap_or_default();
    let percent = reader.number_in(text.trim_end_matches('%').trim_end(), value, path)?;
    if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
        return Err(path.refuse(format!("`{text}` is not a percentage from 0 to 100")));
    }
    Ok(percent)
}

/// The tariff of an IVA rate (nota 8.1): `13`, `"4%"`, `0.5`, or `exento`. A rate of 0 has several meanings.
pub(super) fn tariff_of_rate(reader: Reader<'_>, value: &Value, path: Path<'_>) -> Result<String> {
    let Some(text) = value.scalar() else {
        return Err(path.refuse("must be a rate of the IVA like 13, or `exento`; `taxes` takes tables with a code"));
    };
    if matches!(text.to_lowercase().as_str(), "exento" | "exenta" | "exempt") {
        return Ok(EXEMPT.to_owned());
    }
    let rate = match value {
        Value::Cell(..) => reader.number_in(text.trim_end_matches('%').trim_end(), value, path).ok(),
        _ => parse_amount(text.trim_end_matches('%').trim_end()),
    };
    let usable = List::IvaRates.codes().iter().filter(|code| code.is_for(reader.kind));
    let mut matching: Vec<_> = usable.filter(|code| rate.is_some() && parse_amount(&code.value) == rate).collect();
    if matching.iter().filter(|code| code.kinds.is_none()).count() == 1 {
        // A note may also use the tariffs of the past: 4 % means today's.
        matching.retain(|code| code.kinds.is_none());
    }
    match matching[..] {
        [one] => Ok(one.code.clone()),
        [] => Err(path.refuse(format!("`{text}` is not a rate of the IVA: 13, 4, 2, 1, 0.5 or `exento`; `tariff` takes a code of nota 8.1"))),
        _ => Err(path.refuse(
            "a rate of 0 has three meanings: write `tax = \"exento\"`, or `tariff = \"01\"` (not subject, with credit) or \
             `tariff = \"11\"` (not subject, without credit)",
        )),
    }
}
