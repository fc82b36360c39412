//! Accepting an invitation: by a new person, by somebody who has a user already, by somebody who is signed in.

use super::letters;
use super::members::{self, Membership};
use super::store::{self, OpenRow};
use super::types::may_manage;
use crate::auth::{Origin, Role, Scope, SystemScope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::identity::joining::{self, Proven};
use crate::identity::policy::ManageOwnAgencies;
use crate::identity::{Reception, SignedIn};
use crate::ids::AgencyId;
use crate::random::token_hash;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

/// A good invitation as whoever holds its link sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To which agency.
    pub agency: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub by: String,
    /// For whom.
    pub email: String,
    /// Whether the address has a user already.
    pub known: bool,
}

/// How an invitation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be accepted.
    Good(Offer),
    /// It was.
    Accepted,
    /// Its time is over; by whom it came.
    Expired(String),
    /// It was taken back, or is none: the same to whoever holds the link.
    Gone,
}

impl Standing {
    fn of(row: Option<&OpenRow>, now: DateTime<Utc>) -> Self {
        match row {
            Some(row) if row.accepted_at.is_some() => Self::Accepted,
            Some(row) if row.revoked_at.is_some() || !row.vouched => Self::Gone,
            Some(row) if row.expires_at <= now => Self::Expired(row.invited_by.clone()),
            Some(row) => Self::Good(Offer {
                agency: row.agency_name.clone(),
                role: row.role,
                by: row.invited_by.clone(),
                email: row.email.clone(),
                known: row.user.is_some(),
            }),
            None => Self::Gone,
        }
    }
}

/// How the invitation with this token stands. Looking uses nothing up: mail scanners look too.
///
/// # Errors
/// When the database does not answer.
pub async fn look(db: &Db, token: &SecretString) -> Result<Standing> {
    let mut tx = db.begin_system("look at an invitation").await?;
    let row = store::find_by_token(&mut tx, &token_hash(token.expose_secret())).await?;
    Ok(Standing::of(row.as_ref(), tx.now()))
}

/// Makes a user of whoever holds the link, and a member.
///
/// # Errors
/// `Invalid` for what needs correcting; `Conflict` for an invitation that is not good, or when the address has a user.
pub async fn as_new(
    reception: &Reception,
    origin: &Origin,
    token: &SecretString,
    name: &str,
    password: SecretString,
) -> Result<SignedIn> {
    // Hashing is dear: a token that is none does not get that far.
    let Standing::Good(offer) = look(reception.db(), token).await? else { return Err(not_good()) };
    if offer.known {
        return Err(Error::conflict("This address has an account already. Type its password instead."));
    }
    let person = joining::new_person(reception, name, password).await?;
    let mut tx = reception.db().begin_system("accept an invitation as a new person").await?;
    let row = good(&mut tx, token).await?;
    let proven = joining::add_person(&mut tx, &row.email, &person).await?;
    join(reception, tx, origin, row, proven).await
}

/// Makes a member of a person who has a user, by their password.
///
/// # Errors
/// `Invalid` for a wrong password, `RateLimited` after too many; `Conflict` for an invitation that is not good.
pub async fn by_password(
    reception: &Reception,
    origin: &Origin,
    token: &SecretString,
    password: SecretString,
) -> Result<SignedIn> {
    let Standing::Good(offer) = look(reception.db(), token).await? else { return Err(not_good()) };
    let (mut tx, proven) = joining::prove(reception, origin, &offer.email, password).await?;
    let row = good(&mut tx, token).await?;
    if row.user != Some(proven.user) {
        return Err(not_good());
    }
    joining::confirm_address(&mut tx, proven.user).await?;
    join(reception, tx, origin, row, proven).await
}

/// Makes a member of whoever is signed in; the agency.
///
/// # Errors
/// `Conflict` for an invitation that is not good, or somebody else's.
pub async fn signed_in(
    reception: &Reception,
    scope: &Scope<ManageOwnAgencies>,
    token: &SecretString,
) -> Result<AgencyId> {
    let mut tx = reception.db().begin_system("accept an invitation").await?;
    let row = good(&mut tx, token).await?;
    let user = scope.member().user_id();
    if row.user != Some(user) {
        let sentence =
            format!("This invitation is for {}. Sign in with that address to accept it.", row.email);
        return Err(Error::conflict(sentence));
    }
    joining::confirm_address(&mut tx, user).await?;
    let now = tx.now();
    let proven = Proven { user, password_set_at: now, second_step: false };
    Ok(join(reception, tx, scope.origin(), row, proven).await?.agency)
}

fn not_good() -> Error {
    Error::conflict("This invitation no longer works. Ask for a new one.")
}

async fn good(tx: &mut SystemTx, token: &SecretString) -> Result<OpenRow> {
    let row = store::lock_by_token(tx, &token_hash(token.expose_secret())).await?;
    match Standing::of(row.as_ref(), tx.now()) {
        Standing::Good(_) => row.ok_or_else(not_good),
        Standing::Accepted => Err(Error::conflict("This invitation was accepted already. Sign in to go on.")),
        Standing::Expired(_) | Standing::Gone => Err(not_good()),
    }
}

async fn join(
    reception: &Reception,
    tx: SystemTx,
    origin: &Origin,
    row: OpenRow,
    proven: Proven,
) -> Result<SignedIn> {
    let Proven { user, password_set_at, second_step } = proven;
    let scope = SystemScope::caused_by(row.agency, origin.actor("member", Some(user)));
    let mut tx = tx.into_agency(&scope).await?;
    store::lock_team(&mut tx).await?;
    // Whoever stands behind it may have lost the say over this role while we waited.
    let says = store::find_role(&mut tx, row.inviter).await?;
    if !says.is_some_and(|inviter| may_manage(inviter, row.role)) {
        return Err(not_good());
    }
    let membership = Membership {
        role: row.role,
        accounts: store::list_invitation_accounts(&mut tx, row.id).await?,
        creator: row.creator,
        email: row.email,
        by: Some(row.inviter),
    };
    if !members::begin_membership(&mut tx, user, &membership).await? {
        return Err(Error::conflict(format!("You belong to {} already.", row.agency_name)));
    }
    store::set_accepted(&mut tx, row.id, user).await?;
    if row.role == Role::Owner {
        let who = &membership.email;
        let letter = |to: &str| letters::new_owner(to, &row.agency_name, who, &row.invited_by);
        members::tell_owners(&mut tx, reception, letter).await?;
    }
    tx.commit().await?;
    Ok(SignedIn { user, agency: row.agency, password_set_at, second_step })
}
