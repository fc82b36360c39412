//! The SQL of syncing. Times are the database's, so that machines whose clocks differ agree on what is due.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};

/// `retry_at` outlives the wish, unless the sync had been stopped: a platform that asked to wait is let wait.
pub(super) async fn want(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into syncs (agency_id, account_id, state, wanted_at, next_due_at)
         values ($1, $2, 'waiting', now(), now() + interval '1 minute')
         on conflict (agency_id, account_id) do update set
           wanted_at = now(),
           next_due_at = now() + interval '1 minute',
           state = case when syncs.state = 'running' then 'running' else 'waiting' end,
           retry_at = case when syncs.state = 'stopped' then null else syncs.retry_at end,
           failures = case when syncs.state = 'stopped' then 0 else syncs.failures end,
           problem = case when syncs.state = 'stopped' then null else syncs.problem end",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn stop(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set state = 'stopped', run = null, next_due_at = null, wanted_at = null
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn stop_all(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set state = 'stopped', run = null, next_due_at = null, wanted_at = null
         where agency_id = $1 and state <> 'stopped'",
        agency as AgencyId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
