//! The SQL of earnings.

pub(super) mod lists;

use super::service::Columns;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::platform::{Earning, EarningSource, EarningStatus, FanRef};

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
/// A payment is a row with a positive gross: refunds lower the sums and count as none. Coarser sums follow by triggers (migration 0110).
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
                    least(gross, 0) as refunds, case when gross > 0 then occurred_at end as paid_at
             from new
             union all
             select (old.occurred_at at time zone 'UTC')::date, old.currency, old.source, old.fan_id, -old.gross, -old.net,
                    -(old.gross > 0)::int, -least(old.gross, 0), null
             from old join new using (transaction_id)
           ), days as (
             insert into earning_days as d (agency_id, account_id, day, currency, source, gross, net, payments, refunds)
             select $1, $2, day, currency, source, sum(gross)::bigint, sum(net)::bigint, sum(payments), sum(refunds)
             from moves group by day, currency, source
             having (sum(gross), sum(net), sum(payments), sum(refunds)) is distinct from (0, 0, 0, 0)
             on conflict (agency_id, account_id, day, currency, source) do update
               set gross = d.gross + excluded.gross, net = d.net + excluded.net, payments = d.payments + excluded.payments,
                   refunds = d.refunds + excluded.refunds
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

/// The names of those of `accounts` that are the agency's.
pub(super) async fn list_names(tx: &mut AgencyTx, accounts: &[AccountId]) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let ids: Vec<_> = accounts.iter().map(|id| id.0).collect();
    let names = sqlx::query_scalar!(
        "select name from accounts where agency_id = $1 and id = any($2) order by name",
        agency as AgencyId,
        &ids
    );
    Ok(names.fetch_all(tx.conn()).await?)
}

// ------------------------------------------------------- removal

/// The earnings with these ids as they are, each fan by id alone.
pub(super) async fn list_by_ids(
    tx: &mut AgencyTx,
    account: AccountId,
    ids: &[String],
) -> Result<Vec<Earning>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        "select transaction_id, occurred_at, gross, net, currency, source, status, reverses, message_id, post_id, fan_id
         from earnings where agency_id = $1 and account_id = $2 and transaction_id = any ($3) order by occurred_at, transaction_id",
        agency as AgencyId,
        account as AccountId,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let earning = rows.into_iter().map(|row| Earning {
        transaction_id: row.transaction_id,
        occurred_at: row.occurred_at,
        gross: row.gross,
        net: row.net,
        currency: row.currency,
        source: EarningSource::parse(&row.source),
        status: EarningStatus::parse(&row.status),
        reverses: row.reverses,
        message_id: row.message_id,
        post_id: row.post_id,
        fan: row.fan_id.map(|id| FanRef { id, handle: None, display_name: None }),
    });
    Ok(earning.collect())
}

/// Removes earnings that are nothing by now, and counts them out; how many.
pub(super) async fn remove(tx: &mut AgencyTx, account: AccountId, ids: &[String]) -> Result<u64> {
    let agency = tx.agency_id();
    let removed = sqlx::query_scalar!(
        r#"with gone as (
             delete from earnings where agency_id = $1 and account_id = $2 and transaction_id = any ($3) and gross = 0 and net = 0
             returning 1
           ), told as (
             update syncs set earnings_count = earnings_count - (select count(*) from gone)
             where agency_id = $1 and account_id = $2
           )
           select count(*) as "count!" from gone"#,
        agency as AgencyId,
        account as AccountId,
        ids
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(u64::try_from(removed).unwrap_or(0))
}

pub(super) async fn remove_fans_without_earnings(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from fans f where f.agency_id = $1 and f.account_id = $2 and f.payments = 0 and f.subscription is null
           and not exists (select from earnings e where e.agency_id = $1 and e.account_id = $2 and e.fan_id = f.fan_id)",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
