//! Records of what concerns a person rather than one agency.

use super::store;
use crate::audit::{self, Event};
use crate::auth::SystemScope;
use crate::db::{Actor, SystemTx};
use crate::error::Result;
use crate::ids::UserId;

/// Adds `event` to the chain of every agency that `user` belongs to, in the transaction of the change itself. The agencies
/// are always taken in the same order, so that no two transactions wait for each other.
pub(super) async fn record_everywhere(
    mut tx: SystemTx,
    user: UserId,
    actor: &Actor,
    event: Event,
) -> Result<SystemTx> {
    for agency in store::list_agencies(&mut tx, user).await? {
        let scope = SystemScope::caused_by(agency, actor.clone());
        let mut there = tx.into_agency(&scope).await?;
        audit::record(&mut there, event.clone()).await?;
        tx = there.into_system().await?;
    }
    Ok(tx)
}
