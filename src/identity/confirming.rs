//! Proving again who one is, before what a borrowed session must not do.

use super::policy::ManageOwnSessions;
use super::reception::Reception;
use super::records::record_everywhere;
use super::second_factor::{has_factor, try_code};
use super::service::{Asked, try_password};
use crate::audit::Event;
use crate::auth::Scope;
use crate::error::{Error, Result};
use secrecy::SecretString;
use serde_json::json;

/// Proves that the member is who they are: by the second factor, where there is one, else by the password.
///
/// # Errors
/// `Invalid` at the field `password` or `code` when it does not fit; that counts like a failed sign-in. `RateLimited` after
/// too many.
pub(super) async fn confirm(
    reception: &Reception,
    scope: &Scope<ManageOwnSessions>,
    password: SecretString,
    code: &str,
) -> Result<()> {
    let (member, origin) = (scope.member(), scope.origin());
    let user = member.user_id();
    if has_factor(&reception.db, user).await? {
        let (tx, passed) = try_code(reception, origin, user, code).await?;
        let event = Event::new("identity.confirmed").subject(user).detail(json!({ "by": passed.by() }));
        return record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?.commit().await;
    }
    let proven = try_password(reception, origin, Asked::ToConfirm(user), member.email(), password).await?;
    let Some((tx, _)) = proven else { return Err(Error::field("password", "This is not your password")) };
    let event = Event::new("identity.confirmed").subject(user).detail(json!({ "by": "password" }));
    record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?.commit().await
}
