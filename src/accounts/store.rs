//! The SQL of accounts. The list's statement is put together from its filter and order, so that the planner sees only the
//! conditions that there are; every value is bound.

pub(super) mod tags;

use super::types::{Filter, Key, Sort, Whose};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, ConnectionId, CreatorId, UserId};
use crate::keyset::Turn;
use crate::money::Currency;
use crate::period::Period;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Postgres, QueryBuilder};

/// What is known of accounts, whoever asks. A first sync under way is worth more to know than that the connection works.
const KNOWN: &str = "
    select a.id, a.name, a.handle, a.platform, a.currency, a.subscribers_count, a.followers_count, a.creator_id,
           r.name as creator_name, a.connection_id, a.connected_at, a.disconnected_at, s.last_finished_at,
           s.backfill_done_at, s.backfill_reached, c.health_note, u.name as connected_by,
           case when a.platform = 'statement' then 'by_statement'
                when a.disconnected_at is not null or c.id is null then 'disconnected'
                when c.health = 'connected' and s.backfill_done_at is null and s.state in ('waiting', 'running') then 'syncing'
                else c.health end as health,
           case when a.disconnected_at is not null or c.id is null then coalesce(a.disconnected_at, a.connected_at)
                when c.health = 'connected' and s.backfill_done_at is null and s.state in ('waiting', 'running')
                  then coalesce(s.backfill_begun_at, a.connected_at)
                else c.health_since end as health_since
    from accounts a
    left join connections c on c.agency_id = a.agency_id and c.id = a.connection_id
    left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
    left join creators r on r.agency_id = a.agency_id and r.id = a.creator_id
    left join users u on u.id = c.connected_by
    where a.agency_id = ";

/// The accounts within reach, for more conditions to follow.
fn push_known(sql: &mut QueryBuilder<Postgres>, tx: &AgencyTx) {
    sql.push(KNOWN).push_bind(tx.agency_id());
    if let Some(member) = tx.reach().member() {
        sql.push(" and a.id in (select account_id from reach where agency_id = ").push_bind(tx.agency_id());
        sql.push(" and user_id = ").push_bind(member).push(")");
    }
}

/// One account as [`KNOWN`] gives it.
#[derive(sqlx::FromRow)]
pub(super) struct KnownRow {
    pub id: AccountId,
    pub name: String,
    pub handle: String,
    pub platform: String,
    pub currency: String,
    pub subscribers_count: Option<i64>,
    pub followers_count: Option<i64>,
    pub creator_id: Option<CreatorId>,
    pub creator_name: Option<String>,
    pub connection_id: Option<ConnectionId>,
    pub connected_at: DateTime<Utc>,
    pub disconnected_at: Option<DateTime<Utc>>,
    pub last_finished_at: Option<DateTime<Utc>>,
    pub backfill_done_at: Option<DateTime<Utc>>,
    pub backfill_reached: Option<DateTime<Utc>>,
    pub health: String,
    pub health_since: DateTime<Utc>,
    pub health_note: Option<String>,
    pub connected_by: Option<String>,
}

/// One account in a list, with its net per day and currency.
#[derive(sqlx::FromRow)]
pub(super) struct ListedRow {
    #[sqlx(flatten)]
    pub known: KnownRow,
    pub rank: i64,
    pub low: String,
    /// How many accounts the filter finds.
    pub matched: i64,
    pub days: Vec<NaiveDate>,
    pub currencies: Vec<String>,
    pub nets: Vec<i64>,
    /// The first day with an earning.
    pub first_day: Option<NaiveDate>,
    pub tags: Vec<String>,
}

/// What a list is ordered by, as a whole number that rises.
fn rank(sort: Sort) -> &'static str {
    match sort {
        Sort::Name => "0::bigint",
        Sort::Net => "-coalesce(n.net, 0)::bigint",
        Sort::Subscribers => "-coalesce(k.subscribers_count, -1)",
        Sort::Health => {
            "coalesce(array_position(array['needs_reconnect', 'platform_down', 'rate_limited', 'syncing', 'connected', 'by_statement'], k.health), 7)::bigint"
        }
    }
}

/// Up to `limit` accounts in the direction of `turn`, with what each earned per day of `ranked` and the days before it from
/// `since` on.
pub(super) async fn list(
    tx: &mut AgencyTx,
    filter: &Filter,
    turn: &Turn<Key>,
    (since, ranked): (NaiveDate, Period),
    limit: i64,
) -> Result<Vec<ListedRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new("with known as (");
    push_known(&mut sql, tx);
    sql.push("), found as (select k.*, ").push(rank(filter.sort));
    sql.push(" as rank, lower(k.name) as low from known k ");
    if filter.sort == Sort::Net {
        push_net(&mut sql, agency, ranked);
    }
    push_filter(&mut sql, agency, filter);
    sql.push("), turned as (select * from found ");
    if let Some((rank, low, id)) = turn.key() {
        sql.push(if turn.is_back() { "where (rank, low, id) < (" } else { "where (rank, low, id) > (" });
        sql.push_bind(rank).push(", ").push_bind(low).push(", ").push_bind(id).push(") ");
    }
    let order = if turn.is_back() { "rank desc, low desc, id desc" } else { "rank, low, id" };
    sql.push("order by ").push(order).push(" limit ").push_bind(limit);
    sql.push(
        ") select t.*, (select count(*) from found) as matched, coalesce(f.days, '{}') as days,
             coalesce(f.currencies, '{}') as currencies, coalesce(f.nets, '{}') as nets,
             (select min(day) from earning_days d where d.agency_id = ",
    );
    sql.push_bind(agency).push(
        " and d.account_id = t.id and (d.gross, d.net, d.payments) <> (0, 0, 0)) as first_day,
             array(select tag from account_tags g where g.agency_id = ",
    );
    sql.push_bind(agency).push(
        " and g.account_id = t.id order by tag) as tags
          from turned t cross join lateral (
            select array_agg(day) as days, array_agg(currency) as currencies, array_agg(net) as nets from (
              select day, currency, sum(net)::bigint as net from earning_days d where d.agency_id = ",
    );
    sql.push_bind(agency).push(" and d.account_id = t.id and day >= ").push_bind(since);
    sql.push(" and day < ")
        .push_bind(ranked.end)
        .push(" group by day, currency) of_day) f order by ")
        .push(order);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

/// What each account earned in `period`, from its few spans.
fn push_net(sql: &mut QueryBuilder<Postgres>, agency: AgencyId, period: Period) {
    let (grains, starts): (Vec<_>, Vec<_>) =
        period.spans().into_iter().map(|(grain, start)| (grain.as_str(), start)).unzip();
    sql.push("left join (select account_id, currency, sum(net) as net from unnest(");
    sql.push_bind(grains).push("::text[], ").push_bind(starts).push("::date[]) r (grain, start) ");
    sql.push("join account_sums s using (grain, start) where s.agency_id = ").push_bind(agency);
    sql.push(" group by account_id, currency) n on n.account_id = k.id and n.currency = k.currency ");
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, agency: AgencyId, filter: &Filter) {
    sql.push("where true");
    if let Some(words) = &filter.words {
        let part = format!("%{}%", crate::words::like(words));
        sql.push(" and (lower(k.name) like ").push_bind(part.clone());
        sql.push(" or lower(k.handle) like ").push_bind(part.clone());
        sql.push(" or lower(k.creator_name) like ").push_bind(part).push(")");
    }
    if let Some(health) = filter.health {
        sql.push(" and k.health = ").push_bind(health);
    }
    if let Some(tag) = &filter.tag {
        sql.push(" and k.id in (select account_id from account_tags where agency_id = ").push_bind(agency);
        sql.push(" and tag = ").push_bind(tag.clone()).push(")");
    }
    match filter.whose {
        Whose::All => {}
        Whose::Nobody => {
            sql.push(" and k.creator_id is null");
        }
        Whose::Creator(creator) => {
            sql.push(" and k.creator_id = ").push_bind(creator);
        }
    }
}

/// One account, with its tags.
#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    #[sqlx(flatten)]
    pub known: KnownRow,
    pub tags: Vec<String>,
}

pub(super) async fn lookup(tx: &mut AgencyTx, id: AccountId) -> Result<AccountRow> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "select k.*, array(select tag from account_tags g where g.agency_id = ",
    );
    sql.push_bind(tx.agency_id()).push(" and g.account_id = k.id order by tag) as tags from (");
    push_known(&mut sql, tx);
    sql.push(" and a.id = ").push_bind(id).push(") k");
    Ok(sql.build_query_as().fetch_one(tx.conn()).await?)
}

/// Its handle is the platform's name, as somebody typed it: those are all that is known of it.
pub(super) async fn add_by_statement(
    tx: &mut AgencyTx,
    id: AccountId,
    name: &str,
    platform: &str,
    currency: Currency,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into accounts (agency_id, id, platform, platform_account_id, name, renamed, handle, currency, connected_at)
         values ($1, $2, 'statement', $7, $3, true, $4, $5, $6)",
        agency as AgencyId,
        id as AccountId,
        name,
        platform,
        currency.as_str(),
        now,
        id.to_string()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives the account another name; the one before, or nothing when there is no such account.
pub(super) async fn set_name(tx: &mut AgencyTx, id: AccountId, name: &str) -> Result<Option<String>> {
    let agency = tx.agency_id();
    let before = sqlx::query_scalar!(
        "with old as (select name from accounts where agency_id = $1 and id = $2 for update)
         update accounts a set name = $3, renamed = true from old where a.agency_id = $1 and a.id = $2 returning old.name",
        agency as AgencyId,
        id as AccountId,
        name
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(before)
}

/// Gives the account to a creator, or to nobody; whose it was, or nothing when there is no such account.
pub(super) async fn set_creator(
    tx: &mut AgencyTx,
    id: AccountId,
    creator: Option<CreatorId>,
) -> Result<Option<Option<CreatorId>>, sqlx::Error> {
    let agency = tx.agency_id();
    let before = sqlx::query!(
        r#"with old as (select creator_id from accounts where agency_id = $1 and id = $2 for update)
           update accounts a set creator_id = $3 from old where a.agency_id = $1 and a.id = $2
           returning old.creator_id as "before: CreatorId""#,
        agency as AgencyId,
        id as AccountId,
        creator as Option<CreatorId>
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(before.map(|row| row.before))
}

/// Accounts that belong to no creator, by name, for choosing one.
pub(super) async fn list_unassigned(
    tx: &mut AgencyTx,
    limit: i64,
) -> Result<Vec<(AccountId, String, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select id as "id: AccountId", name, handle from accounts
           where agency_id = $1 and creator_id is null order by lower(name), id limit $2"#,
        agency as AgencyId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name, row.handle)).collect())
}

/// How many of `ids` are accounts within reach; the same id twice counts once.
pub(super) async fn count_within_reach(tx: &mut AgencyTx, ids: &[AccountId]) -> Result<i64> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let ids: Vec<_> = ids.iter().map(|it| it.0).collect();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from accounts where agency_id = $1 and id = any ($2)
           and ($3::uuid is null or id in (select account_id from reach where agency_id = $1 and user_id = $3))"#,
        agency as AgencyId,
        &ids,
        member as Option<UserId>
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

/// The accounts within reach.
pub(super) async fn list_within_reach(tx: &mut AgencyTx) -> Result<Vec<AccountId>> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let ids = sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts where agency_id = $1
           and ($2::uuid is null or id in (select account_id from reach where agency_id = $1 and user_id = $2))"#,
        agency as AgencyId,
        member as Option<UserId>
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}
