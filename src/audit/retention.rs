//! How long views are kept, and removing those that are older. Changes are kept for ever.

use super::policy::ManageAuditRetention;
use super::service::{Event, record};
use super::store;
use crate::auth::{Fresh, SystemScope};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::AgencyId;
use serde_json::json;
use std::ops::RangeInclusive;

/// The days that an agency may choose; the database refuses others too.
const DAYS: RangeInclusive<i32> = 90..=3650;
/// Views removed in one transaction.
const BATCH: i64 = 5000;

/// Sets for how many days views are kept; what it was goes on record. Fewer days remove what could have been proof, hence the
/// fresh proof of who asks.
///
/// # Errors
/// `Invalid` for fewer than 90 days or more than ten years.
pub async fn set_retention(db: &Db, scope: &Fresh<ManageAuditRetention>, days: i32) -> Result<()> {
    if !DAYS.contains(&days) {
        return Err(Error::field("days", "Views are kept for at least 90 days and at most ten years"));
    }
    let mut tx = db.begin(scope).await?;
    let before = store::set_retention(&mut tx, days).await?;
    if before != days {
        let event = Event::new("audit.retention_changed").subject(tx.agency_id());
        record(&mut tx, event.detail(json!({ "days": { "from": before, "to": days } }))).await?;
    }
    tx.commit().await
}

/// Removes the agency's views that are older than it keeps them; how many. Where the chain begins now goes on record among the
/// changes in the same transaction, so that a beginning that moved otherwise shows.
///
/// # Errors
/// When the database refuses; the batches before that are gone.
pub async fn prune(db: &Db, agency: AgencyId) -> Result<i64> {
    let scope = SystemScope::for_agency(agency, "remove views that are old enough");
    let mut all = 0;
    loop {
        let mut tx = db.begin_system("remove views that are old enough").await?;
        let Some(pruned) = store::prune(&mut tx, agency, BATCH).await? else { return Ok(all) };
        let mut tx = tx.into_agency(&scope).await?;
        let hash = data_encoding::HEXLOWER.encode(&pruned.hash);
        let detail = json!({ "removed": pruned.removed, "through": pruned.through, "hash": hash });
        record(&mut tx, Event::new("audit.views_pruned").subject(agency).detail(detail)).await?;
        tx.commit().await?;
        all += pruned.removed;
    }
}
