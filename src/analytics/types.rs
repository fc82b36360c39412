//! What the dashboard shows, and the rules by which its figures are made.
//!
//! - A period is whole UTC days; an earning belongs to the day on which it happened, by UTC. A refund or chargeback is a
//!   negative earning of the day on which **it** happened: it lowers that day, not the day of the payment.
//! - Net is what the platform leaves of gross, as the platform says it row by row; nothing is estimated.
//! - A paying fan is one who made a payment above zero in the period, counted once per account and currency. The average is
//!   the net of those fans in the period, refunds of theirs included, over their number.
//! - Active subscribers are known now only (`accounts.subscribers_count`); earlier days are counted back from the daily
//!   joined and lost, for accounts that are connected and have a count.
//! - Two periods are compared only when the past is known that far back: a first sync still under way compares nothing.

use super::kept::Told;
use crate::connections::{Health, ProblemConnection};
use crate::goals::{Month, Standing};
use crate::ids::{AccountId, ConnectionId};
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::platform::EarningSource;
use crate::sync::Progress;
use crate::ui::{ChartDay, Compared};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// What a page of an agency depends on besides the address: read first, in one keyed row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// `agencies.data_version`, and what kept counts add to it.
    pub version: i64,
    /// The day now, in UTC.
    pub today: NaiveDate,
    /// The agency's time zone, for moments; `None` is UTC, which moments then say.
    pub zone: Option<Tz>,
    /// The agency's own currency, which comes first.
    pub currency: Currency,
}

/// Everything that the dashboard shows of a period.
#[derive(Clone, Debug, PartialEq)]
pub enum Dashboard {
    /// No account was ever connected.
    Empty {
        /// Connections that are not finished, or lost before they had an account.
        problems: Vec<ProblemConnection>,
    },
    /// There is something to show.
    Board(Box<Board>),
}

/// The figures of a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// How far back the figures reach.
    pub history: History,
    /// Per currency, the agency's own first.
    pub earned: Vec<Earned>,
    /// How fresh is what `earned` says of fans.
    pub fans: Told,
    /// How many subscribe, joined, and left.
    pub subscribers: Subscribers,
    /// The first accounts by net, currency by currency.
    pub accounts: Vec<RankedAccount>,
    /// How many accounts there are in all.
    pub account_count: i64,
    /// The newest earnings, whatever the period.
    pub latest: Vec<LatestEarning>,
    /// The connections that somebody should look at.
    pub problems: Vec<ProblemConnection>,
    /// Of those connections, when each was last read from.
    pub last_read: BTreeMap<ConnectionId, DateTime<Utc>>,
}

/// The figures of one account in a period.
#[derive(Clone, Debug)]
pub struct AccountBoard {
    /// How far its sync is; nothing when it was never connected.
    pub progress: Option<Progress>,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// How far back the figures reach.
    pub history: History,
    /// Per currency, the account's own first.
    pub earned: Vec<Earned>,
    /// How many subscribe, joined, and left.
    pub subscribers: Subscribers,
    /// How its goal of this month stands, if it has one and the member may see it.
    pub goal: Option<(Month, Standing)>,
}

/// What one currency's earnings were.
#[derive(Clone, Debug, PartialEq)]
pub struct Earned {
    /// The currency of everything here.
    pub currency: Currency,
    /// After the platforms' fees.
    pub net: Compared,
    /// What fans paid.
    pub gross: Compared,
    /// Net per day, with the day compared with.
    pub days: Vec<ChartDay>,
    /// Net by source, most first.
    pub sources: Vec<(EarningSource, Money)>,
    /// Fans who paid in the period.
    pub paying_fans: i64,
    /// Net per paying fan; `None` when nobody paid.
    pub average: Option<Compared>,
    /// Who spent most in the period.
    pub top_fans: Vec<TopFan>,
}

/// Subscribers of all connected accounts. A `None` is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscribers {
    /// At the end of the period (now, when the period is not over).
    pub active: Option<i64>,
    /// At the end of the period compared with.
    pub active_before: Option<i64>,
    /// Joined in the period.
    pub joined: i64,
    /// Joined in the period compared with.
    pub joined_before: Option<i64>,
    /// Left in the period.
    pub lost: i64,
    /// Left in the period compared with.
    pub lost_before: Option<i64>,
    /// Connected accounts.
    pub connected: i64,
    /// Those of them whose platform gives a count.
    pub counted: i64,
}

impl Subscribers {
    /// How many of a thousand left, of those who were there when the period began.
    #[must_use]
    pub fn churn_permille(&self) -> Option<i64> {
        let began = self.active? - self.joined + self.lost;
        (began > 0 && self.lost >= 0).then(|| rounded(i128::from(self.lost) * 1000, i128::from(began)))
    }
}

/// How far back the figures reach. Ends of what is known, not wishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The first day with an earning; `None` when there is none at all.
    pub first_earning: Option<NaiveDate>,
    /// While a first sync goes back: the first day from which on every account's earnings are complete.
    pub earnings_complete_from: Option<NaiveDate>,
    /// What first syncs under way have still to read.
    pub reading: Option<Reading>,
    /// The first day with a subscriber joined or lost.
    pub first_subscriber_day: Option<NaiveDate>,
    /// Whether every connected account's days of subscribers are there.
    pub subscribers_complete: bool,
}

/// First syncs under way, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Of how many accounts.
    pub accounts: i64,
    /// Days of earnings that are here, account by account.
    pub days: i64,
    /// Days that there are; `None` while a platform does not say since when an account exists.
    pub of: Option<i64>,
}

impl History {
    /// Whether earnings of `previous` can be compared with: something is known from then, and nothing is still missing.
    #[must_use]
    pub fn compares_earnings(&self, previous: Period) -> bool {
        self.first_earning.is_some_and(|day| day < previous.end) && self.has_all_earnings_of(previous)
    }

    /// Whether no sync under way may still bring earnings of `period`.
    #[must_use]
    pub fn has_all_earnings_of(&self, period: Period) -> bool {
        self.earnings_complete_from.is_none_or(|day| day <= period.start)
    }

    /// Whether subscribers of `previous` can be compared with.
    #[must_use]
    pub fn compares_subscribers(&self, previous: Period) -> bool {
        self.subscribers_complete && self.first_subscriber_day.is_some_and(|day| day < previous.end)
    }
}

/// One account among the others.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedAccount {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where it is: `@miahart on Fanvue`.
    pub place: String,
    /// Net, once per currency; the one that it is ranked by first.
    pub net: Vec<Compared>,
    /// Net per day of the period (or per third of a month, of long ones), in the currency that it is ranked by.
    pub days: Vec<i64>,
    /// How its connection is.
    pub health: AccountHealth,
}

/// How an account is reached, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountHealth {
    /// As the database spells it (`connections.health`), `syncing`, or `by_statement`.
    pub state: &'static str,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl AccountHealth {
    /// A first sync under way is worth more to know than that the connection works. Without a health an account is reached by
    /// statements alone.
    #[must_use]
    pub fn new(
        health: Option<Health>,
        since: DateTime<Utc>,
        first_sync_since: Option<DateTime<Utc>>,
    ) -> Self {
        match (health, first_sync_since) {
            (None, _) => Self { state: "by_statement", since },
            (Some(Health::Connected), Some(since)) => Self { state: "syncing", since },
            (Some(health), _) => Self { state: health.as_str(), since },
        }
    }
}

/// An earning that came in lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestEarning {
    /// When.
    pub at: DateTime<Utc>,
    /// What for.
    pub source: EarningSource,
    /// What is left after the fee.
    pub net: Money,
    /// Of which account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Whose, when the platform says.
    pub fan: Option<String>,
}

/// A fan who spent much in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopFan {
    /// The name known best.
    pub name: String,
    /// Of which account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Gross in the period, refunds taken off.
    pub spent: Money,
    /// In how many payments.
    pub payments: i64,
}

/// The sum over the number, rounded to the nearest minor unit, halves away from zero; `None` over nobody.
#[must_use]
pub(super) fn average(sum: i64, count: i64) -> Option<i64> {
    (count > 0).then(|| rounded(i128::from(sum), i128::from(count)))
}

fn rounded(sum: i128, count: i128) -> i64 {
    let half = if sum < 0 { -count } else { count };
    i64::try_from((sum * 2 + half) / (count * 2)).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// Each day of `period` with its sum in `sums`, beside the so-many-eth day of `previous` when that is compared with.
#[must_use]
pub(super) fn day_by_day(
    sums: &BTreeMap<NaiveDate, i64>,
    period: Period,
    previous: Option<Period>,
) -> Vec<ChartDay> {
    let of = |day: NaiveDate| sums.get(&day).copied().unwrap_or(0);
    let mut before = previous.map(Period::iter).into_iter().flatten();
    let days = period.iter().map(|day| ChartDay {
        day,
        value: of(day),
        previous: before.next().map(|day| (day, of(day))),
    });
    days.collect()
}

/// The order in which currencies are shown: the agency's own, then by code.
#[must_use]
pub(super) fn in_order(own: Currency, mut all: Vec<Currency>) -> Vec<Currency> {
    all.sort_by_key(|currency| (*currency != own, *currency));
    all.dedup();
    if all.is_empty() {
        all.push(own);
    }
    all
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(start: &str, end: &str) -> Period {
        Period { start: day(start), end: day(end) }
    }

    #[test]
    fn an_average_is_rounded_to_the_nearest_cent() {
        assert_eq!(average(100, 3), Some(33));
        assert_eq!(average(101, 2), Some(51));
        assert_eq!(average(-101, 2), Some(-51));
        assert_eq!(average(0, 5), Some(0));
        assert_eq!(average(5, 0), None);
        assert_eq!(average(i64::MAX, 1), Some(i64::MAX));
        assert_eq!(average(i64::MIN, 1), Some(i64::MIN));
    }

    #[test]
    fn churn_is_of_those_who_were_there_at_the_start() {
        let subscribers = Subscribers { active: Some(110), joined: 30, lost: 20, ..Subscribers::default() };
        assert_eq!(subscribers.churn_permille(), Some(200));
        assert_eq!(Subscribers { active: None, ..subscribers }.churn_permille(), None);
        assert_eq!(Subscribers { active: Some(10), ..subscribers }.churn_permille(), None);
    }

    #[test]
    fn periods_are_compared_only_when_the_past_is_known() {
        let previous = period("2026-09-27", "2026-10-27");
        let known = History {
            first_earning: Some(day("2026-10-26")),
            first_subscriber_day: Some(day("2026-01-01")),
            subscribers_complete: true,
            ..History::default()
        };
        assert!(known.compares_earnings(previous) && known.compares_subscribers(previous));
        let began_later = History { first_earning: Some(day("2026-10-27")), ..known };
        assert!(!began_later.compares_earnings(previous));
        assert!(!History::default().compares_earnings(previous));
        let reading = History { earnings_complete_from: Some(day("2026-09-28")), ..known };
        assert!(!reading.compares_earnings(previous));
        let read = History { earnings_complete_from: Some(day("2026-09-27")), ..known };
        assert!(read.compares_earnings(previous));
        let counting = History { subscribers_complete: false, ..known };
        assert!(!counting.compares_subscribers(previous));
    }

    #[test]
    fn days_stand_beside_the_same_day_of_the_period_before() {
        let sums = BTreeMap::from([(day("2026-03-01"), 5), (day("2026-03-03"), 7), (day("2026-02-02"), 2)]);
        let march = period("2026-03-01", "2026-03-04");
        let february = period("2026-02-01", "2026-02-03");
        let days = day_by_day(&sums, march, Some(february));
        let told: Vec<_> = days.iter().map(|it| (it.value, it.previous.map(|before| before.1))).collect();
        assert_eq!(told, [(5, Some(0)), (0, Some(2)), (7, None)]);
        assert!(day_by_day(&sums, march, None).iter().all(|it| it.previous.is_none()));
    }

    #[test]
    fn the_agencys_own_currency_comes_first() {
        let code = |text: &str| text.parse::<Currency>().unwrap();
        let order = in_order(code("GBP"), vec![code("USD"), code("EUR"), code("GBP"), code("USD")]);
        assert_eq!(order, [code("GBP"), code("EUR"), code("USD")]);
        assert_eq!(in_order(code("GBP"), Vec::new()), [code("GBP")]);
    }

    #[test]
    fn a_first_sync_shows_unless_the_connection_is_in_trouble() {
        let (then, now) =
            (DateTime::<Utc>::UNIX_EPOCH, DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(1));
        assert_eq!(AccountHealth::new(Some(Health::Connected), then, Some(now)).state, "syncing");
        assert_eq!(AccountHealth::new(Some(Health::Connected), then, None).state, "connected");
        assert_eq!(
            AccountHealth::new(Some(Health::NeedsReconnect), then, Some(now)).state,
            "needs_reconnect"
        );
        assert_eq!(AccountHealth::new(None, then, None).state, "by_statement");
    }
}
