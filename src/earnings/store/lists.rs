//! The SQL of lists of earnings and of what they add up to. Put together from the filter, so that the planner sees only the
//! conditions that there are and takes the index that fits; every value is bound.

use crate::db::AgencyTx;
use crate::earnings::types::{Filter, Key};
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::Turn;
use crate::platform::{EarningSource, EarningStatus};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// One earning with its fan and its account.
#[derive(sqlx::FromRow)]
pub(in crate::earnings) struct LedgerRow {
    pub account_id: AccountId,
    pub account_name: String,
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

/// How a list is read. Both give the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::earnings) enum Walk {
    /// Over all accounts by time, leaving out what does not fit: for what is frequent.
    ByTime,
    /// So many rows of each account, then the newest of those: for few accounts, and for what is rare.
    ByAccount,
}

/// Up to `limit` earnings in the direction of `turn`: the newest first, at one moment by account, then by id downwards.
pub(in crate::earnings) async fn list(
    tx: &mut AgencyTx,
    filter: &Filter,
    walk: Walk,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<LedgerRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new("with page as (");
    match walk {
        Walk::ByTime => {
            sql.push("select * from earnings where agency_id = ").push_bind(agency);
        }
        Walk::ByAccount => {
            sql.push("select e.* from ");
            if filter.accounts.is_empty() {
                sql.push("(select id from accounts where agency_id = ").push_bind(agency).push(")");
            } else {
                sql.push("unnest(").push_bind(ids(filter)).push("::uuid[])");
            }
            sql.push(" a (id) cross join lateral (select * from earnings where agency_id = ")
                .push_bind(agency);
            sql.push(" and account_id = a.id");
        }
    }
    push_filter(&mut sql, filter);
    push_turn(&mut sql, turn);
    let order = match turn.is_back() {
        true => " order by occurred_at, account_id desc, transaction_id",
        false => " order by occurred_at desc, account_id, transaction_id desc",
    };
    if walk == Walk::ByAccount {
        // Within one account the account is no order.
        sql.push(order.replace(", account_id desc", "").replace(", account_id", ""));
        sql.push(" limit ").push_bind(limit).push(") e");
    }
    sql.push(order).push(" limit ").push_bind(limit);
    sql.push(
        ") select p.account_id, a.name as account_name, p.transaction_id, p.occurred_at, p.gross, p.net, p.currency, p.source, p.status,
                  p.reverses, p.fan_id, f.name as fan_name, f.handle as fan_handle
           from page p join accounts a on a.agency_id = p.agency_id and a.id = p.account_id
           left join fans f on f.agency_id = p.agency_id and f.account_id = p.account_id and f.fan_id = p.fan_id",
    );
    sql.push(order.replace("account_id", "p.account_id"));
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

fn ids(filter: &Filter) -> Vec<uuid::Uuid> {
    filter.accounts.iter().map(|id| id.0).collect()
}

fn push_turn(sql: &mut QueryBuilder<Postgres>, turn: &Turn<Key>) {
    let Some((at, account, id)) = turn.key() else { return };
    // A bound that an index understands, then what is left of the row's own moment.
    let (side, beyond, after, below) = match turn.is_back() {
        true => {
            (" and occurred_at >= ", " and (occurred_at > ", " or account_id < ", " and transaction_id > ")
        }
        false => {
            (" and occurred_at <= ", " and (occurred_at < ", " or account_id > ", " and transaction_id < ")
        }
    };
    sql.push(side).push_bind(at).push(beyond).push_bind(at).push(after).push_bind(account);
    sql.push(" or (account_id = ").push_bind(account).push(below).push_bind(id).push("))");
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    push_kind(sql, filter);
    push_status(sql, filter);
    if filter.taken_back {
        sql.push(" and gross < 0");
    }
    push_moments(sql, filter);
}

/// A known source is written out, so that the planner sees whether the index of rare ones holds it.
fn push_kind(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    match &filter.source {
        None => {}
        Some(EarningSource::Other(source)) => {
            sql.push(" and source = ").push_bind(source.clone());
        }
        Some(known) => {
            sql.push(" and source = '").push(known.as_str()).push("'");
        }
    }
    if let Some(currency) = filter.currency {
        sql.push(" and currency = ").push_bind(currency.to_string());
    }
}

fn push_moments(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    if let Some(from) = filter.from {
        sql.push(" and occurred_at >= ").push_bind(midnight(from));
    }
    if let Some(end) = filter.end() {
        sql.push(" and occurred_at < ").push_bind(midnight(end));
    }
}

fn push_days(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if let Some(from) = filter.from {
        sql.push(" and day >= ").push_bind(from);
    }
    if let Some(end) = filter.end() {
        sql.push(" and day < ").push_bind(end);
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

fn push_whose(sql: &mut QueryBuilder<Postgres>, filter: &Filter, agency: crate::ids::AgencyId) {
    sql.push(" where agency_id = ").push_bind(agency);
    if !filter.accounts.is_empty() {
        sql.push(" and account_id = any(").push_bind(ids(filter)).push(")");
    }
}

/// Of which earnings a sum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::earnings) enum Which {
    /// Of all, whatever their status.
    All,
    /// Of those that can be paid out.
    AllButUnsettled,
    /// Of those with the filter's status, which is not `available`.
    Unsettled,
    /// Of refunds and chargebacks alone, which are few.
    TakenBack,
}

/// What earnings of one currency add up to.
#[derive(sqlx::FromRow)]
pub(in crate::earnings) struct SumRow {
    pub currency: String,
    pub gross: i64,
    pub net: i64,
}

/// Sums from the rollups of whole days, less (or only) those that are not settled; in one statement, so of one moment.
pub(in crate::earnings) async fn sum(
    tx: &mut AgencyTx,
    filter: &Filter,
    which: Which,
) -> Result<Vec<SumRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "select currency, sum(gross)::bigint as gross, sum(net)::bigint as net from (select null::text as currency, 0::bigint as gross, 0::bigint as net where false",
    );
    if matches!(which, Which::All | Which::AllButUnsettled) {
        let days = if filter.accounts.is_empty() { "agency_days" } else { "earning_days" };
        sql.push(" union all select currency, gross, net from ").push(days);
        push_whose(&mut sql, filter, agency);
        push_kind(&mut sql, filter);
        push_days(&mut sql, filter);
    }
    if which != Which::All {
        let part = if which == Which::AllButUnsettled { "-gross, -net" } else { "gross, net" };
        sql.push(" union all select currency, ").push(part).push(" from earnings");
        push_whose(&mut sql, filter, agency);
        match which {
            Which::AllButUnsettled => {
                sql.push(" and status <> 'available'");
                push_kind(&mut sql, filter);
                push_moments(&mut sql, filter);
            }
            _ => push_filter(&mut sql, filter),
        }
    }
    sql.push(") parts group by currency having sum(gross) <> 0 or sum(net) <> 0 order by currency");
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// How many payments there are of the filter's source, and of all, by the rollups over all accounts.
pub(in crate::earnings) async fn count_payments(tx: &mut AgencyTx, filter: &Filter) -> Result<(i64, i64)> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new("select coalesce(sum(payments) filter (where true");
    push_kind(&mut sql, filter);
    sql.push("), 0)::bigint, coalesce(sum(payments), 0)::bigint from agency_days where agency_id = ")
        .push_bind(agency);
    push_days(&mut sql, filter);
    Ok(sql.build_query_as().fetch_one(tx.conn()).await?)
}
