//! The SQL of chatters' first page: two statements, whatever the number of accounts, over those within reach alone.

use super::types::Week;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::fans::ENDS_SOON;
use crate::ids::{AccountId, AgencyId, UserId};
use chrono::{DateTime, NaiveDate, Utc};

/// One account, with what is said of all of them in every row.
pub(super) struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub handle: String,
    pub platform: String,
    pub health: String,
    pub health_since: DateTime<Utc>,
    pub unread_chats: Option<i64>,
    pub unread_at: Option<DateTime<Utc>>,
    pub ending: i64,
    pub joined: i64,
    pub subscribers_count: Option<i64>,
    pub accounts: i64,
    pub all_unread: Option<i64>,
    pub all_unread_at: Option<DateTime<Utc>>,
    pub all_reconnect: i64,
    pub all_ending: i64,
    pub all_joined: i64,
    /// Until when earnings of some account are still being read, back from now.
    pub read_from: Option<DateTime<Utc>>,
    /// Since when the member has worked on any account here.
    pub working_since: Option<DateTime<Utc>>,
}

/// Up to `limit` accounts that `member` works on: what has to be reconnected first, then where most chats wait.
pub(super) async fn list_accounts(
    tx: &mut AgencyTx,
    member: UserId,
    today: NaiveDate,
    limit: i64,
) -> Result<Vec<AccountRow>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let rows = sqlx::query_as!(
        AccountRow,
        r#"with mine as materialized (
             select a.id, a.name, a.handle, a.platform, a.subscribers_count, k.gone,
                    case when a.platform = 'statement' then 'by_statement' when k.gone then 'disconnected' when k.first_sync then 'syncing' else c.health end as health,
                    case when k.gone then coalesce(a.disconnected_at, a.connected_at)
                         when k.first_sync then coalesce(s.backfill_begun_at, a.connected_at) else c.health_since end as health_since,
                    case when not k.gone then s.unread_chats end as unread_chats,
                    case when not k.gone and s.unread_chats is not null then s.unread_at end as unread_at,
                    case when s.backfill_done_at is null and s.state <> 'stopped' then coalesce(s.backfill_reached, $3) end as read_from,
                    case when k.gone then 0 else (
                      select count(*) from fans f where f.agency_id = $1 and f.account_id = a.id and f.subscription = 'subscriber'
                        and not f.auto_renews and f.renews_at >= $3 and f.renews_at < $4) end as ending,
                    coalesce((select d.joined from subscriber_days d
                              where d.agency_id = $1 and d.account_id = a.id and d.day = $5), 0) as joined
             from accounts a
             left join connections c on c.agency_id = a.agency_id and c.id = a.connection_id
             left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
             cross join lateral (
               select a.disconnected_at is not null or c.id is null as gone,
                      coalesce(c.health = 'connected' and s.backfill_done_at is null and s.state in ('waiting', 'running'), false) as first_sync) k
             where a.agency_id = $1 and a.id in (select account_id from reach where agency_id = $1 and user_id = $2)
           )
           select id as "id!: AccountId", name as "name!", handle as "handle!", platform as "platform!", health as "health!",
                  health_since as "health_since!", unread_chats, unread_at, ending as "ending!", joined as "joined!", subscribers_count,
                  count(*) over () as "accounts!", (sum(unread_chats) over ())::bigint as all_unread,
                  min(unread_at) over () as all_unread_at,
                  count(*) filter (where health = 'needs_reconnect') over () as "all_reconnect!",
                  (sum(ending) over ())::bigint as "all_ending!", (sum(joined) over ())::bigint as "all_joined!",
                  max(read_from) over () as read_from,
                  (select min(started_at) from assignments where agency_id = $1 and user_id = $2) as working_since
           from mine
           order by health = 'needs_reconnect' desc, gone, unread_chats desc nulls last, lower(name), id limit $6"#,
        agency as AgencyId,
        member as UserId,
        now,
        now + ENDS_SOON,
        today,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What one source brought in one currency.
pub(super) struct SalesRow {
    pub currency: String,
    pub source: String,
    pub today_count: i64,
    pub today: i64,
    pub today_before: i64,
    pub week_count: i64,
    pub week: i64,
    pub week_before: i64,
}

/// Messages and tips of the accounts that `member` works on, from while they did; what was taken back goes with what it was,
/// which is looked up row by row: few are, and joining it would read every earning there is.
pub(super) async fn list_sales(tx: &mut AgencyTx, member: UserId, week: Week) -> Result<Vec<SalesRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SalesRow,
        r#"with sold as (
             select e.currency, coalesce(o.source, e.source) as source, e.gross, (e.occurred_at at time zone 'UTC')::date as day
             from reach r
             join earnings e on e.agency_id = $1 and e.account_id = r.account_id
               and e.source = any (array['message', 'tip', 'refund', 'chargeback'])
               and e.occurred_at >= $3::date::timestamp at time zone 'UTC' and e.occurred_at < $6::date::timestamp at time zone 'UTC'
             left join lateral (
               select source, occurred_at from earnings
               where agency_id = $1 and account_id = e.account_id and transaction_id = e.reverses limit 1) o on true
             where r.agency_id = $1 and r.user_id = $2 and coalesce(o.source, e.source) in ('message', 'tip')
               and exists (
                 select from assignments s where s.agency_id = $1 and s.user_id = $2 and s.account_id = e.account_id
                   and s.started_at <= coalesce(o.occurred_at, e.occurred_at)
                   and coalesce(s.ended_at > coalesce(o.occurred_at, e.occurred_at), true))
           )
           select currency, source as "source!",
                  count(*) filter (where day = $7 and gross > 0) as "today_count!",
                  coalesce(sum(gross) filter (where day = $7), 0)::bigint as "today!",
                  coalesce(sum(gross) filter (where day = $7 - 7), 0)::bigint as "today_before!",
                  count(*) filter (where day >= $5 and gross > 0) as "week_count!",
                  coalesce(sum(gross) filter (where day >= $5), 0)::bigint as "week!",
                  coalesce(sum(gross) filter (where day < $4), 0)::bigint as "week_before!"
           from sold where day < $4 or day >= $5
           group by currency, source"#,
        agency as AgencyId,
        member as UserId,
        week.before.start,
        week.before.end,
        week.this.start,
        week.this.end,
        week.today
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
