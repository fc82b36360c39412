//! Making forecasts, and reading them.

use super::jobs::{MakeForecast, MakeForecasts};
use super::made::{self, Made, Outcome};
use super::series::Series;
use super::store::{self, Bounds, DayRow};
use super::types::{Kept, Past, Subject, Told, View};
use crate::accounts::{self, Account};
use crate::alerts::{self, Judged};
use crate::analytics::policy::ViewDashboard;
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{self, How};
use crate::money::Currency;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// Days of history that a page shows before the forecast.
const SHOWN: u64 = 90;
/// Accounts read in one go.
const BATCH: i64 = 50;
/// For how long it is remembered what was forecast.
const REMEMBERED: Days = Days::new(365);
/// Accounts that the agency's page names.
const NAMED: i64 = 20;

/// The newest forecast of the agency or of one account, with its past. Where none is there yet, one is ordered.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn view(db: &Db, scope: &Scope<ViewDashboard>, subject: Subject) -> Result<View> {
    let mut tx = db.begin(scope).await?;
    let account = match subject {
        Subject::Agency => None,
        Subject::Account(id) => Some(accounts::lookup(&mut tx, id).await?),
    };
    let today = tx.now().date_naive();
    let kept = store::list(&mut tx, subject).await?;
    let disconnected = match subject {
        Subject::Account(id) => store::lookup_bounds(&mut tx, id).await?.disconnected,
        Subject::Agency => false,
    };
    let pending = kept.is_empty() && !disconnected && order(&mut tx, subject).await?;
    let days = days(&mut tx, subject, Some(today - Days::new(2 * SHOWN))).await?;
    let mut told = Vec::new();
    for kept in kept {
        let past = store::find_past(&mut tx, subject, kept.currency.as_str(), today).await?;
        let end = kept.made.as_ref().map_or(today, |made| made.from);
        let accounts = match subject {
            Subject::Agency => store::list_accounts(&mut tx, kept.currency.as_str(), NAMED).await?,
            Subject::Account(_) => Vec::new(),
        };
        told.push(Told { history: history(&days, kept.currency, end), past, accounts, kept });
    }
    told.sort_by_key(|it| std::cmp::Reverse(it.history.iter().map(|day| day.1).sum::<i64>()));
    tx.commit().await?;
    Ok(View { account, disconnected, told, pending, today })
}

/// The newest forecasts of a subject, one per currency, for other features.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(tx: &mut AgencyTx, subject: Subject) -> Result<Vec<Kept>> {
    store::list(tx, subject).await
}

/// What was forecast for the newest 30 days that are over, and what came: of the agency (no account) and of its accounts, per
/// currency. For other features.
///
/// # Errors
/// When the database does not answer.
pub async fn past(tx: &mut AgencyTx) -> Result<Vec<(Option<AccountId>, Currency, Past)>> {
    let today = tx.now().date_naive();
    store::list_past(tx, today).await
}

/// The newest forecast of one account in its own currency, if there is one: for a line on its page.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(db: &Db, scope: &Scope<ViewDashboard>, account: &Account) -> Result<Option<Made>> {
    let mut tx = db.begin(scope).await?;
    let kept = store::list(&mut tx, Subject::Account(account.id)).await?;
    Ok(kept.into_iter().find(|kept| kept.currency == account.currency).and_then(|kept| kept.made))
}

fn history(days: &[DayRow], currency: Currency, end: NaiveDate) -> Vec<(NaiveDate, i64)> {
    let start = end - Days::new(SHOWN);
    let hers = days.iter().filter(|row| row.currency == currency.as_str());
    let series = Series::of_days(start, end, hers.map(|row| (row.day, row.net)));
    series.values().iter().enumerate().map(|(index, net)| (series.day(index), *net)).collect()
}

/// Has a forecast made, unless there is nothing to make one of; whether it was ordered.
async fn order(tx: &mut AgencyTx, subject: Subject) -> Result<bool> {
    let agency = tx.agency_id();
    if !store::has_days(tx, subject).await? {
        return Ok(false);
    }
    let key = subject.account().map_or(agency.0, |account| account.0);
    let how = How::default().key(format!("make_forecast:{key}"));
    jobs::enqueue(tx.conn(), &MakeForecast { agency, account: subject.account() }, how).await?;
    Ok(true)
}

async fn days(tx: &mut AgencyTx, subject: Subject, since: Option<NaiveDate>) -> Result<Vec<DayRow>> {
    match subject {
        Subject::Agency => store::list_agency_days(tx, since).await,
        Subject::Account(id) => store::list_days(tx, id, since).await,
    }
}

/// Has the forecasts of every agency made, each by a job of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn order_all(db: &Db) -> Result<()> {
    for agency in db.agencies("make forecasts").await? {
        let mut tx = db.begin(&system(agency)).await?;
        let how = How::default().key(format!("make_forecasts:{agency}"));
        jobs::enqueue(tx.conn(), &MakeForecasts { agency }, how).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn system(agency: AgencyId) -> SystemScope {
    SystemScope::for_agency(agency, "make forecasts")
}

/// Makes today's forecasts of the agency and of its accounts that lack one, and forgets those of more than a year ago. Cut off,
/// it goes on where it was.
///
/// # Errors
/// When the database does not answer; what was made before that stays.
pub async fn make_all(db: &Db, agency: AgencyId) -> Result<()> {
    make(db, agency, Subject::Agency).await?;
    let mut after: Option<AccountId> = None;
    loop {
        let mut tx = db.begin(&system(agency)).await?;
        let due = store::list_due(&mut tx, after, BATCH).await?;
        drop(tx);
        for account in &due {
            make(db, agency, Subject::Account(*account)).await?;
        }
        let Some(last) = due.last() else { break };
        after = Some(*last);
    }
    let mut tx = db.begin(&system(agency)).await?;
    let before = tx.now().date_naive() - REMEMBERED;
    store::forget_past(&mut tx, before).await?;
    let judged: Vec<_> = past(&mut tx).await?.into_iter().map(judged).collect();
    alerts::heed_forecasts(&mut tx, &judged).await?;
    tx.commit().await
}

/// What was said and what came, as alerts take it.
fn judged((account, currency, past): (Option<AccountId>, Currency, Past)) -> Judged {
    let Past { period, band, came, .. } = past;
    Judged { account, currency, period, low: band.low, mid: band.mid, high: band.high, came }
}

/// Makes the forecast of one subject, per currency.
///
/// # Errors
/// When the database does not answer; then nothing was kept.
pub async fn make(db: &Db, agency: AgencyId, subject: Subject) -> Result<()> {
    let Some(series) = read(db, agency, subject).await? else { return Ok(()) };
    // Seconds of arithmetic, which no other job should wait for.
    let outcomes = tokio::task::spawn_blocking(move || {
        series.into_iter().map(|(currency, series)| (currency, made::make(&series))).collect::<Vec<_>>()
    });
    let outcomes = outcomes.await.map_err(anyhow::Error::from)?;
    let mut tx = db.begin(&system(agency)).await?;
    for (currency, outcome) in outcomes {
        keep(&mut tx, subject, &currency, outcome).await?;
    }
    tx.commit().await
}

async fn keep(tx: &mut AgencyTx, subject: Subject, currency: &str, outcome: Outcome) -> Result<()> {
    let made = match outcome {
        Outcome::Made(made) => made,
        Outcome::TooShort(known) => return store::set(tx, subject, currency, known, None).await,
    };
    let known = usize::try_from((made.from - made.since).num_days()).unwrap_or(0);
    if let Some(sum) = made.sums.first() {
        store::add_past(tx, subject, currency, made.from, made.model, sum.band).await?;
    }
    store::set(tx, subject, currency, known, Some(&made)).await
}

/// What a forecast is made from, per currency. Nothing while a forecast that stands is better than a new one: an account was
/// disconnected, or one that was connected just now hides what the agency's others earned before it was read.
async fn read(db: &Db, agency: AgencyId, subject: Subject) -> Result<Option<BTreeMap<String, Series>>> {
    let mut tx = db.begin(&system(agency)).await?;
    let Bounds { since, until, disconnected } = match subject {
        Subject::Agency => store::agency_bounds(&mut tx).await?,
        Subject::Account(id) => store::lookup_bounds(&mut tx, id).await?,
    };
    let short = since.is_some_and(|since| (until - since).num_days() < made::NEEDED as i64);
    if disconnected || (short && !store::list(&mut tx, subject).await?.is_empty()) {
        return Ok(None);
    }
    let mut currencies: BTreeMap<String, Vec<(NaiveDate, i64)>> = BTreeMap::new();
    for row in days(&mut tx, subject, since).await? {
        currencies.entry(row.currency).or_default().push((row.day, row.net));
    }
    let series = currencies.into_iter().map(|(currency, days)| {
        let first = days.first().map_or(until, |day| day.0);
        (currency, Series::of_days(first, until, days))
    });
    Ok(Some(series.collect()))
}
