//! Health: how each connection is, since when, and who has to know.

use super::store;
use super::types::{Health, ProblemConnection};
use crate::alerts::{self, Evidence};
use crate::audit::{self, Event};
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::mail::{self, Mail};
use crate::platform::{PlatformError, PlatformKind};
use crate::vault::Vault;
use std::collections::BTreeMap;

/// How many connections there are, by platform and health. Names no agency.
///
/// # Errors
/// When the database does not answer.
pub async fn health_by_platform(db: &Db) -> Result<BTreeMap<String, BTreeMap<String, i64>>> {
    let mut tx = db.begin_system("count connections by health").await?;
    let mut counts: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for row in store::count_by_health(&mut tx).await? {
        counts.entry(row.platform).or_default().insert(row.health, row.connections);
    }
    Ok(counts)
}

/// The connections that somebody should look at, worst first: for the dashboard's banner.
///
/// # Errors
/// When the database does not answer.
pub async fn problems(tx: &mut AgencyTx) -> Result<Vec<ProblemConnection>> {
    store::list_problems(tx).await
}

/// The platform answered a call as it should.
///
/// # Errors
/// When the database does not answer.
pub async fn note_success(db: &Db, tenant: &impl Tenant, id: ConnectionId) -> Result<()> {
    let mut tx = db.begin(tenant).await?;
    if set_working(&mut tx, id).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// A call failed. An access token that is not accepted makes a refresh due; only a refused refresh ends a connection.
///
/// # Errors
/// When the database does not answer.
pub async fn note_failure(
    db: &Db,
    tenant: &impl Tenant,
    id: ConnectionId,
    error: &PlatformError,
) -> Result<()> {
    let mut tx = db.begin(tenant).await?;
    match error {
        PlatformError::InvalidGrant | PlatformError::Unauthorized => {
            store::set_refresh_due(&mut tx, id).await?
        }
        _ => set_troubled(&mut tx, id, error).await?,
    }
    tx.commit().await
}

/// Whether that was news.
pub(super) async fn set_working(tx: &mut AgencyTx, id: ConnectionId) -> Result<bool> {
    store::set_working(tx, id).await
}

/// The chain is dead. Said once, however many processes find out: in the audit log, and to the owners by mail.
pub(super) async fn set_dead(tx: &mut AgencyTx, vault: &Vault, id: ConnectionId) -> Result<()> {
    if !store::set_health(tx, id, Health::NeedsReconnect, "The platform ended our access.", None).await? {
        return Ok(());
    }
    audit::record(tx, Event::new("connections.lost").subject(id)).await?;
    for row in store::list_to_tell(tx, id).await? {
        let platform: PlatformKind = row.platform.parse().map_err(anyhow::Error::from)?;
        let (names, agency, name) = (row.names, row.agency_name, platform.name());
        let evidence =
            Evidence::ConnectionBroken { connection: id, platform: name.to_owned(), names: names.clone() };
        alerts::raise(tx, &id.to_string(), None, &evidence).await?;
        let subject = format!("Reconnect {names} on {name}");
        let body = format!(
            "{name} ended our access to {names}, so nothing new arrives in {agency}.\n\n\
             Everything seen so far is kept. Sign in to CreatorCRM, open Accounts, then Connections, and press Reconnect.\n"
        );
        mail::send_in_agency(tx, vault, Mail { to: row.email, subject, body }).await?;
    }
    Ok(())
}

/// Something is wrong that time may cure; what the platform merely refuses is no matter of health.
pub(super) async fn set_troubled(tx: &mut AgencyTx, id: ConnectionId, error: &PlatformError) -> Result<()> {
    let (health, note) = match error {
        PlatformError::RateLimited { .. } => (Health::RateLimited, "The platform asked us to wait."),
        PlatformError::Unavailable { .. } => {
            (Health::PlatformDown, "The platform reports a fault of its own.")
        }
        PlatformError::TimedOut => (Health::PlatformDown, "The platform did not answer in time."),
        PlatformError::Unreachable => (Health::PlatformDown, "The platform cannot be reached."),
        PlatformError::Malformed { .. } => (Health::PlatformDown, "The platform's answers cannot be read."),
        PlatformError::UnsupportedVersion { .. } => (
            Health::PlatformDown,
            "The platform switched off the API that this version of CreatorCRM speaks.",
        ),
        _ => return Ok(()),
    };
    let pause = error.retry_after().map(|wait| wait.as_secs_f64());
    store::set_health(tx, id, health, note, pause).await?;
    Ok(())
}
