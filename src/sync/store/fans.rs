//! Fans as the platform's lists and insights tell of them. What they paid is kept with the earnings.

use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::platform::{Fan, FanInsight};
use chrono::{DateTime, Utc};

/// Makes fans known, and keeps the best name known of each. A new one is due to be asked about.
pub(in crate::sync) async fn add_fans(tx: &mut AgencyTx, account: AccountId, fans: &[Fan]) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ids: Vec<_> = fans.iter().map(|fan| fan.id.as_str()).collect();
    let handles: Vec<_> = fans.iter().map(|fan| fan.handle.as_deref()).collect();
    let names: Vec<_> = fans.iter().map(|fan| fan.display_name.as_deref()).collect();
    let pictures: Vec<_> = fans.iter().map(|fan| fan.avatar_url.as_deref()).collect();
    sqlx::query!(
        "insert into fans as f (agency_id, account_id, fan_id, handle, name, avatar_url, seen_at)
         select distinct on (id) $1, $2, id, coalesce(handle, ''), coalesce(name, handle, ''), picture, $3
         from unnest($4::text[], $5::text[], $6::text[], $7::text[]) as t (id, handle, name, picture)
         on conflict (agency_id, account_id, fan_id) do update set
           handle = coalesce(nullif(excluded.handle, ''), f.handle), name = coalesce(nullif(excluded.name, ''), f.name),
           avatar_url = coalesce(excluded.avatar_url, f.avatar_url), seen_at = excluded.seen_at
         where excluded.handle not in ('', f.handle) or excluded.name not in ('', f.name)
           or excluded.avatar_url <> coalesce(f.avatar_url, '')",
        agency as AgencyId,
        account as AccountId,
        now,
        &ids as &[&str],
        &handles as &[Option<&str>],
        &names as &[Option<&str>],
        &pictures as &[Option<&str>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Fans that wait to be asked about, the longest waiting first.
pub(in crate::sync) async fn list_fans_due(
    tx: &mut AgencyTx,
    account: AccountId,
    limit: i64,
) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let fans = sqlx::query_scalar!(
        "select fan_id from fans where agency_id = $1 and account_id = $2 and look_due_at is not null
         order by look_due_at, fan_id limit $3",
        agency as AgencyId,
        account as AccountId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(fans)
}

/// Stores what the platform said of `asked` at `asked_at`; who is not in the answer is unknown to it. News that came since
/// then stay due.
pub(in crate::sync) async fn set_insights(
    tx: &mut AgencyTx,
    account: AccountId,
    asked: &[String],
    insights: &[FanInsight],
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    let ids: Vec<_> = insights.iter().map(|it| it.fan_id.as_str()).collect();
    let standings: Vec<_> = insights.iter().map(|it| it.status.as_str()).collect();
    let subscribed: Vec<_> = insights.iter().map(|it| it.subscribed_at).collect();
    let renews: Vec<_> = insights.iter().map(|it| it.renews_at).collect();
    let automatic: Vec<_> = insights.iter().map(|it| it.auto_renews).collect();
    sqlx::query!(
        "with told as (
           select * from unnest($5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::bool[])
             as t (fan_id, standing, subscribed_at, renews_at, auto_renews))
         update fans f set
           subscription = coalesce(told.standing, f.subscription),
           subscribed_at = coalesce(told.subscribed_at, f.subscribed_at),
           renews_at = case when told.fan_id is null then f.renews_at else told.renews_at end,
           auto_renews = case when told.fan_id is null then f.auto_renews else told.auto_renews end,
           look_due_at = case when f.look_due_at > $4 then f.look_due_at end
         from unnest($3::text[]) as asked (fan_id) left join told using (fan_id)
         where f.agency_id = $1 and f.account_id = $2 and f.fan_id = asked.fan_id",
        agency as AgencyId,
        account as AccountId,
        asked,
        asked_at,
        &ids as &[&str],
        &standings as &[&str],
        &subscribed as &[Option<DateTime<Utc>>],
        &renews as &[Option<DateTime<Utc>>],
        &automatic as &[Option<bool>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A page of the lists of fans is stored. At the end of the lists, subscribers known before are asked about again: some are
/// none any more, and that is not in any list.
pub(in crate::sync) async fn set_fan_list(
    tx: &mut AgencyTx,
    account: AccountId,
    next: Option<&str>,
    every: f64,
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set fans_cursor = $3, fans_begun_at = coalesce(fans_begun_at, now()),
           fans_due_at = case when fans_due_at > $5 then fans_due_at else now() + make_interval(secs => $4) end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        next,
        every,
        asked_at
    )
    .execute(tx.conn())
    .await?;
    if next.is_none() {
        sqlx::query!(
            "update fans set look_due_at = now()
             where agency_id = $1 and account_id = $2 and subscription = 'subscriber' and look_due_at is null",
            agency as AgencyId,
            account as AccountId
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Notes that all fans are known, once they are.
pub(in crate::sync) async fn set_fans_done(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set fans_done_at = now()
         where agency_id = $1 and account_id = $2 and fans_done_at is null and fans_begun_at is not null
           and fans_cursor is null and not exists (
             select from fans where agency_id = $1 and account_id = $2 and look_due_at is not null)",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Fans that news are about, if they are known: the others come with the lists, or with what they pay.
pub(in crate::sync) async fn set_fans_due(
    tx: &mut SystemTx,
    platform: &str,
    platform_account: &str,
    fans: &[String],
    chats: &[String],
) -> Result<()> {
    sqlx::query!(
        "update fans f set
           look_due_at = case when f.fan_id = any ($3::text[]) then now() else f.look_due_at end,
           chat_due_at = case when f.fan_id = any ($4::text[]) then now() else f.chat_due_at end,
           chat_read_at = case when f.fan_id = any ($4::text[]) then null else f.chat_read_at end
         from accounts a
         where a.platform = $1 and a.platform_account_id = $2 and f.agency_id = a.agency_id and f.account_id = a.id
           and (f.fan_id = any ($3) or f.fan_id = any ($4))",
        platform,
        platform_account,
        fans,
        chats
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Of earnings that this transaction made known: subscriptions make their fan due to be asked about, unlocked messages make
/// the chat due to be read whole.
pub(in crate::sync) async fn set_due_by_new_earnings(
    tx: &mut AgencyTx,
    account: AccountId,
    ids: &[&str],
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "with fresh as (
           select fan_id, bool_or(source in ('subscription', 'renewal')) as subscribed,
                  bool_or(source = 'message' and message_id is not null) as unlocked
           from earnings
           where agency_id = $1 and account_id = $2 and transaction_id = any ($3) and first_seen_at = $4 and fan_id is not null
           group by fan_id)
         update fans f set
           look_due_at = case when subscribed then clock_timestamp() else look_due_at end,
           chat_due_at = case when unlocked then clock_timestamp() else chat_due_at end,
           chat_read_at = case when unlocked then null else chat_read_at end
         from fresh
         where f.agency_id = $1 and f.account_id = $2 and f.fan_id = fresh.fan_id and (subscribed or unlocked)",
        agency as AgencyId,
        account as AccountId,
        ids as &[&str],
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
