//! Looking for fans who may leave in the background.

use super::service;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Every night: has every agency's fans looked at.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderRisks {}

impl Job for OrderRisks {
    const NAME: &'static str = "order_risks";

    async fn run(self, app: &App) -> Result<()> {
        service::order_all(&app.db).await
    }
}

/// Looks at the fans of one agency.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindRisks {
    pub(super) agency: AgencyId,
}

impl Job for FindRisks {
    const NAME: &'static str = "find_risks";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        service::find_all(&app.db, self.agency).await
    }
}
