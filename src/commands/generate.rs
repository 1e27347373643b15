//! `generate`: what the command line names, document by document.

use std::cell::RefCell;
use std::path::Path;
use std::time::Instant;

use super::{Context, Outcome, validate};
use crate::cli::{Generate, GenerateMessage, Global, Mensaje};
use crate::document::Decision;
use crate::ending::Ending;
use crate::error::Error;
use crate::generate::{self, Format, Input, InputError, Value, each_document};
use crate::intake::{self, GeneratedLine, Given, Issuance, Label, Message, Problem};
use crate::named::Named;
use crate::output::{self, Finished, GenerationReport, Progress};

/// Makes documents, or prints what to fill in.
pub(super) fn run(global: &Global, options: &Generate) -> Outcome {
    if options.print_schema {
        return Ok(Finished::Bytes(format!("{:#}\n", generate::schema()).into_bytes()));
    }
    if let Some(kind) = options.template {
        let example = if options.csv { generate::sheet_template(kind) } else { generate::template(kind).to_owned() };
        return Ok(Finished::Bytes(example.into_bytes()));
    }
    let context = Context::load(global)?;
    let started = Instant::now();
    let progress = Progress::new(output::watches(&context.global), "generate");
    let report = RefCell::new(GenerationReport::new(global));
    let count = |done| progress.at(done);
    let tell = |lines: &[GeneratedLine]| progress.aside(|| report.borrow_mut().tell(lines));
    let message = options.message.as_ref().map(|GenerateMessage::Mensaje(message)| message);
    let dry_run = options.dry_run || message.is_some_and(|message| message.dry_run);
    let given = Given {
        companies: context.companies(),
        clock: context.clock,
        cabys: validate::catalogue(&context.config)?,
        output: message.and_then(|message| message.output.clone()).or_else(|| options.output.clone()),
        dry_run,
        all_or_nothing: options.all_or_nothing,
        again: options.again || message.is_some_and(|message| message.again),
        despite: message.is_some_and(|message| message.despite),
        progress: &count,
        told: &tell,
    };
    let store = if dry_run { context.store_to_read()? } else { context.store()? };
    let mut issuance = Issuance::new(store, given)?;
    let ending = super::ending(None)?;
    let taken = match message {
        Some(message) => confirm(&context, &mut issuance, message).map_err(Halt::Failed),
        None => take_files(&mut issuance, options, &ending),
    };
    let made = match taken {
        Ok(()) => issuance.finish(None),
        Err(Halt::Signal(signal)) => issuance.finish(Some(signal)),
        // What waited for its number is lost with the run, as if it had not been given.
        Err(Halt::Failed(error)) => Err(error),
    };
    progress.clear();
    Ok(report.into_inner().finish(&made, started.elapsed().as_secs_f64()))
}

/// Why the input is not read to its end.
enum Halt {
    /// A person or the system asked for the end.
    Signal(i32),
    /// The run cannot go on.
    Failed(Error),
}

/// `generate mensaje`
fn confirm(context: &Context, issuance: &mut Issuance<'_>, message: &Mensaje) -> Result<(), Error> {
    let said = [
        ("reason", &message.reason),
        ("activity", &message.activity),
        ("condition", &message.condition),
        ("creditable", &message.creditable),
        ("expense", &message.expense),
    ];
    let label = Label { path: message.target.clone(), number: 1, ..Label::default() };
    let message = Message {
        target: &message.target,
        decision: match (message.accept, message.partial) {
            (true, _) => Decision::Accepted,
            (_, true) => Decision::Partial,
            _ => Decision::Rejected,
        },
        despite: message.despite,
        said: said.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?))).collect(),
    };
    match intake::confirmation(&context.companies(), issuance.store(), &message) {
        Ok(input) => issuance.take(label, &input.into()),
        Err(Problem::Input(why)) => {
            issuance.refuse(label, None, why);
            Ok(())
        }
        Err(Problem::Made(error)) => {
            issuance.refuse(label, None, error.into());
            Ok(())
        }
        Err(Problem::Run(error)) => Err(*error),
    }
}

/// Takes every document of every file; without a file, the one that `--of` describes.
fn take_files(issuance: &mut Issuance<'_>, options: &Generate, ending: &Ending) -> Result<(), Halt> {
    if options.files.is_empty() {
        let Some(of) = &options.of else {
            let help = "`generate --template FE` prints an example; `generate --of CLAVE --kind NC` makes a note on a document";
            return Err(Halt::Failed(Error::usage("generate needs a FILE, `-`, or --of CLAVE", help)));
        };
        let label = Label { path: of.clone(), number: 1, ..Label::default() };
        let input = with_options(Value::Table(Vec::new()).into(), options);
        return issuance.take(label, &input).map_err(Halt::Failed);
    }
    options.files.iter().try_for_each(|path| take_file(issuance, path, options, ending))
}

fn take_file(issuance: &mut Issuance<'_>, path: &Path, options: &Generate, ending: &Ending) -> Result<(), Halt> {
    let shown = path.display().to_string();
    let content = intake::read_input(path).map_err(|unread| Halt::Failed(unread.ends_run(path)))?;
    issuance.begin_input(&shown, &content);
    let mut number = 0;
    let mut take = |input: Input| {
        if let Some(signal) = ending.signal() {
            return Err(Halt::Signal(signal));
        }
        number += 1;
        let id = input.value.get("id").and_then(Value::scalar).map(str::to_owned);
        let label = Label { path: shown.clone(), number, row: input.row, id };
        issuance.take(label, &with_options(input, options)).map_err(Halt::Failed)
    };
    match each_document(&content, Format::of(path, &content), options.decimal, &mut take) {
        Ok(result) => result?,
        Err(why) => {
            issuance.refuse(Label { path: shown, ..Label::default() }, None, InputError::new("", why).into());
        }
    }
    issuance.end_input();
    Ok(())
}

/// What the command line says of every document, where the document does not say it.
fn with_options(mut input: Input, options: &Generate) -> Input {
    let Value::Table(entries) = &mut input.value else { return input };
    let kind = options.kind.map(|kind| kind.name().to_owned());
    for (key, value) in [("of", &options.of), ("kind", &kind), ("code", &options.code), ("reason", &options.reason)] {
        if let Some(value) = value.as_ref().filter(|_| entries.iter().all(|(known, _)| known != key)) {
            entries.push((key.to_owned(), Value::Text(value.clone())));
        }
    }
    input
}
