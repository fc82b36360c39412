//! Looking after the audit log in the background.

use super::check;
use crate::auth::SystemScope;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Takes the check of one agency's chains to its end, and removes views that are old enough.
#[derive(Debug, Serialize, Deserialize)]
pub struct CheckAudit {
    agency: AgencyId,
}

impl CheckAudit {
    /// The job for one agency.
    #[must_use]
    pub fn of(agency: AgencyId) -> Self {
        Self { agency }
    }
}

impl Job for CheckAudit {
    const NAME: &'static str = "check_audit";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        check::run(&app.db, self.agency).await
    }
}

/// Every night: has every chain checked, and old views removed where the chains are whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct TendAudits {}

impl Job for TendAudits {
    const NAME: &'static str = "tend_audits";

    async fn run(self, app: &App) -> Result<()> {
        for agency in app.db.agencies("look after every audit log").await? {
            let mut tx = app.db.begin(&SystemScope::for_agency(agency, "check the audit log")).await?;
            check::begin(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
