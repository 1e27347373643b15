//! `validate`: what Hacienda would refuse or warn about.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Context, Outcome, selection};
use crate::catalogue::CabysCatalogue;
use crate::cli::Global;
use crate::clock::{Clock, costa_rica_day};
use crate::config::Config;
use crate::document::View;
use crate::error::Error;
use crate::output::{Validated, validation_view};
use crate::validation::{self, Options};
use crate::xml::Limits;

/// Validates files, folders, standard input and stored documents. Files need no configuration.
pub fn run(global: &Global, targets: &[String]) -> Outcome {
    let named = targets.iter().any(|target| selection::is_key(target) && !Path::new(target).exists());
    let context = match Context::load(global) {
        Ok(context) => Some(context),
        Err(error) if named || global.config.is_some() => return Err(error),
        Err(_) => None,
    };
    let cabys = context.as_ref().map(|context| catalogue(&context.config)).transpose()?.flatten();
    let clock = context.as_ref().map_or(Clock::System, |context| context.clock);
    let options = Options { cabys: cabys.as_ref() };
    let mut validated = Vec::new();
    let mut check = |path: String, bytes: &[u8]| {
        let (clave, findings) = match View::read(bytes) {
            Ok(view) => {
                let findings = validation::validate_view(&view, costa_rica_day(clock.now()), &options);
                (view.header().ok().map(|header| header.key()), findings)
            }
            Err(error) => (None, vec![validation::unreadable(bytes, error)]),
        };
        validated.push(Validated { path, clave, findings });
    };
    for target in targets {
        let path = Path::new(target);
        match &context {
            Some(context) if selection::is_key(target) && !path.exists() => {
                let (clave, bytes) = stored(context, target)?;
                check(clave, &bytes);
            }
            _ => {
                for file in files(path)? {
                    let bytes = read(&file).map_err(|error| Error::file(&file, "read", error))?;
                    check(file.display().to_string(), &bytes);
                }
            }
        }
    }
    Ok(validation_view(&validated))
}

/// The CAByS catalogue of the configuration.
pub fn catalogue(config: &Config) -> Result<Option<CabysCatalogue>, Error> {
    let Some(path) = &config.cabys_file else { return Ok(None) };
    let file = fs::File::open(path).map_err(|error| Error::file(path, "read", error))?;
    let catalogue = CabysCatalogue::read(file).map_err(|error| Error::file(path, "read", error))?;
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
    Ok((document.clave, bytes))
}

/// A file, or every `.xml` of a folder, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| Error::file(path, "read", error);
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort_unstable();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.append(&mut files(&entry)?);
        } else if entry.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// At most one byte more than any document may have; the scanner then refuses it by its size.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = Limits::default().max_bytes as u64 + 1;
    if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
