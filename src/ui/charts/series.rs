//! Several figures over the same steps of time: what stacked columns and lines are made of, and their table.

use super::columns::{Unit, labelled, words};
use super::scale::{HEIGHT, Scale};
use super::view::PLACE;
use crate::period::Period;
use chrono::{Datelike, Days, Months, NaiveDate};
use leptos::prelude::*;

/// How long the steps are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// A day.
    #[default]
    Day,
    /// A calendar week, from Monday on.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Step {
    /// Its name in addresses, and PostgreSQL's for `date_trunc`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::Month, Self::Year].into_iter().find(|step| step.name() == name)
    }

    /// What one is called.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "Week",
            Self::Month => "Month",
            Self::Year => "Year",
        }
    }

    /// What keeps `days` days legible.
    #[must_use]
    pub fn for_days(days: i64) -> Self {
        match days {
            ..=62 => Self::Day,
            63..=400 => Self::Week,
            _ => Self::Month,
        }
    }

    /// The first day of the step that `day` is in.
    #[must_use]
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => day.with_day(1).unwrap_or(day),
            Self::Year => day.with_ordinal(1).unwrap_or(day),
        }
    }

    /// The first day of the step after the one that begins with `start`.
    #[must_use]
    pub fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => start + Days::new(1),
            Self::Week => start + Days::new(7),
            Self::Month => start + Months::new(1),
            Self::Year => start + Months::new(12),
        }
    }

    /// The steps of `period`, in order; the first and last are cut off at its ends.
    #[must_use]
    pub fn of(self, period: Period) -> Vec<Period> {
        let starts = std::iter::successors(Some(self.start(period.start)), |start| Some(self.next(*start)));
        let starts = starts.take_while(|start| *start < period.end);
        let cut = |start: NaiveDate| Period {
            start: start.max(period.start),
            end: self.next(start).min(period.end),
        };
        starts.map(cut).collect()
    }

    /// Whether `days` are less than a whole step, or not over.
    #[must_use]
    pub fn is_partial(self, days: Period, today: NaiveDate) -> bool {
        days.end > today || self.start(days.start) != days.start || self.next(days.start) != days.end
    }

    /// `12 Nov`, `9 – 15 Nov`, `November 2026`, `2026`.
    #[must_use]
    pub fn words(self, days: Period, with_year: bool) -> String {
        let whole = self.start(days.start) == days.start && self.next(days.start) == days.end;
        match self {
            Self::Month if whole => days.start.format("%B %Y").to_string(),
            Self::Year if whole => days.start.format("%Y").to_string(),
            _ => words(days, with_year),
        }
    }
}

/// One figure over the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What it is, such as `Tips`.
    pub words: String,
    /// A number per step.
    pub values: Vec<i64>,
}

/// What every chart of series is told.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    pub step: Step,
    pub days: Vec<Period>,
    pub today: NaiveDate,
}

impl Steps {
    pub fn years(&self) -> bool {
        self.days.first().zip(self.days.last()).is_some_and(|(a, b)| a.start.year() != b.last_day().year())
    }

    pub fn when(&self, at: usize, years: bool) -> String {
        let Some(days) = self.days.get(at) else { return String::new() };
        let words = self.step.words(*days, years);
        if self.step.is_partial(*days, self.today) { format!("{words} (not complete)") } else { words }
    }

    /// The labels below the chart.
    pub fn marks(&self) -> impl IntoView + use<> {
        let pattern = match self.step {
            Step::Month => "%b %Y",
            Step::Year => "%Y",
            _ if self.years() => "%-d %b %Y",
            _ => "%-d %b",
        };
        let days = labelled(self.days.len()).into_iter().filter_map(|at| self.days.get(at));
        days.map(|days| view! { <span>{days.start.format(pattern).to_string()}</span> }).collect_view()
    }

    /// What pointer, finger and keys choose: a place per step, with what it tells.
    pub fn hits(&self, told: impl Fn(usize) -> String) -> AnyView {
        let years = self.years();
        let hits = (0..self.days.len()).map(|at| {
            let (when, told) = (self.when(at, years), told(at));
            let title = format!("{when}: {told}");
            view! {
                <rect class="hit" x=at * PLACE y="0" width=PLACE height=HEIGHT data-when=when data-told=told>
                    <title>{title}</title>
                </rect>
            }
        });
        hits.collect_view().into_any()
    }

    /// The figures once more as a table, the newest first.
    pub fn table(&self, title: &str, unit: Unit, series: &[Series], total: bool) -> impl IntoView + use<> {
        let heads = series.iter().map(|it| view! { <th scope="col" class="num">{it.words.clone()}</th> });
        let heads = heads.collect_view();
        let cell = |number: i64| {
            let class = if number < 0 { "num negative" } else { "num" };
            view! { <td class=class>{unit.figure(number).to_string()}</td> }
        };
        let rows = (0..self.days.len()).rev().map(|at| {
            let numbers: Vec<_> = series.iter().map(|it| it.values.get(at).copied().unwrap_or(0)).collect();
            let sum = total.then(|| cell(numbers.iter().fold(0, |sum: i64, it| sum.saturating_add(*it))));
            let cells = numbers.into_iter().map(cell).collect_view();
            view! { <tr><th scope="row">{self.when(at, true)}</th>{cells}{sum}</tr> }
        });
        let rows = rows.collect_view();
        view! {
            <details class="disclosure">
                <summary>"Show as a table"</summary>
                <div class="table-wrap" tabindex="0" role="region" aria-label=format!("{title}, as a table")>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{self.step.noun()}</th>
                                {heads}
                                {total.then(|| view! { <th scope="col" class="num">"Total"</th> })}
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        }
    }
}

/// The labels at the left.
pub(super) fn y_labels(scale: Scale, unit: Unit) -> impl IntoView + use<> {
    scale.lines().map(|line| view! { <span>{unit.short(line)}</span> }).collect_view()
}

/// The grid's lines, and where zero is.
pub(super) fn grid(scale: Scale, right: usize) -> (String, String) {
    let lines = scale.lines().filter(|line| *line != 0);
    let grid = lines.fold(String::new(), |path, line| path + &format!("M0 {}H{right}", scale.y(line)));
    (grid, format!("M0 {}H{right}", scale.y(0)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn period(start: &str, end: &str) -> Period {
        Period { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[test]
    fn steps_are_of_the_calendar_and_cut_off_at_the_ends() {
        // The 1st of November 2026 is a Sunday.
        let weeks = Step::Week.of(period("2026-11-01", "2026-11-12"));
        assert_eq!(
            weeks,
            [
                period("2026-11-01", "2026-11-02"),
                period("2026-11-02", "2026-11-09"),
                period("2026-11-09", "2026-11-12")
            ]
        );
        let today = "2026-11-21".parse().unwrap();
        assert_eq!(
            weeks.iter().map(|week| Step::Week.is_partial(*week, today)).collect::<Vec<_>>(),
            [true, false, true]
        );
        let months = Step::Month.of(period("2025-12-15", "2026-02-01"));
        assert_eq!(months, [period("2025-12-15", "2026-01-01"), period("2026-01-01", "2026-02-01")]);
        assert_eq!(Step::Month.words(months[1], false), "January 2026");
        assert_eq!(Step::Year.of(period("2025-12-15", "2026-02-01")).len(), 2);
    }

    #[test]
    fn steps_cover_every_day_once() {
        let whole = period("2024-01-31", "2026-03-01");
        for step in [Step::Day, Step::Week, Step::Month, Step::Year] {
            let steps = step.of(whole);
            assert_eq!((steps[0].start, steps[steps.len() - 1].end), (whole.start, whole.end));
            assert!(steps.windows(2).all(|pair| pair[0].end == pair[1].start), "{step:?}");
            assert_eq!(Step::parse(step.name()), Some(step));
        }
    }
}
