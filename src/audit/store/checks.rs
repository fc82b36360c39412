//! The SQL of checks, and of pruning.

use super::Head;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::AgencyId;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// What the last check found, and where the one is that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::audit) struct CheckRow {
    pub started_at: Option<DateTime<Utc>>,
    pub walk: Option<Value>,
    pub done: i64,
    pub total: i64,
    pub checked_at: Option<DateTime<Utc>>,
    pub changes: Option<i64>,
    pub views: Option<i64>,
    pub since: Option<DateTime<Utc>>,
    pub broken: Option<Value>,
}

pub(in crate::audit) async fn lookup_check(tx: &mut AgencyTx) -> Result<Option<CheckRow>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        CheckRow,
        "select started_at, walk, done, total, checked_at, changes, views, since, broken
         from audit_checks where agency_id = $1",
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// The same, made if it is not there, locked until the transaction ends.
pub(in crate::audit) async fn lock_check(tx: &mut AgencyTx) -> Result<CheckRow> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        CheckRow,
        "insert into audit_checks as c (agency_id) values ($1)
         on conflict (agency_id) do update set done = c.done
         returning started_at, walk, done, total, checked_at, changes, views, since, broken",
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

pub(in crate::audit) async fn set_check(tx: &mut AgencyTx, row: &CheckRow) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update audit_checks set started_at = $2, walk = $3, done = $4, total = $5, checked_at = $6, changes = $7, views = $8,
           since = $9, broken = $10 where agency_id = $1",
        agency as AgencyId,
        row.started_at,
        row.walk,
        row.done,
        row.total,
        row.checked_at,
        row.changes,
        row.views,
        row.since,
        row.broken
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many agencies' chains were broken when last checked.
pub(in crate::audit) async fn count_broken(tx: &mut SystemTx) -> Result<i64> {
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from audit_checks where broken is not null"#);
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(in crate::audit) async fn lookup_retention(tx: &mut AgencyTx) -> Result<i32> {
    let agency = tx.agency_id();
    let days =
        sqlx::query_scalar!("select audit_view_days from agencies where agency_id = $1", agency as AgencyId);
    Ok(days.fetch_one(tx.conn()).await?)
}

/// Sets how many days views are kept; how many it was before.
pub(in crate::audit) async fn set_retention(tx: &mut AgencyTx, days: i32) -> Result<i32> {
    let agency = tx.agency_id();
    let before = sqlx::query_scalar!(
        "with before as (select audit_view_days from agencies where agency_id = $1 for update)
         update agencies a set audit_view_days = $2 from before where a.agency_id = $1
         returning before.audit_view_days",
        agency as AgencyId,
        days
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(before)
}

/// What a pruning removed.
pub(in crate::audit) struct Pruned {
    pub removed: i64,
    pub through: i64,
    pub hash: Vec<u8>,
}

/// Removes the agency's oldest views, up to `limit` of them: those written before the agency's days, by the given clock or the
/// database's, whichever is behind, that have no younger one before them.
pub(in crate::audit) async fn prune(
    tx: &mut SystemTx,
    agency: AgencyId,
    limit: i64,
) -> Result<Option<Pruned>> {
    let now = tx.now();
    let row = sqlx::query!(
        r#"with until as (
             select least($2::timestamptz, now()) - make_interval(days => audit_view_days) as at from agencies where agency_id = $1
           ), oldest as (
             select v.seq, v.at < u.at as old from audit_views v, until u where v.agency_id = $1 order by v.seq limit $3
           ), gone as (
             delete from audit_views where agency_id = $1 and seq in (
               select seq from oldest where seq < coalesce((select min(seq) from oldest where not old), 9223372036854775807))
             returning seq, hash
           )
           select count(*) as "removed!", coalesce(max(seq), 0) as "through!",
                  coalesce((array_agg(hash order by seq desc))[1], '') as "hash!" from gone"#,
        agency as AgencyId,
        now,
        limit
    )
    .fetch_one(tx.conn())
    .await?;
    let pruned = Pruned { removed: row.removed, through: row.through, hash: row.hash };
    Ok((pruned.removed > 0).then_some(pruned))
}

/// Where the chain of views begins, as the last pruning put it on record.
pub(in crate::audit) async fn lookup_recorded_pruning(tx: &mut AgencyTx) -> Result<Head> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select (detail->>'through')::bigint as "seq!", decode(detail->>'hash', 'hex') as "hash!" from audit
           where agency_id = $1 and event = 'audit.views_pruned' order by seq desc limit 1"#,
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Head { seq: row.seq, hash: row.hash }).unwrap_or_default())
}
