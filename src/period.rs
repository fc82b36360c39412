//! A period: whole UTC days, `start` inclusive, `end` exclusive, and the choices that people make of it.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Whole UTC days from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub start: NaiveDate,
    /// The day after the last.
    pub end: NaiveDate,
}

/// The longest period that a page shows: three years.
pub const MAX_DAYS: i64 = 1100;

/// The years in which a period may begin, so that the one before it is a date everywhere too.
const YEARS: std::ops::Range<i32> = 2000..2200;

/// What the person picked; the address bar holds it as `period=…` (and `from=…&to=…` for custom days, both inclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Choice {
    /// The last n days, today included.
    Days(u32),
    /// The last twelve months up to today.
    TwelveMonths,
    /// From the first of this month up to today.
    ThisMonth,
    /// The whole month before this one.
    LastMonth,
    /// Any days.
    Custom(Period),
}

impl Choice {
    /// The choices that the picker offers, in its order.
    pub const OFFERED: [Self; 6] =
        [Self::Days(7), Self::Days(30), Self::Days(90), Self::TwelveMonths, Self::ThisMonth, Self::LastMonth];

    /// Reads the address bar; what cannot be read is `None`.
    #[must_use]
    pub fn parse(name: &str, from: Option<&str>, to: Option<&str>) -> Option<Self> {
        Some(match name {
            "7d" => Self::Days(7),
            "30d" => Self::Days(30),
            "90d" => Self::Days(90),
            "12m" => Self::TwelveMonths,
            "this-month" => Self::ThisMonth,
            "last-month" => Self::LastMonth,
            "custom" => {
                let start: NaiveDate = from?.parse().ok()?;
                let end = to?.parse::<NaiveDate>().ok()?.succ_opt()?;
                let days = (end - start).num_days();
                if !(1..=MAX_DAYS).contains(&days) || !YEARS.contains(&start.year()) {
                    return None;
                }
                Self::Custom(Period { start, end })
            }
            _ => return None,
        })
    }

    /// The value of `period=` in the address bar.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Days(7) => "7d",
            Self::Days(90) => "90d",
            Self::Days(_) => "30d",
            Self::TwelveMonths => "12m",
            Self::ThisMonth => "this-month",
            Self::LastMonth => "last-month",
            Self::Custom(_) => "custom",
        }
    }

    /// The whole query, without `?`.
    #[must_use]
    pub fn query(self) -> String {
        match self {
            Self::Custom(period) => format!("period=custom&from={}&to={}", period.start, period.last_day()),
            other => format!("period={}", other.name()),
        }
    }

    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Days(7) => "7 days",
            Self::Days(90) => "90 days",
            Self::Days(_) => "30 days",
            Self::TwelveMonths => "12 months",
            Self::ThisMonth => "This month",
            Self::LastMonth => "Last month",
            Self::Custom(_) => "Custom",
        }
    }

    /// The days meant, when today is `today`.
    #[must_use]
    pub fn period(self, today: NaiveDate) -> Period {
        let tomorrow = today + Days::new(1);
        let month = today.with_day(1).unwrap_or(today);
        match self {
            Self::Days(days) => Period { start: tomorrow - Days::new(u64::from(days)), end: tomorrow },
            Self::TwelveMonths => Period { start: tomorrow - Months::new(12), end: tomorrow },
            Self::ThisMonth => Period { start: month, end: tomorrow },
            Self::LastMonth => Period { start: month - Months::new(1), end: month },
            Self::Custom(period) => period,
        }
    }

    /// What it is compared with: the month before for months (as many days of it), else as many days before.
    #[must_use]
    pub fn previous(self, today: NaiveDate) -> Period {
        let period = self.period(today);
        match self {
            Self::ThisMonth => {
                let start = period.start - Months::new(1);
                let same_days = start + Days::new(period.days().unsigned_abs());
                Period { start, end: same_days.min(period.start) }
            }
            Self::LastMonth => Period { start: period.start - Months::new(1), end: period.start },
            Self::TwelveMonths => Period { start: period.start - Months::new(12), end: period.start },
            _ => Period { start: period.start - Days::new(period.days().unsigned_abs()), end: period.start },
        }
    }
}

impl Period {
    /// How many days.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.end - self.start).num_days()
    }

    /// The last day inside.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.end - Days::new(1)
    }

    /// Every day, in order.
    pub fn iter(self) -> impl Iterator<Item = NaiveDate> {
        self.start.iter_days().take_while(move |day| *day < self.end)
    }
}

/// How long the spans are that sums are kept of (`account_sums.grain`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// One day.
    Day,
    /// Days 1 to 10, 11 to 20, or 21 to the end of a month.
    Third,
    /// A whole month.
    Month,
}

impl Grain {
    /// As the database spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Third => "third",
            Self::Month => "month",
        }
    }

    /// The span that begins at `day`, if one does.
    fn end(self, day: NaiveDate) -> Option<NaiveDate> {
        let next_month = || day.with_day(1)?.checked_add_months(Months::new(1));
        match (self, day.day()) {
            (Self::Day, _) => day.succ_opt(),
            (Self::Third, 1 | 11) => day.checked_add_days(Days::new(10)),
            (Self::Third, 21) | (Self::Month, 1) => next_month(),
            _ => None,
        }
    }
}

/// The starts of spans of one grain.
pub type Span = (Grain, NaiveDate);

impl Period {
    /// The fewest spans that together are exactly this period.
    #[must_use]
    pub fn spans(self) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut day = self.start;
        while day < self.end {
            let longest = [Grain::Month, Grain::Third, Grain::Day];
            let fits = |grain: Grain| grain.end(day).filter(|end| *end <= self.end).map(|end| (grain, end));
            let Some((grain, end)) = longest.into_iter().find_map(fits) else { break };
            spans.push((grain, day));
            day = end;
        }
        spans
    }
}

/// `1 – 30 Jun 2026`, leaving out what both ends share.
impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = self.last_day();
        let end = last.format("%-d %b %Y");
        if self.start == last {
            write!(f, "{end}")
        } else if self.start.year() != last.year() {
            write!(f, "{} – {end}", self.start.format("%-d %b %Y"))
        } else if self.start.month() != last.month() {
            write!(f, "{} – {end}", self.start.format("%-d %b"))
        } else {
            write!(f, "{} – {end}", self.start.format("%-d"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn thirty_days_end_today_and_compare_with_the_thirty_before() {
        let period = Choice::Days(30).period(day("2026-11-21"));
        assert_eq!((period.start, period.end, period.days()), (day("2026-10-23"), day("2026-11-22"), 30));
        let previous = Choice::Days(30).previous(day("2026-11-21"));
        assert_eq!((previous.start, previous.end), (day("2026-09-23"), day("2026-10-23")));
    }

    #[test]
    fn a_month_compares_with_as_many_days_of_the_month_before() {
        let today = day("2026-03-31");
        let previous = Choice::ThisMonth.previous(today);
        assert_eq!((previous.start, previous.end), (day("2026-02-01"), day("2026-03-01")));
        assert_eq!(Choice::LastMonth.period(today).to_string(), "1 – 28 Feb 2026");
    }

    #[test]
    fn a_year_is_few_spans() {
        let year = Choice::TwelveMonths.period(day("2026-11-25"));
        let spans = year.spans();
        let of = |grain| spans.iter().filter(|it| it.0 == grain).count();
        assert_eq!((of(Grain::Month), of(Grain::Third), of(Grain::Day)), (11, 2, 10));
        assert_eq!(spans.first(), Some(&(Grain::Day, day("2025-11-26"))));
    }

    proptest::proptest! {
        #[test]
        fn spans_hold_every_day_once(start in 0_i32..40_000, days in 0_u64..1200) {
            let start = NaiveDate::from_num_days_from_ce_opt(720_000 + start).unwrap();
            let period = Period { start, end: start + Days::new(days) };
            let spans = period.spans();
            let mut next = period.start;
            for (grain, begins) in &spans {
                proptest::prop_assert_eq!(*begins, next);
                next = grain.end(*begins).unwrap();
            }
            proptest::prop_assert_eq!(next, period.end);
            proptest::prop_assert!(spans.len() <= 80);
        }
    }

    #[test]
    fn custom_days_are_inclusive_and_must_make_sense() {
        let choice = Choice::parse("custom", Some("2026-06-01"), Some("2026-06-30")).unwrap();
        assert_eq!(choice.period(day("2026-11-21")).days(), 30);
        assert_eq!(choice.query(), "period=custom&from=2026-06-01&to=2026-06-30");
        assert_eq!(Choice::parse("custom", Some("2026-06-30"), Some("2026-06-01")), None);
        assert_eq!(Choice::parse("custom", Some("1900-01-01"), Some("2026-06-01")), None);
        assert_eq!(Choice::parse("custom", Some("-262143-01-01"), Some("-262143-01-02")), None);
        assert_eq!(Choice::parse("custom", Some("+262142-12-30"), Some("+262142-12-31")), None);
        assert_eq!(Choice::parse("custom", None, None), None);
    }
}
