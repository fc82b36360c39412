//! The SQL of single-use links.

use crate::db::SystemTx;
use crate::error::Result;
use crate::identity::links::Row;
use crate::ids::UserId;
use chrono::{DateTime, Utc};

pub(in crate::identity) async fn add_link(
    tx: &mut SystemTx,
    token_hash: &[u8],
    user: UserId,
    purpose: &str,
    email: Option<&str>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into user_links (token_hash, user_id, purpose, created_at, expires_at, email) values ($1, $2, $3, $4, $5, $6)",
        token_hash,
        user as UserId,
        purpose,
        now,
        expires_at,
        email
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn find_link(
    tx: &mut SystemTx,
    token_hash: &[u8],
    purpose: &str,
) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select coalesce(l.email, u.email) as "email!", u.email_verified_at is not null as "verified!", l.expires_at, l.used_at
           from user_links l join users u on u.id = l.user_id where l.token_hash = $1 and l.purpose = $2"#,
        token_hash,
        purpose
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// Uses a good link up; its person. Of several at once, one does.
pub(in crate::identity) async fn set_link_used(
    tx: &mut SystemTx,
    token_hash: &[u8],
    purpose: &str,
) -> Result<Option<UserId>> {
    let now = tx.now();
    let user = sqlx::query_scalar!(
        r#"update user_links set used_at = $3 where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3
           returning user_id as "user: UserId""#,
        token_hash,
        purpose,
        now
    );
    Ok(user.fetch_optional(tx.conn()).await?)
}

/// Ends the person's links of one purpose.
pub(in crate::identity) async fn set_links_used(
    tx: &mut SystemTx,
    user: UserId,
    purpose: &str,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update user_links set used_at = $3 where user_id = $1 and purpose = $2 and used_at is null",
        user as UserId,
        purpose,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes links that ended before `before`; how many.
pub(in crate::identity) async fn remove_links_ended(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64> {
    let done =
        sqlx::query!("delete from user_links where expires_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}
