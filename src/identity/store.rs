//! The SQL of identity.

mod known_devices;
mod links;
mod members;
mod sessions;
mod tries;

pub(super) use known_devices::{add_known_device, find_known_device, remove_known_devices};
pub(super) use links::{add_link, find_link, remove_links_ended, set_link_used, set_links_used};
pub(super) use members::{
    add_agency, count_owned, find_first_agency, is_member, list_agencies, list_memberships,
};
pub(super) use sessions::{
    find_member_name, list_sessions, list_sessions_in, remove_session, remove_sessions,
    remove_sessions_ended, remove_sessions_in,
};
pub(super) use tries::{
    add_tries, add_try, count_tries, find_email_full, find_full_since, lock_tries, remove_tries,
    remove_tries_before,
};

use crate::db::SystemTx;
use crate::error::{Error, Result, on_constraint};
use crate::ids::UserId;
use chrono::{DateTime, Utc};

/// Whether the user was added: not when the email (`users_email_key`) has one already, nor while somebody can still take it
/// back.
pub(super) async fn add_user(
    tx: &mut SystemTx,
    id: UserId,
    email: &str,
    name: &str,
    password_hash: &str,
) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "insert into users (id, email, name, password_hash, password_set_at, created_at)
         select $1, $2, $3, $4, $5, $5 where not exists (
           select from user_links where purpose = 'undo_email' and email = $2 and used_at is null and expires_at > $5)
         on conflict on constraint users_email_key do nothing",
        id as UserId,
        email,
        name,
        password_hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What proves a person.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub user: UserId,
    pub hash: String,
    pub set_at: DateTime<Utc>,
    /// Whether the password alone is not enough.
    pub second_step: bool,
}

pub(super) async fn find_credentials(tx: &mut SystemTx, email: &str) -> Result<Option<Credentials>> {
    let credentials = sqlx::query_as!(
        Credentials,
        r#"select id as "user: UserId", password_hash as hash, password_set_at as set_at,
                  second_factor_since is not null as "second_step!" from users where email = $1"#,
        email
    );
    Ok(credentials.fetch_optional(tx.conn()).await?)
}

pub(super) async fn find_user(tx: &mut SystemTx, email: &str) -> Result<Option<UserId>> {
    let user = sqlx::query_scalar!(r#"select id as "id: UserId" from users where email = $1"#, email);
    Ok(user.fetch_optional(tx.conn()).await?)
}

/// The hash of the person's password, which stays theirs until the transaction ends.
pub(super) async fn lock_password(tx: &mut SystemTx, user: UserId) -> Result<String> {
    let hash =
        sqlx::query_scalar!("select password_hash from users where id = $1 for update", user as UserId);
    Ok(hash.fetch_one(tx.conn()).await?)
}

/// Sets the password; the person's email.
pub(super) async fn set_password(tx: &mut SystemTx, user: UserId, password_hash: &str) -> Result<String> {
    let now = tx.now();
    let email = sqlx::query_scalar!(
        "update users set password_hash = $2, password_set_at = $3 where id = $1 returning email",
        user as UserId,
        password_hash,
        now
    );
    Ok(email.fetch_one(tx.conn()).await?)
}

/// Until the transaction ends, what depends on the person is decided one after the other.
pub(super) async fn lock_user(tx: &mut SystemTx, user: UserId) -> Result<()> {
    sqlx::query!("select from users where id = $1 for update", user as UserId).execute(tx.conn()).await?;
    Ok(())
}

pub(super) async fn set_name(tx: &mut SystemTx, user: UserId, name: &str) -> Result<()> {
    sqlx::query!("update users set name = $2 where id = $1", user as UserId, name).execute(tx.conn()).await?;
    Ok(())
}

/// Sets the address, to which mail was shown to go; the one before.
///
/// # Errors
/// `taken` when it is somebody else's by now, or somebody can still take it back.
pub(super) async fn set_email(
    tx: &mut SystemTx,
    user: UserId,
    email: &str,
    taken: impl FnOnce() -> Error,
) -> Result<String> {
    let now = tx.now();
    let before = sqlx::query_scalar!(
        "with before as (select id, email from users where id = $1 for update)
         update users u set email = $2, email_verified_at = $3 from before where u.id = before.id and not exists (
           select from user_links where purpose = 'undo_email' and email = $2 and user_id <> $1 and used_at is null and expires_at > $3)
         returning before.email",
        user as UserId,
        email,
        now
    );
    match before.fetch_optional(tx.conn()).await {
        Ok(Some(before)) => Ok(before),
        Ok(None) => Err(taken()),
        Err(error) => Err(on_constraint("users_email_key", taken)(error)),
    }
}

pub(super) async fn is_verified(tx: &mut SystemTx, user: UserId) -> Result<bool> {
    let verified = sqlx::query_scalar!(
        r#"select email_verified_at is not null as "verified!" from users where id = $1"#,
        user as UserId
    );
    Ok(verified.fetch_one(tx.conn()).await?)
}

/// Confirms the address, unless it is already.
pub(super) async fn set_verified(tx: &mut SystemTx, user: UserId) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update users set email_verified_at = $2 where id = $1 and email_verified_at is null",
        user as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
