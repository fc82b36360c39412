//! The second step of signing in, between a password that fits and a session.

use super::checking::{Passed, try_code};
use super::store::Person;
use crate::audit::{self, Event};
use crate::auth::{Origin, SystemScope};
use crate::db::SystemTx;
use crate::error::Result;
use crate::identity::reception::Reception;
use crate::identity::service::{SignedIn, no_agency};
use crate::identity::store as people;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Utc};
use serde_json::json;

/// A person whose password fitted, and who has not passed the second step yet.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The person.
    pub user: UserId,
    /// The agency they will begin in.
    pub agency: AgencyId,
    /// Since when the password is theirs by which they came so far.
    pub password_set_at: DateTime<Utc>,
}

/// Passes the second step by a code of the app, or a recovery code.
///
/// # Errors
/// As [`try_code`].
pub(super) async fn by_code(
    reception: &Reception,
    origin: &Origin,
    waiting: Waiting,
    typed: &str,
) -> Result<(SignedIn, Passed)> {
    let (tx, passed) = try_code(reception, origin, waiting.user, typed).await?;
    let Waiting { user, agency, password_set_at } = waiting;
    let signed_in = SignedIn { user, agency, password_set_at, second_step: true };
    admit(tx, origin, &signed_in, &passed).await?;
    Ok((signed_in, passed))
}

/// The person who needs no password: a passkey that knew who they are was enough.
///
/// # Errors
/// `Conflict` when they belong to no agency.
pub(super) async fn whole(
    mut tx: SystemTx,
    origin: &Origin,
    person: &Person,
    passed: &Passed,
) -> Result<SignedIn> {
    let Some(agency) = people::find_first_agency(&mut tx, person.user).await? else {
        tx.commit().await?;
        return Err(no_agency());
    };
    let (user, password_set_at) = (person.user, person.password_set_at);
    let signed_in = SignedIn { user, agency, password_set_at, second_step: true };
    admit(tx, origin, &signed_in, passed).await?;
    Ok(signed_in)
}

/// Puts the sign-in on record, and commits.
pub(super) async fn admit(
    tx: SystemTx,
    origin: &Origin,
    signed_in: &SignedIn,
    passed: &Passed,
) -> Result<()> {
    let scope = SystemScope::caused_by(signed_in.agency, origin.actor("member", Some(signed_in.user)));
    let mut tx = tx.into_agency(&scope).await?;
    let event = Event::new("identity.signed_in").subject(signed_in.user);
    audit::record(&mut tx, event.detail(json!({ "second_step": passed.by() }))).await?;
    tx.commit().await
}
