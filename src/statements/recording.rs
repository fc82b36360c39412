//! Recording an import: its account, all of its rows and every sum in one transaction, or nothing.

use super::progress::Progress;
use super::reading::{self, Read, Row, Terms};
use super::sheet::Sheet;
use super::store::{self, Brought};
use super::types::{Import, Mapping, State};
use crate::accounts;
use crate::audit::{self, Event};
use crate::db::{AgencyTx, Db, Tenant};
use crate::earnings;
use crate::error::{Error, Result};
use crate::ids::{AccountId, StatementImportId, UserId};
use crate::platform::Earning;
use crate::sync;
use serde_json::json;
use std::collections::HashSet;

/// Rows that are recorded at a time.
pub const BATCH: usize = 1000;

/// What recording an import would do, or does.
pub(super) struct Prepared {
    /// Rows that are new to the account, in the file's order.
    pub fresh: Vec<Row>,
    /// Lines that the account has already, or that the file has twice.
    pub duplicates: Vec<u64>,
    /// The rest of what the file says.
    pub read: Read,
}

/// Reads `file` away from the threads that answer, and finds out what of it the account has already.
///
/// # Errors
/// `Conflict` when the mapping does not fit the file.
pub(super) async fn prepare(
    tx: &mut AgencyTx,
    account: Option<AccountId>,
    file: Vec<u8>,
    mapping: Mapping,
    terms: Terms,
) -> Result<Prepared> {
    let read = move || reading::read(&Sheet::of(&file), &mapping, terms);
    let read = tokio::task::spawn_blocking(read).await.map_err(anyhow::Error::from)?;
    let mut read = read.map_err(|column| {
        Error::conflict(format!(
            "The file has no column “{column}” any more. Say again which column is what."
        ))
    })?;
    let rows = std::mem::take(&mut read.rows);
    let known: HashSet<String> = match account {
        Some(account) => {
            let ids: Vec<_> = rows.iter().map(|row| row.earning.transaction_id.as_str()).collect();
            store::list_known(tx, account, &ids).await?.into_iter().collect()
        }
        None => HashSet::new(),
    };
    let (old, fresh): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| known.contains(&row.earning.transaction_id));
    let mut duplicates: Vec<_> =
        old.iter().map(|row| row.line).chain(read.repeated.iter().copied()).collect();
    duplicates.sort_unstable();
    Ok(Prepared { fresh, duplicates, read })
}

/// Records the import if it stands at `from` (otherwise somebody did already), in one transaction.
///
/// # Errors
/// `Conflict` when it has problems, or nothing that is new; then nothing was recorded.
pub async fn record(
    db: &Db,
    scope: &impl Tenant,
    by: UserId,
    id: StatementImportId,
    from: State,
) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let import = store::lock(&mut tx, id).await?;
    if import.state != from {
        return Ok(());
    }
    let mapping = import.mapping.clone().ok_or_else(|| Error::conflict("Say first which column is what."))?;
    let account = account(&mut tx, &import).await?;
    // From here on nobody else writes to the account.
    earnings::record(&mut tx, account, &[]).await?;
    let file = store::lookup_file(&mut tx, id).await?;
    let terms = terms(&mut tx, &import).await?;
    let prepared = prepare(&mut tx, Some(account), file, mapping.clone(), terms).await?;
    if let Some(sentence) = objection(&prepared) {
        return Err(Error::conflict(sentence));
    }
    let progress = Progress::new(db, tx.agency_id(), id, prepared.fresh.len());
    let brought = store_rows(&mut tx, id, account, by, prepared, &progress).await?;
    store::set_recorded(&mut tx, id, &brought).await?;
    store::remember_mapping(&mut tx, &import.platform, &mapping).await?;
    sync::note_statement(&mut tx, account).await?;
    let detail = json!({ "rows": brought.added, "left_out": brought.duplicates, "account": account });
    audit::record(&mut tx, Event::new("statements.recorded").subject(id).detail(detail)).await?;
    tx.commit().await
}

/// Why it is not recorded.
pub(super) fn objection(prepared: &Prepared) -> Option<String> {
    match (prepared.read.problem_count, prepared.fresh.is_empty()) {
        (0, false) => None,
        (0, true) => Some("There is nothing new in this file.".to_owned()),
        (1, _) => Some("One line cannot be read, so nothing was recorded.".to_owned()),
        (count, _) => Some(format!("{count} lines cannot be read, so nothing was recorded.")),
    }
}

pub(super) async fn terms(tx: &mut AgencyTx, import: &Import) -> Result<Terms> {
    let zone = store::lookup_zone(tx).await?;
    Ok(Terms { currency: import.currency, zone, now: tx.now() })
}

async fn account(tx: &mut AgencyTx, import: &Import) -> Result<AccountId> {
    if let Some(account) = import.account {
        return Ok(account);
    }
    let account =
        accounts::add_by_statement(tx, &import.account_name, &import.platform, import.currency).await?;
    sync::add_without(tx, account).await?;
    Ok(account)
}

/// The oldest first, so that transactions that touch the same days do so in the same order.
async fn store_rows(
    tx: &mut AgencyTx,
    id: StatementImportId,
    account: AccountId,
    by: UserId,
    prepared: Prepared,
    progress: &Progress<'_>,
) -> Result<Brought> {
    let mut rows: Vec<Earning> = prepared.fresh.into_iter().map(|row| row.earning).collect();
    rows.sort_by(|a, b| (a.occurred_at, &a.transaction_id).cmp(&(b.occurred_at, &b.transaction_id)));
    let (mut done, is_long) = (0, rows.len() > BATCH);
    for batch in rows.chunks(BATCH) {
        if is_long {
            progress.tell(done).await?;
        }
        earnings::record(tx, account, batch).await?;
        let ids: Vec<_> = batch.iter().map(|row| row.transaction_id.as_str()).collect();
        store::add_rows(tx, id, &ids).await?;
        done += batch.len();
    }
    let day = |row: &Earning| row.occurred_at.date_naive();
    Ok(Brought {
        account,
        added: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        duplicates: i64::try_from(prepared.duplicates.len()).unwrap_or(i64::MAX),
        days: rows.first().map(day).zip(rows.last().map(day)),
        by,
    })
}
