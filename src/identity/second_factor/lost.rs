//! A lost factor: an owner of every agency of the person asks for its reset (docs/decisions/0014-lost-second-factor.md).

use super::letters;
use super::store;
use crate::audit::{self, Event};
use crate::auth::{Fresh, Scope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::identity::policy::ResetSecondFactor;
use crate::identity::reception::Reception;
use crate::identity::records::record_everywhere;
use crate::identity::store as people;
use crate::ids::UserId;
use crate::mail;
use chrono::{DateTime, TimeDelta, Utc};

/// How long one owner's word waits for the others'.
const WAITS: TimeDelta = TimeDelta::days(7);

/// How a member's second factor stands, for an owner.
#[derive(Clone, Debug)]
pub struct Lost {
    /// The member.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Since when they have a factor.
    pub since: Option<DateTime<Utc>>,
    /// Since when this agency waits for the person's other agencies to ask as well.
    pub asked_at: Option<DateTime<Utc>>,
    /// Whether it is the owner's own.
    pub own: bool,
}

/// How the member's second factor stands.
///
/// # Errors
/// `NotFound` for somebody who is no member here.
pub async fn lost(db: &Db, scope: &Scope<ResetSecondFactor>, user: UserId) -> Result<Lost> {
    let mut tx = db.begin(scope).await?;
    let row = store::lookup_member(&mut tx, user).await?;
    let asked_at = row.asked_at.filter(|at| tx.now() - *at < WAITS);
    Ok(Lost { user, name: row.name, since: row.since, asked_at, own: user == scope.member().user_id() })
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The factor is reset.
    Done { name: String },
    /// Owners of the person's other agencies must ask too.
    Waits { name: String },
}

/// Asks for the reset of a member's factors, and does it when an owner of each of their agencies asked: their app, passkeys
/// and recovery codes go, and their sessions end.
///
/// # Errors
/// `NotFound` for somebody who is no member here; `Conflict` for one's own, and where there is none.
pub(super) async fn reset(
    reception: &Reception,
    scope: &Fresh<ResetSecondFactor>,
    user: UserId,
) -> Result<Asked> {
    let owner = scope.member();
    let mut tx = reception.db.begin(&**scope).await?;
    let member = store::lookup_member(&mut tx, user).await?;
    if user == owner.user_id() {
        return Err(Error::conflict(
            "Your own is at Settings, Two-step sign-in. Another owner can reset yours.",
        ));
    }
    if member.since.is_none() {
        return Err(Error::conflict("They have no two-step sign-in that could be reset."));
    }
    store::add_reset(&mut tx, user, owner.user_id()).await?;
    audit::record(&mut tx, Event::new("identity.second_factor_reset_asked").subject(user)).await?;
    let mut tx = tx.into_system().await?;
    // Owners of two agencies who ask at the same moment follow one another, so that the second sees the first.
    store::lock_person(&mut tx, user).await?;
    let since = tx.now() - WAITS;
    if store::count_agencies_not_asking(&mut tx, user, since).await? > 0 {
        let letter = letters::reset_asked(reception, &member.email, owner.agency_name());
        mail::send(&mut tx, &reception.vault, letter).await?;
        tx.commit().await?;
        return Ok(Asked::Waits { name: member.name });
    }
    forget(&mut tx, user).await?;
    let letter = letters::reset(reception, &member.email, owner.agency_name());
    mail::send(&mut tx, &reception.vault, letter).await?;
    let actor = scope.origin().actor("member", Some(owner.user_id()));
    let event = Event::new("identity.second_factor_reset").subject(user);
    record_everywhere(tx, user, &actor, event).await?.commit().await?;
    Ok(Asked::Done { name: member.name })
}

async fn forget(tx: &mut SystemTx, user: UserId) -> Result<()> {
    store::remove_seed(tx, user).await?;
    store::remove_passkeys(tx, user).await?;
    store::remove_codes(tx, user).await?;
    store::remove_resets(tx, user).await?;
    people::remove_sessions(tx, user, None).await?;
    Ok(())
}
