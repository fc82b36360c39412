//! Reading a period's figures.

mod account;
mod compare;
mod revenue;

pub use account::of_account;
pub use compare::compare;
pub(super) use revenue::steps;
pub use revenue::{Question, revenue};

use super::period_fans::{self, PeriodFans};
use super::policy::ViewDashboard;
use super::store::{self, AccountRow, FanRow, LatestRow, Limits, OverviewRow, SumRow};
use super::types::{
    AccountHealth, Board, Dashboard, Earned, Edition, History, LatestEarning, RankedAccount, Reading,
    Subscribers, TopFan, average, day_by_day, in_order,
};
use crate::auth::Scope;
use crate::connections;
use crate::db::Db;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::period::{Choice, Grain, Period, Span};
use crate::platform::{EarningSource, PlatformKind};
use crate::ui::{Compared, Figure};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// What the dashboard shows of long lists.
const LIMITS: Limits = Limits { accounts: 12, latest: 8 };
const TOP_FANS: i64 = 6;

/// What a page of the agency depends on: one keyed row, read before anything that the page shows.
///
/// # Errors
/// When the database does not answer.
pub async fn edition(db: &Db, scope: &Scope<ViewDashboard>) -> Result<Edition> {
    let mut tx = db.begin(scope).await?;
    let row = store::lookup_edition(&mut tx).await?;
    let zone = row.time_zone.parse().ok().filter(|zone| *zone != Tz::UTC);
    Ok(Edition {
        version: row.data_version,
        today: tx.now().date_naive(),
        zone,
        currency: row.currency.parse().unwrap_or(Currency::USD),
    })
}

/// Everything that the dashboard shows of the days of `choice`.
///
/// # Errors
/// When the database does not answer.
pub async fn dashboard(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    edition: Edition,
    choice: Choice,
) -> Result<Dashboard> {
    let (period, previous) = (choice.period(edition.today), choice.previous(edition.today));
    let mut tx = db.begin(scope).await?;
    let sums = Sums::of(store::list_sums(&mut tx, period, previous).await?);
    let ranked = store::list_ranked(&mut tx, period, edition.currency.as_str(), LIMITS.accounts).await?;
    let overview =
        store::lookup_overview(&mut tx, (period, previous), &ranked, &trend(period), LIMITS).await?;
    let problems = connections::problems(&mut tx).await?;
    if overview.accounts == 0 {
        return Ok(Dashboard::Empty { problems });
    }
    drop(tx);
    let asked = PeriodFans { period, previous, top: TOP_FANS };
    let fans = period_fans::get(db, scope, &asked).await?;
    let rows = fans.result.unwrap_or_default();
    let history = history(&overview);
    let compared = history.compares_earnings(previous).then_some(previous);
    Ok(Dashboard::Board(Box::new(Board {
        period,
        previous,
        history,
        earned: sums.earned(edition.currency, period, compared, &rows),
        fans: fans.told,
        subscribers: subscribers(&overview, &history, period, previous, edition),
        account_count: overview.accounts,
        last_read: overview.last_read.0.iter().map(|row| (row.connection, row.at)).collect(),
        latest: overview.latest.0.into_iter().filter_map(latest).collect(),
        accounts: ranked_accounts(overview.ranked.0, edition.currency, compared),
        problems,
    })))
}

/// The sums of two periods, by what they are of.
#[derive(Default)]
struct Sums {
    by_day: BTreeMap<Currency, Days>,
    by_source: BTreeMap<Currency, Vec<(EarningSource, Pair)>>,
}

/// Net by day, of both periods.
type Days = BTreeMap<chrono::NaiveDate, i64>;

/// Sums of this period and the one before.
#[derive(Clone, Copy, Default)]
struct Pair {
    gross: i64,
    net: i64,
    gross_before: i64,
    net_before: i64,
}

impl Pair {
    fn is_something(self) -> bool {
        (self.gross, self.net) != (0, 0)
    }

    fn was_something(self) -> bool {
        (self.gross_before, self.net_before) != (0, 0)
    }

    fn add(&mut self, other: Self) {
        self.gross += other.gross;
        self.net += other.net;
        self.gross_before += other.gross_before;
        self.net_before += other.net_before;
    }
}

impl Sums {
    fn of(rows: Vec<SumRow>) -> Self {
        let mut sums = Self::default();
        for row in rows {
            let SumRow { gross, net, gross_before, net_before, .. } = row;
            let pair = Pair { gross, net, gross_before, net_before };
            // The platform's rows are checked when they come in; what is no currency cannot be shown.
            let Ok(currency) = row.currency.parse::<Currency>() else { continue };
            if let Some(day) = row.day {
                *sums.by_day.entry(currency).or_default().entry(day).or_default() += net + net_before;
            } else if let Some(source) = row.source {
                let source = EarningSource::parse(&source);
                sums.by_source.entry(currency).or_default().push((source, pair));
            }
        }
        sums
    }

    fn earned(
        &self,
        own: Currency,
        period: Period,
        compared: Option<Period>,
        fans: &[FanRow],
    ) -> Vec<Earned> {
        let shown = self.by_source.iter().filter(|(_, sources)| {
            sources
                .iter()
                .any(|(_, pair)| pair.is_something() || (compared.is_some() && pair.was_something()))
        });
        let currencies = in_order(own, shown.map(|(currency, _)| *currency).collect());
        currencies.into_iter().map(|currency| self.earned_in(currency, period, compared, fans)).collect()
    }

    fn earned_in(
        &self,
        currency: Currency,
        period: Period,
        compared: Option<Period>,
        fans: &[FanRow],
    ) -> Earned {
        let sources = self.by_source.get(&currency).map(Vec::as_slice).unwrap_or_default();
        let mut all = Pair::default();
        sources.iter().for_each(|(_, pair)| all.add(*pair));
        let money = |minor| Money::new(minor, currency);
        let against = |now, before| Compared::new(money(now), compared.map(|_| money(before)));
        let mut named: Vec<_> = sources.iter().filter(|(_, pair)| pair.is_something()).collect();
        named.sort_by_key(|(source, pair)| (-i128::from(pair.net), source.clone()));
        let none = Days::new();
        let fans: Vec<_> = fans.iter().filter(|row| row.currency == currency.as_str()).collect();
        let first = fans.first();
        let average_now = first.and_then(|row| average(row.paid, row.paying));
        let average_before = first.and_then(|row| average(row.paid_before, row.paying_before));
        Earned {
            currency,
            net: against(all.net, all.net_before),
            gross: against(all.gross, all.gross_before),
            days: day_by_day(self.by_day.get(&currency).unwrap_or(&none), period, compared),
            sources: named.into_iter().map(|(source, pair)| (source.clone(), money(pair.net))).collect(),
            paying_fans: first.map_or(0, |row| row.paying),
            average: average_now.map(|now| {
                Compared::new(money(now), average_before.filter(|_| compared.is_some()).map(money))
            }),
            top_fans: fans.iter().filter_map(|row| top_fan(row, currency)).collect(),
        }
    }
}

/// The parts whose sums make the small line beside an account: days, or thirds of months where those would be too many.
fn trend(period: Period) -> Vec<Vec<Span>> {
    const MOST_DAYS: i64 = 92;
    if period.days() <= MOST_DAYS {
        return period.iter().map(|day| vec![(Grain::Day, day)]).collect();
    }
    let begins = |day: &NaiveDate| *day == period.start || matches!(day.day(), 1 | 11 | 21);
    let starts: Vec<_> = period.iter().filter(begins).collect();
    let ends = starts.iter().skip(1).copied().chain([period.end]);
    starts.iter().zip(ends).map(|(start, end)| Period { start: *start, end }.spans()).collect()
}

/// Currency by currency, most net first; who earned nothing at all comes last, as it came.
fn ranked_accounts(rows: Vec<AccountRow>, own: Currency, compared: Option<Period>) -> Vec<RankedAccount> {
    let mut accounts: Vec<_> = rows.into_iter().map(|row| ranked_account(row, own, compared)).collect();
    accounts.sort_by_key(|account| match account.net.first().map(|it| it.current) {
        Some(Figure::Money(net)) => (false, net.currency != own, net.currency, -i128::from(net.minor)),
        _ => (true, true, own, 0),
    });
    accounts
}

fn ranked_account(row: AccountRow, own: Currency, compared: Option<Period>) -> RankedAccount {
    // The platform's rows are checked when they come in; what is no currency cannot be shown.
    let sums =
        row.sums.into_iter().filter_map(|(code, net, before)| Some((code.parse().ok()?, (net, before))));
    let sums: BTreeMap<Currency, (i64, i64)> = sums.collect();
    let order = sums.keys().copied().collect::<Vec<_>>();
    let first = row.ranked_by.and_then(|code| code.parse().ok()).unwrap_or(own);
    let order = if order.is_empty() { order } else { in_order(first, order) };
    let net = order.into_iter().filter_map(|currency| {
        let (net, before) = sums.get(&currency)?;
        let money = |minor| Money::new(minor, currency);
        Some(Compared::new(money(*net), compared.map(|_| money(*before))))
    });
    RankedAccount {
        id: row.id,
        name: row.name,
        place: row.platform.parse::<PlatformKind>().map(|it| it.place(&row.handle)).unwrap_or_default(),
        handle: row.handle,
        net: net.collect(),
        days: row.trend,
        health: AccountHealth::new(row.health, row.since, row.first_sync_since),
    }
}

fn top_fan(row: &FanRow, currency: Currency) -> Option<TopFan> {
    Some(TopFan {
        name: row.fan_name.clone().or_else(|| row.fan_id.clone())?,
        account: row.account?,
        account_name: row.account_name.clone().unwrap_or_default(),
        spent: Money::new(row.gross?, currency),
        payments: row.payments.unwrap_or(0),
    })
}

fn latest(row: LatestRow) -> Option<LatestEarning> {
    Some(LatestEarning {
        at: row.at,
        source: EarningSource::parse(&row.source),
        net: Money::new(row.net, row.currency.parse().ok()?),
        account: row.account,
        account_name: row.account_name,
        fan: row.fan,
    })
}

fn history(row: &OverviewRow) -> History {
    History {
        first_earning: row.first_earning,
        earnings_complete_from: row.earnings_complete_from,
        reading: (row.reading > 0).then_some(Reading {
            accounts: row.reading,
            days: row.days_read,
            of: row.days_to_read,
        }),
        first_subscriber_day: row.first_subscriber_day,
        subscribers_complete: row.subscribers_complete,
    }
}

/// Counted back from now; a day that is not over, or lies ahead, is as now.
fn subscribers(
    row: &OverviewRow,
    history: &History,
    period: Period,
    previous: Period,
    edition: Edition,
) -> Subscribers {
    let compared = history.compares_subscribers(previous);
    let known = period.end > edition.today || history.compares_subscribers(period);
    let active = |gained_since: i64| Some(row.subscribers? - gained_since);
    Subscribers {
        active: active(row.gained_since).filter(|_| known),
        active_before: active(row.gained_since_before).filter(|_| compared),
        joined: row.joined,
        joined_before: compared.then_some(row.joined_before),
        lost: row.lost,
        lost_before: compared.then_some(row.lost_before),
        connected: row.connected,
        counted: row.counted,
    }
}
