//! Asking for a sync.

use super::{jobs, store};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use std::time::Duration;

/// Has `account` synced as soon as a worker is free: newly connected, connected again, or something new is known of.
/// Commits with the caller's transaction; asking again while it waits changes nothing.
///
/// # Errors
/// When the database refuses.
pub async fn want(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::want(tx, account).await?;
    let agency = tx.agency_id();
    jobs::enqueue(tx.conn(), agency, account, Duration::ZERO).await
}

/// Stops syncing `account`, until it is wanted again: it was disconnected. What was synced stays.
///
/// # Errors
/// When the database refuses.
pub async fn stop(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::stop(tx, account).await
}

/// Stops syncing every account of the agency: it is being deleted.
///
/// # Errors
/// When the database refuses.
pub async fn stop_all(tx: &mut AgencyTx) -> Result<()> {
    store::stop_all(tx).await
}
