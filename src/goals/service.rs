//! Setting goals, and how they stand.

use super::amount;
use super::policy::ManageGoals;
use super::store::{self, AccountRow, GoalRow, Kept, Key};
use super::types::{Earned, Goal, Month, Standing, Target, WEEKS, Weights};
use crate::analytics::policy::ViewDashboard;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::{Error, Result};
use crate::ids::{AccountId, GoalId};
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::platform::PlatformKind;
use crate::words::words;
use chrono::{Days, NaiveDate};
use serde_json::json;
use std::collections::BTreeMap;

/// Accounts on one page.
const PAGE: usize = 50;

/// One account of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where.
    pub platform: &'static str,
    /// How its goal stands, if it has one.
    pub standing: Option<Standing>,
    /// What it earned in the month.
    pub earned: Money,
}

/// What the page of a month shows.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Which month.
    pub month: Month,
    /// The UTC day that it is.
    pub today: NaiveDate,
    /// How the agency's goal stands, if it has one.
    pub agency: Option<Standing>,
    /// Whether days are weighed by weekday, in any of the currencies.
    pub weighed: bool,
    /// The accounts.
    pub page: Page<Listed>,
    /// How many accounts have a goal.
    pub goals: i64,
    /// How many could have one.
    pub accounts: i64,
    /// How many goals of the month before could be copied.
    pub to_copy: usize,
}

/// The goals of `month`, and the accounts that have none yet.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    month: Month,
    q: &str,
    turn: &Turn<Key>,
) -> Result<Listing> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = db.begin(scope).await?;
    let today = tx.now().date_naive();
    let weights = weights(&mut tx, month, today).await?;
    let agency = store::find_of_agency(&mut tx, month, today).await?;
    let agency = agency.map(|row| standing(&row, month, today, &weights)).transpose()?;
    let rows = store::list_accounts(&mut tx, month, today, &words(q), turn, limit).await?;
    let (goals, accounts) = store::count(&mut tx, month).await?;
    let to_copy = store::list_to_copy(&mut tx, month.previous(), month).await?.len();
    let page = Page::of(rows, turn, PAGE, AccountRow::key);
    let Page { rows, before, after } = page;
    let rows = rows.into_iter().map(|row| listed(row, month, today, &weights)).collect::<Result<_>>()?;
    let weighed = weights.values().any(|it| !it.is_even());
    Ok(Listing {
        month,
        today,
        agency,
        weighed,
        page: Page { rows, before, after },
        goals,
        accounts,
        to_copy,
    })
}

fn listed(
    row: AccountRow,
    month: Month,
    today: NaiveDate,
    weights: &BTreeMap<Currency, Weights>,
) -> Result<Listed> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    let of = weights.get(&currency).unwrap_or(&Weights::EVEN);
    let standing =
        row.amount.map(|amount| Standing::of(Money::new(amount, currency), row.earned(), month, today, of));
    Ok(Listed {
        id: row.id,
        platform: row.platform.parse::<PlatformKind>().map_or("", PlatformKind::name),
        standing,
        earned: Money::new(row.earned, currency),
        name: row.name,
        handle: row.handle,
    })
}

/// What weekdays weigh, by currency: of the eight weeks before the month, or before today for a month to come.
async fn weights(tx: &mut AgencyTx, month: Month, today: NaiveDate) -> Result<BTreeMap<Currency, Weights>> {
    let end = month.first().min(today);
    let start = end - Days::new(7 * WEEKS.unsigned_abs());
    let mut sums: BTreeMap<Currency, [i64; 7]> = BTreeMap::new();
    for row in store::list_weekdays(tx, start, end).await? {
        let Ok(currency) = row.currency.parse::<Currency>() else { continue };
        // History that begins within these weeks would weigh the weekdays that it has more of.
        if row.first > start + Days::new(6) {
            continue;
        }
        let sums = sums.entry(currency).or_default();
        if let Some(sum) = usize::try_from(row.weekday).ok().and_then(|day| sums.get_mut(day)) {
            *sum = row.net;
        }
    }
    Ok(sums.into_iter().map(|(currency, sums)| (currency, Weights::of(Some(sums)))).collect())
}

fn standing(
    row: &GoalRow,
    month: Month,
    today: NaiveDate,
    weights: &BTreeMap<Currency, Weights>,
) -> Result<Standing> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    let of = weights.get(&currency).unwrap_or(&Weights::EVEN);
    let earned = Earned { all: row.earned, today: row.today };
    Ok(Standing::of(Money::new(row.amount, currency), earned, month, today, of))
}

/// How the agency's goal of this month stands, if there is one: for the dashboard.
///
/// # Errors
/// When the database does not answer.
pub async fn of_agency(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    today: NaiveDate,
) -> Result<Option<(Month, Standing)>> {
    let mut tx = db.begin(scope).await?;
    let row = store::find_of_agency(&mut tx, Month::of(today), today).await?;
    of_this_month(&mut tx, row, today).await
}

/// The same of an account, for its overview; for whoever may see what the agency earns.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(
    tx: &mut AgencyTx,
    account: AccountId,
    today: NaiveDate,
) -> Result<Option<(Month, Standing)>> {
    let row = store::find_of_account(tx, account, Month::of(today), today).await?;
    of_this_month(tx, row, today).await
}

async fn of_this_month(
    tx: &mut AgencyTx,
    row: Option<GoalRow>,
    today: NaiveDate,
) -> Result<Option<(Month, Standing)>> {
    let Some(row) = row else { return Ok(None) };
    let month = Month::of(today);
    let weights = weights(tx, month, today).await?;
    Ok(Some((month, standing(&row, month, today, &weights)?)))
}

/// What the form of a goal shows.
#[derive(Clone, Debug)]
pub struct GoalForm {
    /// Whose.
    pub target: Target,
    /// Which month.
    pub month: Month,
    /// The currency that it is in.
    pub currency: Currency,
    /// The goal as it is, if there is one.
    pub goal: Option<Goal>,
    /// What the month before brought, in that currency.
    pub earned_before: Money,
}

/// The form of the goal of `account`, or of the agency.
///
/// # Errors
/// `NotFound` for an account that is not this agency's.
pub async fn form(
    db: &Db,
    scope: &Scope<ManageGoals>,
    month: Month,
    account: Option<AccountId>,
) -> Result<GoalForm> {
    let mut tx = db.begin(scope).await?;
    let (target, currency) = target(&mut tx, scope, account).await?;
    let kept = store::find(&mut tx, month, account).await?;
    let goal = kept.map(|kept| goal(&kept)).transpose()?;
    let currency = goal.map_or(currency, |goal| goal.amount.currency);
    let before = store::sum_net(&mut tx, account, month.previous(), currency.as_str()).await?;
    Ok(GoalForm { target, month, currency, goal, earned_before: Money::new(before, currency) })
}

fn goal(kept: &Kept) -> Result<Goal> {
    let currency = kept.currency.parse().map_err(anyhow::Error::from)?;
    Ok(Goal { id: kept.id, amount: Money::new(kept.amount, currency) })
}

/// Whose goal it is, and the currency in which that earns.
async fn target(
    tx: &mut AgencyTx,
    scope: &Scope<ManageGoals>,
    account: Option<AccountId>,
) -> Result<(Target, Currency)> {
    let Some(id) = account else { return Ok((Target::Agency, scope.member().currency())) };
    let named = store::find_account(tx, id).await?;
    Ok((Target::Account(id, named.name), named.currency.parse().map_err(anyhow::Error::from)?))
}

/// Sets the goal of `account`, or of the agency, whether it had one or not. A goal that is there keeps its currency.
///
/// # Errors
/// `NotFound` for an account that is not this agency's, `Invalid` for an amount that is none.
pub async fn set(
    db: &Db,
    scope: &Scope<ManageGoals>,
    month: Month,
    account: Option<AccountId>,
    typed: &str,
) -> Result<Target> {
    let mut tx = db.begin(scope).await?;
    let (target, currency) = target(&mut tx, scope, account).await?;
    let old = store::lock(&mut tx, month, account).await?;
    let old = old.map(|kept| goal(&kept)).transpose()?;
    let currency = old.map_or(currency, |goal| goal.amount.currency);
    let amount = amount::parse(typed, currency).map_err(|sentence| Error::field("amount", sentence))?;
    if old.is_some_and(|goal| goal.amount.minor == amount) {
        return Ok(target);
    }
    store::set(&mut tx, month, account, currency.as_str(), amount).await?;
    let detail = json!({
        "month": month.name(), "of": whose(account),
        "amount": { "from": old.map(|goal| goal.amount.to_string()), "to": Money::new(amount, currency).to_string() },
    });
    audit::record(&mut tx, subject(Event::new("goals.set"), scope, account).detail(detail)).await?;
    tx.commit().await?;
    Ok(target)
}

fn whose(account: Option<AccountId>) -> &'static str {
    if account.is_some() { "an account" } else { "the agency" }
}

fn subject(event: Event, scope: &Scope<ManageGoals>, account: Option<AccountId>) -> Event {
    match account {
        Some(id) => event.subject(id),
        None => event.subject(scope.agency_id()),
    }
}

/// Removes a goal; of which month it was.
///
/// # Errors
/// `NotFound` when there is no such goal (any more).
pub async fn remove(db: &Db, scope: &Scope<ManageGoals>, id: GoalId) -> Result<Month> {
    let mut tx = db.begin(scope).await?;
    let kept = store::remove(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let month = Month::of(kept.month);
    let detail = json!({ "month": month.name(), "of": whose(kept.account), "amount": goal(&kept)?.amount.to_string() });
    audit::record(&mut tx, subject(Event::new("goals.removed"), scope, kept.account).detail(detail)).await?;
    tx.commit().await?;
    Ok(month)
}

/// Gives `month` the goals of the month before, where it has none; how many.
///
/// # Errors
/// When the database refuses.
pub async fn copy(db: &Db, scope: &Scope<ManageGoals>, month: Month) -> Result<u64> {
    let mut tx = db.begin(scope).await?;
    let goals = store::list_to_copy(&mut tx, month.previous(), month).await?;
    let added = store::add_all(&mut tx, month, &goals).await?;
    if added > 0 {
        let detail = json!({ "month": month.name(), "from": month.previous().name(), "goals": added });
        audit::record(&mut tx, Event::new("goals.copied").subject(scope.agency_id()).detail(detail)).await?;
        tx.commit().await?;
    }
    Ok(added)
}
