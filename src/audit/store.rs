//! The SQL of the audit log.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// One kept event.
pub(super) struct Row {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub user_id: Option<UserId>,
    pub event: String,
    pub subject: Option<String>,
    pub detail: Value,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// The end of an agency's chain.
pub(super) struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// The end of the chain, locked until the transaction ends, so that rows follow one another.
pub(super) async fn lock_head(tx: &mut AgencyTx) -> Result<Head> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Head,
        "insert into audit_heads (agency_id, seq, hash) values ($1, 0, '')
         on conflict (agency_id) do update set seq = audit_heads.seq
         returning seq, hash",
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

pub(super) async fn head(tx: &mut AgencyTx) -> Result<Option<Head>> {
    let agency = tx.agency_id();
    let row =
        sqlx::query_as!(Head, "select seq, hash from audit_heads where agency_id = $1", agency as AgencyId)
            .fetch_optional(tx.conn())
            .await?;
    Ok(row)
}

pub(super) async fn add(tx: &mut AgencyTx, row: &Row) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "with head as (update audit_heads set seq = $2, hash = $12 where agency_id = $1)
         insert into audit (agency_id, seq, at, actor, user_id, event, subject, detail, ip, request_id, prev_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, ($9::text)::inet, $10, $11, $12)",
        agency as AgencyId,
        row.seq,
        row.at,
        row.actor,
        row.user_id as Option<UserId>,
        row.event,
        row.subject,
        row.detail,
        row.ip,
        row.request_id,
        row.prev_hash,
        row.hash
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn list_after(tx: &mut AgencyTx, seq: i64, limit: i64) -> Result<Vec<Row>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select seq, at, actor, user_id as "user_id: UserId", event, subject, detail, host(ip) as ip, request_id,
                  prev_hash, hash
           from audit where agency_id = $1 and seq > $2 order by seq limit $3"#,
        agency as AgencyId,
        seq,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
