//! The SQL of identity.

use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};

pub(super) async fn add_user(
    tx: &mut SystemTx,
    id: UserId,
    email: &str,
    name: &str,
    password_hash: &str,
) -> Result<(), sqlx::Error> {
    let now = tx.now();
    sqlx::query!(
        "insert into users (id, email, name, password_hash, password_set_at, created_at) values ($1, $2, $3, $4, $5, $5)",
        id as UserId,
        email,
        name,
        password_hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_agency(tx: &mut SystemTx, id: AgencyId, name: &str, owner: UserId) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "with agency as (insert into agencies (agency_id, name, created_at) values ($1, $2, $4))
         insert into members (agency_id, user_id, role, joined_at) values ($1, $3, 'owner', $4)",
        id as AgencyId,
        name,
        owner as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find_credentials(tx: &mut SystemTx, email: &str) -> Result<Option<(UserId, String)>> {
    let row = sqlx::query!(r#"select id as "id: UserId", password_hash from users where email = $1"#, email)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| (row.id, row.password_hash)))
}

pub(super) async fn find_password(tx: &mut SystemTx, user: UserId) -> Result<Option<String>> {
    let hash = sqlx::query_scalar!("select password_hash from users where id = $1", user as UserId)
        .fetch_optional(tx.conn())
        .await?;
    Ok(hash)
}
