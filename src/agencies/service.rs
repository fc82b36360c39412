//! Changing an agency's settings, and deleting it.

use super::policy::{DeleteAgency, ManageAgency};
use super::store;
use super::types::{Agency, Ending, Settings, checked_currency, checked_name, checked_zone};
use crate::audit::{self, Event};
use crate::auth::{Fresh, Scope};
use crate::connections;
use crate::db::Db;
use crate::error::{Invalid, Result};
use serde_json::{Map, json};

/// The agency and what is set about it.
///
/// # Errors
/// When the database does not answer.
pub async fn agency(db: &Db, scope: &Scope<ManageAgency>) -> Result<Agency> {
    store::lookup(&mut db.begin(scope).await?).await
}

/// Changes what is set about the agency; what changed goes on record with what it was.
///
/// # Errors
/// `Invalid` for what needs correcting.
pub async fn change(db: &Db, scope: &Scope<ManageAgency>, wanted: &Settings) -> Result<()> {
    let new = checked(wanted)?;
    let mut tx = db.begin(scope).await?;
    let old = store::lock(&mut tx).await?;
    if old == new {
        return Ok(());
    }
    store::set(&mut tx, &new).await?;
    let parts = [
        ("name", &old.name, &new.name),
        ("time_zone", &old.time_zone, &new.time_zone),
        ("currency", &old.currency, &new.currency),
    ];
    let changed = parts.into_iter().filter(|(_, old, new)| old != new);
    let detail: Map<_, _> =
        changed.map(|(name, old, new)| (name.to_owned(), json!({ "from": old, "to": new }))).collect();
    let event = Event::new("agencies.changed").subject(tx.agency_id()).detail(detail.into());
    audit::record(&mut tx, event).await?;
    tx.commit().await
}

fn checked(wanted: &Settings) -> Result<Settings> {
    let mut invalid = Invalid::default();
    let name = invalid.take("name", checked_name(&wanted.name));
    let time_zone = invalid.take("time_zone", checked_zone(&wanted.time_zone));
    let currency = invalid.take("currency", checked_currency(&wanted.currency));
    invalid.check()?;
    Ok(Settings {
        name: name.unwrap_or_default(),
        time_zone: time_zone.unwrap_or_default(),
        currency: currency.unwrap_or_default(),
    })
}

/// What deleting the agency would end.
///
/// # Errors
/// When the database does not answer.
pub async fn ending(db: &Db, scope: &Scope<DeleteAgency>) -> Result<Ending> {
    store::lookup_ending(&mut db.begin(scope).await?).await
}

/// Deletes the agency: nobody opens it any more, every connection ends and its tokens are gone with the same commit. Its
/// rows stay, unseen, until whoever runs the installation removes them or brings them back (docs/operations.md).
///
/// # Errors
/// `Invalid` when the name is not right.
pub async fn delete(db: &Db, scope: &Fresh<DeleteAgency>, typed_name: &str) -> Result<String> {
    let name = store::lookup(&mut db.begin(scope).await?).await?.settings.name;
    let mut invalid = Invalid::default();
    if typed_name.trim() != name.trim() {
        invalid.add("name", format!("Type the agency's name exactly as it is: {name}"));
    }
    invalid.check()?;
    let mut tx = db.begin(scope).await?;
    store::lock(&mut tx).await?;
    let accounts = connections::end_all(&mut tx).await?;
    store::set_deleted(&mut tx).await?;
    let event = Event::new("agencies.deleted").subject(tx.agency_id());
    audit::record(&mut tx, event.detail(json!({ "name": name, "accounts_disconnected": accounts }))).await?;
    tx.commit().await?;
    Ok(name)
}
