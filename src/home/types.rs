//! What first pages show, and the rules by which their figures are made.
//!
//! Who sold what is not known: what is shown to chatters is everything that was sold in messages and tips on their accounts
//! while they were assigned, gross, by whomever. A refund lowers the day on which it happened, if what it takes back had been
//! counted.

use crate::accounts::{Belongs, Listed};
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::platform::{EarningSource, PlatformKind};
use crate::ui::{Compared, Figure};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

/// What a chatter begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The accounts that they work on, what needs somebody first; the first so many.
    pub accounts: Vec<WorkAccount>,
    /// What waits on all of them.
    pub waits: Waits,
    /// The days of the figures.
    pub week: Week,
    /// What was sold, source by source.
    pub sold: Vec<Sales>,
}

/// One account that a chatter works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkAccount {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where.
    pub platform: PlatformKind,
    /// How it is reached, as [`crate::ui::health_words`] spells it.
    pub health: String,
    /// Since when.
    pub health_since: DateTime<Utc>,
    /// Chats with something unread; nothing where the platform gives no count.
    pub unread: Option<i64>,
    /// When they were counted.
    pub unread_at: Option<DateTime<Utc>>,
    /// Subscriptions that end soon.
    pub ending: i64,
    /// Who subscribed today.
    pub joined: i64,
    /// As the platform counts them.
    pub subscribers: Option<i64>,
}

/// What waits on all accounts of a chatter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// How many accounts there are.
    pub accounts: i64,
    /// Chats with something unread, where platforms count them.
    pub unread: Option<i64>,
    /// The oldest of these counts.
    pub unread_at: Option<DateTime<Utc>>,
    /// Accounts that have to be reconnected.
    pub reconnect: i64,
    /// Subscriptions that end soon.
    pub ending: i64,
    /// Who subscribed today.
    pub joined: i64,
}

/// What one source brought; a list of figures is once per currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// What was sold.
    pub source: EarningSource,
    /// How many were sold today.
    pub today_count: i64,
    /// Gross today, against the same day of the week before.
    pub today: Vec<Compared>,
    /// How many were sold this week.
    pub week_count: i64,
    /// Gross this week, against the same days of the week before.
    pub week: Vec<Compared>,
}

/// This week up to today, from Monday on, and the same days of the week before. Days are UTC days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Today.
    pub today: NaiveDate,
    /// This week's days so far.
    pub this: Period,
    /// The same days a week before.
    pub before: Period,
}

impl Week {
    /// The week of `today`.
    #[must_use]
    pub fn of(today: NaiveDate) -> Self {
        let start = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
        let (week, tomorrow) = (Days::new(7), today + Days::new(1));
        let before = Period { start: start - week, end: tomorrow - week };
        Self { today, this: Period { start, end: tomorrow }, before }
    }
}

/// What a creator begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Which creator of the agency she is; nothing while nobody has said so.
    pub creator: Option<Belongs>,
    /// Her accounts, what needs her first; the first so many.
    pub accounts: Vec<Listed>,
    /// How many there are.
    pub count: i64,
}

/// What an agency asks of a creator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// To connect an account, since she has none.
    ConnectFirst,
    /// To give the platform's permission anew.
    Reconnect {
        /// Which account.
        account: String,
        /// Where.
        platform: PlatformKind,
        /// Since when there is no access.
        since: DateTime<Utc>,
    },
}

impl Own {
    /// What she is asked to do: it follows from how things are, so it goes by itself once it is done.
    pub(super) fn tasks(&self) -> Vec<Task> {
        if self.creator.is_some() && self.accounts.is_empty() {
            return vec![Task::ConnectFirst];
        }
        let lost = self.accounts.iter().filter(|account| account.health.state == "needs_reconnect");
        let tasks = lost.map(|account| Task::Reconnect {
            account: account.name.clone(),
            platform: account.platform,
            since: account.health.since,
        });
        tasks.collect()
    }
}

/// The figures of several accounts together, per currency; compared when all of them are.
pub(super) fn together(all: &[&[Compared]], fallback: Currency) -> Vec<Compared> {
    let all: Vec<_> = all.iter().flat_map(|figures| figures.iter()).collect();
    let compares = !all.is_empty() && all.iter().all(|it| it.previous.is_some());
    let now = sums(all.iter().map(|it| it.current));
    let before = sums(all.iter().filter_map(|it| it.previous));
    Compared::by_currency(&now, compares.then_some(before.as_slice()), fallback)
}

/// Money added up per currency, in the order in which the currencies come.
fn sums(figures: impl Iterator<Item = Figure>) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for figure in figures {
        let Figure::Money(money) = figure else { continue };
        match sums.iter_mut().find(|sum| sum.currency == money.currency) {
            Some(sum) => sum.minor += money.minor,
            None => sums.push(money),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_begins_on_monday_and_stands_beside_the_same_days() {
        let wednesday = Week::of(day("2026-11-25"));
        assert_eq!(wednesday.this, Period { start: day("2026-11-23"), end: day("2026-11-26") });
        assert_eq!(wednesday.before, Period { start: day("2026-11-16"), end: day("2026-11-19") });
        let monday = Week::of(day("2026-11-23"));
        assert_eq!((monday.this.days(), monday.before.start), (1, day("2026-11-16")));
        let sunday = Week::of(day("2026-11-29"));
        assert_eq!((sunday.this.days(), sunday.before.end), (7, sunday.this.start));
    }

    #[test]
    fn accounts_add_up_per_currency_and_compare_when_all_do() {
        let eur: Currency = "EUR".parse().unwrap();
        let money = |minor, currency| Money::new(minor, currency);
        let pair = |now, before, currency| Compared::new(money(now, currency), Some(money(before, currency)));
        let (a, b) = ([pair(5, 3, Currency::USD)], [pair(7, 1, Currency::USD), pair(2, 9, eur)]);
        assert_eq!(together(&[&a, &b], eur), [pair(12, 4, Currency::USD), pair(2, 9, eur)]);
        let new = [Compared::new(money(1, Currency::USD), None::<Money>)];
        assert_eq!(together(&[&a, &new], eur), [Compared::new(money(6, Currency::USD), None::<Money>)]);
        assert_eq!(together(&[], eur), [Compared::new(money(0, eur), None::<Money>)]);
    }
}
