//! The SQL of the chains. Both have the same columns; changes and views each stand in tables of their own.

mod checks;
mod listing;

pub(super) use checks::*;
pub(super) use listing::*;

use super::types::Chain;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::AssertSqlSafe;

/// One kept event.
#[derive(sqlx::FromRow)]
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

/// The end of a chain, or the place where it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Head {
    pub seq: i64,
    pub hash: Vec<u8>,
}

impl Chain {
    /// Where its rows are, and where its end is.
    pub(super) const fn tables(self) -> (&'static str, &'static str) {
        match self {
            Self::Changes => ("audit", "audit_heads"),
            Self::Views => ("audit_views", "audit_view_heads"),
        }
    }
}

/// The end of the agency's chain, locked until the transaction ends, so that rows follow one another.
pub(super) async fn lock_head(tx: &mut AgencyTx, chain: Chain) -> Result<Head> {
    let (agency, (_, heads)) = (tx.agency_id(), chain.tables());
    let statement = format!(
        "insert into {heads} as h (agency_id, seq, hash) values ($1, 0, '')
         on conflict (agency_id) do update set seq = h.seq
         returning seq, hash"
    );
    Ok(sqlx::query_as(AssertSqlSafe(statement)).bind(agency).fetch_one(tx.conn()).await?)
}

pub(super) async fn head(tx: &mut AgencyTx, chain: Chain) -> Result<Head> {
    let (agency, (_, heads)) = (tx.agency_id(), chain.tables());
    let statement = format!("select seq, hash from {heads} where agency_id = $1");
    let head = sqlx::query_as(AssertSqlSafe(statement)).bind(agency).fetch_optional(tx.conn()).await?;
    Ok(head.unwrap_or_default())
}

/// The last view that was removed: where the chain of views begins.
pub(super) async fn lookup_pruned(tx: &mut AgencyTx) -> Result<Head> {
    let agency = tx.agency_id();
    let head = sqlx::query_as!(
        Head,
        "select pruned_seq as seq, pruned_hash as hash from audit_view_heads where agency_id = $1",
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(head.unwrap_or_default())
}

pub(super) async fn add(tx: &mut AgencyTx, chain: Chain, row: &Row) -> Result<()> {
    let (agency, (table, heads)) = (tx.agency_id(), chain.tables());
    let statement = format!(
        "with head as (update {heads} set seq = $2, hash = $12 where agency_id = $1)
         insert into {table} (agency_id, seq, at, actor, user_id, event, subject, detail, ip, request_id, prev_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, ($9::text)::inet, $10, $11, $12)"
    );
    sqlx::query(AssertSqlSafe(statement))
        .bind(agency)
        .bind(row.seq)
        .bind(row.at)
        .bind(row.actor.as_str())
        .bind(row.user_id)
        .bind(row.event.as_str())
        .bind(row.subject.as_deref())
        .bind(&row.detail)
        .bind(row.ip.as_deref())
        .bind(row.request_id.as_deref())
        .bind(row.prev_hash.as_slice())
        .bind(row.hash.as_slice())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn list_after(tx: &mut AgencyTx, chain: Chain, seq: i64, limit: i64) -> Result<Vec<Row>> {
    let (agency, (table, _)) = (tx.agency_id(), chain.tables());
    let statement = format!(
        "select seq, at, actor, user_id, event, subject, detail, host(ip) as ip, request_id, prev_hash, hash
         from {table} where agency_id = $1 and seq > $2 order by seq limit $3"
    );
    let rows = sqlx::query_as(AssertSqlSafe(statement)).bind(agency).bind(seq).bind(limit);
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Of `subjects`, those of which `user` has seen the same since.
pub(super) async fn list_seen(
    tx: &mut AgencyTx,
    user: UserId,
    event: &str,
    subjects: &[String],
    since: DateTime<Utc>,
) -> Result<Vec<String>> {
    let (agency, ip) = (tx.agency_id(), tx.actor().ip.map(|ip| ip.to_string()));
    let seen = sqlx::query_scalar!(
        r#"select distinct coalesce(subject, '') as "subject!" from audit_views
           where agency_id = $1 and user_id = $2 and at > $3 and event = $4 and coalesce(subject, '') = any($5)
             and ip is not distinct from ($6::text)::inet"#,
        agency as AgencyId,
        user as UserId,
        since,
        event,
        subjects,
        ip
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(seen)
}
