//! The SQL that the pages of subscribers, paid messages and fans have in common.

use crate::analytics::kept::uuids;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};

/// How many of `accounts` (all, when there are none) are still being read for the first time.
pub(in crate::analytics) async fn count_reading(
    tx: &mut AgencyTx,
    accounts: Option<&Vec<AccountId>>,
) -> Result<i64> {
    let (agency, accounts) = (tx.agency_id(), uuids(accounts));
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from syncs s join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and a.disconnected_at is null and s.state <> 'stopped'
             and (s.backfill_done_at is null or s.subscribers_done_at is null or s.messages_done_at is null)
             and ($2::uuid[] is null or s.account_id = any($2))"#,
        agency as AgencyId,
        accounts.as_deref()
    );
    Ok(count.fetch_one(tx.conn()).await?)
}
