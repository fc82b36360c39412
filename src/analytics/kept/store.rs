//! The SQL of kept counts.

use super::{Span, uuids};
use crate::auth::SystemScope;
use crate::db::{AgencyTx, Db, SystemTx};
use crate::error::Result;
use crate::ids::AgencyId;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde_json::Value;

/// A count as it is kept; without `asked_at` it is not, and `payments` says how many it would go through: those of some accounts by
/// whole months.
pub(super) struct Row {
    pub data_version: i64,
    pub result: Option<Value>,
    pub version: Option<i64>,
    pub counted_at: Option<DateTime<Utc>>,
    pub failed_at: Option<DateTime<Utc>>,
    pub wanted_at: Option<DateTime<Utc>>,
    pub asked_at: Option<DateTime<Utc>>,
    pub payments: Option<i64>,
}

pub(super) async fn lookup(tx: &mut AgencyTx, kind: &str, hash: &[u8], span: &Span) -> Result<Row> {
    let agency = tx.agency_id();
    let accounts = uuids(span.accounts.as_ref());
    let row = sqlx::query_as!(
        Row,
        r#"select a.data_version, k.result as "result?", k.version as "version?", k.counted_at as "counted_at?",
                  k.failed_at as "failed_at?", k.wanted_at as "wanted_at?", k.asked_at as "asked_at?",
                  case when k.kind is not null then null
                       when $6::uuid[] is null then (select coalesce(sum(payments), 0)::bigint from agency_days
                         where agency_id = $1 and day >= $4 and day < $5)
                       else (select coalesce(sum(payments), 0)::bigint from account_sums
                         where agency_id = $1 and grain = 'month' and start >= $7 and start < $5 and account_id = any($6)) end as payments
           from agencies a left join kept_counts k on k.agency_id = a.agency_id and k.kind = $2 and k.params_hash = $3
           where a.agency_id = $1"#,
        agency as AgencyId,
        kind,
        hash,
        span.days.start,
        span.days.end,
        accounts.as_deref(),
        span.days.start.with_day(1).unwrap_or(span.days.start)
    );
    Ok(row.fetch_one(tx.conn()).await?)
}

/// Jobs of an agency that may be on their way at once.
const MOST_WANTED: i64 = 50;

/// Notes that a job is to count at `due`, unless one is on its way already, or too many are: whether it is now for the caller to
/// send it. Who looks later asks again.
pub(super) async fn want(
    tx: &mut AgencyTx,
    kind: &str,
    hash: &[u8],
    params: &Value,
    due: DateTime<Utc>,
    overdue: TimeDelta,
) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let wanted = sqlx::query!(
        "insert into kept_counts (agency_id, kind, params_hash, params, wanted_at, asked_at)
         select $1, $2, $3, $4, $5, $6
         where (select count(*) from kept_counts where agency_id = $1 and wanted_at >= $7) < $8
         on conflict (agency_id, kind, params_hash) do update set wanted_at = excluded.wanted_at, asked_at = excluded.asked_at
         where kept_counts.wanted_at is null or kept_counts.wanted_at < $7",
        agency as AgencyId,
        kind,
        hash,
        params,
        due,
        now,
        now - overdue,
        MOST_WANTED
    );
    Ok(wanted.execute(tx.conn()).await?.rows_affected() > 0)
}

pub(super) async fn set_asked(tx: &mut AgencyTx, kind: &str, hash: &[u8]) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update kept_counts set asked_at = $4 where agency_id = $1 and kind = $2 and params_hash = $3",
        agency as AgencyId,
        kind,
        hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One picture of the database for every statement of a count, and the room to group a million fans in.
pub(super) async fn prepare(tx: &mut AgencyTx) -> Result<()> {
    let statement = "set transaction isolation level repeatable read; set local work_mem = '64MB'";
    sqlx::raw_sql(statement).execute(tx.conn()).await?;
    Ok(())
}

/// What is to be counted, and how the last count stands.
pub(super) struct WishRow {
    pub data_version: i64,
    pub params: Value,
    pub version: Option<i64>,
    pub failed_at: Option<DateTime<Utc>>,
}

pub(super) async fn lookup_wish(tx: &mut AgencyTx, kind: &str, hash: &[u8]) -> Result<Option<WishRow>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        WishRow,
        "select a.data_version, k.params, k.version, k.failed_at
         from kept_counts k join agencies a on a.agency_id = k.agency_id
         where k.agency_id = $1 and k.kind = $2 and k.params_hash = $3",
        agency as AgencyId,
        kind,
        hash
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// Nothing changed since it was counted: no job is on its way any more.
pub(super) async fn set_current(db: &Db, scope: &SystemScope, kind: &str, hash: &[u8]) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let agency = tx.agency_id();
    sqlx::query!(
        "update kept_counts set wanted_at = null where agency_id = $1 and kind = $2 and params_hash = $3",
        agency as AgencyId,
        kind,
        hash
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

pub(super) async fn set_result(
    tx: &mut AgencyTx,
    kind: &str,
    hash: &[u8],
    result: &Value,
    (version, counted_at): (i64, DateTime<Utc>),
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update kept_counts set result = $4, version = $5, counted_at = $6, failed_at = null, wanted_at = null
         where agency_id = $1 and kind = $2 and params_hash = $3",
        agency as AgencyId,
        kind,
        hash,
        result,
        version,
        counted_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The job is tried again by the queue, so it is still on its way.
pub(super) async fn set_failed(tx: &mut AgencyTx, kind: &str, hash: &[u8]) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update kept_counts set failed_at = $4, wanted_at = $4 where agency_id = $1 and kind = $2 and params_hash = $3",
        agency as AgencyId,
        kind,
        hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn remove_asked_before(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64> {
    let removed = sqlx::query!("delete from kept_counts where asked_at < $1", before);
    Ok(removed.execute(tx.conn()).await?.rows_affected())
}
