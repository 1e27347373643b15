//! Costa Rica's business days: Monday to Friday without the holidays of article 148 of the Código de Trabajo.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The holidays of a fixed date: month, day, name and the first year with it.
const FIXED: [(u32, u32, &str, i32); 10] = [
    (1, 1, "Año Nuevo", 0),
    (4, 11, "Batalla de Rivas", 0),
    (5, 1, "Día del Trabajador", 0),
    (7, 25, "Anexión del Partido de Nicoya", 0),
    (8, 2, "Virgen de los Ángeles", 0),
    (8, 15, "Día de la Madre", 0),
    // Law 10050, in force since November 2021.
    (8, 31, "Día de la Persona Negra y la Cultura Afrocostarricense", 2022),
    (9, 15, "Independencia", 0),
    // Law 9803 put it in the place of 12 October from 2020 on. Earlier years are no concern of comprobantes v4.3 and v4.4.
    (12, 1, "Abolición del Ejército", 2020),
    (12, 25, "Navidad", 0),
];

/// Year, month and day.
type Day = (i32, u32, u32);

/// Holidays that were kept on another day: law 9875 for 2020 to 2024, as changed by laws 10396 and 10438, and the transitory
/// rule of law 10050 for its first two years. Since 2025 no holiday moves.
const MOVED: [(Day, Day); 16] = [
    ((2020, 7, 25), (2020, 7, 27)),
    ((2020, 8, 15), (2020, 8, 17)),
    ((2020, 9, 15), (2020, 9, 14)),
    ((2020, 12, 1), (2020, 11, 30)),
    ((2021, 5, 1), (2021, 5, 3)),
    ((2021, 7, 25), (2021, 7, 26)),
    ((2021, 9, 15), (2021, 9, 13)),
    ((2021, 12, 1), (2021, 11, 29)),
    ((2022, 8, 31), (2022, 9, 4)),
    ((2022, 9, 15), (2022, 9, 19)),
    ((2022, 12, 1), (2022, 12, 5)),
    ((2023, 4, 11), (2023, 4, 10)),
    ((2023, 7, 25), (2023, 7, 24)),
    ((2023, 8, 15), (2023, 8, 14)),
    ((2023, 8, 31), (2023, 9, 3)),
    ((2024, 4, 11), (2024, 4, 15)),
];

/// The law's calendar with the changes that the configuration makes to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    added: BTreeSet<NaiveDate>,
    removed: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// The law's calendar, with `holidays_add` and without `holidays_remove`.
    pub(crate) fn new(added: &[NaiveDate], removed: &[NaiveDate]) -> Self {
        Calendar { added: added.iter().copied().collect(), removed: removed.iter().copied().collect() }
    }

    /// The name of the holiday that is kept on this day.
    pub(crate) fn holiday(&self, day: NaiveDate) -> Option<&'static str> {
        if self.removed.contains(&day) {
            return None;
        }
        legal_holiday(day).or_else(|| self.added.contains(&day).then_some("added by the configuration"))
    }

    /// Whether offices work on this day.
    pub(crate) fn is_business_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && self.holiday(day).is_none()
    }

    /// The `count`th business day, counted from `first`, which is the first of them when it is one itself.
    pub(crate) fn business_day_from(&self, first: NaiveDate, count: usize) -> NaiveDate {
        let days = first.iter_days().filter(|day| self.is_business_day(*day));
        // Days are without end for any date of a comprobante; chrono's end of time is the only other one.
        days.take(count.max(1)).last().unwrap_or(NaiveDate::MAX)
    }

    /// The `count`th business day after `day`.
    pub(crate) fn business_day_after(&self, day: NaiveDate, count: usize) -> NaiveDate {
        self.business_day_from(day + Days::new(1), count)
    }
}

fn legal_holiday(day: NaiveDate) -> Option<&'static str> {
    if let Some((original, _)) = MOVED.iter().find(|(_, kept)| date(*kept) == Some(day)) {
        return fixed_holiday(date(*original)?);
    }
    if MOVED.iter().any(|(original, _)| date(*original) == Some(day)) {
        return None;
    }
    let easter = easter(day.year());
    if easter.is_some_and(|easter| easter - Days::new(3) == day) {
        return Some("Jueves Santo");
    }
    if easter.is_some_and(|easter| easter - Days::new(2) == day) {
        return Some("Viernes Santo");
    }
    fixed_holiday(day)
}

fn fixed_holiday(day: NaiveDate) -> Option<&'static str> {
    FIXED
        .iter()
        .find(|(month, number, _, since)| (*month, *number) == (day.month(), day.day()) && day.year() >= *since)
        .map(|(_, _, name, _)| *name)
}

fn date((year, month, day): Day) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher; the names are theirs.
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn weekday_holidays(year: i32) -> Vec<String> {
        let calendar = Calendar::default();
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        first
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| calendar.holiday(*day).is_some() && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn easter_is_when_the_church_kept_it() {
        for known in ["2019-04-21", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25", "2285-03-22"]
        {
            assert_eq!(easter(day(known).year()), Some(day(known)));
        }
    }

    /// As published by the Ministerio de Trabajo and the press for each year.
    #[test]
    fn the_holidays_on_weekdays_are_those_of_each_year() {
        let of = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(weekday_holidays(2021), of("01-01 04-01 04-02 05-03 07-26 08-02 09-13 11-29"));
        assert_eq!(weekday_holidays(2023), of("04-06 04-07 04-10 05-01 07-24 08-02 08-14 09-15 12-01 12-25"));
        assert_eq!(weekday_holidays(2024), of("01-01 03-28 03-29 04-15 05-01 07-25 08-02 08-15 12-25"));
        assert_eq!(weekday_holidays(2026), of("01-01 04-02 04-03 05-01 08-31 09-15 12-01 12-25"));
    }

    #[test]
    fn every_moved_holiday_is_one_and_keeps_its_name() {
        for (original, kept) in MOVED {
            let (original, kept) = (date(original).unwrap(), date(kept).unwrap());
            assert!(fixed_holiday(original).is_some(), "{original}");
            assert_eq!(legal_holiday(kept), fixed_holiday(original));
            assert_eq!(legal_holiday(original), None);
        }
    }

    #[test]
    fn business_days_are_counted_over_weekends_and_holidays() {
        let calendar = Calendar::default();
        // Thursday and Friday of Holy Week follow, then a weekend: Monday is the first day.
        assert_eq!(calendar.business_day_after(day("2026-04-01"), 2), day("2026-04-07"));
        assert_eq!(calendar.business_day_after(day("2026-11-20"), 2), day("2026-11-24"));
        assert_eq!(calendar.business_day_from(day("2026-11-20"), 1), day("2026-11-20"));
        assert_eq!(calendar.business_day_from(day("2026-12-01"), 8), day("2026-12-11"));
    }

    #[test]
    fn the_configuration_adds_and_removes() {
        let calendar = Calendar::new(&[day("2026-12-24")], &[day("2026-12-25")]);
        assert!(!calendar.is_business_day(day("2026-12-24")));
        assert!(calendar.is_business_day(day("2026-12-25")));
    }
}
