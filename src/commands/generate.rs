//! `generate`: what the command line names, document by document, to `issue`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::issue::{Label, Run};
use super::{Context, Outcome, confirmation};
use crate::cli;
use crate::error::Error;
use crate::generate::{self, Format, Value, each_document};
use crate::named::Named;
use crate::output::Finished;

/// Makes documents, or prints what to fill in.
pub fn run(global: &cli::Global, options: &cli::Generate) -> Outcome {
    if options.print_schema {
        return Ok(Finished::Bytes(format!("{:#}\n", generate::schema()).into_bytes()));
    }
    if let Some(kind) = options.template {
        return Ok(Finished::Bytes(generate::template(kind).as_bytes().to_vec()));
    }
    let context = Context::load(global)?;
    let mut run = Run::new(&context, options.output.as_deref(), options.dry_run)?;
    match &options.message {
        Some(cli::GenerateMessage::Mensaje(message)) => {
            run.writing_to(message.output.as_deref(), message.dry_run);
            let label = Label { path: message.target.clone(), number: 1, id: None };
            match confirmation::input(&context, run.store(), message) {
                Ok(input) => run.take(label, &input)?,
                Err(confirmation::Refusal::Document(why)) => run.refuse(label, None, why),
                Err(confirmation::Refusal::Run(error)) => return Err(*error),
            }
        }
        None => take_files(&mut run, options)?,
    }
    run.finish(global.json)
}

/// Takes every document of every file; without a file, the one that `--of` describes.
fn take_files(run: &mut Run<'_>, options: &cli::Generate) -> Result<(), Error> {
    if options.files.is_empty() {
        let Some(of) = &options.of else {
            let help = "`generate --template FE` prints an example; `generate --of CLAVE --kind NC` makes a note on a document";
            return Err(Error::usage("generate needs a FILE, `-`, or --of CLAVE", help));
        };
        let label = Label { path: of.clone(), number: 1, id: None };
        return run.take(label, &with_options(Value::Table(Vec::new()), options));
    }
    for path in &options.files {
        let shown = path.display().to_string();
        let content = match read(path) {
            Ok(content) => content,
            Err(error) => return Err(Error::file(path, "read", error)),
        };
        let mut number = 0;
        let mut take = |input: Value| {
            number += 1;
            let id = input.get("id").and_then(Value::scalar).map(str::to_owned);
            run.take(Label { path: shown.clone(), number, id }, &with_options(input, options))
        };
        match each_document(&content, Format::of(path, &content), &mut take) {
            Ok(result) => result?,
            Err(message) => run.refuse(Label { path: shown, number: 0, id: None }, None, message),
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return fs::read(path);
    }
    let mut content = Vec::new();
    io::stdin().lock().read_to_end(&mut content)?;
    Ok(content)
}

/// What the command line says of every document, where the document does not say it.
fn with_options(input: Value, options: &cli::Generate) -> Value {
    let Value::Table(mut entries) = input else { return input };
    let kind = options.kind.map(|kind| kind.name().to_owned());
    for (key, value) in [("of", &options.of), ("kind", &kind), ("code", &options.code), ("reason", &options.reason)] {
        if let Some(value) = value.as_ref().filter(|_| entries.iter().all(|(known, _)| known != key)) {
            entries.push((key.to_owned(), Value::Text(value.clone())));
        }
    }
    Value::Table(entries)
}
