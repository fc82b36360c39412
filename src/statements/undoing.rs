//! Undoing an import: exactly the rows that it brought go, and every sum moves back, in one transaction.

use super::jobs::UndoStatement;
use super::policy::ImportStatements;
use super::progress::Progress;
use super::service::IN_A_REQUEST;
use super::store;
use super::types::State;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{Db, Tenant};
use crate::earnings;
use crate::error::{Error, Result};
use crate::ids::{StatementImportId, UserId};
use crate::jobs::{self, How};
use serde_json::json;

/// Rows that are removed at a time.
const BATCH: usize = 5000;

/// Undoes a recorded import: at once when it is small, otherwise in the background.
///
/// # Errors
/// `NotFound`, or `Conflict` when it is not recorded.
pub async fn want_undo(db: &Db, scope: &Scope<ImportStatements>, id: StatementImportId) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let import = store::lock(&mut tx, id).await?;
    match import.state {
        State::Recorded => {}
        State::Undoing | State::Undone => return Ok(()),
        _ => return Err(Error::conflict("It is not recorded, so there is nothing to undo.")),
    }
    let by = scope.member().user_id();
    if import.added <= IN_A_REQUEST {
        drop(tx);
        return undo(db, scope, by, id, State::Recorded).await;
    }
    store::set_state(&mut tx, id, State::Undoing, None).await?;
    store::set_progress(&mut tx, id, 0, import.added).await?;
    let agency = tx.agency_id();
    let job = UndoStatement { agency, import: id, by, tried: 0 };
    jobs::enqueue(tx.conn(), &job, How::default().queue(format!("statements {agency}"))).await?;
    tx.commit().await
}

/// Undoes the import if it stands at `from` (otherwise somebody did already), in one transaction.
///
/// # Errors
/// When the database refuses; then all of it stays.
pub async fn undo(
    db: &Db,
    scope: &impl Tenant,
    by: UserId,
    id: StatementImportId,
    from: State,
) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let import = store::lock(&mut tx, id).await?;
    let Some(account) = import.account.filter(|_| import.state == from) else { return Ok(()) };
    let total = usize::try_from(import.added).unwrap_or(0);
    let (progress, mut done) = (Progress::new(db, tx.agency_id(), id, total), 0);
    loop {
        let ids = store::take_rows(&mut tx, id, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        if ids.is_empty() {
            break;
        }
        earnings::remove(&mut tx, account, &ids).await?;
        done += ids.len();
        if import.added > IN_A_REQUEST {
            progress.tell(done).await;
        }
    }
    earnings::forget_fans(&mut tx, account).await?;
    store::set_undone(&mut tx, id, by).await?;
    let detail = json!({ "rows": done, "account": account });
    audit::record(&mut tx, Event::new("statements.undone").subject(id).detail(detail)).await?;
    tx.commit().await
}
