//! A document from its input: read, completed from the company's configuration, computed, checked for what is missing;
//! then numbered and written.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::error::{Complaints, InputError, InputErrors, Path};
use super::group::{Group, Node};
use super::line::LineTotals;
use super::original::Original;
use super::party::settle_identification;
use super::read::{Reader, date_time};
use super::value::Value;
use super::{issuer, line, names, original, references, required, summary, verbatim, writer};
use crate::catalogue::List;
use crate::clock::costa_rica;
use crate::config::Company;
use crate::document::{Clave, Consecutivo, DocumentError, Identification, Kind, Situation, parse_date_time};
use crate::named::Unknown;
use crate::validation::structure;

type Result<T> = std::result::Result<T, InputError>;

/// What the documents of a company are made with.
#[derive(Debug)]
pub struct Maker<'a> {
    company: &'a Company,
    now: DateTime<FixedOffset>,
    party: Group,
}

/// The series that a document takes its number from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// 1 is the head office.
    pub branch: u16,
    /// The terminal.
    pub terminal: u32,
    /// The document type of nota 3, `01` to `10`.
    pub kind_code: &'static str,
}

/// A document with everything but its number.
#[derive(Debug)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// Where its number comes from.
    pub series: Series,
    /// TotalComprobante, or TotalFactura.
    pub total: Decimal,
    situation: Situation,
    issued_on: NaiveDate,
    signer: Identification,
    root: Group,
}

/// A document with its number, ready to be stored.
#[derive(Debug)]
pub struct Numbered {
    /// Its key: the clave, or `clave-consecutivo` of a MensajeReceptor.
    pub clave: String,
    /// Its number.
    pub consecutivo: Consecutivo,
    /// Its XML.
    pub xml: Vec<u8>,
}

impl<'a> Maker<'a> {
    /// For the documents of a company at an instant.
    pub fn new(company: &'a Company, now: DateTime<Utc>) -> Result<Self> {
        Ok(Maker { company, now: now.with_timezone(&costa_rica()), party: issuer::own_party(company)? })
    }

    /// Makes a document from its input. `of` is the document that it is made from, where it is; `replaced` the rejected
    /// one in whose place it stands, although the input says all of it.
    /// All that is wrong with it is told at once.
    pub fn make(
        &self,
        input: &Value,
        of: Option<&Original>,
        replaced: Option<&Original>,
    ) -> std::result::Result<Draft, InputErrors> {
        let kind = kind_of(input)?;
        let complaints = Complaints::default();
        let situation = complaints.attempt(self.situation(input, kind, &complaints));
        let (situation, issued_at) = situation.unwrap_or((Situation::Normal, self.now));
        let currency = currency_of(input, of);
        let reader = Reader { kind, day: issued_at.date_naive(), currency: Some(&currency), complaints: &complaints };
        let made = self.read_and_compute(reader, input, (of, replaced), situation, issued_at);
        let made = complaints.attempt(made).flatten();
        complaints.into_result()?;
        // Without a complaint there is a document.
        let (root, total, series) = made.ok_or_else(|| InputError::new("", "was not made"))?;
        let signer = self.company.identification.clone();
        Ok(Draft { kind, series, total, situation, issued_on: issued_at.date_naive(), signer, root })
    }

    /// The elements of the document, its total and its series; none where something was complained of.
    fn read_and_compute(
        &self,
        reader: Reader<'_>,
        input: &Value,
        (of, replaced): (Option<&Original>, Option<&Original>),
        situation: Situation,
        issued_at: DateTime<FixedOffset>,
    ) -> Result<Option<(Group, Decimal, Series)>> {
        let (kind, complaints) = (reader.kind, reader.complaints);
        let group = if kind == Kind::MensajeReceptor { "MensajeReceptor" } else { "" };
        let mut root = Group::default();
        reader.fill(group, structure::children(kind), input, Path::Root, &mut root)?;
        match of {
            Some(original) => original::build_on(reader, input, &mut root, original)?,
            None => refuse_words_of_copies(reader, input),
        }
        if let Some(replaced) = replaced {
            complaints.attempt(original::refer_to_replaced(reader, &mut root, replaced));
        }
        let computed = match kind {
            Kind::MensajeReceptor => complaints.attempt(self.message(&mut root, issued_at)),
            _ => self.comprobante(reader, &mut root, issued_at),
        };
        complaints.attempt(check_contingency(situation, &root));
        required::check(reader, &root, computed.is_some());
        let series = complaints.attempt(self.series(input, kind, &root));
        let (Some(mut total), Some(series)) = (computed, series) else { return Ok(None) };
        if let Some(original) = of.filter(|_| complaints.is_empty()) {
            total = verbatim::keep_amounts(kind, input, original, &mut root, total)?;
        }
        check_total(reader, input, total)?;
        Ok(Some((root, total, series)))
    }

    /// Completes and computes every kind but the MensajeReceptor; gives its total where nothing is wrong with it.
    fn comprobante(&self, reader: Reader<'_>, root: &mut Group, issued_at: DateTime<FixedOffset>) -> Option<Decimal> {
        let complaints = reader.complaints;
        self.parties(reader, root);
        root.set_text("FechaEmision", instant(issued_at));
        if !root.has("CondicionVenta") && reader.kind != Kind::ReciboPago {
            // A term of credit says that it is a credit sale; without one it is paid now (nota 5).
            root.add_text("CondicionVenta", if root.has("PlazoCredito") { "02" } else { "01" });
        }
        let mut totals = Vec::new();
        let lines = Path::Root.key("lines");
        for detail in root.groups_mut("DetalleServicio") {
            for (index, line) in detail.groups_mut("LineaDetalle").enumerate() {
                totals.push(line::derive(reader, line, index, lines.member(index)));
            }
        }
        references::complete(reader, root);
        let totals: Option<Vec<LineTotals>> = totals.into_iter().collect();
        match totals.filter(|_| complaints.is_empty()) {
            Some(totals) => complaints.attempt(summary::derive(reader.kind, root, &totals)),
            None => {
                summary::check_given(reader, root);
                None
            }
        }
    }

    /// The company takes its place: the issuer, or the receiver of a FEC.
    fn parties(&self, reader: Reader<'_>, root: &mut Group) {
        let kind = reader.kind;
        let (ours, theirs, activity) = match kind {
            Kind::FacturaCompra => ("Receptor", "Emisor", "CodigoActividadReceptor"),
            _ => ("Emisor", "Receptor", "CodigoActividadEmisor"),
        };
        let word = |name: &str| if name == "Emisor" { "emisor" } else { "receptor" };
        if root.has(ours) {
            let message = format!(
                "is the company `{}` itself in a {kind}: [company.issuer] says what is written of it; leave it out",
                self.company.id
            );
            reader.complaints.add(Path::Root.key(word(ours)).refuse(message));
            root.remove(ours);
        }
        root.add(ours, Node::Group(self.party.clone()));
        let path = Path::Root.key(word(theirs));
        for party in root.groups_mut(theirs).filter(|_| !reader.complaints.concern(&path.key("identification"))) {
            reader.complaints.attempt(settle_identification(party, path));
        }
        if !root.has(activity) {
            root.add_some(activity, self.company.issuer.activity.as_deref());
        }
        if !root.has("ProveedorSistemas") {
            root.add_text("ProveedorSistemas", issuer::systems_provider(self.company));
        }
    }

    /// Completes a MensajeReceptor; gives TotalFactura.
    fn message(&self, root: &mut Group, issued_at: DateTime<FixedOffset>) -> Result<Decimal> {
        root.set_text("FechaEmisionDoc", instant(issued_at));
        root.set_text("NumeroCedulaReceptor", &*self.company.identification.number);
        if let Some(clave) = root.text("Clave") {
            let clave: Clave =
                clave.parse().map_err(|error: DocumentError| Path::Root.key("clave").refuse(error.to_string()))?;
            if !root.has("NumeroCedulaEmisor") && clave.consecutivo().kind() != Some(Kind::FacturaCompra) {
                root.add_text("NumeroCedulaEmisor", clave.identification().trim_start_matches('0'));
            }
            root.set_text("Clave", clave.as_str());
        }
        Ok(root.number_or_zero("TotalFactura"))
    }

    /// The situation (nota 3), and the instant of issue. Only a document that could not be sent for lack of internet
    /// was made before now; none is made after it.
    fn situation(
        &self,
        input: &Value,
        kind: Kind,
        complaints: &Complaints,
    ) -> Result<(Situation, DateTime<FixedOffset>)> {
        let reader = Reader { kind, day: self.now.date_naive(), currency: None, complaints };
        let path = Path::Root.key("situation");
        let code = match input.get("situation") {
            Some(value) => reader.code(List::Situations, value.scalar().unwrap_or_default(), path)?,
            None => "1".to_owned(),
        };
        let situation = match code.as_str() {
            "2" => Situation::Contingency,
            "3" => Situation::Offline,
            _ => Situation::Normal,
        };
        let Some(date) = input.get("date") else { return Ok((situation, self.now)) };
        let path = Path::Root.key("date");
        let text = date_time(date.scalar().unwrap_or_default(), path)?;
        let at = parse_date_time(&text).unwrap_or(self.now);
        if at > self.now {
            return Err(path.refuse(format!("{text} is in the future; Hacienda refuses a date ahead of its clock")));
        }
        if at < self.now && situation != Situation::Offline {
            let message = "a document carries the instant at which it is made; an earlier one only with `situation = 3` \
                (made then and sent later for lack of internet)";
            return Err(path.refuse(message));
        }
        Ok((situation, at))
    }

    fn series(&self, input: &Value, kind: Kind, root: &Group) -> Result<Series> {
        let number = |key: &'static str, most: u32, usual: u32| -> Result<u32> {
            let Some(value) = input.get(key) else { return Ok(usual) };
            let number = value.scalar().and_then(|text| text.parse().ok()).filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| Path::Root.key(key).refuse(format!("must be a number from 1 to {most}")))
        };
        let issuer = &self.company.issuer;
        let branch = number("branch", u32::from(Consecutivo::MAX_BRANCH), u32::from(issuer.branch))?;
        let terminal = number("terminal", Consecutivo::MAX_TERMINAL, issuer.terminal)?;
        let codes = kind.codes();
        // Nota 3 with nota 11: message 1 is numbered under 05, 2 under 06, 3 under 07.
        let at = match root.text("Mensaje") {
            Some("2") => 1,
            Some("3") => 2,
            _ => 0,
        };
        let kind_code = codes.get(at).or(codes.first()).copied().unwrap_or_default();
        Ok(Series { branch: u16::try_from(branch).unwrap_or(issuer.branch), terminal, kind_code })
    }
}

impl Draft {
    /// Gives the document its number and writes it.
    pub fn number(&mut self, number: u64, security_code: u32) -> std::result::Result<Numbered, DocumentError> {
        let Series { branch, terminal, kind_code } = self.series;
        let consecutivo = Consecutivo::new(branch, terminal, kind_code, number)?;
        let clave = if self.kind == Kind::MensajeReceptor {
            self.root.set_text("NumeroConsecutivoReceptor", consecutivo.as_str());
            format!("{}-{consecutivo}", self.root.text("Clave").unwrap_or_default())
        } else {
            let clave = Clave::new(self.issued_on, &self.signer, &consecutivo, self.situation, security_code)?;
            self.root.set_text("Clave", clave.as_str());
            self.root.set_text("NumeroConsecutivo", consecutivo.as_str());
            clave.to_string()
        };
        let xml = writer::write(self.kind, &self.root).unwrap_or_default();
        Ok(Numbered { clave, consecutivo, xml })
    }
}

/// The kind that an input says it is.
pub(crate) fn kind_of(input: &Value) -> Result<Kind> {
    let path = Path::Root.key("kind");
    if let Value::Repeats(key) = input {
        return Err(Path::Root.key(key).refuse("is there twice"));
    }
    if !matches!(input, Value::Table(_)) {
        return Err(Path::Root.refuse(format!("a document is a table of keys and values, not {}", input.noun())));
    }
    match input.get("kind").map(|value| value.scalar().unwrap_or_default()) {
        Some(text) if text.eq_ignore_ascii_case("mensaje") => Ok(Kind::MensajeReceptor),
        Some(text) => match names::kind(text) {
            Some(kind) => Ok(kind),
            None => text.parse().map_err(|unknown: Unknown| path.refuse(unknown.to_string())),
        },
        None => Err(path.refuse("is missing: FE, ND, NC, TE, FEC, FEE, REP or MR")),
    }
}

/// The words that only say how a document follows from another.
fn refuse_words_of_copies(reader: Reader<'_>, input: &Value) {
    for key in ["code", "reason"] {
        if input.get(key).is_some() && reader.kind != Kind::MensajeReceptor {
            let message =
                "goes with `of` alone, the document that this one is made from; otherwise it is said in `references`";
            reader.complaints.add(Path::Root.key(key).refuse(message));
        }
    }
}

/// The currency that the input says, or its original; colones without one.
fn currency_of(input: &Value, of: Option<&Original>) -> String {
    let official = |value: &Value| value.get("ResumenFactura")?.get("CodigoTipoMoneda")?.get("CodigoMoneda").cloned();
    let said = input.get("currency").cloned().or_else(|| official(input));
    let original = || {
        let currency = of?.root().group("ResumenFactura")?.group("CodigoTipoMoneda")?;
        currency.text("CodigoMoneda").map(str::to_owned)
    };
    said.as_ref().and_then(Value::scalar).map(str::to_owned).or_else(original).unwrap_or_else(|| "CRC".to_owned())
}

/// A contingency document replaces a provisional one on paper and says which (notas 3 and 9).
fn check_contingency(situation: Situation, root: &Group) -> Result<()> {
    let names_paper = root
        .groups("InformacionReferencia")
        .any(|one| one.text("TipoDocIR") == Some("08") || one.text("Codigo") == Some("05"));
    if situation == Situation::Contingency && !names_paper {
        let message = "2 replaces a provisional document on paper: `references` must name it (document 08, code 05)";
        return Err(Path::Root.key("situation").refuse(message));
    }
    Ok(())
}

/// A total that the input knows must be the one that comes out.
fn check_total(reader: Reader<'_>, input: &Value, total: Decimal) -> Result<()> {
    let said = input.get("total").filter(|_| reader.kind != Kind::MensajeReceptor);
    let Some(value) = said else { return Ok(()) };
    let path = Path::Root.key("total");
    let given = reader.number(value, path)?;
    if given == total {
        return Ok(());
    }
    let message = format!(
        "is given as {} and the document comes to {}; correct the input, or leave it out",
        given.normalize(),
        total.normalize()
    );
    Err(path.refuse(message))
}

fn instant(at: DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
