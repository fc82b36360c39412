//! The SQL of agencies.

use super::types::{Agency, Ending, SessionSettings, Settings};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AgencyId;

pub(super) async fn lookup(tx: &mut AgencyTx) -> Result<Agency> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        "select name, time_zone, currency, created_at from agencies where agency_id = $1",
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    let settings = Settings { name: row.name, time_zone: row.time_zone, currency: row.currency };
    Ok(Agency { settings, created_at: row.created_at })
}

/// The settings, locked until the transaction ends, so that the audit log tells what was really before.
pub(super) async fn lock(tx: &mut AgencyTx) -> Result<Settings> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Settings,
        "select name, time_zone, currency from agencies where agency_id = $1 and deleted_at is null for update",
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

pub(super) async fn set(tx: &mut AgencyTx, settings: &Settings) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update agencies set name = $2, time_zone = $3, currency = $4 where agency_id = $1",
        agency as AgencyId,
        settings.name,
        settings.time_zone,
        settings.currency
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn lookup_session_settings(tx: &mut AgencyTx) -> Result<SessionSettings> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        SessionSettings,
        "select session_idle_minutes as idle_minutes, session_days as days from agencies where agency_id = $1",
        agency as AgencyId
    );
    Ok(row.fetch_one(tx.conn()).await?)
}

/// Sets them; what they were before. Two who save at once follow one another.
pub(super) async fn set_session_settings(
    tx: &mut AgencyTx,
    settings: SessionSettings,
) -> Result<SessionSettings> {
    let agency = tx.agency_id();
    let before = sqlx::query_as!(
        SessionSettings,
        "with before as (select * from agencies where agency_id = $1 for update)
         update agencies a set session_idle_minutes = $2, session_days = $3 from before where a.agency_id = $1
         returning before.session_idle_minutes as idle_minutes, before.session_days as days",
        agency as AgencyId,
        settings.idle_minutes,
        settings.days
    );
    Ok(before.fetch_one(tx.conn()).await?)
}

pub(super) async fn lookup_ending(tx: &mut AgencyTx) -> Result<Ending> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Ending,
        r#"select name, (select count(*) from accounts where agency_id = $1 and disconnected_at is null) as "accounts!",
                  (select count(*) from members where agency_id = $1 and removed_at is null) as "members!"
           from agencies where agency_id = $1"#,
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

pub(super) async fn set_deleted(tx: &mut AgencyTx) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!("update agencies set deleted_at = $2 where agency_id = $1", agency as AgencyId, now)
        .execute(tx.conn())
        .await?;
    Ok(())
}
