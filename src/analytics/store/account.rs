//! The SQL of one account's figures: by the account's own keys, so that it costs the same in an agency of a thousand.

use super::{AccountRow, FanRow, LastReadRow, LatestRow, OverviewRow, SumRow};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::period::Period;
use sqlx::types::Json;

/// Every sum of the two periods, by day and by source.
pub(in crate::analytics) async fn list_sums(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    previous: Period,
) -> Result<Vec<SumRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SumRow,
        r#"select currency, day as "day?", source as "source?",
                  coalesce(sum(gross) filter (where day >= $5), 0)::bigint as "gross!",
                  coalesce(sum(net) filter (where day >= $5), 0)::bigint as "net!",
                  coalesce(sum(gross) filter (where day < $4), 0)::bigint as "gross_before!",
                  coalesce(sum(net) filter (where day < $4), 0)::bigint as "net_before!"
           from earning_days
           where agency_id = $1 and account_id = $2 and day >= $3 and day < $6 and (day < $4 or day >= $5)
           group by grouping sets ((currency, day), (currency, source))"#,
        agency as AgencyId,
        account as AccountId,
        previous.start,
        previous.end,
        period.start,
        period.end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Who paid in the two periods, and the `top` who spent most in the first, per currency, most first.
pub(in crate::analytics) async fn list_fans(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    previous: Period,
    top: i64,
) -> Result<Vec<FanRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        FanRow,
        r#"with spent as materialized (
             select currency, fan_id, sum(gross) filter (where day >= $5) as gross,
                    sum(net) filter (where day >= $5) as net, sum(payments) filter (where day >= $5) as payments,
                    sum(net) filter (where day < $4) as net_before, sum(payments) filter (where day < $4) as payments_before
             from fan_days
             where agency_id = $1 and account_id = $2 and day >= $3 and day < $6 and (day < $4 or day >= $5)
             group by currency, fan_id
           ), total as (
             select currency, count(*) filter (where payments > 0) as paying, count(*) filter (where payments_before > 0) as paying_before,
                    coalesce(sum(net) filter (where payments > 0), 0)::bigint as paid,
                    coalesce(sum(net_before) filter (where payments_before > 0), 0)::bigint as paid_before
             from spent group by currency
           )
           select t.currency, t.paying as "paying!", t.paid as "paid!", t.paying_before as "paying_before!",
                  t.paid_before as "paid_before!", case when s.fan_id is not null then $2::uuid end as "account?: AccountId",
                  null::text as "account_name?", s.fan_id as "fan_id?",
                  coalesce(nullif(f.name, ''), nullif(f.handle, '')) as "fan_name?",
                  s.gross::bigint as "gross?", s.payments::bigint as "payments?"
           from total t
           left join lateral (
             select * from spent where currency = t.currency and gross > 0 order by gross desc, fan_id limit $7
           ) s on true
           left join fans f on f.agency_id = $1 and f.account_id = $2 and f.fan_id = s.fan_id
           order by t.currency, s.gross desc, s.fan_id"#,
        agency as AgencyId,
        account as AccountId,
        previous.start,
        previous.end,
        period.start,
        period.end,
        top
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Subscribers, and how far back everything reaches. What an agency has beyond one account is left empty.
pub(in crate::analytics) async fn lookup_overview(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    previous: Period,
) -> Result<OverviewRow> {
    let agency = tx.agency_id();
    let tomorrow = tx.now().date_naive() + chrono::Days::new(1);
    let row = sqlx::query_as!(
        OverviewRow,
        r#"with days as (
             select coalesce(sum(joined) filter (where day >= $5 and day < $6), 0)::bigint as joined,
                    coalesce(sum(lost) filter (where day >= $5 and day < $6), 0)::bigint as lost,
                    coalesce(sum(joined) filter (where day < $4), 0)::bigint as joined_before,
                    coalesce(sum(lost) filter (where day < $4), 0)::bigint as lost_before,
                    coalesce(sum(joined - lost) filter (where day >= $6), 0)::bigint as gained_since,
                    coalesce(sum(joined - lost) filter (where day >= $4), 0)::bigint as gained_since_before
             from subscriber_days where agency_id = $1 and account_id = $2 and day >= $3
           )
           select 1::bigint as "accounts!", 1::bigint as "connected!", count(a.subscribers_count) over () as "counted!",
                  a.subscribers_count as "subscribers?",
                  d.joined as "joined!", d.lost as "lost!", d.joined_before as "joined_before!", d.lost_before as "lost_before!",
                  d.gained_since as "gained_since!", d.gained_since_before as "gained_since_before!",
                  (select min(day) from earning_days
                    where agency_id = $1 and account_id = $2 and (gross, net, payments) <> (0, 0, 0)) as first_earning,
                  case when s.backfill_done_at is null and s.state <> 'stopped'
                    then coalesce((s.backfill_reached at time zone 'UTC')::date + 1, $7) end as earnings_complete_from,
                  (coalesce(s.backfill_done_at is null and s.state <> 'stopped', false))::int::bigint as "reading!",
                  ($7 - greatest(coalesce((s.backfill_reached at time zone 'UTC')::date + 1, $7),
                                 (a.platform_since at time zone 'UTC')::date))::bigint as "days_read!",
                  ($7 - (a.platform_since at time zone 'UTC')::date)::bigint as "days_to_read?",
                  (select min(day) from subscriber_days
                    where agency_id = $1 and account_id = $2 and (joined, lost) <> (0, 0)) as first_subscriber_day,
                  s.subscribers_done_at is not null as "subscribers_complete!",
                  '[]'::json as "ranked!: Json<Vec<AccountRow>>", '[]'::json as "latest!: Json<Vec<LatestRow>>",
                  '[]'::json as "last_read!: Json<Vec<LastReadRow>>"
           from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id, days d
           where a.agency_id = $1 and a.id = $2"#,
        agency as AgencyId,
        account as AccountId,
        previous.start,
        previous.end,
        period.start,
        period.end,
        tomorrow
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}
