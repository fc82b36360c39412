//! Which member a creator is, if she has a user here; for whoever may change that already.

use super::store;
use crate::accounts::Belongs;
use crate::db::AgencyTx;
use crate::error::{Error, Result, on_constraint};
use crate::ids::{CreatorId, UserId};

/// Creators that a form offers at most.
const MAX_OFFERED: i64 = 1000;

/// Says that `user` is the creator.
///
/// # Errors
/// `Conflict` when somebody else is, or the member is another creator.
pub async fn set_member(tx: &mut AgencyTx, id: CreatorId, user: UserId) -> Result<()> {
    let taken = || Error::conflict("This creator has a member already, or is not there any more.");
    let set =
        store::set_member(tx, id, user).await.map_err(on_constraint("creators_one_per_member", || {
            Error::conflict("This member is another creator already.")
        }))?;
    if set { Ok(()) } else { Err(taken()) }
}

/// Says that `user` is no creator any more.
///
/// # Errors
/// When the database refuses.
pub async fn clear_member(tx: &mut AgencyTx, user: UserId) -> Result<()> {
    store::clear_member(tx, user).await
}

/// The creators whom no member is: those who can be invited.
///
/// # Errors
/// When the database does not answer.
pub async fn without_member(tx: &mut AgencyTx) -> Result<Vec<Belongs>> {
    let rows = store::list_without_member(tx, MAX_OFFERED).await?;
    Ok(rows.into_iter().map(|(id, name)| Belongs { id, name }).collect())
}

/// The creator that `user` is, unless the agency archived her.
///
/// # Errors
/// When the database does not answer.
pub async fn of_member(tx: &mut AgencyTx, user: UserId) -> Result<Option<Belongs>> {
    Ok(store::find_of_member(tx, user).await?.map(|(id, name)| Belongs { id, name }))
}
