//! Large refunds: found in the transaction that records them.

use super::service::raise;
use super::store;
use super::types::{Evidence, Kind};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::money::Currency;
use crate::platform::Earning;
use chrono::{Days, TimeDelta};

/// A refund that is older when we first see it is history, and no alert: a first sync reads years of them.
const RECENT: TimeDelta = TimeDelta::days(7);
/// The days before a refund that say what is usual.
const USUAL_DAYS: u16 = 28;
/// Alerts that one batch raises: a file may hold hundreds.
const MOST: usize = 10;
/// Its alert ends by itself: there is nothing to mend.
const OPEN: TimeDelta = TimeDelta::days(14);

/// Raises an alert for every refund or chargeback of `rows` that is large (the largest ten), in the transaction that records them. Rows that come
/// again raise nothing new, and rows without refunds cost nothing.
///
/// # Errors
/// When the database refuses.
pub async fn heed(tx: &mut AgencyTx, account: AccountId, rows: &[Earning]) -> Result<()> {
    let since = tx.now() - RECENT;
    let mut refunds: Vec<_> = rows.iter().filter(|row| row.gross < 0 && row.occurred_at >= since).collect();
    if refunds.is_empty() {
        return Ok(());
    }
    // The largest first: what more there is of them is in the list of refunds.
    refunds.sort_by(|a, b| (a.gross, &a.transaction_id).cmp(&(b.gross, &b.transaction_id)));
    let mut large = 0;
    let rules = store::lookup_rules(tx).await?.unwrap_or_default();
    for refund in refunds {
        let currency: Currency = refund.currency.parse().map_err(anyhow::Error::from)?;
        if refund.gross.saturating_neg() < rules.threshold(currency, 0) {
            continue;
        }
        let day = refund.occurred_at.date_naive();
        let start = day - Days::new(u64::from(USUAL_DAYS));
        let taken_in = store::sum_taken_in(tx, account, currency.as_str(), start, day).await?;
        let usual_day = taken_in / i64::from(USUAL_DAYS);
        let threshold = rules.threshold(currency, usual_day);
        if refund.gross.saturating_neg() < threshold {
            continue;
        }
        let evidence = Evidence::LargeRefund {
            transaction: refund.transaction_id.clone(),
            currency,
            gross: refund.gross,
            occurred_at: refund.occurred_at,
            threshold,
            usual_day,
        };
        raise(tx, &cause(account, &refund.transaction_id), Some(account), &evidence).await?;
        large += 1;
        if large == MOST {
            break;
        }
    }
    Ok(())
}

fn cause(account: AccountId, transaction: &str) -> String {
    format!("{account} {transaction}")
}

/// Ends the alerts of refunds of `account` that are not there any more.
///
/// # Errors
/// When the database refuses.
pub async fn end_removed(tx: &mut AgencyTx, account: AccountId, transactions: &[String]) -> Result<()> {
    let causes: Vec<_> = transactions.iter().map(|id| cause(account, id)).collect();
    store::set_ended_of(tx, Kind::LargeRefund, &causes).await
}

/// Ends the alerts of refunds that are old enough; how many.
///
/// # Errors
/// When the database refuses.
pub async fn end_old(tx: &mut AgencyTx) -> Result<u64> {
    let before = tx.now() - OPEN;
    store::set_ended_before(tx, Kind::LargeRefund, before).await
}
