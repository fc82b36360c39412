//! Signing in and out.

use super::jobs::RecordRefusal;
use super::policy::ManageOwnSessions;
use super::reception::Reception;
use super::records::record_everywhere;
use super::store::{self, Credentials};
use super::tries::{self, Try};
use super::types::email;
use crate::audit::{self, Event};
use crate::auth::{Origin, Scope, SystemScope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::ids::{AgencyId, UserId};
use crate::jobs::{self, How};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// A person who proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The agency they begin in.
    pub agency: AgencyId,
    /// Since when the password is theirs by which they proved it.
    pub password_set_at: DateTime<Utc>,
    /// Whether that is not enough: a person with a second factor.
    pub second_step: bool,
}

/// Why a password is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// Somebody wants to sign in.
    ToSignIn,
    /// A person who is signed in shall confirm what they do.
    ToConfirm(UserId),
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
    let proven = try_password(reception, origin, Asked::ToSignIn, &email, password).await?;
    let Some((mut tx, Credentials { user, set_at, second_step, .. })) = proven else { return Err(wrong()) };
    let Some(agency) = store::find_first_agency(&mut tx, user).await? else {
        tx.commit().await?;
        return Err(no_agency());
    };
    let signed_in = SignedIn { user, agency, password_set_at: set_at, second_step };
    if second_step {
        // Signed in is who passed it.
        tx.commit().await?;
        return Ok(signed_in);
    }
    let scope = SystemScope::caused_by(agency, origin.actor("member", Some(user)));
    let mut tx = tx.into_agency(&scope).await?;
    audit::record(&mut tx, Event::new("identity.signed_in").subject(user)).await?;
    tx.commit().await?;
    Ok(signed_in)
}

pub(super) fn no_agency() -> Error {
    Error::conflict(
        "You belong to no agency any more. Wait for an invitation, or start an agency of your own.",
    )
}

/// What the password proved, and the transaction in which that may be used. When it does not fit, that was counted and
/// goes on record in the background, for unknown emails too: whoever measures the time learns nothing.
///
/// # Errors
/// `RateLimited` after too many.
pub(super) async fn try_password(
    reception: &Reception,
    origin: &Origin,
    asked: Asked,
    email: &str,
    password: SecretString,
) -> Result<Option<(SystemTx, Credentials)>> {
    let attempt = Try::new(tries::PASSWORD, email, origin.ip);
    let mut tx = reception.db.begin_system("look up a password").await?;
    attempt.check(&mut tx).await?;
    let hash = store::find_credentials(&mut tx, email).await?.map(|it| it.hash);
    drop(tx);
    let fits = reception.passwords.asked_by(origin.ip, email).verify(password, hash.clone()).await?;
    let mut tx = reception.db.begin_system("decide a try").await?;
    attempt.hold(&mut tx).await?;
    // It may have been changed while it was being verified; then the old one is worth nothing.
    let current = store::find_credentials(&mut tx, email).await?;
    if let Some(proven) = current.filter(|it| fits && Some(&it.hash) == hash.as_ref()) {
        attempt.forgive(&mut tx).await?;
        return Ok(Some((tx, proven)));
    }
    attempt.count(&mut tx).await?;
    let failed = RecordRefusal::new(asked, email, origin);
    jobs::enqueue(tx.conn(), &failed, How::default()).await?;
    tx.commit().await?;
    Ok(None)
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
pub(super) async fn record_refusal(db: &Db, refusal: &RecordRefusal) -> Result<()> {
    let mut tx = db.begin_system("record a password that did not fit").await?;
    let Some(user) = store::find_user(&mut tx, &refusal.email).await? else { return Ok(()) };
    let event = Event::new(refusal.event()).subject(user);
    record_everywhere(tx, user, &refusal.actor(), event).await?.commit().await
}
