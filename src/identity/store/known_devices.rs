//! The SQL of browsers in which people signed in.

use crate::db::SystemTx;
use crate::error::Result;
use crate::identity::new_devices::{Known, Seen};
use crate::ids::UserId;
use chrono::{DateTime, TimeDelta, Utc};

/// What is known of the browser, of mails sent since `since`, and of the person.
pub(in crate::identity) async fn find_known_device(
    tx: &mut SystemTx,
    seen: &Seen<'_>,
    since: DateTime<Utc>,
) -> Result<Known> {
    let signed_up = tx.now() - TimeDelta::minutes(5);
    let known = sqlx::query_as!(
        Known,
        r#"select u.email, u.created_at > $6 and not exists (select from known_devices where user_id = $1) as "first!",
                  exists (select from known_devices where user_id = $1
                    and (token_hash = $2 or device = $3 and network = ($4::text)::inet)) as "known!",
                  (select count(*) from known_devices where user_id = $1 and noticed_at > $5) as "mails!"
           from users u where u.id = $1"#,
        seen.user as UserId,
        seen.token_hash,
        seen.device,
        seen.network,
        since,
        signed_up
    );
    Ok(known.fetch_one(tx.conn()).await?)
}

/// Adds the browser, or notes that it was seen again; and whether the person is told now.
pub(in crate::identity) async fn add_known_device(
    tx: &mut SystemTx,
    seen: &Seen<'_>,
    noticed: bool,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into known_devices (user_id, token_hash, device, network, first_seen_at, last_seen_at, noticed_at)
         values ($1, $2, $3, ($4::text)::inet, $5, $5, $6)
         on conflict (user_id, token_hash) do update set device = excluded.device, network = excluded.network,
           last_seen_at = excluded.last_seen_at",
        seen.user as UserId,
        seen.token_hash,
        seen.device,
        seen.network,
        now,
        noticed.then_some(now)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes browsers last seen before `before`; how many.
pub(in crate::identity) async fn remove_known_devices(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
) -> Result<u64> {
    let done =
        sqlx::query!("delete from known_devices where last_seen_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}
