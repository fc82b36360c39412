//! The background verbs of the team.

use super::store;
use crate::error::Result;
use crate::jobs::Job;
use crate::server::state::App;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A pasted list is forgotten after so long, sent or not.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Forgets pasted lists.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepLists {}

impl Job for SweepLists {
    const NAME: &'static str = "sweep_lists";

    async fn run(self, app: &App) -> Result<()> {
        let mut tx = app.db.begin_system("forget pasted lists").await?;
        let before = tx.now() - KEPT;
        let lists = store::remove_lists_before(&mut tx, before).await?;
        tx.commit().await?;
        tracing::debug!(lists, "pasted lists are forgotten");
        Ok(())
    }
}
