//! Earnings row by row, of one account, of some or of all: filtered, page by page, and what they add up to.

use super::store::lists::{self, LedgerRow, SumRow, Walk, Which};
use super::types::{Filter, Key, ListedEarning, Total};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::platform::{EarningSource, EarningStatus};

/// Earnings on one page.
pub const PAGE: usize = 50;

/// A page of the earnings that `filter` finds, the newest first; for whoever may see its accounts (all of the agency, when it names
/// none).
///
/// # Errors
/// When the database does not answer.
pub async fn page(tx: &mut AgencyTx, filter: &Filter, turn: &Turn<Key>) -> Result<Page<ListedEarning>> {
    let rows = list(tx, filter, turn, PAGE + 1).await?;
    Ok(Page::of(rows, turn, PAGE, key))
}

/// An earning's place.
pub(super) fn key(earning: &ListedEarning) -> Key {
    (earning.occurred_at, earning.account, earning.transaction_id.clone())
}

/// Up to `limit` earnings in the direction of `turn`.
pub(super) async fn list(
    tx: &mut AgencyTx,
    filter: &Filter,
    turn: &Turn<Key>,
    limit: usize,
) -> Result<Vec<ListedEarning>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let walk = walk(tx, filter, limit).await?;
    let rows = lists::list(tx, filter, walk, turn, limit).await?;
    rows.into_iter().map(listed).collect()
}

/// What is one row in so many is found sooner account by account: what is rarer is not worth walking past all the others.
const RARE: i64 = 100;

/// Whether the index `earnings_rare` (migration 0112) holds all of a source.
fn is_seldom(source: &EarningSource) -> bool {
    use EarningSource::{Message, Other, Post, Renewal, Subscription, Tip};
    !matches!(source, Subscription | Renewal | Post | Message | Tip | Other(_))
}

async fn walk(tx: &mut AgencyTx, filter: &Filter, limit: i64) -> Result<Walk> {
    if !filter.accounts.is_empty() {
        return Ok(Walk::ByAccount);
    }
    // What was taken back, and sources that are seldom, have indexes of their own by time.
    let seldom = filter.source.as_ref().is_some_and(is_seldom);
    if filter.taken_back || seldom || (filter.source.is_none() && filter.currency.is_none()) {
        return Ok(Walk::ByTime);
    }
    let (wanted, all) = lists::count_payments(tx, filter).await?;
    let is_rare = wanted.saturating_mul(RARE) < all || wanted < limit;
    Ok(if is_rare { Walk::ByAccount } else { Walk::ByTime })
}

fn listed(row: LedgerRow) -> Result<ListedEarning> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    Ok(ListedEarning {
        account: row.account_id,
        account_name: row.account_name,
        transaction_id: row.transaction_id,
        occurred_at: row.occurred_at,
        gross: Money::new(row.gross, currency),
        net: Money::new(row.net, currency),
        source: EarningSource::parse(&row.source),
        status: EarningStatus::parse(&row.status),
        reverses: row.reverses,
        fan: row.fan_name.filter(|name| !name.is_empty()).or(row.fan_id),
        fan_handle: row.fan_handle.filter(|handle| !handle.is_empty()),
    })
}

/// What the earnings that `filter` finds add up to, per currency.
///
/// Days are summed in the rollups, so that a year of an account with a million earnings costs no more than its days. Status
/// is not in the rollups, but what cannot be paid out yet is little and has an index: what can be is the rest.
///
/// # Errors
/// When the database does not answer.
pub async fn totals(tx: &mut AgencyTx, filter: &Filter) -> Result<Vec<Total>> {
    let which = match &filter.status {
        _ if filter.taken_back => Which::TakenBack,
        None => Which::All,
        Some(EarningStatus::Available) => Which::AllButUnsettled,
        Some(_) => Which::Unsettled,
    };
    let rows = lists::sum(tx, filter, which).await?;
    let total = |row: SumRow| {
        let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
        Ok(Total { gross: Money::new(row.gross, currency), net: Money::new(row.net, currency) })
    };
    rows.into_iter().map(total).collect()
}
