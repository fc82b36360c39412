//! The SQL of alerts; of mail about them in the file beside it.

mod mails;

pub(super) use mails::*;

use super::bells::Bell;
use super::types::{Alert, Evidence, Filter, Key, Kind, Rules};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, AlertId, UserId};
use crate::keyset::Turn;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// An alert as the table keeps it.
#[derive(sqlx::FromRow)]
pub(super) struct AlertRow {
    pub id: AlertId,
    pub evidence: Json<Evidence>,
    pub account_id: Option<AccountId>,
    pub account_name: Option<String>,
    pub raised_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub read: bool,
}

impl From<AlertRow> for Alert {
    fn from(row: AlertRow) -> Self {
        Self {
            id: row.id,
            evidence: row.evidence.0,
            account: row.account_id.zip(row.account_name),
            raised_at: row.raised_at,
            ended_at: row.ended_at,
            read: row.read,
        }
    }
}

/// Whether it was not there yet. Of two transactions that add the same at once, one waits for the other and adds nothing.
pub(super) async fn add(
    tx: &mut AgencyTx,
    cause: &str,
    account: Option<AccountId>,
    evidence: &Evidence,
) -> Result<bool> {
    let (agency, id, now) = (tx.agency_id(), tx.new_id::<AlertId>(), tx.now());
    let added = sqlx::query!(
        "insert into alerts (agency_id, id, kind, cause, account_id, evidence, raised_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        agency as AgencyId,
        id as AlertId,
        evidence.kind().as_str(),
        cause,
        account as Option<AccountId>,
        Json(evidence) as _,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() > 0)
}

pub(super) async fn set_ended(tx: &mut AgencyTx, kind: Kind, cause: &str) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ended = sqlx::query!(
        "update alerts set ended_at = $4 where agency_id = $1 and kind = $2 and cause = $3 and ended_at is null",
        agency as AgencyId,
        kind.as_str(),
        cause,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected() > 0)
}

pub(super) async fn set_ended_of(tx: &mut AgencyTx, kind: Kind, causes: &[String]) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update alerts set ended_at = $4 where agency_id = $1 and kind = $2 and cause = any($3) and ended_at is null",
        agency as AgencyId,
        kind.as_str(),
        causes,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_ended_but(tx: &mut AgencyTx, kind: Kind, causes: &[String]) -> Result<u64> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ended = sqlx::query!(
        "update alerts set ended_at = $4 where agency_id = $1 and kind = $2 and cause <> all($3) and ended_at is null",
        agency as AgencyId,
        kind.as_str(),
        causes,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected())
}

pub(super) async fn set_ended_before(
    tx: &mut AgencyTx,
    kind: Kind,
    raised_before: DateTime<Utc>,
) -> Result<u64> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ended = sqlx::query!(
        "update alerts set ended_at = $4 where agency_id = $1 and kind = $2 and raised_at < $3 and ended_at is null",
        agency as AgencyId,
        kind.as_str(),
        raised_before,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected())
}

/// Up to `limit` alerts in the direction of `turn`, as `user` has read them.
pub(super) async fn list(
    tx: &mut AgencyTx,
    user: UserId,
    filter: Filter,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<AlertRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "select l.id, l.evidence, l.account_id, a.name as account_name, l.raised_at, l.ended_at, r.alert_id is not null as read
         from alerts l left join accounts a on a.agency_id = l.agency_id and a.id = l.account_id
         left join alert_reads r on r.agency_id = l.agency_id and r.alert_id = l.id and r.user_id = ",
    );
    sql.push_bind(user).push(" where l.agency_id = ").push_bind(agency);
    sql.push(if filter.ended { " and l.ended_at is not null" } else { " and l.ended_at is null" });
    if let Some(kind) = filter.kind {
        sql.push(" and l.kind = ").push_bind(kind.as_str());
    }
    if let Some((at, id)) = turn.key() {
        sql.push(if turn.is_back() {
            " and (l.raised_at, l.id) > ("
        } else {
            " and (l.raised_at, l.id) < ("
        });
        sql.push_bind(*at).push(", ").push_bind(*id).push(")");
    }
    sql.push(if turn.is_back() {
        " order by l.raised_at, l.id"
    } else {
        " order by l.raised_at desc, l.id desc"
    });
    sql.push(" limit ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// How many alerts of each kind go on.
pub(super) async fn count_by_kind(tx: &mut AgencyTx) -> Result<Vec<(Kind, i64)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select kind as "kind: Kind", count(*) as "alerts!" from alerts where agency_id = $1 and ended_at is null group by kind"#,
        agency as AgencyId
    );
    Ok(rows.fetch_all(tx.conn()).await?.into_iter().map(|row| (row.kind, row.alerts)).collect())
}

/// What stands in the bell of `user`: the `limit` newest that go on, and how many of all are unread (up to `most`).
pub(super) async fn bell(tx: &mut AgencyTx, user: UserId, limit: i64, most: i64) -> Result<Bell> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select l.id as "id: AlertId", l.evidence as "evidence: Json<Evidence>", l.account_id as "account_id: AccountId",
                  a.name as "account_name?", l.raised_at, r.alert_id is not null as "read!",
                  (select count(*) from (select from alerts u where u.agency_id = $1 and u.ended_at is null
                     and not exists (select from alert_reads s where s.agency_id = $1 and s.user_id = $2 and s.alert_id = u.id)
                   limit $4) unread) as "unread!"
           from alerts l left join accounts a on a.agency_id = l.agency_id and a.id = l.account_id
           left join alert_reads r on r.agency_id = l.agency_id and r.user_id = $2 and r.alert_id = l.id
           where l.agency_id = $1 and l.ended_at is null
           order by l.raised_at desc, l.id desc limit $3"#,
        agency as AgencyId,
        user as UserId,
        limit,
        most
    )
    .fetch_all(tx.conn())
    .await?;
    let unread = rows.first().map_or(0, |row| row.unread);
    let newest = rows.into_iter().map(|row| Alert {
        id: row.id,
        evidence: row.evidence.0,
        account: row.account_id.zip(row.account_name),
        raised_at: row.raised_at,
        ended_at: None,
        read: row.read,
    });
    Ok(Bell { unread, newest: newest.collect() })
}

/// Whether there is such an alert.
pub(super) async fn set_read(tx: &mut AgencyTx, user: UserId, id: AlertId) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let found = sqlx::query_scalar!(
        r#"with found as (select id from alerts where agency_id = $1 and id = $3),
                read as (insert into alert_reads (agency_id, user_id, alert_id, read_at) select $1, $2, id, $4 from found
                         on conflict do nothing)
           select exists (select from found) as "found!""#,
        agency as AgencyId,
        user as UserId,
        id as AlertId,
        now
    );
    Ok(found.fetch_one(tx.conn()).await?)
}

/// Marks what goes on and was raised until `until`.
pub(super) async fn set_all_read(tx: &mut AgencyTx, user: UserId, until: DateTime<Utc>) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into alert_reads (agency_id, user_id, alert_id, read_at)
         select $1, $2, id, $4 from alerts where agency_id = $1 and ended_at is null and raised_at <= $3
         on conflict do nothing",
        agency as AgencyId,
        user as UserId,
        until,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn lookup_rules(tx: &mut AgencyTx) -> Result<Option<Rules>> {
    let agency = tx.agency_id();
    let rules = sqlx::query_as!(
        Rules,
        "select refund_from, refund_share from alert_rules where agency_id = $1",
        agency as AgencyId
    );
    Ok(rules.fetch_optional(tx.conn()).await?)
}

pub(super) async fn set_rules(tx: &mut AgencyTx, rules: Rules) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into alert_rules (agency_id, refund_from, refund_share) values ($1, $2, $3)
         on conflict (agency_id) do update set refund_from = excluded.refund_from, refund_share = excluded.refund_share",
        agency as AgencyId,
        rules.refund_from,
        rules.refund_share
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the account took in from `start` up to, not including, `end`, as if nothing had been taken back.
pub(super) async fn sum_taken_in(
    tx: &mut AgencyTx,
    account: AccountId,
    currency: &str,
    start: NaiveDate,
    end: NaiveDate,
) -> Result<i64> {
    let agency = tx.agency_id();
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(gross - refunds), 0)::bigint as "sum!" from earning_days
           where agency_id = $1 and account_id = $2 and day >= $4 and day < $5 and currency = $3"#,
        agency as AgencyId,
        account as AccountId,
        currency,
        start,
        end
    );
    Ok(sum.fetch_one(tx.conn()).await?)
}

/// How subscriptions of an account went on in two spans that follow one another.
pub(super) struct RenewalRow {
    pub account: AccountId,
    pub renewed: i64,
    pub lost: i64,
    pub renewed_before: i64,
    pub lost_before: i64,
}

/// Renewals that were paid, and subscribers lost, of every connected account whose past was read: from `middle` up to `end`, and
/// from `start` up to `middle`. A renewal that was taken back counts as one: the subscription went on.
pub(super) async fn list_renewals(
    tx: &mut AgencyTx,
    start: NaiveDate,
    middle: NaiveDate,
    end: NaiveDate,
) -> Result<Vec<RenewalRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        RenewalRow,
        r#"with renewed as (
             select account_id, sum(payments) filter (where day >= $3) as now, sum(payments) filter (where day < $3) as before
             from earning_days where agency_id = $1 and source = 'renewal' and day >= $2 and day < $4 group by account_id
           ), lost as (
             select account_id, sum(lost) filter (where day >= $3) as now, sum(lost) filter (where day < $3) as before
             from subscriber_days where agency_id = $1 and day >= $2 and day < $4 group by account_id
           )
           select a.id as "account: AccountId", coalesce(r.now, 0)::bigint as "renewed!", coalesce(l.now, 0)::bigint as "lost!",
                  coalesce(r.before, 0)::bigint as "renewed_before!", coalesce(l.before, 0)::bigint as "lost_before!"
           from accounts a
           join syncs s on s.agency_id = $1 and s.account_id = a.id
             and s.backfill_done_at is not null and s.subscribers_done_at is not null
           left join renewed r on r.account_id = a.id left join lost l on l.account_id = a.id
           where a.agency_id = $1 and a.disconnected_at is null and (r.account_id is not null or l.account_id is not null)"#,
        agency as AgencyId,
        start,
        middle,
        end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
