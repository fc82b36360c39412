//! What subscribers did, and the rules by which it is told.
//!
//! - **Joined and lost** are the platform's own counts per account and UTC day.
//! - **Renewals** are derived from payments, since no platform tells of the end of each term. A payment for a subscription or its
//!   renewal, above zero and of a known fan, comes up for renewal [`TERM_DAYS`] days later. It renewed if that fan's next such payment
//!   is a renewal and came at most [`GRACE_DAYS`] days after. Only what is decided counts: the grace is over for every subscription
//!   that came up on a counted day, so a rate does not rise as days go by. A subscription without a further payment of which
//!   the platform says that it runs beyond the grace has a longer term, and did not come up. Limits: a longer term that has
//!   ended meanwhile counts as not renewed, a free trial comes up with its first payment only, and a payment that was taken
//!   back counts as one.
//! - **Cohorts**: a fan belongs to the calendar month (UTC) of the first payment above zero to an account, whatever it was for. In month
//!   n after it the fan stayed if there is a payment above zero in it. A fan of two accounts counts for each.
//! - **Lifetime value** is the net of all of a cohort's fans up to now, refunds taken off, over the number of those who ever paid in
//!   that currency. Older cohorts had more time; it is no forecast.

use crate::analytics::share::Share;
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::Period;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A subscription is paid for so many days at a time.
pub const TERM_DAYS: u64 = 30;
/// A renewal may come so many days late: the platform tries a card again.
pub const GRACE_DAYS: u64 = 3;

/// Asks who joined and left on the days of `period` and `previous`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

/// One day's subscribers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDay {
    /// The day.
    pub day: NaiveDate,
    /// Who joined.
    pub joined: i64,
    /// Who left.
    pub lost: i64,
}

/// The days of `period`.
pub fn flow_in(days: &[FlowDay], period: Period) -> impl Iterator<Item = &FlowDay> {
    days.iter().filter(move |it| period.start <= it.day && it.day < period.end)
}

/// Joined and lost on the days of `period`.
#[must_use]
pub fn flow(days: &[FlowDay], period: Period) -> (i64, i64) {
    flow_in(days, period).fold((0, 0), |(joined, lost), it| (joined + it.joined, lost + it.lost))
}

/// Asks which subscriptions came up for renewal on the days from `start` to `end` (exclusive), and which renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewals {
    /// The first day.
    pub start: NaiveDate,
    /// The day after the last.
    pub end: NaiveDate,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

impl Renewals {
    /// The first day whose renewals are not decided yet.
    #[must_use]
    pub fn decided_until(today: NaiveDate) -> NaiveDate {
        today - Days::new(GRACE_DAYS)
    }
}

/// What came up for renewal on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDay {
    /// The day.
    pub day: NaiveDate,
    /// How many subscriptions came up.
    pub due: i64,
    /// How many of them renewed.
    pub renewed: i64,
}

/// How many of those that came up on the days of `period` renewed.
#[must_use]
pub fn renewed(days: &[DueDay], period: Period) -> Share {
    let inside = days.iter().filter(|it| period.start <= it.day && it.day < period.end);
    inside.fold(Share::default(), |sum, it| Share::new(sum.part + it.renewed, sum.of + it.due))
}

/// The same per calendar month, for tables: its days within `period`, the newest first.
#[must_use]
pub fn renewed_by_month(days: &[DueDay], period: Period) -> Vec<(Period, Share)> {
    let mut months: Vec<_> = months_of(period).map(|month| (month, renewed(days, month))).collect();
    months.reverse();
    months
}

/// The calendar months that `period` touches, each cut to it.
fn months_of(period: Period) -> impl Iterator<Item = Period> {
    let mut start = period.start;
    std::iter::from_fn(move || {
        let end = (first_of(start) + Months::new(1)).min(period.end);
        let month = (start < period.end).then_some(Period { start, end });
        start = end;
        month
    })
}

/// The first day of a day's month.
#[must_use]
pub fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// How many months from one month to another.
fn months_between(from: NaiveDate, to: NaiveDate) -> i32 {
    (to.year() - from.year()) * 12 + i32::try_from(to.month0()).unwrap_or(0)
        - i32::try_from(from.month0()).unwrap_or(0)
}

/// Asks what became of the fans who first paid in each month from `since` on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohorts {
    /// The first day of the first month.
    pub since: NaiveDate,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

/// How many months of cohorts are told.
pub const COHORTS: u32 = 24;

impl Cohorts {
    /// The last [`COHORTS`] months, this one included.
    #[must_use]
    pub fn up_to(today: NaiveDate, accounts: Option<Vec<AccountId>>) -> Self {
        Self { since: first_of(today) - Months::new(COHORTS - 1), accounts }
    }
}

/// What a cohort's fans did in one month and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CohortRow {
    /// The first day of the month of the first payment.
    pub cohort: NaiveDate,
    /// So many months later.
    pub after: i32,
    /// In which currency.
    pub currency: String,
    /// Fans who paid in that month; each in one of its currencies only.
    pub paid: i64,
    /// Fans who paid in that currency for the first time.
    pub new_in_currency: i64,
    /// What all of them brought, after the platform's fee.
    pub net: i64,
}

/// The fans who first paid in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// The first day of that month.
    pub month: NaiveDate,
    /// How many they are.
    pub fans: i64,
    /// How many of them paid in each month after, the first included, up to this one.
    pub stayed: Vec<Share>,
    /// What they brought up to now, currency by currency.
    pub worth: Vec<Worth>,
}

/// What fans brought in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// All of it, after the platform's fee.
    pub net: Money,
    /// How many fans paid in it.
    pub fans: i64,
}

impl Worth {
    /// Net per fan, rounded.
    #[must_use]
    pub fn per_fan(self) -> Option<Money> {
        let minor = crate::analytics::types::average(self.net.minor, self.fans)?;
        Some(Money::new(minor, self.net.currency))
    }
}

/// The cohorts in `rows` up to the month of `today`, the newest first. Months in which nobody of a cohort paid are there too.
#[must_use]
pub fn cohorts(rows: &[CohortRow], today: NaiveDate) -> Vec<Cohort> {
    let months: BTreeSet<_> = rows.iter().map(|row| row.cohort).collect();
    let cohort = |month: NaiveDate| {
        let own: Vec<_> = rows.iter().filter(|row| row.cohort == month).collect();
        let mut paid: BTreeMap<i32, i64> = BTreeMap::new();
        let mut worth: BTreeMap<Currency, (i64, i64)> = BTreeMap::new();
        for row in own {
            *paid.entry(row.after).or_default() += row.paid;
            // The platform's rows are checked when they come in; what is no currency cannot be shown.
            let Ok(currency) = row.currency.parse() else { continue };
            let sums = worth.entry(currency).or_default();
            *sums = (sums.0 + row.net, sums.1 + row.new_in_currency);
        }
        let fans = paid.get(&0).copied().unwrap_or(0);
        let stayed = (0..=months_between(month, today).max(0))
            .map(|after| Share::new(paid.get(&after).copied().unwrap_or(0), fans));
        let worth =
            worth.into_iter().map(|(currency, (net, fans))| Worth { net: Money::new(net, currency), fans });
        Cohort { month, fans, stayed: stayed.collect(), worth: worth.collect() }
    };
    months.into_iter().rev().map(cohort).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn row(cohort: &str, after: i32, currency: &str, (paid, new, net): (i64, i64, i64)) -> CohortRow {
        let currency = currency.to_owned();
        CohortRow { cohort: day(cohort), after, currency, paid, new_in_currency: new, net }
    }

    #[test]
    fn a_cohort_has_a_share_for_every_month_up_to_now_and_its_worth_by_currency() {
        let rows = [
            row("2026-01-01", 0, "USD", (4, 4, 4000)),
            row("2026-01-01", 0, "EUR", (0, 1, 500)),
            row("2026-01-01", 2, "USD", (1, 0, -100)),
            row("2026-03-01", 0, "USD", (2, 2, 900)),
        ];
        let all = cohorts(&rows, day("2026-03-31"));
        assert_eq!(all.iter().map(|it| it.month).collect::<Vec<_>>(), [day("2026-03-01"), day("2026-01-01")]);
        assert_eq!(all[0].stayed, [Share::new(2, 2)]);
        assert_eq!(all[1].stayed, [Share::new(4, 4), Share::new(0, 4), Share::new(1, 4)]);
        let per_fan: Vec<_> = all[1].worth.iter().map(|it| it.per_fan().unwrap().to_string()).collect();
        assert_eq!(per_fan, ["€5.00", "$9.75"]);
    }

    #[test]
    fn renewals_are_summed_by_the_day_on_which_they_came_up() {
        let days = [
            DueDay { day: day("2026-01-31"), due: 5, renewed: 1 },
            DueDay { day: day("2026-02-01"), due: 10, renewed: 7 },
        ];
        let period = Period { start: day("2026-01-20"), end: day("2026-03-02") };
        assert_eq!(renewed(&days, period), Share::new(8, 15));
        let months: Vec<_> = renewed_by_month(&days, period);
        let told: Vec<_> = months.iter().map(|(month, share)| (month.to_string(), share.part)).collect();
        let expected = [("1 Mar 2026", 0), ("1 – 28 Feb 2026", 7), ("20 – 31 Jan 2026", 1)];
        assert_eq!(told, expected.map(|(month, part)| (month.to_owned(), part)));
        assert_eq!(Renewals::decided_until(day("2026-03-31")), day("2026-03-28"));
    }
}
