//! Making forecasts in the background.

use super::service;
use super::types::Subject;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Every night: has everybody's forecasts made.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderForecasts {}

impl Job for OrderForecasts {
    const NAME: &'static str = "order_forecasts";

    async fn run(self, app: &App) -> Result<()> {
        service::order_all(&app.db).await
    }
}

/// Makes one agency's forecasts of the day.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeForecasts {
    pub(super) agency: AgencyId,
}

impl Job for MakeForecasts {
    const NAME: &'static str = "make_forecasts";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        service::make_all(&app.db, self.agency).await
    }
}

/// Makes one forecast that a page lacks.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeForecast {
    pub(super) agency: AgencyId,
    pub(super) account: Option<AccountId>,
}

impl Job for MakeForecast {
    const NAME: &'static str = "make_forecast";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let subject = self.account.map_or(Subject::Agency, Subject::Account);
        service::make(&app.db, self.agency, subject).await
    }
}
