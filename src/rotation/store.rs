//! The SQL of keys. Statements over sealed columns are put together from the registry's own words. A sealed value's second
//! byte is the id of its key.

use super::sealed::Sealed;
use crate::db::SystemTx;
use crate::error::Result;
use crate::vault::SealedToken;
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// One key's canary.
pub(super) struct Canary {
    pub key: u8,
    pub sealed: SealedToken,
}

/// Starts wait for each other from here until the transaction ends.
pub(super) async fn lock_canaries(tx: &mut SystemTx) -> Result<()> {
    const LOCK: i64 = 0x6b65_7973;
    sqlx::query!(r#"select pg_advisory_xact_lock($1) as "locked: String""#, LOCK)
        .fetch_one(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn list_canaries(tx: &mut SystemTx) -> Result<Vec<Canary>> {
    let rows =
        sqlx::query!(r#"select key_id, sealed as "sealed: SealedToken" from key_canaries order by key_id"#)
            .fetch_all(tx.conn())
            .await?;
    let canary =
        |key: i16, sealed| Ok(Canary { key: u8::try_from(key).map_err(anyhow::Error::from)?, sealed });
    rows.into_iter().map(|row| canary(row.key_id, row.sealed)).collect()
}

pub(super) async fn add_canary(tx: &mut SystemTx, key: u8, sealed: &SealedToken) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into key_canaries (key_id, sealed, made_at) values ($1, $2, $3)",
        i16::from(key),
        sealed.as_bytes(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes the canaries of every other key.
pub(super) async fn remove_other_canaries(tx: &mut SystemTx, key: u8) -> Result<u64> {
    let done = sqlx::query!("delete from key_canaries where key_id <> $1", i16::from(key));
    Ok(done.execute(tx.conn()).await?.rows_affected())
}

/// How many values each key sealed in the column, by the key's id.
pub(super) async fn count_by_key(tx: &mut SystemTx, sealed: &Sealed) -> Result<Vec<(u8, i64)>> {
    let Sealed { table, column, .. } = sealed;
    let statement = format!(
        "select get_byte({column}, 1) as key, count(*) from {table} where {column} is not null group by 1 order by 1"
    );
    let rows: Vec<(i32, i64)> = sqlx::query_as(AssertSqlSafe(statement)).fetch_all(tx.conn()).await?;
    let read = |(key, count): (i32, i64)| Ok((u8::try_from(key).map_err(anyhow::Error::from)?, count));
    rows.into_iter().map(read).collect()
}

/// How many values another key than `key` sealed in the column.
pub(super) async fn count_stale(tx: &mut SystemTx, sealed: &Sealed, key: u8) -> Result<i64> {
    let Sealed { table, column, .. } = sealed;
    let statement =
        format!("select count(*) from {table} where {column} is not null and get_byte({column}, 1) <> $1");
    Ok(sqlx::query_scalar(AssertSqlSafe(statement)).bind(i32::from(key)).fetch_one(tx.conn()).await?)
}

/// A value that another key sealed.
#[derive(sqlx::FromRow)]
pub(super) struct Stale {
    pub agency: Uuid,
    pub row: String,
    pub sealed: SealedToken,
}

/// The next of them after a place, locked until the transaction ends: whoever renews one meanwhile is waited for.
pub(super) async fn lock_stale(
    tx: &mut SystemTx,
    sealed: &Sealed,
    key: u8,
    after: Option<&(Uuid, String)>,
    limit: i64,
) -> Result<Vec<Stale>> {
    let Sealed { table, column, tenant, key: row } = sealed;
    let (id, text, parsed) = (row.column(), row.as_text(), row.of_text("$3"));
    let (agency, behind, order) = if *tenant {
        ("agency_id", format!("(agency_id, {id}) > ($2, {parsed})"), format!("agency_id, {id}"))
    } else {
        ("'00000000-0000-0000-0000-000000000000'::uuid", format!("{id} > {parsed}"), id.to_owned())
    };
    let statement = format!(
        "select {agency} as agency, {text} as row, {column} as sealed from {table}
         where {column} is not null and get_byte({column}, 1) <> $1 and ($2::uuid is null or {behind})
         order by {order} limit $4 for update"
    );
    let rows = sqlx::query_as(AssertSqlSafe(statement))
        .bind(i32::from(key))
        .bind(after.map(|(agency, _)| *agency))
        .bind(after.map(|(_, row)| row.clone()))
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

pub(super) async fn set_sealed(
    tx: &mut SystemTx,
    sealed: &Sealed,
    stale: &Stale,
    again: &SealedToken,
) -> Result<()> {
    let Sealed { table, column, tenant, key } = sealed;
    let agency = if *tenant { "agency_id = $1" } else { "$1::uuid is not null" };
    let (id, row) = (key.column(), key.of_text("$2"));
    let statement = format!("update {table} set {column} = $3 where {agency} and {id} = {row}");
    sqlx::query(AssertSqlSafe(statement))
        .bind(stale.agency)
        .bind(stale.row.as_str())
        .bind(again.as_bytes())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How far sealing one column again has come.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub(super) struct Row {
    pub column_name: String,
    pub total: i64,
    pub sealed: i64,
    pub unreadable: i64,
    pub after_agency: Option<Uuid>,
    pub after_row: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// The column's row, made if it is not there, locked until the transaction ends: batches of one column are serial.
pub(super) async fn lock_progress(tx: &mut SystemTx, key: u8, column: &str) -> Result<Row> {
    let now = tx.now();
    let row = sqlx::query_as!(
        Row,
        r#"insert into key_rotations as r (key_id, column_name, total, sealed, unreadable, started_at, finished_at)
           values ($1, $2, 0, 0, 0, $3, $3)
           on conflict (key_id, column_name) do update set total = r.total
           returning column_name, total, sealed, unreadable, after_agency, after_row, started_at, finished_at"#,
        i16::from(key),
        column,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

pub(super) async fn set_progress(tx: &mut SystemTx, key: u8, row: &Row) -> Result<()> {
    sqlx::query!(
        "update key_rotations set total = $3, sealed = $4, unreadable = $5, after_agency = $6, after_row = $7,
           started_at = $8, finished_at = $9
         where key_id = $1 and column_name = $2",
        i16::from(key),
        row.column_name,
        row.total,
        row.sealed,
        row.unreadable,
        row.after_agency,
        row.after_row,
        row.started_at,
        row.finished_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn list_progress(tx: &mut SystemTx, key: u8) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        "select column_name, total, sealed, unreadable, after_agency, after_row, started_at, finished_at
         from key_rotations where key_id = $1 order by column_name",
        i16::from(key)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
