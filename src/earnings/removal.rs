//! Taking earnings away again: those that somebody recorded by hand, never a platform's.

use super::service::record;
use super::store;
use crate::alerts;
use crate::db::AgencyTx;
use crate::error::{Error, Result};
use crate::ids::AccountId;

/// Removes the earnings of `account` with these ids and moves every sum back, in the caller's transaction; how many there were.
///
/// They are first recorded as nothing, by [`record`] itself: so whatever it keeps beside the rows moves by what it moved before,
/// also what is added to it later. A row of nothing counts nowhere, so that it can go.
///
/// # Errors
/// `NotFound` when the account has no row in `syncs`.
pub async fn remove(tx: &mut AgencyTx, account: AccountId, ids: &[String]) -> Result<u64> {
    if !store::lock_sync(tx, account).await? {
        return Err(Error::NotFound);
    }
    let mut rows = store::list_by_ids(tx, account, ids).await?;
    for row in &mut rows {
        (row.gross, row.net) = (0, 0);
    }
    record(tx, account, &rows).await?;
    alerts::end_removed_refunds(tx, account, ids).await?;
    store::remove(tx, account, ids).await
}

/// Forgets the fans of `account` of whom nothing is known any more: no earning, and the platform's lists never told of them.
///
/// # Errors
/// When the database refuses.
pub async fn forget_fans(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::remove_fans_without_earnings(tx, account).await
}
