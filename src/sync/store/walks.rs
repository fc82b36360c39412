//! How far each stream has been read. Set in the transaction that stores what was read.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::platform::{Cursor, SubscriberDay};
use crate::sync::plan::Window;
use chrono::{DateTime, Utc};

/// A page of the first sync is stored: where its window goes on, or that it is read to its end.
pub(in crate::sync) async fn set_backfill(
    tx: &mut AgencyTx,
    account: AccountId,
    window: &Window,
    next: Option<&Cursor>,
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set backfill_begun_at = coalesce(backfill_begun_at, $3), backfill_cursor = $4,
           backfill_since = $5, backfill_until = $6,
           incremental_at = coalesce(incremental_at, $3),
           newest_at = case when $4::text is null and newest_at is null then
             (select max(occurred_at) from earnings where agency_id = $1 and account_id = $2) else newest_at end,
           earnings_due_at = coalesce(earnings_due_at, now() + interval '1 minute'),
           unsettled_due_at = coalesce(unsettled_due_at, now() + interval '1 hour'),
           backfill_reached = case when $4 is not null then backfill_reached
             else coalesce($5, least((select min(occurred_at) from earnings where agency_id = $1 and account_id = $2), now())) end,
           backfill_done_at = case when $4 is null and $5::timestamptz is null then now() else backfill_done_at end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        asked_at,
        next.map(Cursor::as_str),
        window.since,
        window.until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A look at earnings: when it began, how far back it goes, and whether it covers all that are unsettled.
pub(in crate::sync) struct Look {
    pub begun_at: DateTime<Utc>,
    pub since: Option<DateTime<Utc>>,
    pub unsettled: bool,
}

/// A page of a look is stored. A wish that came after the look began stays due.
pub(in crate::sync) async fn set_look(
    tx: &mut AgencyTx,
    account: AccountId,
    look: &Look,
    next: Option<&Cursor>,
    every: f64,
    every_unsettled: f64,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set look_cursor = $4, look_begun_at = $3, look_since = $5, look_unsettled = $6,
           earnings_due_at = case when earnings_due_at > $3 then earnings_due_at else now() + make_interval(secs => $7) end,
           unsettled_due_at = case when $4::text is null and $6 then now() + make_interval(secs => $8) else unsettled_due_at end,
           incremental_at = case when $4 is null then $3 else incremental_at end,
           news_since = case when $4 is null and coalesce(news_since >= $5, true) then null else news_since end,
           newest_at = case when $4 is not null then newest_at else
             (select max(occurred_at) from earnings where agency_id = $1 and account_id = $2) end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        look.begun_at,
        next.map(Cursor::as_str),
        look.since,
        look.unsettled,
        every,
        every_unsettled
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The platform does not take the cursors (any more): every walk begins again. What was stored is met again and changes nothing.
pub(in crate::sync) async fn forget_cursors(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set backfill_cursor = null, look_cursor = null, subscribers_cursor = null, fans_cursor = null,
           messages_cursor = null
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stores days of joined and lost subscribers. The platform's word counts, so that a day may be stored again.
pub(in crate::sync) async fn add_subscriber_days(
    tx: &mut AgencyTx,
    account: AccountId,
    days: &[SubscriberDay],
) -> Result<()> {
    let agency = tx.agency_id();
    let dates: Vec<_> = days.iter().map(|day| day.day).collect();
    let joined: Vec<_> = days.iter().map(|day| day.new).collect();
    let lost: Vec<_> = days.iter().map(|day| day.cancelled).collect();
    sqlx::query!(
        "insert into subscriber_days as d (agency_id, account_id, day, joined, lost)
         select distinct on (day) $1, $2, day, joined, lost
         from unnest($3::date[], $4::bigint[], $5::bigint[]) with ordinality as t (day, joined, lost, place)
         order by day, place desc
         on conflict (agency_id, account_id, day) do update set joined = excluded.joined, lost = excluded.lost
         where (d.joined, d.lost) is distinct from (excluded.joined, excluded.lost)",
        agency as AgencyId,
        account as AccountId,
        &dates,
        &joined,
        &lost
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A page of subscriber days is stored.
pub(in crate::sync) async fn set_subscribers(
    tx: &mut AgencyTx,
    account: AccountId,
    next: Option<&Cursor>,
    every: f64,
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set subscribers_cursor = $3,
           subscribers_due_at =
             case when subscribers_due_at > $5 then subscribers_due_at else now() + make_interval(secs => $4) end,
           subscribers_done_at = case when $3::text is null then now() else subscribers_done_at end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        next.map(Cursor::as_str),
        every,
        asked_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
