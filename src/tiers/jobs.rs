//! Rating creators in the background.

use super::service;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::Job;
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Every night: has every agency's creators rated. Only the first night of a month brings a new one; the others let in what
/// came late.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderTiers {}

impl Job for OrderTiers {
    const NAME: &'static str = "order_tiers";

    async fn run(self, app: &App) -> Result<()> {
        service::order_all(&app.db).await
    }
}

/// Rates the creators of one agency.
#[derive(Debug, Serialize, Deserialize)]
pub struct RateCreators {
    pub(super) agency: AgencyId,
}

impl Job for RateCreators {
    const NAME: &'static str = "rate_creators";

    async fn run(self, app: &App) -> Result<()> {
        service::rate_all(&app.db, self.agency).await
    }
}
