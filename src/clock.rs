//! The time: real, or fixed for rehearsals and tests. The only file that asks the system for it.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, SubsecRound, Utc};

/// The variable that fixes the clock, as RFC 3339. Refused where a production company is in use.
pub const CLOCK_VARIABLE: &str = "CR_EINVOICE_CLOCK";

/// Where `now` comes from. Rules take the instant as an argument; only commands hold a clock.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always this instant.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present instant, in whole seconds, as the database keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => Utc::now().trunc_subsecs(0),
            Clock::Fixed(at) => *at,
        }
    }
}

/// Costa Rica's offset: UTC−06:00 all year, whatever the machine's zone.
pub fn costa_rica() -> FixedOffset {
    const SIX_HOURS_WEST: i32 = 6 * 3600;
    match FixedOffset::west_opt(SIX_HOURS_WEST) {
        Some(offset) => offset,
        None => unreachable!("six hours are a valid offset"),
    }
}

/// The calendar day in Costa Rica at this instant.
pub fn costa_rica_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&costa_rica()).date_naive()
}

/// The instant as the database and JSON write it: `YYYY-MM-DDTHH:MM:SSZ`.
pub fn utc_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The instant as people read it: Costa Rica time, `2026-11-20 09:15:03`.
pub fn costa_rica_text(at: DateTime<Utc>) -> String {
    at.with_timezone(&costa_rica()).format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_six_utc() {
        let before: DateTime<Utc> = "2026-11-21T05:59:59Z".parse().expect("an instant");
        let after: DateTime<Utc> = "2026-11-21T06:00:00Z".parse().expect("an instant");
        assert_eq!(costa_rica_day(before).to_string(), "2026-11-20");
        assert_eq!(costa_rica_day(after).to_string(), "2026-11-21");
    }
}
