//! The SQL of forecasts.

use super::made::{Band, Made};
use super::models::Model;
use super::types::{Expected, Kept, Past, Subject};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::money::Currency;
use crate::period::Period;
use chrono::{Days, NaiveDate};
use sqlx::types::Json;

/// One day's net in one currency.
pub(super) struct DayRow {
    pub currency: String,
    pub day: NaiveDate,
    pub net: i64,
}

/// From which day on all is known, and the day after the last that is over and was read.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub since: Option<NaiveDate>,
    pub until: NaiveDate,
    pub disconnected: bool,
}

/// The bounds of an account's days. A platform that has not answered for a while leaves days that are not known.
pub(super) async fn lookup_bounds(tx: &mut AgencyTx, account: AccountId) -> Result<Bounds> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    let row = sqlx::query!(
        r#"select case when s.account_id is not null and s.backfill_done_at is null
                    then coalesce((s.backfill_reached at time zone 'UTC')::date + 1, $3) end as since,
                  least($3::date, (s.last_finished_at at time zone 'UTC')::date) as "until!",
                  a.disconnected_at is not null as "disconnected!"
           from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
           where a.agency_id = $1 and a.id = $2"#,
        agency as AgencyId,
        account as AccountId,
        today
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Bounds { since: row.since, until: row.until, disconnected: row.disconnected })
}

/// The bounds of the agency's days: known on all accounts whose past is still being read.
pub(super) async fn agency_bounds(tx: &mut AgencyTx) -> Result<Bounds> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    let since = sqlx::query_scalar!(
        r#"select max(coalesce((s.backfill_reached at time zone 'UTC')::date + 1, $2)) from syncs s
           join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and a.disconnected_at is null and s.backfill_done_at is null and s.state <> 'stopped'"#,
        agency as AgencyId,
        today
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Bounds { since, until: today, disconnected: false })
}

/// Every day of an account with earnings from `since` on.
pub(super) async fn list_days(
    tx: &mut AgencyTx,
    account: AccountId,
    since: Option<NaiveDate>,
) -> Result<Vec<DayRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        DayRow,
        r#"select currency, day, sum(net)::bigint as "net!" from earning_days
           where agency_id = $1 and account_id = $2 and day >= coalesce($3::date, '-infinity') group by currency, day order by currency, day"#,
        agency as AgencyId,
        account as AccountId,
        since as Option<NaiveDate>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Every day of the agency with earnings from `since` on.
pub(super) async fn list_agency_days(tx: &mut AgencyTx, since: Option<NaiveDate>) -> Result<Vec<DayRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        DayRow,
        r#"select currency, day, sum(net)::bigint as "net!" from agency_days
           where agency_id = $1 and day >= coalesce($2::date, '-infinity') group by currency, day order by currency, day"#,
        agency as AgencyId,
        since as Option<NaiveDate>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Whether anything was ever earned.
pub(super) async fn has_days(tx: &mut AgencyTx, subject: Subject) -> Result<bool> {
    let agency = tx.agency_id();
    let has = sqlx::query_scalar!(
        r#"select case when $2::uuid is null then exists (select from agency_days where agency_id = $1)
             else exists (select from earning_days where agency_id = $1 and account_id = $2) end as "has!""#,
        agency as AgencyId,
        subject.account() as Option<AccountId>
    );
    Ok(has.fetch_one(tx.conn()).await?)
}

/// Puts the newest forecast in the place of the one before.
pub(super) async fn set(
    tx: &mut AgencyTx,
    subject: Subject,
    currency: &str,
    known_days: usize,
    made: Option<&Made>,
) -> Result<()> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    sqlx::query!(
        "insert into forecasts (agency_id, account_id, currency, made_on, known_days, forecast, next_30) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (agency_id, subject, currency) do update set made_on = excluded.made_on, known_days = excluded.known_days,
           forecast = excluded.forecast, next_30 = excluded.next_30",
        agency as AgencyId,
        subject.account() as Option<AccountId>,
        currency,
        today,
        i32::try_from(known_days).unwrap_or(i32::MAX),
        made.map(Json) as Option<Json<&Made>>,
        made.and_then(|made| made.sums.first()).map(|sum| sum.band.mid)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes what was forecast for 30 days, to be held against what comes. The first word on a day stands.
pub(super) async fn add_past(
    tx: &mut AgencyTx,
    subject: Subject,
    currency: &str,
    from: NaiveDate,
    model: Model,
    band: Band,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into past_forecasts (agency_id, account_id, currency, from_day, model, low, mid, high)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (agency_id, subject, currency, from_day) do nothing",
        agency as AgencyId,
        subject.account() as Option<AccountId>,
        currency,
        from,
        model.as_str(),
        band.low,
        band.mid,
        band.high
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets what was forecast before `before`.
pub(super) async fn forget_past(tx: &mut AgencyTx, before: NaiveDate) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from past_forecasts where agency_id = $1 and from_day < $2",
        agency as AgencyId,
        before
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The newest forecasts of a subject, one per currency.
pub(super) async fn list(tx: &mut AgencyTx, subject: Subject) -> Result<Vec<Kept>> {
    let agency = tx.agency_id();
    let of = subject.account().map_or(agency.0, |account| account.0);
    let rows = sqlx::query!(
        r#"select currency, made_on, known_days, forecast as "forecast: Json<Made>" from forecasts
           where agency_id = $1 and subject = $2 order by currency"#,
        agency as AgencyId,
        of
    )
    .fetch_all(tx.conn())
    .await?;
    let kept = rows.into_iter().filter_map(|row| {
        Some(Kept {
            currency: row.currency.parse().ok()?,
            made_on: row.made_on,
            known_days: usize::try_from(row.known_days).unwrap_or(0),
            made: row.forecast.map(|json| json.0),
        })
    });
    Ok(kept.collect())
}

/// The newest forecast of 30 days that were over before `today`, and what those days brought.
pub(super) async fn find_past(
    tx: &mut AgencyTx,
    subject: Subject,
    currency: &str,
    today: NaiveDate,
) -> Result<Option<Past>> {
    let agency = tx.agency_id();
    let of = subject.account().map_or(agency.0, |account| account.0);
    let row = sqlx::query!(
        r#"select p.from_day, p.model, p.low, p.mid, p.high,
                  coalesce(case when p.account_id is null
                    then (select sum(d.net) from agency_days d
                          where d.agency_id = $1 and d.currency = $3 and d.day >= p.from_day and d.day < p.from_day + 30)
                    else (select sum(d.net) from earning_days d
                          where d.agency_id = $1 and d.account_id = p.account_id and d.currency = $3
                            and d.day >= p.from_day and d.day < p.from_day + 30)
                  end, 0)::bigint as "came!"
           from past_forecasts p
           where p.agency_id = $1 and p.subject = $2 and p.currency = $3 and p.from_day <= $4::date - 30
           order by p.from_day desc limit 1"#,
        agency as AgencyId,
        of,
        currency,
        today
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Past {
        period: Period { start: row.from_day, end: row.from_day + Days::new(30) },
        band: Band { low: row.low, mid: row.mid, high: row.high },
        model: Model::parse(&row.model),
        came: row.came,
    }))
}

/// The newest forecast of 30 days that were over before `today`, but not for long, and are known to their end, of every subject in
/// every currency: an account that is connected is known until it was last read, one of statements as far as they reach, the
/// agency as far as all of these are.
pub(super) async fn list_past(
    tx: &mut AgencyTx,
    today: NaiveDate,
) -> Result<Vec<(Option<AccountId>, Currency, Past)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"with accounts_known as (
             select a.id, case when a.platform = 'statement'
                 then (select max(d.day) + 1 from earning_days d
                       where d.agency_id = $1 and d.account_id = a.id and (d.gross, d.net, d.payments) <> (0, 0, 0))
                 else coalesce((s.last_finished_at at time zone 'UTC')::date, '-infinity') end as until
             from accounts a left join syncs s on s.agency_id = $1 and s.account_id = a.id
             where a.agency_id = $1 and a.disconnected_at is null
           ), known as (
             select id as subject, until from accounts_known union all select $1, min(until) from accounts_known
           ), newest as (
             select distinct on (p.subject, p.currency) p.* from past_forecasts p
             join known k on k.subject = p.subject and p.from_day + 30 <= k.until
             where p.agency_id = $1 and p.from_day <= $2::date - 30 and p.from_day > $2::date - 37
             order by p.subject, p.currency, p.from_day desc
           )
           select p.account_id as "account?: AccountId", p.currency as "currency!", p.from_day as "from_day!", p.model as "model!",
                  p.low as "low!", p.mid as "mid!", p.high as "high!",
                  coalesce(case when p.account_id is null
                    then (select sum(d.net) from agency_days d
                          where d.agency_id = $1 and d.currency = p.currency and d.day >= p.from_day and d.day < p.from_day + 30)
                    else (select sum(d.net) from earning_days d
                          where d.agency_id = $1 and d.account_id = p.account_id and d.currency = p.currency
                            and d.day >= p.from_day and d.day < p.from_day + 30)
                  end, 0)::bigint as "came!"
           from newest p"#,
        agency as AgencyId,
        today
    )
    .fetch_all(tx.conn())
    .await?;
    let past = rows.into_iter().filter_map(|row| {
        let past = Past {
            period: Period { start: row.from_day, end: row.from_day + Days::new(30) },
            band: Band { low: row.low, mid: row.mid, high: row.high },
            model: Model::parse(&row.model),
            came: row.came,
        };
        Some((row.account, row.currency.parse().ok()?, past))
    });
    Ok(past.collect())
}

/// The accounts of which most is expected in one currency: who, and the forecast.
pub(super) async fn list_accounts(tx: &mut AgencyTx, currency: &str, limit: i64) -> Result<Vec<Expected>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select a.id as "id: AccountId", a.name, f.forecast as "forecast!: Json<Made>"
           from forecasts f join accounts a on a.agency_id = $1 and a.id = f.account_id
           where f.agency_id = $1 and f.currency = $2 and f.account_id is not null and f.next_30 is not null
             and a.disconnected_at is null
           order by f.next_30 desc, f.subject limit $3"#,
        agency as AgencyId,
        currency,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let expected = rows.into_iter().filter_map(|row| {
        Some(Expected { account: row.id, name: row.name, sum: row.forecast.0.sums.into_iter().next()? })
    });
    Ok(expected.collect())
}

/// Up to `limit` connected accounts after `after` of which no forecast was made today.
pub(super) async fn list_due(
    tx: &mut AgencyTx,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountId>> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    let rows = sqlx::query_scalar!(
        r#"select a.id as "id: AccountId" from accounts a
           where a.agency_id = $1 and a.disconnected_at is null and ($2::uuid is null or a.id > $2)
             and not exists (select from forecasts f where f.agency_id = $1 and f.subject = a.id and f.made_on >= $3)
           order by a.id limit $4"#,
        agency as AgencyId,
        after as Option<AccountId>,
        today,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
