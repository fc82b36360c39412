//! Looking at connections, and ending them.

use super::policy::ViewConnections;
use super::store;
use super::types::Connection;
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;

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
