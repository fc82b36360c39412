//! The earnings of one account row by row: filtered, page by page, and what they add up to.

use super::store::{self, LedgerRow, Which};
use super::types::{Filter, Key, ListedEarning, Total};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::platform::{EarningSource, EarningStatus};

/// Earnings on one page.
pub const PAGE: usize = 50;

/// A page of the earnings of `account` that `filter` finds, the newest first; for whoever may see the account.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Page<ListedEarning>> {
    let rows = list(tx, account, filter, turn, PAGE + 1).await?;
    Ok(Page::of(rows, turn, PAGE, key))
}

/// An earning's place.
pub(super) fn key(earning: &ListedEarning) -> Key {
    (earning.occurred_at, earning.transaction_id.clone())
}

/// Up to `limit` earnings in the direction of `turn`.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
    limit: usize,
) -> Result<Vec<ListedEarning>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = store::list(tx, account, filter, turn, limit).await?;
    rows.into_iter().map(listed).collect()
}

fn listed(row: LedgerRow) -> Result<ListedEarning> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    Ok(ListedEarning {
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
pub async fn totals(tx: &mut AgencyTx, account: AccountId, filter: &Filter) -> Result<Vec<Total>> {
    let which = match &filter.status {
        None => Which::All,
        Some(EarningStatus::Available) => Which::AllButUnsettled,
        Some(_) => Which::Unsettled,
    };
    let rows = store::sum(tx, account, filter, which).await?;
    let total = |row: store::SumRow| {
        let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
        Ok(Total { gross: Money::new(row.gross, currency), net: Money::new(row.net, currency) })
    };
    rows.into_iter().map(total).collect()
}
