//! The SQL of revenue: of the whole agency from its own sums, of chosen accounts from theirs. Statements are put together, so
//! that the planner sees only the table and the conditions that there are; every value is bound.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::money::Currency;
use crate::period::{Grain, Period, Span};
use crate::ui::Step;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::{Postgres, QueryBuilder};

/// Whose earnings are read.
#[derive(Clone, Copy, Debug)]
pub(in crate::analytics) enum Of<'a> {
    /// Everybody's: sums over all accounts.
    Agency,
    /// Those of a few accounts and days, source by source.
    Few(&'a [AccountId]),
    /// Those of many accounts or days: sums over all sources, by month where that fits.
    Many(&'a [AccountId]),
    /// Sums over all sources, day by day.
    Daily(&'a [AccountId]),
}

/// The `from` clause of earnings of `periods`, as `d`; what follows is `and …`.
fn push_days(sql: &mut QueryBuilder<Postgres>, agency: AgencyId, of: Of<'_>, periods: &[Period]) {
    match of {
        Of::Agency => {
            sql.push("agency_days d where d.agency_id = ").push_bind(agency);
        }
        Of::Few(ids) => {
            sql.push("earning_days d where d.agency_id = ").push_bind(agency);
            sql.push(" and d.account_id = any (").push_bind(uuids(ids)).push(")");
        }
        Of::Many(ids) => return push_spans(sql, agency, ids, periods, Period::spans),
        Of::Daily(ids) => {
            return push_spans(sql, agency, ids, periods, |period| {
                period.iter().map(|day| (Grain::Day, day)).collect()
            });
        }
    }
    sql.push(" and (");
    for (at, period) in periods.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " or " });
        push_within(sql, of, at, *period);
    }
    sql.push(")");
}

/// The same from the sums of spans; the first day of a span stands for it. Spans of two periods may overlap, so each says of
/// which it is.
fn push_spans(
    sql: &mut QueryBuilder<Postgres>,
    agency: AgencyId,
    ids: &[AccountId],
    periods: &[Period],
    spans: impl Fn(Period) -> Vec<Span>,
) {
    let (mut grains, mut starts, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (part, period) in (0_i32..).zip(periods) {
        for (grain, start) in spans(*period) {
            grains.push(grain.as_str().to_owned());
            starts.push(start);
            parts.push(part);
        }
    }
    sql.push("(select r.part, s.start as day, s.currency, ''::text as source, s.gross, s.net, s.payments, s.refunds from unnest(");
    sql.push_bind(grains).push("::text[], ").push_bind(starts).push("::date[], ").push_bind(parts);
    sql.push("::int[]) as r (grain, start, part) join account_sums s on s.agency_id = ").push_bind(agency);
    sql.push(" and s.grain = r.grain and s.start = r.start and s.account_id = any (");
    sql.push_bind(uuids(ids)).push(")) d where true");
}

/// The condition that a row is of the `at`-th period read.
fn push_within(sql: &mut QueryBuilder<Postgres>, of: Of<'_>, at: usize, period: Period) {
    if let Of::Many(_) | Of::Daily(_) = of {
        sql.push("d.part = ").push_bind(i32::from(at > 0));
    } else {
        sql.push("(d.day >= ").push_bind(period.start).push(" and d.day < ").push_bind(period.end).push(")");
    }
}

fn uuids(ids: &[AccountId]) -> Vec<uuid::Uuid> {
    ids.iter().map(|id| id.0).collect()
}

/// Sums of one source (of all where they are not kept apart) in one currency, of two periods.
#[derive(sqlx::FromRow)]
pub(in crate::analytics) struct SourceRow {
    pub currency: String,
    pub source: String,
    pub gross: i64,
    pub net: i64,
    pub payments: i64,
    pub refunds: i64,
    pub gross_before: i64,
    pub net_before: i64,
    pub payments_before: i64,
    pub refunds_before: i64,
}

/// What was earned by source in `period` and in `against`, which may overlap.
pub(in crate::analytics) async fn list_sources(
    tx: &mut AgencyTx,
    of: Of<'_>,
    period: Period,
    against: Period,
) -> Result<Vec<SourceRow>> {
    let mut sql = QueryBuilder::<Postgres>::new("select d.currency, d.source");
    for (at, days, suffix) in [(0, period, ""), (1, against, "_before")] {
        for column in ["gross", "net", "payments", "refunds"] {
            sql.push(format!(", coalesce(sum(d.{column}) filter (where "));
            push_within(&mut sql, of, at, days);
            sql.push(format!("), 0)::bigint as {column}{suffix}"));
        }
    }
    sql.push(" from ");
    push_days(&mut sql, tx.agency_id(), of, &[period, against]);
    sql.push(" group by d.currency, d.source");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// What one source (or all) brought in one step of time.
#[derive(sqlx::FromRow)]
pub(in crate::analytics) struct StepRow {
    pub start: NaiveDate,
    pub currency: String,
    pub source: String,
    pub gross: i64,
    pub net: i64,
    pub payments: i64,
    pub refunds: i64,
}

/// What was earned by source in each step of `period`; in one currency, or in each.
pub(in crate::analytics) async fn list_steps(
    tx: &mut AgencyTx,
    of: Of<'_>,
    currency: Option<Currency>,
    step: Step,
    period: Period,
) -> Result<Vec<StepRow>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    push_step(&mut sql, step, period);
    sql.push(
        " as start, d.currency, d.source, sum(d.gross)::bigint as gross, sum(d.net)::bigint as net,
          sum(d.payments)::bigint as payments, sum(d.refunds)::bigint as refunds from ",
    );
    push_days(&mut sql, tx.agency_id(), of, &[period]);
    push_currency(&mut sql, currency);
    sql.push(" group by 1, 2, 3 order by 1, 2, 3");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// Net of each step of `period`.
pub(in crate::analytics) async fn list_totals(
    tx: &mut AgencyTx,
    of: Of<'_>,
    currency: Currency,
    step: Step,
    period: Period,
) -> Result<Vec<(NaiveDate, i64)>> {
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    push_step(&mut sql, step, period);
    sql.push(" as start, sum(d.net)::bigint as net from ");
    push_days(&mut sql, tx.agency_id(), of, &[period]);
    push_currency(&mut sql, Some(currency));
    sql.push(" group by 1");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

fn push_step(sql: &mut QueryBuilder<Postgres>, step: Step, period: Period) {
    sql.push("greatest(date_trunc(").push_bind(step.name());
    sql.push(", d.day::timestamp)::date, ").push_bind(period.start).push(")");
}

fn push_currency(sql: &mut QueryBuilder<Postgres>, currency: Option<Currency>) {
    if let Some(currency) = currency {
        sql.push(" and d.currency = ").push_bind(currency.to_string());
    }
}

/// A day among those with most net.
#[derive(sqlx::FromRow)]
pub(in crate::analytics) struct DayRow {
    pub day: NaiveDate,
    pub net: i64,
    pub payments: i64,
}

/// The `limit` days of `period` with most net above zero. Not of many accounts: their days are not kept apart.
pub(in crate::analytics) async fn list_top_days(
    tx: &mut AgencyTx,
    of: Of<'_>,
    currency: Currency,
    period: Period,
    limit: i64,
) -> Result<Vec<DayRow>> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select d.day, sum(d.net)::bigint as net, sum(d.payments)::bigint as payments from ",
    );
    push_days(&mut sql, tx.agency_id(), of, &[period]);
    push_currency(&mut sql, Some(currency));
    sql.push(" group by d.day having sum(d.net) > 0 order by 2 desc, 1 desc limit ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// Net of an hour of the week: which, counted from Monday 00:00 on, and net.
type HourRow = (i32, i64);

/// Net of `period` by weekday and hour in `zone`: of the whole agency, or of `accounts` from their earnings one by one.
pub(in crate::analytics) async fn list_hours(
    tx: &mut AgencyTx,
    accounts: Option<&[AccountId]>,
    currency: Currency,
    period: Period,
    zone: Tz,
) -> Result<Vec<HourRow>> {
    let (table, at) =
        if accounts.is_some() { ("earnings", "t.occurred_at") } else { ("agency_hours", "t.hour") };
    let mut sql = QueryBuilder::<Postgres>::new(
        // The first of January 1970 was a Thursday: 72 hours into its week.
        "select ((floor(date_part('epoch', e.moment) / 3600)::bigint + 72) % 168)::int, sum(e.net)::bigint from (select t.net, ",
    );
    sql.push(at).push(" at time zone ").push_bind(zone.name()).push(" as moment from ").push(table);
    sql.push(" t where t.agency_id = ").push_bind(tx.agency_id());
    if let Some(ids) = accounts {
        sql.push(" and t.account_id = any (").push_bind(uuids(ids)).push(")");
    }
    sql.push(" and t.currency = ").push_bind(currency.to_string());
    for (sign, day) in [(" >= ", period.start), (" < ", period.end)] {
        sql.push(" and ").push(at).push(sign).push_bind(midnight(day));
    }
    sql.push(") e group by 1");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// The first day with an earning; and, while first syncs go back, the first day from which on all earnings are there.
pub(in crate::analytics) async fn lookup_reach(
    tx: &mut AgencyTx,
    accounts: Option<&[AccountId]>,
) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let agency = tx.agency_id();
    let tomorrow = tx.now().date_naive() + Days::new(1);
    let mut sql = QueryBuilder::<Postgres>::new("select ");
    match accounts {
        None => {
            sql.push("(select min(day) from agency_days where (gross, net, payments) <> (0, 0, 0) and agency_id = ");
            sql.push_bind(agency).push(")")
        }
        Some(ids) => {
            // The first month with an earning, account by account: a look into the index each.
            sql.push("(select min(m.start) from unnest(").push_bind(uuids(ids));
            sql.push(") as i (id) cross join lateral (select min(day) as start from earning_days where agency_id = ");
            sql.push_bind(agency).push(" and account_id = i.id and (gross, net, payments) <> (0, 0, 0)) m)")
        }
    };
    sql.push(", (select max(coalesce((s.backfill_reached at time zone 'UTC')::date + 1, ")
        .push_bind(tomorrow);
    sql.push(
        ")) from syncs s join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
          where s.backfill_done_at is null and s.state <> 'stopped' and a.disconnected_at is null and s.agency_id = ",
    );
    sql.push_bind(agency);
    if let Some(ids) = accounts {
        sql.push(" and a.id = any (").push_bind(uuids(ids)).push(")");
    }
    sql.push(")");
    Ok(sql.build_query_as().fetch_one(tx.conn()).await?)
}
