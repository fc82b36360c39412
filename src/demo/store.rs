//! The SQL of the demo.

use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};

/// The owner with `email` and the agency that they own.
pub(super) async fn find_owner(tx: &mut SystemTx, email: &str) -> Result<Option<(UserId, AgencyId)>> {
    let row = sqlx::query!(
        r#"select m.user_id as "user: UserId", m.agency_id as "agency: AgencyId"
           from users u join members m on m.user_id = u.id join agencies a on a.agency_id = m.agency_id
           where u.email = $1 and m.role = 'owner' and m.removed_at is null and a.deleted_at is null
           order by m.joined_at limit 1"#,
        email
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.user, row.agency)))
}

/// Nobody reads the demo owner's mail, so the address counts as confirmed.
pub(super) async fn set_verified(tx: &mut SystemTx, email: &str) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update users set email_verified_at = coalesce(email_verified_at, $2) where email = $1",
        email,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn has_user(tx: &mut SystemTx, email: &str) -> Result<bool> {
    let has = sqlx::query_scalar!(r#"select exists (select from users where email = $1) as "has!""#, email);
    Ok(has.fetch_one(tx.conn()).await?)
}
