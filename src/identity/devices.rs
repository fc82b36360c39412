//! The browsers in which a person is signed in: looked after by themselves, and by owners as far as their agency goes.

use super::links::Purpose;
use super::policy::{ManageMemberDevices, ManageOwnSessions};
use super::store;
use super::types::Device;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{Db, SystemTx, Tenant};
use crate::error::{Error, Result};
use crate::ids::UserId;
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
    let user = scope.member().user_id();
    let ended = store::remove_sessions(&mut tx, user, session).await?;
    // One of them may have asked for another address.
    store::set_links_used(&mut tx, user, Purpose::ChangeEmail.as_str()).await?;
    if ended > 0 {
        record(tx, scope, ended).await?;
    } else {
        tx.commit().await?;
    }
    Ok(ended)
}

async fn record(tx: SystemTx, scope: &Scope<ManageOwnSessions>, ended: u64) -> Result<()> {
    let mut tx = tx.into_agency(scope).await?;
    let event = Event::new("identity.devices_signed_out").subject(scope.member().user_id());
    audit::record(&mut tx, event.detail(json!({ "devices": ended }))).await?;
    tx.commit().await
}

/// The member's name, and where they are signed in to this agency. What they do in another one is not this one's to see.
///
/// # Errors
/// `NotFound` for who is no member.
pub(super) async fn list_of_member(
    db: &Db,
    scope: &Scope<ManageMemberDevices>,
    member: UserId,
    session: Option<&[u8]>,
) -> Result<(String, Vec<Device>)> {
    let mut tx = db.begin_system("show a member's devices").await?;
    let name = store::find_member_name(&mut tx, scope.agency_id(), member).await?.ok_or(Error::NotFound)?;
    Ok((name, store::list_sessions_in(&mut tx, scope.agency_id(), member, session).await?))
}

/// Signs the member out on one device.
///
/// # Errors
/// `NotFound` for one that is gone, or not in this agency.
pub(super) async fn end_of_member(
    db: &Db,
    scope: &Scope<ManageMemberDevices>,
    member: UserId,
    device: &str,
) -> Result<()> {
    let hash = HEXLOWER.decode(device.as_bytes()).map_err(|_| Error::NotFound)?;
    match end_in_agency(db, scope, member, Some(&hash)).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Signs the member out wherever they act in this agency; on how many devices.
///
/// # Errors
/// `NotFound` for who is no member.
pub(super) async fn end_all_of_member(
    db: &Db,
    scope: &Scope<ManageMemberDevices>,
    member: UserId,
) -> Result<u64> {
    end_in_agency(db, scope, member, None).await
}

async fn end_in_agency(
    db: &Db,
    scope: &Scope<ManageMemberDevices>,
    member: UserId,
    one: Option<&[u8]>,
) -> Result<u64> {
    let mut tx = db.begin_system("sign a member out").await?;
    store::find_member_name(&mut tx, scope.agency_id(), member).await?.ok_or(Error::NotFound)?;
    let ended = store::remove_sessions_in(&mut tx, scope.agency_id(), member, one).await?;
    if ended > 0 {
        let mut tx = tx.into_agency(scope).await?;
        let event = Event::new("identity.member_signed_out").subject(member);
        audit::record(&mut tx, event.detail(json!({ "devices": ended }))).await?;
        tx.commit().await?;
    }
    Ok(ended)
}
