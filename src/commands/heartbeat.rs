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
    let went_well = match &outcome {
        Ok(Finished::Shown(_, code) | Finished::Silent(code)) => *code == ExitCode::Done,
        Ok(Finished::Bytes(_)) => true,
        Err(_) => false,
    };
    beat(&heartbeat, if went_well { Beat::Ok } else { Beat::Fail });
    outcome
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
