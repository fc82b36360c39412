//! Every job that a worker knows, and when the recurring ones run. A new job adds its line here.

use super::task::task;
use crate::{mail, sync};
use graphile_worker::JobDefinition;

/// Every job.
pub(super) fn all() -> Vec<JobDefinition> {
    vec![task::<sync::SyncAccount>(), task::<mail::SendMail>(), task::<mail::SweepMails>()]
}

/// The recurring ones, in UTC; of many processes one adds them. Their payload is empty.
pub(super) const RECURRING: &str = "17 3 * * * sweep_mails";
