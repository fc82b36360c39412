//! The SQL of invitations.

use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, CreatorId, InvitationId, UserId};
use crate::team::types::{Known, OpenInvitation};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// An invitation to be.
pub(in crate::team) struct NewInvitation<'a> {
    pub id: InvitationId,
    pub email: &'a str,
    pub role: Role,
    pub creator: Option<CreatorId>,
    pub token_hash: &'a [u8],
    pub by: UserId,
    pub expires_at: DateTime<Utc>,
}

pub(in crate::team) async fn add_invitation(
    tx: &mut AgencyTx,
    new: NewInvitation<'_>,
) -> Result<(), sqlx::Error> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into invitations (agency_id, id, email, role, creator_id, token_hash, invited_by, created_at, sent_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        agency as AgencyId,
        new.id as InvitationId,
        new.email,
        new.role as Role,
        new.creator as Option<CreatorId>,
        new.token_hash,
        new.by as UserId,
        now,
        new.expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The accounts that come with it; what is no account of the agency is left out. How many there are.
pub(in crate::team) async fn add_invitation_accounts(
    tx: &mut AgencyTx,
    id: InvitationId,
    accounts: &[AccountId],
) -> Result<u64> {
    let agency = tx.agency_id();
    let accounts: Vec<_> = accounts.iter().map(|it| it.0).collect();
    let done = sqlx::query!(
        "insert into invitation_accounts (agency_id, invitation_id, account_id)
         select $1, $2, id from accounts where agency_id = $1 and id = any ($3)",
        agency as AgencyId,
        id as InvitationId,
        &accounts
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

pub(in crate::team) async fn list_invitation_accounts(
    tx: &mut AgencyTx,
    id: InvitationId,
) -> Result<Vec<AccountId>> {
    let agency = tx.agency_id();
    let accounts = sqlx::query_scalar!(
        r#"select account_id as "account: AccountId" from invitation_accounts where agency_id = $1 and invitation_id = $2"#,
        agency as AgencyId,
        id as InvitationId
    );
    Ok(accounts.fetch_all(tx.conn()).await?)
}

/// What is known here of each of the addresses.
pub(in crate::team) async fn list_known(
    tx: &mut AgencyTx,
    emails: &[String],
) -> Result<HashMap<String, Known>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select i.email as "email!", i.role as "role!: Role", false as "member!" from invitations i
           where i.agency_id = $1 and i.email = any ($2) and i.accepted_at is null and i.revoked_at is null
           union all
           select u.email, m.role, true from members m join users u on u.id = m.user_id
           where m.agency_id = $1 and u.email = any ($2) and m.removed_at is null"#,
        agency as AgencyId,
        emails
    )
    .fetch_all(tx.conn())
    .await?;
    // Members come last, so that they count where both are true.
    let known = rows.into_iter().map(|row| {
        let known = if row.member { Known::Member(row.role) } else { Known::Invited(row.role) };
        (row.email, known)
    });
    Ok(known.collect())
}

/// The invitations that nobody accepted, the newest first.
pub(in crate::team) async fn list_open(tx: &mut AgencyTx, limit: i64) -> Result<Vec<OpenInvitation>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let rows = sqlx::query_as!(
        OpenInvitation,
        r#"select i.id as "id: InvitationId", i.email, i.role as "role: Role", u.name as invited_by, i.expires_at,
                  i.expires_at <= $2 as "expired!"
           from invitations i join users u on u.id = i.invited_by
           where i.agency_id = $1 and i.accepted_at is null and i.revoked_at is null
           order by i.sent_at desc, i.id limit $3"#,
        agency as AgencyId,
        now,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// An open invitation, locked until the transaction ends: address, role, creator.
pub(in crate::team) async fn lock_open(
    tx: &mut AgencyTx,
    id: InvitationId,
) -> Result<(String, Role, Option<CreatorId>)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select email, role as "role: Role", creator_id as "creator: CreatorId" from invitations
           where agency_id = $1 and id = $2 and accepted_at is null and revoked_at is null for update"#,
        agency as AgencyId,
        id as InvitationId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.email, row.role, row.creator))
}

/// Gives an open invitation another link; the one before is worth nothing then.
pub(in crate::team) async fn set_resent(
    tx: &mut AgencyTx,
    id: InvitationId,
    token_hash: &[u8],
    by: UserId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update invitations set token_hash = $3, invited_by = $4, sent_at = $5, expires_at = $6
         where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as InvitationId,
        token_hash,
        by as UserId,
        now,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends the open invitation to `email`, if there is one; which.
pub(in crate::team) async fn set_revoked(tx: &mut AgencyTx, email: &str) -> Result<Option<InvitationId>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let id = sqlx::query_scalar!(
        r#"update invitations set revoked_at = $3
           where agency_id = $1 and email = $2 and accepted_at is null and revoked_at is null returning id as "id: InvitationId""#,
        agency as AgencyId,
        email,
        now
    );
    Ok(id.fetch_optional(tx.conn()).await?)
}

/// Ends the open invitations behind which `user` stands, but those to the roles in `kept`.
pub(in crate::team) async fn revoke_all_of(tx: &mut AgencyTx, user: UserId, kept: &[Role]) -> Result<u64> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let kept: Vec<_> = kept.iter().map(|role| role.as_str().to_owned()).collect();
    let done = sqlx::query!(
        "update invitations set revoked_at = $3 where agency_id = $1 and invited_by = $2 and role <> all ($4)
         and accepted_at is null and revoked_at is null",
        agency as AgencyId,
        user as UserId,
        now,
        &kept
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// How many invitations the agency sent since `since`.
pub(in crate::team) async fn count_sent(tx: &mut AgencyTx, since: DateTime<Utc>) -> Result<i64> {
    let agency = tx.agency_id();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from invitations where agency_id = $1 and sent_at > $2"#,
        agency as AgencyId,
        since
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(in crate::team) async fn set_accepted(tx: &mut AgencyTx, id: InvitationId, by: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update invitations set accepted_at = $3, accepted_by = $4 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as InvitationId,
        now,
        by as UserId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An invitation as whoever holds its link finds it.
pub(in crate::team) struct OpenRow {
    pub agency: AgencyId,
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub creator: Option<CreatorId>,
    pub agency_name: String,
    pub invited_by: String,
    /// The same by id.
    pub inviter: UserId,
    /// Whether whoever stands behind it may still give this role.
    pub vouched: bool,
    /// The user of the address, if it has one.
    pub user: Option<UserId>,
    pub expires_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

pub(in crate::team) async fn find_by_token(tx: &mut SystemTx, token_hash: &[u8]) -> Result<Option<OpenRow>> {
    let row = sqlx::query_as!(
        OpenRow,
        r#"select i.agency_id as "agency: AgencyId", i.id as "id: InvitationId", i.email, i.role as "role: Role",
                  i.creator_id as "creator: CreatorId", a.name as agency_name, b.name as invited_by,
                  i.invited_by as "inviter: UserId",
                  m.removed_at is null and (m.role = 'owner' or (m.role = 'manager' and i.role in ('chatter', 'creator'))) as "vouched!",
                  u.id as "user?: UserId", i.expires_at, i.accepted_at, i.revoked_at
           from invitations i
           join agencies a on a.agency_id = i.agency_id and a.deleted_at is null
           join users b on b.id = i.invited_by
           join members m on m.agency_id = i.agency_id and m.user_id = i.invited_by
           left join users u on u.email = i.email
           where i.token_hash = $1"#,
        token_hash
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// The same, locked until the transaction ends: of several who accept at once, the others find it accepted.
pub(in crate::team) async fn lock_by_token(tx: &mut SystemTx, token_hash: &[u8]) -> Result<Option<OpenRow>> {
    sqlx::query!("select from invitations where token_hash = $1 for update", token_hash)
        .fetch_optional(tx.conn())
        .await?;
    find_by_token(tx, token_hash).await
}
