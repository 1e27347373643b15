//! MensajeReceptor: the conditions of its annex table.

use rust_decimal::Decimal;

use super::Subject;
use super::finding::Report;
use super::references::is_too_old;
use crate::document::{Clave, Identification, Kind, Node, parse_amount};

/// The elements that a rejection, and a proportional credit, may not carry.
const CREDIT: [&str; 2] = ["MontoTotalImpuestoAcreditar", "MontoTotalDeGastoAplicable"];

/// Checks a confirmation. Whether it agrees with the confirmed document only the database or Hacienda can tell.
pub(super) fn check_message<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let root = subject.root;
    let message = root.text_of("Mensaje").unwrap_or_default();
    check_consecutivo(report, subject, message);
    check_clave(report, subject);
    let detail = root.text_of("DetalleMensaje");
    if matches!(message, "2" | "3") && detail.is_none_or(|text| text.chars().count() < 5) {
        let es = format!("con Mensaje {message} hace falta DetalleMensaje, de 5 a 160 caracteres");
        let en = format!("with Mensaje {message} a DetalleMensaje of 5 to 160 characters is needed");
        report.reject(root.child_or_self("DetalleMensaje"), "message-detail", es, en);
    }
    let proportional = root.text_of("CondicionImpuesto") == Some("05");
    for element in CREDIT.into_iter().chain(["CodigoActividad"]) {
        let Some(node) = root.child(element).filter(|node| !node.text().is_empty()) else { continue };
        let reason = if proportional {
            "CondicionImpuesto 05"
        } else if message == "3" && element != "CodigoActividad" {
            "Mensaje 3"
        } else {
            continue;
        };
        report.reject(node, "message-credit", format!("no va con {reason}"), format!("does not go with {reason}"));
    }
    if check_amounts(report, root) && message != "3" {
        check_condition(report, root);
    }
    if is_too_old(subject.day, subject.today) {
        let node = root.child_or_self("FechaEmisionDoc");
        report.reject(node, "reference-too-old", "es de hace más de 10 años", "is more than 10 years ago");
    }
}

/// The amounts are those of the confirmed document, or a part of them: its tax is in its total, the credit is a part of
/// the tax, the expense a part of the total. Hacienda compares tax and total with the document and rejects a difference
/// (annex, MontoTotalImpuesto and TotalFactura). That credit and expense together stay within the total follows from
/// what they are, but programs that write the whole total as expense beside a credit are not known to be refused.
fn check_amounts<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>) -> bool {
    let Some(total) = root.amount_of("TotalFactura") else { return false };
    let tax = root.amount_of("MontoTotalImpuesto");
    let [credit, expense] = CREDIT.map(|element| root.amount_or_zero(element));
    let most = [
        ("MontoTotalImpuesto", tax.unwrap_or_default(), "TotalFactura", total),
        (CREDIT[0], credit, "MontoTotalImpuesto", tax.unwrap_or(total)),
        (CREDIT[1], expense, "TotalFactura", total),
    ];
    let mut within = true;
    for (element, amount, bound, largest) in most.into_iter().filter(|(_, amount, _, largest)| amount > largest) {
        within = false;
        let es = format!("{amount} es más que {bound}, {largest}");
        report.reject(
            root.child_or_self(element),
            "message-amount",
            es,
            format!("{amount} is more than {bound}, {largest}"),
        );
    }
    let both = credit.saturating_add(expense);
    if within && both > total {
        let es = format!("lo acreditado y el gasto suman {both}, más que TotalFactura, {total}");
        let en = format!("credit and expense add up to {both}, more than TotalFactura, {total}");
        report.warn(root.child_or_self(CREDIT[1]), "message-amount", es, en);
    }
    within && both <= total
}

/// What becomes of the IVA (annex, notes 46 to 50 on CondicionImpuesto) bears out the amounts, as far as the notes say so: of a
/// warning, for that Hacienda holds them against each other is not known.
fn check_condition<'t, 'a>(report: &mut Report<'t, 'a>, root: Node<'t, 'a>) {
    let Some(condition) = root.child("CondicionImpuesto").filter(|node| !node.text().is_empty()) else { return };
    let [credit, expense] = CREDIT.map(|element| root.child(element).and_then(|node| parse_amount(node.text())));
    let tax = root.amount_or_zero("MontoTotalImpuesto");
    let code = condition.text();
    if tax.is_zero() && matches!(code, "01" | "02" | "03" | "05") {
        let es = format!("{code} trata de un impuesto, y el documento no tiene: 04, o ninguna");
        let en = format!("{code} is about a tax, and the document has none: 04, or nothing");
        report.warn(condition, "message-condition", es, en);
        return;
    }
    let total = root.amount_or_zero("TotalFactura");
    let wrong = match (code, credit, expense) {
        ("01", Some(credit), _) if credit != tax => Some((
            CREDIT[0],
            format!("01 acredita todo el impuesto, {tax}; una parte es la condición 02"),
            format!("01 credits all of the tax, {tax}; a part is condition 02"),
        )),
        ("01", None, Some(expense)) if expense > total - tax => Some((
            CREDIT[1],
            format!("con 01 el impuesto, {tax}, no es gasto: a lo sumo {}", total - tax),
            format!("with 01 the tax, {tax}, is no expense: {} at most", total - tax),
        )),
        ("02", credit, _) if credit.is_none_or(|credit| credit <= Decimal::ZERO || credit >= tax) => Some((
            CREDIT[0],
            format!("02 acredita una parte del impuesto: más que 0 y menos que {tax}"),
            format!("02 credits a part of the tax: more than 0 and less than {tax}"),
        )),
        ("03", _, Some(expense)) if !expense.is_zero() => Some((
            CREDIT[1],
            "03 es de bienes de capital, que no son gasto".to_owned(),
            "03 is about capital goods, which are no expense".to_owned(),
        )),
        ("04", Some(credit), _) if !credit.is_zero() => Some((
            CREDIT[0],
            "04 es un gasto que no da crédito".to_owned(),
            "04 is an expense that gives no credit".to_owned(),
        )),
        _ => None,
    };
    if let Some((element, es, en)) = wrong {
        report.warn(root.child_or_self(element), "message-condition", es, en);
    }
}

/// Nota 3 with nota 11: 1 goes with 05, 2 with 06, 3 with 07.
fn check_consecutivo<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>, message: &str) {
    let code = match message {
        "1" => "05",
        "2" => "06",
        "3" => "07",
        _ => return,
    };
    let Some(node) = subject.root.child("NumeroConsecutivoReceptor") else { return };
    let found = node.text().get(8..10).unwrap_or_default();
    if matches!(found, "05" | "06" | "07") && found != code {
        let es = format!("es del tipo {found} y Mensaje {message} pide {code}");
        report.reject(
            node,
            "message-consecutivo",
            es,
            format!("is of type {found} and Mensaje {message} asks for {code}"),
        );
    }
}

/// The clave is that of a document of NumeroCedulaEmisor; a FEC carries its buyer's number instead.
fn check_clave<'t, 'a>(report: &mut Report<'t, 'a>, subject: &Subject<'t, 'a>) {
    let root = subject.root;
    let Some(clave) = root.text_of("Clave").and_then(|text| text.parse::<Clave>().ok()) else { return };
    let node = root.child_or_self("Clave");
    let kind = clave.consecutivo().kind();
    if kind == Some(Kind::MensajeReceptor) {
        report.reject(node, "message-clave", "no es la clave de un documento", "is not the clave of a document");
        return;
    }
    if let Some(kind @ (Kind::NotaCredito | Kind::Tiquete)) = kind {
        // A note of credit is not confirmed (decree 44739-H, article 20), and a tiquete is a final consumer's (articles
        // 2.25 and 20). Neither is among the rejecting checks of the annex, which asks for an accepted document only.
        let es = format!("es de un {kind}, que no se confirma: el crédito o gasto no nace de esta confirmación");
        let en = format!("is that of a {kind}, which is not confirmed: no credit or expense comes of it");
        report.warn(node, "message-kind", es, en);
    }
    let same = |element: &str| {
        let number = root.text_of(element).map(Identification::infer);
        number.and_then(|number| number.padded()).as_deref() == Some(clave.identification())
    };
    let of_the_buyer = kind == Some(Kind::FacturaCompra) && same("NumeroCedulaReceptor");
    if !same("NumeroCedulaEmisor") && !of_the_buyer {
        let es = "no es la clave de un documento de NumeroCedulaEmisor";
        report.reject(node, "message-clave", es, "is not the clave of a document of NumeroCedulaEmisor");
    }
}
