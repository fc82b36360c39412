//! Reading a period's figures.

mod account;

pub use account::of_account;

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
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::{Choice, Period};
use crate::platform::{EarningSource, PlatformKind};
use crate::ui::Compared;
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
    let ranked = sums.ranked(edition.currency);
    let keys: Vec<_> = ranked.iter().take(usize::try_from(LIMITS.accounts).unwrap_or(0)).collect();
    let keys: Vec<_> = keys.into_iter().map(|(id, currency)| (*id, currency.to_string())).collect();
    let overview = store::lookup_overview(&mut tx, period, previous, &keys, LIMITS).await?;
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
        accounts: overview
            .ranked
            .0
            .into_iter()
            .map(|row| sums.account(row, edition.currency, period, compared))
            .collect(),
        problems,
    })))
}

/// The sums of two periods, by what they are of.
#[derive(Default)]
struct Sums {
    by_day: BTreeMap<Currency, Days>,
    by_source: BTreeMap<Currency, Vec<(EarningSource, Pair)>>,
    by_account: BTreeMap<AccountId, BTreeMap<Currency, Pair>>,
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
            match (row.day, row.source, row.account) {
                (Some(day), ..) => {
                    *sums.by_day.entry(currency).or_default().entry(day).or_default() += net + net_before;
                }
                (_, Some(source), _) => {
                    let source = EarningSource::parse(&source);
                    sums.by_source.entry(currency).or_default().push((source, pair));
                }
                (.., Some(account)) => {
                    sums.by_account.entry(account).or_default().insert(currency, pair);
                }
                _ => {}
            }
        }
        sums
    }

    /// The accounts, each with the first of its currencies in order; currency by currency, most net first.
    fn ranked(&self, own: Currency) -> Vec<(AccountId, Currency)> {
        let mut all: Vec<_> = self
            .by_account
            .iter()
            .filter_map(|(id, sums)| {
                let (currency, pair) =
                    sums.iter().min_by_key(|(currency, _)| (**currency != own, **currency))?;
                Some(((*currency != own, *currency), -i128::from(pair.net), *id))
            })
            .collect();
        all.sort();
        all.into_iter().map(|((_, currency), _, id)| (id, currency)).collect()
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

    fn account(
        &self,
        row: AccountRow,
        own: Currency,
        period: Period,
        compared: Option<Period>,
    ) -> RankedAccount {
        let none = BTreeMap::new();
        let sums = self.by_account.get(&row.id).unwrap_or(&none);
        let order = sums.keys().copied().collect::<Vec<_>>();
        let order = if order.is_empty() { order } else { in_order(own, order) };
        let net = order.into_iter().filter_map(|currency| {
            let pair = sums.get(&currency)?;
            let money = |minor| Money::new(minor, currency);
            Some(Compared::new(money(pair.net), compared.map(|_| money(pair.net_before))))
        });
        let days: Days = row.days.into_iter().collect();
        RankedAccount {
            id: row.id,
            name: row.name,
            handle: row.handle,
            platform: row.platform.parse::<PlatformKind>().map_or("", PlatformKind::name),
            net: net.collect(),
            days: day_by_day(&days, period, None).into_iter().map(|day| day.value).collect(),
            health: AccountHealth::new(row.health, row.since, row.first_sync_since),
        }
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
