//! The SQL of tries.

use crate::db::SystemTx;
use crate::error::Result;
use chrono::{DateTime, Utc};

/// Since when no try is left, by email or by network: the time of the try that must grow old first. `most` is per email and
/// per network.
pub(in crate::identity) async fn find_full_since(
    tx: &mut SystemTx,
    act: &str,
    email: &str,
    network: &str,
    since: DateTime<Utc>,
    most: (i64, i64),
) -> Result<Option<DateTime<Utc>>> {
    let full = sqlx::query_scalar!(
        r#"select max(tried_at) from (
             (select tried_at from tries where act = $1 and email = $2 and tried_at > $4
              order by tried_at desc offset $5 limit 1)
             union all
             (select tried_at from tries where act = $1 and network = ($3::text)::inet and tried_at > $4
              order by tried_at desc offset $6 limit 1)
           ) as full_since"#,
        act,
        email,
        network,
        since,
        most.0 - 1,
        most.1 - 1
    );
    Ok(full.fetch_one(tx.conn()).await?)
}

/// Waits for other transactions that hold `key`, and holds it until this one ends.
pub(in crate::identity) async fn lock_tries(tx: &mut SystemTx, key: &str) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

pub(in crate::identity) async fn add_try(
    tx: &mut SystemTx,
    act: &str,
    email: &str,
    network: &str,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into tries (act, email, network, tried_at) values ($1, $2, ($3::text)::inet, $4)",
        act,
        email,
        network,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn remove_tries(tx: &mut SystemTx, act: &str, email: &str) -> Result<()> {
    sqlx::query!("delete from tries where act = $1 and email = $2", act, email).execute(tx.conn()).await?;
    Ok(())
}

/// Removes tries older than `before`; how many.
pub(in crate::identity) async fn remove_tries_before(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!("delete from tries where tried_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

/// One of `emails` for which `most` were counted since `since`, if there is any.
pub(in crate::identity) async fn find_email_full(
    tx: &mut SystemTx,
    act: &str,
    emails: &[String],
    since: DateTime<Utc>,
    most: i64,
) -> Result<Option<String>> {
    let full = sqlx::query_scalar!(
        "select email from tries where act = $1 and email = any ($2) and tried_at > $3
         group by email having count(*) >= $4 order by email limit 1",
        act,
        emails,
        since,
        most
    );
    Ok(full.fetch_optional(tx.conn()).await?)
}

/// How many came from the network since `since`.
pub(in crate::identity) async fn count_tries(
    tx: &mut SystemTx,
    act: &str,
    network: &str,
    since: DateTime<Utc>,
) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tries where act = $1 and network = ($2::text)::inet and tried_at > $3"#,
        act,
        network,
        since
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

/// The same as [`add_try`] for each of `emails`.
pub(in crate::identity) async fn add_tries(
    tx: &mut SystemTx,
    act: &str,
    emails: &[String],
    network: &str,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into tries (act, email, network, tried_at) select $1, email, ($3::text)::inet, $4 from unnest($2::text[]) as email",
        act,
        emails,
        network,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
