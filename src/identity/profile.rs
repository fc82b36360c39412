//! A person's own name and address. Another address is theirs once they opened the link sent to it; the old one is told, and
//! can be gone back to.

use super::links::{self, Purpose};
use super::policy::ManageOwnProfile;
use super::reception::Reception;
use super::records::record_everywhere;
use super::tries::{self, Try};
use super::types::{email, named};
use super::{letters, second_factor, store};
use crate::audit::Event;
use crate::auth::{Fresh, Origin, Scope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::mail;
use secrecy::SecretString;
use serde_json::json;

/// Changes the name under which others see the person.
///
/// # Errors
/// `Invalid` for a name that does not fit.
pub(super) async fn rename(db: &Db, scope: &Scope<ManageOwnProfile>, typed: &str) -> Result<()> {
    let name = named(typed, "Type your name").map_err(|sentence| Error::field("name", sentence))?;
    let member = scope.member();
    if name == member.name() {
        return Ok(());
    }
    let mut tx = db.begin_system("change a name").await?;
    store::set_name(&mut tx, member.user_id(), &name).await?;
    let detail = json!({ "from": member.name(), "to": name });
    let event = Event::new("identity.name_changed").subject(member.user_id()).detail(detail);
    let actor = scope.origin().actor("member", Some(member.user_id()));
    record_everywhere(tx, member.user_id(), &actor, event).await?.commit().await
}

/// Sends a link to the address that the person wants; nothing changes before they open it. The answer is the same when
/// somebody has that address already: it is told by mail, to whoever that is.
///
/// # Errors
/// `Invalid` for what is no address or theirs already, `RateLimited` after too many.
pub(super) async fn ask_for_address(
    reception: &Reception,
    scope: &Fresh<ManageOwnProfile>,
    typed: &str,
) -> Result<String> {
    let (member, origin) = (scope.member(), scope.origin());
    let email = email(typed).map_err(|sentence| Error::field("email", sentence))?;
    if email == member.email() {
        return Err(Error::field("email", "This is your address already"));
    }
    let user = member.user_id();
    let letter = Try::new(tries::MAIL, &email, origin.ip);
    let mut tx = reception.db.begin_system("send a link to another address").await?;
    letter.hold(&mut tx).await?;
    letter.count(&mut tx).await?;
    store::set_links_used(&mut tx, user, Purpose::ChangeEmail.as_str()).await?;
    let token = links::make_to(&mut tx, reception, user, Purpose::ChangeEmail, &email).await?;
    let mail = match store::find_user(&mut tx, &email).await? {
        None => letters::confirm_address(reception, &email, &token),
        Some(_) => letters::address_is_taken(&email),
    };
    mail::send(&mut tx, &reception.vault, mail).await?;
    mail::send(&mut tx, &reception.vault, letters::address_asked(reception, member.email())).await?;
    let event = Event::new("identity.address_asked").subject(user);
    record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?.commit().await?;
    Ok(email)
}

/// Changes the address by the link that was sent to it. Sessions end but `kept`, and so do links that went to the old one.
///
/// # Errors
/// `Conflict` for a link that was used, is too old, or none; also when the address is somebody else's by now.
pub(super) async fn change_address(
    reception: &Reception,
    origin: &Origin,
    token: &SecretString,
    kept: Option<&[u8]>,
) -> Result<String> {
    let gone = || Error::conflict("This link no longer works. Ask for a new one on your profile.");
    let (mut tx, user, email) = used(reception, Purpose::ChangeEmail, token).await?.ok_or_else(gone)?;
    let before = store::set_email(&mut tx, user, &email, gone).await?;
    store::remove_sessions(&mut tx, user, kept).await?;
    end_links(&mut tx, user, &[Purpose::ResetPassword, Purpose::VerifyEmail, Purpose::ChangeEmail]).await?;
    let back = links::make_to(&mut tx, reception, user, Purpose::UndoEmail, &before).await?;
    let letter = letters::address_changed(reception, &before, &email, &back);
    mail::send(&mut tx, &reception.vault, letter).await?;
    let detail = json!({ "from": before, "to": email });
    let event = Event::new("identity.address_changed").subject(user).detail(detail);
    let actor = origin.actor("link by mail", Some(user));
    record_everywhere(tx, user, &actor, event).await?.commit().await?;
    Ok(email)
}

/// Goes back to the address before, by the link that was sent there. Whoever changed it keeps nothing: every session and every
/// other link ends, the password opens nothing any more, and what was set up for signing in since the link's earliest
/// day is gone.
///
/// # Errors
/// `Conflict` for a link that was used, is too old, or none; also when the address is somebody else's by now.
pub(super) async fn undo(reception: &Reception, origin: &Origin, token: &SecretString) -> Result<String> {
    let gone = || Error::conflict("This link no longer works. Ask whoever runs this installation for help.");
    let links::Standing::Good { email } = links::look(reception, Purpose::UndoEmail, token).await? else {
        return Err(gone());
    };
    // Nobody knows it.
    let password = reception.db.random().token();
    let hash = reception.passwords.asked_by(origin.ip, &email).hash(password).await?;
    let (mut tx, user, email) = used(reception, Purpose::UndoEmail, token).await?.ok_or_else(gone)?;
    let before = store::set_email(&mut tx, user, &email, gone).await?;
    store::set_password(&mut tx, user, &hash).await?;
    let since = tx.now() - Purpose::UndoEmail.lifetime();
    second_factor::forget_since(&mut tx, user, since).await?;
    store::remove_sessions(&mut tx, user, None).await?;
    let all = [Purpose::ResetPassword, Purpose::VerifyEmail, Purpose::ChangeEmail, Purpose::UndoEmail];
    end_links(&mut tx, user, &all).await?;
    let detail = json!({ "from": before, "to": email });
    let event = Event::new("identity.address_restored").subject(user).detail(detail);
    let actor = origin.actor("link by mail", Some(user));
    record_everywhere(tx, user, &actor, event).await?.commit().await?;
    Ok(email)
}

/// Uses the link up: whose it was, and the address to which it leads.
async fn used(
    reception: &Reception,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Option<(SystemTx, UserId, String)>> {
    let links::Standing::Good { email } = links::look(reception, purpose, token).await? else {
        return Ok(None);
    };
    let mut tx = reception.db.begin_system("use a link to an address").await?;
    let used = links::use_up(&mut tx, purpose, token).await?;
    Ok(used.ok().map(|user| (tx, user, email)))
}

async fn end_links(tx: &mut SystemTx, user: UserId, purposes: &[Purpose]) -> Result<()> {
    for purpose in purposes {
        store::set_links_used(tx, user, purpose.as_str()).await?;
    }
    Ok(())
}
