//! What the page of revenue shows, and the rules by which its figures are made. Those of types.rs hold here too.

use super::types::{History, in_order};
use super::{Chosen, Offers};
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::platform::EarningSource;
use crate::ui::{Compared, Series, Step};
use chrono::{Days, Months, NaiveDate};
use std::collections::BTreeMap;

/// What is asked for besides days and accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The currency that charts and tables are of; else the first that there is.
    pub currency: Option<Currency>,
    /// How long the steps of the chart are; else as the days fit.
    pub step: Option<Step>,
    /// How long the rows of the table are; else months.
    pub rows: Option<Step>,
}

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Revenue {
    /// The day now, in UTC.
    pub today: NaiveDate,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub against: Period,
    /// How far back the figures reach.
    pub history: History,
    /// Of which accounts.
    pub chosen: Chosen,
    /// Which others can be chosen.
    pub offers: Offers,
    /// Per currency, the agency's own first.
    pub incomes: Vec<Income>,
    /// More about one of them; nothing when no account is chosen.
    pub detail: Option<Detail>,
}

/// What one currency brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Income {
    /// The currency of everything here.
    pub currency: Currency,
    /// All of it.
    pub total: Sums,
    /// What it came from, most net first. Nothing where sources are not kept apart: of many accounts.
    pub sources: Vec<(EarningSource, Sums)>,
}

/// Sums, each beside that of the days compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// After the platforms' fees.
    pub net: Compared,
    /// What fans paid, less what was taken back.
    pub gross: Compared,
    /// How many times somebody paid.
    pub payments: Compared,
    /// The gross of what was taken back: at most zero.
    pub refunds: Compared,
}

/// One currency over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// Which.
    pub currency: Currency,
    /// How long the steps of the chart are.
    pub step: Step,
    /// The steps.
    pub days: Vec<Period>,
    /// Net of each source in each step, most first; of many accounts the sum alone.
    pub parts: Vec<Series>,
    /// The net of each step compared with, where there is something to compare with.
    pub before: Option<Vec<i64>>,
    /// Net by weekday and hour.
    pub heat: Heat,
    /// The days with most net, most first; nothing where days are not kept apart.
    pub top_days: Option<Vec<TopDay>>,
    /// How long the rows are.
    pub row_step: Step,
    /// Weeks, months or years up to the end of the days shown, the newest first.
    pub rows: Vec<Row>,
}

/// Net by weekday (Monday first) and hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    /// The sums.
    pub hours: [[i64; 24]; 7],
    /// Whether they are of the whole agency although some accounts are chosen: counting those would take too long.
    pub is_of_agency: bool,
}

/// A day among those with most net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopDay {
    /// Which.
    pub day: NaiveDate,
    /// After the platforms' fees.
    pub net: Money,
    /// How many times somebody paid.
    pub payments: i64,
}

/// A week, month or year beside the one before and the one a year before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The days.
    pub days: Period,
    /// Whether it is not over; then it is compared with nothing.
    pub is_partial: bool,
    /// Net beside that of the one before.
    pub net: Compared,
    /// Net beside that of the one a year before; of years there is none.
    pub year: Option<Compared>,
}

/// Bare sums of one period and of the one compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub now: Bare,
    pub before: Bare,
}

/// Bare sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bare {
    pub net: i64,
    pub gross: i64,
    pub payments: i64,
    pub refunds: i64,
}

impl Bare {
    fn plus(self, other: Self) -> Self {
        Self {
            net: self.net.saturating_add(other.net),
            gross: self.gross.saturating_add(other.gross),
            payments: self.payments.saturating_add(other.payments),
            refunds: self.refunds.saturating_add(other.refunds),
        }
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Pair {
    pub fn plus(self, other: Self) -> Self {
        Self { now: self.now.plus(other.now), before: self.before.plus(other.before) }
    }

    /// Whether it is worth a row.
    pub fn is_shown(self, compared: bool) -> bool {
        !self.now.is_nothing() || (compared && !self.before.is_nothing())
    }

    pub fn sums(self, currency: Currency, compared: bool) -> Sums {
        let money = |now, before| {
            Compared::new(Money::new(now, currency), compared.then(|| Money::new(before, currency)))
        };
        Sums {
            net: money(self.now.net, self.before.net),
            gross: money(self.now.gross, self.before.gross),
            payments: Compared::new(self.now.payments, compared.then_some(self.before.payments)),
            refunds: money(self.now.refunds, self.before.refunds),
        }
    }
}

/// The incomes of sums by currency and source (nothing where sources are not kept apart); without `compared` nothing is
/// compared. Nothing at all is zero of `own`.
pub(super) fn incomes(
    rows: &BTreeMap<Currency, Vec<(Option<EarningSource>, Pair)>>,
    own: Currency,
    compared: bool,
) -> Vec<Income> {
    let with_some = rows.iter().filter(|(_, sums)| sums.iter().any(|(_, pair)| pair.is_shown(compared)));
    let order = in_order(own, with_some.map(|(currency, _)| *currency).collect());
    let income = |currency: Currency| {
        let mut sums = rows.get(&currency).cloned().unwrap_or_default();
        sums.retain(|(_, pair)| pair.is_shown(compared));
        sums.sort_by_key(|(source, pair)| (std::cmp::Reverse(pair.now.net), source.clone()));
        let total = sums.iter().fold(Pair::default(), |sum, (_, pair)| sum.plus(*pair));
        let sources =
            sums.into_iter().filter_map(|(source, pair)| Some((source?, pair.sums(currency, compared))));
        Income { currency, total: total.sums(currency, compared), sources: sources.collect() }
    };
    order.into_iter().map(income).collect()
}

/// Rows of the table of weeks, months, or years.
pub(super) fn row_count(step: Step) -> u32 {
    match step {
        Step::Day | Step::Week | Step::Month => 12,
        Step::Year => 4,
    }
}

/// The steps that a table of `step` up to the last day of `period` shows, the newest first.
pub(super) fn row_steps(step: Step, period: Period) -> Vec<Period> {
    let newest = step.start(period.last_day());
    let whole = |start: NaiveDate| Period { start, end: step.next(start) };
    let before = |days: &Period| Some(whole(step.start(days.start - Days::new(1))));
    let count = usize::try_from(row_count(step)).unwrap_or(12);
    std::iter::successors(Some(whole(newest)), before).take(count).collect()
}

/// The start of the step a year before the one that begins with `start`; of weeks the same weekday.
pub(super) fn year_before(step: Step, start: NaiveDate) -> Option<NaiveDate> {
    match step {
        Step::Day | Step::Month => start.checked_sub_months(Months::new(12)),
        Step::Week => start.checked_sub_days(Days::new(364)),
        Step::Year => None,
    }
}

/// The rows of a table: `nets` by the start of each step; what lies before `since` is not known.
pub(super) fn rows(
    step: Step,
    period: Period,
    nets: &BTreeMap<NaiveDate, i64>,
    currency: Currency,
    since: Option<NaiveDate>,
    today: NaiveDate,
) -> Vec<Row> {
    let net = |start: NaiveDate| Money::new(nets.get(&start).copied().unwrap_or(0), currency);
    let known = |start: NaiveDate| since.is_some_and(|since| since < step.next(start));
    let row = |days: Period| {
        let is_partial = days.end > today;
        let against = |start: NaiveDate| (known(start) && !is_partial).then(|| net(start));
        let before = step.start(days.start - Days::new(1));
        let year = year_before(step, days.start).map(|start| Compared::new(net(days.start), against(start)));
        Row { days, is_partial, net: Compared::new(net(days.start), against(before)), year }
    };
    row_steps(step, period).into_iter().filter(|days| known(days.start)).map(row).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn pair(net: i64, before: i64) -> Pair {
        Pair { now: Bare { net, ..Bare::default() }, before: Bare { net: before, ..Bare::default() } }
    }

    #[test]
    fn currencies_stand_apart_and_the_agencys_own_is_first() {
        let eur: Currency = "EUR".parse().unwrap();
        let sums = BTreeMap::from([
            (eur, vec![(Some(EarningSource::Tip), pair(5, 1))]),
            (
                Currency::USD,
                vec![(Some(EarningSource::Tip), pair(0, 2)), (Some(EarningSource::Refund), pair(-1, 0))],
            ),
        ]);
        let all = incomes(&sums, Currency::USD, true);
        assert_eq!(all.iter().map(|it| it.currency).collect::<Vec<_>>(), [Currency::USD, eur]);
        assert_eq!(
            all[0].total.net,
            Compared::new(Money::new(-1, Currency::USD), Some(Money::new(2, Currency::USD)))
        );
        assert_eq!(all[0].sources.len(), 2);
        let alone = incomes(&sums, Currency::USD, false);
        assert_eq!(alone[0].sources.len(), 1, "what was only before is not shown when nothing is compared");
        assert_eq!(incomes(&BTreeMap::new(), eur, true)[0].currency, eur);
    }

    #[test]
    fn a_table_ends_with_the_days_shown_and_compares_what_is_over() {
        let period = Period { start: day("2026-11-01"), end: day("2026-11-22") };
        let nets = BTreeMap::from([
            (day("2026-11-01"), 50),
            (day("2026-10-01"), 40),
            (day("2026-09-01"), 30),
            (day("2025-10-01"), 20),
        ]);
        let rows =
            rows(Step::Month, period, &nets, Currency::USD, Some(day("2025-10-15")), day("2026-11-21"));
        let usd = |minor| Money::new(minor, Currency::USD);
        assert_eq!(rows.len(), 12);
        assert!(rows[0].is_partial && rows[0].net == Compared::new(usd(50), None::<Money>));
        assert_eq!(
            (rows[1].net, rows[1].year),
            (Compared::new(usd(40), Some(usd(30))), Some(Compared::new(usd(40), Some(usd(20)))))
        );
        assert_eq!(
            rows[2].year,
            Some(Compared::new(usd(30), None::<Money>)),
            "nothing is known of September 2025"
        );
    }

    #[test]
    fn weeks_are_compared_with_the_same_weekdays_of_a_year_before() {
        let start = Step::Week.start(day("2026-11-21"));
        let before = year_before(Step::Week, start).unwrap();
        assert_eq!(Step::Week.start(before), before);
        assert_eq!(year_before(Step::Year, start), None);
    }
}
