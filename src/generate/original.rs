//! A document made from one that exists: a note on it, whole or some lines; a receipt of its payment; or the
//! replacement of one that Hacienda rejected.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::arithmetic::{product, round};
use super::error::Path;
use super::group::{Group, Node};
use super::payment::receipt_lines;
use super::read::{Reader, Result};
use super::references::{add_kind, is_revised};
use super::strip::strip;
use super::value::Value;
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::document::{DocumentError, Kind, Node as Element, Version, View, parse_amount, parse_date_time};
use crate::lifecycle::State;
use crate::validation::structure::{self, Content, Type};

/// The document that another is made from.
#[derive(Debug, Clone)]
pub struct Original {
    /// What it is.
    pub kind: Kind,
    /// Its clave.
    pub clave: String,
    /// How far it has come.
    pub state: State,
    issued_text: String,
    root: Group,
}

impl Original {
    /// Reads a stored document. The error is a sentence.
    pub fn read(xml: &[u8], state: State) -> std::result::Result<Self, String> {
        match View::read(xml) {
            Ok(view) if view.version() == Version::V44 => Ok(Self::of(&view, state)),
            Ok(view) => Err(not_taken(view.kind().root())),
            Err(DocumentError::Root { name, .. }) => Err(not_taken(&name)),
            Err(DocumentError::Xml(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn of(view: &View<'_>, state: State) -> Self {
        let kind = view.kind();
        let root = group_of(view.root(), structure::children(kind));
        let clave = root.text("Clave").unwrap_or_default().to_owned();
        let issued_text = root.text("FechaEmision").unwrap_or_default().to_owned();
        Original { kind, clave, state, issued_text, root }
    }

    /// All of it.
    pub(super) fn root(&self) -> &Group {
        &self.root
    }

    /// The number of its series.
    pub(super) fn consecutivo(&self) -> &str {
        self.root.text("NumeroConsecutivo").unwrap_or_default()
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &Group> {
        self.root.group("DetalleServicio").into_iter().flat_map(|detail| detail.groups("LineaDetalle"))
    }

    /// The day it was issued in Costa Rica.
    fn day(&self) -> Option<NaiveDate> {
        Some(parse_date_time(&self.issued_text)?.with_timezone(&costa_rica()).date_naive())
    }
}

/// Nothing is made from what has another structure.
fn not_taken(root: &str) -> String {
    format!("`{root}` is not a comprobante of v4.4; write the document without `of`")
}

/// Completes `root`, which holds what the input says, from the original.
pub(super) fn build_on(reader: Reader<'_>, input: &Value, root: &mut Group, original: &Original) -> Result<()> {
    let use_of = purpose(reader, original)?;
    let mut base = original.root.clone();
    strip(reader.kind, &mut base);
    if let Purpose::Payment = use_of {
        let condition = original.root.text("CondicionVenta").unwrap_or_default();
        let pays = if condition == "08" { "09" } else { "11" };
        root.set_text("CondicionVenta", pays);
        base.remove("CondicionVenta");
        base.remove("DetalleServicio");
        if !root.has("DetalleServicio") {
            base.add("DetalleServicio", Node::Group(receipt_lines(original.lines(), original.consecutivo())));
        }
    }
    let condition = base.text("CondicionVenta").unwrap_or_default();
    // Nota 5: conditions 12 and 13 are of the FE and the FEC alone; a note on such a sale is paid like any other.
    if List::SaleConditions.find(condition).is_some_and(|code| !code.is_for(reader.kind)) {
        base.remove("CondicionVenta");
    }
    let selects = root.group("DetalleServicio").is_some();
    if selects && !matches!(use_of, Purpose::Payment) {
        select_lines(reader, root, &base, &use_of)?;
    }
    take_payment(root, &base, selects);
    add_reference(reader, input, root, original, &use_of, selects)?;
    let own: Vec<&'static str> = root.elements().map(|(name, _)| *name).collect();
    for (name, node) in base.elements() {
        let merged = matches!(*name, "ResumenFactura" | "InformacionReferencia");
        if !merged && !own.contains(name) {
            root.add(name, node.clone());
        }
    }
    Ok(())
}

/// The reference of a document that takes the place of a rejected one (TipoDocIR 10), where its input does not have it.
/// A MensajeReceptor has no references: the new one with a new number is all that the law asks for.
pub(super) fn refer_to_replaced(reader: Reader<'_>, root: &mut Group, replaced: &Original) -> Result<()> {
    let path = Path::Root.key("id");
    if reader.kind != replaced.kind {
        let (clave, before, now) = (&replaced.clave, replaced.kind, reader.kind);
        return Err(path.refuse(format!(
            "made {clave}, a {before} that Hacienda rejected; a {now} cannot take its place: give it an id of its own"
        )));
    }
    let is_known = |one: &Group| one.text("TipoDocIR") == Some("10") && one.text("Numero") == Some(&*replaced.clave);
    if reader.kind == Kind::MensajeReceptor || root.groups("InformacionReferencia").any(is_known) {
        return Ok(());
    }
    const MOST: usize = 10;
    if root.groups("InformacionReferencia").count() == MOST {
        return Err(Path::Root.key("references").refuse("leave no room for the reference to the rejected document"));
    }
    let mut reference = Group::default();
    reference.add_text("TipoDocIR", "10");
    reference.add_text("Numero", &*replaced.clave);
    if replaced.day().is_some() {
        reference.add_text("FechaEmisionIR", &*replaced.issued_text);
    }
    reference.add_text("Codigo", if is_revised(reader.day) { "16" } else { "07" });
    root.add("InformacionReferencia", Node::Group(reference));
    Ok(())
}

/// What a document is made from another for.
#[derive(Debug, PartialEq, Eq)]
enum Purpose {
    /// A credit or debit note on it.
    Note,
    /// It takes the place of one that Hacienda rejected.
    Replacement,
    /// A receipt for its payment.
    Payment,
}

/// Whether the one kind can be made from the other, as both stand.
fn purpose(reader: Reader<'_>, original: &Original) -> Result<Purpose> {
    let path = Path::Root.key("of");
    let (kind, clave) = (reader.kind, &original.clave);
    let refuse = |message: String| Err(path.refuse(message));
    match (kind, original.kind) {
        (Kind::MensajeReceptor, _) | (_, Kind::MensajeReceptor) => {
            refuse("a MensajeReceptor is made with `generate mensaje`".to_owned())
        }
        _ if original.state == State::Discarded => {
            refuse(format!("{clave} was discarded and never sent; there is nothing that a {kind} could refer to"))
        }
        (_, of) if kind == of && original.state == State::Rejected => Ok(Purpose::Replacement),
        (Kind::NotaCredito | Kind::NotaDebito | Kind::ReciboPago, of) if original.state == State::Rejected => {
            refuse(format!(
                "{clave} was rejected by Hacienda: it has no effect, so there is nothing to credit, debit or pay. Issue a new one \
             in its place: `generate --of {clave} --kind {of}`"
            ))
        }
        (Kind::NotaCredito | Kind::NotaDebito, Kind::FacturaCompra) => refuse(format!(
            "{clave} is a FEC; how Hacienda expects a note on one is not established. Write the note without `of`, with its \
             lines and `references`"
        )),
        (Kind::NotaCredito | Kind::NotaDebito, Kind::ReciboPago) => {
            refuse(format!("{clave} is a receipt of payment; a note goes to the document that it pays (nota 5)"))
        }
        (Kind::NotaCredito | Kind::NotaDebito | Kind::ReciboPago, _) if original.state == State::Draft => refuse(
            format!("{clave} is a draft that has not been sent; there is nothing yet that a {kind} could refer to"),
        ),
        (Kind::NotaCredito | Kind::NotaDebito, _) => Ok(Purpose::Note),
        (Kind::ReciboPago, _) => match original.root.text("CondicionVenta") {
            Some("08" | "10") => Ok(Purpose::Payment),
            condition => refuse(format!(
                "{clave} has CondicionVenta {}; a REP pays a sale to the State (08) or on credit with deferred IVA (10)",
                condition.unwrap_or("none")
            )),
        },
        (_, of) => refuse(format!(
            "{clave} is a {of} in state `{}`; a {kind} is made from a rejected {kind} alone. To substitute one that was accepted, \
             annul it with a NC first",
            original.state
        )),
    }
}

/// The lines of the input that name one of the original (`line`), completed from it; others are lines of their own.
fn select_lines(reader: Reader<'_>, root: &mut Group, base: &Group, use_of: &Purpose) -> Result<()> {
    let originals: Vec<&Group> =
        base.group("DetalleServicio").into_iter().flat_map(|detail| detail.groups("LineaDetalle")).collect();
    let lines = Path::Root.key("lines");
    for (index, line) in root.group_mut("DetalleServicio").groups_mut("LineaDetalle").enumerate() {
        let Some(number) = line.take("@line").pop() else { continue };
        let Node::Number(number) = number else { continue };
        let path = lines.member(index);
        let at = usize::try_from(number.trunc().mantissa()).unwrap_or_default();
        let Some(original) = at.checked_sub(1).and_then(|at| originals.get(at)) else {
            let count = originals.len();
            return Err(path.key("line").refuse(format!("the original has lines 1 to {count}, no line {number}")));
        };
        complete_line(reader, line, original, use_of, path)?;
    }
    Ok(())
}

fn complete_line(
    reader: Reader<'_>,
    line: &mut Group,
    original: &Group,
    use_of: &Purpose,
    path: Path<'_>,
) -> Result<()> {
    let whole = original.number("Cantidad").unwrap_or(Decimal::ONE);
    let quantity = line.number("Cantidad").unwrap_or(whole);
    if reader.kind == Kind::NotaCredito && quantity > whole && *use_of == Purpose::Note {
        let message = format!("{} is more than the {} of the original", quantity.normalize(), whole.normalize());
        return Err(path.key("quantity").refuse(message));
    }
    let own: Vec<&'static str> = line.elements().map(|(name, _)| *name).collect();
    for (name, node) in original.elements().filter(|(name, _)| !own.contains(name)) {
        let mut node = node.clone();
        if let ("Descuento", Node::Group(discount)) = (*name, &mut node)
            && let (Some(amount), false) = (discount.number("MontoDescuento"), quantity == whole)
        {
            // A part of the quantity takes its part of the discount.
            let part = product(amount, quantity).checked_div(whole).unwrap_or_default();
            discount.set("MontoDescuento", round(part));
        }
        line.add(name, node);
    }
    Ok(())
}

/// Currency and rate are the original's: Hacienda compares them. So are the means of payment, but for their amounts.
fn take_payment(root: &mut Group, base: &Group, selects: bool) {
    let Some(original) = base.group("ResumenFactura") else { return };
    let summary = root.group_mut("ResumenFactura");
    if let (false, Some(currency)) = (summary.has("CodigoTipoMoneda"), original.get("CodigoTipoMoneda")) {
        summary.add("CodigoTipoMoneda", currency.clone());
    }
    if summary.has("MedioPago") {
        return;
    }
    let count = original.groups("MedioPago").count();
    let kept = if selects { 1 } else { count };
    for means in original.groups("MedioPago").take(kept) {
        let mut means = means.clone();
        if kept == 1 {
            means.remove("TotalMedioPago");
        }
        summary.add("MedioPago", Node::Group(means));
    }
}

/// The reference to the original: 01 annuls it whole, 02 corrects its amount; 16 (07 before the revision of 2026-04-22)
/// replaces a rejected one; 17 (04 before) pays it. `code` and `reason` say another.
fn add_reference(
    reader: Reader<'_>,
    input: &Value,
    root: &mut Group,
    original: &Original,
    use_of: &Purpose,
    selects: bool,
) -> Result<()> {
    let revised = is_revised(reader.day);
    let usual = match use_of {
        Purpose::Replacement if revised => "16",
        Purpose::Replacement => "07",
        Purpose::Payment if revised => "17",
        Purpose::Payment => "04",
        Purpose::Note if selects || reader.kind == Kind::NotaDebito && original.kind != Kind::NotaCredito => "02",
        Purpose::Note => "01",
    };
    let code = match input.get("code") {
        Some(value) => {
            let list = structure::Type::Code(List::ReferenceCodes);
            match reader.value(list, value, Path::Root.key("code"))? {
                Node::Text(code) => code,
                _ => usual.to_owned(),
            }
        }
        None => usual.to_owned(),
    };
    let mut reference = Group::default();
    match use_of {
        Purpose::Replacement => reference.add_text("TipoDocIR", "10"),
        _ => add_kind(&mut reference, original.kind, reader.day),
    }
    reference.add_text("Numero", &*original.clave);
    if original.day().is_some() {
        reference.add_text("FechaEmisionIR", &*original.issued_text);
    }
    reference.add_text("Codigo", code);
    reference.add_some("Razon", input.get("reason").and_then(Value::scalar));
    let mut others = root.take("InformacionReferencia");
    if *use_of == Purpose::Replacement && others.is_empty() {
        others = original.root.all("InformacionReferencia").cloned().collect();
    }
    root.add("InformacionReferencia", Node::Group(reference));
    others.into_iter().for_each(|other| root.add("InformacionReferencia", other));
    Ok(())
}

/// The elements inside one that the structure knows; others are passed over.
fn group_of(parent: Element<'_, '_>, structure: &'static [structure::Element]) -> Group {
    let mut group = Group::default();
    for element in parent.children().filter(|child| child.is_own()) {
        let Some(known) = structure.iter().find(|known| known.name == element.name()) else { continue };
        match known.content {
            Content::Group(children) => group.add(known.name, Node::Group(group_of(element, children))),
            Content::Value(value_type) => {
                if let Some(value) = value_of(value_type, element) {
                    group.add(known.name, value);
                }
            }
            Content::Signature => {}
        }
    }
    group
}

/// A value as the maker has it; an empty one is none.
fn value_of(value_type: Type, element: Element<'_, '_>) -> Option<Node> {
    let text = element.text();
    if text.is_empty() {
        return None;
    }
    let number = match value_type {
        Type::Decimal { .. } => parse_amount(text),
        _ => None,
    };
    let text = element.raw_text().to_owned();
    Some(match (number, element.attribute("codigo")) {
        (Some(number), _) => Node::Number(number),
        (None, Some(code)) => Node::Coded { code: code.into_owned(), text },
        (None, None) => Node::Text(text),
    })
}
