//! The SQL of connections: walks to the consent page and back.

use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AgencyId, ConnectLinkId, ConnectionId, CreatorId, UserId};
use crate::vault::SealedToken;
use chrono::{DateTime, Utc};

/// A walk to the consent page, as it is begun.
pub(in crate::connections) struct NewAttempt<'a> {
    pub state_hash: &'a [u8],
    pub platform: &'a str,
    pub session_hash: &'a [u8],
    pub verifier: &'a SealedToken,
    pub link: Option<ConnectLinkId>,
    pub reconnects: Option<ConnectionId>,
    pub creator: Option<CreatorId>,
    pub started_by: Option<UserId>,
    pub expires_at: DateTime<Utc>,
}

pub(in crate::connections) async fn add_attempt(tx: &mut AgencyTx, new: NewAttempt<'_>) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into oauth_attempts (agency_id, state_hash, platform, session_hash, verifier, link_id, connection_id, creator_id,
           started_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        agency as AgencyId,
        new.state_hash,
        new.platform,
        new.session_hash,
        new.verifier.as_bytes(),
        new.link as Option<ConnectLinkId>,
        new.reconnects as Option<ConnectionId>,
        new.creator as Option<CreatorId>,
        new.started_by as Option<UserId>,
        now,
        new.expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Attempts that ended before `before` are of no use to anybody.
pub(in crate::connections) async fn remove_old_attempts(
    tx: &mut AgencyTx,
    before: DateTime<Utc>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from oauth_attempts where agency_id = $1 and expires_at < $2",
        agency as AgencyId,
        before
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A walk that came back.
pub(in crate::connections) struct Attempt {
    pub agency: AgencyId,
    pub platform: String,
    pub session_hash: Vec<u8>,
    pub verifier: SealedToken,
    pub link: Option<ConnectLinkId>,
    pub reconnects: Option<ConnectionId>,
    pub creator: Option<CreatorId>,
    pub started_by: Option<UserId>,
    /// What `started_by` is in the agency today.
    pub role: Option<Role>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub refused_at: Option<DateTime<Utc>>,
}

/// The attempt, locked until the transaction ends, so that of two callbacks with one state the second sees it used.
pub(in crate::connections) async fn lock_attempt(
    tx: &mut SystemTx,
    state_hash: &[u8],
) -> Result<Option<Attempt>> {
    let row = sqlx::query_as!(
        Attempt,
        r#"select o.agency_id as "agency: AgencyId", o.platform, o.session_hash, o.verifier as "verifier: SealedToken",
                  o.link_id as "link: ConnectLinkId", o.connection_id as "reconnects: ConnectionId",
                  o.creator_id as "creator: CreatorId", o.started_by as "started_by: UserId",
                  (select m.role from members m join agencies g on g.agency_id = m.agency_id and g.deleted_at is null
                   where m.agency_id = o.agency_id and m.user_id = o.started_by and m.removed_at is null) as "role: Role",
                  o.expires_at, o.used_at, o.refused_at
           from oauth_attempts o where o.state_hash = $1 for update of o"#,
        state_hash
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

pub(in crate::connections) async fn set_attempt_used(tx: &mut SystemTx, state_hash: &[u8]) -> Result<()> {
    let now = tx.now();
    sqlx::query!("update oauth_attempts set used_at = $2 where state_hash = $1", state_hash, now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(in crate::connections) async fn set_attempt_refused(tx: &mut SystemTx, state_hash: &[u8]) -> Result<()> {
    let now = tx.now();
    sqlx::query!("update oauth_attempts set refused_at = $2 where state_hash = $1", state_hash, now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether the agency was not deleted.
pub(in crate::connections) async fn is_agency_open(tx: &mut AgencyTx) -> Result<bool> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select 1 as "one!" from agencies where agency_id = $1 and deleted_at is null"#,
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}
