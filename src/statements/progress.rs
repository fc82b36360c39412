//! How far a long import is, told while its own transaction is still open.

use super::store;
use crate::auth::SystemScope;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AgencyId, StatementImportId};

/// Tells how far one import is.
pub(super) struct Progress<'a> {
    db: &'a Db,
    scope: SystemScope,
    id: StatementImportId,
    total: i64,
}

impl<'a> Progress<'a> {
    pub(super) fn new(db: &'a Db, agency: AgencyId, id: StatementImportId, total: usize) -> Self {
        let scope = SystemScope::for_agency(agency, "tell how far a statement is");
        Self { db, scope, id, total: i64::try_from(total).unwrap_or(i64::MAX) }
    }

    /// So many rows are done. It takes a connection of its own; without one the rows go on untold.
    pub(super) async fn tell(&self, done: usize) {
        if let Err(error) = self.try_to_tell(done).await {
            tracing::warn!(import = %self.id, error = format!("{error:#}"), "how far a statement is was not told");
        }
    }

    async fn try_to_tell(&self, done: usize) -> Result<()> {
        let mut tx = self.db.begin(&self.scope).await?;
        store::set_progress(&mut tx, self.id, i64::try_from(done).unwrap_or(i64::MAX), self.total).await?;
        tx.commit().await
    }
}
