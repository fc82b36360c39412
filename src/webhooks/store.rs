//! The SQL of webhooks.

use crate::db::SystemTx;
use crate::error::Result;
use crate::platform::WebhookEvent;
use chrono::{DateTime, Utc};

/// Stores a notification; false when it had come before. One about no account is stored as done with.
pub(super) async fn add(tx: &mut SystemTx, platform: &str, event: &WebhookEvent) -> Result<bool> {
    let done = sqlx::query!(
        "insert into webhook_events
           (platform, event_id, kind, platform_account_id, payload, topic, fan_id, occurred_at, received_at, processed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), case when $4::text is null then clock_timestamp() end)
         on conflict (platform, event_id) do nothing",
        platform,
        event.id,
        event.kind,
        event.platform_account_id.as_deref(),
        event.raw,
        event.topic.as_str(),
        event.fan_id.as_deref(),
        event.occurred_at
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A notification that nobody acted on yet.
pub(super) struct Waiting {
    pub event_id: String,
    pub kind: String,
    pub topic: String,
    pub fan_id: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
}

pub(super) async fn list_waiting(
    tx: &mut SystemTx,
    platform: &str,
    account: &str,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let waiting = sqlx::query_as!(
        Waiting,
        "select event_id, kind, topic, fan_id, occurred_at from webhook_events
         where platform = $1 and platform_account_id = $2 and processed_at is null order by received_at limit $3",
        platform,
        account,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(waiting)
}

/// How many seconds each of them had waited.
pub(super) async fn set_processed(tx: &mut SystemTx, platform: &str, ids: &[&str]) -> Result<Vec<f64>> {
    let waited = sqlx::query_scalar!(
        r#"update webhook_events set processed_at = clock_timestamp()
           where platform = $1 and event_id = any ($2) and processed_at is null
           returning extract(epoch from processed_at - received_at)::float8 as "seconds!""#,
        platform,
        ids as &[&str]
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(waited)
}

/// How many went.
pub(super) async fn remove_old(tx: &mut SystemTx, limit: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from webhook_events where (platform, event_id) in (
           select platform, event_id from webhook_events
           where received_at < now() - interval '30 days' and processed_at is not null order by received_at limit $1)",
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
