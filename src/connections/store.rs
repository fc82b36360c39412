//! The SQL of connections: here health and refreshing, in the files beside it the rest. What is due is told by the database's clock alone, since the
//! clocks of processes differ.

mod accounts;
mod attempts;
mod grants;
mod links;
mod lists;

pub(super) use accounts::*;
pub(super) use attempts::*;
pub(super) use grants::*;
pub(super) use links::*;
pub(super) use lists::*;

use super::tokens::SealedPair;
use super::types::Health;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, ConnectionId};
use crate::vault::SealedToken;
use chrono::{DateTime, Utc};

/// How many connections of a platform are in one state of health.
pub(super) struct HealthCount {
    pub platform: String,
    pub health: String,
    pub connections: i64,
}

pub(super) async fn count_by_health(tx: &mut SystemTx) -> Result<Vec<HealthCount>> {
    let rows = sqlx::query_as!(
        HealthCount,
        r#"select platform, health, count(*) as "connections!" from connections group by platform, health"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What access to one account needs.
pub(super) struct AccessRow {
    pub connection: ConnectionId,
    pub platform: String,
    pub platform_account_id: String,
    pub via_agency: bool,
    pub health: Health,
    pub access_token: Option<SealedToken>,
    pub paused_until: Option<DateTime<Utc>>,
    /// Used up, or nearly.
    pub stale: bool,
    /// Used up.
    pub expired: bool,
}

pub(super) async fn find_access(tx: &mut AgencyTx, account: AccountId) -> Result<Option<AccessRow>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        AccessRow,
        r#"select c.id as "connection: ConnectionId", a.platform, a.platform_account_id, a.via_agency,
                  case when a.disconnected_at is null then c.health else 'disconnected' end as "health!: Health",
                  c.access_token as "access_token: SealedToken", c.paused_until,
                  coalesce(c.access_expires_at <= now() + interval '2 s'
                    or (c.refresh_due_at <= now() and c.access_expires_at <= now() + interval '60 s'), true) as "stale!",
                  coalesce(c.access_expires_at <= now(), true) as "expired!"
           from accounts a join connections c on c.agency_id = a.agency_id and c.id = a.connection_id
           where a.agency_id = $1 and a.id = $2"#,
        agency as AgencyId,
        account as AccountId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

// ------------------------------------------------------- health

/// Whether that was a change. A connection that was ended, or that nobody finished, does not get better by itself.
pub(super) async fn set_working(tx: &mut AgencyTx, id: ConnectionId) -> Result<bool> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "update connections set health = 'connected', health_since = now(), health_note = null, paused_until = null
         where agency_id = $1 and id = $2 and health in ('rate_limited', 'platform_down')",
        agency as AgencyId,
        id as ConnectionId
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Whether that was a change. `pause` is in seconds from now.
pub(super) async fn set_health(
    tx: &mut AgencyTx,
    id: ConnectionId,
    health: Health,
    note: &str,
    pause: Option<f64>,
) -> Result<bool> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "update connections set health = $3, health_since = now(), health_note = $4
         where agency_id = $1 and id = $2 and health <> $3 and health not in ('needs_reconnect', 'disconnected')
           and (health <> 'choosing' or $3 = 'needs_reconnect')",
        agency as AgencyId,
        id as ConnectionId,
        health.as_str(),
        note
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update connections set paused_until = clock_timestamp() + make_interval(secs => $3) where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId,
        pause
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

// ------------------------------------------------------- refreshing

/// A connection whose time has come.
pub(super) struct DueRow {
    pub agency_id: AgencyId,
    pub id: ConnectionId,
}

/// Notes of up to `limit` due connections that refreshing has begun; those that were cut off before come first.
pub(super) async fn start_due(tx: &mut SystemTx, limit: i64) -> Result<Vec<DueRow>> {
    let rows = sqlx::query_as!(
        DueRow,
        r#"with due as (
             select agency_id, id from connections
             where refresh_token is not null and health <> 'needs_reconnect' and refresh_due_at <= now()
             order by refresh_started_at nulls last, refresh_due_at limit $1 for update skip locked)
           update connections c set refresh_started_at = now() from due
           where c.agency_id = due.agency_id and c.id = due.id
           returning c.agency_id as "agency_id: AgencyId", c.id as "id: ConnectionId""#,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A refresh begins now, due or not: until it has ended, it is due for everybody.
pub(super) async fn set_refresh_started(tx: &mut AgencyTx, id: ConnectionId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connections set refresh_started_at = now(), refresh_due_at = least(refresh_due_at, now())
         where agency_id = $1 and id = $2 and refresh_token is not null and access_expires_at <= now() + interval '60 s'",
        agency as AgencyId,
        id as ConnectionId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a refresh needs of a connection.
pub(super) struct RefreshRow {
    pub platform: String,
    pub refresh_token: Option<SealedToken>,
    pub failures: i32,
    pub due: bool,
    pub stale: bool,
}

/// The connection, locked until the transaction ends; nothing when another process has it and `skip` says not to wait.
///
/// A process that stops without dying (a frozen machine) loses the lock after 20 s, so that another can repeat its question
/// within the platform's grace.
pub(super) async fn lock_for_refresh(
    tx: &mut AgencyTx,
    id: ConnectionId,
    skip: bool,
) -> Result<Option<RefreshRow>> {
    let agency = tx.agency_id();
    sqlx::query("set local idle_in_transaction_session_timeout = '20s'").execute(tx.conn()).await?;
    if skip {
        let got = sqlx::query_scalar!(
            "select 1 from connections where agency_id = $1 and id = $2 for update skip locked",
            agency as AgencyId,
            id as ConnectionId
        )
        .fetch_optional(tx.conn())
        .await?;
        if got.is_none() {
            return Ok(None);
        }
    }
    let row = sqlx::query_as!(
        RefreshRow,
        r#"select platform, refresh_token as "refresh_token: SealedToken", refresh_failures as failures,
                  coalesce(refresh_due_at <= clock_timestamp(), false) as "due!",
                  coalesce(access_expires_at <= clock_timestamp() + interval '60 s'
                    and refresh_due_at <= clock_timestamp(), true) as "stale!"
           from connections
           where agency_id = $1 and id = $2 and health not in ('needs_reconnect', 'disconnected') for update"#,
        agency as AgencyId,
        id as ConnectionId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// The new pair takes the old one's place, and the next refresh is set by its life.
pub(super) async fn set_pair(tx: &mut AgencyTx, id: ConnectionId, pair: &SealedPair) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connections set access_token = $3, refresh_token = coalesce($4, refresh_token),
           access_expires_at = clock_timestamp() + make_interval(secs => $5),
           refresh_due_at = clock_timestamp() + make_interval(secs => $6),
           refresh_started_at = null, refresh_failures = 0
         where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId,
        pair.access.as_bytes(),
        pair.refresh.as_ref().map(SealedToken::as_bytes),
        pair.lives,
        pair.due_in
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The old pair stays; the next try comes `wait` seconds from now.
pub(super) async fn set_refresh_failed(tx: &mut AgencyTx, id: ConnectionId, wait: f64) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connections set refresh_due_at = clock_timestamp() + make_interval(secs => $3),
           refresh_started_at = null, refresh_failures = refresh_failures + 1
         where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId,
        wait
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The access token is not accepted, whatever its date says.
pub(super) async fn set_refresh_due(tx: &mut AgencyTx, id: ConnectionId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connections set refresh_due_at = least(refresh_due_at, now()),
           access_expires_at = least(access_expires_at, now())
         where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
