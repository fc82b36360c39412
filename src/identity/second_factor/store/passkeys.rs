//! The SQL of passkeys and their ceremonies.

use super::super::types::PasskeyLine;
use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::{PasskeyId, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A passkey with its public key.
pub(in super::super) struct PasskeyRow {
    pub id: PasskeyId,
    pub passkey: Value,
}

pub(in super::super) async fn list_passkeys(tx: &mut SystemTx, user: UserId) -> Result<Vec<PasskeyLine>> {
    let rows = sqlx::query_as!(
        PasskeyLine,
        r#"select id as "id: PasskeyId", name, created_at, last_used_at from passkeys
           where user_id = $1 order by created_at, id"#,
        user as UserId
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The person's passkeys, locked, so that a counter only rises.
pub(in super::super) async fn lock_passkeys(tx: &mut SystemTx, user: UserId) -> Result<Vec<PasskeyRow>> {
    let rows = sqlx::query_as!(
        PasskeyRow,
        r#"select id as "id: PasskeyId", passkey from passkeys where user_id = $1 order by id for update"#,
        user as UserId
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

pub(in super::super) async fn find_passkey(
    tx: &mut SystemTx,
    user: UserId,
    credential_id: &[u8],
) -> Result<Option<PasskeyRow>> {
    let row = sqlx::query_as!(
        PasskeyRow,
        r#"select id as "id: PasskeyId", passkey from passkeys where user_id = $1 and credential_id = $2 for update"#,
        user as UserId,
        credential_id
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// Whether it was added: not when the credential (`passkeys_credential_key`) is somebody's already.
pub(in super::super) async fn add_passkey(
    tx: &mut SystemTx,
    user: UserId,
    credential_id: &[u8],
    name: &str,
    passkey: &Value,
) -> Result<bool> {
    let (id, now) = (tx.new_id::<PasskeyId>(), tx.now());
    let done = sqlx::query!(
        "insert into passkeys (id, user_id, credential_id, name, passkey, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint passkeys_credential_key do nothing",
        id as PasskeyId,
        user as UserId,
        credential_id,
        name,
        passkey,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in super::super) async fn set_passkey_used(
    tx: &mut SystemTx,
    id: PasskeyId,
    passkey: &Value,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update passkeys set passkey = $2, last_used_at = $3 where id = $1",
        id as PasskeyId,
        passkey,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in super::super) async fn set_passkey_name(
    tx: &mut SystemTx,
    user: UserId,
    id: PasskeyId,
    name: &str,
) -> Result<bool> {
    let done = sqlx::query!(
        "update passkeys set name = $3 where user_id = $1 and id = $2",
        user as UserId,
        id as PasskeyId,
        name
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What it was called.
pub(in super::super) async fn remove_passkey(
    tx: &mut SystemTx,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<String>> {
    let name = sqlx::query_scalar!(
        "delete from passkeys where user_id = $1 and id = $2 returning name",
        user as UserId,
        id as PasskeyId
    );
    Ok(name.fetch_optional(tx.conn()).await?)
}

pub(in super::super) async fn remove_passkeys(tx: &mut SystemTx, user: UserId) -> Result<u64> {
    let done =
        sqlx::query!("delete from passkeys where user_id = $1", user as UserId).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

pub(in super::super) async fn add_ceremony(
    tx: &mut SystemTx,
    token_hash: &[u8],
    user: Option<UserId>,
    purpose: &str,
    state: &Value,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into passkey_ceremonies (token_hash, user_id, purpose, state, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        token_hash,
        user as Option<UserId>,
        purpose,
        state,
        now,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was asked, if it was asked of this person for this purpose and is not too old; nobody gets it a second time.
pub(in super::super) async fn take_ceremony(
    tx: &mut SystemTx,
    token_hash: &[u8],
    user: Option<UserId>,
    purpose: &str,
) -> Result<Option<Value>> {
    let now = tx.now();
    let state = sqlx::query_scalar!(
        "delete from passkey_ceremonies
         where token_hash = $1 and user_id is not distinct from $2 and purpose = $3 and expires_at > $4 returning state",
        token_hash,
        user as Option<UserId>,
        purpose,
        now
    );
    Ok(state.fetch_optional(tx.conn()).await?)
}

pub(in super::super) async fn remove_ceremonies_ended(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!("delete from passkey_ceremonies where expires_at < $1", before)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
