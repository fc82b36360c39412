//! The SQL of revenue, over the whole agency or over chosen accounts.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::period::Period;
use chrono::NaiveDate;

/// Sums of one source in one currency, of two periods.
pub(in crate::analytics) struct SourceRow {
    pub currency: String,
    pub source: String,
    pub gross: i64,
    pub net: i64,
    pub payments: i64,
    pub gross_before: i64,
    pub net_before: i64,
    pub payments_before: i64,
}

/// What `accounts` (or all) earned by source in `period` and in `against`, which may overlap.
pub(in crate::analytics) async fn list_sources(
    tx: &mut AgencyTx,
    accounts: Option<&[AccountId]>,
    period: Period,
    against: Period,
) -> Result<Vec<SourceRow>> {
    let agency = tx.agency_id();
    let ids: Option<Vec<_>> = accounts.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query_as!(
        SourceRow,
        r#"select currency, source,
                  coalesce(sum(gross) filter (where day >= $3 and day < $4), 0)::bigint as "gross!",
                  coalesce(sum(net) filter (where day >= $3 and day < $4), 0)::bigint as "net!",
                  coalesce(sum(payments) filter (where day >= $3 and day < $4), 0)::bigint as "payments!",
                  coalesce(sum(gross) filter (where day >= $5 and day < $6), 0)::bigint as "gross_before!",
                  coalesce(sum(net) filter (where day >= $5 and day < $6), 0)::bigint as "net_before!",
                  coalesce(sum(payments) filter (where day >= $5 and day < $6), 0)::bigint as "payments_before!"
           from earning_days
           where agency_id = $1 and ($2::uuid[] is null or account_id = any ($2))
             and ((day >= $3 and day < $4) or (day >= $5 and day < $6))
           group by currency, source"#,
        agency as AgencyId,
        ids.as_deref(),
        period.start,
        period.end,
        against.start,
        against.end
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The first day with an earning; and, while first syncs go back, the first day from which on all earnings are there.
pub(in crate::analytics) async fn lookup_reach(
    tx: &mut AgencyTx,
    accounts: Option<&[AccountId]>,
) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let agency = tx.agency_id();
    let ids: Option<Vec<_>> = accounts.map(|ids| ids.iter().map(|id| id.0).collect());
    let tomorrow = tx.now().date_naive() + chrono::Days::new(1);
    let row = sqlx::query!(
        r#"select (select min(day) from earning_days where agency_id = $1 and ($2::uuid[] is null or account_id = any ($2))) as first,
                  (select max(coalesce((s.backfill_reached at time zone 'UTC')::date + 1, $3))
                   from syncs s join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
                   where s.agency_id = $1 and s.backfill_done_at is null and s.state <> 'stopped' and a.disconnected_at is null
                     and ($2 is null or a.id = any ($2))) as complete_from"#,
        agency as AgencyId,
        ids.as_deref(),
        tomorrow
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.first, row.complete_from))
}
