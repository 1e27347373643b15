//! What the database knows of the documents around one: those that it refers to, and whoever has its number.

use rusqlite::{Connection, OptionalExtension, params};

use super::documents::{Document, read, select};
use super::papers::{Library, Paper, sealed_paper};
use super::{DocumentId, Result, Store, StoreError, Write, parsed};
use crate::document::{Kind, Relation, View, parse_amount};
use crate::hacienda::Environment;
use crate::named::Named;
use crate::validation::{Neighbours, Original};

/// Whose neighbours are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The company that signs it.
    pub company: &'a str,
    /// Where it is sent.
    pub environment: Environment,
    /// Its own row, where it has one.
    pub but: Option<DocumentId>,
}

impl Store {
    /// The neighbours of a document that has been read, with notes that are not stored yet.
    pub(crate) fn neighbours(
        &self,
        view: &View<'_>,
        place: Place<'_>,
        pending: &dyn Fn(&str) -> Vec<(Kind, rust_decimal::Decimal)>,
    ) -> Result<Neighbours> {
        neighbours(&self.connection, &self.library, view, place, pending).map_err(|error| error.at(&self.path))
    }
}

impl Write<'_> {
    /// The neighbours of a stored document; `None` where it refers to no other and its number is its own. Its bytes are read only
    /// where it may refer to others.
    pub(crate) fn neighbours_of(
        &self,
        document: &Document,
        bytes: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<Option<Neighbours>> {
        let (company, environment) = (document.company.as_str(), document.environment);
        let place = Place { company, environment, but: Some(document.id) };
        if matches!(document.kind, Kind::NotaCredito | Kind::NotaDebito | Kind::ReciboPago)
            && let Some(bytes) = bytes()
            && let Ok(view) = View::read(&bytes)
        {
            return neighbours(&self.transaction, self.library, &view, place, &|_| Vec::new()).map(Some);
        }
        let number = number_of(&self.transaction, &document.consecutivo, place)?;
        Ok(number.map(|holder| Neighbours { number: Some(holder), ..Neighbours::default() }))
    }
}

fn neighbours(
    connection: &Connection,
    library: &Library,
    view: &View<'_>,
    place: Place<'_>,
    pending: &dyn Fn(&str) -> Vec<(Kind, rust_decimal::Decimal)>,
) -> std::result::Result<Neighbours, StoreError> {
    let mut found = Neighbours { all_known: true, ..Neighbours::default() };
    for link in view.links().into_iter().filter(|link| link.relation == Relation::Adjusts) {
        let original = connection
            .prepare_cached(&select("WHERE environment = ? AND clave = ?"))?
            .query_row(params![place.environment.name(), link.target], read)
            .optional()?;
        match original.map(|original| known(connection, library, &original, place, pending)).transpose()?.flatten() {
            Some(original) => found.originals.push(original),
            None => found.all_known = false,
        }
    }
    if let Ok(header) = view.header() {
        found.number = number_of(connection, header.consecutivo.as_str(), place)?
            .filter(|(clave, _)| clave != header.key().as_str());
    }
    Ok(found)
}

/// A document that another refers to, as far as its bytes can be read.
fn known(
    connection: &Connection,
    library: &Library,
    original: &Document,
    place: Place<'_>,
    pending: &dyn Fn(&str) -> Vec<(Kind, rust_decimal::Decimal)>,
) -> std::result::Result<Option<Original>, StoreError> {
    let paper = match sealed_paper(connection, library, original.id, Paper::Signed)? {
        Some(signed) => Some(signed),
        None => sealed_paper(connection, library, original.id, Paper::Draft)?,
    };
    // A damaged paper is the affair of whoever needs it.
    let Some(bytes) = paper.and_then(|paper| paper.open().ok()) else { return Ok(None) };
    let Ok(view) = View::read(&bytes) else { return Ok(None) };
    let mut notes: Vec<(Kind, rust_decimal::Decimal)> = connection
        .prepare_cached(super::generated::ADJUSTMENTS)?
        .query_map(params![original.clave.as_str(), place.environment.name(), place.but.map(|id| id.0)], |row| {
            Ok((parsed(row, "kind")?, parse_amount(row.get_ref("total")?.as_str()?).unwrap_or_default()))
        })?
        .collect::<rusqlite::Result<_>>()?;
    notes.extend(pending(&original.clave));
    Ok(Some(Original::of(&view, original.state, notes)))
}

/// Another document of the signer that has this number and may be or become Hacienda's, the one that has come farthest.
fn number_of(
    connection: &Connection,
    consecutivo: &str,
    place: Place<'_>,
) -> rusqlite::Result<Option<(String, crate::lifecycle::State)>> {
    connection
        .prepare_cached(
            "SELECT clave, state FROM documents
             WHERE company = ? AND environment = ? AND consecutivo = ? AND state <> 'discarded' AND id IS NOT ?
             ORDER BY state = 'draft', id LIMIT 1",
        )?
        .query_row(params![place.company, place.environment.name(), consecutivo, place.but.map(|id| id.0)], |row| {
            Ok((row.get("clave")?, parsed(row, "state")?))
        })
        .optional()
}
