//! The writer of a run: the one thread that owns the database.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::Budget;
use super::companies::Companies;
use super::gate::{Change, Gate};
use super::job::{Done, Job, Outcome};
use super::ledger::{Ledger, Message, Reply};
use super::settle::{Rules, settle};
use super::source::Source;
use super::summary::{Outage, Summary};
use super::worker::{self, Shared};
use crate::clock::{Clock, utc_text};
use crate::config::Company;
use crate::lifecycle::Operation;
use crate::notice::Fact;
use crate::store::{RunId, Sealed, Store, StoreError, Write};

/// Messages that one transaction gathers at the most.
const GATHERED: usize = 256;
/// Drafts that a signing worker takes at once: enough that a commit is rare beside RSA, few enough that all cores end together.
const DRAFTS_AT_ONCE: usize = 32;
/// Bytes of drafts that a worker holds at once.
const BYTES_AT_ONCE: usize = 4 << 20;

/// Works through a source and says what became of each document.
///
/// # Errors
/// Only the storage ends a run: workers then send nothing more.
pub(crate) fn run(
    store: &mut Store,
    mut source: Source,
    companies: &Companies<'_>,
    clock: Clock,
    budget: &Budget,
    mut summary: Summary,
    progress: &dyn Fn(u64),
) -> Result<Summary, StoreError> {
    let run = store.write(clock.now(), |write| write.begin_run(summary.operation))?;
    companies.remember(store)?;
    let shared = Shared { companies, budget, gate: Gate::new(store.breakers()?) };
    let workers = worker::count(&source.operations(), companies);
    let mut writer = Writer {
        run: run.id(),
        shared: &shared,
        clock,
        left: budget.limit.unwrap_or(usize::MAX),
        exhausted: false,
        ready: VecDeque::new(),
        working: HashMap::new(),
        idle: VecDeque::new(),
        in_flight: 0,
        lanes: Vec::new(),
        ahead: if source.operations() == [Operation::Sign] { 2 * workers * DRAFTS_AT_ONCE } else { 2 * workers },
    };
    let (to_writer, messages) = mpsc::channel();
    let worked = thread::scope(|scope| {
        for number in 0..workers {
            let (lane, replies) = mpsc::channel();
            writer.lanes.push(lane);
            let ledger = Ledger::new(number, to_writer.clone(), replies);
            let shared = &shared;
            scope.spawn(move || worker::work(&ledger, shared));
        }
        drop(to_writer);
        let worked = writer.write_until_done(store, &mut source, &messages, &mut summary, progress);
        // Workers that wait for a reply hear that there will be none.
        writer.lanes.clear();
        worked
    });
    worked?;
    for (environment, since) in shared.gate.outages() {
        let waiting = store.waiting_entries(environment)?;
        summary.outages.push(Outage { environment, since: utc_text(since), waiting });
    }
    store.write(clock.now(), |write| {
        companies.note_ending_certificates(write)?;
        companies.note_clock_skews(write)?;
        write.end_run(&run, summary.run_result())
    })?;
    Ok(summary)
}

struct Writer<'a> {
    run: RunId,
    shared: &'a Shared<'a>,
    clock: Clock,
    /// Documents that may still be claimed.
    left: usize,
    /// The source has nothing more.
    exhausted: bool,
    ready: VecDeque<Job>,
    /// Jobs under way, by company.
    working: HashMap<String, usize>,
    idle: VecDeque<usize>,
    in_flight: usize,
    lanes: Vec<Sender<Reply>>,
    /// Jobs claimed ahead of the workers.
    ahead: usize,
}

impl Writer<'_> {
    fn write_until_done(
        &mut self,
        store: &mut Store,
        source: &mut Source,
        messages: &Receiver<Message>,
        summary: &mut Summary,
        progress: &dyn Fn(u64),
    ) -> Result<(), StoreError> {
        loop {
            let Ok(first) = messages.recv() else { return Ok(()) };
            let mut gathered = vec![first];
            gathered.extend(messages.try_iter().take(GATHERED));
            let gathered = self.note_idle(gathered);
            self.hand_out();
            let claiming =
                !self.exhausted && !self.shared.budget.is_over() && self.ready.len() < self.ahead.div_ceil(2);
            if !gathered.is_empty() || claiming {
                let replies = store.write(self.clock.now(), |write| {
                    let replies = self.record(write, gathered, summary)?;
                    self.remember(write)?;
                    if claiming {
                        self.claim(write, source, summary)?;
                    }
                    Ok(replies)
                })?;
                for (worker, reply) in replies {
                    // A worker that has ended needs no reply.
                    let _ = self.lanes[worker].send(reply);
                }
                progress(summary.processed + summary.deferred);
            }
            self.hand_out();
            if self.is_done() {
                return Ok(());
            }
        }
    }

    /// Takes note of idle workers; what is left must be written down.
    fn note_idle(&mut self, gathered: Vec<Message>) -> Vec<Message> {
        let mut rest = Vec::new();
        for message in gathered {
            match message {
                Message::Idle { worker } => self.idle.push_back(worker),
                other => rest.push(other),
            }
        }
        rest
    }

    /// Writes down what the workers said, and prepares what they hear once it is on disk.
    fn record(
        &mut self,
        write: &Write<'_>,
        gathered: Vec<Message>,
        summary: &mut Summary,
    ) -> Result<Vec<(usize, Reply)>, StoreError> {
        let mut replies = Vec::new();
        for message in gathered {
            match message {
                Message::Idle { worker } => self.idle.push_back(worker),
                Message::Intend { worker, document } => {
                    let ours = write.intend_to_submit(self.run, &document)?;
                    replies.push((worker, if ours { Reply::Committed(None) } else { Reply::Lost }));
                }
                Message::Keep { worker, document, company, http_status, body } => {
                    let keeps = self.shared.companies.get(&company).is_none_or(|it| it.settings.store_responses);
                    let kept = if keeps { Some(write.keep_response(document, http_status, &body)?) } else { None };
                    replies.push((worker, Reply::Committed(kept)));
                }
                Message::Settle { job, done } => self.settle(write, &job, &done, summary)?,
            }
        }
        Ok(replies)
    }

    fn settle(&mut self, write: &Write<'_>, job: &Job, done: &Done, summary: &mut Summary) -> Result<(), StoreError> {
        let companies = self.shared.companies;
        let company = companies.get(&job.document.company);
        let policy = company.map(|company| company.settings.retry_policy().clone()).unwrap_or_default();
        let window_hours = company.map_or(0, |company| company.settings.polling_max_hours);
        let rules = Rules { policy: &policy, ways: companies.ways(), window_hours };
        let settled = settle(write, self.run, job, done, &rules)?;
        if let Some(company) = company {
            remember_login(write, companies, company, &done.outcome)?;
        }
        summary.add(&job.document, &done.outcome, settled.state, settled.gave_up);
        self.in_flight -= 1;
        if let Some(working) = self.working.get_mut(&job.document.company) {
            *working -= 1;
        }
        Ok(())
    }

    /// Keeps for later runs what this one learnt about the service.
    fn remember(&self, write: &Write<'_>) -> Result<(), StoreError> {
        for change in self.shared.gate.changes() {
            match change {
                Change::Opened(environment, cause) => write.open_breaker(environment, &cause)?,
                Change::Closed(environment) => write.close_breaker(environment)?,
            }
        }
        Ok(())
    }

    fn claim(&mut self, write: &Write<'_>, source: &mut Source, summary: &mut Summary) -> Result<(), StoreError> {
        let wanted = self.ahead.saturating_sub(self.ready.len()).min(self.left);
        let claimed = source.claim(write, self.run, self.shared.companies, wanted, summary)?;
        self.left -= claimed.jobs.len();
        self.exhausted = claimed.exhausted || self.left == 0;
        self.ready.extend(claimed.jobs);
        Ok(())
    }

    /// Gives work to idle workers, no company more than its `max_concurrent_batches` at a time.
    fn hand_out(&mut self) {
        if self.shared.budget.is_over() {
            self.ready.clear(); // their leases end with the run
        }
        for _ in 0..self.idle.len() {
            let jobs = self.take_jobs();
            if jobs.is_empty() {
                break;
            }
            if let Some(worker) = self.idle.pop_front() {
                let _ = self.lanes[worker].send(Reply::Jobs(jobs));
            }
        }
    }

    fn take_jobs(&mut self) -> Vec<Job> {
        let mut taken: Vec<Job> = Vec::new();
        let mut bytes = 0;
        while let Some(position) = self.ready.iter().position(|job| self.may_begin(job)) {
            let next_is_draft = self.ready[position].operation == Operation::Sign;
            let full = taken.len() >= DRAFTS_AT_ONCE || bytes >= BYTES_AT_ONCE;
            if !taken.is_empty() && (full || !next_is_draft) {
                break;
            }
            let Some(job) = self.ready.remove(position) else { break };
            bytes += job.paper.as_ref().map_or(0, Sealed::size);
            self.in_flight += 1;
            *self.working.entry(job.document.company.clone()).or_default() += 1;
            taken.push(job);
            if !next_is_draft {
                break;
            }
        }
        taken
    }

    fn may_begin(&self, job: &Job) -> bool {
        if job.operation == Operation::Sign {
            return true;
        }
        let company = &job.document.company;
        let allowed =
            self.shared.companies.get(company).map_or(1, |company| company.settings.max_concurrent_batches as usize);
        self.working.get(company).copied().unwrap_or_default() < allowed.max(1)
    }

    fn is_done(&self) -> bool {
        let nothing_comes = self.exhausted || self.shared.budget.is_over();
        nothing_comes && self.ready.is_empty() && self.in_flight == 0
    }
}

/// Keeps for later runs that a login was refused, or that it works again, and tells a person once.
fn remember_login(
    write: &Write<'_>,
    companies: &Companies<'_>,
    company: &Company,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let environment = company.settings.environment;
    match outcome {
        Outcome::Failed(cause) if cause.login_refused() && cause.from_service() => {
            let Some(refused) = companies.refusal(company, cause, write.now()) else { return Ok(()) };
            write.refuse_login(&company.id, environment, &refused)?;
            let fact = Fact::LoginRefused { since: refused.refused_at };
            write.notify(companies.ways(), &company.id, None, &fact)
        }
        Outcome::Received(_) | Outcome::Resolved(_) | Outcome::Waiting { .. } => {
            match companies.remembered_refusal(company) {
                Some(_) => write.forget_refused_login(&company.id, environment),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
