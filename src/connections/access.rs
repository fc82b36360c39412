//! Access: a client and a token that is good now, for whoever is about to ask the platform something.

use super::refresh::{self, Need, Refreshed};
use super::types::Health;
use super::{store, tokens};
use crate::db::{Db, Tenant};
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConnectionId};
use crate::platform::{AccessToken, AccountRef, PlatformClient, PlatformKind, Platforms};
use crate::vault::Vault;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What a call about one account needs.
#[derive(Clone)]
pub struct Access {
    /// The platform's client.
    pub client: Arc<dyn PlatformClient>,
    /// Good for the next call; ask for access again rather than keep it for minutes.
    pub token: AccessToken,
    /// How the platform wants the account named.
    pub account: AccountRef,
    /// Through which grant.
    pub connection: ConnectionId,
    /// Where.
    pub platform: PlatformKind,
    /// The platform's id of the account.
    pub platform_account_id: String,
    /// Until when the platform asked us to wait; the caller decides what that means to it.
    pub paused_until: Option<DateTime<Utc>>,
}

/// Access to `account`, refreshed first when its token is used up or about to be.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's, `Conflict` when it is disconnected or has to be reconnected,
/// `Upstream` when a refresh is needed and the platform does not give one.
pub async fn access(
    db: &Db,
    vault: &Vault,
    platforms: &Platforms,
    tenant: &impl Tenant,
    account: AccountId,
) -> Result<Access> {
    let mut row = read(db, tenant, account).await?;
    if row.stale {
        row = match refresh::refresh(db, vault, platforms, tenant, row.connection, Need::Stale).await? {
            Refreshed::Failed(error) if row.expired => {
                return Err(Error::Upstream(format!("A new token is needed, and there is none: {error}.")));
            }
            _ => read(db, tenant, account).await?,
        };
    }
    let kind: PlatformKind = row.platform.parse().map_err(anyhow::Error::from)?;
    let client = platforms.get(kind).ok_or_else(|| not_set_up(kind))?.clone();
    let sealed = row.access_token.as_ref().ok_or_else(disconnected)?;
    let account =
        if row.via_agency { AccountRef::Creator(row.platform_account_id.clone()) } else { AccountRef::Own };
    Ok(Access {
        client,
        token: tokens::open_access(vault, tenant.agency_id(), row.connection, sealed)?,
        account,
        connection: row.connection,
        platform: kind,
        platform_account_id: row.platform_account_id,
        paused_until: row.paused_until,
    })
}

async fn read(db: &Db, tenant: &impl Tenant, account: AccountId) -> Result<store::AccessRow> {
    let mut tx = db.begin(tenant).await?;
    let row = store::find_access(&mut tx, account).await?.ok_or(Error::NotFound)?;
    match row.health {
        Health::NeedsReconnect => Err(Error::conflict("This account has to be reconnected first.")),
        Health::Disconnected => Err(disconnected()),
        _ => Ok(row),
    }
}

fn disconnected() -> Error {
    Error::conflict("This account is disconnected.")
}

pub(super) fn not_set_up(kind: PlatformKind) -> Error {
    Error::conflict(format!("{} is not set up on this installation.", kind.name()))
}
