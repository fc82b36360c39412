//! A person who belongs to no agency any more starts one of their own, with the account that they have.

use super::reception::Reception;
use super::registration::begin_agency;
use super::service::{Asked, SignedIn, try_password};
use super::store::{self, Credentials};
use super::types::{email, named};
use crate::auth::Origin;
use crate::error::{Error, Invalid, Result};
use secrecy::SecretString;

/// Proves who the person is, and makes an agency of which they are the owner.
///
/// # Errors
/// `Invalid` for what needs correcting, with the same sentence for an unknown email and a wrong password; `Conflict` for whoever
/// belongs to an agency: they sign in, and start another one there. `RateLimited` after too many.
pub(super) async fn start_again(
    reception: &Reception,
    origin: &Origin,
    typed_email: &str,
    password: SecretString,
    name: &str,
) -> Result<SignedIn> {
    let mut invalid = Invalid::default();
    let name = invalid.take("agency", named(name, "Type your agency's name")).unwrap_or_default();
    invalid.check()?;
    let wrong = || Error::field("password", "Email and password do not fit together");
    let email = email(typed_email).map_err(|_| wrong())?;
    let proven = try_password(reception, origin, Asked::ToSignIn, &email, password).await?;
    let Some((mut tx, Credentials { user, set_at, second_step, .. })) = proven else { return Err(wrong()) };
    store::lock_user(&mut tx, user).await?;
    if store::find_first_agency(&mut tx, user).await?.is_some() {
        tx.commit().await?;
        return Err(Error::conflict(
            "You belong to an agency. Sign in there; you can start another one under Your agencies.",
        ));
    }
    let agency = begin_agency(tx, origin, user, &name).await?;
    Ok(SignedIn { user, agency, password_set_at: set_at, second_step })
}
