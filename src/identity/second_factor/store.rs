//! The SQL of the second step.

mod passkeys;
mod rules;

pub(super) use passkeys::{
    PasskeyRow, add_ceremony, add_passkey, find_passkey, list_passkeys, lock_passkeys,
    remove_ceremonies_ended, remove_passkey, remove_passkeys, set_passkey_name, set_passkey_used,
    take_ceremony,
};
pub(super) use rules::{
    Rule, add_reset, count_agencies_not_asking, list_rules, lock_rules, lookup_member, remove_resets,
    remove_rule, set_rule,
};

use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::UserId;
use crate::vault::SealedToken;
use chrono::{DateTime, Utc};

/// A person, as the second step needs to know them.
#[derive(Clone, Debug)]
pub(in crate::identity) struct Person {
    pub user: UserId,
    pub email: String,
    pub password_set_at: DateTime<Utc>,
    /// Since when there is a factor.
    pub since: Option<DateTime<Utc>>,
}

/// The person, locked until the transaction ends: changes of their factors follow one another.
pub(super) async fn lock_person(tx: &mut SystemTx, user: UserId) -> Result<Person> {
    let person = sqlx::query_as!(
        Person,
        r#"select id as "user: UserId", email, password_set_at, second_factor_since as since
           from users where id = $1 for no key update"#,
        user as UserId
    );
    Ok(person.fetch_one(tx.conn()).await?)
}

pub(super) async fn lookup_email(tx: &mut SystemTx, user: UserId) -> Result<String> {
    let email = sqlx::query_scalar!("select email from users where id = $1", user as UserId);
    Ok(email.fetch_one(tx.conn()).await?)
}

pub(super) async fn has_factor(tx: &mut SystemTx, user: UserId) -> Result<bool> {
    let has = sqlx::query_scalar!(
        r#"select second_factor_since is not null as "has!" from users where id = $1"#,
        user as UserId
    );
    Ok(has.fetch_one(tx.conn()).await?)
}

/// The seed of an app.
pub(super) struct SeedRow {
    pub seed: SealedToken,
    pub created_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

pub(super) async fn lookup_seed(tx: &mut SystemTx, user: UserId) -> Result<Option<SeedRow>> {
    let row = sqlx::query_as!(
        SeedRow,
        r#"select seed as "seed: SealedToken", created_at, confirmed_at from totp_seeds where user_id = $1"#,
        user as UserId
    );
    Ok(row.fetch_optional(tx.conn()).await?)
}

/// Keeps a seed until its first code is typed, in place of one that waited before. Not when there is a confirmed one.
pub(super) async fn set_seed(tx: &mut SystemTx, user: UserId, seed: &SealedToken) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "insert into totp_seeds (user_id, seed, created_at) values ($1, $2, $3)
         on conflict (user_id) do update set seed = excluded.seed, created_at = excluded.created_at
           where totp_seeds.confirmed_at is null",
        user as UserId,
        seed.as_bytes(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn set_seed_confirmed(tx: &mut SystemTx, user: UserId, step: i64) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "update totp_seeds set confirmed_at = $2, last_step = $3 where user_id = $1 and confirmed_at is null",
        user as UserId,
        now,
        step
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the step was still unused: of several who come with one code, in whatever process, one gets in.
pub(super) async fn use_step(tx: &mut SystemTx, user: UserId, step: i64) -> Result<bool> {
    let done = sqlx::query!(
        "update totp_seeds set last_step = $2 where user_id = $1 and confirmed_at is not null and last_step < $2",
        user as UserId,
        step
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn remove_seed(tx: &mut SystemTx, user: UserId) -> Result<bool> {
    let done =
        sqlx::query!("delete from totp_seeds where user_id = $1", user as UserId).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn add_codes(tx: &mut SystemTx, user: UserId, hashes: &[Vec<u8>]) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into recovery_codes (user_id, code_hash, created_at) select $1, unnest($2::bytea[]), $3",
        user as UserId,
        hashes,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the code was there and unused.
pub(super) async fn use_code(tx: &mut SystemTx, user: UserId, hash: &[u8]) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
        user as UserId,
        hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn count_codes(tx: &mut SystemTx, user: UserId) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from recovery_codes where user_id = $1 and used_at is null"#,
        user as UserId
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(super) async fn remove_codes(tx: &mut SystemTx, user: UserId) -> Result<()> {
    sqlx::query!("delete from recovery_codes where user_id = $1", user as UserId).execute(tx.conn()).await?;
    Ok(())
}

/// Removes every factor and code that was set up since `since`.
pub(in crate::identity) async fn remove_since(
    tx: &mut SystemTx,
    user: UserId,
    since: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "with keys as (delete from passkeys where user_id = $1 and created_at >= $2),
              codes as (delete from recovery_codes where user_id = $1 and created_at >= $2)
         delete from totp_seeds where user_id = $1 and created_at >= $2",
        user as UserId,
        since
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
