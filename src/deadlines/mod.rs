//! The legal clocks: what the law wants done by when, from the facts of a document and the present instant. Pure.
//!
//! Sources: decree 44739-H art. 13, 20, 21 and 23, resolution MH-DGT-RES-0027-2024 art. 10
//! and 11. A day of the law ends at midnight in Costa Rica.

mod calendar;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::clock::{costa_rica, costa_rica_day};
use crate::document::{Kind, Situation};
use crate::lifecycle::State;
use crate::named::{Named, unknown};

pub(crate) use calendar::Calendar;

/// A rule with a term.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase", parse_err_ty = crate::named::Unknown, parse_err_fn = unknown::<LegalRule>)]
pub enum LegalRule {
    /// Hacienda gives its verdict within 3 hours of reception (resolution art. 11). The term is Hacienda's, not ours.
    Validation,
    /// Signed and sent in the act of the sale (decree art. 21). A date of issue other than the day's is only for situación 3
    /// (decree art. 13, annex), so the term is the end of the day of issue \[inferred].
    Sending,
    /// Situación 3: sent within 2 business days of issue (decree art. 21).
    Offline,
    /// Situación 2: issued within 2 business days of the end of the contingency (decree art. 23). That end is not written in the
    /// document; it is not after the issue, so the true term is this one or earlier \[inferred].
    Contingency,
    /// MensajeReceptor: within the first 8 business days of the month after the operation (resolution art. 10, decree art. 20).
    Confirmation,
}

impl Named for LegalRule {
    const WHAT: &'static str = "a rule with a term";
}

impl LegalRule {
    /// How long before the term a person is told.
    fn warning(self) -> TimeDelta {
        match self {
            LegalRule::Validation => TimeDelta::zero(),
            LegalRule::Sending => TimeDelta::hours(3),
            LegalRule::Offline | LegalRule::Contingency => TimeDelta::hours(24),
            LegalRule::Confirmation => TimeDelta::hours(48),
        }
    }
}

/// What a deadline depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The document's key.
    pub clave: &'a str,
    /// The company's id.
    pub company: &'a str,
    /// What it is.
    pub kind: Kind,
    /// How it reaches Hacienda, from its clave.
    pub situation: Situation,
    /// When it was issued; for a MensajeReceptor when the confirmed document was.
    pub issued_at: DateTime<FixedOffset>,
    /// How far it has come.
    pub state: State,
    /// When the service received it.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// Something that the law wants done by an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// Which rule.
    pub rule: LegalRule,
    /// The document's key.
    pub clave: String,
    /// The company's id.
    pub company: String,
    /// The last second in which it is in time.
    pub due_at: DateTime<Utc>,
    /// That second is over.
    pub passed: bool,
    /// It is not over, and so near that a person should know.
    pub near: bool,
    /// Seconds since the document was issued, or for `validation` since it was received.
    pub age_seconds: i64,
}

/// The deadline that a document is under, if any: a document with a verdict has none.
pub(crate) fn deadline(facts: &Facts<'_>, calendar: &Calendar, now: DateTime<Utc>) -> Option<Deadline> {
    let (rule, since, due_at) = match facts.state {
        State::Draft | State::Signed => {
            let rule = sending_rule(facts);
            (
                rule,
                facts.issued_at.to_utc(),
                end_of_day(last_day(rule, costa_rica_day(facts.issued_at.to_utc()), calendar)),
            )
        }
        State::Submitted | State::Error => {
            let received = facts.submitted_at?;
            (LegalRule::Validation, received, received + TimeDelta::hours(3))
        }
        State::Accepted | State::Rejected | State::Discarded => return None,
    };
    let passed = now > due_at;
    Some(Deadline {
        rule,
        clave: facts.clave.to_owned(),
        company: facts.company.to_owned(),
        due_at,
        passed,
        near: !passed && due_at - now < rule.warning(),
        age_seconds: (now - since).num_seconds(),
    })
}

fn sending_rule(facts: &Facts<'_>) -> LegalRule {
    match (facts.kind, facts.situation) {
        (Kind::MensajeReceptor, _) => LegalRule::Confirmation,
        (_, Situation::Normal) => LegalRule::Sending,
        (_, Situation::Contingency) => LegalRule::Contingency,
        (_, Situation::Offline) => LegalRule::Offline,
    }
}

fn last_day(rule: LegalRule, issued: NaiveDate, calendar: &Calendar) -> NaiveDate {
    match rule {
        LegalRule::Validation | LegalRule::Sending => issued,
        LegalRule::Offline | LegalRule::Contingency => calendar.business_day_after(issued, 2),
        // "from the first day of the following month": that day counts when it is a business day.
        LegalRule::Confirmation => calendar.business_day_from(first_of_next_month(issued), 8),
    }
}

fn first_of_next_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))).unwrap_or(day)
}

/// The last second of a day in Costa Rica.
fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let midnight = (day + Days::new(1)).and_time(NaiveTime::MIN) - TimeDelta::seconds(1);
    midnight.and_local_timezone(costa_rica()).earliest().map_or(DateTime::<Utc>::MAX_UTC, |at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: Kind, situation: Situation, state: State, issued_at: &str) -> Facts<'static> {
        Facts {
            clave: "506…",
            company: "acme",
            kind,
            situation,
            issued_at: issued_at.parse().unwrap(),
            state,
            submitted_at: None,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due(facts: &Facts<'_>) -> (LegalRule, String) {
        let found = deadline(facts, &Calendar::default(), at("2026-11-20T12:00:00Z")).unwrap();
        (found.rule, found.due_at.with_timezone(&costa_rica()).format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn each_kind_of_unsent_document_has_its_term() {
        let issued = "2026-11-20T23:30:00-06:00";
        for (kind, situation, rule, day) in [
            (Kind::Factura, Situation::Normal, LegalRule::Sending, "2026-11-20"),
            (Kind::Factura, Situation::Offline, LegalRule::Offline, "2026-11-24"),
            (Kind::Tiquete, Situation::Contingency, LegalRule::Contingency, "2026-11-24"),
            // The first of December is a holiday: the eighth business day is the eleventh.
            (Kind::MensajeReceptor, Situation::Normal, LegalRule::Confirmation, "2026-12-11"),
        ] {
            for state in [State::Draft, State::Signed] {
                assert_eq!(due(&facts(kind, situation, state, issued)), (rule, format!("{day} 23:59:59")));
            }
        }
    }

    /// A date of issue written with another offset is the same instant, and its day is Costa Rica's.
    #[test]
    fn the_day_is_costa_ricas() {
        let facts = facts(Kind::Factura, Situation::Normal, State::Draft, "2026-11-21T05:30:00+00:00");
        assert_eq!(due(&facts).1, "2026-11-20 23:59:59");
    }

    #[test]
    fn hacienda_has_three_hours() {
        let calendar = Calendar::default();
        let mut facts = facts(Kind::Factura, Situation::Normal, State::Submitted, "2026-11-20T08:00:00-06:00");
        facts.submitted_at = Some(at("2026-11-20T14:00:00Z"));
        let found = deadline(&facts, &calendar, at("2026-11-20T17:00:00Z")).unwrap();
        assert_eq!(
            (found.rule, found.passed, found.near, found.age_seconds),
            (LegalRule::Validation, false, false, 10_800)
        );
        assert!(deadline(&facts, &calendar, at("2026-11-20T17:00:01Z")).unwrap().passed);
        facts.state = State::Accepted;
        assert_eq!(deadline(&facts, &calendar, at("2026-11-30T00:00:00Z")), None);
    }

    #[test]
    fn a_term_is_near_before_it_has_passed() {
        let facts = facts(Kind::Factura, Situation::Offline, State::Signed, "2026-11-20T08:00:00-06:00");
        let judged = |now| deadline(&facts, &Calendar::default(), at(now)).map(|it| (it.near, it.passed)).unwrap();
        assert_eq!(judged("2026-11-24T05:59:59Z"), (false, false));
        assert_eq!(judged("2026-11-24T06:00:00Z"), (true, false));
        assert_eq!(judged("2026-11-25T05:59:59Z"), (true, false));
        assert_eq!(judged("2026-11-25T06:00:00Z"), (false, true));
    }

    #[test]
    fn the_month_after_december_is_january() {
        let facts = facts(Kind::MensajeReceptor, Situation::Normal, State::Draft, "2025-12-31T10:00:00-06:00");
        // The first of January is a holiday; 2 January 2026 is a Friday.
        assert_eq!(due(&facts).1, "2026-01-13 23:59:59");
    }
}
