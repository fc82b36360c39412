//! The SQL of a report's figures: of the month, the month before, and the same month a year before.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::reports::types::MonthOf;
use chrono::NaiveDate;

/// The first days that matter: spans end where the next begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Month {
    start: NaiveDate,
    end: NaiveDate,
    before: NaiveDate,
    year_start: NaiveDate,
    year_end: NaiveDate,
}

impl Month {
    pub(super) fn of(month: MonthOf) -> Self {
        let (now, year) = (month.period(), month.back(12).period());
        let before = month.back(1).first();
        Self { start: now.start, end: now.end, before, year_start: year.start, year_end: year.end }
    }
}

/// Has every statement that follows see the same moment; the first of its transaction.
pub(super) async fn hold_still(tx: &mut AgencyTx) -> Result<()> {
    sqlx::raw_sql("set transaction isolation level repeatable read, read only").execute(tx.conn()).await?;
    Ok(())
}

/// What is not money.
pub(super) struct AboutRow {
    pub name: String,
    pub time_zone: String,
    pub currency: String,
    pub accounts: i64,
    pub still_reading: i64,
    pub first_earning: Option<NaiveDate>,
    pub first_subscriber_day: Option<NaiveDate>,
    pub joined: i64,
    pub joined_month_before: i64,
    pub joined_year_before: i64,
    pub lost: i64,
    pub lost_month_before: i64,
    pub lost_year_before: i64,
}

pub(super) async fn lookup_about(tx: &mut AgencyTx, month: &Month) -> Result<AboutRow> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        AboutRow,
        r#"with moved as (
             select sum(joined) filter (where day >= $2 and day < $3) as joined,
                    sum(joined) filter (where day >= $4 and day < $2) as joined_before,
                    sum(joined) filter (where day >= $5 and day < $6) as joined_year,
                    sum(lost) filter (where day >= $2 and day < $3) as lost,
                    sum(lost) filter (where day >= $4 and day < $2) as lost_before,
                    sum(lost) filter (where day >= $5 and day < $6) as lost_year
             from agency_subscriber_days
             where agency_id = $1 and (day >= $4 and day < $3 or day >= $5 and day < $6)
           )
           select a.name, a.time_zone, a.currency,
                  (select count(*) from accounts where agency_id = $1) as "accounts!",
                  (select count(*) from syncs where agency_id = $1 and backfill_done_at is null and state in ('waiting', 'running'))
                    as "still_reading!",
                  (select min(day) from agency_days where agency_id = $1 and (gross, net, payments) <> (0, 0, 0)) as first_earning,
                  (select min(day) from agency_subscriber_days where agency_id = $1 and (joined, lost) <> (0, 0)) as first_subscriber_day,
                  coalesce(joined, 0)::bigint as "joined!", coalesce(joined_before, 0)::bigint as "joined_month_before!",
                  coalesce(joined_year, 0)::bigint as "joined_year_before!", coalesce(lost, 0)::bigint as "lost!",
                  coalesce(lost_before, 0)::bigint as "lost_month_before!", coalesce(lost_year, 0)::bigint as "lost_year_before!"
           from agencies a cross join moved where a.agency_id = $1"#,
        agency as AgencyId,
        month.start,
        month.end,
        month.before,
        month.year_start,
        month.year_end
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// What all accounts earned in one currency.
pub(super) struct SumRow {
    pub currency: String,
    pub net: i64,
    pub net_month_before: i64,
    pub net_year_before: i64,
    pub gross: i64,
    pub gross_month_before: i64,
    pub gross_year_before: i64,
    pub refunds: i64,
    pub refunds_month_before: i64,
    pub refunds_year_before: i64,
    pub payments: i64,
    pub payments_month_before: i64,
    pub payments_year_before: i64,
}

/// Per currency in which anything was earned in the month or the one before.
pub(super) async fn list_sums(tx: &mut AgencyTx, month: &Month) -> Result<Vec<SumRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SumRow,
        r#"select currency,
                  coalesce(sum(net) filter (where start >= $2), 0)::bigint as "net!",
                  coalesce(sum(net) filter (where start >= $4 and start < $2), 0)::bigint as "net_month_before!",
                  coalesce(sum(net) filter (where start < $6), 0)::bigint as "net_year_before!",
                  coalesce(sum(gross) filter (where start >= $2), 0)::bigint as "gross!",
                  coalesce(sum(gross) filter (where start >= $4 and start < $2), 0)::bigint as "gross_month_before!",
                  coalesce(sum(gross) filter (where start < $6), 0)::bigint as "gross_year_before!",
                  coalesce(sum(refunds) filter (where start >= $2), 0)::bigint as "refunds!",
                  coalesce(sum(refunds) filter (where start >= $4 and start < $2), 0)::bigint as "refunds_month_before!",
                  coalesce(sum(refunds) filter (where start < $6), 0)::bigint as "refunds_year_before!",
                  coalesce(sum(payments) filter (where start >= $2), 0)::bigint as "payments!",
                  coalesce(sum(payments) filter (where start >= $4 and start < $2), 0)::bigint as "payments_month_before!",
                  coalesce(sum(payments) filter (where start < $6), 0)::bigint as "payments_year_before!"
           from account_sums
           where agency_id = $1 and grain = 'month' and (start >= $4 and start < $3 or start >= $5 and start < $6)
           group by currency
           having coalesce(sum(abs(net) + abs(gross) + payments) filter (where start >= $4), 0) > 0
           order by currency"#,
        agency as AgencyId,
        month.start,
        month.end,
        month.before,
        month.year_start,
        month.year_end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// How many fans paid in one currency.
pub(super) struct FansRow {
    pub currency: String,
    pub now: i64,
    pub month_before: i64,
    pub year_before: i64,
}

/// Each fan counts once per account.
pub(super) async fn list_paying_fans(tx: &mut AgencyTx, month: &Month) -> Result<Vec<FansRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        FansRow,
        r#"select currency, count(*) filter (where now) as "now!", count(*) filter (where month_before) as "month_before!",
                  count(*) filter (where year_before) as "year_before!"
           from (select currency, bool_or(day >= $2) as now, bool_or(day >= $4 and day < $2) as month_before,
                        bool_or(day < $6) as year_before
                 from fan_days
                 where agency_id = $1 and payments > 0 and (day >= $4 and day < $3 or day >= $5 and day < $6)
                 group by currency, account_id, fan_id) paid
           group by currency"#,
        agency as AgencyId,
        month.start,
        month.end,
        month.before,
        month.year_start,
        month.year_end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What one source brought on one day.
pub(super) struct DayRow {
    pub currency: String,
    pub day: NaiveDate,
    pub source: String,
    pub net: i64,
}

pub(super) async fn list_days(tx: &mut AgencyTx, month: &Month) -> Result<Vec<DayRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        DayRow,
        "select currency, day, source, net from agency_days where agency_id = $1 and day >= $2 and day < $3
         order by currency, day, source",
        agency as AgencyId,
        month.start,
        month.end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What one account earned in one currency, or an account that earned nothing.
pub(super) struct AccountRow {
    pub name: String,
    pub handle: String,
    pub platform: String,
    pub own_currency: String,
    pub earned_in: Option<String>,
    pub net: i64,
    pub gross: i64,
    pub refunds: i64,
    pub payments: i64,
    pub net_before: i64,
}

/// Every account, most net first. One that was disconnected before the month is there only if it earned in it.
pub(super) async fn list_accounts(tx: &mut AgencyTx, month: &Month) -> Result<Vec<AccountRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        AccountRow,
        r#"with sums as (
             select account_id, currency, coalesce(sum(net) filter (where start >= $2), 0)::bigint as net,
                    coalesce(sum(gross) filter (where start >= $2), 0)::bigint as gross,
                    coalesce(sum(refunds) filter (where start >= $2), 0)::bigint as refunds,
                    coalesce(sum(payments) filter (where start >= $2), 0)::bigint as payments,
                    coalesce(sum(net) filter (where start < $2), 0)::bigint as net_before
             from account_sums
             where agency_id = $1 and grain = 'month' and start >= $4 and start < $3
             group by account_id, currency
           )
           select a.name, a.handle, a.platform, a.currency as own_currency, s.currency as "earned_in?",
                  coalesce(s.net, 0) as "net!", coalesce(s.gross, 0) as "gross!", coalesce(s.refunds, 0) as "refunds!",
                  coalesce(s.payments, 0) as "payments!", coalesce(s.net_before, 0) as "net_before!"
           from accounts a left join sums s on s.account_id = a.id
           where a.agency_id = $1 and (s.account_id is not null or a.disconnected_at is null or a.disconnected_at >= $2)
           order by coalesce(s.net, 0) desc, lower(a.name), a.id, s.currency"#,
        agency as AgencyId,
        month.start,
        month.end,
        month.before
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub(super) async fn find_first_day(tx: &mut AgencyTx) -> Result<Option<NaiveDate>> {
    let agency = tx.agency_id();
    let day = sqlx::query_scalar!(
        "select min(day) from agency_days where agency_id = $1 and (gross, net, payments) <> (0, 0, 0)",
        agency as AgencyId
    );
    Ok(day.fetch_one(tx.conn()).await?)
}

pub(super) async fn count_accounts(tx: &mut AgencyTx) -> Result<i64> {
    let agency = tx.agency_id();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from accounts where agency_id = $1"#,
        agency as AgencyId
    );
    Ok(count.fetch_one(tx.conn()).await?)
}
