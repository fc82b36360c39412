//! The SQL of goals.

use super::types::{Earned, Month};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, GoalId};
use crate::keyset::Turn;
use crate::words::like;
use chrono::NaiveDate;
use sqlx::{Postgres, QueryBuilder};

/// An account's place in the list: those with a goal first, then by name.
pub(super) type Key = (bool, String, AccountId);

/// An account, its goal of a month if it has one, and what it earned of it.
#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub handle: String,
    pub platform: String,
    pub currency: String,
    pub goal: Option<GoalId>,
    pub amount: Option<i64>,
    pub earned: i64,
    pub today: i64,
}

impl AccountRow {
    pub(super) fn key(&self) -> Key {
        (self.goal.is_none(), self.name.clone(), self.id)
    }

    pub(super) fn earned(&self) -> Earned {
        Earned { all: self.earned, today: self.today }
    }
}

/// Up to `limit` accounts in the direction of `turn`, of those whose name or handle holds `words`. Sums are looked up by their
/// key for the accounts of the page alone.
pub(super) async fn list_accounts(
    tx: &mut AgencyTx,
    month: Month,
    today: NaiveDate,
    words: &[String],
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<AccountRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "select p.*, coalesce(m.net, 0)::bigint as earned, coalesce(d.net, 0)::bigint as today from (
           select a.id, a.name, a.handle, a.platform, coalesce(g.currency, a.currency) as currency, g.id as goal, g.amount
           from accounts a left join goals g on g.agency_id = a.agency_id and g.account_id = a.id and g.month = ",
    );
    sql.push_bind(month.first());
    sql.push(" where a.agency_id = ")
        .push_bind(agency)
        .push(" and (g.id is not null or a.disconnected_at is null)");
    for word in words {
        sql.push(" and a.name || ' ' || a.handle ilike ").push_bind(format!("%{}%", like(word)));
    }
    if let Some((without, name, id)) = turn.key() {
        sql.push(if turn.is_back() {
            " and (g.id is null, a.name, a.id) < ("
        } else {
            " and (g.id is null, a.name, a.id) > ("
        });
        sql.push_bind(*without).push(", ").push_bind(name.clone()).push(", ").push_bind(*id).push(")");
    }
    let order = if turn.is_back() {
        " order by g.id is null desc, a.name desc, a.id desc"
    } else {
        " order by g.id is null, a.name, a.id"
    };
    sql.push(order).push(" limit ").push_bind(limit);
    sql.push(") p left join account_sums m on m.agency_id = ").push_bind(agency);
    sql.push(" and m.grain = 'month' and m.start = ").push_bind(month.first());
    sql.push(
        " and m.account_id = p.id and m.currency = p.currency left join account_sums d on d.agency_id = ",
    );
    sql.push_bind(agency).push(" and d.grain = 'day' and d.start = ").push_bind(today);
    sql.push(" and d.start >= ")
        .push_bind(month.first())
        .push(" and d.account_id = p.id and d.currency = p.currency");
    sql.push(if turn.is_back() {
        " order by p.goal is null desc, p.name desc, p.id desc"
    } else {
        " order by p.goal is null, p.name, p.id"
    });
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// A goal, and what was earned of it.
pub(super) struct GoalRow {
    pub currency: String,
    pub amount: i64,
    pub earned: i64,
    pub today: i64,
}

/// The agency's goal of the month.
pub(super) async fn find_of_agency(
    tx: &mut AgencyTx,
    month: Month,
    today: NaiveDate,
) -> Result<Option<GoalRow>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        GoalRow,
        r#"select g.currency, g.amount, coalesce(s.earned, 0)::bigint as "earned!",
                  coalesce(s.today, 0)::bigint as "today!"
           from goals g left join lateral (
             select sum(net) as earned, sum(net) filter (where day = $4) as today from agency_days
             where agency_id = $1 and day >= $2 and day < $3 and currency = g.currency) s on true
           where g.agency_id = $1 and g.month = $2 and g.account_id is null"#,
        agency as AgencyId,
        month.first(),
        month.period().end,
        today
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// The account's goal of the month.
pub(super) async fn find_of_account(
    tx: &mut AgencyTx,
    account: AccountId,
    month: Month,
    today: NaiveDate,
) -> Result<Option<GoalRow>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        GoalRow,
        r#"select g.currency, g.amount, coalesce(m.net, 0)::bigint as "earned!",
                  coalesce(d.net, 0)::bigint as "today!"
           from goals g
           left join account_sums m on m.agency_id = $1 and m.grain = 'month' and m.start = $3 and m.account_id = $2
             and m.currency = g.currency
           left join account_sums d on d.agency_id = $1 and d.grain = 'day' and d.start = $4 and d.start >= $3
             and d.account_id = $2 and d.currency = g.currency
           where g.agency_id = $1 and g.month = $3 and g.account_id = $2"#,
        agency as AgencyId,
        account as AccountId,
        month.first(),
        today
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// What a weekday of the agency earned in one currency. The first day of all is the same in every row.
pub(super) struct WeekdayRow {
    pub currency: String,
    /// From Monday, 0, on.
    pub weekday: i32,
    pub net: i64,
    pub first: NaiveDate,
}

/// Of the days from `start` up to, not including, `end`.
pub(super) async fn list_weekdays(
    tx: &mut AgencyTx,
    start: NaiveDate,
    end: NaiveDate,
) -> Result<Vec<WeekdayRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        WeekdayRow,
        r#"select currency, extract(isodow from day)::integer - 1 as "weekday!", sum(net)::bigint as "net!",
                  min(min(day)) over (partition by currency) as "first!"
           from agency_days
           where agency_id = $1 and day >= $2 and day < $3 and (gross, net, payments) <> (0, 0, 0) group by 1, 2"#,
        agency as AgencyId,
        start,
        end
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// How many accounts have a goal in the month, and how many could have one.
pub(super) async fn count(tx: &mut AgencyTx, month: Month) -> Result<(i64, i64)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select (select count(*) from goals where agency_id = $1 and month = $2 and account_id is not null) as "goals!",
                  (select count(*) from accounts where agency_id = $1 and disconnected_at is null) as "accounts!""#,
        agency as AgencyId,
        month.first()
    );
    let row = row.fetch_one(tx.conn()).await?;
    Ok((row.goals, row.accounts))
}

/// An account's name and currency.
pub(super) struct Named {
    pub name: String,
    pub currency: String,
}

pub(super) async fn find_account(tx: &mut AgencyTx, account: AccountId) -> Result<Named> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Named,
        "select name, currency from accounts where agency_id = $1 and id = $2",
        agency as AgencyId,
        account as AccountId
    );
    Ok(row.fetch_one(tx.conn()).await?)
}

/// A goal that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub id: GoalId,
    pub month: NaiveDate,
    pub account: Option<AccountId>,
    pub currency: String,
    pub amount: i64,
}

/// The goal of the month and account (or of the agency).
pub(super) async fn find(
    tx: &mut AgencyTx,
    month: Month,
    account: Option<AccountId>,
) -> Result<Option<Kept>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Kept,
        r#"select id as "id: GoalId", month, account_id as "account: AccountId", currency, amount from goals
           where agency_id = $1 and month = $2 and account_id is not distinct from $3"#,
        agency as AgencyId,
        month.first(),
        account as Option<AccountId>
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// The same, locked until the transaction ends.
pub(super) async fn lock(
    tx: &mut AgencyTx,
    month: Month,
    account: Option<AccountId>,
) -> Result<Option<Kept>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Kept,
        r#"select id as "id: GoalId", month, account_id as "account: AccountId", currency, amount from goals
           where agency_id = $1 and month = $2 and account_id is not distinct from $3 for update"#,
        agency as AgencyId,
        month.first(),
        account as Option<AccountId>
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// Sets the goal, whether there was one or not.
pub(super) async fn set(
    tx: &mut AgencyTx,
    month: Month,
    account: Option<AccountId>,
    currency: &str,
    amount: i64,
) -> Result<()> {
    let (agency, id) = (tx.agency_id(), tx.new_id::<GoalId>());
    sqlx::query!(
        "insert into goals (agency_id, id, month, account_id, currency, amount) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint goals_month_account_key do update set currency = excluded.currency, amount = excluded.amount",
        agency as AgencyId,
        id as GoalId,
        month.first(),
        account as Option<AccountId>,
        currency,
        amount
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was removed, if there was such a goal.
pub(super) async fn remove(tx: &mut AgencyTx, id: GoalId) -> Result<Option<Kept>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Kept,
        r#"delete from goals where agency_id = $1 and id = $2
           returning id as "id: GoalId", month, account_id as "account: AccountId", currency, amount"#,
        agency as AgencyId,
        id as GoalId
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// The goals of `from` of the agency and of accounts that are still connected, which have none in `to`.
pub(super) async fn list_to_copy(tx: &mut AgencyTx, from: Month, to: Month) -> Result<Vec<Kept>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        Kept,
        r#"select g.id as "id: GoalId", g.month, g.account_id as "account: AccountId", g.currency, g.amount from goals g
           left join accounts a on a.agency_id = g.agency_id and a.id = g.account_id
           where g.agency_id = $1 and g.month = $2 and (g.account_id is null or a.disconnected_at is null)
             and not exists (select from goals n where n.agency_id = $1 and n.month = $3
                             and n.account_id is not distinct from g.account_id)"#,
        agency as AgencyId,
        from.first(),
        to.first()
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Adds the goals to the month, each with a new id; what somebody else added meanwhile stays. How many were added.
pub(super) async fn add_all(tx: &mut AgencyTx, month: Month, goals: &[Kept]) -> Result<u64> {
    let agency = tx.agency_id();
    let ids: Vec<_> = goals.iter().map(|_| tx.new_id::<GoalId>().0).collect();
    let accounts: Vec<_> = goals.iter().map(|goal| goal.account.map(|id| id.0)).collect();
    let currencies: Vec<_> = goals.iter().map(|goal| goal.currency.clone()).collect();
    let amounts: Vec<_> = goals.iter().map(|goal| goal.amount).collect();
    let added = sqlx::query!(
        "insert into goals (agency_id, id, month, account_id, currency, amount)
         select $1, t.id, $2, t.account_id, t.currency, t.amount
         from unnest($3::uuid[], $4::uuid[], $5::text[], $6::bigint[]) as t (id, account_id, currency, amount)
         on conflict on constraint goals_month_account_key do nothing",
        agency as AgencyId,
        month.first(),
        &ids,
        &accounts as &[Option<uuid::Uuid>],
        &currencies,
        &amounts
    )
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected())
}

/// What the account, or the agency, earned in a month, in one currency.
pub(super) async fn sum_net(
    tx: &mut AgencyTx,
    account: Option<AccountId>,
    month: Month,
    currency: &str,
) -> Result<i64> {
    let agency = tx.agency_id();
    let sum = sqlx::query_scalar!(
        r#"select (case when $2::uuid is null
             then (select sum(net) from agency_days where agency_id = $1 and day >= $3 and day < $4 and currency = $5)
             else (select sum(net) from account_sums where agency_id = $1 and grain = 'month' and start = $3
                   and account_id = $2 and currency = $5) end)::bigint as sum"#,
        agency as AgencyId,
        account as Option<AccountId>,
        month.first(),
        month.period().end,
        currency
    );
    Ok(sum.fetch_one(tx.conn()).await?.unwrap_or(0))
}
