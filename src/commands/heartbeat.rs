//! The dead-man check around `run`: someone outside hears that it began and how it ended, and calls when they hear nothing.

use super::{Context, Outcome};
use crate::error::ExitCode;
use crate::hacienda::{Beat, Heartbeat, Unheard};
use crate::language::Language;
use crate::output::{Finished, InWords};

/// Does the work between two beats of `ping_url`. A check that cannot be reached is a warning: the work goes on.
pub(super) fn around(context: &Context, work: impl FnOnce(&Context) -> Outcome) -> Outcome {
    let Some(address) = &context.config.ping_url else { return work(context) };
    let heartbeat = match Heartbeat::new(address, context.clock) {
        Ok(heartbeat) => heartbeat,
        Err(message) => {
            log::warn!("ping_url: {message}");
            return work(context);
        }
    };
    beat(&heartbeat, Beat::Start);
    let outcome = work(context);
    let code = match &outcome {
        Ok(Finished::Shown(_, code) | Finished::Silent(code)) => *code,
        Ok(Finished::Bytes(_)) => ExitCode::Done,
        Err(error) => error.exit_code(),
    };
    if let Some(end) = end_of(code) {
        beat(&heartbeat, end);
    }
    outcome
}

/// How the run itself ended. A verdict is no fault of the run: whom a rejected document needs is told by a notice. A run that
/// somebody stopped says nothing, neither that all is well nor that a person must come; the next one does.
fn end_of(code: ExitCode) -> Option<Beat> {
    match code {
        ExitCode::Interrupted | ExitCode::Terminated => None,
        code if code.did_its_work() => Some(Beat::Ok),
        _ => Some(Beat::Fail),
    }
}

fn beat(heartbeat: &Heartbeat, beat: Beat) {
    match heartbeat.send(beat) {
        Ok(()) => {}
        Err(Unheard::Unreached(kind)) => {
            log::warn!("the check of ping_url was not reached: {}", kind.in_words(Language::English));
        }
        Err(Unheard::Refused(status)) => log::warn!("the check of ping_url answered HTTP {status}"),
    }
}
