//! Checking an agency's chains in the background: every night, and when somebody asks. Always from the beginning, since a row
//! may be changed after it was checked; a check that was cut off goes on where it was.

use super::chain::{Stand, Walk, Whole};
use super::jobs::CheckAudit;
use super::policy::ViewAudit;
use super::retention;
use super::service::{Event, record};
use super::store::{self, CheckRow};
use super::types::{Broken, Chain};
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{self, How};
use chrono::{DateTime, TimeDelta, Utc};

/// Steps of a walk in one transaction; then how far it is can be seen.
const STEPS: usize = 5;
/// A check that has been going on for so long is begun anew when somebody asks.
const FORGOTTEN: TimeDelta = TimeDelta::hours(6);

/// What is known of an agency's chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// A check that goes on: rows passed, and rows in all.
    pub running: Option<(i64, i64)>,
    /// When the last complete one ended, and what it found.
    pub last: Option<(DateTime<Utc>, std::result::Result<Whole, Broken>)>,
}

/// What is known of the agency's chains.
///
/// # Errors
/// When the database does not answer.
pub async fn last_check(tx: &mut AgencyTx) -> Result<Check> {
    let row = store::lookup_check(tx).await?.unwrap_or_default();
    let running = row.started_at.map(|_| (row.done, row.total.max(row.done)));
    let Some(at) = row.checked_at else { return Ok(Check { running, last: None }) };
    let found = match row.broken {
        Some(broken) => Err(serde_json::from_value(broken).map_err(anyhow::Error::from)?),
        None => Ok(Whole {
            changes: row.changes.unwrap_or_default(),
            views: row.views.unwrap_or_default(),
            since: row.since,
        }),
    };
    Ok(Check { running, last: Some((at, found)) })
}

/// Has the agency's chains checked now; that one goes on already is as good.
///
/// # Errors
/// When the database refuses.
pub async fn check_now(db: &Db, scope: &Scope<ViewAudit>) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    if begin(&mut tx).await? {
        let event = Event::new("audit.check_begun").subject(tx.agency_id());
        record(&mut tx, event).await?;
    }
    tx.commit().await
}

/// Begins a check, unless one goes on; whether it did.
pub(super) async fn begin(tx: &mut AgencyTx) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let row = store::lock_check(tx).await?;
    if row.started_at.is_some_and(|at| now - at < FORGOTTEN) {
        return Ok(false);
    }
    let mut total = 0;
    for chain in Chain::ALL {
        total += store::head(tx, chain).await?.seq;
    }
    total -= store::lookup_pruned(tx).await?.seq;
    let begun = CheckRow { started_at: Some(now), walk: None, done: 0, total, ..row };
    store::set_check(tx, &begun).await?;
    let how = How::default().key(format!("check_audit:{agency}"));
    jobs::enqueue(tx.conn(), &CheckAudit::of(agency), how).await?;
    Ok(true)
}

/// Takes the check that was begun to its end. Only when the chains are whole, views that are old enough leave: from a broken
/// chain nothing that could tell more is removed.
pub(super) async fn run(db: &Db, agency: AgencyId) -> Result<()> {
    let scope = SystemScope::for_agency(agency, "check the audit log");
    let mut went = Went::On;
    while went == Went::On {
        went = go_on(db, &scope).await?;
    }
    if went == Went::Whole {
        let removed = retention::prune(db, agency).await?;
        tracing::debug!(%agency, removed, "views that are old enough are removed");
    }
    Ok(())
}

/// How a check went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// There is more to walk.
    On,
    /// To its end, and the chains are whole.
    Whole,
    /// To a row that does not fit.
    Broken,
    /// There was none to go on with.
    Nowhere,
}

/// Goes on by some steps, in a transaction of its own.
///
/// # Errors
/// When the database does not answer; the check then goes on where it was.
pub async fn go_on(db: &Db, scope: &SystemScope) -> Result<Went> {
    let mut tx = db.begin(scope).await?;
    let mut row = store::lock_check(&mut tx).await?;
    if row.started_at.is_none() {
        return Ok(Went::Nowhere);
    }
    let walk = row.walk.take().map(serde_json::from_value).transpose().map_err(anyhow::Error::from)?;
    let mut walk: Walk = walk.unwrap_or_else(Walk::new);
    let mut stand = Stand::Walking;
    for _ in 0..STEPS {
        stand = walk.step(&mut tx).await?;
        if !matches!(stand, Stand::Walking) {
            break;
        }
    }
    row.done = walk.done();
    let went = match &stand {
        Stand::Walking => Went::On,
        Stand::Whole(_) => Went::Whole,
        Stand::Broken(_) => Went::Broken,
    };
    if went == Went::On {
        row.walk = Some(serde_json::to_value(&walk).map_err(anyhow::Error::from)?);
    } else {
        row = ended(row, &stand, tx.now())?;
    }
    store::set_check(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(went)
}

fn ended(row: CheckRow, stand: &Stand, now: DateTime<Utc>) -> Result<CheckRow> {
    let row = CheckRow { started_at: None, walk: None, checked_at: Some(now), ..row };
    Ok(match stand {
        Stand::Broken(broken) => {
            metrics::counter!("audit_checks_total", "outcome" => "broken").increment(1);
            tracing::error!(agency = %broken.agency, chain = ?broken.chain, row = broken.row, why = ?broken.why, "an audit chain is broken");
            let broken = serde_json::to_value(broken).map_err(anyhow::Error::from)?;
            CheckRow { broken: Some(broken), ..row }
        }
        Stand::Whole(whole) => {
            metrics::counter!("audit_checks_total", "outcome" => "whole").increment(1);
            let (changes, views) = (Some(whole.changes), Some(whole.views));
            CheckRow { changes, views, since: whole.since, broken: None, ..row }
        }
        Stand::Walking => row,
    })
}

/// How many agencies' chains were broken when last checked, for the metrics.
///
/// # Errors
/// When the database does not answer.
pub async fn broken_chains(db: &Db) -> Result<i64> {
    store::count_broken(&mut db.begin_system("how many audit chains are broken").await?).await
}
