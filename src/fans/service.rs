//! Looking at the fans of one account.

use super::store::{self, FanRow};
use super::types::{Filter, Key, ListedFan};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{Page, Turn};
use crate::platform::FanStatus;

/// Fans on one page.
pub const PAGE: usize = 50;

/// A page of the fans of `account` that `filter` finds, who spent most first; for whoever may see the account.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Page<ListedFan>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(tx, account, filter, turn, limit).await?;
    let page = Page::of(rows, turn, PAGE, |row| (row.gross, row.fan_id.clone()));
    Ok(page.map(listed))
}

fn listed(row: FanRow) -> ListedFan {
    let handle = (!row.handle.is_empty()).then_some(row.handle);
    let name =
        if row.name.is_empty() { handle.clone().unwrap_or_else(|| row.fan_id.clone()) } else { row.name };
    ListedFan {
        id: row.fan_id,
        name,
        handle,
        status: row.subscription.as_deref().map(FanStatus::parse),
        subscribed_at: row.subscribed_at,
        renews_at: row.renews_at,
        auto_renews: row.auto_renews,
        gross: row.gross,
        payments: row.payments,
        last_paid_at: row.last_paid_at,
    }
}
