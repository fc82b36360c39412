//! The SQL of creators.

use super::types::{Filter, Key};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, CreatorId, UserId};
use crate::keyset::Turn;
use crate::period::Period;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// One of a creator's accounts.
#[derive(Deserialize)]
pub(super) struct AccountRow {
    pub id: AccountId,
    pub handle: String,
    pub platform: String,
}

/// A creator with what her accounts are and earn.
#[derive(sqlx::FromRow)]
pub(super) struct CreatorRow {
    pub id: CreatorId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// The member that she is.
    pub user_id: Option<UserId>,
    pub low: String,
    pub accounts: Json<Vec<AccountRow>>,
    pub subscribers: Option<i64>,
    /// Currency, net of the period, net of the one before.
    pub net: Json<Vec<(String, i64, i64)>>,
    /// Whether the period before is known for all of her accounts.
    pub compares: bool,
}

/// The days whose figures come along.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub period: Period,
    pub previous: Period,
}

/// Up to `limit` creators in the direction of `turn`.
pub(super) async fn list(
    tx: &mut AgencyTx,
    filter: &Filter,
    turn: &Turn<Key>,
    days: Days,
    limit: i64,
) -> Result<Vec<CreatorRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "with chosen as (select *, lower(name) as low from creators where agency_id = ",
    );
    sql.push_bind(agency);
    sql.push(if filter.archived { " and archived_at is not null" } else { " and archived_at is null" });
    if let Some(words) = &filter.words {
        sql.push(" and lower(name) like ").push_bind(format!("%{}%", crate::words::like(words)));
    }
    if let Some((low, id)) = turn.key() {
        sql.push(if turn.is_back() { " and (lower(name), id) < (" } else { " and (lower(name), id) > (" });
        sql.push_bind(low).push(", ").push_bind(id).push(")");
    }
    let order = if turn.is_back() { " order by low desc, id desc" } else { " order by low, id" };
    sql.push(order).push(" limit ").push_bind(limit).push(") ");
    push_figures(&mut sql, agency, days);
    sql.push(order);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// One creator, archived or not.
pub(super) async fn lookup(tx: &mut AgencyTx, id: CreatorId, days: Days) -> Result<CreatorRow> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "with chosen as (select *, lower(name) as low from creators where agency_id = ",
    );
    sql.push_bind(agency).push(" and id = ").push_bind(id).push(") ");
    push_figures(&mut sql, agency, days);
    Ok(sql.build_query_as().fetch_one(tx.conn()).await?)
}

/// What the accounts of the creators in `chosen` are, and earned in the two periods.
fn push_figures(sql: &mut QueryBuilder<Postgres>, agency: AgencyId, Days { period, previous }: Days) {
    sql.push(
        "select c.id, c.name, c.created_at, c.archived_at, c.user_id, c.low, coalesce(a.accounts, '[]') as accounts, a.subscribers,
                coalesce(n.net, '[]') as net,
                coalesce(a.known and exists (
                  select from earning_days d where d.agency_id = c.agency_id and d.account_id = any (a.ids) and d.day < ",
    );
    sql.push_bind(previous.end).push(
        "), false) as compares
         from chosen c
         left join lateral (
           select json_agg(json_build_object('id', a.id, 'handle', a.handle, 'platform', a.platform) order by lower(a.name), a.id) as accounts,
                  array_agg(a.id) as ids, sum(a.subscribers_count)::bigint as subscribers,
                  bool_and(s.backfill_done_at is not null or coalesce((s.backfill_reached at time zone 'UTC')::date < ",
    );
    sql.push_bind(previous.start).push(
        ", false)) as known
           from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
           where a.agency_id = c.agency_id and a.creator_id = c.id) a on true
         left join lateral (
           select json_agg(json_build_array(currency, now, before) order by currency) as net from (
             select d.currency, coalesce(sum(d.net) filter (where d.day >= ",
    );
    sql.push_bind(period.start).push("), 0) as now, coalesce(sum(d.net) filter (where d.day < ");
    sql.push_bind(previous.end).push(
        "), 0) as before
             from unnest(a.ids) as i (id) join earning_days d on d.agency_id = ",
    );
    sql.push_bind(agency).push(" and d.account_id = i.id and d.day >= ").push_bind(previous.start);
    sql.push(" and d.day < ").push_bind(period.end).push(" group by d.currency) sums) n on true");
}

/// Every creator who is not archived and has an account within reach, by name, for choosing one.
pub(super) async fn list_names(tx: &mut AgencyTx, limit: i64) -> Result<Vec<(CreatorId, String)>> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let rows = sqlx::query!(
        r#"select id as "id: CreatorId", name from creators
           where agency_id = $1 and archived_at is null
             and ($3::uuid is null or id in (
               select a.creator_id from accounts a join reach r on r.agency_id = a.agency_id and r.account_id = a.id
               where r.agency_id = $1 and r.user_id = $3))
           order by lower(name), id limit $2"#,
        agency as AgencyId,
        limit,
        member as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

pub(super) async fn add(tx: &mut AgencyTx, id: CreatorId, name: &str) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into creators (agency_id, id, name, created_at) values ($1, $2, $3, $4)",
        agency as AgencyId,
        id as CreatorId,
        name,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives her another name; the one before, or nothing when there is no such creator.
pub(super) async fn set_name(tx: &mut AgencyTx, id: CreatorId, name: &str) -> Result<Option<String>> {
    let agency = tx.agency_id();
    let before = sqlx::query_scalar!(
        "with old as (select name from creators where agency_id = $1 and id = $2 for update)
         update creators c set name = $3 from old where c.agency_id = $1 and c.id = $2 returning old.name",
        agency as AgencyId,
        id as CreatorId,
        name
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(before)
}

/// Archives or restores her; her name and whether that was a change, or nothing when there is no such creator.
pub(super) async fn set_archived(
    tx: &mut AgencyTx,
    id: CreatorId,
    archived_at: Option<DateTime<Utc>>,
) -> Result<Option<(String, bool)>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"with old as (select archived_at from creators where agency_id = $1 and id = $2 for update)
           update creators c set archived_at = case when $3::timestamptz is null then null else coalesce(old.archived_at, $3) end
           from old where c.agency_id = $1 and c.id = $2
           returning c.name, (old.archived_at is null) <> ($3::timestamptz is null) as "changed!""#,
        agency as AgencyId,
        id as CreatorId,
        archived_at
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.name, row.changed)))
}

/// Says that `user` is the creator; whether there is such a creator whom nobody else is.
pub(super) async fn set_member(tx: &mut AgencyTx, id: CreatorId, user: UserId) -> Result<bool, sqlx::Error> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "update creators set user_id = $3 where agency_id = $1 and id = $2 and archived_at is null and (user_id is null or user_id = $3)",
        agency as AgencyId,
        id as CreatorId,
        user as UserId
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says that `user` is no creator any more.
pub(super) async fn clear_member(tx: &mut AgencyTx, user: UserId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update creators set user_id = null where agency_id = $1 and user_id = $2",
        agency as AgencyId,
        user as UserId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Every creator who is not archived and whom no member is, by name.
pub(super) async fn list_without_member(tx: &mut AgencyTx, limit: i64) -> Result<Vec<(CreatorId, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select id as "id: CreatorId", name from creators
           where agency_id = $1 and archived_at is null and user_id is null order by lower(name), id limit $2"#,
        agency as AgencyId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The creator that `user` is.
pub(super) async fn find_of_member(tx: &mut AgencyTx, user: UserId) -> Result<Option<(CreatorId, String)>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select id as "id: CreatorId", name from creators where agency_id = $1 and user_id = $2 and archived_at is null"#,
        agency as AgencyId,
        user as UserId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id, row.name)))
}
