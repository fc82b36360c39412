//! Making members without an invitation: for a program that knows the people, such as the demo.

use super::members::{self, Membership};
use crate::auth::{Role, SystemScope};
use crate::error::Result;
use crate::identity::{Reception, joining};
use crate::ids::{AccountId, CreatorId};
use secrecy::SecretString;

/// Somebody who becomes a member.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Their name.
    pub name: String,
    /// Their address, which counts as confirmed.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// What they become.
    pub role: Role,
    /// The accounts that a chatter works on.
    pub accounts: Vec<AccountId>,
    /// The creator that a creator is.
    pub creator: Option<CreatorId>,
}

/// Makes a user of `newcomer`, and a member.
///
/// # Errors
/// `Invalid` for what needs correcting, `Conflict` when the address has a user.
pub async fn enrol(reception: &Reception, scope: &SystemScope, newcomer: Newcomer) -> Result<()> {
    let Newcomer { name, email, password, role, accounts, creator } = newcomer;
    let person = joining::new_person(reception, &name, password).await?;
    let mut tx = reception.db().begin_system("enrol a member").await?;
    let user = joining::add_person(&mut tx, &email, &person).await?.user;
    let mut tx = tx.into_agency(scope).await?;
    members::begin_membership(&mut tx, user, &Membership { role, accounts, creator, email, by: None })
        .await?;
    tx.commit().await
}
