//! `validate`: what Hacienda would refuse or warn about.

use std::path::Path;

use chrono::NaiveDate;

use super::{Context, Outcome, selection};
use crate::catalogue::CabysCatalogue;
use crate::cli::Global;
use crate::clock::{Clock, costa_rica_day};
use crate::config::{Company, Config};
use crate::document::{Kind, View};
use crate::error::Error;
use crate::intake::{self, Unread, Walk};
use crate::lifecycle::State;
use crate::output::{Validated, validation_view};
use crate::store::{Place, Store, StoreError};
use crate::validation::{self, Finding, Options, check_neighbours};

/// Validates files, folders, standard input and stored documents. Files need no configuration.
pub(super) fn run(global: &Global, targets: &[String]) -> Outcome {
    let named = targets.iter().any(|target| selection::is_key(target) && !Path::new(target).exists());
    let context = match Context::load(global) {
        Ok(context) => Some(context),
        Err(error) if named || global.config.is_some() => return Err(error),
        Err(_) => None,
    };
    let cabys = context.as_ref().map(|context| catalogue(&context.config)).transpose()?.flatten();
    let clock = context.as_ref().map_or(Clock::System, |context| context.clock);
    let options = Options { cabys: cabys.as_ref() };
    // Without a database there is nothing to hold a file against.
    let store = match &context {
        Some(context) if named => Some(context.store_to_read()?),
        Some(context) => context.store_to_read().ok(),
        None => None,
    };
    let around = Around { context: context.as_ref(), store: store.as_ref() };
    let mut validated = Vec::new();
    let ending = super::ending(None)?;
    let mut check = |path: &Path, content: Result<Vec<u8>, Unread>| {
        if ending.is_over() {
            return Err(Halt::Over);
        }
        let path = path.display().to_string();
        validated.push(match content {
            Ok(bytes) => checked(path, &bytes, costa_rica_day(clock.now()), &options, &around).map_err(Halt::Failed)?,
            Err(unread) => Validated { path, clave: None, findings: Vec::new(), unread: Some(unread) },
        });
        Ok(())
    };
    let mut walk = Walk::default();
    let checked = targets.iter().try_for_each(|target| {
        let path = Path::new(target);
        match &context {
            Some(context) if selection::is_key(target) && !path.exists() => {
                let (clave, bytes) = stored(context, target).map_err(Halt::Failed)?;
                check(Path::new(&clave), Ok(bytes))
            }
            _ => walk.path(path, &mut check),
        }
    });
    match checked {
        Ok(()) => Ok(validation_view(&validated, None)),
        Err(Halt::Over) => Ok(validation_view(&validated, ending.signal())),
        Err(Halt::Failed(error)) => Err(error),
    }
}

/// Why no further document is validated.
enum Halt {
    /// The run cannot go on.
    Failed(Error),
    /// A person or the system asked for the end.
    Over,
}

/// What a document is held against beside the annex.
struct Around<'a> {
    context: Option<&'a Context>,
    store: Option<&'a Store>,
}

fn checked(
    path: String,
    bytes: &[u8],
    today: NaiveDate,
    options: &Options<'_>,
    around: &Around<'_>,
) -> Result<Validated, Error> {
    let (clave, findings) = match View::read(bytes) {
        Ok(view) => {
            let clave = view.header().ok().map(|header| header.key().to_string());
            let mut findings = validation::validate_view(&view, today, options);
            findings.extend(around.findings(&view)?);
            if let (Kind::MensajeReceptor, Some(store)) = (view.kind(), around.store) {
                findings.extend(held_against_confirmed(store, &view));
                findings.sort_by_key(|finding| (finding.position.line, finding.position.column));
            }
            (clave, findings)
        }
        Err(error) => (None, vec![validation::unreadable(bytes, error)]),
    };
    Ok(Validated { path, clave, findings, unread: None })
}

impl Around<'_> {
    /// What does not go with the documents that the database has of its signer.
    fn findings(&self, view: &View<'_>) -> Result<Vec<Finding>, Error> {
        let (Some(context), Some(store), Ok(header)) = (self.context, self.store, view.header()) else {
            return Ok(Vec::new());
        };
        let signer = header.signer().and_then(|party| party.identification.as_ref());
        let is_signer = |company: &&&Company| {
            signer.is_some_and(|it| it.number.eq_ignore_ascii_case(&company.identification.number))
        };
        let companies = context.companies();
        let Some(company) = companies.iter().find(is_signer) else { return Ok(Vec::new()) };
        let environment = company.settings.environment;
        let stored = store.document(environment, header.key().as_str())?;
        let place = Place { company: &company.id, environment, but: stored.as_ref().map(|document| document.id) };
        let mut neighbours = store.neighbours(view, place, &|_| Vec::new())?;
        if stored.is_some_and(|document| !matches!(document.state, State::Draft | State::Signed)) {
            // Hacienda has it: the other one is the second.
            neighbours.number = None;
        }
        Ok(check_neighbours(view, &neighbours))
    }
}

/// What the document that a message confirms says otherwise, where the database has it. Without a database nothing is held against
/// it: files are validated without one too.
fn held_against_confirmed(store: &Store, message: &View<'_>) -> Vec<Finding> {
    let Ok(header) = message.header() else { return Vec::new() };
    let confirmed = || -> Result<Option<(Vec<u8>, bool)>, StoreError> {
        let named = store.documents_named(header.clave.as_str())?;
        let Some(document) = named.first() else { return Ok(None) };
        let xml = match store.signed_xml(document.id)? {
            Some(signed) => Some(signed),
            None => store.unsigned_xml(document.id)?,
        };
        Ok(xml.map(|xml| (xml, document.state == State::Rejected)))
    };
    let found = confirmed().unwrap_or_else(|error| {
        log::warn!("the confirmed document could not be looked up: {error}");
        None
    });
    let Some((xml, rejected)) = found else { return Vec::new() };
    View::read(&xml).map(|view| validation::against_confirmed(message, &view, rejected)).unwrap_or_default()
}

/// The CAByS catalogue of the configuration.
pub(super) fn catalogue(config: &Config) -> Result<Option<CabysCatalogue>, Error> {
    let Some(path) = &config.cabys_file else { return Ok(None) };
    let content = intake::read_input(path).map_err(|unread| unread.ends_run(path))?;
    let catalogue = CabysCatalogue::read(&content[..]).map_err(|error| Error::file(path, "read", error))?;
    if catalogue.is_empty() {
        let help = "cabys_file is the official spreadsheet of the CAByS catalogue, exported to CSV";
        return Err(Error::usage(format!("{} holds no CAByS code of 13 digits", path.display()), help));
    }
    Ok(Some(catalogue))
}

fn stored(context: &Context, clave: &str) -> Result<(String, Vec<u8>), Error> {
    let store = context.store_to_read()?;
    let document = selection::document(context, &store, clave)?;
    let bytes = match store.unsigned_xml(document.id)? {
        Some(unsigned) => unsigned,
        None => store.signed_xml(document.id)?.unwrap_or_default(),
    };
    Ok((document.clave.to_string(), bytes))
}
