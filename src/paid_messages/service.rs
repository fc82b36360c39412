//! Looking at the paid messages of one account.

use super::store::{self, MessageRow};
use super::types::{Key, ListedMessage, Results, Sold};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::period::Period;

/// Messages on one page.
pub const PAGE: usize = 50;

/// What the messages sent in `period` brought, beside those of `previous`, per currency; for whoever may see the account.
///
/// # Errors
/// When the database does not answer.
pub async fn results(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    previous: Period,
) -> Result<Vec<Results>> {
    let rows = store::list_results(tx, account, period, previous).await?;
    let of_row = |row: store::ResultsRow| {
        let before =
            Sold { sent: row.sent_before, unlocked: row.unlocked_before, revenue: row.revenue_before };
        Ok(Results {
            currency: row.currency.parse().map_err(anyhow::Error::from)?,
            now: Sold { sent: row.sent, unlocked: row.unlocked, revenue: row.revenue },
            before: row.compares.then_some(before),
        })
    };
    rows.into_iter().map(of_row).collect()
}

/// A page of the messages sent in `period`, the newest first; for whoever may see the account.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    turn: &Turn<Key>,
) -> Result<Page<ListedMessage>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(tx, account, period, turn, limit).await?;
    let rows = rows.into_iter().map(listed).collect::<Result<Vec<_>>>()?;
    Ok(Page::of(rows, turn, PAGE, |message| (message.sent_at, message.id.clone())))
}

fn listed(row: MessageRow) -> Result<ListedMessage> {
    let currency: Currency = row.currency.parse().map_err(anyhow::Error::from)?;
    Ok(ListedMessage {
        id: row.message_id,
        sent_at: row.sent_at,
        fan: row.fan_name.unwrap_or(row.fan_id),
        preview: row.preview.filter(|text| !text.trim().is_empty()),
        price: Money::new(row.price, currency),
        unlocked_at: row.unlocked_at,
    })
}
