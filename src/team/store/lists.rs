//! The SQL of pasted lists.

use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, InvitationListId, UserId};
use crate::team::lists::Pasted;
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(in crate::team) async fn add_list(
    tx: &mut AgencyTx,
    id: InvitationListId,
    by: UserId,
    pasted: &Pasted,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let accounts: Vec<Uuid> = pasted.accounts.iter().map(|it| it.0).collect();
    sqlx::query!(
        "insert into invitation_lists (agency_id, id, made_by, role, account_ids, lines, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        agency as AgencyId,
        id as InvitationListId,
        by as UserId,
        pasted.role as Role,
        &accounts,
        pasted.text,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A list that was not sent, of whoever made it.
pub(in crate::team) async fn lookup_list(
    tx: &mut AgencyTx,
    id: InvitationListId,
    by: UserId,
) -> Result<(Pasted, bool)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select role as "role: Role", account_ids, lines, sent_at is not null as "sent!" from invitation_lists
           where agency_id = $1 and id = $2 and made_by = $3"#,
        agency as AgencyId,
        id as InvitationListId,
        by as UserId
    )
    .fetch_one(tx.conn())
    .await?;
    let accounts = row.account_ids.into_iter().map(AccountId).collect();
    Ok((Pasted { role: row.role, accounts, text: row.lines }, row.sent))
}

/// Holds the list until the transaction ends, so that it is sent once.
pub(in crate::team) async fn lock_list(tx: &mut AgencyTx, id: InvitationListId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "select from invitation_lists where agency_id = $1 and id = $2 for update",
        agency as AgencyId,
        id as InvitationListId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::team) async fn set_list_sent(tx: &mut AgencyTx, id: InvitationListId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update invitation_lists set sent_at = $3 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as InvitationListId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes lists made before `before`, of every agency; how many.
pub(in crate::team) async fn remove_lists_before(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64> {
    let done =
        sqlx::query!("delete from invitation_lists where created_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}
