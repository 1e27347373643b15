//! Sending what the outbox holds, after the work that it reports.

use super::Context;
use crate::ending::Ending;
use crate::error::{Error, ExitCode};
use crate::language::Language;
use crate::notice::{self, NoticeFault};
use crate::output::{InWords, worded};
use crate::store::Store;

/// Notices that one run sends at the most; the rest goes with the next one.
const AT_ONCE: usize = 100;

/// Sends the due notices, until the process is told to end: a mail server may keep it waiting for long, and what is left goes
/// with the next run. What fails is logged and tried again by a later run; it never fails the work itself; the code that is returned
/// says whom it concerns. A way that failed is left alone for the rest of the run: a program that hangs would hold up the run once
/// for each notice.
pub(super) fn deliver(context: &Context, store: &mut Store, ending: &Ending) -> Result<ExitCode, Error> {
    let Some(notify) = &context.config.notify else { return Ok(ExitCode::Done) };
    let mut ways = context.ways();
    let locale = || Language::of_locale(|name| std::env::var_os(name));
    let language = context.config.language.unwrap_or_else(locale);
    let mut codes = Vec::new();
    for _ in 0..AT_ONCE {
        if ending.signal().is_some() {
            break;
        }
        let taken = store.write(context.clock.now(), |write| write.take_due_notice(&ways))?;
        let Some(outgoing) = taken else { break };
        let company = context.config.companies.iter().find(|company| company.id == outgoing.company);
        let recipients = company.and_then(|company| company.notify_to.as_deref());
        let sent = notice::send(&worded(&outgoing, language), outgoing.way, notify, recipients);
        let id = outgoing.id;
        if let Err(fault) = &sent {
            log::error!("notice {id}: {}; it is tried again", fault.in_words(Language::English));
            ways.retain(|way| *way != outgoing.way);
            codes.push(code_of(fault));
        }
        store.write(context.clock.now(), |write| match sent {
            Ok(()) => write.notice_sent(id),
            Err(fault) => write.notice_failed(id, &fault),
        })?;
    }
    Ok(ExitCode::most_pressing(&codes))
}

/// Whom a notice that did not go out concerns: nobody is told what a person must know.
fn code_of(fault: &NoticeFault) -> ExitCode {
    match fault {
        NoticeFault::Server { .. } | NoticeFault::Words(_) => ExitCode::Unavailable,
        NoticeFault::Password(_) | NoticeFault::PasswordNotText => ExitCode::Credentials,
        NoticeFault::Command(_)
        | NoticeFault::Unwritable { .. }
        | NoticeFault::Address { .. }
        | NoticeFault::Mail { .. }
        | NoticeFault::ExtraRoot { .. }
        | NoticeFault::NotConfigured { .. } => ExitCode::Usage,
    }
}
