//! The SQL of syncing. Times are the database's, so that machines whose clocks differ agree on what is due.

mod fans;
mod messages;
mod walks;

pub(super) use fans::*;
pub(super) use messages::*;
pub(super) use walks::*;

use super::plan::Standing;
use super::progress::Progress;
use super::types::{News, SyncState};
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

// ------------------------------------------------------- accounts that nothing is read of

/// An account without a platform to read from: it has a row, as everything that writes its earnings locks it, and is never due.
pub(super) async fn add_without(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into syncs (agency_id, account_id, state, backfill_done_at) values ($1, $2, 'stopped', $3)",
        agency as AgencyId,
        account as AccountId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Its figures are as new as the statement that was just recorded.
pub(super) async fn set_statement(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update syncs set last_finished_at = $3 where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

// ------------------------------------------------------- wishes

/// `retry_at` outlives the wish, unless the sync had been stopped: a platform that asked to wait is let wait.
pub(super) async fn want(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into syncs (agency_id, account_id, state, wanted_at, next_due_at)
         values ($1, $2, 'waiting', now(), now() + interval '1 minute')
         on conflict (agency_id, account_id) do update set
           wanted_at = now(),
           next_due_at = now() + interval '1 minute',
           earnings_due_at = least(syncs.earnings_due_at, now()),
           profile_due_at = least(syncs.profile_due_at, now()),
           state = case when syncs.state = 'running' then 'running' else 'waiting' end,
           retry_at = case when syncs.state = 'stopped' then null else syncs.retry_at end,
           failures = case when syncs.state = 'stopped' then 0 else syncs.failures end,
           problem = case when syncs.state = 'stopped' then null else syncs.problem end",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes due what `news` is about, in every agency that syncs the platform's account. Counts that follow from it come a
/// little later, so that many news cost one call.
pub(super) async fn want_news(
    tx: &mut SystemTx,
    platform: &str,
    platform_account: &str,
    news: &News,
) -> Result<Vec<Due>> {
    let told = sqlx::query_as!(
        Due,
        r#"update syncs s set wanted_at = now(), next_due_at = now() + interval '1 minute',
             earnings_due_at = case when $3 then least(earnings_due_at, now()) else earnings_due_at end,
             news_since = case when $3 then least(news_since, $6) else news_since end,
             subscribers_due_at = case when $4 then least(subscribers_due_at, now() + interval '10 s') else subscribers_due_at end,
             profile_due_at = case when $4 then least(profile_due_at, now() + interval '20 s') else profile_due_at end,
             messages_due_at = case when $5 then least(messages_due_at, now()) else messages_due_at end
           from accounts a
           where a.platform = $1 and a.platform_account_id = $2 and a.disconnected_at is null
             and s.agency_id = a.agency_id and s.account_id = a.id and s.state <> 'stopped'
           returning s.agency_id as "agency_id: AgencyId", s.account_id as "account_id: AccountId""#,
        platform,
        platform_account,
        news.earnings,
        news.subscribers,
        news.messages,
        news.since
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(told)
}

pub(super) async fn stop(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set state = 'stopped', run = null, next_due_at = null, wanted_at = null
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn stop_all(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set state = 'stopped', run = null, next_due_at = null, wanted_at = null
         where agency_id = $1 and state <> 'stopped'",
        agency as AgencyId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A sync whose time has come.
pub(super) struct Due {
    pub agency_id: AgencyId,
    pub account_id: AccountId,
}

/// Takes up to `limit` syncs that are due; should their jobs be lost, they are due again in a minute.
pub(super) async fn take_due(tx: &mut SystemTx, limit: i64) -> Result<Vec<Due>> {
    let due = sqlx::query_as!(
        Due,
        r#"with due as (
             select agency_id, account_id from syncs where state <> 'stopped' and next_due_at <= now()
             order by next_due_at limit $1 for update skip locked)
           update syncs s set next_due_at = now() + interval '1 minute' from due
           where s.agency_id = due.agency_id and s.account_id = due.account_id
           returning s.agency_id as "agency_id: AgencyId", s.account_id as "account_id: AccountId""#,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(due)
}

// ------------------------------------------------------- runs

/// Begins a run, if the account is to be synced, may be now, and no other run is alive. A run that was not heard of for
/// 4 s is dead, or will find itself fenced off. Only a first sync says that it is at work: pages need not know of the rest.
pub(super) async fn claim(tx: &mut AgencyTx, account: AccountId, run: Uuid) -> Result<bool> {
    let agency = tx.agency_id();
    let claimed = sqlx::query_scalar!(
        r#"update syncs set run = $3, heartbeat_at = now(), next_due_at = now() + interval '1 minute'
           where agency_id = $1 and account_id = $2 and state <> 'stopped' and coalesce(retry_at <= now(), true)
             and (run is null or heartbeat_at < now() - interval '4 s')
           returning backfill_done_at is null and state <> 'running' as "first!""#,
        agency as AgencyId,
        account as AccountId,
        run
    )
    .fetch_optional(tx.conn())
    .await?;
    if claimed == Some(true) {
        sqlx::query!(
            "update syncs set state = 'running' where agency_id = $1 and account_id = $2",
            agency as AgencyId,
            account as AccountId
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(claimed.is_some())
}

/// It could not be begun: when to try again.
pub(super) async fn set_busy(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update syncs set next_due_at = greatest(retry_at, now() + interval '1 s')
         where agency_id = $1 and account_id = $2 and state <> 'stopped'",
        agency as AgencyId,
        account as AccountId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where the sync stands; nothing when the run was fenced off.
pub(super) async fn find_standing(
    tx: &mut AgencyTx,
    account: AccountId,
    run: Uuid,
) -> Result<Option<Standing>> {
    let agency = tx.agency_id();
    let standing = sqlx::query_as!(
        Standing,
        r#"select now() as "now!", a.platform_since, s.failures, s.backfill_cursor, s.backfill_since, s.backfill_until,
                  s.backfill_reached, s.backfill_begun_at, s.backfill_done_at, s.newest_at, s.incremental_at,
                  (select min(e.occurred_at) from earnings e
                   where e.agency_id = $1 and e.account_id = $2 and e.status <> 'available') as oldest_unsettled,
                  s.earnings_due_at, s.unsettled_due_at, s.news_since, s.look_begun_at, s.look_since, s.look_unsettled,
                  s.look_cursor, s.profile_due_at, s.subscribers_cursor, s.subscribers_due_at, s.subscribers_done_at,
                  s.fans_cursor, s.fans_due_at, s.fans_done_at, s.messages_cursor, s.messages_due_at, s.messages_begun_at,
                  s.messages_done_at, s.calls_begun_at, s.calls,
                  exists (select from fans f where f.agency_id = $1 and f.account_id = $2 and f.look_due_at is not null)
                    as "fans_waiting!",
                  exists (select from fans f where f.agency_id = $1 and f.account_id = $2 and f.chat_due_at is not null)
                    as "chats_waiting!"
           from syncs s join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and s.account_id = $2 and s.run = $3"#,
        agency as AgencyId,
        account as AccountId,
        run
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(standing)
}

/// Locks the sync for the rest of the transaction and counts the calls that it took; false when the run was fenced off.
pub(super) async fn hold(tx: &mut AgencyTx, account: AccountId, run: Uuid, calls: i32) -> Result<bool> {
    let agency = tx.agency_id();
    let held = sqlx::query!(
        "update syncs set heartbeat_at = clock_timestamp(), next_due_at = now() + interval '1 minute',
           calls = case when calls_begun_at > now() - interval '1 minute' then calls + $4 else $4 end,
           calls_begun_at = case when calls_begun_at > now() - interval '1 minute' then calls_begun_at else now() end
         where agency_id = $1 and account_id = $2 and run = $3",
        agency as AgencyId,
        account as AccountId,
        run,
        calls
    )
    .execute(tx.conn())
    .await?;
    Ok(held.rows_affected() > 0)
}

/// The run is alive; false when it was fenced off.
pub(super) async fn set_alive(tx: &mut AgencyTx, account: AccountId, run: Uuid) -> Result<bool> {
    let agency = tx.agency_id();
    let alive = sqlx::query!(
        "update syncs set heartbeat_at = now() where agency_id = $1 and account_id = $2 and run = $3",
        agency as AgencyId,
        account as AccountId,
        run
    )
    .execute(tx.conn())
    .await?;
    Ok(alive.rows_affected() > 0)
}

/// How a run leaves the sync behind.
#[derive(Debug, Default)]
pub(super) struct End {
    /// Everything that was due is read.
    pub finished: bool,
    /// Nothing more is to be done before the next thing is due.
    pub idle: bool,
    /// In seconds from now.
    pub next_in: f64,
    /// Nobody may try before so many seconds from now.
    pub retry_in: Option<f64>,
    pub failures: i32,
    pub problem: Option<String>,
}

/// Ends a run; false when it was fenced off.
pub(super) async fn release(tx: &mut AgencyTx, account: AccountId, run: Uuid, end: &End) -> Result<bool> {
    let agency = tx.agency_id();
    let released = sqlx::query!(
        "update syncs set run = null, state = case when $4 then 'idle' else 'waiting' end, failures = $5, problem = $6,
           next_due_at = now() + make_interval(secs => $7),
           retry_at = case when $8::float8 is null then null else now() + make_interval(secs => $8) end,
           last_finished_at = case when $9 then now() else last_finished_at end
         where agency_id = $1 and account_id = $2 and run = $3",
        agency as AgencyId,
        account as AccountId,
        run,
        end.idle,
        end.failures,
        end.problem.as_deref(),
        end.next_in,
        end.retry_in,
        end.finished
    )
    .execute(tx.conn())
    .await?;
    Ok(released.rows_affected() > 0)
}

// ------------------------------------------------------- looking

pub(super) async fn find_progress(tx: &mut AgencyTx, account: AccountId) -> Result<Option<Progress>> {
    let agency = tx.agency_id();
    let progress = sqlx::query_as!(
        Progress,
        r#"select now() as "now!", s.state as "state: SyncState", a.platform_since, s.backfill_reached as reached,
                  s.backfill_begun_at as begun_at, s.backfill_done_at is not null as "earnings_done!",
                  s.subscribers_done_at is not null as "subscribers_done!", s.fans_done_at is not null as "fans_done!",
                  s.messages_done_at is not null as "messages_done!", s.profile_due_at is not null as "profile_done!",
                  s.earnings_count as earnings, s.newest_at, s.last_finished_at, s.next_due_at, s.retry_at, s.problem
           from syncs s join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and s.account_id = $2"#,
        agency as AgencyId,
        account as AccountId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(progress)
}

/// The account's own description. A name that somebody here gave stays.
pub(super) async fn set_profile(
    tx: &mut AgencyTx,
    account: AccountId,
    profile: &crate::platform::AccountProfile,
    every: f64,
    asked_at: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "with told as (
           update accounts a set name = case when renamed then name else coalesce($3, $4, name) end,
             handle = coalesce($4, handle), avatar_url = coalesce($5, avatar_url),
             followers_count = coalesce($6, followers_count), subscribers_count = coalesce($7, subscribers_count),
             platform_since = coalesce($8, platform_since)
           where agency_id = $1 and id = $2
             and (case when renamed then name else coalesce($3, $4, name) end, coalesce($4, handle), coalesce($5, avatar_url),
                  coalesce($6, followers_count), coalesce($7, subscribers_count), coalesce($8, platform_since))
               is distinct from (name, handle, avatar_url, followers_count, subscribers_count, platform_since))
         update syncs set profile_due_at =
           case when profile_due_at > $10 then profile_due_at else now() + make_interval(secs => $9) end
         where agency_id = $1 and account_id = $2",
        agency as AgencyId,
        account as AccountId,
        profile.display_name.as_deref(),
        profile.handle.as_deref(),
        profile.avatar_url.as_deref(),
        profile.followers,
        profile.subscribers,
        profile.registered_at,
        every,
        asked_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
