//! The SQL of connections: links by which creators connect themselves.

use crate::connections::types::OpenLink;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AgencyId, ConnectLinkId, CreatorId, UserId};
use chrono::{DateTime, Utc};

/// A link, as it is made.
pub(in crate::connections) struct NewLinkRow<'a> {
    pub id: ConnectLinkId,
    pub token_hash: &'a [u8],
    pub platform: &'a str,
    pub note: &'a str,
    pub creator: Option<CreatorId>,
    pub made_by: UserId,
    /// Made by the creator for herself.
    pub own: bool,
    pub expires_at: DateTime<Utc>,
}

pub(in crate::connections) async fn add_link(tx: &mut AgencyTx, new: NewLinkRow<'_>) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into connect_links (agency_id, id, token_hash, platform, note, creator_id, created_by, created_at, expires_at, own)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        agency as AgencyId,
        new.id as ConnectLinkId,
        new.token_hash,
        new.platform,
        new.note,
        new.creator as Option<CreatorId>,
        new.made_by as UserId,
        now,
        new.expires_at,
        new.own
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Revokes what a creator made for herself and did not use.
pub(in crate::connections) async fn revoke_own_links(tx: &mut AgencyTx, made_by: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update connect_links set revoked_at = $3
         where agency_id = $1 and created_by = $2 and own and used_at is null and revoked_at is null",
        agency as AgencyId,
        made_by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Links that can still be opened, newest first; those that creators make for themselves are nobody else's.
pub(in crate::connections) async fn list_open_links(tx: &mut AgencyTx) -> Result<Vec<OpenLink>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let rows = sqlx::query!(
        r#"select l.id as "id: ConnectLinkId", l.platform, l.note, u.name as made_by, l.created_at, l.expires_at
           from connect_links l join users u on u.id = l.created_by
           where l.agency_id = $1 and not l.own and l.used_at is null and l.revoked_at is null and l.expires_at > $2
           order by l.created_at desc, l.id desc"#,
        agency as AgencyId,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        Some(OpenLink {
            id: row.id,
            platform: row.platform.parse().ok()?,
            note: row.note,
            made_by: row.made_by,
            made_at: row.created_at,
            expires_at: row.expires_at,
        })
    });
    Ok(known.collect())
}

/// Revokes a link that was not used; its note, and whether that was news.
pub(in crate::connections) async fn set_link_revoked(
    tx: &mut AgencyTx,
    id: ConnectLinkId,
) -> Result<Option<(String, bool)>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let row = sqlx::query!(
        r#"with before as (
             select id, revoked_at from connect_links where agency_id = $1 and id = $2 and used_at is null for update)
           update connect_links l set revoked_at = coalesce(l.revoked_at, $3) from before
           where l.agency_id = $1 and l.id = before.id
           returning l.note, before.revoked_at is null as "news!""#,
        agency as AgencyId,
        id as ConnectLinkId,
        now
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.note, row.news)))
}

/// A link as whoever holds its token finds it.
pub(in crate::connections) struct LinkRow {
    pub agency: AgencyId,
    pub agency_name: String,
    pub id: ConnectLinkId,
    pub platform: String,
    pub creator: Option<CreatorId>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub used_at: Option<DateTime<Utc>>,
}

pub(in crate::connections) async fn find_link(
    tx: &mut SystemTx,
    token_hash: &[u8],
) -> Result<Option<LinkRow>> {
    let row = sqlx::query_as!(
        LinkRow,
        r#"select l.agency_id as "agency: AgencyId", a.name as agency_name, l.id as "id: ConnectLinkId", l.platform,
                  l.creator_id as "creator: CreatorId", l.expires_at, l.revoked_at, l.used_at
           from connect_links l join agencies a on a.agency_id = l.agency_id
           where l.token_hash = $1 and a.deleted_at is null"#,
        token_hash
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Uses the link, once; nothing when it was used or revoked meanwhile.
pub(in crate::connections) async fn set_link_used(tx: &mut AgencyTx, id: ConnectLinkId) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "update connect_links set used_at = $3 where agency_id = $1 and id = $2 and used_at is null and revoked_at is null",
        agency as AgencyId,
        id as ConnectLinkId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What came of the link did not last: it may be tried again.
pub(in crate::connections) async fn set_link_unused(tx: &mut AgencyTx, id: ConnectLinkId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update connect_links set used_at = null where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as ConnectLinkId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Revokes every link that is still open.
pub(in crate::connections) async fn revoke_all_links(tx: &mut AgencyTx) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update connect_links set revoked_at = $2 where agency_id = $1 and used_at is null and revoked_at is null",
        agency as AgencyId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends the open links that `user` made.
pub(in crate::connections) async fn revoke_links_of(tx: &mut AgencyTx, user: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update connect_links set revoked_at = $3
         where agency_id = $1 and created_by = $2 and used_at is null and revoked_at is null",
        agency as AgencyId,
        user as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
