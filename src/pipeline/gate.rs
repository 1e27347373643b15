//! What stops requests for a while: an outage of the service, a login that was refused. Shared by the workers of a run.
//!
//! An outage opens the breaker of its environment: the first requests of a run fail for want of the service, none succeeds,
//! and the rest of the run is deferred without a request. The next run sends one request as a probe while the others wait
//! for its outcome.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::Budget;
use crate::cause::Cause;
use crate::hacienda::Environment;
use crate::named::Named;
use crate::retry::Category;
use crate::store::Breaker;

/// So many failures of the service at the beginning of a run or turn, without one success, are an outage.
const FAILURES_OF_AN_OUTAGE: u32 = 3;

/// Whether a request may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    /// Go ahead.
    Open,
    /// Go ahead: the others wait for what you find.
    Probe,
    /// The service does not answer; do not try.
    Closed(Cause),
}

/// What the writer must remember about an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The service does not answer.
    Opened(Environment, Cause),
    /// It answers again.
    Closed(Environment),
}

/// The breakers of a run.
#[derive(Debug, Default)]
pub(super) struct Gate {
    lines: Mutex<HashMap<Environment, Line>>,
    changes: Mutex<Vec<Change>>,
}

#[derive(Debug, Default)]
struct Line {
    /// The outage that an earlier run found and this one has not yet probed, or has found to last.
    outage: Option<Breaker>,
    probing: bool,
    /// The probe of this run has failed, or its first requests have.
    closed: bool,
    successes: u32,
    failures: u32,
}

impl Gate {
    /// Begins with the outages that earlier runs found.
    pub(super) fn new(known: HashMap<Environment, Breaker>) -> Self {
        let line = |outage| Line { outage: Some(outage), ..Line::default() };
        let lines = known.into_iter().map(|(environment, outage)| (environment, line(outage))).collect();
        Gate { lines: Mutex::new(lines), changes: Mutex::default() }
    }

    /// Waits for a probe under way, and says whether a request may be made; `None` when the run ended meanwhile.
    pub(super) fn enter(&self, environment: Environment, budget: &Budget) -> Option<Admission> {
        loop {
            {
                let mut lines = lock(&self.lines);
                let line = lines.entry(environment).or_default();
                match &line.outage {
                    None => return Some(Admission::Open),
                    Some(outage) if line.closed => return Some(Admission::Closed(not_tried(outage))),
                    Some(_) if !line.probing => {
                        line.probing = true;
                        return Some(Admission::Probe);
                    }
                    Some(_) => {}
                }
            }
            if !budget.pause(super::HEARTBEAT) {
                return None;
            }
        }
    }

    /// Why nothing is tried in this environment any more, once this run has found that its service does not answer.
    pub(super) fn closed(&self, environment: Environment) -> Option<Cause> {
        let lines = lock(&self.lines);
        let line = lines.get(&environment).filter(|line| line.closed)?;
        line.outage.as_ref().map(not_tried)
    }

    /// A probe that made no request after all, for a reason of its company's alone.
    pub(super) fn leave(&self, environment: Environment) {
        lock(&self.lines).entry(environment).or_default().probing = false;
    }

    /// The service answered.
    pub(super) fn succeeded(&self, environment: Environment) {
        let mut lines = lock(&self.lines);
        let line = lines.entry(environment).or_default();
        line.successes += 1;
        line.failures = 0;
        line.probing = false;
        line.closed = false;
        if line.outage.take().is_some() {
            lock(&self.changes).push(Change::Closed(environment));
        }
    }

    /// A request failed; `true` when that is the outage's doing, so that it spends no attempt.
    pub(super) fn failed(&self, environment: Environment, cause: &Cause, now: DateTime<Utc>) -> bool {
        if !is_disturbance(cause) {
            self.succeeded(environment);
            return false;
        }
        let mut lines = lock(&self.lines);
        let line = lines.entry(environment).or_default();
        line.failures += 1;
        let lasts = line.outage.is_some();
        line.probing = false;
        if lasts || (line.successes == 0 && line.failures >= FAILURES_OF_AN_OUTAGE) {
            line.closed = true;
            let opened_at = line.outage.as_ref().map_or(now, |outage| outage.opened_at);
            line.outage = Some(Breaker { opened_at, last: cause.clone() });
            lock(&self.changes).push(Change::Opened(environment, cause.clone()));
        }
        lasts
    }

    /// A turn begins: an outage that began since the last success is noticed as at the beginning of a run. Failures count on, for
    /// a turn may be too short for more than one.
    pub(super) fn begin_turn(&self) {
        lock(&self.lines).values_mut().for_each(|line| line.successes = 0);
    }

    /// What has changed since the writer last asked.
    pub(super) fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut *lock(&self.changes))
    }

    /// The outages that last, for the closing line of the run.
    pub(super) fn outages(&self) -> Vec<(Environment, DateTime<Utc>)> {
        let mut outages: Vec<_> = lock(&self.lines)
            .iter()
            .filter_map(|(environment, line)| line.outage.as_ref().map(|outage| (*environment, outage.opened_at)))
            .collect();
        outages.sort_by_key(|(environment, _)| environment.name());
        outages
    }
}

fn not_tried(outage: &Breaker) -> Cause {
    Cause::Outage { since: outage.opened_at, last: Box::new(outage.last.clone()) }
}

/// Connection, TLS, identity provider or 5xx: the service is not there. Any other answer, a refusal too, shows that it is.
fn is_disturbance(cause: &Cause) -> bool {
    matches!(cause.category(), Category::Network | Category::Server)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{AnswerFault, Stage, Transport};
    use crate::ending::Ending;

    const SANDBOX: Environment = Environment::Sandbox;

    fn budget() -> Budget {
        Budget { limit: None, ending: Ending::default() }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().expect("an instant")
    }

    fn unreachable_service() -> Cause {
        let (host, detail) = ("api".to_owned(), "no connection".to_owned());
        Cause::Disturbance { stage: Stage::Submit, host, kind: Transport::Connect, detail }
    }

    #[test]
    fn three_failures_and_no_success_are_an_outage() {
        let gate = Gate::default();
        for _ in 0..2 {
            assert!(!gate.failed(SANDBOX, &unreachable_service(), now()));
            assert_eq!(gate.enter(SANDBOX, &budget()), Some(Admission::Open));
        }
        gate.failed(SANDBOX, &unreachable_service(), now());
        let closed = Admission::Closed(Cause::Outage { since: now(), last: Box::new(unreachable_service()) });
        assert_eq!(gate.enter(SANDBOX, &budget()), Some(closed));
        assert_eq!(gate.changes(), [Change::Opened(SANDBOX, unreachable_service())]);
    }

    #[test]
    fn a_service_that_has_answered_once_is_not_given_up() {
        let gate = Gate::default();
        gate.succeeded(SANDBOX);
        for _ in 0..9 {
            gate.failed(SANDBOX, &unreachable_service(), now());
        }
        assert_eq!(gate.enter(SANDBOX, &budget()), Some(Admission::Open));
    }

    #[test]
    fn a_known_outage_is_probed_once_and_ends_with_the_probe() {
        let known = Breaker { opened_at: now(), last: unreachable_service() };
        let gate = Gate::new(HashMap::from([(SANDBOX, known)]));
        assert_eq!(gate.enter(SANDBOX, &budget()), Some(Admission::Probe));
        gate.succeeded(SANDBOX);
        assert_eq!(gate.enter(SANDBOX, &budget()), Some(Admission::Open));
        assert_eq!(gate.changes(), [Change::Closed(SANDBOX)]);
    }

    #[test]
    fn a_failed_probe_keeps_the_first_instant_and_spends_no_attempt() {
        let known = Breaker { opened_at: now(), last: unreachable_service() };
        let gate = Gate::new(HashMap::from([(SANDBOX, known)]));
        gate.enter(SANDBOX, &budget());
        let later = now() + chrono::TimeDelta::hours(5);
        assert!(gate.failed(SANDBOX, &unreachable_service(), later));
        assert!(
            matches!(gate.enter(SANDBOX, &budget()), Some(Admission::Closed(Cause::Outage { since, .. })) if since == now())
        );
    }

    #[test]
    fn a_refusal_shows_that_the_service_is_there() {
        let gate = Gate::default();
        let fault = AnswerFault::Refused;
        let refusal = Cause::Answer { stage: Stage::Submit, http_status: 400, fault, words: None, not_before: None };
        gate.failed(SANDBOX, &refusal, now());
        for _ in 0..5 {
            gate.failed(SANDBOX, &unreachable_service(), now());
        }
        assert_eq!(gate.enter(SANDBOX, &budget()), Some(Admission::Open));
    }
}
