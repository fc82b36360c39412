//! Passwords: the way back in when one is forgotten, and changing it.

use super::jobs::SendResetLink;
use super::links::{self, Purpose};
use super::policy::ManageOwnSessions;
use super::reception::Reception;
use super::records::record_everywhere;
use super::service::{Asked, try_password};
use super::store::Credentials;
use super::tries::{self, Try};
use super::types::{email, long_enough};
use super::{letters, second_factor, store};
use crate::audit::Event;
use crate::auth::{Origin, Scope};
use crate::db::{Actor, SystemTx};
use crate::error::{Error, Invalid, Result};
use crate::ids::UserId;
use crate::jobs::{self, How};
use crate::mail;
use chrono::DateTime;
use secrecy::SecretString;

/// Sends a link to choose a new password, if the email has a user. The request does the same work either way: whether there
/// is a user is looked up by a job.
///
/// # Errors
/// `Invalid` for what is no address, `RateLimited` after too many.
pub(super) async fn ask_for_reset(reception: &Reception, origin: &Origin, typed: &str) -> Result<String> {
    let email = email(typed).map_err(|sentence| Error::field("email", sentence))?;
    let letter = Try::new(tries::MAIL, &email, origin.ip);
    let mut tx = reception.db.begin_system("ask for a new password").await?;
    letter.hold(&mut tx).await?;
    letter.count(&mut tx).await?;
    jobs::enqueue(tx.conn(), &SendResetLink { email: email.clone() }, How::default()).await?;
    tx.commit().await?;
    Ok(email)
}

/// Makes and mails the link, if `email` has a user.
pub(super) async fn send_reset(reception: &Reception, email: &str) -> Result<()> {
    let mut tx = reception.db.begin_system("send a link for a new password").await?;
    let Some(user) = store::find_user(&mut tx, email).await? else { return Ok(()) };
    let token = links::make(&mut tx, reception, user, Purpose::ResetPassword).await?;
    mail::send(&mut tx, &reception.vault, letters::reset_password(reception, email, &token)).await?;
    tx.commit().await
}

/// Sets a new password by a mailed link, and ends every session. Whoever has the link gets the mail, so the address is
/// confirmed too.
///
/// # Errors
/// `Invalid` for a password that is too short or long; `Conflict` for a link that was used, is too old, or none.
pub(super) async fn reset(
    reception: &Reception,
    origin: &Origin,
    token: &SecretString,
    password: SecretString,
) -> Result<()> {
    let gone = || Error::conflict("This link no longer works. Ask for a new one.");
    long_enough(&password).map_err(|sentence| Error::field("password", sentence))?;
    // Hashing is dear: a token that is none does not get that far.
    let links::Standing::Good { email } = links::look(reception, Purpose::ResetPassword, token).await? else {
        return Err(gone());
    };
    let hash = reception.passwords.asked_by(origin.ip, &email).hash(password).await?;
    let mut tx = reception.db.begin_system("set a new password by link").await?;
    let Ok(user) = links::use_up(&mut tx, Purpose::ResetPassword, token).await? else { return Err(gone()) };
    if !store::is_verified(&mut tx, user).await? {
        // Nobody had shown that the address is theirs: what protects the account now is not known to be its owner's.
        second_factor::forget_since(&mut tx, user, DateTime::UNIX_EPOCH).await?;
    }
    store::set_verified(&mut tx, user).await?;
    let change = Change { user, hash, kept: None, event: "identity.password_reset" };
    make_change(tx, reception, origin, origin.actor("link by mail", Some(user)), change).await
}

/// Changes the password of a person who knows it, and ends their other sessions.
///
/// # Errors
/// `Invalid` when the current password is wrong or the new one too short or long; `RateLimited` after too many.
pub(super) async fn change_password(
    reception: &Reception,
    scope: &Scope<ManageOwnSessions>,
    session: Option<&[u8]>,
    current: SecretString,
    new: SecretString,
) -> Result<()> {
    let mut invalid = Invalid::default();
    invalid.take("new_password", long_enough(&new));
    invalid.check()?;
    let (member, origin) = (scope.member(), scope.origin());
    let wrong = || Error::field("current_password", "This is not your current password");
    let asked = Asked::ToConfirm(member.user_id());
    // Tries are counted before the dear work is done for a new password.
    let proven = try_password(reception, origin, asked, member.email(), current).await?;
    let Some((tx, Credentials { user, hash: proven, .. })) = proven else { return Err(wrong()) };
    tx.commit().await?;
    let hash = reception.passwords.asked_by(origin.ip, member.email()).hash(new).await?;
    let mut tx = reception.db.begin_system("change a password").await?;
    if store::lock_password(&mut tx, user).await? != proven {
        return Err(wrong());
    }
    let change = Change { user, hash, kept: session, event: "identity.password_changed" };
    make_change(tx, reception, origin, origin.actor("member", Some(user)), change).await
}

struct Change<'a> {
    user: UserId,
    hash: String,
    /// The one session that goes on, if any.
    kept: Option<&'a [u8]>,
    event: &'static str,
}

/// Stores the password, ends sessions and other links, tells the person, records it, and commits all of it.
async fn make_change(
    mut tx: SystemTx,
    reception: &Reception,
    origin: &Origin,
    actor: Actor,
    change: Change<'_>,
) -> Result<()> {
    let user = change.user;
    let email = store::set_password(&mut tx, user, &change.hash).await?;
    store::remove_sessions(&mut tx, user, change.kept).await?;
    // A change of address that somebody else asked for does not outlive the password by which they did.
    for purpose in [Purpose::ResetPassword, Purpose::ChangeEmail] {
        store::set_links_used(&mut tx, user, purpose.as_str()).await?;
    }
    Try::new(tries::PASSWORD, &email, origin.ip).forgive(&mut tx).await?;
    let letter = letters::password_changed(reception, &email, origin, tx.now());
    mail::send(&mut tx, &reception.vault, letter).await?;
    let event = Event::new(change.event).subject(user);
    record_everywhere(tx, user, &actor, event).await?.commit().await
}
