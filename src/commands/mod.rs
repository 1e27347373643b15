//! What a person types, one thin file a command.

mod backup;
mod cleanup;
mod codes;
mod completions;
mod deadlines;
mod demo;
mod discard;
mod doctor;
mod errands;
mod generate;
mod heartbeat;
mod import;
mod init;
mod json;
mod list;
mod notices;
mod numbering;
mod responses;
mod restore;
mod retry;
mod run;
mod selection;
mod show;
mod simulator;
mod speech;
mod stats;
mod validate;
mod verify;
mod work;

pub use speech::{speak, speak_by_words};

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::actor;
use crate::cli::{Bounds, Cli, Command, Global};
use crate::clock::{Clock, costa_rica};
use crate::config::{Company, Config};
use crate::deadlines::Calendar;
use crate::ending::Ending;
use crate::error::Error;
use crate::lifecycle::Operation;
use crate::notice::Way;
use crate::output::Finished;
use crate::pipeline::{Budget, Desk, OpenTerm, open_terms};
use crate::store::{Store, StoreError};

type Outcome = Result<Finished, Error>;

/// What every command works with.
pub struct Context {
    /// The global options.
    pub global: Global,
    /// The checked configuration.
    pub config: Config,
    /// The time.
    pub clock: Clock,
}

impl Context {
    fn load(global: &Global) -> Result<Self, Error> {
        let variables = |name: &str| std::env::var_os(name);
        let config = Config::load(global.config.as_deref(), &variables)?;
        let clock = config.clock(&variables)?;
        if let Some(id) = &global.company {
            config.company(id)?;
        }
        Ok(Context { global: global.clone(), config, clock })
    }

    /// The companies that this run is about: all, or the one that was named.
    pub fn companies(&self) -> Vec<&Company> {
        let named = self.global.company.as_deref();
        self.config.companies.iter().filter(|company| named.is_none_or(|id| id == company.id)).collect()
    }

    /// How this program is called again: with the configuration that it was given.
    pub fn program(&self) -> String {
        match &self.global.config {
            Some(path) => format!("cr-einvoice --config {}", quoted(&path.to_string_lossy())),
            None => "cr-einvoice".to_owned(),
        }
    }

    /// The database, to change it.
    pub fn store(&self) -> Result<Store, Error> {
        Store::open(&self.config.database, &actor::present()).map_err(|error| self.unopened(error))
    }

    /// The database, to look at it: works for a user who may only read.
    pub fn store_to_read(&self) -> Result<Store, Error> {
        Store::open_to_read(&self.config.database).map_err(|error| self.unopened(error))
    }

    /// A database that could not be opened, with what helps under this configuration.
    fn unopened(&self, source: StoreError) -> Error {
        match source.remedy(&quoted(&self.config.path.to_string_lossy())) {
            Some(help) => Error::Unopened { source, help },
            None => source.into(),
        }
    }

    /// The terms of the law that its documents without a verdict are under, the nearest first.
    pub fn open_terms(&self, store: &Store) -> Result<Vec<OpenTerm>, Error> {
        let calendar = Calendar::new(&self.config.holidays_add, &self.config.holidays_remove);
        Ok(open_terms(store, self.global.company.as_deref(), &calendar, self.clock.now())?)
    }

    /// How notices go out.
    pub fn ways(&self) -> Vec<Way> {
        self.config.notify.as_ref().map(Way::of).unwrap_or_default()
    }

    /// Where the companies' errands are done.
    pub fn desk(&self) -> Desk<'_> {
        Desk::new(self.companies(), self.clock, self.ways())
    }

    /// When a run with these bounds ends. SIGTERM and SIGINT end it after the request under way.
    pub fn budget(&self, bounds: &Bounds) -> Result<Budget, Error> {
        Ok(Budget { limit: bounds.limit, ending: ending(bounds.max_duration)? })
    }
}

/// When a run of at most so many seconds ends; SIGTERM and SIGINT end it before.
fn ending(max_duration: Option<u64>) -> Result<Ending, Error> {
    Ending::listening(max_duration.map(Duration::from_secs))
        .map_err(|error| Error::Fault(format!("cannot listen for signals: {error}")))
}

/// A word as a shell takes it whole.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+:@%,=".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Runs the command.
pub fn run(cli: &Cli) -> Outcome {
    let global = &cli.global;
    let context = || Context::load(global);
    if global.json {
        json::refuse_what_prints_none(&cli.command)?;
    }
    match &cli.command {
        Command::Import(options) => import::run(&context()?, options),
        Command::Generate(options) => generate::run(global, options),
        Command::Validate { targets } => validate::run(global, targets),
        Command::Numbering { command } => numbering::run(&context()?, command.as_ref()),
        Command::Codes { list, text } => Ok(codes::run(*list, &text.join(" "))),
        Command::Sign { work, no_validate } => work::sign(&context()?, work, !no_validate),
        Command::Discard { claves, reason, dry_run } => discard::run(&context()?, claves, reason, *dry_run),
        Command::Submit(work) => work::run(&context()?, Operation::Submit, work),
        Command::Poll(work) => work::run(&context()?, Operation::CheckStatus, work),
        Command::Retry(retry) => retry::run(&context()?, retry),
        Command::Responses(responses) => responses::run(&context()?, responses),
        Command::List(list) => list::run(&context()?, list),
        Command::Show { clave, xml } => show::run(&context()?, clave, *xml),
        Command::Verify { target, events } => verify::run(global, target.as_deref(), *events),
        Command::Run(options) if options.dry_run => run::run(&context()?, options),
        Command::Run(options) => heartbeat::around(&context()?, |context| run::run(context, options)),
        Command::Deadlines(page) => deadlines::run(&context()?, *page),
        Command::Backup { file, keep, dry_run } => backup::run(&context()?, file, *keep, *dry_run),
        Command::Restore { file, offline, dry_run } => restore::run(&context()?, file, *offline, *dry_run),
        Command::Cleanup(cleanup) => cleanup::run(&context()?, cleanup),
        Command::Stats(options) => stats::run(&context()?, options),
        Command::Completions { shell } => Ok(completions::run(*shell)),
        Command::Init { dir, dry_run } => init::run(global, dir.as_deref(), *dry_run),
        Command::Doctor { offline, full } => doctor::run(global, *offline, *full),
        Command::Simulator { listen, script } => simulator::run(*listen, script.as_deref()),
        Command::Demo => demo::run(global),
    }
}

/// The instants between which a range of Costa Rican days lies; the second is not part of it.
fn days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let midnight =
        |day: NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(costa_rica()).single().map(|at| at.to_utc());
    (from.and_then(midnight), to.and_then(midnight).map(|at| at + TimeDelta::days(1)))
}
