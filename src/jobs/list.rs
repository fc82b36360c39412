//! Every job that a worker knows, and when the recurring ones run. A new job adds its line here.

use super::task::task;
use crate::sync;
use graphile_worker::JobDefinition;

/// Every job.
pub(super) fn all() -> Vec<JobDefinition> {
    vec![task::<sync::SyncAccount>()]
}

/// The recurring ones, in UTC; of many processes one adds them. Their payload is empty.
pub(super) const RECURRING: &str = "";
