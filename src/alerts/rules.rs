//! From which refund on an alert is raised.

use super::policy::{ManageAlerts, ViewAlerts};
use super::store;
use super::types::Rules;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::Db;
use crate::error::{Invalid, Result};
use serde_json::json;

/// The agency's rules.
///
/// # Errors
/// When the database does not answer.
pub async fn rules(db: &Db, scope: &Scope<ViewAlerts>) -> Result<Rules> {
    Ok(store::lookup_rules(&mut db.begin(scope).await?).await?.unwrap_or_default())
}

/// Sets them for refunds from now on.
///
/// # Errors
/// `Invalid` for a number out of bounds.
pub async fn set(db: &Db, scope: &Scope<ManageAlerts>, wanted: Rules) -> Result<()> {
    let mut invalid = Invalid::default();
    if !(1..=1_000_000).contains(&wanted.refund_from) {
        invalid.add("refund_from", "Type a number from 1 to 1,000,000");
    }
    if !(0..=1000).contains(&wanted.refund_share) {
        invalid.add("refund_share", "Type a number from 0 to 1000");
    }
    invalid.check()?;
    let mut tx = db.begin(scope).await?;
    let old = store::lookup_rules(&mut tx).await?.unwrap_or_default();
    if old == wanted {
        return Ok(());
    }
    store::set_rules(&mut tx, wanted).await?;
    let detail = json!({
        "amount": { "from": old.refund_from, "to": wanted.refund_from },
        "share": { "from": old.refund_share, "to": wanted.refund_share },
    });
    let event = Event::new("alerts.rules_changed").subject(tx.agency_id()).detail(detail);
    audit::record(&mut tx, event).await?;
    tx.commit().await
}
