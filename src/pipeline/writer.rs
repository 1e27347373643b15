//! The writer of a run: the one thread that owns the database.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::errand::Work;
use super::gate::Change;
use super::job::{Done, Job, StepOutcome};
use super::ledger::{Ledger, Message, Reply};
use super::lessons::Lessons;
use super::logins::remember_login;
use super::note::Note;
use super::number_guard;
use super::settle::{Rules, settle};
use super::shift::Shift;
use super::source::{Claiming, Source};
use super::summary::{Outage, Summary};
use super::terms::note_of_late;
use super::turns::{Time, Turn};
use super::worker;
use crate::clock::utc_text;
use crate::lifecycle::{Operation, State};
use crate::store::{Document, Marked, RunId, Sealed, Store, StoreError, Write};

/// Messages that one transaction gathers at the most.
const GATHERED: usize = 256;
/// Drafts that a signing worker takes at once: enough that a commit is rare beside RSA. Towards the end they become fewer, so
/// that all cores end together.
const DRAFTS_AT_ONCE: usize = 64;
/// Bytes of drafts that a worker holds at once.
const BYTES_AT_ONCE: usize = 4 << 20;

/// The writer of one errand, through all its turns.
pub(super) struct Writer<'a> {
    run: RunId,
    shift: Arc<Shift<'a>>,
    source: Source<'a>,
    pub summary: Summary,
    /// Documents that may still be claimed.
    allowed: usize,
    /// The source has nothing more.
    exhausted: bool,
    /// What it has is of companies that the service has asked to pause.
    only_paused: bool,
    ready: VecDeque<Job>,
    /// Jobs under way, by company.
    working: HashMap<String, usize>,
    idle: VecDeque<usize>,
    in_flight: usize,
    lanes: Vec<Sender<Reply>>,
    lessons: Lessons,
    /// Jobs that were claimed and given back when the run ended.
    untaken: u64,
    /// The numbers that are marked.
    marked: Marked,
    workers: usize,
    /// Jobs claimed ahead of the workers.
    ahead: usize,
    /// No turn has been taken yet.
    is_fresh: bool,
    turn: Turn,
    /// Jobs that the workers were given in this turn.
    begun: usize,
    /// As of the last look at the clock, so that one pass of the writer sees one time.
    time: Time,
}

impl<'a> Writer<'a> {
    /// Has claimed nothing yet.
    pub(super) fn new(run: RunId, shift: Shift<'a>, work: Work, summary: Summary, marked: Marked) -> Self {
        let only_signs = work.only_signs();
        let source = Source::new(work, shift.companies());
        let workers = worker::count(only_signs, shift.companies());
        Writer {
            run,
            source,
            summary,
            allowed: shift.budget.limit.unwrap_or(usize::MAX),
            shift: Arc::new(shift),
            exhausted: false,
            only_paused: false,
            ready: VecDeque::new(),
            working: HashMap::new(),
            idle: VecDeque::new(),
            in_flight: 0,
            lanes: Vec::new(),
            lessons: Lessons::default(),
            untaken: 0,
            marked,
            workers,
            ahead: if only_signs { 2 * workers * DRAFTS_AT_ONCE } else { 2 * workers },
            is_fresh: true,
            turn: Turn::without_end(),
            begun: 0,
            time: Time::Left,
        }
    }

    /// Whether the last turn left nothing that was due.
    pub(super) fn is_through(&self) -> bool {
        self.exhausted && self.ready.is_empty()
    }

    /// Works until the turn is over or nothing is left. What was claimed and not begun is begun by the next turn.
    pub(super) fn take_turn(
        &mut self,
        store: &mut Store,
        turn: Turn,
        progress: &dyn Fn(u64),
    ) -> Result<(), StoreError> {
        let is_first = std::mem::replace(&mut self.is_fresh, false);
        (self.turn, self.begun, self.only_paused) = (turn, 0, false);
        if !is_first && self.exhausted && self.allowed > 0 {
            // What has become due since, also while something of the last turn is still to be done.
            self.exhausted = false;
            self.source.reopen(self.shift.now());
        }
        let (to_writer, messages) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..self.workers {
                let (lane, replies) = mpsc::channel();
                self.lanes.push(lane);
                let ledger = Ledger::new(number, to_writer.clone(), replies);
                let shift = Arc::clone(&self.shift);
                scope.spawn(move || worker::work(&ledger, &shift));
            }
            drop(to_writer);
            let worked = self.write_until_done(store, &messages, progress);
            // Workers that wait for a reply hear that there will be none.
            self.lanes.clear();
            self.idle.clear();
            worked
        })
    }

    /// Takes leave: what was learnt, what is left, who does not answer.
    pub(super) fn conclude(&mut self, store: &mut Store) -> Result<(), StoreError> {
        let (clock, budget) = (self.shift.desk.clock, self.shift.budget);
        self.lessons.learn(store, clock)?;
        self.source.count_left(store, clock.now(), self.allowed, &mut self.summary)?;
        self.untaken += self.ready.drain(..).count() as u64; // their leases end with the run
        let was_cut = budget.is_over() || self.allowed == 0;
        let remaining = if was_cut { self.untaken + self.source.count_remaining(store, clock.now())? } else { 0 };
        self.summary.end(remaining, &budget.ending);
        for (environment, since) in self.shift.gate.outages() {
            let waiting = store.waiting_entries(environment)?;
            self.summary.outages.push(Outage { environment, since: utc_text(since), waiting });
        }
        Ok(())
    }

    fn write_until_done(
        &mut self,
        store: &mut Store,
        messages: &Receiver<Message>,
        progress: &dyn Fn(u64),
    ) -> Result<(), StoreError> {
        loop {
            self.time = self.turn.time(self.begun, self.shift.budget);
            if self.is_done() {
                return Ok(());
            }
            let mut gathered = Vec::new();
            if self.waits_for_workers() {
                let Ok(first) = messages.recv() else { return Ok(()) };
                gathered.push(first);
            }
            gathered.extend(messages.try_iter().take(GATHERED));
            let gathered = self.note_idle(gathered);
            self.hand_out();
            let claiming = self.wants_claim();
            if !gathered.is_empty() || claiming {
                let unmarked = gathered.iter().any(|message| self.posts_unmarked(message));
                let replies = store.write(self.shift.now(), |write| {
                    let replies = self.record(write, gathered)?;
                    self.remember(write)?;
                    if claiming {
                        self.claim(write)?;
                    }
                    Ok(replies)
                })?;
                if unmarked && self.shift.may_sign {
                    // Another process has just given the number, and may not have come to marking it.
                    self.marked = store.hold_to_marks(self.shift.now())?;
                }
                for (worker, reply) in replies {
                    // A worker that has ended needs no reply.
                    let _ = self.lanes[worker].send(reply);
                }
                self.lessons.learn_early(store, self.shift.desk.clock)?;
                progress(self.summary.processed + self.summary.deferred);
            }
            self.hand_out();
        }
    }

    /// Whether a worker is about to send a number out that is not marked.
    fn posts_unmarked(&self, message: &Message) -> bool {
        matches!(message, Message::Intend { document, .. } if !self.marked.covers(document))
    }

    /// Whether nothing can be done before a worker says something.
    fn waits_for_workers(&self) -> bool {
        self.in_flight > 0 || !self.wants_claim()
    }

    /// Whether the source is to be asked for more: half of what is kept ahead has gone, or waits for the service's pause.
    fn wants_claim(&self) -> bool {
        let running = self.ready.iter().filter(|job| !self.is_paused(job)).count();
        let is_low = running < self.ahead.div_ceil(2) && self.ready.len() < self.ahead;
        let may_help = !self.only_paused || (self.ready.is_empty() && self.turn.waits_for_pauses);
        self.may_claim() && is_low && may_help
    }

    /// Whether the source may be asked for more.
    fn may_claim(&self) -> bool {
        !self.exhausted && self.time == Time::Left
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
    fn record(&mut self, write: &Write<'_>, gathered: Vec<Message>) -> Result<Vec<(usize, Reply)>, StoreError> {
        let mut replies = Vec::new();
        for message in gathered {
            match message {
                Message::Idle { worker } => self.idle.push_back(worker),
                Message::Intend { worker, document } => {
                    if let Some(hold) = write.hold_on(&document, Operation::Submit)? {
                        replies.push((worker, Reply::Held(hold)));
                        continue;
                    }
                    let ours = write.intend_to_submit(self.run, &document)?;
                    replies.push((worker, if ours { Reply::Committed(None) } else { Reply::Lost }));
                }
                Message::Keep { worker, document, company, http_status, body } => {
                    let keeps = self.shift.company(&company).is_none_or(|it| it.settings.store_responses);
                    let kept = if keeps { Some(write.keep_response(document, http_status, &body)?) } else { None };
                    replies.push((worker, Reply::Committed(kept)));
                }
                Message::Listed { worker, company, environment, documents } => {
                    number_guard::stop(write, &self.shift.desk.ways, &company, environment, &documents)?;
                    replies.push((worker, Reply::Committed(None)));
                }
                Message::Settle(settled) => {
                    for (job, done) in &settled {
                        self.settle(write, job, done)?;
                    }
                }
            }
        }
        Ok(replies)
    }

    fn settle(&mut self, write: &Write<'_>, job: &Job, done: &Done) -> Result<(), StoreError> {
        let company = self.shift.company(&job.document.company);
        let policy = company.map(|company| company.settings.retry_policy().clone()).unwrap_or_default();
        let window_hours = company.map_or(0, |company| company.settings.polling_max_hours);
        let rules = Rules { policy: &policy, ways: &self.shift.desk.ways, window_hours };
        let settled = settle(write, self.run, job, done, &rules)?;
        if let Some(company) = company {
            remember_login(write, &self.shift, company, &done.outcome)?;
        }
        self.lessons.note(&job.document.company, done);
        if settled.state == State::Discarded {
            // A person was faster: nothing was signed or sent.
            self.summary.skip(&Document { state: settled.state, ..job.document.clone() }, Note::Discarded);
        } else {
            let is_signed = matches!(done.outcome, StepOutcome::Signed { .. });
            let late = is_signed.then(|| note_of_late(&job.document, write.now())).flatten();
            self.summary.add(&job.document, &done.outcome, settled.state, settled.gave_up, late);
        }
        self.in_flight -= 1;
        if let Some(working) = self.working.get_mut(&job.document.company) {
            *working -= 1;
        }
        Ok(())
    }

    /// Keeps for later runs what this one learnt about the service.
    fn remember(&self, write: &Write<'_>) -> Result<(), StoreError> {
        for change in self.shift.gate.changes() {
            match change {
                Change::Opened(environment, cause) => write.open_breaker(environment, &cause)?,
                Change::Closed(environment) => write.close_breaker(environment)?,
            }
        }
        Ok(())
    }

    /// What comes first is claimed where the run begins: a run of one document then has a commit less to wait for.
    pub(super) fn claim_first(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        self.time = self.turn.time(0, self.shift.budget);
        if self.wants_claim() { self.claim(write) } else { Ok(()) }
    }

    fn claim(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let count = self.ahead.saturating_sub(self.ready.len()).min(self.allowed);
        let even_paused = self.ready.is_empty() && self.turn.waits_for_pauses;
        let (run, shift) = (self.run, &*self.shift);
        let claiming = Claiming { write, run, shift, count, even_paused, allowed: self.allowed };
        let claimed = self.source.claim(&claiming, &mut self.summary)?;
        self.allowed -= claimed.jobs.len() + claimed.queued;
        self.exhausted = self.source.is_exhausted() || self.allowed == 0;
        self.only_paused = self.source.is_paused(shift);
        self.ready.extend(claimed.jobs);
        Ok(())
    }

    /// Gives work to idle workers, no company more than its `max_concurrent_batches` at a time.
    fn hand_out(&mut self) {
        if self.time == Time::RunOver {
            self.untaken += self.ready.len() as u64;
            self.ready.clear(); // their leases end with the run
        }
        if self.time != Time::Left {
            return;
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
        // Each worker has what it works on and what it takes next.
        let share = self.ready.len().div_ceil(2 * self.lanes.len()).clamp(1, DRAFTS_AT_ONCE);
        while let Some(position) = self.next_position() {
            let next_is_draft = self.ready[position].operation == Operation::Sign;
            let full = taken.len() >= share || bytes >= BYTES_AT_ONCE;
            if !taken.is_empty() && (full || !next_is_draft) {
                break;
            }
            let Some(job) = self.ready.remove(position) else { break };
            bytes += job.paper.as_ref().map_or(0, Sealed::size);
            self.in_flight += 1;
            self.begun += 1;
            *self.working.entry(job.document.company.clone()).or_default() += 1;
            taken.push(job);
            if !next_is_draft {
                break;
            }
        }
        taken
    }

    /// The next job that may begin: one that would wait for the service's pause only where nothing else is to be had.
    fn next_position(&self) -> Option<usize> {
        let running = self.ready.iter().position(|job| self.may_begin(job) && !self.is_paused(job));
        if running.is_some() || self.wants_claim() || !self.turn.waits_for_pauses {
            return running;
        }
        self.ready.iter().position(|job| self.may_begin(job))
    }

    fn is_paused(&self, job: &Job) -> bool {
        if job.operation == Operation::Sign {
            return false;
        }
        self.shift.company(&job.document.company).is_some_and(|company| self.shift.is_paused(company))
    }

    fn may_begin(&self, job: &Job) -> bool {
        if job.operation == Operation::Sign {
            return true;
        }
        let company = &job.document.company;
        let allowed = self.shift.company(company).map_or(1, |company| company.settings.max_concurrent_batches as usize);
        self.working.get(company).copied().unwrap_or_default() < allowed.max(1)
    }

    fn is_done(&self) -> bool {
        let nothing_comes = self.time != Time::Left || (!self.wants_claim() && self.next_position().is_none());
        nothing_comes && self.in_flight == 0
    }
}
