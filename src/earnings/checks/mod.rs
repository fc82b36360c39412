//! Checks of the rollups: every night, and when somebody asks, an agency's figures are counted again from its earnings. What
//! differs is told (an alert, a page, a metric, the log), never mended in silence.

mod jobs;
pub mod pages;
pub mod server_fns;
mod store;

pub use jobs::{CheckEverybody, CheckRollups};

use super::policy::{CheckFigures, ViewAllEarnings};
use super::rollups::{self, Difference};
use crate::alerts::{self, Evidence, Kind};
use crate::audit::{self, Event};
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::jobs::{How, enqueue};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Differences that a page shows of one check.
const SHOWN: usize = 100;
/// Checks that are kept, so that there is a history.
const KEPT: i64 = 30;
/// How often a check says how far it is.
const EVERY: usize = 20;

/// One recount of an agency.
#[derive(Clone, Debug)]
pub struct Check {
    /// Which.
    pub id: Uuid,
    /// Since when it runs.
    pub started_at: DateTime<Utc>,
    /// When it ended; nothing while it goes on.
    pub finished_at: Option<DateTime<Utc>>,
    /// Accounts counted so far.
    pub accounts: i64,
    /// Of so many.
    pub of_accounts: i64,
    /// How many figures differ.
    pub differences: i64,
    /// The first of them.
    pub shown: Vec<Difference>,
}

/// The checks of the agency, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &Db, scope: &Scope<ViewAllEarnings>) -> Result<Vec<Check>> {
    store::list(&mut db.begin(scope).await?).await
}

/// Has the agency's figures counted again, unless that is under way already.
///
/// # Errors
/// When the database does not answer.
pub async fn check_now(db: &Db, scope: &Scope<CheckFigures>) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    begin(&mut tx).await?;
    audit::record(&mut tx, Event::new("earnings.check_asked")).await?;
    tx.commit().await
}

async fn begin(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    let job = CheckRollups::of(agency);
    enqueue(tx.conn(), &job, How::default().key(format!("check_rollups {agency}"))).await
}

/// Counts one agency again and keeps what was found. One that was cut off is taken up and counts from the beginning.
///
/// # Errors
/// When the database does not answer.
pub async fn run(db: &Db, agency: AgencyId) -> Result<()> {
    let scope = SystemScope::for_agency(agency, "check rollups");
    let accounts = rollups::accounts(db, agency).await?;
    let mut tx = db.begin(&scope).await?;
    let fresh = tx.new_id();
    let id = store::begin(&mut tx, fresh, accounts.len(), KEPT).await?;
    tx.commit().await?;
    let mut found = Vec::new();
    for (index, part) in accounts.chunks(EVERY).enumerate() {
        found.extend(rollups::differences_of_accounts(db, agency, part).await?);
        let mut tx = db.begin(&scope).await?;
        store::set_progress(&mut tx, id, index * EVERY + part.len()).await?;
        tx.commit().await?;
    }
    found.extend(rollups::differences_of_sums(db, agency).await?);
    tell(agency, &found);
    let shown: Vec<_> = found.iter().take(SHOWN).cloned().collect();
    let mut tx = db.begin(&scope).await?;
    alert(&mut tx, &found).await?;
    store::finish(&mut tx, id, found.len(), &shown).await?;
    tx.commit().await
}

/// To the agency: one alert per account whose figures differ, and one for the sums over all; those that are right again end.
async fn alert(tx: &mut AgencyTx, found: &[Difference]) -> Result<()> {
    let mut by_account: BTreeMap<Option<AccountId>, Vec<&Difference>> = BTreeMap::new();
    for difference in found {
        by_account.entry(difference.account).or_default().push(difference);
    }
    let mut causes = Vec::new();
    for (account, differences) in by_account {
        let cause = account.map_or_else(|| "all accounts".to_owned(), |id| id.to_string());
        let example =
            differences.first().map(|it| format!("{} of {}", it.rollup, it.key)).unwrap_or_default();
        let count = i64::try_from(differences.len()).unwrap_or(i64::MAX);
        let evidence = Evidence::RollupsDiffer { differences: count, example };
        alerts::raise(tx, &cause, account, &evidence).await?;
        causes.push(cause);
    }
    alerts::end_all_but(tx, Kind::RollupsDiffer, &causes).await?;
    Ok(())
}

/// To whoever watches the process.
fn tell(agency: AgencyId, found: &[Difference]) {
    let outcome = if found.is_empty() { "equal" } else { "differs" };
    metrics::counter!("rollup_checks_total", "outcome" => outcome).increment(1);
    metrics::counter!("rollup_differences_total").increment(u64::try_from(found.len()).unwrap_or(u64::MAX));
    if let Some(first) = found.first() {
        tracing::error!(%agency, differences = found.len(), %first, "figures differ from a recount of the earnings");
    }
}
