//! The background verbs of syncing.

use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::time::Duration;

/// Syncs one account for a while; what is left is another job's.
#[derive(Debug, Serialize, Deserialize)]
pub struct SyncAccount {
    agency: AgencyId,
    account: AccountId,
}

impl Job for SyncAccount {
    const NAME: &'static str = "sync_account";
    const LANE: Lane = Lane::Long;

    async fn run(self, _app: &App) -> Result<()> {
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
