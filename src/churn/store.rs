//! The SQL of fans who may leave.

use super::features::{Known, Payment};
use super::learned::{Learned, Why};
use super::types::{Key, Listed, Risk};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::keyset::Turn;
use chrono::NaiveDate;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

/// What was learned last: the month that it was judged by, and what, if there was enough.
pub(super) async fn find_model(tx: &mut AgencyTx) -> Result<Option<(NaiveDate, Option<Learned>)>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select month, learned as "learned: Json<Learned>" from churn_models where agency_id = $1"#,
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.month, row.learned.map(|json| json.0))))
}

/// Puts what was learned in the place of what was before.
pub(super) async fn set_model(tx: &mut AgencyTx, month: NaiveDate, learned: Option<&Learned>) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into churn_models (agency_id, month, made_at, learned) values ($1, $2, $3, $4)
         on conflict (agency_id) do update set month = excluded.month, made_at = excluded.made_at, learned = excluded.learned",
        agency as AgencyId,
        month,
        now,
        learned.map(Json) as Option<Json<&Learned>>
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An account whose past is known, and the day after the last that is.
pub(super) struct WholeAccount {
    pub id: AccountId,
    pub until: NaiveDate,
}

/// Up to `limit` accounts whose past is read, in an order that has nothing to do with what they are, so that the first ones are
/// a fair sample.
pub(super) async fn list_whole(tx: &mut AgencyTx, limit: i64) -> Result<Vec<WholeAccount>> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    let rows = sqlx::query_as!(
        WholeAccount,
        r#"select a.id as "id: AccountId", least($2::date, (s.last_finished_at at time zone 'UTC')::date) as "until!"
           from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
           where a.agency_id = $1 and (s.account_id is null or s.backfill_done_at is not null)
           order by md5(a.id::text) limit $3"#,
        agency as AgencyId,
        today,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A payment, and whose.
pub(super) struct PaymentRow {
    pub fan: String,
    pub day: NaiveDate,
    pub subscription: bool,
    pub net: i64,
}

impl PaymentRow {
    pub(super) fn payment(&self) -> Payment {
        Payment { day: self.day, subscription: self.subscription, net: self.net }
    }
}

/// Every payment of an account's fans from `since` on, fan by fan in order.
pub(super) async fn list_payments(
    tx: &mut AgencyTx,
    account: AccountId,
    since: NaiveDate,
) -> Result<Vec<PaymentRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        PaymentRow,
        r#"select fan_id as "fan!", (occurred_at at time zone 'UTC')::date as "day!",
                  source in ('subscription', 'renewal') as "subscription!", net
           from earnings
           where agency_id = $1 and account_id = $2 and occurred_at >= ($3::date at time zone 'UTC') and gross > 0 and fan_id is not null
           order by fan_id, occurred_at"#,
        agency as AgencyId,
        account as AccountId,
        since
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// How one fan's subscription stands now.
pub(super) struct SubscriberRow {
    pub fan: String,
    pub ends_on: Option<NaiveDate>,
}

/// Who subscribes to an account now, in the order of [`list_payments`]; of whom renewal is off, when it ends.
pub(super) async fn list_subscribers(tx: &mut AgencyTx, account: AccountId) -> Result<Vec<SubscriberRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SubscriberRow,
        r#"select fan_id as fan, case when auto_renews = false then (renews_at at time zone 'UTC')::date end as ends_on
           from fans where agency_id = $1 and account_id = $2 and subscription = 'subscriber' order by fan_id"#,
        agency as AgencyId,
        account as AccountId
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Up to `limit` connected accounts after `after` whose fans were not looked at today.
pub(super) async fn list_due(
    tx: &mut AgencyTx,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountId>> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    let rows = sqlx::query_scalar!(
        r#"select a.id as "id: AccountId" from accounts a
           where a.agency_id = $1 and a.disconnected_at is null and ($2::uuid is null or a.id > $2)
             and not exists (select from churn_accounts c where c.agency_id = $1 and c.account_id = a.id and c.made_on >= $3)
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

/// Notes that an account's fans were looked at today, and what was found.
pub(super) async fn set_account(
    tx: &mut AgencyTx,
    account: AccountId,
    subscribers: i64,
    ending: i64,
) -> Result<()> {
    let (agency, today) = (tx.agency_id(), tx.now().date_naive());
    sqlx::query!(
        "insert into churn_accounts (agency_id, account_id, made_on, subscribers, ending) values ($1, $2, $3, $4, $5)
         on conflict (agency_id, account_id) do update set
           made_on = excluded.made_on, subscribers = excluded.subscribers, ending = excluded.ending",
        agency as AgencyId,
        account as AccountId,
        today,
        subscribers,
        ending
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets the fans of an account who were at risk.
pub(super) async fn remove_risks(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from fan_risks where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets the fans of accounts that are disconnected.
pub(super) async fn remove_disconnected(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "with gone as (
           delete from churn_accounts c using accounts a
           where c.agency_id = $1 and a.agency_id = $1 and a.id = c.account_id and a.disconnected_at is not null returning c.account_id)
         delete from fan_risks r using gone where r.agency_id = $1 and r.account_id = gone.account_id",
        agency as AgencyId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_risks(tx: &mut AgencyTx, account: AccountId, risks: &[Risk]) -> Result<()> {
    let agency = tx.agency_id();
    let fans: Vec<_> = risks.iter().map(|it| it.fan.clone()).collect();
    let shares: Vec<_> = risks.iter().map(|it| it.risk).collect();
    let ends: Vec<_> = risks.iter().map(|it| it.ends_on).collect();
    let known: Vec<_> = risks.iter().map(|it| Json(it.known)).collect();
    let why: Vec<_> = risks.iter().map(|it| Json(it.why.clone())).collect();
    sqlx::query!(
        "insert into fan_risks (agency_id, account_id, fan_id, risk, ends_on, known, why)
         select $1, $2, * from unnest($3::text[], $4::smallint[], $5::date[], $6::jsonb[], $7::jsonb[])",
        agency as AgencyId,
        account as AccountId,
        &fans,
        &shares,
        &ends as &[Option<NaiveDate>],
        &known as &[Json<Known>],
        &why as &[Json<Vec<Why>>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many subscribers were looked at, and of how many renewal is off: of one account or of all.
pub(super) async fn count(tx: &mut AgencyTx, account: Option<AccountId>) -> Result<(i64, i64)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select coalesce(sum(subscribers), 0)::bigint as "subscribers!", coalesce(sum(ending), 0)::bigint as "ending!"
           from churn_accounts where agency_id = $1 and ($2::uuid is null or account_id = $2)"#,
        agency as AgencyId,
        account as Option<AccountId>
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.subscribers, row.ending))
}

/// The accounts whose fans were looked at, by name.
pub(super) async fn list_accounts(tx: &mut AgencyTx, limit: i64) -> Result<Vec<(AccountId, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select a.id as "id: AccountId", a.name from churn_accounts c join accounts a on a.agency_id = $1 and a.id = c.account_id
           where c.agency_id = $1 order by lower(a.name), a.id limit $2"#,
        agency as AgencyId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Whether there is any account.
pub(super) async fn has_accounts(tx: &mut AgencyTx) -> Result<bool> {
    let agency = tx.agency_id();
    let has = sqlx::query_scalar!(
        r#"select exists (select from accounts where agency_id = $1 and disconnected_at is null) as "has!""#,
        agency as AgencyId
    );
    Ok(has.fetch_one(tx.conn()).await?)
}

#[derive(sqlx::FromRow)]
struct RiskRow {
    account_id: AccountId,
    account_name: String,
    fan_id: String,
    name: String,
    risk: i16,
    ends_on: Option<NaiveDate>,
    known: Json<Known>,
    why: Json<Vec<Why>>,
}

/// Up to `limit` fans in the direction of `turn`, the likeliest to leave first.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: Option<AccountId>,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        "select r.account_id, a.name as account_name, r.fan_id, coalesce(nullif(f.name, ''), nullif(f.handle, ''), r.fan_id) as name,
                r.risk, r.ends_on, r.known, r.why
         from fan_risks r join accounts a on a.agency_id = r.agency_id and a.id = r.account_id
         join fans f on f.agency_id = r.agency_id and f.account_id = r.account_id and f.fan_id = r.fan_id
         where r.agency_id = ",
    );
    sql.push_bind(agency);
    if let Some(account) = account {
        sql.push(" and r.account_id = ").push_bind(account);
    }
    if let Some((risk, account, fan)) = turn.key() {
        // The first term alone is what an index can begin at.
        let (beyond, further) = if turn.is_back() { (">", "<") } else { ("<", ">") };
        sql.push(format!(" and r.risk {beyond}= ")).push_bind(*risk);
        sql.push(format!(" and (r.risk {beyond} ")).push_bind(*risk);
        sql.push(format!(" or (r.account_id, r.fan_id) {further} (")).push_bind(*account);
        sql.push(", ").push_bind(fan.clone()).push("))");
    }
    sql.push(if turn.is_back() {
        " order by r.risk, r.account_id desc, r.fan_id desc limit "
    } else {
        " order by r.risk desc, r.account_id, r.fan_id limit "
    });
    sql.push_bind(limit);
    let rows: Vec<RiskRow> = sql.build_query_as().fetch_all(tx.conn()).await?;
    let listed = rows.into_iter().map(|row| Listed {
        account: row.account_id,
        account_name: row.account_name,
        name: row.name,
        risk: Risk {
            fan: row.fan_id,
            risk: row.risk,
            ends_on: row.ends_on,
            known: row.known.0,
            why: row.why.0,
        },
    });
    Ok(listed.collect())
}
