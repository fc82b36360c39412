//! The agencies that a person belongs to.

use super::policy::ManageOwnAgencies;
use super::registration::begin_agency;
use super::store;
use super::types::{Membership, named};
use crate::audit::{self, Event};
use crate::auth::{Scope, SystemScope};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::AgencyId;

/// So many agencies can be one person's own.
const OWNED: i64 = 20;

/// The person's agencies, by name.
pub(super) async fn list(db: &Db, scope: &Scope<ManageOwnAgencies>) -> Result<Vec<Membership>> {
    let mut tx = db.begin_system("show a person's agencies").await?;
    store::list_memberships(&mut tx, scope.member().user_id()).await
}

/// Goes over to another of the person's agencies; nothing to do where they are already.
///
/// # Errors
/// `NotFound` for one that they do not belong to.
pub(super) async fn switch(db: &Db, scope: &Scope<ManageOwnAgencies>, agency: AgencyId) -> Result<bool> {
    let user = scope.member().user_id();
    if agency == scope.member().agency_id() {
        return Ok(false);
    }
    let mut tx = db.begin_system("switch to another agency").await?;
    if !store::is_member(&mut tx, user, agency).await? {
        return Err(Error::NotFound);
    }
    let there = SystemScope::caused_by(agency, scope.origin().actor("member", Some(user)));
    let mut tx = tx.into_agency(&there).await?;
    audit::record(&mut tx, Event::new("identity.switched_here").subject(user)).await?;
    tx.commit().await?;
    Ok(true)
}

/// Starts another agency, of which the person is the owner; its id.
///
/// # Errors
/// `Invalid` for a name that does not fit, or when they own too many already.
pub(super) async fn start(db: &Db, scope: &Scope<ManageOwnAgencies>, name: &str) -> Result<AgencyId> {
    let name = named(name, "Type the agency's name").map_err(|sentence| Error::field("name", sentence))?;
    let mut tx = db.begin_system("start another agency").await?;
    store::lock_user(&mut tx, scope.member().user_id()).await?;
    if store::count_owned(&mut tx, scope.member().user_id()).await? >= OWNED {
        return Err(Error::field(
            "name",
            format!("You own {OWNED} agencies, which is as many as one person can"),
        ));
    }
    begin_agency(tx, scope.origin(), scope.member().user_id(), &name).await
}
