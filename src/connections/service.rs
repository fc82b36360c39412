//! Looking at connections, and ending them.

use super::policy::ViewConnections;
use super::store;
use super::types::Connection;
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::AccountId;
use crate::platform::PlatformKind;

/// Every connection that is not disconnected, newest first, with the accounts that it reaches.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &Db, scope: &Scope<ViewConnections>) -> Result<Vec<Connection>> {
    let mut tx = db.begin(scope).await?;
    let mut connections = store::list(&mut tx).await?;
    for (id, account) in store::list_accounts(&mut tx).await? {
        if let Some(connection) = connections.iter_mut().find(|connection| connection.id == id) {
            connection.accounts.push(account);
        }
    }
    Ok(connections)
}

/// The names on `platform` of the accounts that are connected, without the @.
///
/// # Errors
/// When the database does not answer.
pub async fn handles(tx: &mut AgencyTx, platform: PlatformKind) -> Result<Vec<String>> {
    store::list_handles(tx, platform.as_str()).await
}

/// The connection through which `account` is reached: how it is, since when, and what it may. Nothing when the account is
/// disconnected, or not this agency's.
///
/// # Errors
/// When the database does not answer.
pub async fn of_account(tx: &mut AgencyTx, account: AccountId) -> Result<Option<Connection>> {
    store::find_of_account(tx, account).await
}
