//! The figures of a month, all of one moment, from the rollups.

mod store;

use super::types::{AccountLine, Figures, MonthOf, OfCurrency, OfDay, Three};
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use crate::money::Currency;
use crate::platform::PlatformKind;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;
use store::{AboutRow, AccountRow, Month, SumRow};

/// Gathers the figures of `month`, and says as of when they are.
///
/// # Errors
/// When the database does not answer.
pub async fn gather(db: &Db, scope: &impl Tenant, month: MonthOf) -> Result<(Figures, DateTime<Utc>)> {
    let mut tx = db.begin(scope).await?;
    store::hold_still(&mut tx).await?;
    let at = tx.now();
    let spans = Month::of(month);
    let about = store::lookup_about(&mut tx, &spans).await?;
    let sums = store::list_sums(&mut tx, &spans).await?;
    let fans = store::list_paying_fans(&mut tx, &spans).await?;
    let days = store::list_days(&mut tx, &spans).await?;
    let accounts = store::list_accounts(&mut tx, &spans).await?;
    drop(tx);
    let known = Known::of(&about, month);
    let mut earned: BTreeMap<(bool, String), OfCurrency> = BTreeMap::new();
    for row in &sums {
        let mut of = of_currency(row, &known)?;
        let fans = fans.iter().find(|it| it.currency == row.currency);
        of.paying_fans =
            fans.map_or_else(Three::default, |it| known.three(it.now, it.month_before, it.year_before));
        (of.sources, of.days) = by_day(&days, &row.currency, month);
        earned.insert((row.currency != about.currency, row.currency.clone()), of);
    }
    for row in accounts {
        let code = row.earned_in.clone().unwrap_or_else(|| row.own_currency.clone());
        // Accounts that earned nothing stand with the others of their currency, if there are any.
        if let Some(of) = earned.get_mut(&(code != about.currency, code)) {
            of.accounts.push(line(row));
        }
    }
    let figures = Figures {
        zone: about.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        month,
        is_partial: at.date_naive() < month.next().first(),
        earned: earned.into_values().collect(),
        joined: known.subscribers(about.joined, about.joined_month_before, about.joined_year_before),
        lost: known.subscribers(about.lost, about.lost_month_before, about.lost_year_before),
        account_count: about.accounts,
        still_reading: about.still_reading,
        agency: about.name,
    };
    Ok((figures, at))
}

/// The month of the first earning.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn first_month(tx: &mut AgencyTx) -> Result<Option<MonthOf>> {
    Ok(store::find_first_day(tx).await?.map(MonthOf::containing))
}

/// How many accounts the agency has.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn count_accounts(tx: &mut AgencyTx) -> Result<i64> {
    store::count_accounts(tx).await
}

/// Which of the earlier months are known: those that end after the first day of which anything is known.
struct Known {
    earnings: [bool; 2],
    subscribers: [bool; 2],
}

impl Known {
    fn of(about: &AboutRow, month: MonthOf) -> Self {
        let before = [month.back(1), month.back(12)].map(|it| it.period().end);
        let known = |first: Option<NaiveDate>| before.map(|end| first.is_some_and(|day| day < end));
        Self { earnings: known(about.first_earning), subscribers: known(about.first_subscriber_day) }
    }

    fn three(&self, now: i64, month: i64, year: i64) -> Three {
        let [has_month, has_year] = self.earnings;
        Three { now, month_before: has_month.then_some(month), year_before: has_year.then_some(year) }
    }

    fn subscribers(&self, now: i64, month: i64, year: i64) -> Three {
        let [has_month, has_year] = self.subscribers;
        Three { now, month_before: has_month.then_some(month), year_before: has_year.then_some(year) }
    }
}

fn of_currency(row: &SumRow, known: &Known) -> Result<OfCurrency> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    Ok(OfCurrency {
        currency,
        net: known.three(row.net, row.net_month_before, row.net_year_before),
        gross: known.three(row.gross, row.gross_month_before, row.gross_year_before),
        refunds: known.three(row.refunds, row.refunds_month_before, row.refunds_year_before),
        payments: known.three(row.payments, row.payments_month_before, row.payments_year_before),
        paying_fans: Three::default(),
        sources: Vec::new(),
        days: Vec::new(),
        accounts: Vec::new(),
    })
}

/// The sources of a currency with what each brought, most first, and every day by those.
fn by_day(rows: &[store::DayRow], currency: &str, month: MonthOf) -> (Vec<(String, i64)>, Vec<OfDay>) {
    let mut sources: BTreeMap<&str, i64> = BTreeMap::new();
    let mut days: BTreeMap<NaiveDate, BTreeMap<&str, i64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.currency == currency && row.net != 0) {
        *sources.entry(&row.source).or_default() += row.net;
        *days.entry(row.day).or_default().entry(&row.source).or_default() += row.net;
    }
    let mut sources: Vec<_> = sources.into_iter().map(|(source, net)| (source.to_owned(), net)).collect();
    sources.sort_by(|a, b| (-a.1, &a.0).cmp(&(-b.1, &b.0)));
    let of = |day: NaiveDate| {
        let net =
            sources.iter().map(|(source, _)| days.get(&day).and_then(|it| it.get(source.as_str())).copied());
        OfDay { day, net: net.map(Option::unwrap_or_default).collect() }
    };
    let days = month.period().iter().map(of).collect();
    (sources, days)
}

fn line(row: AccountRow) -> AccountLine {
    AccountLine {
        place: row.platform.parse::<PlatformKind>().map(|it| it.place(&row.handle)).unwrap_or_default(),
        name: row.name,
        net: row.net,
        gross: row.gross,
        refunds: row.refunds,
        payments: row.payments,
        net_before: row.net_before,
    }
}
