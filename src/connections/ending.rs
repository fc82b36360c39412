//! Ending: an account is disconnected, and its grant ends with its last account. Figures stay.

use super::policy::{ConnectAccounts, DisconnectAccounts};
use super::store;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db, Reach};
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConnectionId};
use crate::platform::PlatformKind;
use crate::sync;
use serde_json::json;

/// An account about to be disconnected, or just disconnected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where.
    pub platform: PlatformKind,
    /// Whose grant reaches it.
    pub grant_of: String,
    /// How many other accounts the grant reaches: with none, it ends too.
    pub others: i64,
}

/// What disconnecting `account` would mean.
///
/// # Errors
/// `NotFound` for an account that is not this agency's, `Conflict` for one that is disconnected already.
pub async fn ending(db: &Db, scope: &Scope<DisconnectAccounts>, account: AccountId) -> Result<Ending> {
    let row = store::find_account_to_end(&mut db.begin(scope).await?, account).await?;
    described(&row)
}

fn described(row: &store::AccountToEnd) -> Result<Ending> {
    if row.disconnected {
        return Err(Error::conflict(format!("{} is disconnected already.", row.name)));
    }
    Ok(Ending {
        name: row.name.clone(),
        handle: row.handle.clone(),
        platform: row.platform.parse().map_err(anyhow::Error::from)?,
        grant_of: row.grant_of.clone().unwrap_or_else(|| row.name.clone()),
        others: row.others,
    })
}

/// Disconnects `account`: nothing is fetched any more, and with the last account of a grant its tokens are deleted.
///
/// Fanvue documents no address at which a token could be revoked, so deleting ours is all there is to do.
///
/// # Errors
/// As [`ending`].
pub async fn disconnect(db: &Db, scope: &Scope<DisconnectAccounts>, account: AccountId) -> Result<Ending> {
    let mut tx = db.begin(scope).await?;
    store::lock_connecting(&mut tx).await?;
    let row = store::find_account_to_end(&mut tx, account).await?;
    let ending = described(&row)?;
    store::set_account_disconnected(&mut tx, account).await?;
    sync::stop(&mut tx, account).await?;
    // The agency's own grant is not a creator's to end.
    let is_theirs = tx.reach() == Reach::Agency || !row.via_agency;
    let ends = ending.others == 0 && is_theirs;
    if let Some(connection) = row.connection.filter(|_| ends) {
        store::end(&mut tx, connection).await?;
    }
    let event = Event::new("connections.disconnected").subject(account).detail(json!({
        "platform": row.platform, "name": ending.name, "connection": row.connection, "grant_ended": ends,
    }));
    audit::record(&mut tx, event).await?;
    tx.commit().await?;
    Ok(ending)
}

/// Removes a grant that nobody finished.
///
/// # Errors
/// `NotFound` for a grant that has ended or is not this agency's, `Conflict` for one that has accounts.
pub async fn remove(db: &Db, scope: &Scope<ConnectAccounts>, id: ConnectionId) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    store::lock_connecting(&mut tx).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if grant.accounts > 0 {
        return Err(Error::conflict("Accounts are connected through it. Disconnect those instead."));
    }
    store::end(&mut tx, id).await?;
    let detail = json!({"platform": grant.platform, "granted_by": grant.display_name, "unfinished": true});
    audit::record(&mut tx, Event::new("connections.disconnected").subject(id).detail(detail)).await?;
    tx.commit().await
}

/// Ends every grant, account and open link of an agency that is being deleted, within the caller's transaction; how many
/// accounts that were.
///
/// # Errors
/// When the database refuses.
pub async fn end_all(tx: &mut AgencyTx) -> Result<u64> {
    store::lock_connecting(tx).await?;
    let accounts = store::set_all_accounts_disconnected(tx).await?;
    for id in store::end_all(tx).await? {
        audit::record(tx, Event::new("connections.disconnected").subject(id)).await?;
    }
    store::revoke_all_links(tx).await?;
    sync::stop_all(tx).await?;
    Ok(accounts)
}
