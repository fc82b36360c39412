//! Mail about alerts, as each member chose: what is mailed is noted in the transaction that sends the mail.

use super::letters::{self, Letter};
use super::policy::ViewAlerts;
use super::store::{self, Reader};
use super::types::{Alert, Digest, Kind};
use crate::auth::{Role, Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AgencyId, UserId};
use crate::mail;
use crate::vault::Vault;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// How the member is told.
///
/// # Errors
/// When the database does not answer.
pub async fn digest(db: &Db, scope: &Scope<ViewAlerts>) -> Result<Digest> {
    let mut tx = db.begin(scope).await?;
    Ok(store::lookup_digest(&mut tx, scope.member().user_id()).await?.unwrap_or_default())
}

/// The member chooses how.
///
/// # Errors
/// `Invalid` for an hour that there is not.
pub async fn choose(db: &Db, scope: &Scope<ViewAlerts>, wanted: Digest) -> Result<()> {
    if !(0..24).contains(&wanted.hour) {
        return Err(Error::field("hour", "Choose one of these"));
    }
    let mut tx = db.begin(scope).await?;
    store::set_digest(&mut tx, scope.member().user_id(), wanted).await?;
    tx.commit().await
}

/// Sends every digest that is due, each in a transaction of its own; how many had something to say. One that fails is due again
/// the next time, and keeps nobody else from theirs.
///
/// # Errors
/// When the database does not say whose are due.
pub async fn send_due(db: &Db, vault: &Vault, public_url: &str) -> Result<usize> {
    let mut tx = db.begin_system("whose digests are due").await?;
    let (readers, now) = (store::list_readers(&mut tx).await?, tx.now());
    drop(tx);
    let mut sent = 0;
    for reader in readers {
        match send(db, vault, public_url, &reader, now).await {
            Ok(said) => sent += usize::from(said),
            Err(error) => {
                let (agency, user) = (reader.agency, reader.user);
                tracing::error!(%error, %agency, %user, "a digest of alerts could not be sent");
            }
        }
    }
    Ok(sent)
}

/// Sends the reader's digest, if it is due; whether it had something to say.
async fn send(db: &Db, vault: &Vault, public_url: &str, reader: &Reader, now: DateTime<Utc>) -> Result<bool> {
    let Reader { agency, user, rhythm, hour, last_on, ref time_zone } = *reader;
    let zone = time_zone.parse().unwrap_or(Tz::UTC);
    let Some(day) = (Digest { rhythm, hour }).due(last_on, now, zone) else { return Ok(false) };
    let mut tx = db.begin(&SystemScope::for_agency(agency, "send a digest of alerts")).await?;
    if !store::set_dealt_with(&mut tx, user, day).await? {
        return Ok(false);
    }
    let said = mail_unmailed(&mut tx, vault, public_url, user, false).await?;
    tx.commit().await?;
    Ok(said)
}

/// Mails those members of the agency who want to know at once.
///
/// # Errors
/// When the database refuses; those before are sent.
pub async fn mail_at_once(db: &Db, vault: &Vault, public_url: &str, agency: AgencyId) -> Result<()> {
    let scope = SystemScope::for_agency(agency, "mail alerts");
    let users = store::list_at_once(&mut db.begin(&scope).await?).await?;
    for user in users {
        let mut tx = db.begin(&scope).await?;
        mail_unmailed(&mut tx, vault, public_url, user, true).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Takes what the member was not mailed yet, and mails it; whether there was anything to say.
async fn mail_unmailed(
    tx: &mut AgencyTx,
    vault: &Vault,
    public_url: &str,
    user: UserId,
    at_once: bool,
) -> Result<bool> {
    let recipient = store::find_recipient(tx, user).await?;
    let mut alerts: Vec<Alert> = store::take_unmailed(tx, user).await?.into_iter().map(Alert::from).collect();
    if at_once {
        // What is over already, nobody has to hurry for; of a lost connection owners have a mail (connections/health.rs).
        alerts.retain(|alert| alert.ended_at.is_none());
        alerts
            .retain(|alert| recipient.role != Role::Owner || alert.evidence.kind() != Kind::ConnectionBroken);
    }
    if alerts.is_empty() {
        return Ok(false);
    }
    let letter = Letter { to: &recipient.email, agency: &recipient.agency_name, public_url, at_once };
    mail::send_in_agency(tx, vault, letters::write(&letter, &alerts)).await?;
    Ok(true)
}
