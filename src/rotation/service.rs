//! Sealing again what an earlier key sealed, column by column and batch by batch. Any number of processes may do it side by
//! side: they share one cursor per column, kept with each batch.

use super::sealed::{SEALED, Sealed};
use super::store::{self, Row};
use crate::db::{Db, SystemTx};
use crate::error::Result;
use crate::vault::{Place, Vault};
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How many values are sealed again in one transaction.
pub const BATCH: i64 = 100;
/// While two keys are at hand, how often to look for what a process with the old one alone has sealed meanwhile.
const AGAIN: Duration = Duration::from_secs(60);

/// How far one column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The column, as `connections.access_token`.
    pub column: String,
    /// How many values an earlier key had sealed.
    pub total: i64,
    /// How many of them the current key seals now.
    pub sealed: i64,
    /// How many no key at hand opens; they stay as they are.
    pub unreadable: i64,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// Until when; nothing while it goes on.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What is true after a rotation, counted over every sealed column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Values that the current key seals now and an earlier one had sealed.
    pub sealed: i64,
    /// Values that another key than the current one seals. None: the earlier key may go.
    pub left: i64,
}

/// Seals everything again that an earlier key sealed; `heard` hears of each batch. It may be stopped at any moment and goes on
/// where it was.
///
/// # Errors
/// When the database does not answer; the batches before that are kept.
pub async fn rotate(db: &Db, vault: &Vault, heard: &mut (dyn FnMut(&Progress) + Send)) -> Result<Outcome> {
    let key = vault.key_id();
    for sealed in SEALED {
        begin(db, key, sealed).await?;
        while let Some(row) = batch(db, vault, sealed).await? {
            heard(&told(row));
        }
    }
    finish(db, key).await
}

/// Begins with a column, unless somebody else has already, or there is nothing to do.
async fn begin(db: &Db, key: u8, sealed: &Sealed) -> Result<()> {
    let mut tx = db.begin_system("begin to seal a column again").await?;
    let row = store::lock_progress(&mut tx, key, &sealed.name()).await?;
    if row.finished_at.is_some() {
        let stale = store::count_stale(&mut tx, sealed, key).await?;
        // Those that nothing opens were tried before.
        if stale != row.unreadable {
            let (column_name, started_at) = (row.column_name, tx.now());
            let begun = Row { column_name, total: stale, started_at, ..Row::default() };
            store::set_progress(&mut tx, key, &begun).await?;
        }
    }
    tx.commit().await
}

/// Seals the next batch of a column again; nothing when the column is done.
async fn batch(db: &Db, vault: &Vault, sealed: &Sealed) -> Result<Option<Row>> {
    let mut tx = db.begin_system("seal values with the current key").await?;
    let key = vault.key_id();
    let mut row = store::lock_progress(&mut tx, key, &sealed.name()).await?;
    if row.finished_at.is_some() {
        return Ok(None);
    }
    let after = row.after_agency.zip(row.after_row.take());
    let stale = store::lock_stale(&mut tx, sealed, key, after.as_ref(), BATCH).await?;
    match stale.last() {
        Some(last) => (row.after_agency, row.after_row) = (Some(last.agency), Some(last.row.clone())),
        None => end_of_pass(&mut tx, key, sealed, &mut row).await?,
    }
    for it in &stale {
        let place = Place { agency: it.agency, table: sealed.table, row: &it.row, column: sealed.column };
        match vault.reseal(place, &it.sealed) {
            Ok(again) => {
                store::set_sealed(&mut tx, sealed, it, &again).await?;
                row.sealed += 1;
            }
            Err(error) => {
                tracing::warn!(column = sealed.name(), row = it.row, %error, "a sealed value does not open");
                row.unreadable += 1;
            }
        }
    }
    store::set_progress(&mut tx, key, &row).await?;
    tx.commit().await?;
    Ok(Some(row))
}

/// Nothing is left behind the cursor. What a process with the old key alone sealed before the cursor wants another pass.
async fn end_of_pass(tx: &mut SystemTx, key: u8, sealed: &Sealed, row: &mut Row) -> Result<()> {
    let left = store::count_stale(tx, sealed, key).await?;
    if left == row.unreadable {
        row.finished_at = Some(tx.now());
    } else {
        (row.total, row.unreadable) = (row.sealed + left, 0);
    }
    row.after_agency = None;
    Ok(())
}

/// Counts what is left; when nothing is, earlier keys need no canary any more, so that a start without them is allowed.
async fn finish(db: &Db, key: u8) -> Result<Outcome> {
    let mut tx = db.begin_system("count what earlier keys seal").await?;
    store::lock_canaries(&mut tx).await?;
    let mut outcome = Outcome::default();
    for sealed in SEALED {
        outcome.left += store::count_stale(&mut tx, sealed, key).await?;
    }
    outcome.sealed = store::list_progress(&mut tx, key).await?.iter().map(|row| row.sealed).sum();
    if outcome.left == 0 && store::remove_other_canaries(&mut tx, key).await? > 0 {
        tracing::info!(
            key = format!("{key:02x}"),
            "everything is sealed by the current key: the earlier one may go"
        );
    }
    tx.commit().await?;
    Ok(outcome)
}

/// How far every column is with the key `key`.
///
/// # Errors
/// When the database does not answer.
pub async fn progress(db: &Db, key: u8) -> Result<Vec<Progress>> {
    let mut tx = db.begin_system("how far sealing again is").await?;
    Ok(store::list_progress(&mut tx, key).await?.into_iter().map(told).collect())
}

fn told(row: Row) -> Progress {
    let Row { column_name, total, sealed, unreadable, started_at, finished_at, .. } = row;
    Progress { column: column_name, total, sealed, unreadable, started_at, finished_at }
}

/// In a process that has an earlier key too: seals again, until `stop`, whatever that key sealed. Other processes have nothing
/// to do here, so this is no job of the queue, which any of them could take.
pub async fn keep_sealed(db: Db, vault: Vault, stop: CancellationToken) {
    while vault.has_previous() {
        let turn = async {
            if let Err(error) = rotate(&db, &vault, &mut |_| {}).await {
                tracing::warn!(%error, "sealing again with the current key goes on later");
            }
            tokio::time::sleep(AGAIN).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = turn => {}
        }
    }
}
