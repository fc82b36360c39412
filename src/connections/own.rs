//! A creator connects by herself: a link that is bound to her record, good for minutes, and used once.

use super::policy::ConnectOwnAccounts;
use super::store;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::creators;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::platform::PlatformKind;
use crate::random::token_hash;
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// She goes on at once; whoever finds the link in a browser's history later finds it too old.
const LIFETIME: Duration = Duration::minutes(15);

/// Makes the link by which the creator who asks connects or reconnects an account of her own; one that she made before and
/// did not use ends. Its token is given out here and never again.
///
/// # Errors
/// `Conflict` for a member who is no creator of the agency.
pub async fn make_own_link(
    db: &Db,
    scope: &Scope<ConnectOwnAccounts>,
    platform: PlatformKind,
) -> Result<SecretString> {
    let user = scope.member().user_id();
    let mut tx = db.begin(scope).await?;
    let creator = creators::of_member(&mut tx, user).await?.ok_or_else(|| {
        Error::conflict("The agency has not said yet which creator you are. Ask an owner or manager.")
    })?;
    store::revoke_own_links(&mut tx, user).await?;
    let token = db.random().token();
    let row = store::NewLinkRow {
        id: tx.new_id(),
        token_hash: &token_hash(token.expose_secret()),
        platform: platform.as_str(),
        note: &creator.name,
        creator: Some(creator.id),
        made_by: user,
        own: true,
        expires_at: tx.now() + LIFETIME,
    };
    let event = Event::new("links.made").subject(row.id).detail(json!({
        "platform": row.platform, "creator": creator.id, "own": true, "expires_at": row.expires_at,
    }));
    store::add_link(&mut tx, row).await?;
    audit::record(&mut tx, event).await?;
    tx.commit().await?;
    Ok(token)
}
