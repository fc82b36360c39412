//! Who gives and takes roles: a manager of members, and whether they proved lately who they are.

use super::policy::ManageMembers;
use super::store;
use super::types::{is_high, may_manage};
use crate::auth::{Member, Role, Scope, Visitor};
use crate::db::{Actor, AgencyTx, Reach, Tenant};
use crate::error::{Error, Result};
use crate::ids::AgencyId;
use std::ops::Deref;

/// Proof that a member may manage others; by a session that somebody else got hold of, only those below a manager.
#[derive(Debug)]
pub struct Authority {
    scope: Scope<ManageMembers>,
    is_fresh: bool,
}

impl Authority {
    /// The visitor's.
    ///
    /// # Errors
    /// `NotSignedIn` or `Forbidden`.
    pub fn of(visitor: &Visitor) -> Result<Self> {
        Ok(Self { scope: visitor.scope()?, is_fresh: visitor.is_fresh() })
    }

    /// Whether the role may be given and taken.
    ///
    /// # Errors
    /// `Forbidden` for a role above one's say, `NotProven` for a high one without a fresh proof.
    pub fn ensure(&self, role: Role) -> Result<()> {
        if !may_manage(self.scope.member().role(), role) {
            return Err(Error::Forbidden);
        }
        if is_high(role) && !self.is_fresh {
            return Err(Error::NotProven);
        }
        Ok(())
    }

    /// [`hold`] by whoever acts.
    pub(super) async fn hold(&self, tx: &mut AgencyTx) -> Result<()> {
        hold(tx, self.scope.member()).await
    }
}

/// Changes of the team happen one after the other until the transaction ends, and only by who is still what they were when
/// the request began: it may have waited for its own member's removal.
pub(super) async fn hold(tx: &mut AgencyTx, member: &Member) -> Result<()> {
    store::lock_team(tx).await?;
    match store::find_role(tx, member.user_id()).await? {
        Some(role) if role == member.role() => Ok(()),
        _ => Err(Error::Forbidden),
    }
}

impl Deref for Authority {
    type Target = Scope<ManageMembers>;
    fn deref(&self) -> &Scope<ManageMembers> {
        &self.scope
    }
}

impl Tenant for Authority {
    fn agency_id(&self) -> AgencyId {
        self.scope.agency_id()
    }

    fn actor(&self) -> Actor {
        self.scope.actor()
    }

    fn reach(&self) -> Reach {
        self.scope.reach()
    }
}
