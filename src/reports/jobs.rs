//! Reports in the background.

use super::types::MonthOf;
use super::{making, schedule};
use crate::auth::SystemScope;
use crate::db::Actor;
use crate::error::Result;
use crate::ids::{AgencyId, ReportId, UserId};
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Makes a report of many accounts.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeReport {
    pub(super) agency: AgencyId,
    pub(super) report: ReportId,
    pub(super) month: NaiveDate,
    pub(super) by: UserId,
}

impl Job for MakeReport {
    const NAME: &'static str = "make_report";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        let actor = Actor { kind: "member".to_owned(), user_id: Some(self.by), ip: None, request_id: None };
        let scope = SystemScope::caused_by(self.agency, actor);
        making::make(&app.db, &scope, self.report, MonthOf::containing(self.month)).await?;
        Ok(())
    }
}

/// Makes the report that is due, and mails word of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct MailReport {
    agency: AgencyId,
}

impl Job for MailReport {
    const NAME: &'static str = "mail_report";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        schedule::mail(app, self.agency).await
    }
}

/// Every five minutes: finds the agencies whose report is due. An hour that nobody was at work is caught up.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindReportsDue {}

impl Job for FindReportsDue {
    const NAME: &'static str = "find_reports_due";

    async fn run(self, app: &App) -> Result<()> {
        let due = schedule::agencies_due(&app.db).await?;
        let mut tx = app.db.begin_system("have reports mailed that are due").await?;
        for agency in due {
            let how = How::default().key(format!("mail_report {agency}"));
            jobs::enqueue(tx.conn(), &MailReport { agency }, how).await?;
        }
        tx.commit().await
    }
}
