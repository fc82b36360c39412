//! The background verbs of alerts.

use super::{digests, refunds, renewals};
use crate::auth::SystemScope;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use serde::{Deserialize, Serialize};

/// Mails those who want to know at once.
#[derive(Debug, Serialize, Deserialize)]
pub struct MailAlerts {
    agency: AgencyId,
}

impl MailAlerts {
    /// The job for one agency.
    #[must_use]
    pub fn of(agency: AgencyId) -> Self {
        Self { agency }
    }

    /// One waits per agency.
    pub(super) fn key(&self) -> String {
        format!("{} {}", Self::NAME, self.agency)
    }
}

impl Job for MailAlerts {
    const NAME: &'static str = "mail_alerts";

    async fn run(self, app: &App) -> Result<()> {
        digests::mail_at_once(&app.db, &app.vault, &app.public_url, self.agency).await
    }
}

/// Every quarter of an hour, as zones differ by those: sends the digests that are due.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendDigests {}

impl Job for SendDigests {
    const NAME: &'static str = "send_digests";

    async fn run(self, app: &App) -> Result<()> {
        let sent = digests::send_due(&app.db, &app.vault, &app.public_url).await?;
        tracing::debug!(sent, "digests of alerts are sent");
        Ok(())
    }
}

/// Every night: has every agency's figures looked at.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchAlerts {}

impl Job for WatchAlerts {
    const NAME: &'static str = "watch_alerts";

    async fn run(self, app: &App) -> Result<()> {
        for agency in app.db.agencies("watch every agency's figures").await? {
            let mut tx = app.db.begin(&SystemScope::for_agency(agency, "watch the figures")).await?;
            let job = WatchAgency::of(agency);
            let how = How::default().key(format!("{} {agency}", WatchAgency::NAME));
            jobs::enqueue(tx.conn(), &job, how).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Looks at one agency's figures: what shows in no single transaction, but in weeks of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchAgency {
    agency: AgencyId,
}

impl WatchAgency {
    /// The job for one agency.
    #[must_use]
    pub fn of(agency: AgencyId) -> Self {
        Self { agency }
    }
}

impl Job for WatchAgency {
    const NAME: &'static str = "watch_agency";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let mut tx = app.db.begin(&SystemScope::for_agency(self.agency, "watch the figures")).await?;
        renewals::watch(&mut tx).await?;
        refunds::end_old(&mut tx).await?;
        tx.commit().await
    }
}
