//! The SQL of connections: a grant from the moment it is given until it ends.

use crate::connections::grant::Reached;
use crate::connections::tokens::SealedPair;
use crate::connections::types::Health;
use crate::db::{AgencyTx, SystemTx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, AgencyId, ConnectLinkId, ConnectionId, CreatorId, UserId};
use crate::vault::SealedToken;
use sqlx::types::Json;

/// A grant, as it is stored before anybody knows whose it is.
pub(in crate::connections) struct NewGrant<'a> {
    pub id: ConnectionId,
    pub platform: &'a str,
    pub display_name: &'a str,
    pub scopes: &'a [String],
    pub pair: &'a SealedPair,
    pub link: Option<ConnectLinkId>,
    pub creator: Option<CreatorId>,
    pub reconnects: Option<ConnectionId>,
    pub session_hash: Option<&'a [u8]>,
    pub connected_by: Option<UserId>,
}

pub(in crate::connections) async fn add_grant(tx: &mut AgencyTx, new: NewGrant<'_>) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into connections (agency_id, id, platform, display_name, scopes, access_token, refresh_token, access_expires_at,
           refresh_due_at, health, health_since, connected_by, connected_at, link_id, creator_id, reconnects_id, session_hash)
         values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8),
           clock_timestamp() + make_interval(secs => $9), 'choosing', now(), $10, $11, $12, $13, $14, $15)",
        agency as AgencyId,
        new.id as ConnectionId,
        new.platform,
        new.display_name,
        new.scopes,
        new.pair.access.as_bytes(),
        new.pair.refresh.as_ref().map(SealedToken::as_bytes),
        new.pair.lives,
        new.pair.due_in,
        new.connected_by as Option<UserId>,
        now,
        new.link as Option<ConnectLinkId>,
        new.creator as Option<CreatorId>,
        new.reconnects as Option<ConnectionId>,
        new.session_hash
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A living grant, for finishing it.
pub(in crate::connections) struct Grant {
    pub platform: String,
    pub display_name: String,
    pub platform_user_id: Option<String>,
    pub health: Health,
    pub scopes: Vec<String>,
    pub access_token: Option<SealedToken>,
    /// Whether it can be refreshed.
    pub renewable: bool,
    pub reachable: Option<Json<Vec<Reached>>>,
    pub link: Option<ConnectLinkId>,
    pub creator: Option<CreatorId>,
    /// Given by the creator herself, from her own first page.
    pub own: bool,
    pub reconnects: Option<ConnectionId>,
    /// How many accounts are reached through it now.
    pub accounts: i64,
}

/// The grant, unless it has ended. No lock: finishing is serialised by [`lock_connecting`].
pub(in crate::connections) async fn find_grant(tx: &mut AgencyTx, id: ConnectionId) -> Result<Option<Grant>> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Grant,
        r#"select platform, display_name, platform_user_id, health as "health: Health", scopes,
                  access_token as "access_token: SealedToken", refresh_token is not null as "renewable!",
                  reachable as "reachable: Json<Vec<Reached>>",
                  link_id as "link: ConnectLinkId", creator_id as "creator: CreatorId", reconnects_id as "reconnects: ConnectionId",
                  coalesce((select l.own from connect_links l where l.agency_id = c.agency_id and l.id = c.link_id), false) as "own!",
                  (select count(*) from accounts a where a.agency_id = c.agency_id and a.connection_id = c.id
                     and a.disconnected_at is null) as "accounts!"
           from connections c where agency_id = $1 and id = $2 and disconnected_at is null"#,
        agency as AgencyId,
        id as ConnectionId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Whose grant it is or was, when the platform had told: the platform's id and the name.
pub(in crate::connections) async fn find_person(
    tx: &mut AgencyTx,
    id: ConnectionId,
) -> Result<Option<(String, String)>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select platform_user_id as "platform_user_id!", display_name from connections
           where agency_id = $1 and id = $2 and platform_user_id is not null"#,
        agency as AgencyId,
        id as ConnectionId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.platform_user_id, row.display_name)))
}

/// Two consents of one person may end at the same time: one after the other finds out what is here already.
pub(in crate::connections) async fn lock_connecting(tx: &mut AgencyTx) -> Result<()> {
    let key = format!("connecting {}", tx.agency_id());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

/// The living grant of a person of the platform, other than `besides`.
pub(in crate::connections) async fn find_grant_of(
    tx: &mut AgencyTx,
    platform: &str,
    platform_user_id: &str,
    besides: ConnectionId,
) -> Result<Option<ConnectionId>> {
    let agency = tx.agency_id();
    let row = sqlx::query_scalar!(
        r#"select id as "id: ConnectionId" from connections
           where agency_id = $1 and platform = $2 and platform_user_id = $3 and id <> $4 and disconnected_at is null"#,
        agency as AgencyId,
        platform,
        platform_user_id,
        besides as ConnectionId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// The accounts reached through `from` are reached through `to` from now on; which they are.
pub(in crate::connections) async fn move_accounts(
    tx: &mut AgencyTx,
    from: ConnectionId,
    to: ConnectionId,
) -> Result<Vec<(AccountId, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"update accounts set connection_id = $3 where agency_id = $1 and connection_id = $2 and disconnected_at is null
           returning id as "id: AccountId", name"#,
        agency as AgencyId,
        from as ConnectionId,
        to as ConnectionId
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Whose grant it is, and what it reaches when that is for somebody to choose.
pub(in crate::connections) async fn set_identity(
    tx: &mut AgencyTx,
    id: ConnectionId,
    platform_user_id: &str,
    display_name: &str,
    reachable: Option<&[Reached]>,
) -> Result<()> {
    let agency = tx.agency_id();
    let reachable = reachable.map(serde_json::to_value).transpose().map_err(anyhow::Error::from)?;
    sqlx::query!(
        "update connections set platform_user_id = $3, display_name = $4, reachable = $5 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectionId,
        platform_user_id,
        display_name,
        reachable
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// It has what it was given for; from now on it works.
pub(in crate::connections) async fn set_connected(tx: &mut AgencyTx, id: ConnectionId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connections set health = 'connected', health_since = now(), health_note = null
         where agency_id = $1 and id = $2 and health = 'choosing'",
        agency as AgencyId,
        id as ConnectionId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends the grant: its tokens are gone, and nobody refreshes or uses it again.
pub(in crate::connections) async fn end(tx: &mut AgencyTx, id: ConnectionId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update connections set access_token = null, refresh_token = null, access_expires_at = null, refresh_due_at = null,
           refresh_started_at = null, paused_until = null, reachable = null, session_hash = null, health = 'disconnected',
           health_since = now(), health_note = null, disconnected_at = $3
         where agency_id = $1 and id = $2 and disconnected_at is null",
        agency as AgencyId,
        id as ConnectionId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends every grant of the agency: no token is left.
pub(in crate::connections) async fn end_all(tx: &mut AgencyTx) -> Result<Vec<ConnectionId>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ended = sqlx::query_scalar!(
        r#"update connections set access_token = null, refresh_token = null, access_expires_at = null, refresh_due_at = null,
           refresh_started_at = null, paused_until = null, reachable = null, session_hash = null, health = 'disconnected',
           health_since = now(), health_note = null, disconnected_at = $2
         where agency_id = $1 and (disconnected_at is null or access_token is not null or refresh_token is not null)
         returning id as "id: ConnectionId""#,
        agency as AgencyId,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ended)
}

/// How many accounts that were.
pub(in crate::connections) async fn set_all_accounts_disconnected(tx: &mut AgencyTx) -> Result<u64> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "update accounts set disconnected_at = $2 where agency_id = $1 and disconnected_at is null",
        agency as AgencyId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Where a creator's grant through a link stands, for the browser that gave it.
pub(in crate::connections) struct LinkGrant {
    pub agency: AgencyId,
    pub agency_name: String,
}

pub(in crate::connections) async fn find_grant_by_session(
    tx: &mut SystemTx,
    id: ConnectionId,
    session_hash: &[u8],
) -> Result<LinkGrant> {
    let row = sqlx::query_as!(
        LinkGrant,
        r#"select c.agency_id as "agency: AgencyId", a.name as agency_name
           from connections c join agencies a on a.agency_id = c.agency_id
           where c.id = $1 and c.session_hash = $2 and c.link_id is not null and a.deleted_at is null"#,
        id as ConnectionId,
        session_hash
    )
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound)
}
