//! The browsers in which a person is signed in.

use super::policy::ManageOwnSessions;
use super::store;
use super::types::Device;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use data_encoding::HEXLOWER;
use serde_json::json;

/// Where the person is signed in: this browser first, then those last seen.
pub(super) async fn list(
    db: &Db,
    scope: &Scope<ManageOwnSessions>,
    session: Option<&[u8]>,
) -> Result<Vec<Device>> {
    let mut tx = db.begin_system("show a person's devices").await?;
    store::list_sessions(&mut tx, scope.member().user_id(), session).await
}

/// Signs the person out on one device.
///
/// # Errors
/// `NotFound` for one that is gone, or somebody else's.
pub(super) async fn end(db: &Db, scope: &Scope<ManageOwnSessions>, device: &str) -> Result<()> {
    let hash = HEXLOWER.decode(device.as_bytes()).map_err(|_| Error::NotFound)?;
    let mut tx = db.begin_system("sign out a device").await?;
    if !store::remove_session(&mut tx, scope.member().user_id(), &hash).await? {
        return Err(Error::NotFound);
    }
    record(tx, scope, 1).await
}

/// Signs the person out everywhere but here; on how many devices.
pub(super) async fn end_others(
    db: &Db,
    scope: &Scope<ManageOwnSessions>,
    session: Option<&[u8]>,
) -> Result<u64> {
    let mut tx = db.begin_system("sign out other devices").await?;
    let ended = store::remove_sessions(&mut tx, scope.member().user_id(), session).await?;
    if ended > 0 {
        record(tx, scope, ended).await?;
    }
    Ok(ended)
}

async fn record(tx: SystemTx, scope: &Scope<ManageOwnSessions>, ended: u64) -> Result<()> {
    let mut tx = tx.into_agency(scope).await?;
    let event = Event::new("identity.devices_signed_out").subject(scope.member().user_id());
    audit::record(&mut tx, event.detail(json!({ "devices": ended }))).await?;
    tx.commit().await
}
