//! Counting again in the background.

use crate::auth::SystemScope;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Counts one agency's figures again.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckRollups {
    agency: AgencyId,
}

impl CheckRollups {
    /// The job for one agency.
    #[must_use]
    pub fn of(agency: AgencyId) -> Self {
        Self { agency }
    }
}

impl Job for CheckRollups {
    const NAME: &'static str = "check_rollups";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        super::run(&app.db, self.agency).await
    }
}

/// Every night: has every agency's figures counted again.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckEverybody {}

impl Job for CheckEverybody {
    const NAME: &'static str = "check_all_rollups";

    async fn run(self, app: &App) -> Result<()> {
        for agency in app.db.agencies("check the rollups of every agency").await? {
            let mut tx = app.db.begin(&SystemScope::for_agency(agency, "check rollups")).await?;
            super::begin(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
