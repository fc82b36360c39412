//! Signing in and out, and proving again who one is.

use super::jobs::RecordFailedSignIn;
use super::policy::ManageOwnSessions;
use super::reception::Reception;
use super::records::record_everywhere;
use super::store;
use super::tries::{self, Try};
use super::types::email;
use crate::audit::{self, Event};
use crate::auth::{Origin, Scope, SystemScope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::ids::{AgencyId, UserId};
use crate::jobs::{self, How};
use secrecy::SecretString;

/// A person who proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The agency they begin in.
    pub agency: AgencyId,
}

/// Proves who a person is by email and password.
///
/// # Errors
/// `Invalid` with the same sentence, after the same work, whether the email is unknown or the password wrong; `RateLimited`
/// after too many of these, for the right password too.
pub(super) async fn sign_in(
    reception: &Reception,
    origin: &Origin,
    typed_email: &str,
    password: SecretString,
) -> Result<SignedIn> {
    let wrong = || Error::field("password", "Email and password do not fit together");
    let Ok(email) = email(typed_email) else { return Err(wrong()) };
    let Some((mut tx, user)) = try_password(reception, origin, &email, password).await? else {
        return Err(wrong());
    };
    let Some(agency) = store::find_first_agency(&mut tx, user).await? else {
        tx.commit().await?;
        return Err(Error::conflict(
            "You belong to no agency any more. An owner can invite you again; to start an agency of your own, sign up with another email.",
        ));
    };
    let scope = SystemScope::caused_by(agency, origin.actor("member", Some(user)));
    let mut tx = tx.into_agency(&scope).await?;
    audit::record(&mut tx, Event::new("identity.signed_in").subject(user)).await?;
    tx.commit().await?;
    Ok(SignedIn { user, agency })
}

/// The person whose password fits, and the transaction in which that may be used. When it does not fit, that was counted and
/// goes on record in the background, for unknown emails too: whoever measures the time learns nothing.
///
/// # Errors
/// `RateLimited` after too many.
pub(super) async fn try_password(
    reception: &Reception,
    origin: &Origin,
    email: &str,
    password: SecretString,
) -> Result<Option<(SystemTx, UserId)>> {
    let attempt = Try::new(tries::PASSWORD, email, origin.ip);
    let mut tx = reception.db.begin_system("look up a password").await?;
    attempt.check(&mut tx).await?;
    let (user, hash) = store::find_credentials(&mut tx, email).await?.unzip();
    drop(tx);
    let fits = reception.passwords.verify(password, hash.clone()).await?;
    let mut tx = reception.db.begin_system("decide a try").await?;
    attempt.hold(&mut tx).await?;
    // It may have been changed while it was being verified; then the old one is worth nothing.
    let current = store::find_credentials(&mut tx, email).await?;
    if let (true, Some(user)) = (fits && current.unzip().1 == hash, user) {
        attempt.forgive(&mut tx).await?;
        return Ok(Some((tx, user)));
    }
    attempt.count(&mut tx).await?;
    let failed = RecordFailedSignIn::new(email, origin);
    jobs::enqueue(tx.conn(), &failed, How::default()).await?;
    tx.commit().await?;
    Ok(None)
}

/// Proves again that the member is who they are, before something that cannot be undone.
///
/// # Errors
/// `Invalid` at the field `password` when it is not theirs; that counts like a failed sign-in. `RateLimited` after too many.
pub async fn confirm_password<P>(
    reception: &Reception,
    scope: &Scope<P>,
    password: SecretString,
) -> Result<()> {
    let (member, origin) = (scope.member(), scope.origin());
    match try_password(reception, origin, member.email(), password).await? {
        Some((tx, _)) => tx.commit().await,
        None => Err(Error::field("password", "This is not your password")),
    }
}

/// Puts on record that the member signs out; the session is the caller's to end.
///
/// # Errors
/// When the database refuses.
pub(super) async fn sign_out(db: &Db, scope: &Scope<ManageOwnSessions>) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let event = Event::new("identity.signed_out").subject(scope.member().user_id());
    audit::record(&mut tx, event).await?;
    tx.commit().await
}

/// Puts on record, in every agency of the person, that a password did not fit. An unknown email concerns nobody.
pub(super) async fn record_failure(db: &Db, failed: &RecordFailedSignIn) -> Result<()> {
    let mut tx = db.begin_system("record a failed sign-in").await?;
    let Some(user) = store::find_user(&mut tx, &failed.email).await? else { return Ok(()) };
    let event = Event::new("identity.sign_in_failed").subject(user);
    record_everywhere(tx, user, &failed.actor(), event).await?.commit().await
}
