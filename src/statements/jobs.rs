//! What takes too long for a request.

use super::types::State;
use super::{recording, service, undoing};
use crate::auth::SystemScope;
use crate::db::Actor;
use crate::error::{Error, Result};
use crate::ids::{AgencyId, StatementImportId, UserId};
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// So often a job is tried; then people get the import back.
const TRIES: u32 = 8;

/// Records a large import.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecordStatement {
    pub(super) agency: AgencyId,
    pub(super) import: StatementImportId,
    pub(super) by: UserId,
    /// How often it failed.
    #[serde(default)]
    pub(super) tried: u32,
}

impl Job for RecordStatement {
    const NAME: &'static str = "record_statement";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let scope = on_behalf_of(self.agency, self.by);
        let (from, to) = (State::Recording, State::Open);
        let why = match recording::record(&app.db, &scope, self.by, self.import, from).await {
            Ok(()) => return Ok(()),
            // What the file says does not change by trying again.
            Err(Error::Conflict(sentence)) => sentence,
            Err(error) => {
                let tried = failed(Self::NAME, self.import, self.tried, &error);
                if tried < TRIES {
                    return again(app, &scope, &Self { tried, ..self }, tried).await;
                }
                "It could not be recorded, by our fault. Nothing of it was. Try again.".to_owned()
            }
        };
        service::hand_back(&app.db, &scope, self.import, (from, to), &why).await
    }
}

/// Undoes a large import.
#[derive(Debug, Serialize, Deserialize)]
pub struct UndoStatement {
    pub(super) agency: AgencyId,
    pub(super) import: StatementImportId,
    pub(super) by: UserId,
    /// How often it failed.
    #[serde(default)]
    pub(super) tried: u32,
}

impl Job for UndoStatement {
    const NAME: &'static str = "undo_statement";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let scope = on_behalf_of(self.agency, self.by);
        let (from, to) = (State::Undoing, State::Recorded);
        let Err(error) = undoing::undo(&app.db, &scope, self.by, self.import, from).await else {
            return Ok(());
        };
        let tried = failed(Self::NAME, self.import, self.tried, &error);
        if tried < TRIES {
            return again(app, &scope, &Self { tried, ..self }, tried).await;
        }
        let why = "It could not be undone, by our fault. All of it stands. Try again.";
        service::hand_back(&app.db, &scope, self.import, (from, to), why).await
    }
}

/// Logs a failure; how many there are now.
fn failed(job: &'static str, import: StatementImportId, tried: u32, error: &Error) -> u32 {
    let tried = tried.saturating_add(1);
    tracing::error!(job, %import, tried, of = TRIES, error = format!("{error:#}"), "a statement's job failed");
    tried
}

/// Tries again later, a little later each time. The queue would do so, too, but nobody is told when it gives up.
async fn again<J: Job>(app: &App, scope: &SystemScope, job: &J, tried: u32) -> Result<()> {
    let mut tx = app.db.begin(scope).await?;
    let agency = tx.agency_id();
    let how = How::default().queue(format!("statements {agency}"));
    jobs::enqueue(tx.conn(), job, how.after(Duration::from_secs(1 << tried.min(TRIES)))).await?;
    tx.commit().await
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
