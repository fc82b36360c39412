//! Scopes: the proof, taken by every service function that touches tenant data, that the caller may.

use super::{Member, Origin, Permission};
use crate::db::{Actor, Db, Reach, Tenant};
use crate::error::{Error, Result};
use crate::ids::AgencyId;
use std::marker::PhantomData;

/// Proof that a member holds `P`.
#[derive(Debug)]
pub struct Scope<P> {
    member: Member,
    origin: Origin,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Scope<P> {
    /// The proof, if the member's role holds `P`.
    ///
    /// # Errors
    /// `Forbidden` otherwise.
    pub fn of(member: &Member, origin: &Origin) -> Result<Self> {
        if !P::INFO.roles.contains(&member.role()) {
            return Err(Error::Forbidden);
        }
        Ok(Self { member: member.clone(), origin: origin.clone(), permission: PhantomData })
    }
}

impl<P: Permission> Scope<P> {
    /// Makes sure that the member still is what the proof says: for what goes on long after the request began.
    ///
    /// # Errors
    /// `Forbidden` when they are not.
    pub async fn ensure_current(&self, db: &Db) -> Result<()> {
        let agency = self.member.agency_id();
        let now = Member::lookup(db, self.member.user_id(), Some(agency)).await?;
        match now {
            Some(now) if now.agency_id() == agency && P::INFO.roles.contains(&now.role()) => Ok(()),
            _ => Err(Error::Forbidden),
        }
    }
}

impl<P> Scope<P> {
    /// The member who acts.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// From where the request came.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl<P> Tenant for Scope<P> {
    fn agency_id(&self) -> AgencyId {
        self.member.agency_id()
    }

    fn actor(&self) -> Actor {
        self.origin.actor("member", Some(self.member.user_id()))
    }

    fn reach(&self) -> Reach {
        self.member.reach()
    }
}

/// The system at work for one agency: jobs, and the steps before anybody is a member.
#[derive(Clone, Debug)]
pub struct SystemScope {
    agency_id: AgencyId,
    actor: Actor,
}

impl SystemScope {
    /// The system, acting for `agency_id` because of `reason`.
    #[must_use]
    pub fn for_agency(agency_id: AgencyId, reason: &'static str) -> Self {
        Self { agency_id, actor: Actor::system(reason) }
    }

    /// The same, when a request from outside caused it: the audit log keeps from where.
    #[must_use]
    pub fn caused_by(agency_id: AgencyId, actor: Actor) -> Self {
        Self { agency_id, actor }
    }
}

impl Tenant for SystemScope {
    fn agency_id(&self) -> AgencyId {
        self.agency_id
    }

    fn actor(&self) -> Actor {
        self.actor.clone()
    }

    fn reach(&self) -> Reach {
        Reach::Agency
    }
}
