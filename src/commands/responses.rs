//! `responses list`, `responses show`, `responses export`

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Context, Outcome, days};
use crate::cli::{ExportFormat, ResponseSelection, Responses};
use crate::clock::costa_rica_text;
use crate::error::{Error, ExitCode};
use crate::language::Language;
use crate::new_file;
use crate::output::{Finished, InWords, cell, export_view, responses_table};
use crate::store::{Response, ResponseFilter, ResponseId, Store};

/// Runs a command on the responses.
pub(super) fn run(context: &Context, responses: &Responses) -> Outcome {
    let store = context.store_to_read()?;
    match responses {
        Responses::List(selection) => {
            let mut found = Vec::new();
            store.each_response(&filter(context, selection), |response| found.push(response))?;
            Ok(Finished::Shown(responses_table(&found), ExitCode::Done))
        }
        Responses::Show { id, xml, raw } => show(&store, ResponseId(*id), *xml, *raw),
        Responses::Export { selection, format, output } => {
            let filter = filter(context, selection);
            match format {
                ExportFormat::Csv => export_csv(&store, &filter, output.as_deref()),
                ExportFormat::Xml => export_xml(&store, &filter, output.as_deref()),
            }
        }
    }
}

fn filter<'a>(context: &'a Context, selection: &'a ResponseSelection) -> ResponseFilter<'a> {
    let (from, before) = days(selection.from, selection.to);
    ResponseFilter {
        clave: selection.clave.as_deref(),
        company: context.global.company.as_deref(),
        error_code: selection.error_code.as_deref(),
        message_type: selection.message_type,
        from,
        before,
    }
}

fn show(store: &Store, id: ResponseId, xml: bool, raw: bool) -> Outcome {
    let help = "`cr-einvoice responses list` shows them";
    let response = store.response(id)?.ok_or_else(|| Error::usage(format!("there is no response {}", id.0), help))?;
    if !xml && !raw {
        return Ok(Finished::Shown(responses_table(&[response]), ExitCode::Done));
    }
    let (body, decoded) = store.response_bytes(id)?;
    if raw {
        return Ok(Finished::Bytes(body));
    }
    let message = format!("response {} ({}) carries no MensajeHacienda", id.0, response.status);
    Ok(Finished::Bytes(decoded.ok_or_else(|| Error::usage(message, "--raw prints the answer's bytes"))?))
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
        response.id.0.to_string(),
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
    let mut latest: BTreeMap<String, ResponseId> = BTreeMap::new();
    store.each_response(filter, |response| {
        if response.has_xml {
            latest.insert(response.clave, response.id);
        }
    })?;
    new_file::sweep(folder);
    for (clave, id) in &latest {
        let path: PathBuf = folder.join(format!("{clave}_respuesta.xml"));
        let (_, xml) = store.response_bytes(*id)?;
        let missing = || Error::Fault(format!("no MensajeHacienda can be read in response {} of {clave}", id.0));
        write_new(&path, &xml.ok_or_else(missing)?).map_err(|error| Error::file(&path, "write", error))?;
    }
    Ok(Finished::Shown(export_view(latest.len() as u64, folder), ExitCode::Done))
}

/// Writes a file that its owner and group may read, replacing an earlier export.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    const OWNER_WRITES_GROUP_READS: u32 = 0o640;
    new_file::replace(path, bytes, OWNER_WRITES_GROUP_READS)
}
