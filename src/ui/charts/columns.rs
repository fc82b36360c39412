//! What a chart shows: days, gathered into weeks or months when there are many, and the words for them.

use crate::money::{Currency, Money};
use crate::period::Period;
use crate::ui::Figure;
use chrono::{Datelike, Days, NaiveDate};

/// One day's number, and that of the day it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartDay {
    /// The day.
    pub day: NaiveDate,
    /// A count, or minor units.
    pub value: i64,
    /// The day it is compared with and its number, when there is anything from that time.
    pub previous: Option<(NaiveDate, i64)>,
}

/// What a chart's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Minor units of a currency.
    Money(Currency),
}

impl Unit {
    /// `number` of this unit.
    #[must_use]
    pub fn figure(self, number: i64) -> Figure {
        match self {
            Self::Count => Figure::Count(number),
            Self::Money(currency) => Figure::Money(Money::new(number, currency)),
        }
    }

    /// How many of the numbers make one whole.
    #[must_use]
    pub fn whole(self) -> i64 {
        match self {
            Self::Count => 1,
            Self::Money(currency) => 10_i64.pow(currency.exponent()),
        }
    }

    /// `number` for an axis, as short as it can be: `$2.5k`, `−$500`, `0`.
    #[must_use]
    pub fn short(self, number: i64) -> String {
        let figure = self.figure(number.saturating_abs()).to_string();
        let sign: String = figure.chars().take_while(|c| !c.is_ascii_digit()).collect();
        let minus = if number < 0 { "−" } else { "" };
        let wholes = i128::from(number).abs() / i128::from(self.whole());
        let thousands = [(1_000_000_000_000, "T"), (1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k")];
        let thousand = thousands.into_iter().find(|(size, _)| wholes >= *size);
        match thousand {
            _ if number == 0 => "0".to_owned(),
            Some((size, letter)) => {
                let hundredths = format!("{}.{:02}", wholes / size, wholes % size * 100 / size);
                let number = hundredths.trim_end_matches('0').trim_end_matches('.');
                format!("{minus}{sign}{number}{letter}")
            }
            None if number % self.whole() == 0 => format!("{minus}{sign}{wholes}"),
            None => format!("{minus}{figure}"),
        }
    }
}

/// One bar: some days together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The days.
    pub days: Period,
    /// Their sum.
    pub value: i64,
    /// The days they are compared with, and their sum.
    pub previous: Option<(Period, i64)>,
    /// Whether it is not complete: today, or the rest of a week or month.
    pub partial: bool,
}

/// How many days a bar has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One.
    Day,
    /// Seven, counted back from the last day.
    Week,
    /// A calendar month.
    Month,
}

impl Width {
    /// What keeps `days` days legible.
    #[must_use]
    pub fn for_days(days: usize) -> Self {
        match days {
            ..=93 => Self::Day,
            94..=400 => Self::Week,
            _ => Self::Month,
        }
    }

    /// What one is called.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "Week",
            Self::Month => "Month",
        }
    }
}

/// The bars for `days` (in order, without gaps); `today` is still under way.
#[must_use]
pub fn columns(days: &[ChartDay], today: NaiveDate) -> Vec<Column> {
    let width = Width::for_days(days.len());
    let short_week = days.len() % 7;
    let mut index = 0;
    let groups = days.chunk_by(|a, b| {
        index += 1;
        match width {
            Width::Day => false,
            Width::Week => index % 7 != short_week,
            Width::Month => (a.day.year(), a.day.month()) == (b.day.year(), b.day.month()),
        }
    });
    groups.filter_map(|group| column(group, width, today)).collect()
}

fn column(group: &[ChartDay], width: Width, today: NaiveDate) -> Option<Column> {
    let days = span(group.first()?.day, group.last()?.day);
    let value = group.iter().fold(0_i64, |sum, day| sum.saturating_add(day.value));
    let before: Vec<_> = group.iter().filter_map(|day| day.previous).collect();
    let previous = before.first().zip(before.last()).map(|(first, last)| {
        (span(first.0, last.0), before.iter().fold(0_i64, |sum, (_, value)| sum.saturating_add(*value)))
    });
    let whole = match width {
        Width::Day => true,
        Width::Week => days.days() == 7,
        Width::Month => days.start.day() == 1 && days.end.day() == 1,
    };
    let over = days.end <= today;
    Some(Column { days, value, previous, partial: !(whole && over) })
}

fn span(first: NaiveDate, last: NaiveDate) -> Period {
    Period { start: first, end: last + Days::new(1) }
}

/// `12 Nov` for a day, `6 – 12 Nov` for more; the year is said elsewhere, or with `with_year`.
#[must_use]
pub fn words(days: Period, with_year: bool) -> String {
    let text = days.to_string();
    if with_year { text } else { text.replace(&format!(" {}", days.last_day().year()), "") }
}

/// Which of `count` bars get a label: at most five, first and last among them.
#[must_use]
pub fn labelled(count: usize) -> Vec<usize> {
    match count {
        0 => Vec::new(),
        1..=5 => (0..count).collect(),
        _ => (0..5).map(|index| index * (count - 1) / 4).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn run(first: &str, count: usize) -> Vec<ChartDay> {
        let days = day(first).iter_days().take(count);
        days.map(|day| ChartDay { day, value: 1, previous: Some((day - Days::new(count as u64), 2)) })
            .collect()
    }

    #[test]
    fn today_is_partial() {
        let columns = columns(&run("2026-11-15", 7), day("2026-11-21"));
        assert_eq!(columns.len(), 7);
        assert_eq!(columns.iter().filter(|column| column.partial).count(), 1);
        assert!(columns[6].partial);
    }

    #[test]
    fn a_year_is_weeks_that_end_today_and_nothing_is_lost() {
        let columns = columns(&run("2025-11-22", 365), day("2026-11-21"));
        assert_eq!(columns.len(), 53);
        assert_eq!((columns[0].days.days(), columns[0].partial), (1, true));
        assert!(columns[1..].iter().all(|column| column.days.days() == 7));
        assert_eq!(columns.iter().map(|column| column.value).sum::<i64>(), 365);
        assert_eq!(columns.iter().filter_map(|column| column.previous).map(|(_, sum)| sum).sum::<i64>(), 730);
        assert_eq!(columns[52].days.last_day(), day("2026-11-21"));
        assert_eq!(super::columns(&run("2026-01-01", 140), day("2027-01-01")).len(), 20);
    }

    #[test]
    fn more_than_a_year_is_calendar_months() {
        let columns = columns(&run("2025-01-15", 500), day("2026-11-21"));
        assert_eq!((columns[0].days.days(), columns[0].partial), (17, true));
        assert_eq!((columns[1].days.days(), columns[1].partial), (28, false));
    }

    #[test]
    fn an_axis_is_short() {
        let usd = Unit::Money(Currency::USD);
        let short: Vec<_> = [250_000, -50_000, 50, 0, 120_000_000].map(|it| usd.short(it)).into();
        assert_eq!(short, ["$2.5k", "−$500", "$0.50", "0", "$1.2M"]);
        assert_eq!(Unit::Count.short(1_250), "1.25k");
        assert_eq!(Unit::Money("CHF".parse().unwrap()).short(200_000), "CHF\u{a0}2k");
    }

    #[test]
    fn labels_are_few_and_hold_both_ends() {
        assert_eq!(labelled(30), [0, 7, 14, 21, 29]);
        assert_eq!(labelled(3), [0, 1, 2]);
        assert!(labelled(0).is_empty());
        assert_eq!(words(span(day("2026-11-06"), day("2026-11-12")), false), "6 – 12 Nov");
    }
}
