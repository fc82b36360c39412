//! Inviting people: one address at a time. Only a link's hash is kept, and each link works once.

use super::authority::Authority;
use super::letters;
use super::policy::{ManageMembers, ViewTeam};
use super::store::{self, NewInvitation};
use super::types::{AccountChoice, Known, OpenInvitation, as_role, may_manage};
use crate::accounts::{self, Belongs};
use crate::audit::{self, Event};
use crate::auth::{Role, Scope};
use crate::creators;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Invalid, Result, on_constraint};
use crate::identity::{Reception, joining};
use crate::ids::{AccountId, CreatorId, InvitationId};
use crate::mail;
use crate::random::token_hash;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// Invitations of one agency in 24 hours.
const PER_DAY: i64 = 1000;
/// For how long a link works.
const LIFETIME: TimeDelta = TimeDelta::hours(72);
/// Invitations that are shown; an agency with more open ones has a look at them first.
const SHOWN: i64 = 500;
/// Accounts that a form offers at most.
pub(super) const OFFERED: i64 = 500;

/// Whom an invitation is to make a member, and as what.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As what.
    pub role: Role,
    /// The accounts that a chatter begins with.
    pub accounts: Vec<AccountId>,
    /// The creator that a creator is.
    pub creator: Option<CreatorId>,
}

/// What the form offers to choose from.
#[derive(Clone, Debug)]
pub struct Offers {
    /// Accounts for a chatter.
    pub accounts: Vec<AccountChoice>,
    /// Creators whom no member is.
    pub creators: Vec<Belongs>,
}

/// What the form to invite somebody offers.
///
/// # Errors
/// When the database does not answer.
pub async fn offers(db: &Db, scope: &Scope<ManageMembers>) -> Result<Offers> {
    let mut tx = db.begin(scope).await?;
    let accounts = store::list_free_accounts(&mut tx, None, None, OFFERED).await?;
    Ok(Offers { accounts, creators: creators::without_member(&mut tx).await? })
}

/// The invitations that nobody accepted.
///
/// # Errors
/// When the database does not answer.
pub async fn open(db: &Db, scope: &Scope<ViewTeam>) -> Result<Vec<OpenInvitation>> {
    store::list_open(&mut db.begin(scope).await?, SHOWN).await
}

/// Invites whoever gets mail at `typed`; the address as it is kept. An open invitation to it is replaced.
///
/// # Errors
/// `Invalid` for what needs correcting, `Forbidden` for a role that the member may not give, `NotFound` for accounts and
/// creators that are not the agency's, `RateLimited` and `Conflict` for too many.
pub async fn invite(reception: &Reception, scope: &Authority, typed: &str, wanted: Wanted) -> Result<String> {
    let wanted = checked(scope, wanted)?;
    let email = joining::address(typed).map_err(|sentence| Error::field("email", sentence))?;
    let mut tx = begin(reception, scope, std::slice::from_ref(&email)).await?;
    match store::list_known(&mut tx, std::slice::from_ref(&email)).await?.get(&email) {
        Some(Known::Member(role)) => {
            let sentence = format!("{email} is in the team already, as {}", as_role(*role));
            return Err(Error::field("email", sentence));
        }
        Some(Known::Invited(role)) if !may_manage(scope.member().role(), *role) => {
            let sentence = format!("{email} is invited already, as {}", as_role(*role));
            return Err(Error::field("email", sentence));
        }
        _ => {}
    }
    if let Some(creator) = wanted.creator {
        let free = creators::without_member(&mut tx).await?;
        if !free.iter().any(|it| it.id == creator) {
            return Err(Error::NotFound);
        }
    }
    accounts::ensure(&mut tx, &wanted.accounts).await?;
    send(&mut tx, reception, scope, &email, &wanted).await?;
    tx.commit().await?;
    Ok(email)
}

/// Begins to send invitations to `emails`: they are counted, whatever becomes of them; then the team is held.
///
/// # Errors
/// `Conflict` for a member whose own address is not confirmed, since whoever gets the mail has to know from whom it is, and
/// for an agency or address with too many; `RateLimited` for a network with too many; `Forbidden` for who is no longer what
/// they were.
pub(super) async fn begin(reception: &Reception, scope: &Authority, emails: &[String]) -> Result<AgencyTx> {
    if !scope.member().email_verified() {
        return Err(Error::conflict(format!(
            "Confirm your own address first: open the link that we sent to {}. Then you can invite others.",
            scope.member().email()
        )));
    }
    joining::count_invitations(reception, emails, scope.origin()).await?;
    let mut tx = reception.db().begin(scope).await?;
    scope.hold(&mut tx).await?;
    let since = tx.now() - TimeDelta::days(1);
    let count = i64::try_from(emails.len()).unwrap_or(i64::MAX);
    if store::count_sent(&mut tx, since).await? + count > PER_DAY {
        return Err(Error::conflict(format!(
            "An agency sends at most {PER_DAY} invitations in 24 hours. Go on tomorrow."
        )));
    }
    Ok(tx)
}

/// What goes with a role: accounts with a chatter, the creator with a creator.
fn checked(scope: &Authority, mut wanted: Wanted) -> Result<Wanted> {
    scope.ensure(wanted.role)?;
    let mut invalid = Invalid::default();
    if wanted.role != Role::Creator {
        wanted.creator = None;
    } else if wanted.creator.is_none() {
        invalid.add("creator", "Choose which creator this is. Add her under Creators first if she is new.");
    }
    if wanted.role != Role::Chatter {
        wanted.accounts.clear();
    }
    invalid.check()?;
    wanted.accounts.sort();
    wanted.accounts.dedup();
    Ok(wanted)
}

/// Makes the invitation in place of an open one and mails its link, in the caller's transaction.
pub(super) async fn send(
    tx: &mut AgencyTx,
    reception: &Reception,
    scope: &Scope<ManageMembers>,
    email: &str,
    wanted: &Wanted,
) -> Result<()> {
    store::set_revoked(tx, email).await?;
    let token = reception.db().random().token();
    let id: InvitationId = tx.new_id();
    let new = NewInvitation {
        id,
        email,
        role: wanted.role,
        creator: wanted.creator,
        token_hash: &token_hash(token.expose_secret()),
        by: scope.member().user_id(),
        expires_at: tx.now() + LIFETIME,
    };
    store::add_invitation(tx, new).await.map_err(on_constraint("invitations_open", || {
        Error::conflict(format!("{email} was invited a moment ago."))
    }))?;
    store::add_invitation_accounts(tx, id, &wanted.accounts).await?;
    post(tx, reception, scope, email, wanted.role, &token).await?;
    let detail = json!({ "email": email, "role": wanted.role, "accounts": wanted.accounts, "creator": wanted.creator });
    audit::record(tx, Event::new("team.invited").subject(id).detail(detail)).await
}

async fn post(
    tx: &mut AgencyTx,
    reception: &Reception,
    scope: &Scope<ManageMembers>,
    email: &str,
    role: Role,
    token: &SecretString,
) -> Result<()> {
    let member = scope.member();
    let of = letters::Invitation { to: email, agency: member.agency_name(), by: member.name(), role };
    let letter = letters::invitation(reception.public_url(), &of, token);
    mail::send_in_agency(tx, reception.vault(), letter).await
}

/// Sends an open invitation once more, with another link; its address. The link before works no longer.
///
/// # Errors
/// `NotFound` for one that is not open or not the agency's, `Forbidden` for a role that the member may not give,
/// `Conflict` and `RateLimited` for too many.
pub async fn resend(reception: &Reception, scope: &Authority, id: InvitationId) -> Result<String> {
    let (email, ..) = store::lock_open(&mut reception.db().begin(scope).await?, id).await?;
    let mut tx = begin(reception, scope, std::slice::from_ref(&email)).await?;
    let (email, role, _) = store::lock_open(&mut tx, id).await?;
    scope.ensure(role)?;
    let token = reception.db().random().token();
    let expires_at = tx.now() + LIFETIME;
    let hash = token_hash(token.expose_secret());
    store::set_resent(&mut tx, id, &hash, scope.member().user_id(), expires_at).await?;
    post(&mut tx, reception, scope, &email, role, &token).await?;
    let event = Event::new("team.invited_again").subject(id);
    audit::record(&mut tx, event.detail(json!({ "email": email, "role": role }))).await?;
    tx.commit().await?;
    Ok(email)
}

/// Takes an open invitation back; its address.
///
/// # Errors
/// `NotFound` for one that is not open or not the agency's, `Forbidden` for a role that the member may not take.
pub async fn revoke(db: &Db, scope: &Scope<ManageMembers>, id: InvitationId) -> Result<String> {
    let mut tx = db.begin(scope).await?;
    let (email, role, _) = store::lock_open(&mut tx, id).await?;
    if !may_manage(scope.member().role(), role) {
        return Err(Error::Forbidden);
    }
    store::set_revoked(&mut tx, &email).await?;
    let event = Event::new("team.invitation_revoked").subject(id);
    audit::record(&mut tx, event.detail(json!({ "email": email, "role": role }))).await?;
    tx.commit().await?;
    Ok(email)
}
