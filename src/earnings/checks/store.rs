//! The SQL of checks.

use super::Check;
use crate::db::AgencyTx;
use crate::earnings::rollups::Difference;
use crate::error::Result;
use crate::ids::AgencyId;
use sqlx::types::Json;
use uuid::Uuid;

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The checks, the newest first.
pub(super) async fn list(tx: &mut AgencyTx) -> Result<Vec<Check>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select id, started_at, finished_at, accounts, of_accounts, differences, shown as "shown: Json<Vec<Difference>>"
           from rollup_checks where agency_id = $1 order by started_at desc, id desc"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    let checks = rows.into_iter().map(|row| Check {
        id: row.id,
        started_at: row.started_at,
        finished_at: row.finished_at,
        accounts: row.accounts,
        of_accounts: row.of_accounts,
        differences: row.differences,
        shown: row.shown.0,
    });
    Ok(checks.collect())
}

/// The check under way (one that was cut off begins again), or a new one; of those that are over all but the newest go.
pub(super) async fn begin(tx: &mut AgencyTx, id: Uuid, accounts: usize, keep: i64) -> Result<Uuid> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let id = sqlx::query_scalar!(
        "with old as (
           delete from rollup_checks where agency_id = $1 and finished_at is not null and id not in
             (select id from rollup_checks where agency_id = $1 order by started_at desc, id desc limit $5)
         )
         insert into rollup_checks (agency_id, id, started_at, of_accounts) values ($1, $2, $3, $4)
         on conflict (agency_id) where finished_at is null
           do update set started_at = excluded.started_at, accounts = 0, of_accounts = excluded.of_accounts
         returning id",
        agency as AgencyId,
        id,
        now,
        number(accounts),
        keep - 1
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// So many accounts are counted.
pub(super) async fn set_progress(tx: &mut AgencyTx, id: Uuid, accounts: usize) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update rollup_checks set accounts = $3 where agency_id = $1 and id = $2 and finished_at is null",
        agency as AgencyId,
        id,
        number(accounts)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The check is over.
pub(super) async fn finish(
    tx: &mut AgencyTx,
    id: Uuid,
    differences: usize,
    shown: &[Difference],
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update rollup_checks set finished_at = $3, accounts = of_accounts, differences = $4, shown = $5
         where agency_id = $1 and id = $2 and finished_at is null",
        agency as AgencyId,
        id,
        now,
        number(differences),
        Json(shown) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
