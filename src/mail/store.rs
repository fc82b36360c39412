//! The SQL of mail.

use crate::db::SystemTx;
use crate::error::Result;
use crate::vault::SealedToken;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// One mail as the table keeps it.
pub(super) struct Row {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: Option<SealedToken>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

pub(super) async fn add(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
    recipient: &str,
    subject: &str,
    body: &SealedToken,
) -> Result<()> {
    sqlx::query!(
        "insert into mails (id, recipient, subject, body, created_at) values ($1, $2, $3, $4, $5)",
        id,
        recipient,
        subject,
        body.as_bytes(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose turn it is to send a mail.
pub(super) enum Turn {
    /// Nobody's: it was sent, or forgotten.
    Over,
    /// Another process's, for so long at most.
    Others(Duration),
    /// Ours.
    Ours(Row),
}

/// Takes the mail for `turn`, unless another process has it. The database's clock decides, as machines' clocks differ.
pub(super) async fn take_turn(tx: &mut SystemTx, id: Uuid, turn: Duration) -> Result<Turn> {
    let found = sqlx::query!(
        r#"with taken as (
             update mails set sending_until = clock_timestamp() + make_interval(secs => $2)
             where id = $1 and sent_at is null and (sending_until is null or sending_until <= clock_timestamp())
             returning id)
           select m.recipient, m.subject, m.body as "body: SealedToken", m.created_at, m.last_error,
                  exists (select from taken) as "ours!",
                  extract(epoch from m.sending_until - clock_timestamp())::float8 as others
           from mails m where m.id = $1 and m.sent_at is null"#,
        id,
        turn.as_secs_f64()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(match found {
        None => Turn::Over,
        Some(row) if row.ours => Turn::Ours(Row {
            id,
            recipient: row.recipient,
            subject: row.subject,
            body: row.body,
            created_at: row.created_at,
            sent_at: None,
            last_error: row.last_error,
        }),
        // A turn that began this moment is not seen yet: then it lasts the whole time.
        Some(row) => {
            Turn::Others(row.others.and_then(|left| Duration::try_from_secs_f64(left).ok()).unwrap_or(turn))
        }
    })
}

/// The newest `limit` mails.
pub(super) async fn list(tx: &mut SystemTx, limit: i64) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, recipient, subject, body as "body: SealedToken", created_at, sent_at, last_error
           from mails order by created_at desc, id desc limit $1"#,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

pub(super) async fn set_sent(tx: &mut SystemTx, id: Uuid) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update mails set sent_at = $2, body = null, last_error = null, sending_until = null where id = $1",
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_error(tx: &mut SystemTx, id: Uuid, error: &str) -> Result<()> {
    sqlx::query!("update mails set last_error = $2, sending_until = null where id = $1", id, error)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes what is older than `before`; how many.
pub(super) async fn remove_older(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<u64> {
    let done = sqlx::query!("delete from mails where created_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}
