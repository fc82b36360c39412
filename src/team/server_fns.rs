//! What the forms of the team post to.

use super::invitations::Wanted;
use super::lists::Pasted;
use super::{Authority, acceptance, assignments, invitations, lists, members};
use crate::auth::{self, Role};
use crate::error::{Error, Result};
use crate::identity;
use crate::ids::{AccountId, CreatorId, InvitationId, InvitationListId, UserId};
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use crate::ui::Figure;
use leptos::prelude::*;

fn role(word: &str) -> Result<Role> {
    Role::parse(word).ok_or_else(|| Error::field("role", "Choose one of the list"))
}

fn authority() -> Result<Authority> {
    Authority::of(&auth::visitor()?)
}

/// An id of a list to choose from; nothing chosen is nothing.
fn chosen<T: std::str::FromStr>(field: &str, id: &str) -> Result<Option<T>> {
    match id {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| Error::field(field, "Choose one of the list")),
    }
}

fn counted(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        n => format!("{} {several}", Figure::Count(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

// ------------------------------------------------------- invitations

#[server]
pub async fn invite_member(
    email: String,
    role: String,
    #[server(default)] accounts: Vec<AccountId>,
    #[server(default)] creator: String,
) -> Result<(), Problem> {
    let creator = chosen::<CreatorId>("creator", &creator)?;
    let wanted = Wanted { role: self::role(&role)?, accounts, creator };
    let email = invitations::invite(&App::current()?.reception(), &authority()?, &email, wanted).await?;
    outcome::notice(format!("An invitation is on its way to {email}. It works for 72 hours."));
    outcome::go("/team");
    Ok(())
}

#[server]
pub async fn resend_invitation(invitation: InvitationId) -> Result<(), Problem> {
    let email = invitations::resend(&App::current()?.reception(), &authority()?, invitation).await?;
    outcome::notice(format!("A new link is on its way to {email}. The one before no longer works."));
    outcome::go("/team");
    Ok(())
}

#[server]
pub async fn revoke_invitation(invitation: InvitationId) -> Result<(), Problem> {
    let email = invitations::revoke(&App::current()?.db, &auth::scope()?, invitation).await?;
    outcome::notice(format!("The invitation to {email} is taken back. Its link no longer works."));
    outcome::go("/team");
    Ok(())
}

#[server]
pub async fn paste_invitations(
    role: String,
    addresses: String,
    #[server(default)] accounts: Vec<AccountId>,
) -> Result<(), Problem> {
    let pasted = Pasted { role: self::role(&role)?, accounts, text: addresses };
    let list = lists::keep(&App::current()?.db, &authority()?, pasted).await?;
    outcome::go(format!("/team/invite/many/{list}"));
    Ok(())
}

#[server]
pub async fn send_invitations(list: InvitationListId) -> Result<(), Problem> {
    let sent = lists::send(&App::current()?.reception(), &authority()?, list).await?;
    outcome::notice(format!("{} on the way.", counted(sent, "invitation is", "invitations are")));
    outcome::go("/team");
    Ok(())
}

// ------------------------------------------------------- accepting

#[server]
pub async fn join_as_new(token: String, name: String, password: String) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let joined =
        acceptance::as_new(&app.reception(), visitor.origin(), &token.into(), &name, password.into()).await?;
    Ok(identity::begin(&app, &visitor, joined, "").await?)
}

#[server]
pub async fn join_by_password(token: String, password: String) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let joined =
        acceptance::by_password(&app.reception(), visitor.origin(), &token.into(), password.into()).await?;
    Ok(identity::begin(&app, &visitor, joined, "").await?)
}

#[server]
pub async fn join_signed_in(token: String) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let agency = acceptance::signed_in(&app.reception(), &visitor.scope()?, &token.into()).await?;
    visitor.renew_session(&app.sessions, agency).await?;
    outcome::go("/dashboard");
    Ok(())
}

// ------------------------------------------------------- assignments

#[server]
pub async fn assign_accounts(
    member: UserId,
    #[server(default)] accounts: Vec<AccountId>,
) -> Result<(), Problem> {
    let count = assignments::assign(&App::current()?.db, &auth::scope()?, &[member], &accounts).await?;
    outcome::notice(format!("{} assigned.", counted(count, "account is", "accounts are")));
    outcome::go(format!("/team/{member}"));
    Ok(())
}

#[server]
pub async fn unassign_accounts(
    member: UserId,
    #[server(default)] accounts: Vec<AccountId>,
) -> Result<(), Problem> {
    let count = assignments::unassign(&App::current()?.db, &auth::scope()?, &[member], &accounts).await?;
    outcome::notice(format!("{} taken off.", counted(count, "account is", "accounts are")));
    outcome::go(format!("/team/{member}"));
    Ok(())
}

#[server]
pub async fn assign_chatters(
    account: AccountId,
    #[server(default)] chatters: Vec<UserId>,
) -> Result<(), Problem> {
    let count = assignments::assign(&App::current()?.db, &auth::scope()?, &chatters, &[account]).await?;
    outcome::notice(format!("{} assigned.", counted(count, "chatter is", "chatters are")));
    outcome::go(format!("/accounts/{account}/team"));
    Ok(())
}

#[server]
pub async fn unassign_chatters(
    account: AccountId,
    #[server(default)] chatters: Vec<UserId>,
) -> Result<(), Problem> {
    let count = assignments::unassign(&App::current()?.db, &auth::scope()?, &chatters, &[account]).await?;
    outcome::notice(format!("{} taken off.", counted(count, "chatter is", "chatters are")));
    outcome::go(format!("/accounts/{account}/team"));
    Ok(())
}

// ------------------------------------------------------- members

#[server]
pub async fn change_role(
    member: UserId,
    role: String,
    #[server(default)] creator: String,
) -> Result<(), Problem> {
    let (app, creator) = (App::current()?, chosen("creator", &creator)?);
    members::change_role(&app.reception(), &authority()?, member, self::role(&role)?, creator).await?;
    app.members.invalidate_all();
    outcome::notice("Saved. It counts from now on.");
    outcome::go(format!("/team/{member}"));
    Ok(())
}

#[server]
pub async fn remove_member(member: UserId, #[server(default)] heir: String) -> Result<(), Problem> {
    let (app, heir) = (App::current()?, chosen("heir", &heir)?);
    let name = members::remove(&app.reception(), &authority()?, member, heir).await?;
    app.members.invalidate_all();
    app.sessions.forget_all();
    outcome::notice(format!("{name} is removed and signed out here."));
    outcome::go("/team");
    Ok(())
}

#[server]
pub async fn leave_agency() -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let scope = visitor.scope()?;
    members::leave(&app.db, &scope).await?;
    app.members.invalidate_all();
    visitor.end_session().await?;
    outcome::notice(format!("You left {}.", scope.member().agency_name()));
    outcome::go("/sign-in");
    Ok(())
}

#[server]
pub async fn transfer_ownership(member: UserId) -> Result<(), Problem> {
    let app = App::current()?;
    let name = members::transfer(&app.reception(), &auth::fresh()?, member).await?;
    app.members.invalidate_all();
    outcome::notice(format!("{name} is the owner now. You are a manager."));
    outcome::go("/team");
    Ok(())
}
