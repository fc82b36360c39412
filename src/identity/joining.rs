//! People who come by an invitation: a new user, or the proof of being one already.

use super::reception::Reception;
use super::service::{Asked, try_password};
use super::store::{self, Credentials};
use super::tries;
use super::types::{email, long_enough, named};
use crate::auth::Origin;
use crate::db::SystemTx;
use crate::error::{Error, Invalid, Result};
use crate::ids::UserId;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// A person, and since when the password is theirs by which they proved it.
#[derive(Clone, Copy, Debug)]
pub struct Proven {
    /// The person.
    pub user: UserId,
    /// Since when.
    pub password_set_at: DateTime<Utc>,
    /// Whether that is not enough: a person with a second factor.
    pub second_step: bool,
}

/// A new person's name and the hash of their password.
pub struct NewPerson {
    name: String,
    hash: String,
}

/// An address as it is kept.
///
/// # Errors
/// What to do about it.
pub fn address(typed: &str) -> Result<String, &'static str> {
    email(typed)
}

/// Reads what a new person typed, and hashes the password, which takes its time: before any transaction.
///
/// # Errors
/// `Invalid` for what needs correcting.
pub async fn new_person(reception: &Reception, name: &str, password: SecretString) -> Result<NewPerson> {
    let mut invalid = Invalid::default();
    let name = invalid.take("name", named(name, "Type your name"));
    invalid.take("password", long_enough(&password));
    invalid.check()?;
    let hash = reception.passwords.hash(password).await?;
    Ok(NewPerson { name: name.unwrap_or_default(), hash })
}

/// Adds the person, who came by a link that was mailed to `email`, so that the address is confirmed.
///
/// # Errors
/// `Conflict` when the address got a user meanwhile.
pub async fn add_person(tx: &mut SystemTx, email: &str, person: &NewPerson) -> Result<Proven> {
    let user = tx.new_id::<UserId>();
    if !store::add_user(tx, user, email, &person.name, &person.hash).await? {
        return Err(Error::conflict("This address has an account by now. Open the link again."));
    }
    store::set_verified(tx, user).await?;
    Ok(Proven { user, password_set_at: tx.now(), second_step: false })
}

/// Proves who a person is by their password, and gives the transaction in which that may be used.
///
/// # Errors
/// `Invalid` at the field `password`, `RateLimited` after too many.
pub async fn prove(
    reception: &Reception,
    origin: &Origin,
    email: &str,
    password: SecretString,
) -> Result<(SystemTx, Proven)> {
    match try_password(reception, origin, Asked::ToSignIn, email, password).await? {
        Some((tx, Credentials { user, set_at, second_step, .. })) => {
            Ok((tx, Proven { user, password_set_at: set_at, second_step }))
        }
        None => Err(Error::field("password", "This is not your password")),
    }
}

/// Mail that was sent to the person's address brought them here: the address is confirmed.
///
/// # Errors
/// When the database refuses.
pub async fn confirm_address(tx: &mut SystemTx, user: UserId) -> Result<()> {
    store::set_verified(tx, user).await
}

/// Counts invitations about to be mailed, whatever becomes of them then.
///
/// # Errors
/// `Conflict` when one of the addresses got too many, `RateLimited` when too many come from this network.
pub async fn count_invitations(reception: &Reception, emails: &[String], origin: &Origin) -> Result<()> {
    let mut tx = reception.db.begin_system("count invitations").await?;
    tries::count_invitations(&mut tx, emails, origin.ip).await?;
    tx.commit().await
}
