//! The background verbs of syncing.

use super::run::{self, Tools};
use super::store;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whose time has come.
const TICK: Duration = Duration::from_secs(1);
/// How many are taken at a time.
const BATCH: i64 = 100;

/// Syncs one account for a while; what is left is another job's.
#[derive(Debug, Serialize, Deserialize)]
pub struct SyncAccount {
    agency: AgencyId,
    account: AccountId,
}

impl Job for SyncAccount {
    const NAME: &'static str = "sync_account";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let tools = Tools { db: &app.db, vault: &app.vault, platforms: &app.platforms };
        run::run(tools, self.agency, self.account).await?;
        Ok(())
    }
}

/// One job per account waits, and jobs of one account run one after the other.
pub(super) async fn enqueue(
    conn: &mut PgConnection,
    agency: AgencyId,
    account: AccountId,
    delay: Duration,
) -> Result<()> {
    let name = format!("{}:{account}", SyncAccount::NAME);
    let how = How::default().key(&name).queue(&name).after(delay);
    jobs::enqueue(conn, &SyncAccount { agency, account }, how).await
}

/// Has every account synced whose time has come, until `stop`. Any number of processes may do it side by side.
pub async fn keep_due(db: Db, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let taken = take_due(&db).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the syncs that are due could not be read; trying again");
            0
        });
        if taken < BATCH {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }
}

async fn take_due(db: &Db) -> Result<i64> {
    let mut tx = db.begin_system("have due accounts synced").await?;
    let due = store::take_due(&mut tx, BATCH).await?;
    for sync in &due {
        enqueue(tx.conn(), sync.agency_id, sync.account_id, Duration::ZERO).await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(due.len()).unwrap_or(BATCH))
}
