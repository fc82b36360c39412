//! The SQL of earnings.

use super::service::Columns;
use super::types::{Filter, Key};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::keyset::Turn;
use crate::platform::{Earning, EarningStatus};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// What one batch did.
pub(super) struct Written {
    pub added: i64,
    pub changed: i64,
    /// Fans of whom a known payment moved in time, to another fan, or stopped being one.
    pub moved_fans: Vec<String>,
}

/// Takes the lock that makes writers of one account serial; false when there is no such row.
pub(super) async fn lock_sync(tx: &mut AgencyTx, account: AccountId) -> Result<bool> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select 1 as "one!" from syncs where agency_id = $1 and account_id = $2 for update"#,
        agency as AgencyId,
        account as AccountId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

/// Upserts the rows and moves every sum by new − old. `old` and the upsert see the same snapshot, which the lock keeps true.
/// A payment is a row with a positive gross: refunds lower the sums and count as none.
pub(super) async fn add(tx: &mut AgencyTx, account: AccountId, batch: &Columns<'_>) -> Result<Written> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let column = |value: fn(&Earning) -> &str| batch.rows.iter().map(|row| value(row)).collect::<Vec<&str>>();
    let optional = |value: fn(&Earning) -> Option<&str>| {
        batch.rows.iter().map(|row| value(row)).collect::<Vec<Option<&str>>>()
    };
    let times: Vec<_> = batch.rows.iter().map(|row| row.occurred_at).collect();
    let gross: Vec<_> = batch.rows.iter().map(|row| row.gross).collect();
    let net: Vec<_> = batch.rows.iter().map(|row| row.net).collect();
    let fan_ids: Vec<_> = batch.fans.iter().map(|fan| fan.id.as_str()).collect();
    let handles: Vec<_> = batch.fans.iter().map(|fan| fan.handle.as_deref()).collect();
    let names: Vec<_> = batch.fans.iter().map(|fan| fan.display_name.as_deref()).collect();
    let written = sqlx::query_as!(
        Written,
        r#"with incoming as (
             select * from unnest($4::text[], $5::timestamptz[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
                                  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
               as t (transaction_id, occurred_at, gross, net, currency, source, status, reverses, message_id, post_id, fan_id)
           ), refs as (
             select * from unnest($15::text[], $16::text[], $17::text[]) as t (fan_id, handle, name)
           ), old as (
             select e.transaction_id, e.occurred_at, e.gross, e.net, e.currency, e.source, e.fan_id
             from earnings e join incoming i using (transaction_id) where e.agency_id = $1 and e.account_id = $2
           ), new as (
             insert into earnings as e (agency_id, account_id, transaction_id, occurred_at, gross, net, currency, source, status,
                                        reverses, message_id, post_id, fan_id, first_seen_at, changed_at)
             select $1, $2, i.*, $3, $3 from incoming i
             on conflict (agency_id, account_id, transaction_id) do update
               set (occurred_at, gross, net, currency, source, status, reverses, message_id, post_id, fan_id, changed_at) =
                 row (excluded.occurred_at, excluded.gross, excluded.net, excluded.currency, excluded.source, excluded.status,
                      excluded.reverses, excluded.message_id, excluded.post_id, excluded.fan_id, excluded.changed_at)
               where (e.occurred_at, e.gross, e.net, e.currency, e.source, e.status, e.reverses, e.message_id, e.post_id, e.fan_id)
                 is distinct from (excluded.occurred_at, excluded.gross, excluded.net, excluded.currency, excluded.source,
                                   excluded.status, excluded.reverses, excluded.message_id, excluded.post_id, excluded.fan_id)
             returning transaction_id, occurred_at, gross, net, currency, source, fan_id
           ), moves as (
             select (occurred_at at time zone 'UTC')::date as day, currency, source, fan_id, gross, net, (gross > 0)::int as payments,
                    case when gross > 0 then occurred_at end as paid_at
             from new
             union all
             select (old.occurred_at at time zone 'UTC')::date, old.currency, old.source, old.fan_id, -old.gross, -old.net,
                    -(old.gross > 0)::int, null
             from old join new using (transaction_id)
           ), days as (
             insert into earning_days as d (agency_id, account_id, day, currency, source, gross, net, payments)
             select $1, $2, day, currency, source, sum(gross)::bigint, sum(net)::bigint, sum(payments)
             from moves group by day, currency, source having sum(gross) <> 0 or sum(net) <> 0 or sum(payments) <> 0
             on conflict (agency_id, account_id, day, currency, source) do update
               set gross = d.gross + excluded.gross, net = d.net + excluded.net, payments = d.payments + excluded.payments
           ), by_fan as (
             insert into fan_days as d (agency_id, account_id, day, fan_id, currency, gross, net, payments)
             select $1, $2, day, fan_id, currency, sum(gross)::bigint, sum(net)::bigint, sum(payments)
             from moves where fan_id is not null group by day, fan_id, currency
             having sum(gross) <> 0 or sum(net) <> 0 or sum(payments) <> 0
             on conflict (agency_id, account_id, day, fan_id, currency) do update
               set gross = d.gross + excluded.gross, net = d.net + excluded.net, payments = d.payments + excluded.payments
           ), sums as (
             select fan_id, sum(gross)::bigint as gross, sum(net)::bigint as net, sum(payments) as payments,
                    min(paid_at) as first_paid_at, max(paid_at) as last_paid_at
             from moves where fan_id is not null group by fan_id
           ), known as (
             insert into fans as f (agency_id, account_id, fan_id, handle, name, gross, net, payments, first_paid_at, last_paid_at, seen_at)
             select $1, $2, fan_id, coalesce(r.handle, ''), coalesce(r.name, r.handle, ''), coalesce(s.gross, 0), coalesce(s.net, 0),
                    coalesce(s.payments, 0), s.first_paid_at, s.last_paid_at, $3
             from refs r full join sums s using (fan_id)
             on conflict (agency_id, account_id, fan_id) do update
               set handle = coalesce(nullif(excluded.handle, ''), f.handle), name = case when excluded.name in ('', excluded.handle) and f.name <> '' then f.name else excluded.name end,
                   gross = f.gross + excluded.gross, net = f.net + excluded.net, payments = f.payments + excluded.payments,
                   first_paid_at = least(f.first_paid_at, excluded.first_paid_at),
                   last_paid_at = greatest(f.last_paid_at, excluded.last_paid_at), seen_at = excluded.seen_at
               where excluded.gross <> 0 or excluded.net <> 0 or excluded.payments <> 0
                 or excluded.first_paid_at < f.first_paid_at or excluded.last_paid_at > f.last_paid_at
                 or excluded.handle not in ('', f.handle) or excluded.name not in ('', excluded.handle, f.name)
             returning 1
           ), told as (
             update syncs set earnings_count = earnings_count
               + (select count(*) from new where transaction_id not in (select transaction_id from old))
             where agency_id = $1 and account_id = $2 and (exists (select from new) or exists (select from known))
           )
           select (select count(*) from new where transaction_id not in (select transaction_id from old)) as "added!",
                  (select count(*) from new where transaction_id in (select transaction_id from old)) as "changed!",
                  array(select distinct old.fan_id from old join new using (transaction_id)
                        where old.gross > 0 and old.fan_id is not null and
                          (new.gross <= 0 or new.occurred_at <> old.occurred_at or new.fan_id is distinct from old.fan_id)
                       ) as "moved_fans!""#,
        agency as AgencyId,
        account as AccountId,
        now,
        &column(|row| &row.transaction_id) as &[&str],
        &times,
        &gross,
        &net,
        &column(|row| &row.currency) as &[&str],
        &column(|row| row.source.as_str()) as &[&str],
        &column(|row| row.status.as_str()) as &[&str],
        &optional(|row| row.reverses.as_deref()) as &[Option<&str>],
        &optional(|row| row.message_id.as_deref()) as &[Option<&str>],
        &optional(|row| row.post_id.as_deref()) as &[Option<&str>],
        &optional(|row| row.fan.as_ref().map(|fan| fan.id.as_str())) as &[Option<&str>],
        &fan_ids as &[&str],
        &handles as &[Option<&str>],
        &names as &[Option<&str>],
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(written)
}

/// Finds the first and last payment of `fans` again. Sums can be moved, ends cannot; this is rare.
pub(super) async fn set_paid_span(tx: &mut AgencyTx, account: AccountId, fans: &[String]) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update fans f set first_paid_at = span.first, last_paid_at = span.last
         from (select id, min(e.occurred_at) as first, max(e.occurred_at) as last
               from unnest($3::text[]) as id
               left join earnings e on e.agency_id = $1 and e.account_id = $2 and e.fan_id = id and e.gross > 0
               group by id) span
         where f.agency_id = $1 and f.account_id = $2 and f.fan_id = span.id",
        agency as AgencyId,
        account as AccountId,
        fans
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

// ------------------------------------------------------- lists

/// One earning with its fan.
#[derive(sqlx::FromRow)]
pub(super) struct LedgerRow {
    pub transaction_id: String,
    pub occurred_at: DateTime<Utc>,
    pub gross: i64,
    pub net: i64,
    pub currency: String,
    pub source: String,
    pub status: String,
    pub reverses: Option<String>,
    pub fan_id: Option<String>,
    pub fan_name: Option<String>,
    pub fan_handle: Option<String>,
}

/// Up to `limit` earnings in the direction of `turn`. Put together from the filter, so that the planner sees only the
/// conditions that there are and takes the index that fits; every value is bound.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<LedgerRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new("with page as (select * from earnings where agency_id = ");
    sql.push_bind(agency).push(" and account_id = ").push_bind(account);
    push_source(&mut sql, filter);
    push_status(&mut sql, filter);
    if let Some(from) = filter.from {
        sql.push(" and occurred_at >= ").push_bind(midnight(from));
    }
    if let Some(end) = filter.end() {
        sql.push(" and occurred_at < ").push_bind(midnight(end));
    }
    if let Some((at, id)) = turn.key() {
        let side = if turn.is_back() {
            " and (occurred_at, transaction_id) > ("
        } else {
            " and (occurred_at, transaction_id) < ("
        };
        sql.push(side).push_bind(at).push(", ").push_bind(id).push(")");
    }
    let order = if turn.is_back() {
        " order by occurred_at, transaction_id"
    } else {
        " order by occurred_at desc, transaction_id desc"
    };
    sql.push(order).push(" limit ").push_bind(limit);
    sql.push(
        ") select p.transaction_id, p.occurred_at, p.gross, p.net, p.currency, p.source, p.status, p.reverses, p.fan_id,
                  f.name as fan_name, f.handle as fan_handle
           from page p left join fans f on f.agency_id = p.agency_id and f.account_id = p.account_id and f.fan_id = p.fan_id",
    );
    sql.push(order);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn push_source(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if let Some(source) = &filter.source {
        sql.push(" and source = ").push_bind(source.as_str().to_owned());
    }
}

/// The known ones are written out, so that the planner sees whether the index of unsettled earnings holds them all.
fn push_status(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    match &filter.status {
        None => {}
        Some(EarningStatus::Available) => {
            sql.push(" and status = 'available'");
        }
        Some(EarningStatus::Pending) => {
            sql.push(" and status = 'pending'");
        }
        Some(EarningStatus::Unknown(status)) => {
            sql.push(" and status <> 'available' and status = ").push_bind(status.clone());
        }
    }
}

/// Of which earnings a sum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Of all, whatever their status.
    All,
    /// Of those that can be paid out.
    AllButUnsettled,
    /// Of those with the filter's status, which is not `available`.
    Unsettled,
}

/// What earnings of one currency add up to.
#[derive(sqlx::FromRow)]
pub(super) struct SumRow {
    pub currency: String,
    pub gross: i64,
    pub net: i64,
}

/// Sums from the rollups of whole days, less (or only) those that are not settled; in one statement, so of one moment.
pub(super) async fn sum(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    which: Which,
) -> Result<Vec<SumRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "select currency, sum(gross)::bigint as gross, sum(net)::bigint as net from (select null::text as currency, 0::bigint as gross, 0::bigint as net where false",
    );
    if which != Which::Unsettled {
        sql.push(" union all select currency, gross, net from earning_days where agency_id = ");
        sql.push_bind(agency).push(" and account_id = ").push_bind(account);
        push_source(&mut sql, filter);
        if let Some(from) = filter.from {
            sql.push(" and day >= ").push_bind(from);
        }
        if let Some(end) = filter.end() {
            sql.push(" and day < ").push_bind(end);
        }
    }
    if which != Which::All {
        let part = if which == Which::Unsettled { "gross, net" } else { "-gross, -net" };
        sql.push(" union all select currency, ")
            .push(part)
            .push(" from earnings where status <> 'available' and agency_id = ");
        sql.push_bind(agency).push(" and account_id = ").push_bind(account);
        push_source(&mut sql, filter);
        if which == Which::Unsettled {
            push_status(&mut sql, filter);
        }
        if let Some(from) = filter.from {
            sql.push(" and occurred_at >= ").push_bind(midnight(from));
        }
        if let Some(end) = filter.end() {
            sql.push(" and occurred_at < ").push_bind(midnight(end));
        }
    }
    sql.push(") parts group by currency having sum(gross) <> 0 or sum(net) <> 0 order by currency");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}
