//! The steps: each asks the platform for one page and stores it, together with where the next one is, in one transaction.

mod earnings;
mod fans;
mod messages;
mod profile;
mod subscribers;

use super::plan::{Standing, Step};
use super::store;
use crate::auth::SystemScope;
use crate::connections::Access;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::platform::{self, PlatformError};
use std::time::Duration;
use uuid::Uuid;

/// What a step works with.
pub(super) struct Page<'a> {
    pub db: &'a Db,
    pub scope: &'a SystemScope,
    pub account: AccountId,
    pub run: Uuid,
    pub access: &'a Access,
}

/// Why a step stored nothing.
pub(super) enum StepError {
    /// The platform's doing.
    Platform(PlatformError),
    /// Ours.
    Ours(Error),
}

impl From<PlatformError> for StepError {
    fn from(error: PlatformError) -> Self {
        Self::Platform(error)
    }
}

impl From<Error> for StepError {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// Takes a step; false when the run was fenced off, and then nothing was stored.
pub(super) async fn take(step: Step, page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    match step {
        Step::Profile => profile::read(page, standing).await,
        Step::Look => earnings::look(page, standing).await,
        Step::Backfill => earnings::backfill(page, standing).await,
        Step::Subscribers => subscribers::read(page, standing).await,
        Step::FanList => fans::list(page, standing).await,
        Step::FanInsights => fans::ask(page, standing).await,
        Step::ChatList => messages::list(page, standing).await,
        Step::Chat => messages::read(page, standing).await,
    }
}

impl Page<'_> {
    /// A transaction that holds the sync, to store what `calls` calls brought; nothing when the run was fenced off.
    async fn hold(&self, calls: i32) -> Result<Option<AgencyTx>> {
        let mut tx = self.db.begin(self.scope).await?;
        Ok(store::hold(&mut tx, self.account, self.run, calls).await?.then_some(tx))
    }

    /// Rows that could not be read are left out, and that is no secret.
    fn warn_of_skipped<T>(&self, what: &'static str, page: &platform::Page<T>) {
        if page.skipped > 0 {
            let rows = u64::try_from(page.skipped).unwrap_or(u64::MAX);
            metrics::counter!("sync_rows_skipped_total", "what" => what).increment(rows);
            tracing::warn!(account = %self.account, what, rows, "rows of the platform could not be read and are left out");
        }
    }
}

fn seconds(every: Duration) -> f64 {
    every.as_secs_f64()
}
