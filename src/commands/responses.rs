//! `responses list`, `responses show`, `responses export`

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Context, Outcome, days, selection};
use crate::cli::{ExportFormat, ResponseSelection, Responses};
use crate::clock::costa_rica_text;
use crate::error::{Error, ExitCode};
use crate::intake;
use crate::language::Language;
use crate::new_file;
use crate::output::{Finished, InWords, cell, export_view, responses_table};
use crate::store::{Listed, Response, ResponseFilter, ResponseId, Store};

/// Runs a command on the responses.
pub(super) fn run(context: &Context, responses: &Responses) -> Outcome {
    let store = context.store_to_read()?;
    match responses {
        Responses::List { selection, page } => {
            let mut found = Vec::new();
            let filter =
                ResponseFilter { limit: page.at_most(), offset: page.offset, ..filter(context, &store, selection)? };
            let listed = store.each_response(&filter, |response| found.push(response))?;
            Ok(Finished::Shown(responses_table(&found, listed, page.offset), ExitCode::Done))
        }
        Responses::Show { id, xml, raw } => show(context, &store, id, *xml, *raw),
        Responses::Export { selection, format, output } => {
            let filter = filter(context, &store, selection)?;
            match format {
                ExportFormat::Csv => export_csv(&store, &filter, output.as_deref()),
                ExportFormat::Xml => export_xml(&store, &filter, output.as_deref()),
            }
        }
    }
}

/// What is asked for. A document that is not there is no empty list.
fn filter<'a>(
    context: &'a Context,
    store: &Store,
    selection: &'a ResponseSelection,
) -> Result<ResponseFilter<'a>, Error> {
    let (from, before) = days(selection.from, selection.to);
    if let Some(named) = &selection.clave
        && store.documents_named(&named.to_uppercase())?.is_empty()
    {
        return Err(intake::no_such_document(named));
    }
    Ok(ResponseFilter {
        document: selection.clave.as_deref(),
        company: context.global.company.as_deref(),
        error_code: selection.error_code.as_deref(),
        message_type: selection.message_type,
        from,
        before,
        ..ResponseFilter::default()
    })
}

fn show(context: &Context, store: &Store, named: &str, xml: bool, raw: bool) -> Outcome {
    let response = match named.parse::<i64>() {
        Ok(id) if named.len() < 20 => numbered(store, ResponseId(id))?,
        _ => latest(context, store, named)?,
    };
    if !xml && !raw {
        let listed = Listed { total: 1, more: false };
        return Ok(Finished::Shown(responses_table(&[response], listed, 0), ExitCode::Done));
    }
    let (found, message, help) = if raw {
        let message = format!("of the final answer to {} its MensajeHacienda alone is kept", response.clave);
        (store.response_body(&response)?, message, "--xml prints it")
    } else {
        let message = format!("this response to {} ({}) carries no MensajeHacienda", response.clave, response.status);
        (store.response_paper(&response)?, message, "--raw prints the answer's bytes")
    };
    Ok(Finished::Bytes(found.ok_or_else(|| Error::usage(message, help))?))
}

fn numbered(store: &Store, id: ResponseId) -> Result<Response, Error> {
    let help = "`cr-einvoice responses list` shows them";
    store.response(id)?.ok_or_else(|| Error::usage(format!("there is no response {}", id.0), help))
}

/// The final answer to a document, or the latest where there is none yet.
fn latest(context: &Context, store: &Store, named: &str) -> Result<Response, Error> {
    let document = selection::document(context, store, named)?;
    let mut responses = store.responses_of(document.id)?;
    let last = responses.iter().rposition(|response| response.is_final).or(responses.len().checked_sub(1));
    let message = format!("nothing has been answered about {}", document.clave);
    let last = last.ok_or_else(|| Error::usage(message, format!("`cr-einvoice poll {}` asks", document.clave)))?;
    Ok(responses.swap_remove(last))
}

fn export_csv(store: &Store, filter: &ResponseFilter<'_>, output: Option<&Path>) -> Outcome {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut count = 0;
    let mut failed = writer.write_record(COLUMNS).err();
    store.each_response(filter, |response| {
        count += 1;
        failed = failed
            .take()
            .or_else(|| writer.write_record(record(&response).iter().map(|text| cell(text).into_owned())).err());
    })?;
    let unwritable = |error: String| Error::Fault(format!("the CSV could not be written: {error}"));
    if let Some(error) = failed {
        return Err(unwritable(error.to_string()));
    }
    let bytes = writer.into_inner().map_err(|error| unwritable(error.to_string()))?;
    match output {
        None => Ok(Finished::Bytes(bytes)),
        Some(path) => {
            new_file::sweep(new_file::folder_of(path));
            write_new(path, &bytes).map_err(|error| Error::file(path, "write", error))?;
            Ok(Finished::Shown(export_view(count, path), ExitCode::Done))
        }
    }
}

const COLUMNS: [&str; 9] = [
    "id",
    "clave",
    "received_costa_rica",
    "message_type",
    "status",
    "is_final",
    "error_code",
    "error_description",
    "signature",
];

fn record(response: &Response) -> [String; 9] {
    let language = Language::English;
    [
        response.id.map(|id| id.0.to_string()).unwrap_or_default(),
        response.clave.clone(),
        costa_rica_text(response.response_date),
        response.message_type.to_string(),
        response.status.clone(),
        response.is_final.to_string(),
        response.error_code.clone().unwrap_or_default(),
        response.description.as_ref().map(|it| it.in_words(language)).unwrap_or_default(),
        response.signature.as_ref().map(|it| it.in_words(language)).unwrap_or_default(),
    ]
}

/// The latest MensajeHacienda of each document, as nota 3 of the annex names the file.
fn export_xml(store: &Store, filter: &ResponseFilter<'_>, output: Option<&Path>) -> Outcome {
    let folder = output.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Error::file(folder, "create", error))?;
    let mut latest: BTreeMap<String, Response> = BTreeMap::new();
    store.each_response(filter, |response| {
        if response.has_xml {
            latest.insert(response.clave.clone(), response);
        }
    })?;
    new_file::sweep(folder);
    for (clave, response) in &latest {
        let path: PathBuf = folder.join(format!("{clave}_respuesta.xml"));
        let missing = || Error::Fault(format!("no MensajeHacienda can be read in a response to {clave}"));
        let xml = store.response_paper(response)?.ok_or_else(missing)?;
        write_new(&path, &xml).map_err(|error| Error::file(&path, "write", error))?;
    }
    Ok(Finished::Shown(export_view(latest.len() as u64, folder), ExitCode::Done))
}

/// Writes a file that its owner and group may read, replacing an earlier export.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    const OWNER_WRITES_GROUP_READS: u32 = 0o640;
    new_file::replace(path, bytes, OWNER_WRITES_GROUP_READS)
}
