//! How long the agency's people stay signed in.

use super::policy::ManageSecurity;
use super::store;
use super::types::{IDLE_MINUTES, SESSION_DAYS, SessionSettings};
use crate::audit::{self, Event};
use crate::auth::{Fresh, Scope};
use crate::db::Db;
use crate::error::{Invalid, Result};
use serde_json::json;

/// What is set.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn session_settings(db: &Db, scope: &Scope<ManageSecurity>) -> Result<SessionSettings> {
    store::lookup_session_settings(&mut db.begin(scope).await?).await
}

/// Sets it, from the next request of everybody on.
///
/// # Errors
/// `Invalid` for what is not offered.
pub(super) async fn change(db: &Db, scope: &Fresh<ManageSecurity>, new: SessionSettings) -> Result<()> {
    let mut invalid = Invalid::default();
    let offered = |list: &[i32], value| list.contains(&value).then_some(()).ok_or("Choose one of these");
    invalid.take("idle_minutes", offered(&IDLE_MINUTES, new.idle_minutes));
    invalid.take("days", offered(&SESSION_DAYS, new.days));
    invalid.check()?;
    let mut tx = db.begin(scope).await?;
    let old = store::set_session_settings(&mut tx, new).await?;
    if old == new {
        return Ok(());
    }
    let detail = json!({
        "idle_minutes": { "from": old.idle_minutes, "to": new.idle_minutes },
        "days": { "from": old.days, "to": new.days },
    });
    let event = Event::new("agencies.session_limits_changed").subject(tx.agency_id()).detail(detail);
    audit::record(&mut tx, event).await?;
    tx.commit().await
}
