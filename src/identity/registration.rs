//! Signing up, and confirming the address.

use super::links::{self, Purpose, Standing};
use super::password::Passwords;
use super::policy::ManageOwnSessions;
use super::reception::Reception;
use super::records::record_everywhere;
use super::service::SignedIn;
use super::tries::{self, Try};
use super::types::{email, long_enough, named};
use super::{letters, store};
use crate::audit::{self, Event};
use crate::auth::{Origin, Scope, SystemScope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Invalid, Result};
use crate::ids::{AgencyId, UserId};
use crate::mail;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// What a new owner types.
#[derive(Clone, Debug)]
pub struct NewAgency {
    /// The agency's name.
    pub agency: String,
    /// The owner's name.
    pub name: String,
    /// The owner's address.
    pub email: String,
    /// The owner's password.
    pub password: SecretString,
}

/// Makes a user, their agency and their membership as its owner, and sends no mail: for a program that knows the person.
///
/// # Errors
/// `Invalid` for what needs correcting, also when the email has a user already.
pub async fn sign_up(db: &Db, passwords: &Passwords, origin: &Origin, new: NewAgency) -> Result<SignedIn> {
    let new = checked(new)?;
    let hash = passwords.hash(new.password.clone()).await?;
    let mut tx = db.begin_system("sign up").await?;
    let (user, password_set_at) = add_user(&mut tx, &new, &hash).await?.ok_or_else(known)?;
    let agency = begin_agency(tx, origin, user, &new.agency).await?;
    Ok(SignedIn { user, agency, password_set_at, second_step: false })
}

/// Signs up a person who comes to the form, and sends them a link to confirm their address.
///
/// # Errors
/// `Invalid` for what needs correcting; that the email has a user already counts as a password that did not fit, so that
/// nobody asks for many (docs/decisions/0013-known-emails.md). `RateLimited` after too many.
pub(super) async fn register(reception: &Reception, origin: &Origin, new: NewAgency) -> Result<SignedIn> {
    let new = checked(new)?;
    let guess = Try::new(tries::PASSWORD, &new.email, origin.ip);
    let letter = Try::new(tries::MAIL, &new.email, origin.ip);
    let mut tx = reception.db.begin_system("sign up").await?;
    guess.check(&mut tx).await?;
    letter.hold(&mut tx).await?;
    // Counted before the dear work is done.
    letter.count(&mut tx).await?;
    tx.commit().await?;
    let passwords = reception.passwords.asked_by(origin.ip, &new.email);
    let hash = passwords.hash(new.password.clone()).await?;
    let mut tx = reception.db.begin_system("sign up").await?;
    let Some((user, password_set_at)) = add_user(&mut tx, &new, &hash).await? else {
        guess.hold(&mut tx).await?;
        guess.count(&mut tx).await?;
        tx.commit().await?;
        return Err(known());
    };
    send_link(&mut tx, reception, user, &new.email).await?;
    let agency = begin_agency(tx, origin, user, &new.agency).await?;
    Ok(SignedIn { user, agency, password_set_at, second_step: false })
}

fn checked(new: NewAgency) -> Result<NewAgency> {
    let mut invalid = Invalid::default();
    let agency = invalid.take("agency", named(&new.agency, "Type your agency's name"));
    let name = invalid.take("name", named(&new.name, "Type your name"));
    let email = invalid.take("email", email(&new.email));
    invalid.take("password", long_enough(&new.password));
    invalid.check()?;
    Ok(NewAgency {
        agency: agency.unwrap_or_default(),
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        password: new.password,
    })
}

/// The new person's id, and since when the password is theirs; nothing when the email has an account already.
async fn add_user(tx: &mut SystemTx, new: &NewAgency, hash: &str) -> Result<Option<(UserId, DateTime<Utc>)>> {
    let user = tx.new_id::<UserId>();
    let added = store::add_user(tx, user, &new.email, &new.name, hash).await?;
    Ok(added.then_some((user, tx.now())))
}

fn known() -> Error {
    Error::field("email", "This email has an account already. Sign in, or use another email.")
}

/// Makes an agency of which `user` is the owner, and commits; its id.
pub(super) async fn begin_agency(
    mut tx: SystemTx,
    origin: &Origin,
    user: UserId,
    name: &str,
) -> Result<AgencyId> {
    let agency = tx.new_id::<AgencyId>();
    store::add_agency(&mut tx, agency, name, user).await?;
    let scope = SystemScope::caused_by(agency, origin.actor("member", Some(user)));
    let mut tx = tx.into_agency(&scope).await?;
    audit::record(&mut tx, Event::new("agencies.created").subject(agency)).await?;
    tx.commit().await?;
    Ok(agency)
}

async fn send_link(tx: &mut SystemTx, reception: &Reception, user: UserId, email: &str) -> Result<()> {
    let token = links::make(tx, reception, user, Purpose::VerifyEmail).await?;
    mail::send(tx, &reception.vault, letters::verify_email(reception, email, &token)).await
}

/// Sends the link once more; whether there was anything left to confirm.
///
/// # Errors
/// `RateLimited` after too many.
pub(super) async fn send_again(reception: &Reception, scope: &Scope<ManageOwnSessions>) -> Result<bool> {
    let member = scope.member();
    let letter = Try::new(tries::MAIL, member.email(), scope.origin().ip);
    let mut tx = reception.db.begin_system("send a confirmation link again").await?;
    if store::is_verified(&mut tx, member.user_id()).await? {
        return Ok(false);
    }
    letter.hold(&mut tx).await?;
    letter.count(&mut tx).await?;
    send_link(&mut tx, reception, member.user_id(), member.email()).await?;
    tx.commit().await?;
    Ok(true)
}

/// Confirms the address by a mailed link. Who presses twice is told the same.
///
/// # Errors
/// `Conflict` for a link that is too old, or none.
pub(super) async fn verify_email(reception: &Reception, origin: &Origin, token: &SecretString) -> Result<()> {
    let mut tx = reception.db.begin_system("confirm an address").await?;
    match links::use_up(&mut tx, Purpose::VerifyEmail, token).await? {
        Ok(user) => {
            store::set_verified(&mut tx, user).await?;
            let event = Event::new("identity.address_confirmed").subject(user);
            let actor = origin.actor("link by mail", Some(user));
            record_everywhere(tx, user, &actor, event).await?.commit().await
        }
        Err(Standing::Used { verified: true }) => Ok(()),
        Err(_) => Err(Error::conflict("This link no longer works. Sign in to get a new one.")),
    }
}
