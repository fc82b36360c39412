//! The keeper: refreshes what is due, in every process that works in the background.

use super::refresh::{self, Need};
use super::store;
use crate::auth::SystemScope;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AgencyId, ConnectionId};
use crate::platform::Platforms;
use crate::vault::Vault;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A refresh that was cut off has to be repeated within the platform's grace of 30 s, so looking every minute is too late.
const TICK: Duration = Duration::from_secs(1);
/// Refreshes at a time and process; each holds a connection to the database while the platform answers.
const AT_ONCE: usize = 16;

/// Refreshes what is due until `stop`; then lets the refreshes in progress end.
pub async fn keep_fresh(db: Db, vault: Vault, platforms: Platforms, stop: CancellationToken) {
    let keeper = Keeper {
        turns: Arc::new(Semaphore::new(at_once(&db))),
        tasks: TaskTracker::new(),
        db,
        vault,
        platforms,
    };
    let ended = stop.clone();
    tokio::select! {
        () = stop.cancelled() => {}
        () = keeper.work() => {}
    }
    debug_assert!(ended.is_cancelled(), "the keeper works until it is stopped");
    keeper.tasks.close();
    keeper.tasks.wait().await;
}

/// Half of the pool at most, so that pages and jobs find a connection too.
fn at_once(db: &Db) -> usize {
    AT_ONCE.min(usize::try_from(db.max_connections() / 2).unwrap_or(AT_ONCE)).max(1)
}

#[derive(Clone)]
struct Keeper {
    db: Db,
    vault: Vault,
    platforms: Platforms,
    turns: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Keeper {
    async fn work(&self) {
        // The semaphore is never closed.
        while let Ok(turn) = self.turns.acquire().await {
            let free = 1 + self.turns.available_permits();
            drop(turn);
            let begun = match self.begin(free).await {
                Ok(begun) => begun,
                Err(error) => {
                    tracing::warn!(%error, "what is due for refreshing could not be read; trying again");
                    0
                }
            };
            if begun < free {
                tokio::time::sleep(TICK).await;
            }
        }
    }

    /// Takes up to `free` connections that are due; how many there were.
    async fn begin(&self, free: usize) -> Result<usize> {
        let mut tx = self.db.begin_system("find connections to refresh").await?;
        let limit = i64::try_from(free).unwrap_or(1);
        let due = store::start_due(&mut tx, limit).await?;
        tx.commit().await?;
        let count = due.len();
        for row in due {
            let Ok(turn) = self.turns.clone().acquire_owned().await else { break };
            let keeper = self.clone();
            self.tasks.spawn(async move {
                keeper.refresh(row.agency_id, row.id).await;
                drop(turn);
            });
        }
        Ok(count)
    }

    async fn refresh(&self, agency: AgencyId, id: ConnectionId) {
        let scope = SystemScope::for_agency(agency, "refresh tokens");
        let done = refresh::refresh(&self.db, &self.vault, &self.platforms, &scope, id, Need::Due).await;
        if let Err(error) = done {
            // The connection stays due, so the next tick repeats it.
            tracing::error!(connection = %id, error = format!("{error:#}"), "a refresh failed on our side");
            metrics::counter!("token_refreshes_total", "outcome" => "error").increment(1);
            tokio::time::sleep(TICK).await;
        }
    }
}
