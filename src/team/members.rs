//! Looking at members, changing what they are, removing them, and handing the agency over.

use super::authority::{Authority, hold};
use super::policy::{TransferOwnership, ViewTeam};
use super::types::{AccountChoice, Filter, Key, ListedMember, Span, TeamMember, as_role, may_manage};
use super::{assignments, letters, store};
use crate::accounts::Belongs;
use crate::audit::{self, Event};
use crate::auth::{Fresh, Permission, Role, Scope};
use crate::connections::{self, policy::ManageConnectLinks};
use crate::creators;
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::{Error, Result};
use crate::identity::Reception;
use crate::identity::policy::ManageOwnAgencies;
use crate::ids::{AccountId, CreatorId, UserId};
use crate::keyset::{Page, Turn};
use crate::mail::{self, Mail};
use serde_json::json;

/// As many of one role as there can sensibly be.
const EVERY: i64 = 1000;
/// Members on one page of the list.
pub const PAGE: usize = 50;

/// A page of the members that `filter` finds.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &Db,
    scope: &Scope<ViewTeam>,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Page<ListedMember>> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list_members(&mut db.begin(scope).await?, filter, turn, limit).await?;
    Ok(Page::of(rows, turn, PAGE, |member| (member.low.clone(), member.user)))
}

/// A member with what they work on.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The member.
    pub member: TeamMember,
    /// What they work on, or what is theirs.
    pub accounts: Vec<AccountChoice>,
    /// What they worked on before.
    pub before: Vec<Span>,
    /// Creators whom no member is, for making one of this member.
    pub creators: Vec<Belongs>,
}

/// One member.
///
/// # Errors
/// `NotFound` for one who is no member of the agency.
pub async fn member(db: &Db, scope: &Scope<ViewTeam>, user: UserId) -> Result<Shown> {
    let mut tx = db.begin(scope).await?;
    let member = store::lookup_member(&mut tx, user).await?;
    let (accounts, before) = assignments::of_member(&mut tx, user).await?;
    Ok(Shown { member, accounts, before, creators: creators::without_member(&mut tx).await? })
}

/// The chatters to whom somebody's accounts could be given, without `user`: id, name and address.
///
/// # Errors
/// `NotFound` for one who is no member of the agency.
pub async fn removable(
    db: &Db,
    scope: &Authority,
    user: UserId,
) -> Result<(TeamMember, Vec<AccountChoice>, Vec<ListedMember>)> {
    let mut tx = db.begin(scope).await?;
    let member = store::lookup_member(&mut tx, user).await?;
    scope.ensure(member.role)?;
    let (accounts, _) = assignments::of_member(&mut tx, user).await?;
    let chatters = Filter { role: Some(Role::Chatter), ..Filter::default() };
    let chatters = store::list_members(&mut tx, &chatters, &Turn::First, EVERY).await?;
    Ok((member, accounts, chatters.into_iter().filter(|it| it.user != user).collect()))
}

/// Makes something else of a member. Who is no chatter any more works on no account; who is no creator any more is none.
///
/// # Errors
/// `NotFound` for one who is no member, `Forbidden` for a role that the member may not give or take, `NotProven` for a high
/// one, `Invalid` for a creator without a creator, `Conflict` for the last owner.
pub async fn change_role(
    reception: &Reception,
    scope: &Authority,
    user: UserId,
    role: Role,
    creator: Option<CreatorId>,
) -> Result<()> {
    let me = scope.member();
    let mut tx = reception.db().begin(scope).await?;
    scope.hold(&mut tx).await?;
    let owners = store::lock_owners(&mut tx).await?;
    let before = store::lock_member(&mut tx, user).await?;
    scope.ensure(before)?;
    scope.ensure(role)?;
    let member = store::lookup_member(&mut tx, user).await?;
    let same_creator = creator.is_none() || creator == member.creator.as_ref().map(|(id, _)| *id);
    if before == role && (role != Role::Creator || same_creator) {
        return Ok(());
    }
    ensure_not_last(&owners, user)?;
    let accounts = let_go(&mut tx, user, me.user_id(), role).await?;
    store::set_role(&mut tx, user, role).await?;
    if role == Role::Creator {
        let creator =
            creator.ok_or_else(|| Error::field("creator", "Choose which creator this member is"))?;
        creators::set_member(&mut tx, creator, user).await?;
    }
    if role == Role::Owner {
        let letter = |to: &str| letters::new_owner(to, me.agency_name(), &member.email, me.name());
        tell_owners(&mut tx, reception, letter).await?;
    }
    let was = member.creator.map(|(id, _)| id);
    let creator = creator.filter(|_| role == Role::Creator);
    let detail =
        json!({ "from": before, "to": role, "accounts": accounts, "was_creator": was, "creator": creator });
    audit::record(&mut tx, Event::new("team.role_changed").subject(user).detail(detail)).await?;
    tx.commit().await
}

/// Sends every owner the `letter` for their address.
pub(super) async fn tell_owners(
    tx: &mut AgencyTx,
    reception: &Reception,
    letter: impl Fn(&str) -> Mail,
) -> Result<()> {
    let owners = Filter { role: Some(Role::Owner), ..Filter::default() };
    for owner in store::list_members(tx, &owners, &Turn::First, EVERY).await? {
        mail::send_in_agency(tx, reception.vault(), letter(&owner.email)).await?;
    }
    Ok(())
}

/// What somebody becomes a member with.
pub(super) struct Membership {
    pub role: Role,
    /// The accounts that a chatter works on.
    pub accounts: Vec<AccountId>,
    /// The creator that a creator is.
    pub creator: Option<CreatorId>,
    /// Their address.
    pub email: String,
    /// Who stands behind it; nobody for a program.
    pub by: Option<UserId>,
}

/// Makes a member of `user`, in the caller's transaction; whether they were none.
pub(super) async fn begin_membership(tx: &mut AgencyTx, user: UserId, of: &Membership) -> Result<bool> {
    if !store::add_member(tx, user, of.role).await? {
        return Ok(false);
    }
    store::add_assignments(tx, &[user], &of.accounts, of.by).await?;
    if let Some(creator) = of.creator {
        creators::set_member(tx, creator, user).await?;
    }
    let detail = json!({
        "email": of.email, "role": of.role, "accounts": of.accounts, "creator": of.creator, "invited_by": of.by,
    });
    audit::record(tx, Event::new("team.joined").subject(user).detail(detail)).await?;
    Ok(true)
}

/// To whom the agency can be handed over: its managers.
///
/// # Errors
/// When the database does not answer.
pub async fn heirs(db: &Db, scope: &Scope<TransferOwnership>) -> Result<Vec<ListedMember>> {
    let managers = Filter { role: Some(Role::Manager), ..Filter::default() };
    store::list_members(&mut db.begin(scope).await?, &managers, &Turn::First, EVERY).await
}

fn ensure_not_last(owners: &[UserId], user: UserId) -> Result<()> {
    match owners {
        [only] if *only == user => Err(Error::conflict(
            "An agency needs an owner, and this is its last one. Make somebody else an owner first.",
        )),
        _ => Ok(()),
    }
}

/// Takes everything off a member that goes with what they were and not with `next`: being a creator, what they worked on,
/// invitations and links to which they may not stand any more. The accounts that they worked on.
async fn let_go(
    tx: &mut AgencyTx,
    user: UserId,
    by: UserId,
    next: impl Into<Option<Role>>,
) -> Result<Vec<AccountId>> {
    let next = next.into();
    creators::clear_member(tx, user).await?;
    let kept: Vec<_> =
        Role::ALL.into_iter().filter(|role| next.is_some_and(|next| may_manage(next, *role))).collect();
    store::revoke_all_of(tx, user, &kept).await?;
    if !next.is_some_and(|next| ManageConnectLinks::INFO.roles.contains(&next)) {
        connections::revoke_links_of(tx, user).await?;
    }
    store::end_all_of_member(tx, user, Some(by)).await
}

/// Removes a member: sessions in this agency end with the same commit, what they worked on goes to `heir` (a chatter) or to
/// nobody, what they did stays on record. They are told by mail.
///
/// # Errors
/// `NotFound` for one who is no member, `Forbidden` for a role that the member may not take, `NotProven` for a high one,
/// `Conflict` for the last owner or oneself.
pub async fn remove(
    reception: &Reception,
    scope: &Authority,
    user: UserId,
    heir: Option<UserId>,
) -> Result<String> {
    if user == scope.member().user_id() {
        return Err(Error::conflict("You cannot remove yourself. Leave the agency under Settings instead."));
    }
    let mut tx = reception.db().begin(scope).await?;
    scope.hold(&mut tx).await?;
    let owners = store::lock_owners(&mut tx).await?;
    let role = store::lock_member(&mut tx, user).await?;
    scope.ensure(role)?;
    ensure_not_last(&owners, user)?;
    let member = store::lookup_member(&mut tx, user).await?;
    end_membership(&mut tx, scope.member().user_id(), &member, heir).await?;
    let letter = letters::removed(&member.email, scope.member().agency_name());
    mail::send_in_agency(&mut tx, reception.vault(), letter).await?;
    finish(tx, user).await?;
    Ok(member.name)
}

/// Leaves the agency in which the member is; its other members go on without them.
///
/// # Errors
/// `Conflict` for the last owner.
pub async fn leave(db: &Db, scope: &Scope<ManageOwnAgencies>) -> Result<()> {
    let user = scope.member().user_id();
    let mut tx = db.begin(scope).await?;
    hold(&mut tx, scope.member()).await?;
    let owners = store::lock_owners(&mut tx).await?;
    ensure_not_last(&owners, user)?;
    let member = store::lookup_member(&mut tx, user).await?;
    end_membership(&mut tx, user, &member, None).await?;
    finish(tx, user).await
}

async fn end_membership(
    tx: &mut AgencyTx,
    by: UserId,
    member: &TeamMember,
    heir: Option<UserId>,
) -> Result<()> {
    let user = member.user;
    let accounts = let_go(tx, user, by, None).await?;
    if let Some(heir) = heir {
        if store::lock_member(tx, heir).await? != Role::Chatter || heir == user {
            return Err(Error::field("heir", "Choose a chatter of the list"));
        }
        let pairs = store::add_assignments(tx, &[heir], &accounts, Some(by)).await?;
        assignments::record(tx, "team.assigned", &pairs).await?;
    }
    store::set_removed(tx, user).await?;
    let event = if by == user { "team.left" } else { "team.removed" };
    let creator = member.creator.as_ref().map(|(id, _)| *id);
    let detail = json!({
        "name": member.name, "email": member.email, "role": member.role, "accounts": accounts, "heir": heir, "was_creator": creator,
    });
    audit::record(tx, Event::new(event).subject(user).detail(detail)).await
}

/// Ends the sessions with the membership.
async fn finish(tx: AgencyTx, user: UserId) -> Result<()> {
    let agency = tx.agency_id();
    let mut tx = tx.into_system().await?;
    store::end_sessions(&mut tx, user, agency).await?;
    tx.commit().await
}

/// Makes `heir` an owner and the member who asks a manager. All owners are told by mail.
///
/// # Errors
/// `NotFound` for one who is no member, `Conflict` for an heir who is an owner already.
pub async fn transfer(
    reception: &Reception,
    scope: &Fresh<TransferOwnership>,
    heir: UserId,
) -> Result<String> {
    let me = scope.member();
    let mut tx = reception.db().begin(scope).await?;
    hold(&mut tx, me).await?;
    store::lock_owners(&mut tx).await?;
    let role = store::lock_member(&mut tx, heir).await?;
    if role == Role::Owner {
        return Err(Error::conflict(format!("This member is {} already.", as_role(Role::Owner))));
    }
    let member = store::lookup_member(&mut tx, heir).await?;
    let accounts = let_go(&mut tx, heir, me.user_id(), Role::Owner).await?;
    let_go(&mut tx, me.user_id(), me.user_id(), Role::Manager).await?;
    store::set_role(&mut tx, heir, Role::Owner).await?;
    store::set_role(&mut tx, me.user_id(), Role::Manager).await?;
    let letter = |to: &str| letters::transferred(to, me.agency_name(), me.name(), &member.name);
    tell_owners(&mut tx, reception, letter).await?;
    mail::send_in_agency(&mut tx, reception.vault(), letter(me.email())).await?;
    let detail = json!({ "from": me.user_id(), "to": heir, "was": role, "accounts": accounts });
    let agency = scope.agency_id();
    audit::record(&mut tx, Event::new("team.ownership_transferred").subject(agency).detail(detail)).await?;
    tx.commit().await?;
    Ok(member.name)
}
