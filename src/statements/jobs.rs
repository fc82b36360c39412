//! What takes too long for a request.

use super::types::State;
use super::{recording, service, undoing};
use crate::auth::SystemScope;
use crate::db::Actor;
use crate::error::{Error, Result};
use crate::ids::{AgencyId, StatementImportId, UserId};
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Records a large import.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecordStatement {
    pub(super) agency: AgencyId,
    pub(super) import: StatementImportId,
    pub(super) by: UserId,
}

impl Job for RecordStatement {
    const NAME: &'static str = "record_statement";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let scope = on_behalf_of(self.agency, self.by);
        match recording::record(&app.db, &scope, self.by, self.import, State::Recording).await {
            // What the file says does not change by trying again.
            Err(Error::Conflict(sentence)) => {
                service::hand_back(&app.db, &scope, self.import, &sentence).await
            }
            other => other,
        }
    }
}

/// Undoes a large import.
#[derive(Debug, Serialize, Deserialize)]
pub struct UndoStatement {
    pub(super) agency: AgencyId,
    pub(super) import: StatementImportId,
    pub(super) by: UserId,
}

impl Job for UndoStatement {
    const NAME: &'static str = "undo_statement";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let scope = on_behalf_of(self.agency, self.by);
        undoing::undo(&app.db, &scope, self.by, self.import, State::Undoing).await
    }
}

/// The log says who pressed the button.
fn on_behalf_of(agency: AgencyId, user: UserId) -> SystemScope {
    let actor = Actor { kind: "member".to_owned(), user_id: Some(user), ip: None, request_id: None };
    SystemScope::caused_by(agency, actor)
}

/// Every night: forgets files that nobody recorded.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepStatements {}

impl Job for SweepStatements {
    const NAME: &'static str = "sweep_statements";

    async fn run(self, app: &App) -> Result<()> {
        service::forget_abandoned(&app.db).await
    }
}
