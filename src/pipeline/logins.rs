//! What a step tells about its company's login, kept for later runs.

use super::job::StepOutcome;
use super::shift::Shift;
use crate::config::Company;
use crate::notice::Fact;
use crate::store::{StoreError, Write};

/// Keeps for later runs that a login was refused, or that it works again, and tells a person once. This one does not try a
/// refused login again.
pub(super) fn remember_login(
    write: &Write<'_>,
    shift: &Shift<'_>,
    company: &Company,
    outcome: &StepOutcome,
) -> Result<(), StoreError> {
    let environment = company.settings.environment;
    match outcome {
        StepOutcome::Failed(cause) if cause.login_refused() && cause.from_service() => {
            let is_news = shift.desk.sessions.refused(company).is_none();
            shift.desk.sessions.refuse(company, cause);
            let refused = is_news.then(|| shift.refusals.begin(company, cause, write.now())).flatten();
            let Some(refused) = refused else { return Ok(()) };
            write.refuse_login(&company.id, environment, &refused)?;
            let fact = Fact::LoginRefused { since: refused.refused_at };
            write.notify(&shift.desk.ways, &company.id, None, &fact)
        }
        StepOutcome::Blocked(cause) if cause.login_refused() => {
            shift.desk.sessions.refuse(company, cause);
            Ok(())
        }
        StepOutcome::Received(_) | StepOutcome::Resolved(_) | StepOutcome::Waiting { .. } => {
            match shift.refusals.of(company) {
                Some(_) => write.forget_refused_login(&company.id, environment),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
