//! The course of an errand: begun, taken on in one turn or in several, ended. Errands of one command take turns, so that a backlog
//! of one step keeps no other step waiting.

use std::time::{Duration, Instant};

use super::Budget;
use super::desk::Desk;
use super::errand::{Errand, ErrandName};
use super::shift::Shift;
use super::summary::Summary;
use super::turns::Turn;
use super::writer::Writer;
use crate::named::Named;
use crate::store::{Run, Store, StoreError};

/// A turn of an errand that shares a run with others. A run with an end of its own has shorter ones.
const LONGEST_TURN: Duration = Duration::from_secs(5);
/// Rounds, at the least, for which each errand has its turn before the run ends.
const ROUNDS: u32 = 2;

/// Does an errand at a desk and says what became of each document: the workers take its jobs, this thread writes. `progress`
/// hears how many are through.
///
/// # Errors
/// Only the storage ends a run: workers then send nothing more.
pub(crate) fn run(
    desk: &Desk<'_>,
    store: &mut Store,
    errand: Errand<'_>,
    budget: &Budget,
    progress: &dyn Fn(u64),
) -> Result<Summary, StoreError> {
    let mut course = Course::begin(desk, store, errand, budget)?;
    course.writer.take_turn(store, Turn::without_end(), progress)?;
    course.end(store)
}

/// Does several errands at a desk, in rounds: each has its turn, and what a turn did not come to waits for the next round. It is
/// over when nothing is due in any of them, or the run ends. `progress` hears whose turn it is and how many are through. Gives
/// back too why errands were not begun that would use numbers while it is in doubt which ones are free.
///
/// # Errors
/// As of [`run`].
pub(crate) fn run_in_turns<'a>(
    desk: &'a Desk<'a>,
    store: &mut Store,
    errands: Vec<Errand<'a>>,
    budget: &'a Budget,
    progress: &dyn Fn(ErrandName, u64),
) -> Result<(Vec<Summary>, Vec<StoreError>), StoreError> {
    let count = errands.len();
    let mut errands = errands.into_iter();
    let (mut courses, mut refused): (Vec<Course<'a>>, _) = (Vec::new(), Vec::new());
    let mut waits_for_pauses = false;
    loop {
        let (length, mut worked, mut through) = (turn_length(budget, count), 0, true);
        let mut index = 0;
        loop {
            if index == courses.len() {
                // An errand begins with its first turn: it sees what the ones before it have done.
                let Some(errand) = errands.next() else { break };
                match Course::begin(desk, store, errand, budget) {
                    Ok(course) => courses.push(course),
                    Err(error) if error.is_doubt_about_numbers() => {
                        refused.push(error);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            let all: u64 = courses.iter().map(Course::worked).sum();
            let Some(course) = courses.get_mut(index) else { break };
            let (name, before) = (course.writer.summary.operation, course.worked());
            let turn = Turn { ends: Instant::now().checked_add(length), waits_for_pauses };
            desk.begin_turn();
            course.writer.take_turn(store, turn, &|done| progress(name, all - before + done))?;
            worked += course.worked() - before;
            through &= course.writer.is_through();
            index += 1;
        }
        if through || budget.is_over() {
            let ended = courses.into_iter().map(|course| course.end(store)).collect::<Result<_, _>>()?;
            return Ok((ended, refused));
        }
        // What is left belongs to companies that the service has asked to pause.
        waits_for_pauses = worked == 0;
    }
}

fn turn_length(budget: &Budget, errands: usize) -> Duration {
    let turns = ROUNDS * u32::try_from(errands).unwrap_or(u32::MAX).max(1);
    let left = budget.ending.at.map(|end| end.saturating_duration_since(Instant::now()));
    left.map_or(LONGEST_TURN, |left| (left / turns).min(LONGEST_TURN))
}

/// An errand that is under way.
struct Course<'a> {
    run: Run,
    desk: &'a Desk<'a>,
    writer: Writer<'a>,
}

impl<'a> Course<'a> {
    fn begin(
        desk: &'a Desk<'a>,
        store: &mut Store,
        errand: Errand<'a>,
        budget: &'a Budget,
    ) -> Result<Self, StoreError> {
        let clock = desk.clock;
        let summary = Summary::new(errand.name, errand.reports_all);
        let ids: Vec<&str> = errand.companies.iter().map(|company| company.id.as_str()).collect();
        let sure =
            store.hold_to_marks(clock.now()).and_then(|marked| store.refuse_numbers_in_doubt(&ids).map(|()| marked));
        let marked = match sure {
            Ok(marked) => Some(marked),
            Err(error) if errand.work.only_signs() => return Err(error),
            // What is signed goes out as it is: these bytes may be with the service already, and no others will be.
            Err(error) => {
                log::error!("{error}");
                None
            }
        };
        let name = errand.name;
        let (mut shift, work) = Shift::begin(desk, store, errand, budget)?;
        shift.may_sign = marked.is_some();
        let (run, writer) = store.write(clock.now(), |write| {
            let run = write.begin_run(name.name())?;
            let mut writer = Writer::new(run.id(), shift, work, summary, marked.unwrap_or_default());
            writer.claim_first(write)?;
            Ok((run, writer))
        })?;
        Ok(Course { run, desk, writer })
    }

    /// Documents that are through, or were left.
    fn worked(&self) -> u64 {
        self.writer.summary.processed + self.writer.summary.deferred
    }

    fn end(mut self, store: &mut Store) -> Result<Summary, StoreError> {
        self.writer.conclude(store)?;
        let (desk, summary) = (self.desk, self.writer.summary);
        store.write(desk.clock.now(), |write| {
            desk.keys.note_ending(write, &desk.ways)?;
            desk.sessions.note_clock_skews(write)?;
            write.end_run(&self.run, summary.run_result())
        })?;
        Ok(summary)
    }
}
