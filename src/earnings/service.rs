//! Recording what a platform says was earned, and reading what all of an agency did.

use super::policy::{ExportEarnings, ViewAllEarnings};
use super::types::{Filter, Key, ListedEarning, Total};
use super::{export, ledger, store};
use crate::alerts;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::keyset::{Page, Turn};
use crate::platform::{Earning, FanRef};
use chrono_tz::Tz;
use std::collections::HashMap;

/// What recording a batch did. Rows that were known already, exactly as they are, count as neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Rows that were new.
    pub added: u64,
    /// Rows that were known and say something else now: a status, an amount.
    pub changed: u64,
}

/// Stores `rows` of `account` by their transaction id and moves `earning_days`, `fan_days` and the fans' sums by the
/// difference, all in the caller's transaction. Again with the same rows changes nothing; of a transaction that is twice in
/// `rows` the later one counts. Fans are made known (and renamed) from what the rows say about them.
///
/// Writers of one account are serial: this locks the account's row in `syncs` first (a caller that holds the lock already
/// waits for nothing), and raises its `earnings_count` by what was added, which also tells pages that there is news.
/// A caller that locks more rows takes `syncs` first.
///
/// # Errors
/// `NotFound` when the account has no row in `syncs`, so was never connected to this agency.
pub async fn record(tx: &mut AgencyTx, account: AccountId, rows: &[Earning]) -> Result<Recorded> {
    if !store::lock_sync(tx, account).await? {
        return Err(Error::NotFound);
    }
    if rows.is_empty() {
        return Ok(Recorded::default());
    }
    let written = store::add(tx, account, &last_of_each(rows)).await?;
    if !written.moved_fans.is_empty() {
        store::set_paid_span(tx, account, &written.moved_fans).await?;
    }
    alerts::heed_refunds(tx, account, rows).await?;
    Ok(Recorded { added: count(written.added), changed: count(written.changed) })
}

/// A page of an agency's earnings.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The rows, the newest first.
    pub page: Page<ListedEarning>,
    /// What all that the filter finds add up to.
    pub totals: Vec<Total>,
    /// The names of the accounts that the filter names.
    pub accounts: Vec<String>,
    /// For moments; `None` is UTC, which moments then say.
    pub zone: Option<Tz>,
}

/// A page of the agency's earnings that `filter` finds.
///
/// # Errors
/// `NotFound` when it names an account that is not the agency's.
pub async fn of_agency(
    db: &Db,
    scope: &Scope<ViewAllEarnings>,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Ledger> {
    let mut tx = db.begin(scope).await?;
    let accounts = named(&mut tx, filter).await?;
    let page = ledger::page(&mut tx, filter, turn).await?;
    let totals = ledger::totals(&mut tx, filter).await?;
    audit::record_view(&mut tx, Event::new("earnings.viewed")).await?;
    tx.commit().await?;
    Ok(Ledger { page, totals, accounts, zone: scope.member().zone() })
}

/// Puts an export of the agency's earnings on record, before its first row leaves.
///
/// # Errors
/// `NotFound` when `filter` names an account that is not the agency's.
pub async fn begin_export(db: &Db, scope: &Scope<ExportEarnings>, filter: &Filter) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    named(&mut tx, filter).await?;
    export::record(&mut tx, filter).await?;
    tx.commit().await
}

async fn named(tx: &mut AgencyTx, filter: &Filter) -> Result<Vec<String>> {
    let names = store::list_names(tx, &filter.accounts).await?;
    if names.len() == filter.accounts.len() { Ok(names) } else { Err(Error::NotFound) }
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}

/// The rows of a batch, each transaction once and each fan once, as the columns that one statement takes.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub rows: Vec<&'a Earning>,
    pub fans: Vec<&'a FanRef>,
}

fn last_of_each(rows: &[Earning]) -> Columns<'_> {
    let mut columns = Columns::default();
    let (mut row_at, mut fan_at) = (HashMap::new(), HashMap::new());
    for row in rows {
        put(&mut columns.rows, &mut row_at, row.transaction_id.as_str(), row);
    }
    for fan in columns.rows.iter().filter_map(|row| row.fan.as_ref()) {
        put(&mut columns.fans, &mut fan_at, fan.id.as_str(), fan);
    }
    columns
}

fn put<'a, T>(list: &mut Vec<T>, places: &mut HashMap<&'a str, usize>, key: &'a str, item: T) {
    let place = *places.entry(key).or_insert(list.len());
    match list.get_mut(place) {
        Some(slot) => *slot = item,
        None => list.push(item),
    }
}
