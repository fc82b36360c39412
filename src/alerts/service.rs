//! Raising and ending alerts, and reading them.

use super::jobs::MailAlerts;
use super::policy::ViewAlerts;
use super::store;
use super::types::{Alert, Evidence, Filter, Key, Kind};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AccountId, AlertId};
use crate::jobs::{self, How};
use crate::keyset::{Page, Turn};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Alerts on one page.
pub const PAGE: usize = 30;
/// What is raised within this time is told in one mail.
const GATHER: Duration = Duration::from_secs(20);

/// Raises an alert in the transaction that makes it true, unless one of its kind and `cause` goes on already; whether it did.
/// `account` is the one that it concerns, if it is one. A cause is any text that tells causes of a kind apart.
///
/// # Errors
/// When the database refuses; `evidence` of an account that is not this agency's is refused by a foreign key.
pub async fn raise(
    tx: &mut AgencyTx,
    cause: &str,
    account: Option<AccountId>,
    evidence: &Evidence,
) -> Result<bool> {
    let raised = store::add(tx, cause, account, evidence).await?;
    if raised {
        let job = MailAlerts::of(tx.agency_id());
        let how = How::default().key(job.key()).after(GATHER);
        jobs::enqueue(tx.conn(), &job, how).await?;
        metrics::counter!("alerts_raised_total", "kind" => evidence.kind().as_str()).increment(1);
    }
    Ok(raised)
}

/// The cause is gone: the alert ends, if one went on; whether it did. The same cause may raise a new one later.
///
/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut AgencyTx, kind: Kind, cause: &str) -> Result<bool> {
    store::set_ended(tx, kind, cause).await
}

/// Ends every alert of `kind` but those of `causes`: for whoever looks at all of them at once. How many ended.
///
/// # Errors
/// When the database refuses.
pub async fn end_all_but(tx: &mut AgencyTx, kind: Kind, causes: &[String]) -> Result<u64> {
    store::set_ended_but(tx, kind, causes).await
}

/// A page of alerts, the newest first, and how many of each kind go on.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &Db,
    scope: &Scope<ViewAlerts>,
    filter: Filter,
    turn: &Turn<Key>,
) -> Result<(Page<Alert>, Vec<(Kind, i64)>)> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = db.begin(scope).await?;
    let rows = store::list(&mut tx, scope.member().user_id(), filter, turn, limit).await?;
    let counts = store::count_by_kind(&mut tx).await?;
    let rows = rows.into_iter().map(Alert::from).collect();
    Ok((Page::of(rows, turn, PAGE, |alert: &Alert| (alert.raised_at, alert.id)), counts))
}

/// The member has read it; for others it stays as it is.
///
/// # Errors
/// `NotFound` for an alert that is not this agency's.
pub async fn read(db: &Db, scope: &Scope<ViewAlerts>, id: AlertId) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    if !store::set_read(&mut tx, scope.member().user_id(), id).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await
}

/// The member has read all that go on and were raised until `until`, when they looked: what came since stays unread.
///
/// # Errors
/// When the database refuses.
pub async fn read_all(db: &Db, scope: &Scope<ViewAlerts>, until: DateTime<Utc>) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    store::set_all_read(&mut tx, scope.member().user_id(), until).await?;
    tx.commit().await
}
