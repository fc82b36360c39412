//! Every job that a worker knows, and when the recurring ones run. A new job adds its line here.

use super::task::task;
use crate::{
    alerts, analytics, audit, churn, earnings, forecasts, identity, mail, reports, statements, sync, team,
    tiers, webhooks,
};
use graphile_worker::JobDefinition;

/// Every job.
pub(super) fn all() -> Vec<JobDefinition> {
    vec![
        task::<sync::SyncAccount>(),
        task::<webhooks::DrainWebhooks>(),
        task::<webhooks::ForgetWebhooks>(),
        task::<mail::SendMail>(),
        task::<mail::SweepMails>(),
        task::<identity::SendResetLink>(),
        task::<identity::RecordRefusal>(),
        task::<identity::SweepIdentity>(),
        task::<team::SweepLists>(),
        task::<alerts::MailAlerts>(),
        task::<alerts::SendDigests>(),
        task::<alerts::WatchAlerts>(),
        task::<alerts::WatchAgency>(),
        task::<audit::CheckAudit>(),
        task::<audit::TendAudits>(),
        task::<earnings::checks::CheckRollups>(),
        task::<earnings::checks::CheckEverybody>(),
        task::<analytics::kept::CountKept>(),
        task::<analytics::kept::ForgetCounts>(),
        task::<forecasts::OrderForecasts>(),
        task::<forecasts::MakeForecasts>(),
        task::<forecasts::MakeForecast>(),
        task::<churn::OrderRisks>(),
        task::<churn::FindRisks>(),
        task::<tiers::OrderTiers>(),
        task::<tiers::RateCreators>(),
        task::<statements::jobs::RecordStatement>(),
        task::<statements::jobs::UndoStatement>(),
        task::<statements::jobs::SweepStatements>(),
        task::<reports::jobs::MakeReport>(),
        task::<reports::jobs::MailReport>(),
        task::<reports::jobs::FindReportsDue>(),
    ]
}

/// The recurring ones, in UTC; of many processes one adds them. Their payload is empty.
pub(super) const RECURRING: &str = "17 3 * * * sweep_mails
41 2 * * * tend_audits
53 2 * * * check_all_rollups
11 1 * * * order_forecasts
37 1 * * * order_risks
51 0 * * * order_tiers
23 3 * * * forget_webhooks
31 3 * * * sweep_lists
37 3 * * * forget_counts
11 4 * * * watch_alerts
*/15 * * * * send_digests
47 3 * * * sweep_statements
*/5 * * * * find_reports_due
27 * * * * sweep_identity";
