//! The SQL that counts the rollups of one account from all of its earnings: what `earnings::record` moves row by row.
//! The coarser ones follow these by themselves (migration 0110).

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};

pub(super) async fn add_earning_days(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into earning_days (agency_id, account_id, day, currency, source, gross, net, payments, refunds)
         select agency_id, account_id, (occurred_at at time zone 'UTC')::date, currency, source, sum(gross)::bigint,
                sum(net)::bigint, count(*) filter (where gross > 0), coalesce(sum(gross) filter (where gross < 0), 0)::bigint
         from earnings where agency_id = $1 and account_id = $2 group by 1, 2, 3, 4, 5 order by 3, 4, 5",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_fan_days(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into fan_days (agency_id, account_id, day, fan_id, currency, gross, net, payments)
         select agency_id, account_id, (occurred_at at time zone 'UTC')::date, fan_id, currency, sum(gross)::bigint,
                sum(net)::bigint, count(*) filter (where gross > 0)
         from earnings where agency_id = $1 and account_id = $2 and fan_id is not null group by 1, 2, 3, 4, 5 order by 3, 4, 5",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
