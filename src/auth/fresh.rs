//! Fresh proof: for what a session that somebody else got hold of must not be able to do.

use super::{Permission, Scope};
use crate::db::{Actor, Reach, Tenant};
use crate::error::{Error, Result};
use crate::ids::AgencyId;
use chrono::TimeDelta;
use std::ops::Deref;

/// For so long after somebody proved who they are, nobody asks again.
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// Proof that a member holds `P`, and proved within the last minutes that they are who they are.
#[derive(Debug)]
pub struct Fresh<P>(Scope<P>);

impl<P: Permission> Fresh<P> {
    /// The proof, if the last one of the person is `ago` and that is recent; a clock that jumped makes nothing recent.
    ///
    /// # Errors
    /// `NotProven` otherwise.
    pub fn of(scope: Scope<P>, ago: Option<TimeDelta>) -> Result<Self> {
        match ago {
            Some(ago) if ago.abs() < FRESH => Ok(Self(scope)),
            _ => Err(Error::NotProven),
        }
    }
}

impl<P> Deref for Fresh<P> {
    type Target = Scope<P>;
    fn deref(&self) -> &Scope<P> {
        &self.0
    }
}

impl<P> Tenant for Fresh<P> {
    fn agency_id(&self) -> AgencyId {
        self.0.agency_id()
    }

    fn actor(&self) -> Actor {
        self.0.actor()
    }

    fn reach(&self) -> Reach {
        self.0.reach()
    }
}
