//! Counting in the background. A new kind of count adds its line here.

use super::{Count, service};
use crate::analytics::fans::{AtRisk, Spend};
use crate::analytics::messages::Sales;
use crate::analytics::period_fans::PeriodFans;
use crate::analytics::subscribers::{Cohorts, Flow, Renewals};
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Makes one count of one agency and keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub struct CountKept {
    pub(super) agency: AgencyId,
    pub(super) kind: String,
    /// Of its parameters, in hexadecimal digits.
    pub(super) hash: String,
}

impl Job for CountKept {
    const NAME: &'static str = "count_kept";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let hash = data_encoding::HEXLOWER.decode(self.hash.as_bytes()).map_err(anyhow::Error::new)?;
        let (db, agency) = (&app.db, self.agency);
        match self.kind.as_str() {
            PeriodFans::NAME => service::make::<PeriodFans>(db, agency, &hash).await,
            Flow::NAME => service::make::<Flow>(db, agency, &hash).await,
            Renewals::NAME => service::make::<Renewals>(db, agency, &hash).await,
            Cohorts::NAME => service::make::<Cohorts>(db, agency, &hash).await,
            Sales::NAME => service::make::<Sales>(db, agency, &hash).await,
            Spend::NAME => service::make::<Spend>(db, agency, &hash).await,
            AtRisk::NAME => service::make::<AtRisk>(db, agency, &hash).await,
            kind => {
                // Asked for by a page of another version; nobody here would show it.
                tracing::warn!(kind, "a count of a kind that is not known is left out");
                Ok(())
            }
        }
    }
}

/// Every night: forgets counts that nobody asks for any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetCounts {}

impl Job for ForgetCounts {
    const NAME: &'static str = "forget_counts";

    async fn run(self, app: &App) -> Result<()> {
        let counts = service::forget(&app.db).await?;
        tracing::debug!(counts, "counts that nobody asks for are forgotten");
        Ok(())
    }
}
